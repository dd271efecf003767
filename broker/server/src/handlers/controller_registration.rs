//! ControllerRegistration (70): a controller says where it is found (KIP-919).

use std::sync::Arc;

use broker_protocol::messages::{ControllerRegistrationRequest, ControllerRegistrationResponse};

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
    request: ControllerRegistrationRequest,
) -> HandlerResult<ControllerRegistrationResponse> {
    Ok(Answer::Respond(broker.controller.here(request).await?))
}
