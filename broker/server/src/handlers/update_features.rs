//! UpdateFeatures (57): the controller decides (KIP-584).

use std::sync::Arc;

use broker_protocol::messages::{UpdateFeaturesRequest, UpdateFeaturesResponse};

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
    request: UpdateFeaturesRequest,
) -> HandlerResult<UpdateFeaturesResponse> {
    let version = context.api_version;
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.update_features(&request, version))
        .await?;
    Ok(Answer::Respond(decided))
}
