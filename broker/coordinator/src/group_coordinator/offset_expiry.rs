//! Offsets that nobody needs any more, and groups of which nothing is left (KIP-211).
//!
//! ```text
//! group                          an offset expires `offsets.retention` after
//! without protocol (simple)      it was committed
//! empty                          the group became empty; if that is not known, it was committed
//! stable consumers               it was committed, if none of them is subscribed to the topic
//! any other                      never
//! ```
//! A client of old may have given its offset a time of its own, which counts instead. Offsets that an open
//! transaction is about to change stay.

use broker_codec::StringBytes;
use broker_model::{Now, Timestamp};

use super::GroupCoordinator;
use crate::classic_group::{ClassicGroup, ClassicGroupState};
use crate::group_record::GroupRecord;
use crate::offsets::OffsetAndMetadata;
use crate::outcome::{Effects, WriteIntent};
use crate::timers::TimerKey;

/// Records of one turn; what is more waits for the next, so that a batch stays far below what a log takes.
const RECORDS_MAX: usize = 2_000;
/// When a full turn is followed by the next.
const NEXT_PIECE_MS: u64 = 100;

impl GroupCoordinator {
    /// Looks for expired offsets from now on, at every check interval.
    pub(super) fn schedule_expiry(&mut self, now: Now, in_ms: u64) {
        let deadline = now.monotonic.plus_ms(in_ms);
        self.timers.schedule(TimerKey::Expiry, deadline);
    }

    pub(super) fn expire_offsets(&mut self, now: Now) -> Effects {
        let mut records = Vec::new();
        for group in self.groups.values() {
            self.expire_group(group, now, &mut records);
            if records.len() >= RECORDS_MAX {
                break;
            }
        }
        let next_ms = match records.len() < RECORDS_MAX {
            true => self.config.offsets_retention_check_ms,
            false => NEXT_PIECE_MS,
        };
        self.schedule_expiry(now, next_ms);
        Effects {
            records,
            intent: WriteIntent::Background,
            released: Vec::new(),
        }
    }

    fn expire_group(&self, group: &ClassicGroup, now: Now, records: &mut Vec<GroupRecord>) {
        let mut stays = !group.is(ClassicGroupState::Empty)
            || !group.pending().is_empty()
            || self.offsets.has_open_transaction(&group.id);
        for topic in self.offsets.of_group(&group.id) {
            let name = &topic.name;
            for (index, offset) in &topic.partitions {
                if records.len() >= RECORDS_MAX {
                    return;
                }
                match self.is_expired(group, (name, *index), offset, now.wall) {
                    true => records.push(GroupRecord::offset(&group.id, name, *index, None)),
                    false => stays = true,
                }
            }
        }
        if !stays {
            records.push(GroupRecord::group_tombstone(&group.id));
        }
    }

    fn is_expired(
        &self,
        group: &ClassicGroup,
        (topic, index): (&StringBytes, i32),
        offset: &OffsetAndMetadata,
        now: Timestamp,
    ) -> bool {
        let Some(base) = expires_from(group, offset) else {
            return false;
        };
        if group.is_subscribed_to(topic) || self.offsets.has_pending(&group.id, topic, index) {
            return false;
        }
        match offset.expires_at {
            Some(moment) => now >= moment,
            None => now.since_ms(base) >= self.config.offsets_retention_ms,
        }
    }

    /// Forgets the offsets of topics that were deleted.
    pub fn topics_deleted(&self, topics: &[StringBytes]) -> Effects {
        let mut records = Vec::new();
        for topic in topics {
            for (group, offsets) in self.offsets.groups_with(topic) {
                let partitions = offsets.partitions.iter();
                records.extend(partitions.map(|(index, _)| GroupRecord::offset(group, topic, *index, None)));
            }
        }
        Effects {
            records,
            intent: WriteIntent::Background,
            released: Vec::new(),
        }
    }
}

/// The moment from which the retention counts; none while the group needs its offsets.
fn expires_from(group: &ClassicGroup, offset: &OffsetAndMetadata) -> Option<Timestamp> {
    match group.state {
        _ if group.protocol_type.is_none() => Some(offset.committed_at),
        ClassicGroupState::Empty => Some(group.state_changed_at.unwrap_or(offset.committed_at)),
        ClassicGroupState::Stable if group.subscribed_topics.is_some() => Some(offset.committed_at),
        _ => None,
    }
}
