//! What an empty cluster becomes when it takes over a bucket (ADR 22).
//!
//! Facts in, plan out: from what brokers left behind and from the manifests, where each partition begins again, in
//! which epoch, and what is lost of it. Invariants: no offset is given twice, as far as the last backups reach; no
//! record that the remote tier names is left out; every node of the cluster carries out the same plan, which is why
//! it lies in the bucket before the first one does.
//!
//! ```text
//!  offsets   log start        copied_until        end as last seen        resume
//!  remote    |------ segments ------|
//!  lost                             |------ lost ------|
//!  left out                         |---------- no record ----------------|---- produced anew ----
//! ```

mod format;
mod records;

use std::collections::{BTreeMap, HashMap};

use broker_metadata::{GROUP_METADATA_TOPIC, MetadataImage, TopicImage};
use broker_model::{BrokerId, ClusterId, LeaderEpoch, Offset, PartitionIndex, Timestamp, TopicId, Uuid};
use broker_storage::EpochEntry;
use thiserror::Error;

use crate::backup::{
    CommittedOffset, GroupsMark, LogsBackup, MetadataBackup, PartitionMark, RestoreGeneration, reserve,
};
use crate::manifest::Manifest;

pub use records::{RESTORED_EPOCH, generation_of, restored_records};

/// By how many epochs a restored partition is ahead: brokers of the lost cluster that turn up again may elect so many
/// more leaders before one of them could take a manifest back.
const EPOCHS_AHEAD: i32 = 1_000;

/// Nothing can be restored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RestoreRefused {
    /// Nobody left metadata behind.
    #[error(
        "the bucket has segments of cluster {0} at most, but no backup of its metadata: no broker of it got to write one"
    )]
    NoMetadata(ClusterId),
    /// A broker of the cluster seems to live.
    #[error(
        "broker {broker} wrote to the bucket {age_ms} ms ago: if the cluster still runs, stop it; if it is gone, try again \
         when it has been silent for {silence_ms} ms"
    )]
    Alive {
        /// Who wrote.
        broker: BrokerId,
        /// How long ago.
        age_ms: i64,
        /// How long it must have been quiet.
        silence_ms: i64,
    },
    /// A manifest cannot be read.
    #[error(
        "{count} manifests cannot be read, the first of them {first}; restore them from an earlier version of the object"
    )]
    Manifests {
        /// How many.
        count: usize,
        /// Which, and why.
        first: String,
    },
}

/// What lies in the bucket.
#[derive(Clone, Copy, Debug)]
pub struct RestoreFacts<'a> {
    /// Which generation left it.
    pub generation: RestoreGeneration,
    /// The newest metadata.
    pub metadata: &'a MetadataBackup,
    /// Them as an image.
    pub image: &'a MetadataImage,
    /// What brokers left of their logs.
    pub logs: &'a [LogsBackup],
    /// The manifests, by topic and partition.
    pub manifests: &'a HashMap<(TopicId, PartitionIndex), Manifest>,
    /// The brokers that the cluster is to have; none for those that it had.
    pub brokers: Option<&'a [BrokerId]>,
}

/// What every node of the restored cluster does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestorePlan {
    /// The cluster that comes back.
    pub cluster_id: ClusterId,
    /// What this restore begins.
    pub generation: RestoreGeneration,
    /// Names this plan.
    pub nonce: Uuid,
    /// When it was made.
    pub made_at: Timestamp,
    /// The backups that it was made of, by their nonces. Once one of them was written again the plan is void.
    pub based_on: Vec<Uuid>,
    /// When the metadata was backed up.
    pub metadata_at: Timestamp,
    /// When the least recent of the logs' backups was written; none if there is none.
    pub logs_at: Option<Timestamp>,
    /// The brokers.
    pub brokers: Vec<BrokerId>,
    /// All partitions, by topic and number.
    pub partitions: Vec<RestoredPartition>,
    /// Committed offsets by partition of `__consumer_offsets`.
    pub groups: BTreeMap<PartitionIndex, Vec<CommittedOffset>>,
}

