//! Leaves in the bucket what an empty cluster needs beside the segments (ADR 22): every few seconds, if it is news.
//!
//! Owns two objects, `logs-<node>` and `metadata-<node>`; what they say and when they may be overwritten is
//! `broker_tiered::backup`'s. The metadata are told by the living broker with the smallest number, which every broker
//! knows from its own image. Invariants: what was committed is read after the end of its log, so that a backup never
//! claims more of a log than it has; an object that is not written now is written with what is true then, never queued.

mod told;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_metadata::{GROUP_METADATA_TOPIC, MetadataImage};
use broker_model::{BrokerId, ClusterId, Offset, PartitionIndex, TopicId};
use broker_tiered::backup::{
    BackupFound, BackupObject, BackupPaths, BackupTurn, BackupWriter, GroupsMark, Led, LogsBackup,
    MetadataBackup, PartitionMark, backup_turn, reserve,
};
use broker_tiered::manifest_keeper::{ETag, PutCondition};
use broker_tiered::restore_plan::generation_of;
use bytes::Bytes;

use crate::clock::{Clock, uuid_or_time};
use crate::drivers::broker_lifecycle::BrokerLifecycle;
use crate::drivers::coordinator_driver::CoordinatorDriver;
use crate::remote_log_manager::{BackupKind, BackupTimes};
use crate::remote_store::{RemoteStore, SmallPut, SmallRead};
use crate::replica_manager::ReplicaManager;
pub(crate) use told::{committed_offset, group_record};

/// How long nothing is written when there is no news: who wants to restore sees by it that the cluster lives.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// What the task works with.
#[derive(Debug)]
pub struct ClusterBackup {
    /// This broker.
    pub node_id: BrokerId,
    /// Its cluster.
    pub cluster_id: ClusterId,
    /// What the cluster has agreed on.
    pub image: Arc<ArcSwap<MetadataImage>>,
    /// The registration of this broker.
    pub lifecycle: Arc<BrokerLifecycle>,
    /// The groups that are coordinated here.
    pub groups: Arc<CoordinatorDriver>,
    /// The logs that are kept here.
    pub replica_manager: Arc<ReplicaManager>,
    /// Told when what lies in the bucket is up to date.
    pub times: Arc<BackupTimes>,
    /// How often it looks for news.
    pub interval: Duration,
    /// Reads the time.
    pub clock: Clock,
}

/// An object that this broker writes.
struct Own {
    path: String,
    /// What the store calls it as it was written last; none when that is to be found out.
    etag: Option<ETag>,
    written: Option<std::time::Duration>,
}

