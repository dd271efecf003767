//! Fetch (1): reads records, at once or when there is something to read (KIP-74, KIP-227, KIP-320, KIP-516).
//!
//! The session cache says which partitions are meant, the byte budget how much of each; a partition answers with a
//! slice whose bytes are fetched outside of its lock. A fetch that finds too little is parked at its partitions and
//! reads again when it is woken or its time is over.

mod answer;
mod tiered;
mod wanted;

use std::sync::Arc;
use std::time::Duration;

use broker_metadata::image::BrokerRegistration;
use broker_model::{BrokerEpoch, BrokerId, IsolationLevel};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{FetchRequest, FetchResponse};
use broker_replication::fetch::{ByteBudget, FetchContext, FetchPartition, FetchTopic, Turn};
use broker_replication::purgatory::DelayedFetch;
use tokio::sync::Notify;

use crate::broker::Broker;
use crate::clock::seed_or_time;
use crate::dispatch::{Answer, HandlerResult};
use crate::error_mapping::ToErrorCode;
use crate::network::{BudgetLease, RequestContext};
use crate::replica_manager::{
    ConsumerReader, FetchOutcome, FetchWaker, FollowerReader, FromFollowers, LookupError, PartitionHandle,
    ReadFor,
};

/// First version in which consumers may read from followers (KIP-392).
const FIRST_FROM_FOLLOWERS: i16 = 11;
/// Kafka's class that prefers replicas in the consumer's rack.
const BY_RACKS: &str = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

/// Bytes of one response at most, beside the one batch that a reader always gets; keeps what responses hold in
/// memory in bounds whatever clients and `fetch.max.bytes` ask for.
const RESPONSE_SIZE_MAX: i32 = 16 << 20;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: FetchRequest,
) -> HandlerResult<FetchResponse> {
    let Some(isolation) = isolation_of(request.isolation_level) else {
        return Ok(Answer::Respond(answer::all_refused(
            &request,
            ErrorCode::UnknownServerError,
        )));
    };
    let fetch = Fetch {
        broker,
        version: context.api_version,
        read_for: read_for(broker, &request, (context.api_version, isolation)),
        max_bytes: request
            .max_bytes
            .min(broker.limits.fetch_bytes)
            .min(RESPONSE_SIZE_MAX),
        min_bytes: i64::from(request.min_bytes),
        max_wait: Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0)),
    };
    let session = wanted::session_request(request, context.api_version);
    let begun =
        broker
            .fetch_sessions
            .lock()
            .begin(session, broker.clock.monotonic(), seed_or_time(&broker.clock));
    let (session, wanted) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            let error_code = error.error_code().code();
            return Ok(Answer::Respond(FetchResponse {
                error_code,
                ..FetchResponse::default()
            }));
        }
    };
    let handles: Vec<_> = wanted.iter().map(|partition| fetch.find(partition)).collect();
    let mut pass = fetch.read_or_wait(&wanted, &handles).await;
    fetch.read_tiered(&mut pass, &handles).await;
    count(&handles, &pass.outcomes);
    // The lease lives until the answer is made, and the connection counts it from then on.
    let outcomes = pass.outcomes.into_iter().zip(pass.turns);
    let mut response = fetch.respond(session, &wanted, &handles, outcomes);
    if context.api_version >= answer::FIRST_WITH_ENDPOINTS {
        response.node_endpoints = answer::endpoints_of_leaders(&response, broker, context.listener());
    }
    Ok(Answer::Respond(response))
}

/// Counts what the partitions are asked for and give, once a request however often it read.
fn count(handles: &[Result<Arc<PartitionHandle>, LookupError>], outcomes: &[FetchOutcome]) {
    for (handle, outcome) in handles.iter().zip(outcomes) {
        let Ok(handle) = handle else { continue };
        let counters = handle.counters();
        counters.fetch_requests.add(1);
        match outcome {
            FetchOutcome::Read(fetch) => counters.bytes_out.add(fetch.records.size() as u64),
            _ => counters.failed_fetch_requests.add(1),
        }
    }
}

