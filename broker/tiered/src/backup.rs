//! What a cluster leaves in its bucket beside the segments, so that an empty one can become it (ADR 22).
//!
//! Two objects a broker: `logs-<broker>` has the ends of the partitions that it leads and the offsets that groups
//! committed there, `metadata-<broker>` the metadata of the cluster as a snapshot; who of the brokers writes the latter
//! follows from the metadata. Owns what is in them and when one may be overwritten. Invariant: an object has one
//! broker that writes it, and of two processes under one broker's number the one that registered later, so that
//! nothing is ever replaced by something older. What a restore makes of them is in `restore_plan`.

mod format;

use std::collections::BTreeSet;
use std::fmt;

use broker_model::{
    BrokerEpoch, BrokerId, ClusterId, LeaderEpoch, Offset, PartitionIndex, Timestamp, TopicId, Uuid,
};
use bytes::Bytes;

use crate::manifest_keeper::{ETag, PutCondition};

pub(crate) use format::{Committed, frame, malformed, unframe, uuid};

/// Offsets at least that a restored partition leaves out: what it could be given between two backups.
const AHEAD_MIN: i64 = 1_000_000;
/// By how many times what it grew by between the last two.
const AHEAD_GROWTHS: i64 = 16;
/// How long a broker goes on telling of what it led: by then its successor tells.
const REMEMBERED_MS: i64 = 60_000;

/// How often the cluster came back from a bucket; what was left behind before a restore is never mixed with what comes
/// after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RestoreGeneration(u32);

impl RestoreGeneration {
    /// A cluster that was never restored.
    pub const FIRST: Self = Self(0);

    /// The one with that number.
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// Its number.
    pub const fn value(self) -> u32 {
        self.0
    }

    /// The one that the next restore begins.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for RestoreGeneration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Who wrote a backup, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupWriter {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// Since which restore.
    pub generation: RestoreGeneration,
    /// The broker.
    pub broker: BrokerId,
    /// Its registration.
    pub broker_epoch: BrokerEpoch,
    /// New for every write.
    pub nonce: Uuid,
    /// When.
    pub written_at: Timestamp,
}

/// The metadata of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataBackup {
    /// Who wrote it.
    pub writer: BackupWriter,
    /// The last record of the metadata log that is in it.
    pub offset: Offset,
    /// The epoch of that record.
    pub epoch: i32,
    /// A snapshot as Kafka writes it.
    pub checkpoint: Bytes,
}

/// What a broker knows of the logs that it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsBackup {
    /// Who wrote it.
    pub writer: BackupWriter,
    /// Ends of partitions.
    pub partitions: Vec<PartitionMark>,
    /// Committed offsets, by partition of `__consumer_offsets`.
    pub groups: Vec<GroupsMark>,
}

/// How far a partition had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionMark {
    /// Its topic.
    pub topic_id: TopicId,
    /// Its number.
    pub partition: PartitionIndex,
    /// The epoch in which it was led.
    pub leader_epoch: LeaderEpoch,
    /// Where the log started, local and remote.
    pub start: Offset,
    /// First offset that it had not given yet.
    pub end: Offset,
    /// First offset that it cannot have given by the time of the next backup.
    pub reserved: Offset,
    /// When it was looked at.
    pub seen_at: Timestamp,
}

/// What groups had committed in one partition of `__consumer_offsets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupsMark {
    /// The partition.
    pub partition: PartitionIndex,
    /// The epoch in which it was led.
    pub leader_epoch: LeaderEpoch,
    /// When it was looked at.
    pub seen_at: Timestamp,
    /// All that was committed.
    pub offsets: Vec<CommittedOffset>,
}

/// An offset that a group committed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommittedOffset {
    /// The group.
    pub group: String,
    /// The topic.
    pub topic: String,
    /// Its id, where the client gave it.
    pub topic_id: Uuid,
    /// The partition.
    pub partition: i32,
    /// Where the group goes on.
    pub offset: i64,
    /// The epoch of the record before.
    pub leader_epoch: i32,
    /// What the client noted with it.
    pub metadata: String,
    /// When it was committed.
    pub committed_at_ms: i64,
    /// When it expires by its own will; -1 for the broker's.
    pub expires_at_ms: i64,
}

/// Where backups lie, without the prefix of the bucket.
#[derive(Clone, Debug)]
pub struct BackupPaths {
    folder: String,
}

/// Which object of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackupObject {
    /// The metadata, as a broker has it.
    Metadata(BrokerId),
    /// What a broker leads.
    Logs(BrokerId),
    /// What the restore that began this generation decided.
    Plan,
}

