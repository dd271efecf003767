//! UnregisterBroker (64): the controller decides (KIP-631).

use std::sync::Arc;

use broker_protocol::messages::{UnregisterBrokerRequest, UnregisterBrokerResponse};

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
    request: UnregisterBrokerRequest,
) -> HandlerResult<UnregisterBrokerResponse> {
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.unregister_broker(&request))
        .await?;
    Ok(Answer::Respond(decided))
}
