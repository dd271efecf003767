//! UnregisterController (94): forgets a controller that does not come back.

use std::sync::Arc;

use broker_protocol::messages::{UnregisterControllerRequest, UnregisterControllerResponse};

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
    request: UnregisterControllerRequest,
) -> HandlerResult<UnregisterControllerResponse> {
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.unregister_controller(&request))
        .await?;
    Ok(Answer::Respond(decided))
}
