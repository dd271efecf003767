//! The group coordinators of a process: one for each partition of `__consumer_offsets` that is led here.
//!
//! Invariant: what is told rests on records below the high watermark of the leadership that wrote them.

use std::collections::BTreeMap;

use broker_codec::StringBytes;
use broker_codec::batch::{BatchBuilder, BatchOptions, batches};
use broker_coordinator::{
    Answer, ClientContext, Effects, GroupConfig, GroupCoordinator, GroupMemory, GroupRecord, OffsetStability,
    ParkedId, Released, partition_for,
};
use broker_metadata::GROUP_METADATA_TOPIC;
use broker_model::{Acks, LeaderEpoch, MonotonicMs, Now, Offset, PartitionIndex, ProducerId, Uuid};
use broker_protocol::ErrorCode;
use broker_replication::LeaderAppend;
use broker_storage::{AppendOrigin, UnifiedLog};

use super::serving::refusal;
use super::{Halt, Hosted, Process};
use crate::client::SESSION_MS;
use crate::message::{GroupRequest, PartitionId, Response};
use crate::process::read_from;
use crate::sabotage::Sabotage;

/// How long anybody waits for the replicas.
const TIMEOUT_MS: u64 = 5_000;
/// Newest version of each request.
const COMMIT_VERSION: i16 = 9;
const JOIN_VERSION: i16 = 9;
const SYNC_VERSION: i16 = 5;
const LEAVE_VERSION: i16 = 5;
const UNPACKED_MAX: usize = 1 << 20;

#[derive(Debug)]
struct Shard {
    leading_since: LeaderEpoch,
    coordinator: GroupCoordinator,
    /// Where the last records end that were written or loaded.
    end: Offset,
    waiting: Vec<Waiting>,
    /// Requests that wait for other members: their tokens.
    parked: BTreeMap<ParkedId, u64>,
    /// The newest generation that began in a group here, and a member of it.
    newest: BTreeMap<String, (i32, StringBytes)>,
}

/// What a coordinator says to a request.
#[derive(Debug)]
enum Decided {
    /// Something that holds when the records are committed.
    Now(Response),
    /// Something that rests on no record.
    Unwritten(Response),
    /// Nothing yet.
    Parked(ParkedId),
}

impl Shard {
    fn decide(
        &mut self,
        now: Now,
        request: &GroupRequest,
        new_member_id: Uuid,
        sabotage: Sabotage,
    ) -> (Decided, Effects) {
        let coordinator = &mut self.coordinator;
        match request {
            GroupRequest::Commit(commit) => {
                let mut commit = commit.clone();
                let newest = self.newest.get(&*commit.group_id);
                if let (Sabotage::AnyGeneration, Some((generation, member))) = (sabotage, newest) {
                    commit.generation_id_or_member_epoch = *generation;
                    commit.member_id = member.clone();
                }
                let outcome = coordinator.offset_commit(now, COMMIT_VERSION, &commit);
                (Decided::Now(Response::Committed(outcome.answer)), outcome.effects)
            }
            GroupRequest::Fetch(fetch) => {
                let answer = coordinator.offset_fetch(fetch, OffsetStability::NotRequired);
                (
                    Decided::Now(Response::CommittedOffsets(answer)),
                    Effects::default(),
                )
            }
            GroupRequest::Join(join) => {
                let client = ClientContext {
                    client_id: "member".into(),
                    client_host: "/10.0.0.1".into(),
                    api_version: JOIN_VERSION,
                    new_member_id,
                };
                let outcome = coordinator.join_group(now, &client, join);
                (decided(outcome.answer, Response::Joined), outcome.effects)
            }
            GroupRequest::Sync(sync) => {
                let newest = (sync.generation_id, sync.member_id.clone());
                let outcome = coordinator.sync_group(now, SYNC_VERSION, sync);
                if matches!(outcome.answer, Answer::Parked(_)) {
                    self.newest.insert(sync.group_id.to_string(), newest);
                }
                (decided(outcome.answer, Response::Synced), outcome.effects)
            }
            GroupRequest::Heartbeat(heartbeat) => {
                let answer = coordinator.heartbeat(now, heartbeat);
                (Decided::Unwritten(Response::StillIn(answer)), Effects::default())
            }
            GroupRequest::Leave(leave) => {
                let outcome = coordinator.leave_group(now, LEAVE_VERSION, leave);
                (Decided::Now(Response::Left(outcome.answer)), outcome.effects)
            }
        }
    }
}

fn decided<R>(answer: Answer<R>, response: impl FnOnce(R) -> Response) -> Decided {
    match answer {
        Answer::Now(answer) => Decided::Now(response(answer)),
        Answer::Parked(id) => Decided::Parked(id),
    }
}

