//! DeleteGroups (42): deletes groups that have no members (KIP-229).

use std::collections::HashSet;
use std::sync::Arc;

use broker_codec::StringBytes;
use broker_protocol::delete_groups_response::DeletableGroupResult;
use broker_protocol::messages::{DeleteGroupsRequest, DeleteGroupsResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: DeleteGroupsRequest,
) -> HandlerResult<DeleteGroupsResponse> {
    let delete = |id: &StringBytes| {
        broker
            .groups
            .decide_now(id, |coordinator, _now| coordinator.delete_group(id))
    };
    // A group that is named twice is answered once.
    let mut seen = HashSet::with_capacity(request.groups_names.len());
    let names = request
        .groups_names
        .iter()
        .filter(|name| seen.insert(name.as_str()));
    // All are decided before any is waited for.
    let decided: Vec<_> = names.map(|id| (id, delete(id))).collect();
    let mut results = Vec::with_capacity(decided.len());
    for (id, told) in decided {
        let deleted = match told {
            Ok(told) => told.committed().await,
            Err(error) => Err(error),
        };
        results.push(deleted.unwrap_or_else(|error| DeletableGroupResult {
            group_id: id.clone(),
            error_code: error.code(),
            ..DeletableGroupResult::default()
        }));
    }
    Ok(Answer::Respond(DeleteGroupsResponse {
        results,
        ..DeleteGroupsResponse::default()
    }))
}
