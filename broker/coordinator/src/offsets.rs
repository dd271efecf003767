//! Committed offsets by group, topic and partition, and those of transactions that are still open.
//!
//! Invariant: changes only by replay of records that are in the log. A group without offsets has no entry.

use std::collections::{BTreeMap, HashMap};

use broker_codec::StringBytes;
use broker_model::{ProducerId, Timestamp, Uuid};

use crate::messages::OffsetCommitValue;

/// What a group has committed for one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OffsetAndMetadata {
    pub(crate) offset: i64,
    pub(crate) leader_epoch: i32,
    pub(crate) metadata: StringBytes,
    pub(crate) committed_at: Timestamp,
    /// Only from clients that set a retention of their own.
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) topic_id: Uuid,
}

impl OffsetAndMetadata {
    pub(crate) fn from_record(value: &OffsetCommitValue) -> Self {
        Self {
            offset: value.offset,
            leader_epoch: value.leader_epoch,
            metadata: value.metadata.detached(),
            committed_at: Timestamp::from_ms(value.commit_timestamp),
            expires_at: (value.expire_timestamp >= 0).then(|| Timestamp::from_ms(value.expire_timestamp)),
            topic_id: value.topic_id,
        }
    }
}

/// Offsets of one group.
pub(crate) type GroupOffsets = BTreeMap<StringBytes, BTreeMap<i32, OffsetAndMetadata>>;

/// What an offset is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OffsetPlace {
    pub(crate) group: StringBytes,
    pub(crate) topic: StringBytes,
    pub(crate) partition: i32,
}

/// One commit inside of an open transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingOffset {
    pub(crate) place: OffsetPlace,
    pub(crate) offset: Option<OffsetAndMetadata>,
    standing: Standing,
}

/// Whether a pending commit still counts when its transaction commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Newest,
    /// A commit outside of the transaction came after it.
    Superseded,
}

impl PendingOffset {
    pub(crate) fn new(place: OffsetPlace, offset: Option<OffsetAndMetadata>) -> Self {
        let place = OffsetPlace {
            group: place.group.detached(),
            topic: place.topic.detached(),
            partition: place.partition,
        };
        Self {
            place,
            offset,
            standing: Standing::Newest,
        }
    }

    fn is_about(&self, group: &str, topic: &str, partition: i32) -> bool {
        self.place.partition == partition && self.place.topic == topic && self.place.group == group
    }
}

#[derive(Debug, Default)]
pub(crate) struct Offsets {
    by_group: HashMap<StringBytes, GroupOffsets>,
    pending: HashMap<ProducerId, Vec<PendingOffset>>,
}

impl Offsets {
    pub(crate) fn of_group(&self, group: &str) -> Option<&GroupOffsets> {
        self.by_group.get(group)
    }

    pub(crate) fn get(&self, group: &str, topic: &str, partition: i32) -> Option<&OffsetAndMetadata> {
        self.by_group.get(group)?.get(topic)?.get(&partition)
    }

    /// Whether there is an offset, committed or pending.
    pub(crate) fn knows(&self, group: &str, topic: &str, partition: i32) -> bool {
        self.get(group, topic, partition).is_some() || self.has_pending(group, topic, partition)
    }

    /// Groups that have offsets.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&StringBytes, &GroupOffsets)> {
        self.by_group.iter()
    }

    pub(crate) fn put(&mut self, place: &OffsetPlace, offset: OffsetAndMetadata) {
        if !self.by_group.contains_key(&place.group) {
            self.by_group.insert(place.group.detached(), GroupOffsets::new());
        }
        let Some(topics) = self.by_group.get_mut(&place.group) else {
            return;
        };
        match topics.get_mut(&place.topic) {
            Some(partitions) => {
                partitions.insert(place.partition, offset);
            }
            None => {
                let partitions = BTreeMap::from([(place.partition, offset)]);
                topics.insert(place.topic.detached(), partitions);
            }
        }
    }

    pub(crate) fn remove(&mut self, place: &OffsetPlace) {
        let Some(topics) = self.by_group.get_mut(&place.group) else {
            return;
        };
        if let Some(partitions) = topics.get_mut(&place.topic) {
            partitions.remove(&place.partition);
            if partitions.is_empty() {
                topics.remove(&place.topic);
            }
        }
        if topics.is_empty() {
            self.by_group.remove(&place.group);
        }
    }

    pub(crate) fn put_pending(&mut self, producer: ProducerId, pending: PendingOffset) {
        self.pending.entry(producer).or_default().push(pending);
    }

    /// A commit outside of transactions came after whatever is pending for the same partition.
    pub(crate) fn supersede_pending(&mut self, place: &OffsetPlace) {
        for pending in self.pending.values_mut().flatten() {
            if pending.is_about(&place.group, &place.topic, place.partition) {
                pending.standing = Standing::Superseded;
            }
        }
    }

    /// Commits that count of a transaction that ended, in their order.
    pub(crate) fn take_pending(&mut self, producer: ProducerId) -> Vec<PendingOffset> {
        let mut pending = self.pending.remove(&producer).unwrap_or_default();
        pending.retain(|pending| pending.standing == Standing::Newest);
        pending
    }

    pub(crate) fn has_pending(&self, group: &str, topic: &str, partition: i32) -> bool {
        let mut pending = self.pending.values().flatten();
        pending.any(|pending| pending.is_about(group, topic, partition))
    }

    /// Places that open transactions are about to change.
    pub(crate) fn pending_of(&self, group: &str) -> impl Iterator<Item = &OffsetPlace> {
        let places = self.pending.values().flatten().map(|pending| &pending.place);
        places.filter(move |place| place.group == group)
    }

    pub(crate) fn has_open_transaction(&self, group: &str) -> bool {
        self.pending_of(group).next().is_some()
    }
}
