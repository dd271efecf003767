//! AlterConfigs (33): replaces all configurations of resources (KIP-133).
//!
//! The controller decides; loggers cannot be changed this way, which it answers too.

use std::sync::Arc;

use broker_protocol::messages::{AlterConfigsRequest, AlterConfigsResponse};

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
    request: AlterConfigsRequest,
) -> HandlerResult<AlterConfigsResponse> {
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.alter_configs(&request))
        .await?;
    Ok(Answer::Respond(decided))
}