fn isolation_of(level: i8) -> Option<IsolationLevel> {
    match level {
        0 => Some(IsolationLevel::ReadUncommitted),
        1 => Some(IsolationLevel::ReadCommitted),
        _ => None,
    }
}

/// Consumers give -1, and -2 for debugging; everything else is a broker.
fn read_for(broker: &Broker, request: &FetchRequest, (version, isolation): (i16, IsolationLevel)) -> ReadFor {
    let id = BrokerId::new(request.replica_id.max(request.replica_state.replica_id));
    if id < BrokerId::new(0) {
        return ReadFor::Consumer(ConsumerReader {
            isolation,
            from_followers: match version >= FIRST_FROM_FOLLOWERS {
                true => FromFollowers::Allowed,
                false => FromFollowers::No,
            },
            near: brokers_near(broker, &request.rack_id),
        });
    }
    let epoch = request.replica_state.replica_epoch;
    let epoch = (epoch >= 0).then(|| BrokerEpoch::new(epoch));
    ReadFor::Follower(FollowerReader { id, epoch })
}

/// Brokers in the consumer's rack, if this one is in another and replicas are chosen by racks; else the leader is as
/// good as any.
fn brokers_near(broker: &Broker, rack: &str) -> Vec<BrokerId> {
    if rack.is_empty() || broker.configs.alone().text("replica.selector.class") != Some(BY_RACKS) {
        return Vec::new();
    }
    let image = broker.image.load();
    let is_near = |registration: &&Arc<BrokerRegistration>| {
        registration.rack.as_deref() == Some(rack) && registration.is_active()
    };
    let near: Vec<BrokerId> = image
        .cluster
        .brokers
        .values()
        .filter(is_near)
        .map(|near| near.id)
        .collect();
    if near.contains(&broker.node_id) {
        Vec::new()
    } else {
        near
    }
}

struct Fetch<'a> {
    broker: &'a Broker,
    version: i16,
    read_for: ReadFor,
    max_bytes: i32,
    min_bytes: i64,
    max_wait: Duration,
}

/// What one pass over the partitions found.
struct Pass {
    outcomes: Vec<FetchOutcome>,
    turns: Vec<Turn>,
    /// Room for the bytes that the answer will hold.
    lease: BudgetLease,
    size: i64,
    must_answer: MustAnswer,
}

/// Whether a fetch has something to tell that does not wait.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MustAnswer {
    Now,
    WhenEnough,
}

/// Marks a parked fetch as given up when its task ends for whatever reason, so that its lists drop it.
struct Parked(Arc<DelayedFetch<FetchWaker>>);

impl Drop for Parked {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl Fetch<'_> {
    async fn read_or_wait(
        &self,
        wanted: &[FetchPartition],
        handles: &[Result<Arc<PartitionHandle>, LookupError>],
    ) -> Pass {
        let first = self.pass(wanted, handles);
        if self.is_enough(&first) || wanted.is_empty() {
            return first;
        }
        let missing = self.min_bytes - first.size;
        drop(first);
        let notify = Arc::new(Notify::new());
        let parked = Parked(DelayedFetch::new(missing, FetchWaker(Arc::clone(&notify))));
        for handle in handles.iter().flatten() {
            self.park(handle, &parked.0);
        }
        // Between the first pass and the watch more may have come.
        let second = self.pass(wanted, handles);
        if self.is_enough(&second) {
            return second;
        }
        drop(second);
        let _elapsed = tokio::time::timeout(self.max_wait, notify.notified()).await;
        self.pass(wanted, handles)
    }

