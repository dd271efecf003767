//! The way of a classic group from one generation to the next.
//!
//! An empty group waits `group.initial.rebalance.delay.ms` for more members, and again for each span in which
//! somebody came, no longer than the rebalance timeout in all. Any other group waits until all its members have
//! joined again or the rebalance timeout is over; who has not joined by then is no longer a member, static members
//! excepted, who keep their place until their session ends (KIP-345).

use broker_codec::StringBytes;
use broker_protocol::ErrorCode;
use bytes::Bytes;

use super::join;
use super::turn::Turn;
use crate::classic_group::{ClassicGroupState, InitialDelay, JoinedMeanwhile, Seniority};
use crate::group_record::GroupRecord;
use crate::outcome::WriteIntent;

impl Turn<'_> {
    /// Starts a rebalance, or finishes the one that is under way if nobody is missing.
    pub(super) fn rebalance_or_complete_join(&mut self) {
        match self.group.state {
            ClassicGroupState::PreparingRebalance => self.maybe_complete_join(),
            _ => self.prepare_rebalance(),
        }
    }

    /// Sends everybody to join again.
    pub(super) fn prepare_rebalance(&mut self) {
        if self.group.is(ClassicGroupState::CompletingRebalance) {
            self.drop_assignments(ErrorCode::RebalanceInProgress);
        }
        self.cancel_sync();
        let is_first = self.group.is(ClassicGroupState::Empty);
        self.group
            .transition(ClassicGroupState::PreparingRebalance, self.now.wall);
        if is_first {
            let delay_ms = self.config.initial_rebalance_delay_ms;
            let remaining_ms = self.group.rebalance_timeout_ms().saturating_sub(delay_ms).max(0);
            self.delay_first_generation(delay_ms, remaining_ms);
        } else {
            self.group.initial_delay = None;
            self.schedule_join(self.group.rebalance_timeout_ms());
            self.maybe_complete_join();
        }
    }

    fn delay_first_generation(&mut self, delay_ms: i32, remaining_ms: i32) {
        self.group.initial_delay = Some(InitialDelay {
            delay_ms,
            remaining_ms,
            joined: JoinedMeanwhile::Nobody,
        });
        self.schedule_join(delay_ms);
    }

    /// Ends the join phase if everybody is here; an empty group's first members wait out the delay all the same.
    pub(super) fn maybe_complete_join(&mut self) {
        let may_end =
            self.group.is(ClassicGroupState::PreparingRebalance) && self.group.initial_delay.is_none();
        if may_end && self.group.all_members_joined() {
            self.complete_join();
        }
    }

    /// The join phase, or a span of the initial delay, has lasted long enough.
    pub(super) fn join_time_is_up(&mut self) {
        if !self.group.is(ClassicGroupState::PreparingRebalance) {
            return;
        }
        match self.group.initial_delay {
            Some(delay) if delay.joined == JoinedMeanwhile::Somebody && delay.remaining_ms != 0 => {
                let next_ms = self.config.initial_rebalance_delay_ms.min(delay.remaining_ms);
                let remaining_ms = delay.remaining_ms.saturating_sub(delay.delay_ms).max(0);
                self.delay_first_generation(next_ms, remaining_ms);
            }
            _ => self.complete_join(),
        }
    }

    fn complete_join(&mut self) {
        self.cancel_join();
        let missing = self.group.members.values();
        let missing: Vec<StringBytes> = missing
            .filter(|member| member.awaiting_join.is_none() && member.instance.is_none())
            .map(|member| member.id.clone())
            .collect();
        for member in &missing {
            self.remove(member);
        }
        if !self.group.elect_joined_leader() && !self.group.members.is_empty() {
            // Only static members are left, and none of them has come back; their sessions will end or they will.
            self.schedule_join(self.group.rebalance_timeout_ms());
            return;
        }
        self.group.start_generation(self.now.wall);
        if self.group.is(ClassicGroupState::Empty) {
            let record = GroupRecord::generation(self.group, |_| Bytes::new());
            self.effects.records.push(record);
            self.effects.intent = WriteIntent::Background;
        } else {
            self.tell_generation();
        }
    }

    /// Answers every join, and gives the members the rebalance timeout to ask for their assignment.
    fn tell_generation(&mut self) {
        let mut for_leader = self.group.describe_for_leader();
        let ids: Vec<StringBytes> = self.group.members.keys().cloned().collect();
        for id in ids {
            let members = match self.group.is_leader(&id) {
                true => std::mem::take(&mut for_leader),
                false => Vec::new(),
            };
            let response = join::joined(self.group, &id, members);
            self.release_join(&id, response);
            self.refresh_session(&id);
            if let Some(member) = self.group.members.get_mut(&id) {
                member.seniority = Seniority::Established;
            }
            self.group.pending_sync.insert(id);
        }
        self.schedule_sync(self.group.rebalance_timeout_ms());
    }

    /// Members that have not asked for their assignment in time are gone.
    pub(super) fn sync_time_is_up(&mut self) {
        let is_settled = matches!(
            self.group.state,
            ClassicGroupState::Empty | ClassicGroupState::PreparingRebalance
        );
        if is_settled || self.group.pending_sync.is_empty() {
            return;
        }
        for member in std::mem::take(&mut self.group.pending_sync) {
            self.remove(&member);
        }
        self.prepare_rebalance();
    }
}
