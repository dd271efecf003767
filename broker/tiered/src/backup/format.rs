//! Backups as bytes: a line that says what it is and how the rest is to be checked, a line of JSON, then what is no JSON.
//!
//! As with manifests a human with nothing but the bucket should be able to read it, and an edit by hand is noticed.
//! Versions that are not known are refused; so are objects of another cluster.

use broker_model::{
    BrokerEpoch, BrokerId, ClusterId, LeaderEpoch, Offset, PartitionIndex, Timestamp, TopicId, Uuid,
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{
    BackupWriter, CommittedOffset, GroupsMark, LogsBackup, MetadataBackup, PartitionMark, RestoreGeneration,
};
use crate::error::RemoteFormatError;
use crate::segment_object::{crc32c, same_checksum};

const METADATA: &str = "eddyline-backup-metadata";
const LOGS: &str = "eddyline-backup-logs";
const VERSION: u32 = 1;
/// Ten million committed offsets are smaller.
const SIZE_MAX: usize = 1 << 30;

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    crc32c: u32,
}

/// The bytes of an object.
pub(crate) fn frame(format: &str, body: &impl Serialize, rest: &[u8]) -> Vec<u8> {
    let mut body = serde_json::to_vec(body).expect("numbers and text are JSON");
    body.push(b'\n');
    body.extend_from_slice(rest);
    let head = Head {
        format: format.to_owned(),
        version: VERSION,
        crc32c: crc32c(&body),
    };
    let mut bytes = serde_json::to_vec(&head).expect("numbers and text are JSON");
    bytes.push(b'\n');
    bytes.extend_from_slice(&body);
    bytes
}

/// What [`frame`] was given.
pub(crate) fn unframe<T: DeserializeOwned>(
    what: &'static str,
    format: &str,
    bytes: &Bytes,
) -> Result<(T, Bytes), RemoteFormatError> {
    if bytes.len() > SIZE_MAX {
        return Err(RemoteFormatError::Size {
            what,
            expected: SIZE_MAX as u64,
            found: bytes.len() as u64,
        });
    }
    let (head, body) = line(what, bytes)?;
    let head: Head = serde_json::from_slice(&head).map_err(|error| malformed(what, error))?;
    if head.format != format {
        return Err(malformed(what, format!("it is a {:?}", head.format)));
    }
    if head.version != VERSION {
        return Err(RemoteFormatError::Version {
            what,
            found: head.version,
            newest: VERSION,
        });
    }
    same_checksum(what, head.crc32c, crc32c(&body))?;
    let (body, rest) = line(what, &body)?;
    let body = serde_json::from_slice(&body).map_err(|error| malformed(what, error))?;
    Ok((body, rest))
}

fn line(what: &'static str, bytes: &Bytes) -> Result<(Bytes, Bytes), RemoteFormatError> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| malformed(what, "a line is missing"))?;
    Ok((bytes.slice(..end), bytes.slice(end + 1..)))
}

pub(crate) fn malformed(what: &'static str, reason: impl ToString) -> RemoteFormatError {
    RemoteFormatError::Malformed {
        what,
        reason: reason.to_string(),
    }
}

pub(crate) fn uuid(what: &'static str, text: &str) -> Result<Uuid, RemoteFormatError> {
    text.parse()
        .map_err(|_| malformed(what, format!("{text:?} is no id")))
}

#[derive(Serialize, Deserialize)]
struct Writer {
    cluster_id: String,
    generation: u32,
    broker: i32,
    broker_epoch: i64,
    nonce: String,
    written_at: i64,
}

impl Writer {
    fn of(writer: &BackupWriter) -> Self {
        Self {
            cluster_id: writer.cluster_id.to_string(),
            generation: writer.generation.value(),
            broker: writer.broker.value(),
            broker_epoch: writer.broker_epoch.value(),
            nonce: writer.nonce.to_string(),
            written_at: writer.written_at.as_ms(),
        }
    }

