//! Where the partitions of a topic begin that was restored from another cluster's bucket (ADR 23).
//!
//! It stands under a topic `eddyline/begin/<topic id>`, which cannot exist because of its slashes (as in ADR 11), in the
//! records that make the topic: whoever makes a log of it knows from the first moment that it does not begin at 0, and
//! whoever leads a partition knows where its segments are to be fetched. Invariant: what cannot be read is an error and
//! never taken for a topic that begins at 0.

use broker_model::{ClusterId, LeaderEpoch, Offset, PartitionIndex, TopicId, Uuid};
use thiserror::Error;

use crate::MetadataRecord;
use crate::image::{ConfigResource, ConfigResourceType, MetadataImage};
use crate::messages::ConfigRecord;

const RESOURCE: &str = "eddyline/begin";
const SOURCE: &str = "source";
const CLUSTER: &str = "cluster";
const TOPIC: &str = "topic";
const LEADER_EPOCH: &str = "leader-epoch";

/// A topic that came from another cluster's bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicBegin {
    /// The topic as it is here.
    pub topic_id: TopicId,
    /// Where its segments come from.
    pub source: TopicSource,
    /// The epoch of what its logs begin with: later than any of the records that come along.
    pub leader_epoch: LeaderEpoch,
    /// Its partitions, by number.
    pub partitions: Vec<PartitionBegin>,
}

/// A topic in a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSource {
    /// The bucket, as `eddyline.remote.store` of the other cluster.
    pub location: String,
    /// The other cluster.
    pub cluster_id: ClusterId,
    /// The topic as it is there.
    pub topic_id: TopicId,
}

/// Where one partition begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionBegin {
    /// Where its log starts, local and remote.
    pub log_start: Offset,
    /// Where the remote part ends and the local one begins.
    pub remote_end: Offset,
    /// First offset that is given anew.
    pub resume: Offset,
}

/// One partition, and all that it needs to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BegunPartition {
    /// Where the segments come from.
    pub source: TopicSource,
    /// The epoch of what the log begins with.
    pub leader_epoch: LeaderEpoch,
    /// Where it begins.
    pub begin: PartitionBegin,
}

/// What stands in the metadata is no beginning.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("where topic {topic_id} begins cannot be read: {name} has '{text}'")]
pub struct UnreadableBegin {
    /// The topic.
    pub topic_id: TopicId,
    /// The configuration.
    pub name: String,
    /// What it has.
    pub text: String,
}

impl PartitionBegin {
    fn text(self) -> String {
        let Self {
            log_start,
            remote_end,
            resume,
        } = self;
        format!("{log_start} {remote_end} {resume}")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ').map(|part| part.parse().ok().map(Offset::new));
        let begin = Self {
            log_start: parts.next()??,
            remote_end: parts.next()??,
            resume: parts.next()??,
        };
        (parts.next().is_none() && begin.is_sound()).then_some(begin)
    }

    /// Whether the offsets are in order.
    pub fn is_sound(&self) -> bool {
        Offset::ZERO <= self.log_start && self.log_start <= self.remote_end && self.remote_end <= self.resume
    }
}

impl TopicBegin {
    /// The records that say so, to stand before those that make the topic.
    pub fn records(&self) -> Vec<MetadataRecord> {
        let record = |name: &str, value: &str| record(self.topic_id, name, Some(value));
        let head = [
            (SOURCE, self.source.location.clone()),
            (CLUSTER, self.source.cluster_id.to_string()),
            (TOPIC, self.source.topic_id.uuid().to_string()),
            (LEADER_EPOCH, self.leader_epoch.value().to_string()),
        ];
        let head = head.iter().map(|(name, value)| record(name, value));
        let partitions = self.partitions.iter().enumerate();
        let partitions = partitions.map(|(index, begin)| record(&index.to_string(), &begin.text()));
        head.chain(partitions).collect()
    }
}