impl BackupPaths {
    /// Of a cluster.
    pub fn of(cluster_id: &ClusterId) -> Self {
        let folder = format!("{}/backup", crate::object_key::escaped(cluster_id.as_str()));
        Self { folder }
    }

    /// Where all generations lie.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Where an object lies.
    pub fn path(&self, generation: RestoreGeneration, object: BackupObject) -> String {
        let name = match object {
            BackupObject::Metadata(broker) => format!("metadata-{broker}"),
            BackupObject::Logs(broker) => format!("logs-{broker}"),
            BackupObject::Plan => "plan".to_owned(),
        };
        format!("{}/{generation}/{name}", self.folder)
    }

    /// What lies at a path; none if that is no backup.
    pub fn parse(&self, path: &str) -> Option<(RestoreGeneration, BackupObject)> {
        let (generation, name) = path
            .strip_prefix(&self.folder)?
            .strip_prefix('/')?
            .split_once('/')?;
        let generation = RestoreGeneration::new(generation.parse().ok()?);
        let broker = |text: &str| text.parse().ok().map(BrokerId::new);
        let object = match name.split_once('-') {
            None if name == "plan" => BackupObject::Plan,
            Some(("metadata", id)) => BackupObject::Metadata(broker(id)?),
            Some(("logs", id)) => BackupObject::Logs(broker(id)?),
            _ => return None,
        };
        (self.path(generation, object) == path).then_some((generation, object))
    }
}

/// What lies where a backup is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupFound {
    /// Nothing.
    Nothing,
    /// A backup.
    Backup(BackupWriter, ETag),
    /// Something that cannot be read: an edit by hand, or damage.
    Unreadable(ETag),
}

/// Something that a broker may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Led {
    /// A partition.
    Partition(TopicId, PartitionIndex),
    /// A partition of `__consumer_offsets`, with its groups.
    Groups(PartitionIndex),
}

/// What is to be done about an object before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupTurn {
    /// Write it.
    Put(PutCondition),
    /// Another process has registered as this broker since; it writes from now on.
    Overtaken(BackupWriter),
}

/// Decides by what was read. After an answer that was lost it does not matter whose the object is that lies there: what
/// is to be told now is newer.
pub fn backup_turn(own: &BackupWriter, found: BackupFound) -> BackupTurn {
    match found {
        BackupFound::Nothing => BackupTurn::Put(PutCondition::Absent),
        BackupFound::Unreadable(etag) => BackupTurn::Put(PutCondition::Unchanged(etag)),
        BackupFound::Backup(writer, _) if writer.broker_epoch > own.broker_epoch => {
            BackupTurn::Overtaken(writer)
        }
        BackupFound::Backup(_, etag) => BackupTurn::Put(PutCondition::Unchanged(etag)),
    }
}

/// How far a partition has come, with what it may give until the next backup; `before` is where it ended at the last.
///
/// A partition that took 40,000 records between two backups is left room for 16 times as many, but at least a million.
pub fn reserve(end: Offset, before: Option<Offset>) -> Offset {
    let grown = before.map_or(0, |before| end.since(before).max(0));
    let ahead = grown.saturating_mul(AHEAD_GROWTHS).max(AHEAD_MIN);
    Offset::new(end.value().saturating_add(ahead))
}

impl LogsBackup {
    /// Goes on telling what the last backup told of logs that are not told of now: while they are read after a start,
    /// and for a while after another broker began to lead them.
    pub fn remember(&mut self, before: &Self, leads: impl Fn(Led) -> bool) {
        let now = self.writer.written_at;
        let is_kept = |seen_at: Timestamp, led| now.since_ms(seen_at) < REMEMBERED_MS || leads(led);
        let place = |mark: &PartitionMark| (mark.topic_id, mark.partition);
        let told: BTreeSet<_> = self.partitions.iter().map(place).collect();
        let left_out = before.partitions.iter().filter(|mark| {
            let led = Led::Partition(mark.topic_id, mark.partition);
            !told.contains(&place(mark)) && is_kept(mark.seen_at, led)
        });
        self.partitions.extend(left_out);
        self.partitions.sort_unstable_by_key(place);
        let told: BTreeSet<_> = self.groups.iter().map(|mark| mark.partition).collect();
        let left_out = before.groups.iter().filter(|mark| {
            let led = Led::Groups(mark.partition);
            !told.contains(&mark.partition) && is_kept(mark.seen_at, led)
        });
        self.groups.extend(left_out.cloned());
        self.groups.sort_unstable_by_key(|mark| mark.partition);
    }

