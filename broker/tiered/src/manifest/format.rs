//! A manifest as bytes: a line that says what it is and how its body is to be checked, then the body as JSON.
//!
//! Text, because a human with nothing but the bucket should be able to read it. The checksum is not there against
//! attackers but to tell an edit by hand from a manifest. Versions that are not known are refused; so are manifests of
//! another partition and those that break the rules of [`Manifest`].

use broker_model::{
    BrokerId, ClusterId, LeaderEpoch, LogStartOffset, Offset, PartitionIndex, Timestamp, TopicId, Uuid,
};
use broker_storage::EpochEntry;
use serde::{Deserialize, Serialize};

use super::{LeavingSegment, Manifest, ManifestWriter};
use crate::error::RemoteFormatError;
use crate::object_key::{RemotePartition, SegmentKey};
use crate::remote_segment::{Offsets, RemoteLogSegmentId, RemoteLogSegmentMetadata};
use crate::segment_object::{ObjectLayout, PartExtent, crc32c, same_checksum};

const WHAT: &str = "the manifest";
const FORMAT: &str = "eddyline-manifest";
const VERSION: u32 = 1;
/// A manifest of a hundred thousand segments is smaller.
const SIZE_MAX: usize = 64 << 20;

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    crc32c: u32,
}

#[derive(Serialize, Deserialize)]
struct Body {
    cluster_id: String,
    topic_id: String,
    partition: i32,
    broker: i32,
    leader_epoch: i32,
    nonce: String,
    log_start_offset: i64,
    segments: Vec<Segment>,
    leaving: Vec<Leaving>,
}

#[derive(Serialize, Deserialize)]
struct Segment {
    id: String,
    copied_in: i32,
    base: i64,
    start: i64,
    next: i64,
    epochs: Vec<(i32, i64)>,
    max_timestamp: i64,
    /// Whether every offset has a record.
    dense: bool,
    log_size: u64,
    /// Size and CRC-32C of each part behind the log file.
    parts: [(u32, u32); 5],
}

#[derive(Serialize, Deserialize)]
struct Leaving {
    id: String,
    copied_in: i32,
    since: i64,
    /// Not in manifests that were written before there was a use for it.
    #[serde(default)]
    size: u64,
}

impl Manifest {
    /// The bytes of its object.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = serde_json::to_vec(&Body::of(self)).expect("numbers and text are JSON");
        let head = Head {
            format: FORMAT.to_owned(),
            version: VERSION,
            crc32c: crc32c(&body),
        };
        let mut bytes = serde_json::to_vec(&head).expect("numbers and text are JSON");
        bytes.push(b'\n');
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Reads the object of a partition.
    ///
    /// # Errors
    /// When it is damaged, of a later version, of another partition, or says what cannot be.
    pub fn parse(bytes: &[u8], partition: &RemotePartition) -> Result<Self, RemoteFormatError> {
        if bytes.len() > SIZE_MAX {
            return Err(RemoteFormatError::Size {
                what: WHAT,
                expected: SIZE_MAX as u64,
                found: bytes.len() as u64,
            });
        }
        let line_end = bytes.iter().position(|byte| *byte == b'\n');
        let (head, body) = bytes.split_at(line_end.ok_or_else(|| malformed("it has no first line"))?);
        let body = body.get(1..).unwrap_or_default();
        let head: Head = serde_json::from_slice(head).map_err(malformed)?;
        if head.format != FORMAT {
            return Err(malformed(format!("it is a {:?}", head.format)));
        }
        if head.version != VERSION {
            return Err(RemoteFormatError::Version {
                what: WHAT,
                found: head.version,
                newest: VERSION,
            });
        }
        same_checksum(WHAT, head.crc32c, crc32c(body))?;
        let body: Body = serde_json::from_slice(body).map_err(malformed)?;
        let manifest = body.manifest()?;
        if manifest.partition != *partition {
            let other = manifest.partition.folder();
            return Err(malformed(format!(
                "it is that of {other}, at the place of {}",
                partition.folder()
            )));
        }
        manifest.check().map_err(malformed)?;
        Ok(manifest)
    }
}

impl Body {
    fn of(manifest: &Manifest) -> Self {
        Self {
            cluster_id: manifest.partition.cluster_id.to_string(),
            topic_id: manifest.partition.topic_id.to_string(),
            partition: manifest.partition.index.value(),
            broker: manifest.writer.broker.value(),
            leader_epoch: manifest.writer.epoch.value(),
            nonce: manifest.writer.nonce.to_string(),
            log_start_offset: manifest.log_start.value(),
            segments: manifest.segments.iter().map(Segment::of).collect(),
            leaving: manifest.leaving.iter().map(Leaving::of).collect(),
        }
    }