/// Where one partition begins again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredPartition {
    /// Its topic.
    pub topic: String,
    /// The topic's id.
    pub topic_id: TopicId,
    /// Its number.
    pub partition: PartitionIndex,
    /// Who keeps it.
    pub replicas: Vec<BrokerId>,
    /// Where its log starts, local and remote.
    pub log_start: Offset,
    /// Where the remote part ends and the local one begins.
    pub local_start: Offset,
    /// First offset that is given anew.
    pub resume: Offset,
    /// The epoch of what is written before anybody leads it.
    pub leader_epoch: LeaderEpoch,
    /// The epochs of the remote part.
    pub epochs: Vec<EpochEntry>,
    /// What had been written and is nowhere, as far as is known.
    pub lost: Lost,
}

/// Offsets that had been given and whose records are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The first.
    pub from: Offset,
    /// The first behind them, as last seen.
    pub until: Offset,
    /// When that was; none if nobody told of the partition.
    pub seen_at: Option<Timestamp>,
}

impl Lost {
    /// How many.
    pub fn count(&self) -> u64 {
        u64::try_from(self.until.since(self.from)).unwrap_or(0)
    }
}

/// Chance and time of a plan.
#[derive(Clone, Copy, Debug)]
pub struct PlanContext {
    /// Never given twice.
    pub nonce: Uuid,
    /// The wall clock.
    pub now: Timestamp,
}

/// The newest of the metadata's backups.
pub fn newest_metadata(backups: Vec<MetadataBackup>) -> Option<MetadataBackup> {
    let order = |backup: &MetadataBackup| (backup.epoch, backup.offset, backup.writer.written_at);
    backups.into_iter().max_by_key(order)
}

/// Whether everybody who wrote there has been silent for so long. Who asks for no silence is not held up by a clock that
/// was ahead of his.
///
/// # Errors
/// When somebody has not.
pub fn require_silence<'a>(
    writers: impl IntoIterator<Item = &'a crate::backup::BackupWriter>,
    now: Timestamp,
    silence_ms: i64,
) -> Result<(), RestoreRefused> {
    let last = writers.into_iter().max_by_key(|writer| writer.written_at);
    let Some(last) = last else { return Ok(()) };
    let age_ms = now.since_ms(last.written_at);
    match silence_ms > 0 && age_ms < silence_ms {
        true => Err(RestoreRefused::Alive {
            broker: last.broker,
            age_ms: age_ms.max(0),
            silence_ms,
        }),
        false => Ok(()),
    }
}

/// What becomes of the cluster.
pub fn restore_plan(facts: &RestoreFacts<'_>, context: PlanContext) -> RestorePlan {
    let groups = newest_groups(facts.logs);
    let marks = Marks::of(facts.logs, &groups);
    let known: Vec<_> = facts.image.cluster.brokers.keys().copied().collect();
    let brokers = facts.brokers.map_or(known, <[_]>::to_vec);
    let mut partitions = Vec::new();
    for topic in facts.image.topics.sorted_by_name() {
        for begins in topic_begins(topic, &marks, facts.manifests) {
            let Some(registration) = topic.partition(begins.partition) else {
                continue;
            };
            let turn = partitions.len();
            let replicas = kept_replicas(&registration.replicas, &brokers, turn);
            let replicas = replicas.into_iter();
            partitions.push(RestoredPartition {
                replicas: replicas
                    .filter(|id| !registration.removing_replicas.contains(id))
                    .collect(),
                ..begins
            });
        }
    }
    RestorePlan {
        cluster_id: facts.metadata.writer.cluster_id.clone(),
        generation: facts.generation.next(),
        nonce: context.nonce,
        made_at: context.now,
        based_on: nonces(facts.metadata, facts.logs),
        metadata_at: facts.metadata.writer.written_at,
        logs_at: facts.logs.iter().map(|backup| backup.writer.written_at).min(),
        brokers,
        partitions,
        groups: groups
            .into_iter()
            .map(|(index, mark)| (index, mark.offsets))
            .collect(),
    }
}

