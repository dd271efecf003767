//! AlterPartition (56): a leader proposes who is in sync (KIP-497).

use std::sync::Arc;

use broker_protocol::messages::{AlterPartitionRequest, AlterPartitionResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// This node is not the active controller any more, or stops.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: AlterPartitionRequest,
) -> HandlerResult<AlterPartitionResponse> {
    Ok(Answer::Respond(broker.controller.here(request).await?))
}
