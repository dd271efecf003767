//! Names of objects in the bucket.
//!
//! ```text
//! PREFIX/<cluster id>/<topic id>/<partition>/manifest
//! PREFIX/<cluster id>/<topic id>/<partition>/<leader epoch>-<segment id>.segment
//! ```
//!
//! Ids and numbers only: no topic's name is ever part of a key, and a cluster id is escaped where it is no base64. The epoch of whoever copied a segment is in
//! its key, so that a sweep can tell the copies of a later leader, which it does not know, from those that nobody will
//! ever name. Invariant: [`SegmentKey::parse`] takes back exactly what [`SegmentKey::path`] gives.

use broker_model::{ClusterId, LeaderEpoch, PartitionIndex, TopicId, Uuid};

use crate::remote_segment::RemoteLogSegmentId;

const SEGMENT_SUFFIX: &str = ".segment";
const MANIFEST: &str = "manifest";

/// A partition as the bucket knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RemotePartition {
    /// Cluster that it belongs to.
    pub cluster_id: ClusterId,
    /// Topic, by the id that no other topic ever has.
    pub topic_id: TopicId,
    /// Number in the topic.
    pub index: PartitionIndex,
}

impl RemotePartition {
    /// Where everything of it lies, without the prefix of the bucket.
    pub fn folder(&self) -> String {
        format!("{}/{}", topic_folder(&self.cluster_id, self.topic_id), self.index)
    }

    /// Of the path of a manifest, without the prefix of the bucket; `None` if that is none.
    pub fn of_manifest(path: &str) -> Option<Self> {
        let mut parts = path.strip_suffix("/manifest")?.split('/');
        let (cluster, topic, index) = (parts.next()?, parts.next()?, parts.next()?);
        let partition = Self {
            cluster_id: ClusterId::new(unescaped(cluster)?),
            topic_id: TopicId::new(topic.parse().ok()?),
            index: PartitionIndex::new(index.parse().ok()?),
        };
        (parts.next().is_none() && partition.manifest_path() == path).then_some(partition)
    }

    /// Its manifest.
    pub fn manifest_path(&self) -> String {
        format!("{}/{MANIFEST}", self.folder())
    }
}

/// Where everything of a topic lies, without the prefix of the bucket.
pub fn topic_folder(cluster_id: &ClusterId, topic_id: TopicId) -> String {
    format!("{}/{topic_id}", escaped(cluster_id.as_str()))
}

/// Whose object or folder of a partition a path is, with or without the prefix of the bucket; `None` if it is neither.
pub fn topic_of(path: &str) -> Option<TopicId> {
    let parts: Vec<&str> = path.split('/').collect();
    parts.windows(2).rev().find_map(|pair| {
        let is_partition = pair[1].parse::<u32>().is_ok();
        let topic: Uuid = pair[0].parse().ok()?;
        is_partition.then_some(TopicId::new(topic))
    })
}

/// An object of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteObject {
    /// Whose it is.
    pub partition: RemotePartition,
    /// What it is.
    pub kind: ObjectKind,
}

/// What an object of a partition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// Its manifest.
    Manifest,
    /// A segment.
    Segment(SegmentKey),
}

impl RemoteObject {
    /// What lies at a path, without the prefix of the bucket; `None` if that is neither.
    pub fn parse(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/')?;
        let partition = RemotePartition::of_manifest(&format!("{folder}/{MANIFEST}"))?;
        let kind = match name {
            MANIFEST => ObjectKind::Manifest,
            _ => ObjectKind::Segment(SegmentKey::parse(name)?),
        };
        Some(Self { partition, kind })
    }

    /// Where it lies, without the prefix of the bucket.
    pub fn path(&self) -> String {
        match self.kind {
            ObjectKind::Manifest => self.partition.manifest_path(),
            ObjectKind::Segment(key) => key.path(&self.partition),
        }
    }
}

/// The text with every byte but letters, digits, `-` and `_` as `%` and two hexadecimal digits.
pub(crate) fn escaped(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            key.push(char::from(byte));
        } else {
            key.push_str(&format!("%{byte:02X}"));
        }
    }
    key
}

/// What [`escaped`] was given.
fn unescaped(key: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// A segment as its key tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentKey {
    /// Epoch of the leader that copies it.
    pub copied_in: LeaderEpoch,
    /// Its name.
    pub id: RemoteLogSegmentId,
}

