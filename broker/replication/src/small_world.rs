//! A small world for the tests of replication: logs in memory, and a leader that answers followers as a broker does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_model::{
    Acks, BrokerId, LeaderEpoch, MonotonicMs, Now, Offset, PartitionEpoch, PartitionIndex, Timestamp,
    TopicId, TopicPartition, Uuid,
};
use broker_storage::testing::MemFs;
use broker_storage::{
    AppendOrigin, DirectoryHealth, FetchIsolation, Fs, LogConfig, LogEnvironment, MinOneBatch,
    OpenFileBudget, ReadLimits, TailCacheBudget, UnifiedLog,
};
use bytes::Bytes;

use crate::purgatory::Wake;
use crate::{
    DivergingEpoch, Eligibility, Follower, FollowerFetch, Given, InSyncReplicas, IsrProposal, LeaderAppend,
    LeaderAppendError, Leadership, Partition, ReplicationSettings, Truncation,
};

pub(crate) const LAG_MAX_MS: u64 = 10_000;

/// Counts how often it was woken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(crate) fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Count {
    fn wake(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn broker(number: i32) -> BrokerId {
    BrokerId::new(number)
}

pub(crate) fn at(ms: u64) -> Now {
    Now {
        wall: Timestamp::from_ms(ms as i64),
        monotonic: MonotonicMs::from_ms(ms),
    }
}

pub(crate) fn monotonic(ms: u64) -> MonotonicMs {
    MonotonicMs::from_ms(ms)
}

pub(crate) fn epoch(number: i32) -> LeaderEpoch {
    LeaderEpoch::new(number)
}

/// An empty log on a disk of its own.
pub(crate) fn log() -> UnifiedLog {
    log_with(LogConfig::default())
}

pub(crate) fn log_with(config: LogConfig) -> UnifiedLog {
    let mem = MemFs::new();
    mem.create_directories(Path::new("/data")).unwrap();
    let environment = LogEnvironment {
        fs: Arc::new(mem),
        directory: DirectoryHealth::new(PathBuf::from("/data")),
        tail_cache: TailCacheBudget::new(1 << 20),
        open_files: OpenFileBudget::new(100),
    };
    let partition = TopicPartition::new("t", PartitionIndex::new(0));
    let id = TopicId::new(Uuid::from_bytes([7; 16]));
    UnifiedLog::create(&environment, partition, id, Arc::new(config), at(0)).unwrap()
}

pub(crate) fn in_sync(numbers: &[i32], partition_epoch: i32) -> InSyncReplicas {
    let members = numbers.iter().map(|number| broker(*number)).collect();
    InSyncReplicas::new(members, PartitionEpoch::new(partition_epoch), 3)
}

/// Broker 1 leads, 2 and 3 follow.
pub(crate) fn leadership(leader_epoch: i32, in_sync: InSyncReplicas) -> Leadership {
    Leadership {
        leader_epoch: epoch(leader_epoch),
        in_sync,
        followers: vec![broker(2), broker(3)],
    }
}

pub(crate) fn settings(min_in_sync_replicas: usize) -> ReplicationSettings {
    ReplicationSettings {
        min_in_sync_replicas,
        replica_lag_max_ms: LAG_MAX_MS,
    }
}

pub(crate) fn lead(log: UnifiedLog, leader_epoch: i32, members: &[i32]) -> Partition<Count> {
    Partition::lead(
        log,
        leadership(leader_epoch, in_sync(members, 0)),
        settings(1),
        monotonic(0),
    )
}

fn records(count: usize) -> Bytes {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    for _ in 0..count {
        builder.append(Timestamp::from_ms(1_000), None, Some(b"v"));
    }
    builder.build().unwrap()
}

pub(crate) fn try_append(
    partition: &mut Partition<Count>,
    count: usize,
    acks: Acks,
) -> Result<i64, LeaderAppendError> {
    let append = LeaderAppend {
        acks,
        origin: AppendOrigin::Client,
        now: at(1_000),
        request_version: None,
        unpack_max: usize::MAX,
    };
    let info = partition.append_as_leader(&records(count), append)?;
    Ok(info.first_offset.value())
}

/// Appends `count` records as one batch; answers the first offset.
#[track_caller]
pub(crate) fn append(partition: &mut Partition<Count>, count: usize) -> i64 {
    try_append(partition, count, Acks::Leader).unwrap()
}

/// A fetch of a follower from `offset` at `ms`.
pub(crate) fn fetch_at(
    partition: &mut Partition<Count>,
    follower: i32,
    offset: i64,
    ms: u64,
) -> Option<IsrProposal> {
    let fetch = FollowerFetch {
        follower: broker(follower),
        broker_epoch: None,
        fetch_offset: Offset::new(offset),
        log_start: Default::default(),
        given: Given::Nothing,
        now: monotonic(ms),
    };
    partition.fetched_by(&fetch, Eligibility::Eligible).unwrap()
}

/// A fetch of a follower from `offset` at `ms`, which is answered with records.
pub(crate) fn give_at(
    partition: &mut Partition<Count>,
    follower: i32,
    offset: i64,
    ms: u64,
) -> Option<IsrProposal> {
    let fetch = FollowerFetch {
        follower: broker(follower),
        broker_epoch: None,
        fetch_offset: Offset::new(offset),
        log_start: Default::default(),
        given: Given::Records,
        now: monotonic(ms),
    };
    partition.fetched_by(&fetch, Eligibility::Eligible).unwrap()
}

pub(crate) fn high_watermark(partition: &Partition<Count>) -> i64 {
    partition.log().high_watermark().value()
}

/// One fetch of `follower` from `leader`, with the answer taken over.
pub(crate) fn replicate(
    leader: &mut Partition<Count>,
    follower: &mut Follower,
    number: i32,
    ms: u64,
) -> Truncation {
    let position = follower.fetch_position();
    if let Some(last) = position.last_fetched_epoch
        && let Some((epoch, end_offset)) = leader.log().offset_for_leader_epoch(last)
        && (epoch < last || end_offset < position.fetch_offset)
    {
        return follower
            .truncate(DivergingEpoch { epoch, end_offset }, at(ms))
            .unwrap();
    }
    if position.fetch_offset > leader.log().log_end().offset() {
        let (start, end) = (leader.log().log_start(), leader.log().log_end().offset());
        return follower.out_of_range(start, end, at(ms)).unwrap();
    }
    let limits = ReadLimits {
        max_bytes: 1 << 20,
        upper: FetchIsolation::LogEnd,
        min_one: MinOneBatch::Yes,
    };
    let read = leader
        .read(position.fetch_offset, limits, Some(position.current_leader_epoch))
        .unwrap();
    fetch_at(leader, number, position.fetch_offset.value(), ms);
    let bytes = read.records.fetch().unwrap().to_bytes();
    follower
        .append(
            &bytes,
            leader.log().high_watermark(),
            leader.log().log_start(),
            at(ms),
        )
        .unwrap();
    Truncation::None
}

/// Everything in a log, as bytes.
pub(crate) fn content(log: &UnifiedLog) -> Bytes {
    let limits = ReadLimits {
        max_bytes: 1 << 20,
        upper: FetchIsolation::LogEnd,
        min_one: MinOneBatch::Yes,
    };
    let read = log.read(log.log_start().offset(), limits).unwrap();
    read.records.fetch().unwrap().to_bytes()
}
