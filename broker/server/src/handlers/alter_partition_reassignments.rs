//! AlterPartitionReassignments (45): the controller decides (KIP-455).

use std::sync::Arc;

use broker_protocol::messages::{AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse};

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
    request: AlterPartitionReassignmentsRequest,
) -> HandlerResult<AlterPartitionReassignmentsResponse> {
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.alter_partition_reassignments(&request))
        .await?;
    Ok(Answer::Respond(decided))
}