    fn manifest(self) -> Result<Manifest, RemoteFormatError> {
        Ok(Manifest {
            partition: RemotePartition {
                cluster_id: ClusterId::new(self.cluster_id),
                topic_id: TopicId::new(uuid(&self.topic_id)?),
                index: PartitionIndex::new(self.partition),
            },
            writer: ManifestWriter {
                broker: BrokerId::new(self.broker),
                epoch: LeaderEpoch::new(self.leader_epoch),
                nonce: uuid(&self.nonce)?,
            },
            log_start: LogStartOffset::at(Offset::new(self.log_start_offset)),
            segments: self
                .segments
                .iter()
                .map(Segment::metadata)
                .collect::<Result<_, _>>()?,
            leaving: self
                .leaving
                .iter()
                .map(Leaving::segment)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Segment {
    fn of(segment: &RemoteLogSegmentMetadata) -> Self {
        let epochs = segment.epochs.iter();
        Self {
            id: segment.id.to_string(),
            copied_in: segment.copied_in.value(),
            base: segment.base_offset.value(),
            start: segment.start_offset.value(),
            next: segment.next_offset.value(),
            epochs: epochs
                .map(|entry| (entry.epoch.value(), entry.start_offset.value()))
                .collect(),
            max_timestamp: segment.max_timestamp.as_ms(),
            dense: segment.offsets == Offsets::Dense,
            log_size: segment.layout.log_size,
            parts: segment.layout.parts.map(|part| (part.size, part.crc)),
        }
    }

    fn metadata(&self) -> Result<RemoteLogSegmentMetadata, RemoteFormatError> {
        let entry = |(epoch, start): &(i32, i64)| EpochEntry {
            epoch: LeaderEpoch::new(*epoch),
            start_offset: Offset::new(*start),
        };
        Ok(RemoteLogSegmentMetadata {
            id: RemoteLogSegmentId::new(uuid(&self.id)?),
            copied_in: LeaderEpoch::new(self.copied_in),
            base_offset: Offset::new(self.base),
            start_offset: Offset::new(self.start),
            next_offset: Offset::new(self.next),
            epochs: self.epochs.iter().map(entry).collect(),
            max_timestamp: Timestamp::from_ms(self.max_timestamp),
            offsets: if self.dense {
                Offsets::Dense
            } else {
                Offsets::Sparse
            },
            layout: ObjectLayout {
                log_size: self.log_size,
                parts: self.parts.map(|(size, crc)| PartExtent { size, crc }),
            },
        })
    }
}

impl Leaving {
    fn of(leaving: &LeavingSegment) -> Self {
        Self {
            id: leaving.key.id.to_string(),
            copied_in: leaving.key.copied_in.value(),
            since: leaving.since.as_ms(),
            size: leaving.size_in_bytes,
        }
    }

    fn segment(&self) -> Result<LeavingSegment, RemoteFormatError> {
        Ok(LeavingSegment {
            key: SegmentKey {
                copied_in: LeaderEpoch::new(self.copied_in),
                id: RemoteLogSegmentId::new(uuid(&self.id)?),
            },
            since: Timestamp::from_ms(self.since),
            size_in_bytes: self.size,
        })
    }
}

fn uuid(text: &str) -> Result<Uuid, RemoteFormatError> {
    text.parse().map_err(|_| malformed(format!("{text:?} is no id")))
}

fn malformed(reason: impl ToString) -> RemoteFormatError {
    RemoteFormatError::Malformed {
        what: WHAT,
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::{manifest, partition, segment};

    fn sample() -> Manifest {
        let mut sample = manifest(&[
            segment(1, (0, 100), &[(3, 0)]),
            segment(2, (100, 200), &[(3, 0), (5, 150)]),
        ]);
        sample.start_at(LogStartOffset::at(Offset::new(100)), Timestamp::from_ms(77));
        sample
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        assert_eq!(Manifest::parse(&sample().to_bytes(), &partition()), Ok(sample()));
    }

    #[test]
    fn the_form_of_version_1_stays() {
        let text = String::from_utf8(sample().to_bytes()).unwrap();
        assert_eq!(text, include_str!("../../testdata/manifest-v1-sizes.txt"));
    }

    #[test]
    fn a_manifest_that_does_not_say_how_large_what_leaves_is_is_read() {
        let mut unsized_yet = sample();
        unsized_yet.leaving[0].size_in_bytes = 0;
        let bytes = include_str!("../../testdata/manifest-v1.txt").as_bytes();
        assert_eq!(Manifest::parse(bytes, &partition()), Ok(unsized_yet));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = sample().to_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let read = Manifest::parse(&damaged, &partition());
            assert_ne!(read, Ok(sample()), "bit {bit}: {read:?}");
            assert!(read.is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_cut_manifest_is_refused() {
        let bytes = sample().to_bytes();
        for end in 0..bytes.len() {
            assert!(
                Manifest::parse(&bytes[..end], &partition()).is_err(),
                "{end} bytes"
            );
        }
    }

    #[test]
    fn a_later_version_and_another_partition_are_refused() {
        let later = String::from_utf8(sample().to_bytes())
            .unwrap()
            .replace("\"version\":1", "\"version\":2");
        let refused = Manifest::parse(later.as_bytes(), &partition())
            .unwrap_err()
            .to_string();
        assert!(refused.contains("has version 2"), "{refused}");
        let other = RemotePartition {
            index: PartitionIndex::new(4),
            ..partition()
        };
        assert!(Manifest::parse(&sample().to_bytes(), &other).is_err());
    }

    #[test]
    fn a_manifest_with_a_gap_is_refused_though_its_checksum_fits() {
        let mut gap = sample();
        let late = segment(3, (201, 300), &[(5, 150)]);
        gap.segments.push(late);
        assert!(Manifest::parse(&gap.to_bytes(), &partition()).is_err());
    }
}