/// Why nothing is written any more, or not now.
#[derive(Debug, thiserror::Error)]
enum Unwritten {
    #[error("broker {} registered again, with epoch {}: another process writes from now on", .0.broker, .0.broker_epoch)]
    Overtaken(BackupWriter),
    #[error("somebody else wrote in between")]
    Refused,
    #[error("{}", crate::remote_store::explained(.0))]
    Store(#[from] object_store::Error),
    #[error(transparent)]
    Metadata(#[from] broker_metadata::LogFormatError),
}

impl ClusterBackup {
    /// Runs for as long as there is a store.
    pub async fn run(self, store: RemoteStore) {
        let mut task = Task::new(self, store);
        loop {
            tokio::time::sleep(task.backup.interval).await;
            match task.round().await {
                Ok(()) => {}
                Err(overtaken @ Unwritten::Overtaken(_)) => {
                    tracing::error!(reason = %overtaken, "no more backups of the cluster are written by this process");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "the backup of the cluster is not written; it is tried again");
                }
            }
        }
    }

    fn writer(&self, image: &MetadataImage) -> BackupWriter {
        BackupWriter {
            cluster_id: self.cluster_id.clone(),
            generation: generation_of(image),
            broker: self.node_id,
            broker_epoch: self.lifecycle.epoch(),
            nonce: uuid_or_time(&self.clock),
            written_at: self.clock.wall(),
        }
    }

    /// Whether it is this broker that tells of the metadata.
    fn tells_metadata(&self, image: &MetadataImage) -> bool {
        image.cluster.first_active() == Some(self.node_id)
    }

    fn leads(&self, image: &MetadataImage, topic: TopicId, index: PartitionIndex) -> bool {
        let topic = image.topics.by_id(topic);
        let registration = topic.and_then(|topic| topic.partition(index));
        registration.is_some_and(|registration| registration.leader == self.node_id)
    }

    /// What is led here, as it is now.
    fn look(&self, image: &MetadataImage, before: Option<&LogsBackup>) -> LogsBackup {
        let writer = self.writer(image);
        let mut logs = LogsBackup {
            partitions: Vec::new(),
            groups: Vec::new(),
            writer,
        };
        let known = Known::of(before);
        for topic in image.topics.iter() {
            let led = topic.indexed_partitions();
            for (index, _) in led.filter(|(_, registration)| registration.leader == self.node_id) {
                let Some(mark) = self.mark(topic.id, index, &known, &logs.writer) else {
                    continue;
                };
                if &*topic.name == GROUP_METADATA_TOPIC {
                    logs.groups.extend(self.groups_of(&mark, &known));
                }
                logs.partitions.push(mark);
            }
        }
        if let Some(before) = before {
            let offsets_topic = image.topics.id_of(GROUP_METADATA_TOPIC);
            logs.remember(before, |led| match led {
                Led::Partition(topic, index) => self.leads(image, topic, index),
                Led::Groups(index) => offsets_topic.is_some_and(|topic| self.leads(image, topic, index)),
            });
        }
        logs
    }

    fn mark(
        &self,
        topic_id: TopicId,
        partition: PartitionIndex,
        known: &Known<'_>,
        writer: &BackupWriter,
    ) -> Option<PartitionMark> {
        let handle = self
            .replica_manager
            .partition_by_id(topic_id, partition.value())
            .ok()?;
        let looked = handle.with(|partition| {
            let log = partition.log();
            (
                partition.leader_epoch(),
                log.log_start().offset(),
                log.log_end().offset(),
            )
        });
        let (leader_epoch, start, end) = looked.ok()?;
        Some(PartitionMark {
            topic_id,
            partition,
            leader_epoch,
            start,
            end,
            reserved: reserve(end, known.end_of(topic_id, partition)),
            seen_at: writer.written_at,
        })
    }

    /// What groups committed, read again only if their log went on.
    fn groups_of(&self, mark: &PartitionMark, known: &Known<'_>) -> Option<GroupsMark> {
        if let Some(before) = known.groups_unchanged(mark) {
            return Some(GroupsMark {
                seen_at: mark.seen_at,
                ..before.clone()
            });
        }
        // One that is loading has nothing to say yet; what was told before is remembered.
        let records = self
            .groups
            .look_at_partition(mark.partition, |groups| groups.offset_records());
        let mut offsets: Vec<_> = records.ok()?.into_iter().filter_map(committed_offset).collect();
        offsets.sort_unstable();
        Some(GroupsMark {
            partition: mark.partition,
            leader_epoch: mark.leader_epoch,
            seen_at: mark.seen_at,
            offsets,
        })
    }
}

/// What the last backup said, to be found by partition.
struct Known<'a> {
    marks: std::collections::HashMap<(TopicId, PartitionIndex), &'a PartitionMark>,
    groups: std::collections::HashMap<PartitionIndex, &'a GroupsMark>,
}

impl<'a> Known<'a> {
    fn of(before: Option<&'a LogsBackup>) -> Self {
        let marks = before.iter().flat_map(|before| &before.partitions);
        let groups = before.iter().flat_map(|before| &before.groups);
        Self {
            marks: marks
                .map(|mark| ((mark.topic_id, mark.partition), mark))
                .collect(),
            groups: groups.map(|mark| (mark.partition, mark)).collect(),
        }
    }

    fn end_of(&self, topic: TopicId, partition: PartitionIndex) -> Option<Offset> {
        self.marks.get(&(topic, partition)).map(|mark| mark.end)
    }

    fn groups_unchanged(&self, now: &PartitionMark) -> Option<&'a GroupsMark> {
        let before = self.marks.get(&(now.topic_id, now.partition))?;
        let is_same = (before.leader_epoch, before.end) == (now.leader_epoch, now.end);
        let groups = self.groups.get(&now.partition)?;
        (is_same && groups.leader_epoch == now.leader_epoch).then_some(*groups)
    }
}

struct Task {
    backup: ClusterBackup,
    store: RemoteStore,
    logs: Own,
    metadata: Own,
    /// What was told of logs last.
    told: Option<LogsBackup>,
    /// The metadata that were told last, and up to which record it was looked for news.
    told_metadata: Option<(Offset, Bytes)>,
}

impl Task {
    fn new(backup: ClusterBackup, store: RemoteStore) -> Self {
        let image = backup.image.load();
        let (paths, generation) = (BackupPaths::of(&backup.cluster_id), generation_of(&image));
        let own = |object| Own {
            path: paths.path(generation, object),
            etag: None,
            written: None,
        };
        Self {
            logs: own(BackupObject::Logs(backup.node_id)),
            metadata: own(BackupObject::Metadata(backup.node_id)),
            told: None,
            told_metadata: None,
            backup,
            store,
        }
    }

