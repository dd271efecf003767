//! EndQuorumEpoch (54): a leader of the quorum says that it leads no longer (KIP-595).

use std::sync::Arc;

use broker_protocol::messages::{EndQuorumEpochRequest, EndQuorumEpochResponse};
use broker_raft::{RaftRequest, RaftResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, CloseConnection, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// This node stops.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: EndQuorumEpochRequest,
) -> HandlerResult<EndQuorumEpochResponse> {
    let asked = broker
        .metadata
        .ask_quorum(context.api_version, RaftRequest::EndQuorumEpoch(request));
    match asked.await? {
        RaftResponse::EndQuorumEpoch(response) => Ok(Answer::Respond(response)),
        _ => Err(CloseConnection::Refused("the quorum answered something else")),
    }
}