impl SegmentKey {
    /// Where its object lies.
    pub fn path(self, partition: &RemotePartition) -> String {
        let Self { copied_in, id } = self;
        format!("{}/{copied_in}-{id}{SEGMENT_SUFFIX}", partition.folder())
    }

    /// Of the last part of a path; `None` if that is no segment.
    pub fn parse(name: &str) -> Option<Self> {
        let (epoch, id) = name.strip_suffix(SEGMENT_SUFFIX)?.split_once('-')?;
        let value = epoch.parse::<i32>().ok().filter(|value| *value >= 0)?;
        let id: Uuid = id.parse().ok()?;
        let key = Self {
            copied_in: LeaderEpoch::new(value),
            id: RemoteLogSegmentId::new(id),
        };
        (value.to_string() == epoch).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::partition;

    #[test]
    fn a_key_names_no_topic_and_is_read_back() {
        let key = SegmentKey {
            copied_in: LeaderEpoch::new(7),
            id: RemoteLogSegmentId::new(Uuid::from_bytes([0xfb; 16])),
        };
        let path = key.path(&partition());
        assert_eq!(
            path,
            "cluster-a/AAAAAAAAAAAAAAAAAAAACQ/3/7--_v7-_v7-_v7-_v7-_v7-w.segment"
        );
        let name = path.rsplit('/').next().unwrap();
        assert_eq!(SegmentKey::parse(name), Some(key));
    }

    #[test]
    fn a_cluster_id_cannot_leave_its_folder() {
        let odd = RemotePartition {
            cluster_id: ClusterId::new("../a b"),
            ..partition()
        };
        assert!(odd.folder().starts_with("%2E%2E%2Fa%20b/"), "{}", odd.folder());
    }

    #[test]
    fn a_partition_is_known_again_by_the_path_of_its_manifest() {
        let odd = RemotePartition {
            cluster_id: ClusterId::new("../a b"),
            ..partition()
        };
        for known in [partition(), odd] {
            assert_eq!(RemotePartition::of_manifest(&known.manifest_path()), Some(known));
        }
        for other in ["manifest", "a/b/manifest", "a/AAAAAAAAAAAAAAAAAAAACQ/3", "owner"] {
            assert_eq!(RemotePartition::of_manifest(other), None, "{other}");
        }
        assert_eq!(
            RemotePartition::of_manifest("a/AAAAAAAAAAAAAAAAAAAACQ/03/manifest"),
            None
        );
    }

    #[test]
    fn an_object_is_known_again_by_its_path_and_nothing_else_is_one() {
        for kind in [
            ObjectKind::Manifest,
            ObjectKind::Segment(crate::small_world::key(1, 7)),
        ] {
            let object = RemoteObject {
                partition: partition(),
                kind,
            };
            assert!(object.path().starts_with(&topic_folder(
                &object.partition.cluster_id,
                object.partition.topic_id
            )));
            assert_eq!(RemoteObject::parse(&object.path()), Some(object));
        }
        let folder = partition().folder();
        for other in [
            format!("{folder}/notes.txt"),
            format!("{folder}/manifest/x"),
            folder,
            "cluster-a/backup/0/plan".to_owned(),
            "owner".to_owned(),
        ] {
            assert_eq!(RemoteObject::parse(&other), None, "{other}");
        }
    }

    #[test]
    fn the_topic_of_a_path_is_known_wherever_the_bucket_puts_it() {
        let segment = crate::small_world::key(1, 7).path(&partition());
        for path in [partition().folder(), partition().manifest_path(), segment] {
            for path in [path.clone(), format!("tiered/lab/{path}")] {
                assert_eq!(topic_of(&path), Some(partition().topic_id), "{path}");
            }
        }
        // A cluster id looks like the id of a topic.
        for other in [
            "AAAAAAAAAAAAAAAAAAAACQ/backup/0/plan",
            "AAAAAAAAAAAAAAAAAAAACQ/owner",
            "probe/1",
            "",
        ] {
            assert_eq!(topic_of(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_segment_has_no_key() {
        for name in [
            "manifest",
            "7-.segment",
            "-1-AAAAAAAAAAAAAAAAAAAACQ.segment",
            "07-AAAAAAAAAAAAAAAAAAAACQ.segment",
            "7-AAAAAAAAAAAAAAAAAAAACQ",
            "x-AAAAAAAAAAAAAAAAAAAACQ.segment",
        ] {
            assert_eq!(SegmentKey::parse(name), None, "{name}");
        }
    }
}
