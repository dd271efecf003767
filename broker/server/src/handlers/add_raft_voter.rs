//! AddRaftVoter (80): a controller is to vote (KIP-853).

use std::sync::Arc;

use broker_protocol::messages::{AddRaftVoterRequest, AddRaftVoterResponse};
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
    request: AddRaftVoterRequest,
) -> HandlerResult<AddRaftVoterResponse> {
    let asked = broker
        .metadata
        .ask_quorum(context.api_version, RaftRequest::AddRaftVoter(request));
    match asked.await? {
        RaftResponse::AddRaftVoter(response) => Ok(Answer::Respond(response)),
        _ => Err(CloseConnection::Refused("the quorum answered something else")),
    }
}
