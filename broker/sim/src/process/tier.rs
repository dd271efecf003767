//! The remote tier of a process: what the server's remote log manager does in tasks, here in steps.
//!
//! `broker_tiered::leader_work` says what a leader wants; here its requests are sent and its answers found. Owns the works of
//! the partitions that are led, the manifests that they published, and which request belongs to whom. Decides nothing.

mod deleted;
mod follower;
mod reading;

pub(super) use reading::Readers;

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_metadata::{MetadataChanges, TopicFate};
use broker_model::{LeaderEpoch, LogStartOffset, MonotonicMs, TopicId, Uuid};
use broker_replication::Partition;
use broker_tiered::copy_plan::{CopyTask, Copying};
use broker_tiered::leader_work::{
    LeaderWork, LogFacts, Orders, Rest, WorkContext, WorkEffect, WorkEvent, orders_for,
};
use broker_tiered::manifest::Manifest;
use broker_tiered::manifest_keeper::{Leadership, ManifestPut, ManifestRead};
use broker_tiered::object_key::{RemotePartition, SegmentKey};
use broker_tiered::remote_segment::RemoteLogSegmentId;
use broker_tiered::segment_upload::{SegmentUpload, UploadEnd, UploadError};
use bytes::Bytes;

use super::serving::Waker;
use super::{Action, Halt, Process};
use crate::machine::Machine;
use crate::message::PartitionId;
use crate::sabotage::Sabotage;
use crate::store::{StoreAnswer, StoreRequest};
use deleted::FolderSweep;
use follower::Tail;
use reading::PieceOfRead;

/// Why the store was asked.
#[derive(Debug)]
enum Purpose {
    /// For the work of a partition in an epoch.
    Work(PartitionId, LeaderEpoch),
    Piece(Box<PieceOfRead>),
    /// For the folder of a deleted topic.
    DeletedTopic,
    /// Where the copies of a followed log end.
    FollowerEnd(PartitionId),
    TailManifest(PartitionId),
    /// A part of the last segment, by its number.
    TailPart(PartitionId, usize),
}

/// What a work waits for.
#[derive(Debug)]
enum Awaits {
    /// For the manifest.
    Manifest,
    /// For the outcome of writing it.
    Written,
    /// For the outcome of something else in the store.
    Outcome,
    /// For the object that is being written.
    Upload(Box<UploadEnd>, SegmentKey, CopyTask),
    Time(MonotonicMs, WakesEarly),
    Orders,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WakesEarly {
    Yes,
    No,
}

#[derive(Debug)]
struct Task {
    epoch: LeaderEpoch,
    orders: Orders,
    work: LeaderWork,
    awaits: Awaits,
}

#[derive(Debug, Default)]
pub(crate) struct Tier {
    tasks: BTreeMap<PartitionId, Task>,
    /// Manifests of what is led here, as they were last written.
    led: BTreeMap<PartitionId, Arc<Manifest>>,
    asked: BTreeMap<u64, Purpose>,
    requests: u64,
    tails: BTreeMap<PartitionId, Tail>,
    pub(super) readers: Readers,
    /// None before it was looked at first.
    deleted: Option<FolderSweep>,
    /// When followers and old segments are looked at.
    look_at: MonotonicMs,
}

pub(crate) fn remote_partition((topic_id, index): PartitionId) -> RemotePartition {
    RemotePartition {
        cluster_id: Machine::cluster(),
        topic_id,
        index,
    }
}

/// What the store's answer says of a manifest.
fn manifest_read(answer: &StoreAnswer, partition: &RemotePartition) -> ManifestRead {
    match answer {
        StoreAnswer::Got(bytes, etag) => match Manifest::parse(bytes, partition) {
            Ok(manifest) => ManifestRead::Found(Box::new(manifest), etag.clone()),
            Err(_) => ManifestRead::Failed,
        },
        StoreAnswer::Missing => ManifestRead::Absent,
        _ => ManifestRead::Failed,
    }
}

impl Tier {
    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let rests = self.tasks.values().filter_map(|task| match task.awaits {
            Awaits::Time(until, _) => Some(until),
            _ => None,
        });
        let sweep = self.deleted.as_ref().and_then(FolderSweep::deadline);
        let others = rests.chain(self.readers.deadline()).chain(sweep);
        others.chain([self.look_at]).min()
    }
}

