//! One group, one event, and what comes of it: members that come and go, and the answers that they wait for.

use broker_codec::StringBytes;
use broker_model::{MonotonicMs, Now};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{JoinGroupResponse, SyncGroupResponse};

use super::{join, sync};
use crate::GroupConfig;
use crate::classic_group::{ClassicGroup, Member};
use crate::outcome::{Effects, Released};
use crate::timers::{TimerKey, Timers};

/// The parts of the coordinator that an event of one group may change.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) group: &'a mut ClassicGroup,
    pub(super) timers: &'a mut Timers,
    pub(super) config: &'a GroupConfig,
    pub(super) now: Now,
    pub(super) effects: Effects,
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        group: &'a mut ClassicGroup,
        timers: &'a mut Timers,
        config: &'a GroupConfig,
        now: Now,
    ) -> Self {
        Self {
            group,
            timers,
            config,
            now,
            effects: Effects::default(),
        }
    }

    pub(super) fn deadline(&self, timeout_ms: i32) -> MonotonicMs {
        let timeout = u64::try_from(timeout_ms).unwrap_or(0);
        self.now.monotonic.plus_ms(timeout)
    }

    pub(super) fn schedule_join(&mut self, timeout_ms: i32) {
        let group = self.group.id.clone();
        self.timers
            .schedule(TimerKey::Join { group }, self.deadline(timeout_ms));
    }

    pub(super) fn schedule_sync(&mut self, timeout_ms: i32) {
        let group = self.group.id.clone();
        self.timers
            .schedule(TimerKey::Sync { group }, self.deadline(timeout_ms));
    }

    pub(super) fn cancel_join(&mut self) {
        let group = self.group.id.clone();
        self.timers.cancel(&TimerKey::Join { group });
    }

    pub(super) fn cancel_sync(&mut self) {
        let group = self.group.id.clone();
        self.timers.cancel(&TimerKey::Sync { group });
    }

    pub(super) fn schedule_member(&mut self, member: &StringBytes, timeout_ms: i32) {
        let (group, member) = (self.group.id.clone(), member.clone());
        self.timers
            .schedule(TimerKey::Member { group, member }, self.deadline(timeout_ms));
    }

    pub(super) fn cancel_member(&mut self, member: &StringBytes) {
        let (group, member) = (self.group.id.clone(), member.clone());
        self.timers.cancel(&TimerKey::Member { group, member });
    }

    /// Starts a member's session anew.
    pub(super) fn refresh_session(&mut self, member: &str) {
        if let Some(member) = self.group.members.get(member) {
            let (id, timeout) = (member.id.clone(), member.session_timeout_ms);
            self.schedule_member(&id, timeout);
        }
    }

    /// Answers the join that a member waits for; answers whether it did.
    pub(super) fn release_join(&mut self, member: &str, response: JoinGroupResponse) -> bool {
        let waiting = self
            .group
            .members
            .get_mut(member)
            .and_then(|member| member.awaiting_join.take());
        let Some(id) = waiting else {
            return false;
        };
        self.effects.released.push(Released::Join(id, response));
        true
    }

    /// Answers the sync that a member waits for; answers whether it did.
    pub(super) fn release_sync(&mut self, member: &str, response: SyncGroupResponse) -> bool {
        let waiting = self
            .group
            .members
            .get_mut(member)
            .and_then(|member| member.awaiting_sync.take());
        let Some(id) = waiting else {
            return false;
        };
        self.effects.released.push(Released::Sync(id, response));
        true
    }

    /// Answers whatever a member that is no longer one waited for.
    pub(super) fn dismiss(&mut self, member: Member, member_id: StringBytes, error: ErrorCode) {
        if let Some(id) = member.awaiting_join {
            let response = join::refused(member_id, error);
            self.effects.released.push(Released::Join(id, response));
        }
        if let Some(id) = member.awaiting_sync {
            let response = sync::refused(error);
            self.effects.released.push(Released::Sync(id, response));
        }
    }

    /// Lets a member or a pending one go; whoever still asks for it must join anew.
    pub(super) fn remove(&mut self, id: &StringBytes) {
        self.cancel_member(id);
        if let Some(member) = self.group.remove(id) {
            self.dismiss(member, StringBytes::EMPTY, ErrorCode::UnknownMemberId);
        }
    }
}
