//! Serving producers, consumers and followers, and the requests that wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use broker_codec::batch::batches;
use broker_model::{Acks, BrokerEpoch, BrokerId, HighWatermark, LogStartOffset, MonotonicMs, Offset};
use broker_protocol::ErrorCode;
use broker_replication::fetch::{
    FetchContext, FetchPartition, FetchSessionError, FetchTopic, Inclusion, PartitionOutcome, SessionAnswer,
    SessionId, SharedHistory, Turn,
};
use broker_replication::purgatory::{DelayedFetch, DelayedProduce, Wake};
use broker_replication::{
    Eligibility, FenceError, FollowerFetch, Given, LeaderAppend, LeaderAppendError, Partition,
    PartitionReadError, ProduceProgress,
};
use broker_storage::{
    AppendError, AppendOrigin, DeleteRecordsError, FetchIsolation, MinOneBatch, ReadError, ReadLimits,
    StorageError,
};

use super::{Halt, Hosted, Process};
use crate::message::{
    DeleteRecords, Fetch, Fetched, PartitionId, Produce, ReplicaFetch, ReplicaFetchAnswer, ReplicaFetched,
    Response,
};
use crate::sabotage::Sabotage;

/// Remembers that it was woken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waker(Arc<AtomicBool>);

impl Wake for Waker {
    fn wake(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[derive(Debug)]
enum Waiting {
    Produce {
        partition: PartitionId,
        first: Offset,
        parked: Arc<DelayedProduce<Waker>>,
    },
    Replica(SessionRead),
    Consumer(Fetch),
}

/// What a consumer's request comes to.
#[derive(Debug)]
enum ConsumerRead {
    Local(Result<Fetched, ErrorCode>),
    /// The records are in the remote tier only.
    Remote {
        limits: ReadLimits,
        high_watermark: Offset,
    },
}

/// What a follower's request comes to in its session.
#[derive(Debug)]
struct SessionRead {
    follower: BrokerId,
    epoch: BrokerEpoch,
    context: FetchContext,
    wanted: Vec<FetchPartition>,
}

#[derive(Debug)]
struct ParkedRequest {
    token: u64,
    waker: Waker,
    deadline: MonotonicMs,
    waiting: Waiting,
}

/// The requests that wait.
#[derive(Debug, Default)]
pub(super) struct Parked(Vec<ParkedRequest>);

impl Parked {
    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        self.0.iter().map(|parked| parked.deadline).min()
    }
}

const FETCH_BYTES: usize = 4 << 10;

impl Process {
    pub(super) fn produce(&mut self, token: u64, produce: &Produce) -> Result<(), Halt> {
        let sabotage = self.machine.settings.sabotage;
        let append = LeaderAppend {
            acks: produce.acks,
            origin: match sabotage {
                Sabotage::IgnoredSequences => AppendOrigin::Coordinator,
                _ => AppendOrigin::Client,
            },
            now: self.now,
            request_version: None,
            unpack_max: usize::MAX,
        };
        let partition = match self.replicas.leading(produce.partition) {
            Ok(partition) => partition,
            Err(error) => {
                self.respond(token, Response::Produced(Err(error)));
                return Ok(());
            }
        };
        let mut appended = partition.append_as_leader(&produce.records, append);
        if let (Sabotage::TakenGaps, Err(error)) = (sabotage, &appended)
            && is_gap(error)
        {
            let origin = AppendOrigin::Coordinator;
            appended = partition.append_as_leader(&produce.records, LeaderAppend { origin, ..append });
        }
        let info = match appended {
            Ok(info) => info,
            Err(error) => {
                let code = refusal(error)?;
                self.respond(token, Response::Produced(Err(code)));
                return Ok(());
            }
        };
        let required = info.last_offset.plus(1);
        let progress = match produce.acks {
            Acks::All if sabotage != Sabotage::EarlyAcknowledgement => {
                let progress = partition.produce_progress(required);
                self.promise(produce.partition, required, progress);
                progress
            }
            _ => ProduceProgress::Acknowledged,
        };
        if progress == ProduceProgress::Waiting {
            let waker = Waker::default();
            let parked = DelayedProduce::new(required, waker.clone());
            if let Ok(partition) = self.replicas.leading(produce.partition) {
                partition.watch_high_watermark(parked.clone());
            }
            self.parked.0.push(ParkedRequest {
                token,
                waker,
                deadline: self.now.monotonic.plus_ms(produce.timeout_ms),
                waiting: Waiting::Produce {
                    partition: produce.partition,
                    first: info.first_offset,
                    parked,
                },
            });
            return Ok(());
        }
        self.respond(token, Response::Produced(told(progress, info.first_offset)));
        Ok(())
    }