    /// Whether it tells nothing that the other did not.
    pub fn says_as_much(&self, other: &Self) -> bool {
        let ends = |backup: &Self| -> Vec<_> {
            let marks = backup.partitions.iter();
            marks
                .map(|mark| (mark.topic_id, mark.partition, mark.leader_epoch, mark.end))
                .collect()
        };
        let groups = |backup: &Self| -> Vec<_> {
            let marks = backup.groups.iter();
            marks
                .map(|mark| (mark.partition, mark.leader_epoch, mark.offsets.clone()))
                .collect()
        };
        ends(self) == ends(other) && groups(self) == groups(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::id;

    fn writer(broker_epoch: i64, nonce: u64, at: i64) -> BackupWriter {
        BackupWriter {
            cluster_id: ClusterId::new("cluster-a"),
            generation: RestoreGeneration::FIRST,
            broker: BrokerId::new(1),
            broker_epoch: BrokerEpoch::new(broker_epoch),
            nonce: id(nonce),
            written_at: Timestamp::from_ms(at),
        }
    }

    fn mark(partition: i32, end: i64, seen_at: i64) -> PartitionMark {
        PartitionMark {
            topic_id: TopicId::new(id(9)),
            partition: PartitionIndex::new(partition),
            leader_epoch: LeaderEpoch::new(3),
            start: Offset::ZERO,
            end: Offset::new(end),
            reserved: reserve(Offset::new(end), None),
            seen_at: Timestamp::from_ms(seen_at),
        }
    }

    fn backup(at: i64, partitions: Vec<PartitionMark>) -> LogsBackup {
        LogsBackup {
            writer: writer(5, 1, at),
            partitions,
            groups: Vec::new(),
        }
    }

    #[test]
    fn a_path_is_known_again_and_nothing_else_is() {
        let paths = BackupPaths::of(&ClusterId::new("../a b"));
        let generation = RestoreGeneration::new(7);
        for object in [
            BackupObject::Metadata(BrokerId::new(3)),
            BackupObject::Logs(BrokerId::new(12)),
            BackupObject::Plan,
        ] {
            let path = paths.path(generation, object);
            assert_eq!(paths.parse(&path), Some((generation, object)), "{path}");
        }
        for other in [
            "owner",
            "a/backup/0/plan",
            "%2E%2E%2Fa%20b/backup/0/plan-1",
            "%2E%2E%2Fa%20b/backup/00/plan",
        ] {
            assert_eq!(paths.parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_backup_is_written_over_only_by_who_registered_later() {
        let own = writer(5, 1, 0);
        let etag = ETag("e".to_owned());
        let unchanged = BackupTurn::Put(PutCondition::Unchanged(etag.clone()));
        let found = |writer| BackupFound::Backup(writer, etag.clone());
        assert_eq!(backup_turn(&own, found(writer(4, 2, 0))), unchanged);
        assert_eq!(backup_turn(&own, found(writer(5, 2, 0))), unchanged);
        let later = writer(6, 2, 0);
        assert_eq!(
            backup_turn(&own, found(later.clone())),
            BackupTurn::Overtaken(later)
        );
        assert_eq!(
            backup_turn(&own, BackupFound::Nothing),
            BackupTurn::Put(PutCondition::Absent)
        );
    }

    #[test]
    fn room_is_left_for_what_a_partition_takes() {
        let room =
            |end, before: Option<i64>| reserve(Offset::new(end), before.map(Offset::new)).value() - end;
        assert_eq!(room(5, None), AHEAD_MIN);
        assert_eq!(room(500, Some(400)), AHEAD_MIN);
        assert_eq!(room(500_000, Some(400_000)), 1_600_000);
        assert_eq!(room(5, Some(400)), AHEAD_MIN, "an unclean election took some");
    }

    #[test]
    fn what_was_led_is_told_of_until_the_successor_tells() {
        let before = backup(0, vec![mark(1, 10, 0), mark(2, 20, 0), mark(3, 30, 0)]);
        let now = |at| {
            let mut now = backup(at, vec![mark(1, 11, at)]);
            now.remember(&before, |led| {
                led == Led::Partition(TopicId::new(id(9)), PartitionIndex::new(3))
            });
            now.partitions
                .iter()
                .map(|mark| (mark.partition.value(), mark.end.value()))
                .collect::<Vec<_>>()
        };
        assert_eq!(now(REMEMBERED_MS - 1), [(1, 11), (2, 20), (3, 30)]);
        assert_eq!(
            now(REMEMBERED_MS),
            [(1, 11), (3, 30)],
            "a log that is still read is not forgotten"
        );
    }

    #[test]
    fn a_later_look_at_the_same_is_no_news() {
        assert!(backup(0, vec![mark(1, 10, 0)]).says_as_much(&backup(9, vec![mark(1, 10, 9)])));
        assert!(!backup(0, vec![mark(1, 10, 0)]).says_as_much(&backup(9, vec![mark(1, 11, 9)])));
    }
}
