//! What has to hold in every run, checked where it could break.
//!
//! | rule | checked when |
//! |---|---|
//! | lost (I1): what was acknowledged, or read, stays where it was | an acknowledgement, a read, the end |
//! | copies (I2): what is acknowledged with acks=all is on as many replicas as have to be in sync | an acknowledgement |
//! | twice (I3): a record of an idempotent producer stands at one offset | an acknowledgement, a read, the end |
//! | order (I4): records of an idempotent producer stand in the order in which they were sent | the end |
//! | one value (I5): nobody sees another record at an offset | an acknowledgement, a read, the end |
//! | dense (I6): offsets have no gaps | a read, the end |
//! | high watermark (I7): monotone in a leader's epoch, never above a replica in sync | a leader's step |
//! | log start (I8): monotone while a process runs, never above what somebody wanted deleted (I21); who asks below it is told so | a step, a read |
//! | committed offsets (I15): what a group has committed, and was told so, is found again | a fetch of offsets |
//! | one owner, generation (I16): a partition has one owner in a generation, and nobody commits in one when a later was known | an assignment, a commit |
//! | replicas agree (I18): the same bytes up to the high watermark | the end |
//! | one leader (I27): one leader in an epoch of a partition, one controller in an epoch of the quorum | a step |
//! | remote tier (I19, I20, I21) | see `tier` |
//! | metadata (I27): the same image at the same offset; a topic that was made stays | a step, the end |

mod ending;
mod groups;
mod tier;
mod watch;

pub(crate) use ending::ReplicaContent;
pub(crate) use groups::CommitTicket;

use std::collections::BTreeMap;

use broker_codec::batch::batches;
use broker_model::{Acks, LeaderEpoch, Offset};
use bytes::Bytes;

use crate::message::{Fetched, PartitionId};
use watch::Watch;

/// A broken rule, in words.
pub(crate) type Violation = String;

/// Most bytes that a batch of a run unpacks to.
const UNPACKED_MAX: usize = 1 << 20;

/// Whose record it is, and which of its partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordName {
    pub(crate) producer: u32,
    pub(crate) number: u64,
}

/// Producers from this number on are not idempotent: what they send may stand twice.
pub(crate) const PLAIN_PRODUCERS: u32 = 10_000;

impl RecordName {
    pub(crate) fn value(self) -> Vec<u8> {
        let mut value = self.producer.to_be_bytes().to_vec();
        value.extend_from_slice(&self.number.to_be_bytes());
        value
    }

    fn parse(value: &[u8]) -> Option<Self> {
        let (producer, number) = value.split_at_checked(4)?;
        Some(Self {
            producer: u32::from_be_bytes(producer.try_into().ok()?),
            number: u64::from_be_bytes(number.try_into().ok()?),
        })
    }

    const fn is_idempotent(self) -> bool {
        self.producer < PLAIN_PRODUCERS
    }
}

/// What is known for certain of a partition, because somebody was told.
#[derive(Debug, Default)]
struct Truth {
    at: BTreeMap<i64, RecordName>,
    place: BTreeMap<RecordName, i64>,
    /// Records of acknowledgements that bind, and when they were given.
    acknowledged: BTreeMap<RecordName, u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Checker {
    truth: BTreeMap<PartitionId, Truth>,
    watch: Watch,
    topics: Vec<String>,
    /// Up to where somebody wanted the records of a partition deleted.
    deleted: BTreeMap<PartitionId, i64>,
    groups: groups::Groups,
    tier: tier::TierWatch,
}

impl Truth {
    fn is_at(&mut self, name: RecordName, offset: i64) -> Result<(), Violation> {
        let known = *self.at.entry(offset).or_insert(name);
        if known != name {
            return Err(format!(
                "one value (I5): offset {offset} was {known:?} and is {name:?}"
            ));
        }
        if name.is_idempotent() {
            let place = *self.place.entry(name).or_insert(offset);
            if place != offset {
                return Err(format!("twice (I3): {name:?} stands at {place} and at {offset}"));
            }
        }
        Ok(())
    }
}

impl Checker {
    /// A producer was told that its record is there.
    pub(crate) fn acknowledged(
        &mut self,
        partition: PartitionId,
        name: RecordName,
        offset: Offset,
        acks: Acks,
        now: u64,
    ) -> Result<(), Violation> {
        if acks != Acks::All {
            return Ok(());
        }
        let truth = self.truth.entry(partition).or_default();
        truth.acknowledged.insert(name, now);
        truth
            .is_at(name, offset.value())
            .map_err(|broken| format!("{broken}, which was acknowledged in {}", partition.1))
    }

    /// A consumer has read from there; the offset that comes next.
    pub(crate) fn consumed(
        &mut self,
        partition: PartitionId,
        from: i64,
        fetched: &Fetched,
    ) -> Result<i64, Violation> {
        let mut next = from;
        for (offset, name) in records_of(&fetched.records)? {
            if offset < from {
                continue;
            }
            if offset != next && next == from {
                return Err(format!(
                    "log start (I8): {offset} was read where {from} was asked for, without a word"
                ));
            }
            if offset != next {
                return Err(format!("dense (I6): {offset} comes where {next} should"));
            }
            if offset >= fetched.high_watermark.value() {
                let high_watermark = fetched.high_watermark;
                return Err(format!(
                    "high watermark (I7): {offset} was read at {high_watermark}"
                ));
            }
            let truth = self.truth.entry(partition).or_default();
            truth.is_at(name, offset)?;
            next = offset + 1;
        }
        self.same_bytes(partition, &fetched.records)?;
        Ok(next)
    }

    /// Somebody wants the records before an offset deleted.
    pub(crate) fn deletes(&mut self, partition: PartitionId, before: i64) {
        let known = self.deleted.entry(partition).or_default();
        *known = before.max(*known);
    }

    /// Below which offset records may be gone.
    pub(crate) fn deleted_below(&self, partition: PartitionId) -> i64 {
        self.deleted.get(&partition).copied().unwrap_or(0)
    }

    /// Where what is known of a partition ends.
    pub(crate) fn known_end(&self, partition: PartitionId) -> i64 {
        let last = self
            .truth
            .get(&partition)
            .and_then(|truth| truth.at.last_key_value());
        last.map_or(0, |(offset, _)| offset + 1)
    }

    pub(crate) fn topic_created(&mut self, name: &str) {
        self.topics.push(name.to_owned());
    }

    /// How many records of a partition were acknowledged since then.
    pub(crate) fn acknowledged_since(&self, partition: PartitionId, since: u64) -> usize {
        let truth = self.truth.get(&partition);
        truth.map_or(0, |truth| {
            truth.acknowledged.values().filter(|at| **at >= since).count()
        })
    }
}

/// The records of batches, in order, control records left out.
fn records_of(bytes: &Bytes) -> Result<Vec<(i64, RecordName)>, Violation> {
    let mut records = Vec::new();
    for batch in batches(bytes) {
        let batch = batch.map_err(|error| format!("one value (I5): a batch is damaged: {error}"))?;
        batch
            .verify_crc()
            .map_err(|error| format!("one value (I5): a batch is damaged: {error}"))?;
        let read = batch
            .records(UNPACKED_MAX)
            .map_err(|error| format!("one value (I5): {error}"))?;
        for record in read {
            let name = record.value.as_deref().and_then(RecordName::parse);
            let name =
                name.ok_or_else(|| format!("one value (I5): nobody sent what stands at {}", record.offset))?;
            records.push((record.offset.value(), name));
        }
    }
    Ok(records)
}

/// The epoch in words.
fn epoch_text(epoch: LeaderEpoch) -> i32 {
    epoch.value()
}