    fn writer(&self, what: &'static str, cluster_id: &ClusterId) -> Result<BackupWriter, RemoteFormatError> {
        if self.cluster_id != cluster_id.as_str() {
            let found = &self.cluster_id;
            return Err(malformed(
                what,
                format!("it is that of cluster {found}, in the folder of {cluster_id}"),
            ));
        }
        Ok(BackupWriter {
            cluster_id: cluster_id.clone(),
            generation: RestoreGeneration::new(self.generation),
            broker: BrokerId::new(self.broker),
            broker_epoch: BrokerEpoch::new(self.broker_epoch),
            nonce: uuid(what, &self.nonce)?,
            written_at: Timestamp::from_ms(self.written_at),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct MetadataBody {
    writer: Writer,
    offset: i64,
    epoch: i32,
}

impl MetadataBackup {
    /// The bytes of its object.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = MetadataBody {
            writer: Writer::of(&self.writer),
            offset: self.offset.value(),
            epoch: self.epoch,
        };
        frame(METADATA, &body, &self.checkpoint)
    }

    /// Reads an object of a cluster.
    ///
    /// # Errors
    /// When it is damaged, of a later version or of another cluster.
    pub fn parse(bytes: &Bytes, cluster_id: &ClusterId) -> Result<Self, RemoteFormatError> {
        const WHAT: &str = "the backup of the metadata";
        let (body, checkpoint) = unframe::<MetadataBody>(WHAT, METADATA, bytes)?;
        Ok(Self {
            writer: body.writer.writer(WHAT, cluster_id)?,
            offset: Offset::new(body.offset),
            epoch: body.epoch,
            checkpoint,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct LogsBody {
    writer: Writer,
    partitions: Vec<Mark>,
    groups: Vec<Groups>,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    topic_id: String,
    partition: i32,
    leader_epoch: i32,
    start: i64,
    end: i64,
    reserved: i64,
    seen_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Groups {
    partition: i32,
    leader_epoch: i32,
    seen_at: i64,
    offsets: Vec<Committed>,
}

/// An offset in an object; the plan of a restore has the same.
#[derive(Serialize, Deserialize)]
pub(crate) struct Committed {
    group: String,
    topic: String,
    topic_id: String,
    partition: i32,
    offset: i64,
    leader_epoch: i32,
    metadata: String,
    committed_at: i64,
    expires_at: i64,
}

impl Committed {
    pub(crate) fn of(offset: &CommittedOffset) -> Self {
        Self {
            group: offset.group.clone(),
            topic: offset.topic.clone(),
            topic_id: offset.topic_id.to_string(),
            partition: offset.partition,
            offset: offset.offset,
            leader_epoch: offset.leader_epoch,
            metadata: offset.metadata.clone(),
            committed_at: offset.committed_at_ms,
            expires_at: offset.expires_at_ms,
        }
    }

    pub(crate) fn offset(self, what: &'static str) -> Result<CommittedOffset, RemoteFormatError> {
        Ok(CommittedOffset {
            topic_id: uuid(what, &self.topic_id)?,
            group: self.group,
            topic: self.topic,
            partition: self.partition,
            offset: self.offset,
            leader_epoch: self.leader_epoch,
            metadata: self.metadata,
            committed_at_ms: self.committed_at,
            expires_at_ms: self.expires_at,
        })
    }
}

impl LogsBackup {
    /// The bytes of its object.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mark = |mark: &PartitionMark| Mark {
            topic_id: mark.topic_id.to_string(),
            partition: mark.partition.value(),
            leader_epoch: mark.leader_epoch.value(),
            start: mark.start.value(),
            end: mark.end.value(),
            reserved: mark.reserved.value(),
            seen_at: mark.seen_at.as_ms(),
        };
        let groups = |mark: &GroupsMark| Groups {
            partition: mark.partition.value(),
            leader_epoch: mark.leader_epoch.value(),
            seen_at: mark.seen_at.as_ms(),
            offsets: mark.offsets.iter().map(Committed::of).collect(),
        };
        let body = LogsBody {
            writer: Writer::of(&self.writer),
            partitions: self.partitions.iter().map(mark).collect(),
            groups: self.groups.iter().map(groups).collect(),
        };
        frame(LOGS, &body, &[])
    }

    /// Reads an object of a cluster.
    ///
    /// # Errors
    /// When it is damaged, of a later version or of another cluster.
    pub fn parse(bytes: &Bytes, cluster_id: &ClusterId) -> Result<Self, RemoteFormatError> {
        const WHAT: &str = "the backup of a broker's logs";
        let (body, _) = unframe::<LogsBody>(WHAT, LOGS, bytes)?;
        let mark = |mark: Mark| {
            Ok(PartitionMark {
                topic_id: TopicId::new(uuid(WHAT, &mark.topic_id)?),
                partition: PartitionIndex::new(mark.partition),
                leader_epoch: LeaderEpoch::new(mark.leader_epoch),
                start: Offset::new(mark.start),
                end: Offset::new(mark.end),
                reserved: Offset::new(mark.reserved),
                seen_at: Timestamp::from_ms(mark.seen_at),
            })
        };
        let groups = |mark: Groups| {
            let offsets = mark.offsets.into_iter().map(|offset| offset.offset(WHAT));
            Ok(GroupsMark {
                partition: PartitionIndex::new(mark.partition),
                leader_epoch: LeaderEpoch::new(mark.leader_epoch),
                seen_at: Timestamp::from_ms(mark.seen_at),
                offsets: offsets.collect::<Result<_, _>>()?,
            })
        };
        Ok(Self {
            writer: body.writer.writer(WHAT, cluster_id)?,
            partitions: body
                .partitions
                .into_iter()
                .map(mark)
                .collect::<Result<_, RemoteFormatError>>()?,
            groups: body
                .groups
                .into_iter()
                .map(groups)
                .collect::<Result<_, RemoteFormatError>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::id;

    fn cluster() -> ClusterId {
        ClusterId::new("cluster-a")
    }

    fn writer() -> BackupWriter {
        BackupWriter {
            cluster_id: cluster(),
            generation: RestoreGeneration::new(2),
            broker: BrokerId::new(1),
            broker_epoch: BrokerEpoch::new(40),
            nonce: id(7),
            written_at: Timestamp::from_ms(1_700_000_000_000),
        }
    }

    fn logs() -> LogsBackup {
        LogsBackup {
            writer: writer(),
            partitions: vec![PartitionMark {
                topic_id: TopicId::new(id(9)),
                partition: PartitionIndex::new(3),
                leader_epoch: LeaderEpoch::new(5),
                start: Offset::new(10),
                end: Offset::new(100),
                reserved: Offset::new(1_000_100),
                seen_at: Timestamp::from_ms(5),
            }],
            groups: vec![GroupsMark {
                partition: PartitionIndex::new(11),
                leader_epoch: LeaderEpoch::new(6),
                seen_at: Timestamp::from_ms(5),
                offsets: vec![CommittedOffset {
                    group: "readers\n".to_owned(),
                    topic: "events".to_owned(),
                    topic_id: id(9),
                    partition: 3,
                    offset: 42,
                    leader_epoch: 5,
                    metadata: "\"quoted\"".to_owned(),
                    committed_at_ms: 4,
                    expires_at_ms: -1,
                }],
            }],
        }
    }

    fn metadata() -> MetadataBackup {
        MetadataBackup {
            writer: writer(),
            offset: Offset::new(77),
            epoch: 4,
            checkpoint: Bytes::from_static(b"\x00\n\xff snapshot"),
        }
    }

    #[test]
    fn a_backup_is_read_as_it_was_written() {
        assert_eq!(
            LogsBackup::parse(&logs().to_bytes().into(), &cluster()),
            Ok(logs())
        );
        assert_eq!(
            MetadataBackup::parse(&metadata().to_bytes().into(), &cluster()),
            Ok(metadata())
        );
    }

    #[test]
    fn the_form_of_version_1_stays() {
        let text = String::from_utf8(logs().to_bytes()).unwrap();
        assert_eq!(text, include_str!("../../testdata/backup-logs-v1.txt"));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = metadata().to_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(
                MetadataBackup::parse(&damaged.into(), &cluster()).is_err(),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn a_backup_of_another_kind_or_cluster_is_refused() {
        assert!(MetadataBackup::parse(&logs().to_bytes().into(), &cluster()).is_err());
        let other = LogsBackup::parse(&logs().to_bytes().into(), &ClusterId::new("cluster-b"));
        assert!(other.unwrap_err().to_string().contains("cluster-a"));
    }

    #[test]
    fn a_backup_that_was_cut_is_refused() {
        let bytes = Bytes::from(metadata().to_bytes());
        for end in 0..bytes.len() {
            assert!(
                MetadataBackup::parse(&bytes.slice(..end), &cluster()).is_err(),
                "{end} bytes"
            );
        }
    }
}
