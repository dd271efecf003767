//! The return of a static member under a new member id (KIP-345).
//!
//! Its old incarnation is fenced at once. In a stable group whose protocol does not change by it, nobody else
//! notices: the record of the generation is written with the new id, and then the member is answered. From version 9
//! on a returning leader learns that it leads but must not assign (KIP-814); before, it is told that the old
//! incarnation leads, so that it takes itself for a follower.

use broker_codec::StringBytes;
use broker_protocol::ErrorCode;
use broker_protocol::messages::JoinGroupResponse;

use super::join::{self, Joining};
use super::turn::Turn;
use crate::classic_group::ClassicGroupState;
use crate::group_record::GroupRecord;
use crate::outcome::{Answer, StaticMemberReturn, WriteIntent};

/// First version that can tell a leader not to assign.
const FIRST_WITH_SKIPPED_ASSIGNMENT: i16 = 9;

impl Turn<'_> {
    pub(super) fn join_static(
        &mut self,
        joining: Joining<'_>,
        instance: &StringBytes,
    ) -> Answer<JoinGroupResponse> {
        let new = join::new_member_id(instance, joining.client.new_member_id);
        match self.group.static_members.get(instance).cloned() {
            None => self.add_and_rebalance(joining, new),
            Some(old) => self.replace_static(joining, instance, &old, &new),
        }
    }

    fn replace_static(
        &mut self,
        joining: Joining<'_>,
        instance: &StringBytes,
        old: &StringBytes,
        new: &StringBytes,
    ) -> Answer<JoinGroupResponse> {
        let leader_before = self.group.leader.clone();
        let Some(before) = self.group.replace_static(instance, old, new) else {
            return Answer::Now(join::refused(StringBytes::EMPTY, ErrorCode::UnknownMemberId));
        };
        self.cancel_member(old);
        self.dismiss(before.clone(), old.clone(), ErrorCode::FencedInstanceId);
        self.refresh_session(new);
        self.update_member(joining, new);
        match self.group.state {
            ClassicGroupState::Stable if self.group.select_protocol() == self.group.protocol_name => {
                let record = GroupRecord::generation(self.group, |member| self.assignment_of(member));
                self.effects.records.push(record);
                self.effects.intent = WriteIntent::StaticMember(Box::new(StaticMemberReturn {
                    group: self.group.id.clone(),
                    instance: instance.detached(),
                    new_member: new.clone(),
                    before,
                    leader_before,
                    api_version: joining.client.api_version,
                }));
            }
            ClassicGroupState::PreparingRebalance => self.maybe_complete_join(),
            _ => self.prepare_rebalance(),
        }
        Answer::Parked(joining.parked)
    }

    /// The record is in the log: the member is back.
    pub(super) fn static_member_returned(&mut self, returned: &StaticMemberReturn) {
        let id = &returned.new_member;
        let leads = self.group.is_leader(id);
        let response = if returned.api_version >= FIRST_WITH_SKIPPED_ASSIGNMENT {
            let members = match leads {
                true => self.group.describe_for_leader(),
                false => Vec::new(),
            };
            JoinGroupResponse {
                skip_assignment: leads,
                ..join::joined(self.group, id, members)
            }
        } else {
            JoinGroupResponse {
                leader: returned.leader_before.clone().unwrap_or_default(),
                ..join::joined(self.group, id, Vec::new())
            }
        };
        self.release_join(id, response);
    }

    /// The record is not in the log: the old incarnation has its place back.
    pub(super) fn static_member_refused(&mut self, returned: &StaticMemberReturn, error: ErrorCode) {
        let (new, before) = (&returned.new_member, &returned.before);
        self.release_join(new, join::refused(StringBytes::EMPTY, error));
        self.cancel_member(new);
        if self
            .group
            .replace_static(&returned.instance, new, &before.id)
            .is_none()
        {
            return;
        }
        self.group.set_protocols(&before.id, before.protocols.clone());
        if let Some(member) = self.group.members.get_mut(&before.id) {
            member.rebalance_timeout_ms = before.rebalance_timeout_ms;
            member.session_timeout_ms = before.session_timeout_ms;
        }
        self.refresh_session(&before.id);
    }
}
