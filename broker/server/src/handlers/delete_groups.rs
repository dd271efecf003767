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
        let deleted = broker
            .groups
            .decide(id, |coordinator, _now| coordinator.delete_group(id));
        deleted.unwrap_or_else(|error| DeletableGroupResult {
            group_id: id.clone(),
            error_code: error.code(),
            ..DeletableGroupResult::default()
        })
    };
    // A group that is named twice is answered once.
    let mut seen = HashSet::with_capacity(request.groups_names.len());
    let names = request
        .groups_names
        .iter()
        .filter(|name| seen.insert(name.as_str()));
    Ok(Answer::Respond(DeleteGroupsResponse {
        results: names.map(delete).collect(),
        ..DeleteGroupsResponse::default()
    }))
}
