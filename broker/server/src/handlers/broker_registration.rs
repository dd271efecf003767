//! BrokerRegistration (62): a broker says who it is, and gets the epoch of its registration (KIP-631).

use std::sync::Arc;

use broker_protocol::messages::{BrokerRegistrationRequest, BrokerRegistrationResponse};

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
    request: BrokerRegistrationRequest,
) -> HandlerResult<BrokerRegistrationResponse> {
    Ok(Answer::Respond(broker.controller.here(request).await?))
}
