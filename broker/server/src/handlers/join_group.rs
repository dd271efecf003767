//! JoinGroup (11): becomes a member of a classic group, and waits for the others (KIP-394, KIP-345, KIP-814).

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_coordinator::ClientContext;
use broker_model::Uuid;
use broker_protocol::messages::{JoinGroupRequest, JoinGroupResponse};

use crate::broker::Broker;
use crate::clock::random_bytes;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// First version in which the protocol's name may be missing.
const FIRST_WITHOUT_PROTOCOL: i16 = 7;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: JoinGroupRequest,
) -> HandlerResult<JoinGroupResponse> {
    let client = client_of(broker, context);
    let joined = broker
        .groups
        .decide_and_wait(&request.group_id, |coordinator, now| {
            coordinator.join_group(now, &client, &request)
        })
        .await;
    let mut response = joined.unwrap_or_else(|error| JoinGroupResponse {
        error_code: error.code(),
        protocol_name: None,
        member_id: request.member_id.clone(),
        ..JoinGroupResponse::default()
    });
    if context.api_version < FIRST_WITHOUT_PROTOCOL {
        response.protocol_name.get_or_insert(StringBytes::EMPTY);
    }
    Ok(Answer::Respond(response))
}

fn client_of(broker: &Broker, context: &RequestContext) -> ClientContext {
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = random_bytes(&broker.clock);
    ClientContext {
        client_id: context.client_id.clone().unwrap_or_default(),
        client_host: format!("/{}", context.client_address().ip()).into(),
        api_version: context.api_version,
        new_member_id: Uuid::from_random(id),
    }
}
