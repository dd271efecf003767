//! CreateTopics (19): the controller decides, and the topic is led here when the answer goes out (KIP-4, KIP-525).

use std::sync::Arc;

use broker_protocol::messages::{CreateTopicsRequest, CreateTopicsResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// The connection is closed when the controller has stopped.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: CreateTopicsRequest,
) -> HandlerResult<CreateTopicsResponse> {
    let decided = broker
        .metadata
        .decide(move |controller, _now, seed| controller.create_topics(&request, seed))
        .await?;
    Ok(Answer::Respond(decided))
}
