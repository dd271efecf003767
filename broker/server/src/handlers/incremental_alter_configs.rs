//! IncrementalAlterConfigs (44): sets, deletes, appends to and subtracts from single configurations (KIP-339).
//!
//! The controller decides about everything that is kept in the metadata.

use std::sync::Arc;

use broker_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

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
    request: IncrementalAlterConfigsRequest,
) -> HandlerResult<IncrementalAlterConfigsResponse> {
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.incremental_alter_configs(&request))
        .await?;
    Ok(Answer::Respond(decided))
}
