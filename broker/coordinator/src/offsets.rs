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

/// One commit inside of an open transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingOffset {
    pub(crate) group: StringBytes,
    pub(crate) topic: StringBytes,
    pub(crate) partition: i32,
    pub(crate) offset: Option<OffsetAndMetadata>,
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

    /// Groups that have offsets.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&StringBytes, &GroupOffsets)> {
        self.by_group.iter()
    }

    pub(crate) fn put(
        &mut self,
        group: &StringBytes,
        topic: &StringBytes,
        partition: i32,
        offset: OffsetAndMetadata,
    ) {
        if !self.by_group.contains_key(group) {
            self.by_group.insert(group.detached(), GroupOffsets::new());
        }
        let Some(topics) = self.by_group.get_mut(group) else {
            return;
        };
        match topics.get_mut(topic) {
            Some(partitions) => {
                partitions.insert(partition, offset);
            }
            None => {
                topics.insert(topic.detached(), BTreeMap::from([(partition, offset)]));
            }
        }
    }

    pub(crate) fn remove(&mut self, group: &str, topic: &str, partition: i32) {
        let Some(topics) = self.by_group.get_mut(group) else {
            return;
        };
        if let Some(partitions) = topics.get_mut(topic) {
            partitions.remove(&partition);
            if partitions.is_empty() {
                topics.remove(topic);
            }
        }
        if topics.is_empty() {
            self.by_group.remove(group);
        }
    }

    pub(crate) fn put_pending(&mut self, producer: ProducerId, pending: PendingOffset) {
        self.pending.entry(producer).or_default().push(pending);
    }

    /// Commits of a transaction that ended, in their order.
    pub(crate) fn take_pending(&mut self, producer: ProducerId) -> Vec<PendingOffset> {
        self.pending.remove(&producer).unwrap_or_default()
    }

    pub(crate) fn has_pending(&self, group: &str, topic: &str, partition: i32) -> bool {
        let hit = |pending: &PendingOffset| {
            pending.group == group && pending.topic == topic && pending.partition == partition
        };
        self.pending.values().flatten().any(hit)
    }

    pub(crate) fn has_open_transaction(&self, group: &str) -> bool {
        self.pending.values().flatten().any(|pending| pending.group == group)
    }
}
