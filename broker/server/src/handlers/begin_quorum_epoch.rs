//! BeginQuorumEpoch (53): a leader of the quorum says that it leads (KIP-595).

use std::sync::Arc;

use broker_protocol::messages::{BeginQuorumEpochRequest, BeginQuorumEpochResponse};
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
    request: BeginQuorumEpochRequest,
) -> HandlerResult<BeginQuorumEpochResponse> {
    let asked = broker
        .metadata
        .ask_quorum(context.api_version, RaftRequest::BeginQuorumEpoch(request));
    match asked.await? {
        RaftResponse::BeginQuorumEpoch(response) => Ok(Answer::Respond(response)),
        _ => Err(CloseConnection::Refused("the quorum answered something else")),
    }
}
