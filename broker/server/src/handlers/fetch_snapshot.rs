//! FetchSnapshot (59): a piece of a snapshot of the metadata (KIP-630).

use std::sync::Arc;

use broker_protocol::messages::{FetchSnapshotRequest, FetchSnapshotResponse};
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
    request: FetchSnapshotRequest,
) -> HandlerResult<FetchSnapshotResponse> {
    let asked = broker
        .metadata
        .ask_quorum(context.api_version, RaftRequest::FetchSnapshot(request));
    match asked.await? {
        RaftResponse::FetchSnapshot(response) => Ok(Answer::Respond(response)),
        _ => Err(CloseConnection::Refused("the quorum answered something else")),
    }
}
