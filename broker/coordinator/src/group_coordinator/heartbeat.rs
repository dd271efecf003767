//! Heartbeat, and the end of a session that had none: who is still there.

use broker_codec::StringBytes;
use broker_model::Now;
use broker_protocol::ErrorCode;
use broker_protocol::messages::{HeartbeatRequest, HeartbeatResponse};

use super::GroupCoordinator;
use super::turn::Turn;
use crate::classic_group::ClassicGroupState;

impl GroupCoordinator {
    /// Keeps a member's session alive, and tells it when it has to join again.
    pub fn heartbeat(&mut self, now: Now, request: &HeartbeatRequest) -> HeartbeatResponse {
        let error = match self.turn(&request.group_id, now) {
            _ if request.group_id.is_empty() => ErrorCode::InvalidGroupId,
            None => ErrorCode::UnknownMemberId,
            Some(mut turn) => turn.heartbeat(request).err().unwrap_or(ErrorCode::None),
        };
        HeartbeatResponse {
            error_code: error.code(),
            ..HeartbeatResponse::default()
        }
    }
}

impl Turn<'_> {
    fn heartbeat(&mut self, request: &HeartbeatRequest) -> Result<(), ErrorCode> {
        let member = &request.member_id;
        self.group
            .check_member(member, request.group_instance_id.as_deref())?;
        if request.generation_id != self.group.generation.value() {
            return Err(ErrorCode::IllegalGeneration);
        }
        self.refresh_session(member);
        match self.group.is(ClassicGroupState::PreparingRebalance) {
            true => Err(ErrorCode::RebalanceInProgress),
            false => Ok(()),
        }
    }

    /// Nothing was heard of a member for the length of its session. One that waits for us is excused; its session
    /// starts anew with its answer.
    pub(super) fn session_ended(&mut self, id: &StringBytes) {
        if self.group.remove_pending(id) {
            self.maybe_complete_join();
            return;
        }
        let is_silent = |member: &crate::classic_group::Member| !member.is_excused();
        if self.group.members.get(id).is_some_and(is_silent) {
            self.remove(id);
            self.rebalance_after_loss();
        }
    }

    /// Those who are left share out what a member had.
    pub(super) fn rebalance_after_loss(&mut self) {
        match self.group.state {
            ClassicGroupState::Empty => {}
            ClassicGroupState::PreparingRebalance => self.maybe_complete_join(),
            ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => self.prepare_rebalance(),
        }
    }
}