/// Where the partitions of one topic begin again, kept by nobody yet.
pub(crate) fn beginnings(
    image: &MetadataImage,
    logs: &[LogsBackup],
    manifests: &HashMap<(TopicId, PartitionIndex), Manifest>,
    topic: TopicId,
) -> Vec<RestoredPartition> {
    let marks = Marks::of(logs, &newest_groups(logs));
    let topic = image.topics.by_id(topic);
    topic.map_or_else(Vec::new, |topic| topic_begins(topic, &marks, manifests))
}

fn topic_begins(
    topic: &TopicImage,
    marks: &Marks,
    manifests: &HashMap<(TopicId, PartitionIndex), Manifest>,
) -> Vec<RestoredPartition> {
    let partitions = topic.indexed_partitions();
    let begins = partitions.map(|(index, registration)| {
        let place = (topic.id, index);
        let mark = marks.of_partition(&topic.name, place);
        RestoredPartition {
            topic: topic.name.to_string(),
            topic_id: topic.id,
            partition: index,
            ..begins(manifests.get(&place), &mark, registration.leader_epoch)
        }
    });
    begins.collect()
}

fn nonces(metadata: &MetadataBackup, logs: &[LogsBackup]) -> Vec<Uuid> {
    let logs = logs.iter().map(|backup| backup.writer.nonce);
    let mut nonces: Vec<_> = logs.chain([metadata.writer.nonce]).collect();
    nonces.sort_unstable();
    nonces
}

/// What is known of one partition's end.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    newest: Option<PartitionMark>,
    /// First offset that nobody can have seen.
    unused: Option<Offset>,
}

struct Marks {
    partitions: HashMap<(TopicId, PartitionIndex), Mark>,
    /// The largest offset that a group committed.
    committed: HashMap<(String, i32), i64>,
}

impl Marks {
    fn of(logs: &[LogsBackup], groups: &BTreeMap<PartitionIndex, GroupsMark>) -> Self {
        let mut partitions: HashMap<_, Mark> = HashMap::new();
        for mark in logs.iter().flat_map(|backup| &backup.partitions) {
            let known = partitions.entry((mark.topic_id, mark.partition)).or_default();
            known.unused = known.unused.max(Some(mark.reserved));
            let order = |mark: &PartitionMark| (mark.leader_epoch, mark.seen_at);
            if known.newest.is_none_or(|newest| order(mark) > order(&newest)) {
                known.newest = Some(*mark);
            }
        }
        let mut committed: HashMap<_, i64> = HashMap::new();
        for offset in groups.values().flat_map(|mark| &mark.offsets) {
            let largest = committed
                .entry((offset.topic.clone(), offset.partition))
                .or_default();
            *largest = offset.offset.max(*largest);
        }
        Self {
            partitions,
            committed,
        }
    }

    fn of_partition(&self, topic: &str, place: (TopicId, PartitionIndex)) -> Mark {
        let mut mark = self.partitions.get(&place).copied().unwrap_or_default();
        let committed = self.committed.get(&(topic.to_owned(), place.1.value()));
        mark.unused = mark.unused.max(committed.copied().map(Offset::new));
        mark
    }
}

/// Of each partition of `__consumer_offsets` what the last of its leaders told.
fn newest_groups(logs: &[LogsBackup]) -> BTreeMap<PartitionIndex, GroupsMark> {
    let mut newest: BTreeMap<PartitionIndex, GroupsMark> = BTreeMap::new();
    for mark in logs.iter().flat_map(|backup| &backup.groups) {
        let is_news = newest
            .get(&mark.partition)
            .is_none_or(|known| (mark.leader_epoch, mark.seen_at) > (known.leader_epoch, known.seen_at));
        if is_news {
            newest.insert(mark.partition, mark.clone());
        }
    }
    newest
}

