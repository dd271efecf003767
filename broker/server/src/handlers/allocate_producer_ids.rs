//! AllocateProducerIds (67): a broker gets a block of producer ids (KIP-730).

use std::sync::Arc;

use broker_protocol::messages::{AllocateProducerIdsRequest, AllocateProducerIdsResponse};

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
    request: AllocateProducerIdsRequest,
) -> HandlerResult<AllocateProducerIdsResponse> {
    Ok(Answer::Respond(broker.controller.here(request).await?))
}
