//! Fetch (1) through the listener of controllers: the metadata log and nothing else (KIP-595).

use std::sync::Arc;

use broker_protocol::messages::{FetchRequest, FetchResponse};
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
    request: FetchRequest,
) -> HandlerResult<FetchResponse> {
    let asked = broker
        .metadata
        .ask_quorum(context.api_version, RaftRequest::Fetch(request));
    match asked.await? {
        RaftResponse::Fetch(response) => Ok(Answer::Respond(response)),
        _ => Err(CloseConnection::Refused("the quorum answered something else")),
    }
}
