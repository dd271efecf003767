//! DescribeGroups (15): members and assignments of classic groups (KIP-430, KIP-1043).

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_protocol::ErrorCode;
use broker_protocol::describe_groups_response::DescribedGroup;
use broker_protocol::messages::{DescribeGroupsRequest, DescribeGroupsResponse};

use super::answer_room::AnswerRoom;
use super::authorized_operations;
use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: DescribeGroupsRequest,
) -> HandlerResult<DescribeGroupsResponse> {
    let mut room = AnswerRoom::new();
    let describe = |id: &StringBytes| {
        let described = broker.groups.look(id, |coordinator| {
            coordinator.describe_group(context.api_version, id)
        });
        let described = described.and_then(|described| match room.take(size_of_answer(&described)) {
            true => Ok(described),
            false => Err(ErrorCode::InvalidRequest),
        });
        let described = described.unwrap_or_else(|error| DescribedGroup {
            error_code: error.code(),
            group_id: id.clone(),
            ..DescribedGroup::default()
        });
        let may_be_told = request.include_authorized_operations && described.error_code == 0;
        DescribedGroup {
            authorized_operations: match may_be_told {
                true => authorized_operations::GROUP,
                false => authorized_operations::NOT_ASKED,
            },
            ..described
        }
    };
    Ok(Answer::Respond(DescribeGroupsResponse {
        groups: request.groups.iter().map(describe).collect(),
        ..DescribeGroupsResponse::default()
    }))
}

/// Bytes that a group takes in the answer, about.
fn size_of_answer(group: &DescribedGroup) -> usize {
    let members = group.members.iter().map(|member| {
        let names = member.member_id.len() + member.client_id.len() + member.client_host.len();
        64 + names + member.member_metadata.len() + member.member_assignment.len()
    });
    64 + group.group_id.len() + members.sum::<usize>()
}
