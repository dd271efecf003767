//! SaslAuthenticate (36) on a listener without SASL: the connection is already authenticated as anonymous.

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_protocol::ErrorCode;
use broker_protocol::messages::{SaslAuthenticateRequest, SaslAuthenticateResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

const MESSAGE: &str = "SaslAuthenticate request received after successful authentication";

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    _broker: &Arc<Broker>,
    _context: &RequestContext,
    _request: SaslAuthenticateRequest,
) -> HandlerResult<SaslAuthenticateResponse> {
    Ok(Answer::Respond(SaslAuthenticateResponse {
        error_code: ErrorCode::IllegalSaslState.code(),
        error_message: Some(StringBytes::from_static(MESSAGE)),
        ..SaslAuthenticateResponse::default()
    }))
}
