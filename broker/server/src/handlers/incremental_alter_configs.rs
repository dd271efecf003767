//! IncrementalAlterConfigs (44): sets, deletes, appends to and subtracts from single configurations (KIP-339).
//!
//! The controller decides about everything that is kept in the metadata. Levels of loggers are not kept: this broker
//! changes its own and answers for them (KIP-412). What is one broker's own is changed through that broker. Answers
//! stand in the order of the request.

use std::sync::Arc;

use broker_metadata::ConfigResourceType;
use broker_protocol::incremental_alter_configs_request::AlterConfigsResource;
use broker_protocol::incremental_alter_configs_response::AlterConfigsResourceResponse;
use broker_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

use super::alter_configs::{asked, check_broker_name};
use super::broker_loggers;
use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::{ListenerKind, RequestContext};

/// Answers one request.
///
/// # Errors
/// The connection is closed when the node stops.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: IncrementalAlterConfigsRequest,
) -> HandlerResult<IncrementalAlterConfigsResponse> {
    if context.connection.kind == ListenerKind::Controller {
        return Ok(Answer::Respond(broker.controller.here(request).await?));
    }
    let own: Vec<Option<AlterConfigsResourceResponse>> = request
        .resources
        .iter()
        .map(|resource| answered_here(broker, &request, resource))
        .collect();
    let resources = request.resources.iter().zip(&own);
    let for_controller = IncrementalAlterConfigsRequest {
        resources: resources
            .filter(|(_, own)| own.is_none())
            .map(|(resource, _)| resource.clone())
            .collect(),
        ..request.clone()
    };
    let decided = asked(broker, for_controller).await?;
    let mut decided = decided.responses.into_iter();
    Ok(Answer::Respond(IncrementalAlterConfigsResponse {
        responses: own
            .into_iter()
            .filter_map(|own| own.or_else(|| decided.next()))
            .collect(),
        ..IncrementalAlterConfigsResponse::default()
    }))
}

/// The answer that this broker gives by itself.
fn answered_here(
    broker: &Broker,
    request: &IncrementalAlterConfigsRequest,
    resource: &AlterConfigsResource,
) -> Option<AlterConfigsResourceResponse> {
    if resource.resource_type == ConfigResourceType::BrokerLogger.code() {
        return Some(alter_loggers(broker, request, resource));
    }
    let refused = check_broker_name(broker, resource.resource_type, &resource.resource_name).err()?;
    Some(answer(resource, Err(refused)))
}

fn alter_loggers(
    broker: &Broker,
    request: &IncrementalAlterConfigsRequest,
    resource: &AlterConfigsResource,
) -> AlterConfigsResourceResponse {
    let key = (resource.resource_type, &resource.resource_name);
    let same = |other: &&AlterConfigsResource| (other.resource_type, &other.resource_name) == key;
    let altered = match request.resources.iter().filter(same).count() {
        1 => broker_loggers::alter(broker, resource, request.validate_only),
        _ => Err(broker_loggers::named_twice()),
    };
    answer(resource, altered)
}

fn answer(
    resource: &AlterConfigsResource,
    outcome: Result<(), broker_loggers::Refusal>,
) -> AlterConfigsResourceResponse {
    let (error_code, error_message) = match outcome {
        Ok(()) => (0, None),
        Err((error, message)) => (error.code(), Some(message.into())),
    };
    AlterConfigsResourceResponse {
        error_code,
        error_message,
        resource_type: resource.resource_type,
        resource_name: resource.resource_name.clone(),
        ..AlterConfigsResourceResponse::default()
    }
}