/// Where a partition begins, if its topic came from elsewhere. Partitions that were added later did not.
///
/// # Errors
/// What stands there cannot be read.
pub fn begun_partition(
    image: &MetadataImage,
    topic_id: TopicId,
    index: PartitionIndex,
) -> Result<Option<BegunPartition>, UnreadableBegin> {
    let Some(configs) = image.configs.of(&resource(topic_id)) else {
        return Ok(None);
    };
    let index = index.value().to_string();
    let Some(begin) = configs.get(index.as_str()) else {
        return Ok(None);
    };
    let value = |name: &str| configs.get(name).map_or("", |value| &**value);
    let unreadable = |name: &str| UnreadableBegin {
        topic_id,
        name: name.to_owned(),
        text: value(name).to_owned(),
    };
    let topic: Uuid = value(TOPIC).parse().map_err(|_| unreadable(TOPIC))?;
    let epoch = value(LEADER_EPOCH)
        .parse()
        .map_err(|_| unreadable(LEADER_EPOCH))?;
    Ok(Some(BegunPartition {
        source: TopicSource {
            location: value(SOURCE).to_owned(),
            cluster_id: ClusterId::new(value(CLUSTER)),
            topic_id: TopicId::new(topic),
        },
        leader_epoch: LeaderEpoch::new(epoch),
        begin: PartitionBegin::parse(begin).ok_or_else(|| unreadable(&index))?,
    }))
}

/// The records that take back what stands of a topic that is deleted.
pub fn begin_removal(image: &MetadataImage, topic_id: TopicId) -> Vec<MetadataRecord> {
    let configs = image.configs.of(&resource(topic_id));
    let names = configs.into_iter().flat_map(|configs| configs.keys());
    names.map(|name| record(topic_id, name, None)).collect()
}

fn resource(topic_id: TopicId) -> ConfigResource {
    ConfigResource::topic(name_of(topic_id))
}

fn name_of(topic_id: TopicId) -> String {
    format!("{RESOURCE}/{}", topic_id.uuid())
}

fn record(topic_id: TopicId, name: &str, value: Option<&str>) -> MetadataRecord {
    let record = ConfigRecord {
        resource_type: ConfigResourceType::Topic.code(),
        resource_name: name_of(topic_id).as_str().into(),
        name: name.into(),
        value: value.map(Into::into),
        unknown_tagged_fields: Vec::new(),
    };
    record.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::image;

    fn id(byte: u8) -> TopicId {
        TopicId::new(Uuid::from_bytes([byte; 16]))
    }

    fn begin() -> TopicBegin {
        let at = |log_start, remote_end, resume| PartitionBegin {
            log_start: Offset::new(log_start),
            remote_end: Offset::new(remote_end),
            resume: Offset::new(resume),
        };
        TopicBegin {
            topic_id: id(1),
            source: TopicSource {
                location: "s3://old/a b=c".to_owned(),
                cluster_id: ClusterId::new("old cluster"),
                topic_id: id(2),
            },
            leader_epoch: LeaderEpoch::new(1_007),
            partitions: vec![at(0, 700, 1_000_700), at(40, 40, 40)],
        }
    }

    fn found(image: &MetadataImage, index: i32) -> Result<Option<BegunPartition>, UnreadableBegin> {
        begun_partition(image, id(1), PartitionIndex::new(index))
    }

    #[test]
    fn every_partition_is_found_again_and_others_begin_at_0() {
        let begin = begin();
        let image = image(&begin.records());
        for (index, expected) in (0..).zip(&begin.partitions) {
            let found = found(&image, index).unwrap().unwrap();
            assert_eq!((found.begin, found.leader_epoch), (*expected, begin.leader_epoch));
            assert_eq!(found.source, begin.source);
        }
        assert_eq!(found(&image, 2), Ok(None), "it was added later");
        let other = begun_partition(&image, id(2), PartitionIndex::new(0));
        assert_eq!(other, Ok(None));
    }

    #[test]
    fn what_cannot_be_read_is_never_taken_for_a_topic_that_begins_at_0() {
        for (name, nonsense) in [
            ("0", "0 700"),
            ("0", "0 700 1 2"),
            ("0", "0 700 600"),
            ("0", "-1 7 8"),
            ("0", ""),
            (TOPIC, "?"),
            (LEADER_EPOCH, ""),
        ] {
            let mut records = begin().records();
            records.push(record(id(1), name, Some(nonsense)));
            let refused = found(&image(&records), 0).unwrap_err();
            assert_eq!((refused.name.as_str(), refused.text.as_str()), (name, nonsense));
        }
    }

    #[test]
    fn nothing_stays_of_a_topic_that_is_deleted() {
        let mut records = begin().records();
        let removal = begin_removal(&image(&records), id(1));
        records.extend(removal);
        let image = image(&records);
        assert_eq!(image.configs.iter().count(), 0);
    }
}
