//! AssignReplicasToDirs (73): a broker says which log directory holds which replica (KIP-858).

use std::sync::Arc;

use broker_protocol::messages::{AssignReplicasToDirsRequest, AssignReplicasToDirsResponse};

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
    request: AssignReplicasToDirsRequest,
) -> HandlerResult<AssignReplicasToDirsResponse> {
    Ok(Answer::Respond(broker.controller.here(request).await?))
}
