//! CreatePartitions (37): the controller decides, and the partitions are led here when the answer goes out (KIP-195).

use std::sync::Arc;

use broker_protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};

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
    request: CreatePartitionsRequest,
) -> HandlerResult<CreatePartitionsResponse> {
    let decided = broker
        .metadata
        .decide(move |controller, _now, seed| controller.create_partitions(&request, seed))
        .await?;
    Ok(Answer::Respond(decided))
}
