//! LeaveGroup: members go of their own will, or an administrator sends static members away by their instance.

use broker_codec::StringBytes;
use broker_model::Now;
use broker_protocol::ErrorCode;
use broker_protocol::leave_group_request::MemberIdentity;
use broker_protocol::leave_group_response::MemberResponse;
use broker_protocol::messages::{LeaveGroupRequest, LeaveGroupResponse};

use super::GroupCoordinator;
use super::turn::Turn;
use crate::outcome::Outcome;

/// First version that names several members (KIP-345); before, the one member's error is the answer's.
const FIRST_WITH_MEMBERS: i16 = 3;

impl GroupCoordinator {
    /// Lets members go, each for itself; those who stay rebalance once.
    pub fn leave_group(
        &mut self,
        now: Now,
        api_version: i16,
        request: &LeaveGroupRequest,
    ) -> Outcome<LeaveGroupResponse> {
        if request.group_id.is_empty() {
            return Outcome::answer(LeaveGroupResponse {
                error_code: ErrorCode::InvalidGroupId.code(),
                ..LeaveGroupResponse::default()
            });
        }
        let single = [MemberIdentity {
            member_id: request.member_id.clone(),
            ..MemberIdentity::default()
        }];
        let leaving: &[MemberIdentity] = match api_version < FIRST_WITH_MEMBERS {
            true => &single,
            false => &request.members,
        };
        let Some(mut turn) = self.turn(&request.group_id, now) else {
            let unknown = |member| answered(member, ErrorCode::UnknownMemberId);
            let members = leaving.iter().map(unknown).collect();
            return Outcome::answer(respond(api_version, members));
        };
        let mut somebody_left = false;
        let mut members = Vec::with_capacity(leaving.len());
        for member in leaving {
            let left = turn.leave(member);
            somebody_left |= left.is_ok();
            members.push(answered(member, left.err().unwrap_or(ErrorCode::None)));
        }
        if somebody_left {
            turn.rebalance_after_loss();
        }
        Outcome {
            answer: respond(api_version, members),
            effects: turn.effects,
        }
    }
}

impl Turn<'_> {
    fn leave(&mut self, leaving: &MemberIdentity) -> Result<(), ErrorCode> {
        let id = self.member_who_leaves(leaving)?;
        self.remove(&id);
        Ok(())
    }

    fn member_who_leaves(&self, leaving: &MemberIdentity) -> Result<StringBytes, ErrorCode> {
        let instance = leaving.group_instance_id.as_ref();
        if leaving.member_id.is_empty() {
            let member = instance.and_then(|instance| self.group.static_members.get(instance));
            return member.cloned().ok_or(ErrorCode::UnknownMemberId);
        }
        if !self.group.pending().contains(&leaving.member_id) {
            self.group
                .check_member(&leaving.member_id, instance.map(StringBytes::as_str))?;
        }
        Ok(leaving.member_id.clone())
    }
}

fn answered(member: &MemberIdentity, error: ErrorCode) -> MemberResponse {
    MemberResponse {
        member_id: member.member_id.clone(),
        group_instance_id: member.group_instance_id.clone(),
        error_code: error.code(),
        ..MemberResponse::default()
    }
}

fn respond(api_version: i16, members: Vec<MemberResponse>) -> LeaveGroupResponse {
    match api_version < FIRST_WITH_MEMBERS {
        true => LeaveGroupResponse {
            error_code: members.first().map_or(0, |member| member.error_code),
            ..LeaveGroupResponse::default()
        },
        false => LeaveGroupResponse {
            members,
            ..LeaveGroupResponse::default()
        },
    }
}