impl Process {
    fn is_tiered(&self) -> bool {
        self.machine.settings.tiering.is_some()
    }

    fn ask_store(&mut self, purpose: Purpose, request: StoreRequest) {
        self.tier.requests += 1;
        let id = self.tier.requests;
        self.tier.asked.insert(id, purpose);
        self.out.push(Action::Store { id, request });
    }

    fn uuid(&mut self) -> Uuid {
        let mut id = [0; 16];
        id.copy_from_slice(&self.chance.bytes()[..16]);
        Uuid::from_random(id)
    }

    pub(super) fn store_answered(&mut self, id: u64, answer: StoreAnswer) -> Result<(), Halt> {
        match self.tier.asked.remove(&id) {
            None => Ok(()),
            Some(Purpose::Work(partition, epoch)) => self.work_answered(partition, epoch, &answer),
            Some(Purpose::DeletedTopic) => self.folder_answered(answer),
            Some(Purpose::Piece(piece)) => self.piece_arrived(*piece, &answer),
            Some(Purpose::FollowerEnd(partition)) => {
                self.tell_follower(partition, &answer);
                Ok(())
            }
            Some(Purpose::TailManifest(partition)) => self.tail_manifest(partition, &answer),
            Some(Purpose::TailPart(partition, number)) => self.tail_part(partition, number, answer),
        }
    }

    /// Follows what the image says of who leads what.
    pub(super) fn wire_tier(&mut self, changes: &MetadataChanges) -> Result<(), Halt> {
        if !self.is_tiered() {
            return Ok(());
        }
        for (topic, change) in &changes.topics {
            match change.fate != TopicFate::Deleted && self.metadata.image().topics.by_id(*topic).is_some() {
                true => self.wire_topic(*topic)?,
                false => self.leave_topic(*topic)?,
            }
        }
        Ok(())
    }

    pub(super) fn wire_all(&mut self) -> Result<(), Halt> {
        if !self.is_tiered() {
            return Ok(());
        }
        let topics: Vec<TopicId> = self
            .metadata
            .image()
            .topics
            .sorted_by_name()
            .into_iter()
            .map(|topic| topic.id)
            .collect();
        topics.into_iter().try_for_each(|topic| self.wire_topic(topic))
    }

    fn wire_topic(&mut self, id: TopicId) -> Result<(), Halt> {
        let image = self.metadata.image().clone();
        let Some(topic) = image.topics.by_id(id) else {
            return Ok(());
        };
        let orders = orders_for(&self.log_config(&topic.name));
        for (index, registration) in topic.indexed_partitions() {
            let is_led_here = registration.leader == self.machine.id;
            match orders.filter(|_| is_led_here) {
                Some(orders) => self.lead_remote((id, index), registration.leader_epoch, orders)?,
                None => self.leave_remote((id, index)),
            }
        }
        Ok(())
    }

    fn lead_remote(&mut self, id: PartitionId, epoch: LeaderEpoch, orders: Orders) -> Result<(), Halt> {
        if self.tier.tasks.get(&id).is_some_and(|task| task.epoch == epoch) {
            return Ok(());
        }
        self.leave_remote(id);
        let Ok(partition) = self.replicas.leading(id) else {
            return Ok(());
        };
        if partition.leader_epoch() != epoch {
            return Ok(());
        }
        let leadership = Leadership::of(partition.log(), remote_partition(id), self.machine.id, epoch);
        let Some(settings) = &self.machine.settings.tiering else {
            return Ok(());
        };
        let settings = settings.work;
        let context = self.work_context(orders);
        let (work, effect) = LeaderWork::begin(leadership, settings, &context);
        let task = Task {
            epoch,
            orders,
            work,
            awaits: Awaits::Manifest,
        };
        self.tier.tasks.insert(id, task);
        self.carry_on(id, effect)
    }

    /// The epoch is over.
    fn leave_remote(&mut self, id: PartitionId) {
        if let Some(task) = self.tier.tasks.remove(&id) {
            self.retract(id, task.epoch);
        }
    }

