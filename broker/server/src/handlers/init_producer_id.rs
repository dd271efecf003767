//! InitProducerId (22): an id for an idempotent producer (KIP-98, KIP-360).
//!
//! A producer that has an id gets a new one, as from Kafka: only a transactional producer keeps its id. Transactions
//! are not served, so that a transactional id is an invalid request.

use std::sync::Arc;

use broker_protocol::ErrorCode;
use broker_protocol::messages::{InitProducerIdRequest, InitProducerIdResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: InitProducerIdRequest,
) -> HandlerResult<InitProducerIdResponse> {
    let given = match request.transactional_id {
        None => broker.producer_ids.next().await,
        Some(_) => Err(ErrorCode::InvalidRequest),
    };
    Ok(Answer::Respond(match given {
        Ok(id) => InitProducerIdResponse {
            producer_id: id.value(),
            producer_epoch: 0,
            ..InitProducerIdResponse::default()
        },
        Err(error) => InitProducerIdResponse {
            error_code: error.code(),
            producer_id: -1,
            producer_epoch: -1,
            ..InitProducerIdResponse::default()
        },
    }))
}
