//! Vote (52): a candidate asks for this member's vote (KIP-595, KIP-996).

use std::sync::Arc;

use broker_protocol::messages::{VoteRequest, VoteResponse};
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
    request: VoteRequest,
) -> HandlerResult<VoteResponse> {
    let asked = broker
        .metadata
        .ask_quorum(context.api_version, RaftRequest::Vote(request));
    match asked.await? {
        RaftResponse::Vote(response) => Ok(Answer::Respond(response)),
        _ => Err(CloseConnection::Refused("the quorum answered something else")),
    }
}
