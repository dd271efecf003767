//! ListGroups (16): the groups that are coordinated here, by state (KIP-518) and type (KIP-848).

use std::sync::Arc;

use broker_coordinator::GroupFilter;
use broker_protocol::messages::{ListGroupsRequest, ListGroupsResponse};

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
    request: ListGroupsRequest,
) -> HandlerResult<ListGroupsResponse> {
    let filter = GroupFilter::new(&request.states_filter, &request.types_filter);
    let listed = broker
        .groups
        .look_at_all(|coordinator| coordinator.list_groups(&filter));
    let response = match listed {
        Ok(groups) => ListGroupsResponse {
            groups: groups.into_iter().flatten().collect(),
            ..ListGroupsResponse::default()
        },
        Err(error) => ListGroupsResponse {
            error_code: error.code(),
            ..ListGroupsResponse::default()
        },
    };
    Ok(Answer::Respond(response))
}