    /// The objects of a deleted topic go with it.
    fn leave_topic(&mut self, topic: TopicId) -> Result<(), Halt> {
        let its: Vec<PartitionId> = self
            .tier
            .tasks
            .keys()
            .copied()
            .filter(|(id, _)| *id == topic)
            .collect();
        for id in its {
            let Some(task) = self.tier.tasks.get_mut(&id) else {
                continue;
            };
            task.orders = Orders::GiveUpRemote;
            if matches!(task.awaits, Awaits::Orders | Awaits::Time(_, WakesEarly::Yes)) {
                self.go_on(id, WorkEvent::Woken)?;
            }
        }
        Ok(())
    }

    fn retract(&mut self, id: PartitionId, epoch: LeaderEpoch) {
        let is_own = |manifest: &&Arc<Manifest>| manifest.writer.epoch == epoch;
        if self.tier.led.get(&id).filter(is_own).is_some() {
            self.tier.led.remove(&id);
        }
    }

    fn work_context(&mut self, orders: Orders) -> WorkContext {
        WorkContext {
            orders,
            copying: Copying::Enabled,
            nonce: self.uuid(),
            now: self.now.wall,
            now_for_removal: self.now.wall,
            chance: u32::try_from(self.chance.below(1 << 32)).unwrap_or(0),
        }
    }

    fn go_on(&mut self, id: PartitionId, event: WorkEvent) -> Result<(), Halt> {
        let Some(orders) = self.tier.tasks.get(&id).map(|task| task.orders) else {
            return Ok(());
        };
        let context = self.work_context(orders);
        let Some(task) = self.tier.tasks.get_mut(&id) else {
            return Ok(());
        };
        let effect = task.work.step(event, &context);
        self.carry_on(id, effect)
    }

    /// Carries out what is wanted until something has to be waited for.
    fn carry_on(&mut self, id: PartitionId, mut effect: WorkEffect) -> Result<(), Halt> {
        while let Some(event) = self.do_work(id, effect)? {
            let Some(orders) = self.tier.tasks.get(&id).map(|task| task.orders) else {
                return Ok(());
            };
            let context = self.work_context(orders);
            let Some(task) = self.tier.tasks.get_mut(&id) else {
                return Ok(());
            };
            effect = task.work.step(event, &context);
            let _told = task.work.take_notices();
        }
        Ok(())
    }

    /// Does what is wanted; none if it has to be waited for.
    fn do_work(&mut self, id: PartitionId, effect: WorkEffect) -> Result<Option<WorkEvent>, Halt> {
        let partition = remote_partition(id);
        let path = partition.manifest_path();
        let (awaits, request) = match effect {
            WorkEffect::ReadManifest => (Awaits::Manifest, StoreRequest::Get { path, range: None }),
            WorkEffect::PutManifest(manifest, condition) => {
                let bytes = manifest.to_bytes().into();
                let condition = Some(condition);
                let put = StoreRequest::Put {
                    path,
                    bytes,
                    condition,
                };
                (Awaits::Written, put)
            }
            WorkEffect::Publish(manifest) => return Ok(Some(self.publish(id, manifest))),
            WorkEffect::Look => {
                let facts = self.led(id).map(|partition| LogFacts::of(partition.log()));
                return Ok(Some(
                    facts.map_or(WorkEvent::NotLed, |facts| WorkEvent::Log(Box::new(facts))),
                ));
            }
            WorkEffect::MoveStart(start) => return self.move_start(id, start).map(Some),
            WorkEffect::Copy(task) => return self.copy(id, task),
            WorkEffect::Delete(key) => {
                let path = key.path(&partition);
                (Awaits::Outcome, StoreRequest::Delete { path })
            }
            WorkEffect::List => {
                let folder = partition.folder();
                (Awaits::Outcome, StoreRequest::List { folder })
            }
            WorkEffect::BeginLocally => {
                if let Some(hosted) = self.replicas.hosted.get_mut(&id) {
                    let log = hosted.log_mut();
                    let local = log.local_log_start().offset();
                    log.maybe_increment_log_start_offset(local)?;
                }
                return Ok(Some(WorkEvent::Done));
            }
            WorkEffect::ForgetRemote => {
                if let Some(hosted) = self.replicas.hosted.get_mut(&id) {
                    hosted.log_mut().note_remote_end(None);
                }
                return Ok(Some(WorkEvent::Done));
            }
            WorkEffect::DeleteManifest => (Awaits::Outcome, StoreRequest::Delete { path }),
            WorkEffect::Rest(rest) => return Ok(self.rest(id, rest)),
            WorkEffect::AwaitOrders => return Ok(self.await_orders(id)),
            WorkEffect::Over => {
                self.leave_remote(id);
                return Ok(None);
            }
        };
        if let Some(task) = self.tier.tasks.get_mut(&id) {
            task.awaits = awaits;
            let epoch = task.epoch;
            self.ask_store(Purpose::Work(id, epoch), request);
        }
        Ok(None)
    }

