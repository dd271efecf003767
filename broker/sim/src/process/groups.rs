//! The group coordinators of a process: one for each partition of `__consumer_offsets` that is led here.
//!
//! Invariant: what is told rests on records below the high watermark of the leadership that wrote them.

use std::collections::BTreeMap;

use broker_codec::batch::{BatchBuilder, BatchOptions, batches};
use broker_coordinator::{
    Effects, GroupConfig, GroupCoordinator, GroupMemory, GroupRecord, OffsetStability, partition_for,
};
use broker_metadata::GROUP_METADATA_TOPIC;
use broker_model::{Acks, LeaderEpoch, MonotonicMs, Now, Offset, PartitionIndex, ProducerId};
use broker_protocol::ErrorCode;
use broker_replication::LeaderAppend;
use broker_storage::{AppendOrigin, UnifiedLog};

use super::serving::refusal;
use super::{Halt, Hosted, Process};
use crate::message::{GroupRequest, PartitionId, Response};
use crate::process::read_from;
use crate::sabotage::Sabotage;

/// How long anybody waits for the replicas.
const TIMEOUT_MS: u64 = 5_000;
/// Newest version of OffsetCommit.
const API_VERSION: i16 = 9;
const UNPACKED_MAX: usize = 1 << 20;

#[derive(Debug)]
struct Shard {
    leading_since: LeaderEpoch,
    coordinator: GroupCoordinator,
    /// Where the last records end that were written or loaded.
    end: Offset,
    waiting: Vec<Waiting>,
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
        self.0
            .values()
            .flat_map(|shard| &shard.waiting)
            .map(|waiting| waiting.deadline)
            .min()
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
            };
            for waiting in self
                .groups
                .0
                .insert(*id, shard)
                .into_iter()
                .flat_map(|shard| shard.waiting)
            {
                self.refused.push(waiting.token);
            }
        }
        let mut told = Vec::new();
        let hosted = &self.replicas.hosted;
        let now = self.now.monotonic;
        self.groups.0.retain(|id, shard| {
            let Some(Hosted::Leading(partition)) = hosted.get(id) else {
                told.extend(shard.waiting.drain(..).map(|waiting| (waiting.token, None)));
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
        Ok(())
    }

    pub(super) fn serve_group(&mut self, token: u64, request: &GroupRequest) -> Result<(), Halt> {
        let group = match request {
            GroupRequest::Commit(commit) => commit.group_id.clone(),
            GroupRequest::Fetch(fetch) => fetch.group_id.clone(),
        };
        let topic = self.metadata.image().topics.by_name(GROUP_METADATA_TOPIC);
        let id = topic.map(|topic| {
            let count = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
            (
                topic.id,
                PartitionIndex::new(partition_for(&group, count).value()),
            )
        });
        let now = self.now;
        let Some((id, shard)) = id.and_then(|id| Some((id, self.groups.0.get_mut(&id)?))) else {
            self.respond(token, Response::NotCoordinator);
            return Ok(());
        };
        let (response, effects) = match request {
            GroupRequest::Commit(commit) => {
                let outcome = shard.coordinator.offset_commit(now, API_VERSION, commit);
                (Response::Committed(outcome.answer), outcome.effects)
            }
            GroupRequest::Fetch(fetch) => {
                let answer = shard
                    .coordinator
                    .offset_fetch(fetch, OffsetStability::NotRequired);
                (Response::CommittedOffsets(answer), Effects::default())
            }
        };
        if self.carry_out(id, effects)?.is_err() {
            self.respond(token, Response::NotCoordinator);
            return Ok(());
        }
        let is_early = self.machine.settings.sabotage == Sabotage::EarlyCommit;
        let Some(shard) = self.groups.0.get_mut(&id) else {
            return Ok(());
        };
        let end = if is_early { Offset::ZERO } else { shard.end };
        shard.waiting.push(Waiting {
            end,
            token,
            response,
            deadline: now.monotonic.plus_ms(TIMEOUT_MS),
        });
        self.look_after_groups()
    }

    /// Appends the records of effects, and what follows from them.
    fn carry_out(&mut self, id: PartitionId, mut effects: Effects) -> Result<Result<(), ErrorCode>, Halt> {
        let mut first = None;
        while !effects.records.is_empty() {
            let written = self.append_group_records(id, &effects.records)?;
            first.get_or_insert(written);
            let Some(shard) = self.groups.0.get_mut(&id) else {
                break;
            };
            effects = shard
                .coordinator
                .finish_write(self.now, &effects.records, effects.intent, written);
        }
        Ok(first.unwrap_or(Ok(())))
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
    let mut coordinator = GroupCoordinator::new(GroupConfig::default(), GroupMemory::new(1 << 20));
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
