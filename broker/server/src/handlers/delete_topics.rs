//! DeleteTopics (20): the controller decides; folders are renamed before the answer and removed later (KIP-4, KIP-516).

use std::sync::Arc;

use broker_protocol::messages::{DeleteTopicsRequest, DeleteTopicsResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// The connection is closed when the controller has stopped.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: DeleteTopicsRequest,
) -> HandlerResult<DeleteTopicsResponse> {
    let version = context.api_version;
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.delete_topics(&request, version))
        .await?;
    Ok(Answer::Respond(decided))
}