    fn rest(&mut self, id: PartitionId, rest: Rest) -> Option<WorkEvent> {
        let now = self.now.monotonic;
        let task = self.tier.tasks.get_mut(&id)?;
        task.awaits = match rest {
            Rest::UntilWork(ms) => Awaits::Time(now.plus_ms(ms), WakesEarly::Yes),
            Rest::AfterFailure(ms) => Awaits::Time(now.plus_ms(ms), WakesEarly::No),
        };
        None
    }

    fn await_orders(&mut self, id: PartitionId) -> Option<WorkEvent> {
        let task = self.tier.tasks.get_mut(&id)?;
        task.awaits = Awaits::Orders;
        let (epoch, orders) = (task.epoch, task.orders);
        self.retract(id, epoch);
        (orders != Orders::Tier).then_some(WorkEvent::Woken)
    }

    /// The partition while it is led in the epoch of its work.
    fn led(&mut self, id: PartitionId) -> Option<&mut Partition<Waker>> {
        let epoch = self.tier.tasks.get(&id)?.epoch;
        let partition = self.replicas.leading(id).ok()?;
        (partition.leader_epoch() == epoch).then_some(partition)
    }

    fn publish(&mut self, id: PartitionId, manifest: Arc<Manifest>) -> WorkEvent {
        let end = manifest.remote_end();
        if self.machine.settings.sabotage == Sabotage::DeletedCopies
            && let Some(segment) = manifest.segments().first()
        {
            let path = segment.key().path(&manifest.partition);
            self.ask_store(Purpose::FollowerEnd(id), StoreRequest::Delete { path });
        }
        self.tier.led.insert(id, manifest);
        if let Some(partition) = self.led(id) {
            partition.log_mut().note_remote_end(Some(end));
        }
        WorkEvent::Done
    }

    fn move_start(&mut self, id: PartitionId, start: LogStartOffset) -> Result<WorkEvent, Halt> {
        let is_eager = self.machine.settings.sabotage == Sabotage::EagerRetention;
        let Some(partition) = self.led(id) else {
            return Ok(WorkEvent::NotLed);
        };
        let high_watermark = partition.log().high_watermark().offset();
        let target = match is_eager {
            true => partition.log().local_log_start().offset().min(high_watermark),
            false => start.offset().min(high_watermark),
        };
        Ok(WorkEvent::Started(partition.delete_records(Some(target))?))
    }

    /// Sends a closed segment.
    fn copy(&mut self, id: PartitionId, task: CopyTask) -> Result<Option<WorkEvent>, Halt> {
        let sabotage = self.machine.settings.sabotage;
        let Some(partition) = self.led(id) else {
            return Ok(Some(WorkEvent::NotLed));
        };
        let epoch = partition.leader_epoch();
        let Some(source) = partition.log().begin_copy(task.segment.base_offset)? else {
            return Ok(Some(WorkEvent::Gone));
        };
        if sabotage == Sabotage::UnnamedCopies {
            partition
                .log_mut()
                .note_remote_end(Some(task.segment.next_offset));
        }
        let mut reading = SegmentUpload::of(source);
        let mut object = Vec::new();
        while let Some(piece) = reading.next_piece(1 << 10)? {
            object.extend_from_slice(&piece);
        }
        let end = reading.finish()?;
        object.extend_from_slice(&end.bytes);
        if sabotage == Sabotage::TornCopies {
            object.truncate(object.len() / 2);
        }
        let key = SegmentKey {
            copied_in: epoch,
            id: RemoteLogSegmentId::new(self.uuid()),
        };
        let request = StoreRequest::Put {
            path: key.path(&remote_partition(id)),
            bytes: Bytes::from(object),
            condition: None,
        };
        if let Some(found) = self.tier.tasks.get_mut(&id) {
            found.awaits = Awaits::Upload(Box::new(end), key, task);
            self.ask_store(Purpose::Work(id, epoch), request);
        }
        Ok(None)
    }

