//! ListOffsets (2): where a timestamp or a special position is (KIP-79, KIP-734, KIP-405, KIP-1005, KIP-1023).
//!
//! Consumers never learn of offsets that their isolation hides: a record beyond the bound is answered as not found.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use broker_codec::StringBytes;
use broker_model::{LeaderEpoch, Offset, Timestamp};
use broker_protocol::ErrorCode;
use broker_protocol::list_offsets_request::ListOffsetsPartition;
use broker_protocol::list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse};
use broker_protocol::messages::{ListOffsetsRequest, ListOffsetsResponse};
use broker_replication::Partition;
use broker_replication::fetch::ReplicaKey;
use broker_storage::{FetchIsolation, OffsetQuery, TimestampAndOffset};

use tokio::runtime::Handle;

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::error_mapping::ToErrorCode;
use crate::network::RequestContext;
use crate::replica_manager::{FetchWaker, NotAskable};

/// First version that knows the code for offsets that a new leader does not know yet.
const FIRST_WITH_NOT_AVAILABLE: i16 = 5;

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
    let mut repeated = repeated_partitions(&request);
    let mut topics = Vec::with_capacity(request.topics.len());
    for topic in request.topics {
        let answer = |partition: &ListOffsetsPartition| {
            let key = (topic.name.clone(), partition.partition_index);
            match repeated.get_mut(&key) {
                None => Some(lookup.partition(&topic.name, partition)),
                Some(Repeated::Answered) => None,
                Some(unanswered) => {
                    *unanswered = Repeated::Answered;
                    Some(refused(partition.partition_index, ErrorCode::InvalidRequest))
                }
            }
        };
        let partitions = tokio::task::block_in_place(|| topic.partitions.iter().filter_map(answer).collect());
        topics.push(ListOffsetsTopicResponse {
            name: topic.name,
            partitions,
            ..Default::default()
        });
    }
    Ok(Answer::Respond(ListOffsetsResponse {
        topics,
        ..ListOffsetsResponse::default()
    }))
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

impl Lookup<'_> {
    fn partition(&self, topic: &str, wanted: &ListOffsetsPartition) -> ListOffsetsPartitionResponse {
        let index = wanted.partition_index;
        let Some(query) = query_of(wanted.timestamp, self.version) else {
            return refused(index, ErrorCode::UnsupportedVersion);
        };
        let epoch = wanted.current_leader_epoch;
        let epoch = (epoch >= 0).then(|| LeaderEpoch::new(epoch));
        let handle = self.broker.partition_by_name(topic, index);
        let found = handle.map_err(NotAskable::from).and_then(|handle| {
            let remote = handle.with_leader_of(epoch, |partition| search_remotely(partition, query))?;
            match remote.map(|remote| self.ask_remotely(remote)) {
                Some(Ok(Some(place))) => Ok(Ok(Some(place))),
                Some(Err(error)) => Ok(Err(error)),
                Some(Ok(None)) | None => handle.with_leader_of(epoch, |partition| self.ask(partition, query)),
            }
        });
        match found {
            Ok(Ok(None)) => refused(index, ErrorCode::None),
            Ok(Ok(Some(place))) => ListOffsetsPartitionResponse {
                partition_index: index,
                timestamp: place.timestamp.as_ms(),
                offset: place.offset.value(),
                leader_epoch: self.epoch_for_version(place.leader_epoch).value(),
                ..ListOffsetsPartitionResponse::default()
            },
            Ok(Err(error)) => refused(index, error),
            Err(error) => refused(index, error.error_code()),
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

    /// Waits for the remote tier; its part of the log is older, so that what is found there comes first.
    fn ask_remotely(&self, search: RemoteSearch) -> Result<Option<TimestampAndOffset>, ErrorCode> {
        let Some(remote) = &self.broker.remote else {
            return Ok(None);
        };
        let RemoteSearch { key, target, offsets } = search;
        let patience = remote.settings().list_offsets_wait_max;
        let found = remote.offset_for_timestamp(key, target, offsets);
        let found = Handle::current().block_on(tokio::time::timeout(patience, found));
        match found {
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
    key: ReplicaKey,
    target: Timestamp,
    offsets: Range<Offset>,
}

/// What of the log has to be searched remotely.
fn search_remotely(partition: &Partition<FetchWaker>, query: OffsetQuery) -> Option<RemoteSearch> {
    let (OffsetQuery::At(target), log) = (query, partition.log()) else {
        return None;
    };
    let offsets = log.log_start().offset()..log.local_log_start().offset();
    (!offsets.is_empty()).then(|| RemoteSearch {
        key: ReplicaKey {
            topic: partition.topic_id(),
            partition: partition.index(),
        },
        target,
        offsets,
    })
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