fn number_of(released: &Released) -> ParkedId {
    match released {
        Released::Join(id, _) | Released::Sync(id, _) => *id,
    }
}

fn answer_of(released: Released) -> Response {
    match released {
        Released::Join(_, answer) => Response::Joined(answer),
        Released::Sync(_, answer) => Response::Synced(answer),
    }
}

#[derive(Debug)]
struct Waiting {
    end: Offset,
    token: u64,
    response: Response,
    deadline: MonotonicMs,
}

#[derive(Debug, Default)]
pub(super) struct Groups(BTreeMap<PartitionId, Shard>);

impl Groups {
    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        let waiting = self.0.values().flat_map(|shard| &shard.waiting);
        let waiting = waiting.map(|waiting| waiting.deadline);
        let groups = self
            .0
            .values()
            .filter_map(|shard| shard.coordinator.next_deadline());
        waiting.chain(groups).min()
    }
}

impl Process {
    /// Loads what is led here since it was looked at last, gives up what is not, and gives the answers that hold now.
    pub(super) fn look_after_groups(&mut self) -> Result<(), Halt> {
        let Some(topic) = self
            .metadata
            .image()
            .topics
            .by_name(GROUP_METADATA_TOPIC)
            .map(|topic| topic.id)
        else {
            return Ok(());
        };
        for (id, hosted) in &self.replicas.hosted {
            let Hosted::Leading(partition) = hosted else {
                continue;
            };
            let since = partition.leading_since();
            if id.0 != topic
                || self
                    .groups
                    .0
                    .get(id)
                    .is_some_and(|shard| shard.leading_since == since)
            {
                continue;
            }
            let shard = Shard {
                leading_since: since,
                coordinator: load(partition.log(), self.now)?,
                end: partition.log().log_end().offset(),
                waiting: Vec::new(),
                parked: BTreeMap::new(),
                newest: BTreeMap::new(),
            };
            if let Some(before) = self.groups.0.insert(*id, shard) {
                self.refused
                    .extend(before.waiting.iter().map(|waiting| waiting.token));
                self.refused.extend(before.parked.values());
            }
        }
        self.meet_deadlines_of_groups()?;
        self.tell_what_is_committed();
        Ok(())
    }