    fn work_answered(
        &mut self,
        id: PartitionId,
        epoch: LeaderEpoch,
        answer: &StoreAnswer,
    ) -> Result<(), Halt> {
        let Some(task) = self.tier.tasks.get_mut(&id).filter(|task| task.epoch == epoch) else {
            return Ok(());
        };
        let awaited = std::mem::replace(&mut task.awaits, Awaits::Outcome);
        let event = match (awaited, answer) {
            (Awaits::Manifest, answer) => WorkEvent::Read(manifest_read(answer, &remote_partition(id))),
            (Awaits::Written, StoreAnswer::Written(etag)) => WorkEvent::Put(ManifestPut::Done(etag.clone())),
            (Awaits::Written, StoreAnswer::Refused) => WorkEvent::Put(ManifestPut::Refused),
            (Awaits::Written, _) => WorkEvent::Put(ManifestPut::Unknown),
            (Awaits::Upload(end, key, task), StoreAnswer::Written(_)) => {
                WorkEvent::Copied(Box::new(end.describe(key, task)))
            }
            (_, StoreAnswer::Deleted) => WorkEvent::Done,
            (_, StoreAnswer::Listed(listed)) => WorkEvent::Listed(listed.clone()),
            _ => WorkEvent::Failed,
        };
        self.go_on(id, event)
    }

    /// Wakes works whose time has come; those that rest, also when a segment was closed.
    pub(super) fn look_after_tier(&mut self) -> Result<(), Halt> {
        let Some(settings) = self.machine.settings.tiering.clone() else {
            return Ok(());
        };
        let now = self.now.monotonic;
        let mut has_news = false;
        if self.tier.look_at <= now && self.replicas.are_hosted() {
            self.tier.look_at = now.plus_ms(settings.look_ms);
            has_news = self.maintain_tiered_logs()?;
            self.look_after_followers()?;
        }
        let is_due = |task: &Task| match task.awaits {
            Awaits::Time(until, early) => until <= now || (has_news && early == WakesEarly::Yes),
            _ => false,
        };
        let tasks = self.tier.tasks.iter();
        let due: Vec<PartitionId> = tasks
            .filter(|(_, task)| is_due(task))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            self.go_on(id, WorkEvent::Woken)?;
        }
        self.look_after_deleted_topics()?;
        self.look_after_readers()
    }

    /// Flushes closed segments, which may be copied then, and gives up what local retention lets go.
    fn maintain_tiered_logs(&mut self) -> Result<bool, Halt> {
        let now = self.now;
        let mut has_news = false;
        for hosted in self.replicas.hosted.values_mut() {
            let log = hosted.log_mut();
            if !log.config().remote_storage_enable || !log.has_unflushed_closed_segments() {
                continue;
            }
            if let Some(job) = log.begin_flush_of_closed_segments()? {
                job.run()?;
                log.complete_flush(&job, now);
                has_news = true;
            }
        }
        if self.chance.below(3) == 0 {
            self.write_log_starts()?;
            self.delete_old_segments()?;
        }
        Ok(has_news)
    }

    /// Writes where every log starts, before one of them gives up what its files say about that.
    fn write_log_starts(&mut self) -> Result<(), Halt> {
        self.write_checkpoints(broker_storage::CheckpointKind::LogStart)?;
        self.note_log_starts();
        Ok(())
    }

    /// A restart finds the starts of the logs from now on.
    pub(super) fn note_log_starts(&mut self) {
        for hosted in self.replicas.hosted.values_mut() {
            if hosted.log().progress().log_start.is_some() {
                hosted.log_mut().note_log_start_written();
            }
        }
    }
}

impl From<UploadError> for Halt {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Local(error) => error.into(),
            UploadError::Damaged(error) => Self::Broken(format!("a closed segment is damaged {error}")),
        }
    }
}