    fn park(&self, handle: &PartitionHandle, parked: &Arc<DelayedFetch<FetchWaker>>) {
        let led_here = handle.with(|partition| match self.read_for {
            ReadFor::Consumer(_) => partition.watch(parked.clone()),
            ReadFor::Follower(_) => partition.watch_log_end(parked.clone()),
        });
        // An offline partition wakes nobody; the next pass finds it.
        if led_here == Err(LookupError::NotLeader) && matches!(self.read_for, ReadFor::Consumer(_)) {
            handle.watch_as_reader(parked.clone());
        }
    }

    fn is_enough(&self, pass: &Pass) -> bool {
        self.max_wait.is_zero() || pass.must_answer == MustAnswer::Now || pass.size >= self.min_bytes
    }

    fn find(&self, wanted: &FetchPartition) -> Result<Arc<PartitionHandle>, LookupError> {
        let index = wanted.key.partition.value();
        match &wanted.key.topic {
            FetchTopic::Name(name) => self.broker.partition_by_name(name, index),
            FetchTopic::Id(id) => self.broker.partition_by_id(*id, index),
        }
    }

    fn pass(&self, wanted: &[FetchPartition], handles: &[Result<Arc<PartitionHandle>, LookupError>]) -> Pass {
        let wanted_bytes = usize::try_from(self.max_bytes).unwrap_or(0);
        let mut lease = self.broker.network.responses.lease_up_to(wanted_bytes);
        let mut budget = ByteBudget::new(i32::try_from(lease.bytes()).unwrap_or(self.max_bytes));
        let mut pass = Pass {
            outcomes: Vec::with_capacity(wanted.len()),
            turns: Vec::with_capacity(wanted.len()),
            lease: self.broker.network.responses.empty_lease(),
            size: 0,
            must_answer: MustAnswer::WhenEnough,
        };
        let now = self.broker.clock.monotonic();
        for (partition, handle) in wanted.iter().zip(handles) {
            let outcome = match handle {
                Ok(handle) => self.broker.replica_manager.fetch_one(
                    handle,
                    partition,
                    budget.allowance(partition.max_bytes),
                    &self.read_for,
                    now,
                ),
                Err(error) => FetchOutcome::Missing(*error),
            };
            let room = match &outcome {
                FetchOutcome::Read(fetch) => fetch.records.size(),
                FetchOutcome::Tiered(tiered) => tiered.wanted.limits.max_bytes,
                _ => 0,
            };
            if !matches!(outcome, FetchOutcome::Read(_)) {
                pass.must_answer = MustAnswer::Now;
            }
            budget.take(room);
            pass.size += i64::try_from(room).unwrap_or(i64::MAX);
            pass.turns.push(if room > 0 { Turn::Had } else { Turn::Waits });
            pass.outcomes.push(outcome);
        }
        lease.set(usize::try_from(pass.size).unwrap_or(0));
        pass.lease = lease;
        pass
    }

    fn respond(
        &self,
        session: FetchContext,
        wanted: &[FetchPartition],
        handles: &[Result<Arc<PartitionHandle>, LookupError>],
        outcomes: impl Iterator<Item = (FetchOutcome, Turn)>,
    ) -> FetchResponse {
        let mut told = Vec::with_capacity(wanted.len());
        let mut named = Vec::with_capacity(wanted.len());
        for ((partition, handle), (outcome, turn)) in wanted.iter().zip(handles).zip(outcomes) {
            let data = answer::partition_data(partition, handle, outcome, self);
            told.push((partition.key.clone(), answer::outcome_of(&data, turn)));
            named.push((partition.key.clone(), data));
        }
        let include = self.broker.fetch_sessions.lock().finish(session, &told);
        let session_id = match session {
            FetchContext::Sessionless => 0,
            FetchContext::Full(id) | FetchContext::Incremental(id, _) => id.value(),
        };
        let kept = named
            .into_iter()
            .zip(include)
            .filter_map(|(named, include)| include.then_some(named));
        answer::response(kept.collect(), session_id)
    }
}