    /// Does what the groups have to do by themselves.
    fn meet_deadlines_of_groups(&mut self) -> Result<(), Halt> {
        let now = self.now;
        let is_due = |shard: &Shard| {
            shard
                .coordinator
                .next_deadline()
                .is_some_and(|at| at <= now.monotonic)
        };
        let shards = self.groups.0.iter();
        let due: Vec<PartitionId> = shards
            .filter(|(_, shard)| is_due(shard))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            while let Some(effects) = self
                .groups
                .0
                .get_mut(&id)
                .and_then(|shard| shard.coordinator.on_time(now))
            {
                // What was not written is tried again when its cause is looked at next.
                let _written = self.carry_out(id, effects)?;
            }
        }
        Ok(())
    }

    /// Gives the answers that hold now, and sends those away whose coordinator is gone.
    fn tell_what_is_committed(&mut self) {
        let mut told = Vec::new();
        let hosted = &self.replicas.hosted;
        let now = self.now.monotonic;
        self.groups.0.retain(|id, shard| {
            let Some(Hosted::Leading(partition)) = hosted.get(id) else {
                told.extend(shard.waiting.drain(..).map(|waiting| (waiting.token, None)));
                told.extend(shard.parked.values().map(|token| (*token, None)));
                return false;
            };
            let committed = partition.log().high_watermark().offset();
            let is_due = |waiting: &mut Waiting| waiting.end <= committed || waiting.deadline <= now;
            told.extend(shard.waiting.extract_if(.., is_due).map(|waiting| {
                let holds = waiting.end <= committed;
                (waiting.token, holds.then_some(waiting.response))
            }));
            true
        });
        let refused = std::mem::take(&mut self.refused);
        told.extend(refused.into_iter().map(|token| (token, None)));
        for (token, response) in told {
            self.respond(token, response.unwrap_or(Response::NotCoordinator));
        }
    }

    pub(super) fn serve_group(&mut self, token: u64, request: &GroupRequest) -> Result<(), Halt> {
        let topic = self.metadata.image().topics.by_name(GROUP_METADATA_TOPIC);
        let id = topic.map(|topic| {
            let count = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
            (
                topic.id,
                PartitionIndex::new(partition_for(request.group(), count).value()),
            )
        });
        let (now, sabotage) = (self.now, self.machine.settings.sabotage);
        let new_member_id = self.new_member_id();
        let Some((id, shard)) = id.and_then(|id| Some((id, self.groups.0.get_mut(&id)?))) else {
            self.respond(token, Response::NotCoordinator);
            return Ok(());
        };
        let (response, effects) = shard.decide(now, request, new_member_id, sabotage);
        let response = match response {
            Decided::Parked(parked) => {
                shard.parked.insert(parked, token);
                // A write that failed is the coordinator's to answer.
                let _written = self.carry_out(id, effects)?;
                return self.look_after_groups();
            }
            Decided::Unwritten(response) => {
                self.respond(token, response);
                return Ok(());
            }
            Decided::Now(response) => response,
        };
        match self.carry_out(id, effects)? {
            Ok(()) => self.tell(id, token, response),
            Err(_) => self.respond(token, Response::NotCoordinator),
        }
        self.look_after_groups()
    }

    fn new_member_id(&mut self) -> Uuid {
        let mut id = [0; 16];
        id.copy_from_slice(&self.chance.bytes()[..16]);
        Uuid::from_random(id)
    }

    /// Answers as soon as what is written so far is committed.
    fn tell(&mut self, id: PartitionId, token: u64, response: Response) {
        let is_early = self.machine.settings.sabotage == Sabotage::EarlyCommit;
        let deadline = self.now.monotonic.plus_ms(TIMEOUT_MS);
        let Some(shard) = self.groups.0.get_mut(&id) else {
            return self.respond(token, Response::NotCoordinator);
        };
        let end = if is_early { Offset::ZERO } else { shard.end };
        shard.waiting.push(Waiting {
            end,
            token,
            response,
            deadline,
        });
    }

    /// Appends the records of effects, gives the answers that are released, and does what follows from them.
    fn carry_out(&mut self, id: PartitionId, mut effects: Effects) -> Result<Result<(), ErrorCode>, Halt> {
        let mut first = None;
        loop {
            let mut released = effects.released;
            released.sort_unstable_by_key(number_of);
            for released in released {
                let Some(shard) = self.groups.0.get_mut(&id) else {
                    break;
                };
                let Some(token) = shard.parked.remove(&number_of(&released)) else {
                    continue;
                };
                self.tell(id, token, answer_of(released));
            }
            if effects.records.is_empty() {
                return Ok(first.unwrap_or(Ok(())));
            }
            let written = self.append_group_records(id, &effects.records)?;
            first.get_or_insert(written);
            let Some(shard) = self.groups.0.get_mut(&id) else {
                return Ok(first.unwrap_or(Ok(())));
            };
            effects = shard
                .coordinator
                .finish_write(self.now, &effects.records, effects.intent, written);
        }
    }

    fn append_group_records(
        &mut self,
        id: PartitionId,
        records: &[GroupRecord],
    ) -> Result<Result<(), ErrorCode>, Halt> {
        let mut batch = BatchBuilder::new(BatchOptions::default());
        for record in records {
            let (key, value) = record.encode().map_err(|error| Halt::Broken(error.to_string()))?;
            batch.append(self.now.wall, Some(&key), value.as_deref());
        }
        let batch = batch.build().map_err(|error| Halt::Broken(error.to_string()))?;
        let append = LeaderAppend {
            acks: Acks::All,
            origin: AppendOrigin::Coordinator,
            now: self.now,
            request_version: None,
            unpack_max: usize::MAX,
        };
        let partition = match self.replicas.leading(id) {
            Ok(partition) => partition,
            Err(error) => return Ok(Err(error)),
        };
        match partition.append_as_leader(&batch, append) {
            Ok(info) => {
                if let Some(shard) = self.groups.0.get_mut(&id) {
                    shard.end = info.last_offset.plus(1);
                }
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(refusal(error)?)),
        }
    }
}

/// A coordinator that knows what is in the log, committed or not.
fn load(log: &UnifiedLog, now: Now) -> Result<GroupCoordinator, Halt> {
    let config = GroupConfig {
        initial_rebalance_delay_ms: 200,
        min_session_timeout_ms: SESSION_MS,
        ..GroupConfig::default()
    };
    let mut coordinator = GroupCoordinator::new(config, GroupMemory::new(1 << 20));
    let bytes = read_from(log, log.log_start().offset())?;
    for batch in batches(&bytes) {
        let batch = batch.map_err(|error| Halt::Broken(error.to_string()))?;
        let records = batch
            .records(UNPACKED_MAX)
            .map_err(|error| Halt::Broken(error.to_string()))?;
        for record in records {
            if let Some(key) = record.key {
                let record = GroupRecord::decode(key, record.value);
                let record = record.map_err(|error| Halt::Broken(error.to_string()))?;
                coordinator.load(now, ProducerId::NONE, &record);
            }
        }
    }
    coordinator.finish_load(now);
    Ok(coordinator)
}
