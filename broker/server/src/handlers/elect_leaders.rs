//! ElectLeaders (43): the controller decides (KIP-460).

use std::sync::Arc;

use broker_protocol::messages::{ElectLeadersRequest, ElectLeadersResponse};

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
    request: ElectLeadersRequest,
) -> HandlerResult<ElectLeadersResponse> {
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.elect_leaders(&request))
        .await?;
    Ok(Answer::Respond(decided))
}
