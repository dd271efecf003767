//! SaslHandshake (17) on a listener without SASL: the connection is already where a handshake would lead.

use std::sync::Arc;

use broker_protocol::ErrorCode;
use broker_protocol::messages::{SaslHandshakeRequest, SaslHandshakeResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    _broker: &Arc<Broker>,
    _context: &RequestContext,
    _request: SaslHandshakeRequest,
) -> HandlerResult<SaslHandshakeResponse> {
    Ok(Answer::Respond(SaslHandshakeResponse {
        error_code: ErrorCode::IllegalSaslState.code(),
        ..SaslHandshakeResponse::default()
    }))
}
