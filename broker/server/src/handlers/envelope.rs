//! Envelope (58): a request of a client that another node hands on, because this one decides (KIP-590).
//!
//! What is inside is served as if the client had sent it here, and its whole answer goes back. Invariant: only what
//! brokers hand on is taken out of an envelope, so that it opens no way around what a listener serves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use broker_protocol::messages::{DefaultPrincipalData, EnvelopeRequest, EnvelopeResponse};
use broker_protocol::{ErrorCode, decode_versioned};

use crate::broker::Broker;
use crate::dispatch::{self, Answer, CloseConnection, HandlerResult, Reply};
use crate::drivers::metadata_driver::MetadataUnavailable;
use crate::network::{ConnectionIdentity, RequestContext};

/// Answers one request.
///
/// # Errors
/// This node stops.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: EnvelopeRequest,
) -> HandlerResult<EnvelopeResponse> {
    if !broker.controller.is_here() {
        return Ok(refused(ErrorCode::NotController));
    }
    let is_principal = |bytes| decode_versioned::<DefaultPrincipalData>(bytes).is_ok();
    if !request.request_principal.is_some_and(is_principal) {
        return Ok(refused(ErrorCode::PrincipalDeserializationFailure));
    }
    let Some(client) = address(&request.client_host_address) else {
        return Ok(refused(ErrorCode::InvalidRequest));
    };
    let identity = Arc::new(ConnectionIdentity::of_forwarded(
        &context.connection,
        SocketAddr::new(client, context.client_address().port()),
    ));
    let accepted = match dispatch::accept(request.request_data, context.received, &identity) {
        Ok(accepted) if accepted.row.api.is_forwardable() => accepted,
        Err(CloseConnection::UnsupportedVersion { .. }) => {
            return Ok(refused(ErrorCode::UnsupportedVersion));
        }
        Ok(_) | Err(_) => return Ok(refused(ErrorCode::InvalidRequest)),
    };
    match accepted.serve(broker).await {
        Ok(Reply::Send { frame, .. }) => {
            let whole = frame.into_bytes();
            // The size before the answer belongs to the connection.
            let answer = whole.slice(size_of::<i32>().min(whole.len())..);
            Ok(Answer::Respond(EnvelopeResponse {
                response_data: Some(answer),
                ..EnvelopeResponse::default()
            }))
        }
        Ok(Reply::Nothing) => Ok(refused(ErrorCode::InvalidRequest)),
        Err(CloseConnection::MetadataUnavailable(MetadataUnavailable::NotController)) => {
            Ok(refused(ErrorCode::NotController))
        }
        Err(error @ CloseConnection::MetadataUnavailable(_)) => Err(error),
        Err(_) => Ok(refused(ErrorCode::InvalidRequest)),
    }
}

fn refused(error: ErrorCode) -> Answer<EnvelopeResponse> {
    Answer::Respond(EnvelopeResponse {
        error_code: error.code(),
        ..EnvelopeResponse::default()
    })
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).into());
    }
    <[u8; 16]>::try_from(bytes)
        .ok()
        .map(|sixteen| Ipv6Addr::from(sixteen).into())
}