    pub(super) fn delete_records(&mut self, token: u64, delete: &DeleteRecords) -> Result<(), Halt> {
        let answer = match self.replicas.leading(delete.partition) {
            Err(error) => Err(error),
            Ok(partition) => match partition.delete_records(Some(Offset::new(delete.before))) {
                Ok(start) => Ok(start.offset()),
                Err(DeleteRecordsError::BeyondHighWatermark { .. }) => Err(ErrorCode::OffsetOutOfRange),
                Err(error) => return Err(error.into()),
            },
        };
        self.respond(token, Response::Deleted(answer));
        Ok(())
    }

    /// Notes for the checker what a producer is about to be told.
    fn promise(&mut self, partition: PartitionId, end: Offset, progress: ProduceProgress) {
        if progress == ProduceProgress::Acknowledged {
            self.promised.push((partition, end));
        }
    }

    pub(super) fn serve_fetch(&mut self, token: u64, fetch: Fetch) -> Result<(), Halt> {
        let answer = match self.read(&fetch)? {
            ConsumerRead::Local(answer) => answer,
            ConsumerRead::Remote {
                limits,
                high_watermark,
            } => return self.read_remotely(token, fetch, limits, high_watermark),
        };
        let is_enough = !matches!(&answer, Ok(fetched) if fetched.records.is_empty());
        if is_enough || fetch.max_wait_ms == 0 {
            self.respond(token, Response::Fetched(answer));
            return Ok(());
        }
        let waker = Waker::default();
        if let Ok(partition) = self.replicas.leading(fetch.partition) {
            partition.watch(DelayedFetch::new(1, waker.clone()));
        }
        let deadline = self.now.monotonic.plus_ms(fetch.max_wait_ms);
        self.park(token, waker, deadline, Waiting::Consumer(fetch));
        Ok(())
    }

    fn park(&mut self, token: u64, waker: Waker, deadline: MonotonicMs, waiting: Waiting) {
        self.parked.0.push(ParkedRequest {
            token,
            waker,
            deadline,
            waiting,
        });
    }

    /// Reads for a consumer, as leader or as follower (KIP-392).
    fn read(&mut self, fetch: &Fetch) -> Result<ConsumerRead, Halt> {
        let upper = match self.machine.settings.sabotage {
            Sabotage::UnboundedRead => FetchIsolation::LogEnd,
            _ => FetchIsolation::HighWatermark,
        };
        let limits = ReadLimits {
            max_bytes: FETCH_BYTES,
            upper,
            min_one: MinOneBatch::Yes,
        };
        let mut from = fetch.offset;
        if self.machine.settings.sabotage == Sabotage::SilentSkip
            && let Some(hosted) = self.replicas.hosted.get(&fetch.partition)
        {
            from = from.max(hosted.log().log_start().offset());
        }
        let read = match self.replicas.hosted.get(&fetch.partition) {
            None => return Ok(ConsumerRead::Local(Err(ErrorCode::UnknownTopicId))),
            Some(Hosted::Leading(partition)) => match partition.read(from, limits, fetch.leader_epoch) {
                Err(PartitionReadError::Read(ReadError::LocalStartsAt { .. })) => {
                    let high_watermark = partition.log().high_watermark().offset();
                    return Ok(ConsumerRead::Remote {
                        limits,
                        high_watermark,
                    });
                }
                read => read,
            },
            Some(Hosted::Following(follower)) => match fetch.leader_epoch {
                Some(epoch) if epoch != follower.leader_epoch() => {
                    return Ok(ConsumerRead::Local(Err(ErrorCode::FencedLeaderEpoch)));
                }
                _ => follower
                    .log()
                    .read(from, limits)
                    .map_err(PartitionReadError::from),
            },
        };
        let read = match read {
            Ok(read) => read,
            Err(error) => return Ok(ConsumerRead::Local(Err(read_refusal(error)?))),
        };
        let mut records = read.records.fetch()?.to_bytes();
        if self.machine.settings.sabotage == Sabotage::LeftOutBatch
            && let [Ok(first), Ok(_), Ok(third), ..] = &batches(&records).collect::<Vec<_>>()[..]
        {
            records = [&first.bytes()[..], &third.bytes()[..]].concat().into();
        }
        Ok(ConsumerRead::Local(Ok(Fetched {
            high_watermark: read.high_watermark.offset(),
            records,
        })))
    }

