//! The groups of one partition of `__consumer_offsets`.
//!
//! Owns the groups, their offsets and their deadlines. Invariants: what a group has committed changes by replay of
//! records that are in the log, at load as live; an answer that stands for records is given when they are; every
//! parked request is released exactly once, by the event that it waits for, by its member's end, or by
//! [`GroupCoordinator::unload`]. What happens to one group in one event is `turn`'s.

mod delete_groups;
mod describe;
mod heartbeat;
mod join;
mod leave;
mod load;
mod offset_commit;
mod offset_delete;
mod offset_expiry;
mod offset_fetch;
mod rebalance;
mod static_member;
mod sync;
#[cfg(test)]
mod tests;
mod turn;
mod write;

pub use describe::GroupFilter;
pub use load::TransactionResult;
pub use offset_commit::refuse_commit;
pub use offset_delete::refuse_delete;
pub use offset_fetch::{OffsetStability, without_offset};
pub use write::coordinator_error;

use std::collections::HashMap;

use broker_codec::StringBytes;
use broker_model::{MonotonicMs, Now, Uuid};
use broker_protocol::ErrorCode;

use crate::classic_group::ClassicGroup;
use crate::offsets::Offsets;
use crate::outcome::{Effects, ParkedId, Released};
use crate::timers::{TimerKey, Timers};
use crate::{GroupConfig, GroupMemory, group_coordinator::turn::Turn};

/// Who sends a request, as far as groups care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientContext {
    /// Client id of the request header.
    pub client_id: StringBytes,
    /// Address as Java prints it, `/127.0.0.1`.
    pub client_host: StringBytes,
    /// Version of the request.
    pub api_version: i16,
    /// What the id of a new member is made of.
    pub new_member_id: Uuid,
}

/// The groups of one partition of `__consumer_offsets`.
#[derive(Debug)]
pub struct GroupCoordinator {
    config: GroupConfig,
    groups: HashMap<StringBytes, Box<ClassicGroup>>,
    offsets: Offsets,
    timers: Timers,
    last_parked: u64,
    memory: GroupMemory,
}

impl GroupCoordinator {
    /// Knows of no group yet; what it will know is counted in `memory`.
    pub fn new(config: GroupConfig, memory: GroupMemory) -> Self {
        Self {
            config,
            groups: HashMap::new(),
            offsets: Offsets::new(&memory),
            memory,
            timers: Timers::default(),
            last_parked: 0,
        }
    }

    /// When [`on_time`](Self::on_time) has something to do.
    pub fn next_deadline(&self) -> Option<MonotonicMs> {
        self.timers.next_deadline()
    }

    /// Acts on the earliest deadline that has come; none when none has. To be called again until then.
    pub fn on_time(&mut self, now: Now) -> Option<Effects> {
        let key = self.timers.pop_due(now.monotonic)?;
        let group = match &key {
            TimerKey::Member { group, .. } | TimerKey::Join { group } | TimerKey::Sync { group } => group,
            TimerKey::Expiry => return Some(self.expire_offsets(now)),
        };
        let Some(mut turn) = self.turn(group, now) else {
            return Some(Effects::default());
        };
        match &key {
            TimerKey::Member { member, .. } => turn.session_ended(member),
            TimerKey::Join { .. } => turn.join_time_is_up(),
            TimerKey::Sync { .. } => turn.sync_time_is_up(),
            TimerKey::Expiry => {}
        }
        Some(turn.effects)
    }

    /// Gives up the partition: every parked request is answered with `error`.
    pub fn unload(&mut self, error: ErrorCode) -> Vec<Released> {
        let mut released = Vec::new();
        for member in self
            .groups
            .values_mut()
            .flat_map(|group| group.members.values_mut())
        {
            if let Some(id) = member.awaiting_join.take() {
                released.push(Released::Join(id, join::refused(member.id.clone(), error)));
            }
            if let Some(id) = member.awaiting_sync.take() {
                released.push(Released::Sync(id, sync::refused(error)));
            }
        }
        self.groups.clear();
        self.timers = Timers::default();
        self.offsets = Offsets::new(&self.memory);
        released
    }

    fn turn(&mut self, group: &str, now: Now) -> Option<Turn<'_>> {
        let group = self.groups.get_mut(group)?;
        Some(Turn::new(group, &mut self.timers, &self.config, now))
    }

    fn next_parked(&mut self) -> ParkedId {
        self.last_parked += 1;
        ParkedId(self.last_parked)
    }

    fn drop_group(&mut self, id: &str) {
        let Some(group) = self.groups.remove(id) else {
            return;
        };
        for member in group.members.keys().chain(group.pending()) {
            let (group, member) = (group.id.clone(), member.clone());
            self.timers.cancel(&TimerKey::Member { group, member });
        }
        self.timers.cancel(&TimerKey::Join {
            group: group.id.clone(),
        });
        self.timers.cancel(&TimerKey::Sync {
            group: group.id.clone(),
        });
    }
}