/// Where a partition begins again; who it is and who keeps it is the caller's.
fn begins(manifest: Option<&Manifest>, mark: &Mark, registered: LeaderEpoch) -> RestoredPartition {
    let copied = manifest.filter(|manifest| !manifest.segments().is_empty());
    let remote_end = manifest.map_or(Offset::ZERO, Manifest::remote_end);
    let seen = mark.newest;
    let end = seen.map_or(remote_end, |mark| mark.end.max(remote_end));
    // Without a mark, or with one from before the last copy, the partition may have gone on as fast as any.
    let resume = mark.unused.unwrap_or(Offset::ZERO).max(reserve(end, None));
    let epochs = [
        Some(registered),
        seen.map(|mark| mark.leader_epoch),
        manifest.map(|manifest| manifest.writer.epoch),
    ];
    let newest_epoch = epochs.into_iter().flatten().max().unwrap_or(registered).value();
    let lost_from = seen.map_or(remote_end, |mark| mark.start.max(remote_end));
    RestoredPartition {
        topic: String::new(),
        topic_id: TopicId::new(Uuid::ZERO),
        partition: PartitionIndex::new(0),
        replicas: Vec::new(),
        log_start: copied.map_or(resume, |manifest| manifest.log_start().offset()),
        local_start: copied.map_or(resume, |_| remote_end),
        resume,
        leader_epoch: LeaderEpoch::new(newest_epoch.max(0).saturating_add(EPOCHS_AHEAD)),
        epochs: copied.map(epochs_of).unwrap_or_default(),
        lost: Lost {
            from: lost_from,
            until: end,
            seen_at: seen.map(|mark| mark.seen_at),
        },
    }
}

/// The epochs of everything that a manifest names.
fn epochs_of(manifest: &Manifest) -> Vec<EpochEntry> {
    let mut epochs: Vec<EpochEntry> = Vec::new();
    for entry in manifest.segments().iter().flat_map(|segment| &segment.epochs) {
        if epochs.last().is_none_or(|last| entry.epoch > last.epoch) {
            epochs.push(*entry);
        }
    }
    epochs
}

/// The replicas that can come back, with others in place of those that cannot.
fn kept_replicas(replicas: &[BrokerId], brokers: &[BrokerId], turn: usize) -> Vec<BrokerId> {
    let mut kept: Vec<_> = replicas
        .iter()
        .copied()
        .filter(|id| brokers.contains(id))
        .collect();
    let others = (0..brokers.len()).map(|step| brokers[(turn + step) % brokers.len()]);
    for other in others {
        if kept.len() >= replicas.len() {
            break;
        }
        if !kept.contains(&other) {
            kept.push(other);
        }
    }
    kept
}

impl RestorePlan {
    /// Whether it is what these backups come to: another node of the same restore made it.
    pub fn is_of(&self, metadata: &MetadataBackup, logs: &[LogsBackup]) -> bool {
        self.based_on == nonces(metadata, logs)
    }

    /// Whether the cluster lives by this plan, and this broker of it was never there since: it is late, and the plan is
    /// still what it begins with. Only the plan itself registers a broker under its nonce; the process that comes takes
    /// another.
    pub fn awaits(&self, broker: BrokerId, image: &MetadataImage) -> bool {
        let registered = image.cluster.broker(broker);
        registered.is_some_and(|found| found.incarnation_id == self.nonce)
    }

    /// The partitions that a broker keeps.
    pub fn of_broker(&self, broker: BrokerId) -> impl Iterator<Item = &RestoredPartition> {
        self.partitions
            .iter()
            .filter(move |partition| partition.replicas.contains(&broker))
    }

    /// What was committed in a partition, if it is one of `__consumer_offsets`.
    pub fn committed_in(&self, partition: &RestoredPartition) -> &[CommittedOffset] {
        match partition.topic == GROUP_METADATA_TOPIC {
            true => self.groups.get(&partition.partition).map_or(&[], Vec::as_slice),
            false => &[],
        }
    }

    /// Partitions of which records are lost. The offsets of groups come back by themselves.
    pub fn with_losses(&self) -> impl Iterator<Item = &RestoredPartition> {
        let partitions = self.partitions.iter();
        partitions.filter(|partition| partition.topic != GROUP_METADATA_TOPIC && partition.lost.count() > 0)
    }

    /// How many records are lost, as far as is known.
    pub fn lost(&self) -> u64 {
        self.with_losses().map(|partition| partition.lost.count()).sum()
    }
}

#[cfg(test)]
mod tests;