    /// Looks for news, and writes them.
    async fn round(&mut self) -> Result<(), Unwritten> {
        let image = self.backup.image.load_full();
        let times = self.backup.times.clone();
        times.begin(BackupKind::Logs);
        let logs = self.write_logs(&image).await;
        if logs.is_ok() {
            times.note(BackupKind::Logs);
        }
        if !self.backup.tells_metadata(&image) {
            times.forget(BackupKind::Metadata);
            return logs;
        }
        times.begin(BackupKind::Metadata);
        let metadata = self.write_metadata(&image).await;
        if metadata.is_ok() {
            times.note(BackupKind::Metadata);
        }
        logs.and(metadata)
    }

    async fn write_logs(&mut self, image: &MetadataImage) -> Result<(), Unwritten> {
        let condition = self
            .logs
            .condition(&self.store, &self.backup.writer(image), &mut self.told)
            .await?;
        let now = tokio::task::block_in_place(|| self.backup.look(image, self.told.as_ref()));
        let is_old_news = self.told.as_ref().is_some_and(|told| now.says_as_much(told));
        if is_old_news && self.logs.is_fresh(&self.backup.clock) {
            return Ok(());
        }
        self.logs
            .put(&self.store, now.to_bytes(), condition, &self.backup.clock)
            .await?;
        self.told = Some(now);
        Ok(())
    }

    async fn write_metadata(&mut self, image: &MetadataImage) -> Result<(), Unwritten> {
        let offset = image.provenance.last_contained_offset;
        let is_fresh = self.metadata.is_fresh(&self.backup.clock);
        if is_fresh
            && self
                .told_metadata
                .as_ref()
                .is_some_and(|(looked_at, _)| *looked_at == offset)
        {
            return Ok(());
        }
        let checkpoint = tokio::task::block_in_place(|| told::checkpoint(image))?;
        if is_fresh
            && let Some((looked_at, told)) = &mut self.told_metadata
            && *told == checkpoint
        {
            *looked_at = offset;
            return Ok(());
        }
        let writer = self.backup.writer(image);
        let condition = self.metadata.condition(&self.store, &writer, &mut None).await?;
        let backup = MetadataBackup {
            writer,
            offset,
            epoch: image.provenance.last_contained_epoch,
            checkpoint: checkpoint.clone(),
        };
        self.metadata
            .put(&self.store, backup.to_bytes(), condition, &self.backup.clock)
            .await?;
        self.told_metadata = Some((offset, checkpoint));
        Ok(())
    }
}

impl Own {
    fn is_fresh(&self, clock: &Clock) -> bool {
        self.etag.is_some()
            && self
                .written
                .is_some_and(|written| clock.elapsed().saturating_sub(written) < KEEP_ALIVE)
    }

    /// Under which condition it may be written; what lies there is read if that is not known, and remembered if it tells
    /// of logs and nothing is remembered yet.
    async fn condition(
        &mut self,
        store: &RemoteStore,
        writer: &BackupWriter,
        remembered: &mut Option<LogsBackup>,
    ) -> Result<PutCondition, Unwritten> {
        if let Some(etag) = &self.etag {
            return Ok(PutCondition::Unchanged(etag.clone()));
        }
        let found = match store.read_small(&self.path).await? {
            SmallRead::Absent => BackupFound::Nothing,
            SmallRead::Found(bytes, etag) => found(&bytes, etag, &writer.cluster_id, remembered),
        };
        if let BackupFound::Unreadable(_) = found {
            tracing::error!(
                path = self.path,
                "a backup is damaged or was edited; it is written anew"
            );
        }
        match backup_turn(writer, found) {
            BackupTurn::Put(condition) => Ok(condition),
            BackupTurn::Overtaken(by) => Err(Unwritten::Overtaken(by)),
        }
    }

    async fn put(
        &mut self,
        store: &RemoteStore,
        bytes: Vec<u8>,
        condition: PutCondition,
        clock: &Clock,
    ) -> Result<(), Unwritten> {
        self.etag = None;
        match store.put_small(&self.path, bytes, &condition).await? {
            SmallPut::Done(etag) => {
                self.etag = Some(etag);
                self.written = Some(clock.elapsed());
                Ok(())
            }
            SmallPut::Refused => Err(Unwritten::Refused),
        }
    }
}

fn found(bytes: &Bytes, etag: ETag, cluster: &ClusterId, remembered: &mut Option<LogsBackup>) -> BackupFound {
    if let Ok(logs) = LogsBackup::parse(bytes, cluster) {
        let writer = logs.writer.clone();
        remembered.get_or_insert(logs);
        return BackupFound::Backup(writer, etag);
    }
    match MetadataBackup::parse(bytes, cluster) {
        Ok(metadata) => BackupFound::Backup(metadata.writer, etag),
        Err(_) => BackupFound::Unreadable(etag),
    }
}
