//! ListPartitionReassignments (46): what is under way, from the controller (KIP-455).

use std::sync::Arc;

use broker_controller::Outcome;
use broker_protocol::messages::{ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse};

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
    request: ListPartitionReassignmentsRequest,
) -> HandlerResult<ListPartitionReassignmentsResponse> {
    let listed = broker
        .metadata
        .decide(move |controller, _now, _seed| {
            Outcome::answer(controller.list_partition_reassignments(&request))
        })
        .await?;
    Ok(Answer::Respond(listed))
}