    pub(super) fn serve_replica(&mut self, token: u64, fetch: ReplicaFetch) -> Result<(), Halt> {
        let (now, seed) = (self.now.monotonic, self.chance.next());
        let begun = self.fetch_sessions.begin(fetch.session, now, seed);
        let (context, wanted) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                let session = match error {
                    FetchSessionError::IdNotFound(_) => SessionAnswer::NotFound,
                    _ => SessionAnswer::Refused,
                };
                let partitions = Vec::new();
                let answer = ReplicaFetchAnswer { session, partitions };
                self.respond(token, Response::ReplicaFetch(answer));
                return Ok(());
            }
        };
        let read = SessionRead {
            follower: fetch.follower,
            epoch: fetch.epoch,
            context,
            wanted,
        };
        let answers = self.read_for_replica(&read)?;
        if fetch.max_wait_ms == 0 || read.wanted.is_empty() || answers.iter().any(has_something) {
            self.respond_in_session(token, &read, answers);
            return Ok(());
        }
        let waker = Waker::default();
        let delayed = DelayedFetch::new(1, waker.clone());
        for wanted in &read.wanted {
            if let Ok(partition) = self.replicas.leading(id_of(wanted)) {
                partition.watch_log_end(delayed.clone());
            }
        }
        let deadline = now.plus_ms(fetch.max_wait_ms);
        self.park(token, waker, deadline, Waiting::Replica(read));
        Ok(())
    }

    /// Names the partitions that the session has not told the follower of.
    fn respond_in_session(&mut self, token: u64, read: &SessionRead, answers: Vec<ReplicaFetched>) {
        let keys = read.wanted.iter().map(|wanted| wanted.key.clone());
        let told: Vec<_> = keys.zip(answers.iter().map(outcome_of)).collect();
        let named = self.fetch_sessions.finish(read.context, &told);
        let session = match read.context {
            FetchContext::Sessionless => SessionId::NONE,
            FetchContext::Full(id) | FetchContext::Incremental(id, _) => id,
        };
        let answers = read.wanted.iter().map(id_of).zip(answers).zip(named);
        let partitions = answers.filter_map(|(answer, is_named)| is_named.then_some(answer));
        let answer = ReplicaFetchAnswer {
            session: SessionAnswer::Served(session),
            partitions: partitions.collect(),
        };
        self.respond(token, Response::ReplicaFetch(answer));
    }

    fn read_for_replica(&mut self, read: &SessionRead) -> Result<Vec<ReplicaFetched>, Halt> {
        let image = self.metadata.image();
        let registered = image
            .cluster
            .broker(read.follower)
            .filter(|found| found.is_active());
        let is_eligible = registered.is_some_and(|found| found.epoch == read.epoch);
        let eligibility = match is_eligible {
            true => Eligibility::Eligible,
            false => Eligibility::Ineligible,
        };
        let mut answers = Vec::with_capacity(read.wanted.len());
        for wanted in &read.wanted {
            answers.push(self.follow(read, wanted, eligibility)?);
        }
        Ok(answers)
    }

    /// Reads for a follower, and takes note of where it is.
    fn follow(
        &mut self,
        fetch: &SessionRead,
        wanted: &FetchPartition,
        eligibility: Eligibility,
    ) -> Result<ReplicaFetched, Halt> {
        let sabotage = self.machine.settings.sabotage;
        let id = id_of(wanted);
        let now = self.now.monotonic;
        let partition = match self.replicas.leading(id) {
            Ok(partition) => partition,
            Err(error) => return Ok(ReplicaFetched::Refused(error)),
        };
        let answer = read_for_follower(partition, wanted)?;
        let ReplicaFetched::Records { records, .. } = &answer else {
            return Ok(answer);
        };
        let given = match records.is_empty() {
            true => Given::Nothing,
            false => Given::Records,
        };
        let fetch_offset = match sabotage {
            Sabotage::InflatedFollower => partition.log().log_end().offset(),
            _ => wanted.fetch_offset,
        };
        let epoch = Some(fetch.epoch).filter(|epoch| *epoch != BrokerEpoch::NONE);
        let fetch = FollowerFetch {
            follower: fetch.follower,
            broker_epoch: epoch,
            fetch_offset,
            log_start: wanted.log_start,
            given,
            now,
        };
        match partition.fetched_by(&fetch, eligibility) {
            Ok(Some(proposal)) => {
                let epoch = partition.leader_epoch();
                self.replicas.want(id, epoch, proposal);
                Ok(answer)
            }
            Ok(None) => Ok(answer),
            Err(_) => Ok(ReplicaFetched::Refused(ErrorCode::NotLeaderOrFollower)),
        }
    }

    /// Answers the requests that were woken or have waited long enough.
    pub(super) fn finish_parked(&mut self) -> Result<(), Halt> {
        let now = self.now.monotonic;
        let is_due =
            |parked: &mut ParkedRequest| parked.waker.0.load(Ordering::Relaxed) || parked.deadline <= now;
        let due: Vec<_> = self.parked.0.extract_if(.., is_due).collect();
        for parked in due {
            let token = parked.token;
            match parked.waiting {
                Waiting::Produce {
                    partition,
                    first,
                    parked,
                } => {
                    let leading = self.replicas.leading(partition);
                    let progress = leading.map(|partition| partition.produce_progress(parked.required()));
                    if let Ok(progress) = progress {
                        self.promise(partition, parked.required(), progress);
                    }
                    parked.abandon();
                    let answer = progress.and_then(|progress| told(progress, first));
                    self.respond(token, Response::Produced(answer));
                }
                Waiting::Replica(read) => {
                    let answers = self.read_for_replica(&read)?;
                    self.respond_in_session(token, &read, answers);
                }
                Waiting::Consumer(fetch) => match self.read(&fetch)? {
                    ConsumerRead::Local(answer) => self.respond(token, Response::Fetched(answer)),
                    ConsumerRead::Remote {
                        limits,
                        high_watermark,
                    } => self.read_remotely(token, fetch, limits, high_watermark)?,
                },
            }
        }
        Ok(())
    }
}

