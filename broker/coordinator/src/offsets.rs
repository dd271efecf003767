//! Committed offsets by group, topic and partition, and those of transactions that are still open.
//!
//! Invariants: changes only by replay of records that are in the log; a group without offsets has no entry. Most
//! groups have a few topics with a few partitions, and there may be very many of them, so topics and partitions are
//! sorted lists and not trees.

use std::collections::HashMap;

use broker_codec::StringBytes;
use broker_model::{ProducerId, Timestamp, Uuid};

use crate::group_memory::{GroupMemory, Held, OFFSET_SIZE, TOPIC_SIZE};
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

    fn size(&self) -> usize {
        OFFSET_SIZE + self.metadata.len()
    }
}

/// Offsets of one topic of a group, by partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicOffsets {
    pub(crate) name: StringBytes,
    pub(crate) partitions: Vec<(i32, OffsetAndMetadata)>,
}

impl TopicOffsets {
    fn place(&self, partition: i32) -> Result<usize, usize> {
        self.partitions
            .binary_search_by_key(&partition, |(index, _)| *index)
    }
}

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

#[derive(Debug)]
pub(crate) struct Offsets {
    by_group: HashMap<StringBytes, Vec<TopicOffsets>>,
    pending: HashMap<ProducerId, Vec<PendingOffset>>,
    held: Held,
}

impl Offsets {
    pub(crate) fn new(memory: &GroupMemory) -> Self {
        Self {
            by_group: HashMap::new(),
            pending: HashMap::new(),
            held: memory.hold_nothing(),
        }
    }

    /// Offsets of a group, by topic.
    pub(crate) fn of_group(&self, group: &str) -> &[TopicOffsets] {
        self.by_group.get(group).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn of_topic(&self, group: &str, topic: &str) -> Option<&TopicOffsets> {
        let topics = self.of_group(group);
        let place = place_of(topics, topic).ok()?;
        topics.get(place)
    }

    pub(crate) fn get(&self, group: &str, topic: &str, partition: i32) -> Option<&OffsetAndMetadata> {
        let topic = self.of_topic(group, topic)?;
        let place = topic.place(partition).ok()?;
        topic.partitions.get(place).map(|(_, offset)| offset)
    }

    /// Whether there is an offset, committed or pending.
    pub(crate) fn knows(&self, group: &str, topic: &str, partition: i32) -> bool {
        self.get(group, topic, partition).is_some() || self.has_pending(group, topic, partition)
    }

    /// Groups that have offsets, with these.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&StringBytes, &[TopicOffsets])> {
        self.by_group
            .iter()
            .map(|(group, topics)| (group, topics.as_slice()))
    }

    /// Groups that have offsets of the topic, with these.
    pub(crate) fn groups_with<'a>(
        &'a self,
        topic: &'a str,
    ) -> impl Iterator<Item = (&'a StringBytes, &'a TopicOffsets)> {
        self.by_group
            .keys()
            .filter_map(move |group| Some((group, self.of_topic(group, topic)?)))
    }

    pub(crate) fn put(&mut self, place: &OffsetPlace, offset: OffsetAndMetadata) {
        let size = offset.size();
        if !self.by_group.contains_key(&place.group) {
            self.by_group
                .insert(place.group.detached(), Vec::with_capacity(1));
        }
        let Some(topics) = self.by_group.get_mut(&place.group) else {
            return;
        };
        let topic = match place_of(topics, &place.topic) {
            Ok(at) => &mut topics[at],
            Err(at) => {
                let new = TopicOffsets {
                    name: place.topic.detached(),
                    partitions: Vec::with_capacity(1),
                };
                self.held.add(TOPIC_SIZE + new.name.len());
                topics.insert(at, new);
                &mut topics[at]
            }
        };
        self.held.add(size);
        match topic.place(place.partition) {
            Ok(at) => {
                let (_, before) = std::mem::replace(&mut topic.partitions[at], (place.partition, offset));
                self.held.give_back(before.size());
            }
            Err(at) => topic.partitions.insert(at, (place.partition, offset)),
        }
    }

    pub(crate) fn remove(&mut self, place: &OffsetPlace) {
        let Some(topics) = self.by_group.get_mut(&place.group) else {
            return;
        };
        let Ok(at) = place_of(topics, &place.topic) else {
            return;
        };
        let topic = &mut topics[at];
        if let Ok(at) = topic.place(place.partition) {
            let (_, before) = topic.partitions.remove(at);
            self.held.give_back(before.size());
        }
        if topic.partitions.is_empty() {
            let gone = topics.remove(at);
            self.held.give_back(TOPIC_SIZE + gone.name.len());
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

fn place_of(topics: &[TopicOffsets], name: &str) -> Result<usize, usize> {
    topics.binary_search_by(|topic| topic.name.as_str().cmp(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(topic: &str, partition: i32) -> OffsetPlace {
        OffsetPlace {
            group: "g".into(),
            topic: topic.into(),
            partition,
        }
    }

    fn offset(offset: i64) -> OffsetAndMetadata {
        OffsetAndMetadata {
            offset,
            leader_epoch: -1,
            metadata: "some".into(),
            committed_at: Timestamp::NONE,
            expires_at: None,
            topic_id: Uuid::ZERO,
        }
    }

    #[test]
    fn offsets_lie_by_topic_and_partition() {
        let mut offsets = Offsets::new(&GroupMemory::new(usize::MAX));
        for (topic, partition) in [("b", 2), ("a", 7), ("b", 0), ("b", 1), ("a", 3)] {
            offsets.put(&place(topic, partition), offset(partition.into()));
        }
        let told: Vec<(&str, Vec<i32>)> = offsets
            .of_group("g")
            .iter()
            .map(|topic| {
                (
                    topic.name.as_str(),
                    topic.partitions.iter().map(|(index, _)| *index).collect(),
                )
            })
            .collect();
        assert_eq!(told, [("a", vec![3, 7]), ("b", vec![0, 1, 2])]);
        assert_eq!(offsets.get("g", "a", 7), Some(&offset(7)));
        assert_eq!(offsets.get("g", "a", 8), None);
        assert_eq!(offsets.get("other", "a", 7), None);
    }

    #[test]
    fn what_is_forgotten_takes_no_memory() {
        let memory = GroupMemory::new(usize::MAX);
        let mut offsets = Offsets::new(&memory);
        offsets.put(&place("a", 0), offset(1));
        let one = memory.used();
        offsets.put(&place("a", 0), offset(2));
        assert_eq!(memory.used(), one);
        offsets.put(&place("b", 0), offset(2));
        offsets.remove(&place("b", 0));
        offsets.remove(&place("b", 0));
        assert_eq!(memory.used(), one);
        offsets.remove(&place("a", 0));
        assert_eq!(memory.used(), 0);
        assert!(offsets.by_group.is_empty());
    }
}
