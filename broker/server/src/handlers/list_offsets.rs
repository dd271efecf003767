//! ListOffsets (2): where a timestamp or a special position is (KIP-79, KIP-734, KIP-405, KIP-1005, KIP-1023).
//!
//! Consumers never learn of offsets that their isolation hides: a record beyond the bound is answered as not found.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use broker_codec::StringBytes;
use broker_model::{LeaderEpoch, Offset, Timestamp};
use broker_protocol::ErrorCode;
use broker_protocol::list_offsets_request::ListOffsetsPartition;
use broker_protocol::list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse};
use broker_protocol::messages::{ListOffsetsRequest, ListOffsetsResponse};
use broker_replication::Partition;
use broker_replication::fetch::ReplicaKey;
use broker_storage::{FetchIsolation, OffsetQuery, TimestampAndOffset, UnifiedLog};
use futures::StreamExt as _;
use tokio::time::Instant;

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::error_mapping::ToErrorCode;
use crate::network::RequestContext;
use crate::replica_manager::{FetchWaker, NotAskable, PartitionHandle};

/// First version that knows the code for offsets that a new leader does not know yet.
const FIRST_WITH_NOT_AVAILABLE: i16 = 5;
/// Partitions of a request that the remote tier is asked about at the same time: each holds a piece or two of a segment.
const SEARCHES_AT_A_TIME: usize = 16;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: ListOffsetsRequest,
) -> HandlerResult<ListOffsetsResponse> {
    let upper = match request.isolation_level {
        1 => FetchIsolation::TxnCommitted,
        _ if request.replica_id >= 0 => FetchIsolation::LogEnd,
        _ => FetchIsolation::HighWatermark,
    };
    let lookup = Lookup {
        broker,
        version: context.api_version,
        upper,
    };
    let deadline = Instant::now() + patience(broker, request.timeout_ms);
    let begun = tokio::task::block_in_place(|| lookup.begin(request));
    let names: Vec<_> = begun
        .iter()
        .map(|(name, partitions)| (name.clone(), partitions.len()))
        .collect();
    let partitions = begun.into_iter().flat_map(|(_, partitions)| partitions);
    let answers = partitions.map(|partition| lookup.end(partition, deadline));
    // One after the other a store that hangs would be waited for as often as there are partitions.
    let mut answers = futures::stream::iter(answers).buffered(SEARCHES_AT_A_TIME);
    let mut topics = Vec::with_capacity(names.len());
    for (name, count) in names {
        let partitions = answers.by_ref().take(count).collect().await;
        topics.push(ListOffsetsTopicResponse {
            name,
            partitions,
            ..Default::default()
        });
    }
    Ok(Answer::Respond(ListOffsetsResponse {
        topics,
        ..ListOffsetsResponse::default()
    }))
}

/// How long the remote tier is waited for: what the client says, or else `remote.list.offsets.request.timeout.ms`.
fn patience(broker: &Broker, timeout_ms: i32) -> Duration {
    match (u64::try_from(timeout_ms), &broker.remote) {
        (Ok(ms @ 1..), _) => Duration::from_millis(ms),
        (_, Some(remote)) => remote.limits().list_offsets_wait_max,
        (_, None) => Duration::ZERO,
    }
}

/// A partition that is named more than once gets one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeated {
    Unanswered,
    Answered,
}

/// Partitions that the request names more than once; Kafka refuses each of them.
fn repeated_partitions(request: &ListOffsetsRequest) -> HashMap<(StringBytes, i32), Repeated> {
    let mut seen = HashSet::new();
    let mut repeated = HashMap::new();
    for topic in &request.topics {
        for partition in &topic.partitions {
            let key = (topic.name.clone(), partition.partition_index);
            if !seen.insert(key.clone()) {
                repeated.insert(key, Repeated::Unanswered);
            }
        }
    }
    repeated
}

struct Lookup<'a> {
    broker: &'a Broker,
    version: i16,
    upper: FetchIsolation,
}

/// A partition's answer, or what has to be searched for it.
enum Begun {
    Answered(ListOffsetsPartitionResponse),
    Remote(RemoteSearch),
}

/// What a log and the remote tier say together.
type Found = Result<Option<TimestampAndOffset>, ErrorCode>;