fn id_of(wanted: &FetchPartition) -> PartitionId {
    match &wanted.key.topic {
        FetchTopic::Id(id) => (*id, wanted.key.partition),
        FetchTopic::Name(_) => (broker_model::TopicId::ZERO, wanted.key.partition),
    }
}

/// What the session remembers of an answer.
fn outcome_of(answer: &ReplicaFetched) -> PartitionOutcome {
    let (high_watermark, log_start, content) = match answer {
        ReplicaFetched::Records {
            records,
            high_watermark,
            log_start,
        } => match records.is_empty() {
            true => (*high_watermark, *log_start, Inclusion::OnlyOffsets),
            false => (*high_watermark, *log_start, Inclusion::Records),
        },
        _ => (Offset::ZERO, Offset::ZERO, Inclusion::Notice),
    };
    PartitionOutcome {
        high_watermark: HighWatermark::at(high_watermark),
        log_start_offset: LogStartOffset::at(log_start),
        content,
        turn: match content {
            Inclusion::Records => Turn::Had,
            Inclusion::OnlyOffsets | Inclusion::Notice => Turn::Waits,
        },
    }
}

fn has_something(answer: &ReplicaFetched) -> bool {
    !matches!(answer, ReplicaFetched::Records { records, .. } if records.is_empty())
}

