//! UpdateRaftVoter (82): a voter says where it listens now (KIP-853).

use std::sync::Arc;

use broker_protocol::messages::{UpdateRaftVoterRequest, UpdateRaftVoterResponse};
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
    request: UpdateRaftVoterRequest,
) -> HandlerResult<UpdateRaftVoterResponse> {
    let asked = broker
        .metadata
        .ask_quorum(context.api_version, RaftRequest::UpdateRaftVoter(request));
    match asked.await? {
        RaftResponse::UpdateRaftVoter(response) => Ok(Answer::Respond(response)),
        _ => Err(CloseConnection::Refused("the quorum answered something else")),
    }
}