impl Lookup<'_> {
    /// Asks the logs; none of them is waited for.
    fn begin(&self, request: ListOffsetsRequest) -> Vec<(StringBytes, Vec<Begun>)> {
        let mut repeated = repeated_partitions(&request);
        let mut topics = Vec::with_capacity(request.topics.len());
        for topic in request.topics {
            let answer = |partition: &ListOffsetsPartition| {
                let key = (topic.name.clone(), partition.partition_index);
                match repeated.get_mut(&key) {
                    None => Some(self.partition(&topic.name, partition)),
                    Some(Repeated::Answered) => None,
                    Some(unanswered) => {
                        *unanswered = Repeated::Answered;
                        let refused = refused(partition.partition_index, ErrorCode::InvalidRequest);
                        Some(Begun::Answered(refused))
                    }
                }
            };
            let partitions = topic.partitions.iter().filter_map(answer).collect();
            topics.push((topic.name, partitions));
        }
        topics
    }

    fn partition(&self, topic: &str, wanted: &ListOffsetsPartition) -> Begun {
        let index = wanted.partition_index;
        let Some(query) = query_of(wanted.timestamp, self.version) else {
            return Begun::Answered(refused(index, ErrorCode::UnsupportedVersion));
        };
        let epoch = wanted.current_leader_epoch;
        let epoch = (epoch >= 0).then(|| LeaderEpoch::new(epoch));
        let handle = match self.broker.partition_by_name(topic, index) {
            Ok(handle) => handle,
            Err(error) => return Begun::Answered(refused(index, error.error_code())),
        };
        let OffsetQuery::At(target) = query else {
            let found = handle.with_leader_of(epoch, |partition| self.ask(partition, query));
            return Begun::Answered(self.answer(index, flat(found)));
        };
        let step = handle.with_leader_of(epoch, |partition| self.step(partition, target, Offset::ZERO));
        match step {
            Ok(Step::Local(found)) => Begun::Answered(self.answer(index, found)),
            Ok(Step::Remote(key, offsets)) => Begun::Remote(RemoteSearch {
                handle,
                epoch,
                key,
                target,
                offsets,
            }),
            Err(error) => Begun::Answered(refused(index, error.error_code())),
        }
    }

    /// What is next for a time that no record below `searched_until` has. The local part may begin later by then: what it
    /// gave up since is remote.
    fn step(&self, partition: &mut Partition<FetchWaker>, target: Timestamp, searched_until: Offset) -> Step {
        match remote_offsets(partition.log(), searched_until) {
            Some(offsets) => {
                let key = ReplicaKey {
                    topic: partition.topic_id(),
                    partition: partition.index(),
                };
                Step::Remote(key, offsets)
            }
            None => Step::Local(self.ask(partition, OffsetQuery::At(target))),
        }
    }

    /// Waits for the remote tier where that is asked.
    async fn end(&self, begun: Begun, deadline: Instant) -> ListOffsetsPartitionResponse {
        match begun {
            Begun::Answered(answer) => answer,
            Begun::Remote(search) => {
                let index = search.key.partition.value();
                let found = self.search(search, deadline).await;
                self.answer(index, found)
            }
        }
    }

    /// The remote part of the log is older, so that what is found there comes first.
    async fn search(&self, mut search: RemoteSearch, deadline: Instant) -> Found {
        loop {
            if let Some(found) = self.ask_remotely(&search, deadline).await? {
                return Ok(Some(found));
            }
            let RemoteSearch { handle, epoch, .. } = &search;
            let step = |partition: &mut _| self.step(partition, search.target, search.offsets.end);
            let step = tokio::task::block_in_place(|| handle.with_leader_of(*epoch, step));
            match step.map_err(|error| error.error_code())? {
                Step::Local(found) => return found,
                Step::Remote(_, offsets) => search.offsets = offsets,
            }
        }
    }

    fn answer(&self, index: i32, found: Found) -> ListOffsetsPartitionResponse {
        match found {
            Ok(None) => refused(index, ErrorCode::None),
            Ok(Some(place)) => ListOffsetsPartitionResponse {
                partition_index: index,
                timestamp: place.timestamp.as_ms(),
                offset: place.offset.value(),
                leader_epoch: self.epoch_for_version(place.leader_epoch).value(),
                ..ListOffsetsPartitionResponse::default()
            },
            Err(error) => refused(index, error),
        }
    }

    /// Versions below 4 have no place for an epoch.
    fn epoch_for_version(&self, epoch: LeaderEpoch) -> LeaderEpoch {
        if self.version >= 4 {
            epoch
        } else {
            LeaderEpoch::NONE
        }
    }

    /// A new leader learns late of how far consumers were allowed to read (KIP-207); followers read to the log end.
    fn knows_bound(&self, partition: &Partition<FetchWaker>) -> bool {
        self.upper == FetchIsolation::LogEnd || partition.knows_high_watermark()
    }

    async fn ask_remotely(&self, search: &RemoteSearch, deadline: Instant) -> Found {
        let RemoteSearch {
            key, target, offsets, ..
        } = search;
        let Some(remote) = &self.broker.remote else {
            // To answer with what is local would pass over everything that is not.
            return Err(ErrorCode::KafkaStorageError);
        };
        let found = remote.offset_for_timestamp(*key, *target, offsets.clone());
        match tokio::time::timeout_at(deadline, found).await {
            Err(_elapsed) => {
                remote.counters().list_expires.add(1);
                Err(ErrorCode::RequestTimedOut)
            }
            Ok(Err(error)) => {
                tracing::warn!(topic_id = %key.topic, partition = %key.partition, %error,
                    "the remote tier does not say which offset a time has");
                Err(ErrorCode::KafkaStorageError)
            }
            Ok(Ok(found)) => Ok(found.map(|record| TimestampAndOffset {
                timestamp: record.timestamp,
                offset: record.offset,
                leader_epoch: record.leader_epoch,
            })),
        }
    }

    fn ask(
        &self,
        partition: &Partition<FetchWaker>,
        query: OffsetQuery,
    ) -> Result<Option<TimestampAndOffset>, ErrorCode> {
        let bound = partition.log().upper_bound(self.upper);
        let found = partition
            .offset_for_timestamp(query)
            .map_err(|error| error.error_code())?;
        let is_hidden = |place: &TimestampAndOffset| match query {
            OffsetQuery::Latest => true,
            OffsetQuery::At(_) | OffsetQuery::MaxTimestamp => place.offset >= bound,
            _ => false,
        };
        if !self.knows_bound(partition) && found.as_ref().is_some_and(is_hidden) {
            return Err(match self.version {
                FIRST_WITH_NOT_AVAILABLE.. => ErrorCode::OffsetNotAvailable,
                _ => ErrorCode::LeaderNotAvailable,
            });
        }
        Ok(match query {
            OffsetQuery::Latest => found.map(|place| TimestampAndOffset {
                offset: bound,
                ..place
            }),
            OffsetQuery::At(_) | OffsetQuery::MaxTimestamp => found.filter(|place| place.offset < bound),
            OffsetQuery::Earliest
            | OffsetQuery::EarliestLocal
            | OffsetQuery::LatestTiered
            | OffsetQuery::EarliestPendingUpload => found,
        })
    }
}