fn read_for_follower(partition: &Partition<Waker>, wanted: &FetchPartition) -> Result<ReplicaFetched, Halt> {
    let limits = ReadLimits {
        max_bytes: usize::try_from(wanted.max_bytes).unwrap_or(0),
        upper: FetchIsolation::LogEnd,
        min_one: MinOneBatch::Yes,
    };
    let out_of_range = || ReplicaFetched::OutOfRange {
        log_start: partition.log().log_start().offset(),
        log_end: partition.log().log_end().offset(),
    };
    if let Err(error) = partition.check_leader_epoch(wanted.current_leader_epoch) {
        return Ok(ReplicaFetched::Refused(fence_code(&error)));
    }
    match SharedHistory::of(partition.log(), wanted) {
        SharedHistory::Agrees => {}
        SharedHistory::Parts(diverging) => return Ok(ReplicaFetched::Diverged(diverging)),
        SharedHistory::Unknown => return Ok(out_of_range()),
    }
    let read = match partition.read(wanted.fetch_offset, limits, wanted.current_leader_epoch) {
        Ok(read) => read,
        Err(PartitionReadError::Read(ReadError::OffsetOutOfRange { .. })) => return Ok(out_of_range()),
        Err(PartitionReadError::Read(ReadError::LocalStartsAt { .. })) => {
            return Ok(ReplicaFetched::MovedToTiered);
        }
        Err(error) => return Ok(ReplicaFetched::Refused(read_refusal(error)?)),
    };
    Ok(ReplicaFetched::Records {
        high_watermark: read.high_watermark.offset(),
        log_start: read.log_start.offset(),
        records: read.records.fetch()?.to_bytes(),
    })
}

/// Whether a producer's batch comes before one that should precede it.
fn is_gap(error: &LeaderAppendError) -> bool {
    matches!(error, LeaderAppendError::Append(AppendError::OutOfOrderSequence { received, expected, .. })
        if received.value() > expected.value())
}

fn told(progress: ProduceProgress, first: Offset) -> Result<Offset, ErrorCode> {
    match progress {
        ProduceProgress::Acknowledged => Ok(first),
        ProduceProgress::TooFewInSync => Err(ErrorCode::NotEnoughReplicasAfterAppend),
        ProduceProgress::Waiting => Err(ErrorCode::RequestTimedOut),
    }
}

/// What a producer is told; a disk that failed ends the process.
pub(super) fn refusal(error: LeaderAppendError) -> Result<ErrorCode, Halt> {
    Ok(match error {
        LeaderAppendError::Fenced(error) => fence_code(&error),
        LeaderAppendError::NotEnoughReplicas { .. } => ErrorCode::NotEnoughReplicas,
        LeaderAppendError::Append(error) => match error {
            AppendError::Storage(StorageError::DiskFull { .. }) => ErrorCode::KafkaStorageError,
            // Kafka says the same of both; a run has to tell a gap from a batch that is older than what is known.
            AppendError::OutOfOrderSequence {
                received, expected, ..
            } if received.value() < expected.value() => ErrorCode::DuplicateSequenceNumber,
            AppendError::OutOfOrderSequence { .. } => ErrorCode::OutOfOrderSequenceNumber,
            AppendError::InvalidProducerEpoch { .. } => ErrorCode::InvalidProducerEpoch,
            other => return Err(other.into()),
        },
    })
}

fn read_refusal(error: PartitionReadError) -> Result<ErrorCode, Halt> {
    Ok(match error {
        PartitionReadError::Fenced(error) => fence_code(&error),
        // Of a follower: the leader serves what is remote.
        PartitionReadError::Read(ReadError::OffsetOutOfRange { .. } | ReadError::LocalStartsAt { .. }) => {
            ErrorCode::OffsetOutOfRange
        }
        PartitionReadError::Read(error) => return Err(error.into()),
    })
}

fn fence_code(error: &FenceError) -> ErrorCode {
    match error {
        FenceError::Fenced { .. } => ErrorCode::FencedLeaderEpoch,
        FenceError::Unknown { .. } => ErrorCode::UnknownLeaderEpoch,
        FenceError::NotLeader { .. } => ErrorCode::NotLeaderOrFollower,
    }
}