/// A time that is looked for in the remote part of a log.
struct RemoteSearch {
    handle: Arc<PartitionHandle>,
    /// The epoch that the client knows.
    epoch: Option<LeaderEpoch>,
    key: ReplicaKey,
    target: Timestamp,
    offsets: Range<Offset>,
}

/// Where a time is looked for next.
enum Step {
    Remote(ReplicaKey, Range<Offset>),
    /// It was looked for in the local part: nothing is left.
    Local(Found),
}

/// What of the log has to be searched remotely, of what lies at or behind `searched_until`.
fn remote_offsets(log: &UnifiedLog, searched_until: Offset) -> Option<Range<Offset>> {
    let from = log.log_start().offset().max(searched_until);
    let offsets = from..log.local_log_start().offset();
    (!offsets.is_empty()).then_some(offsets)
}

fn flat(found: Result<Found, NotAskable>) -> Found {
    found.unwrap_or_else(|error| Err(error.error_code()))
}

/// The query that a wire value stands for at a version.
fn query_of(timestamp: i64, version: i16) -> Option<OffsetQuery> {
    let query = OffsetQuery::from_wire(timestamp)?;
    let first_version = match query {
        OffsetQuery::Latest | OffsetQuery::Earliest | OffsetQuery::At(_) => 1,
        OffsetQuery::MaxTimestamp => 7,
        OffsetQuery::EarliestLocal => 8,
        OffsetQuery::LatestTiered => 9,
        OffsetQuery::EarliestPendingUpload => 11,
    };
    (version >= first_version).then_some(query)
}

/// An answer without a place.
fn refused(index: i32, error: ErrorCode) -> ListOffsetsPartitionResponse {
    ListOffsetsPartitionResponse {
        partition_index: index,
        error_code: error.code(),
        timestamp: -1,
        offset: Offset::NONE.value(),
        leader_epoch: LeaderEpoch::NONE.value(),
        ..ListOffsetsPartitionResponse::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_positions_need_the_version_that_brought_them() {
        for (timestamp, first) in [(-1, 1), (-2, 1), (-3, 7), (-4, 8), (-5, 9), (-6, 11), (0, 1)] {
            assert!(query_of(timestamp, first).is_some(), "{timestamp} at {first}");
            assert!(
                query_of(timestamp, first - 1).is_none(),
                "{timestamp} before {first}"
            );
        }
        assert_eq!(query_of(-7, 11), None);
    }
}
