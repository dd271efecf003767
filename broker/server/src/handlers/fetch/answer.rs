//! What partitions found, in the words of a Fetch response.

use std::sync::Arc;

use broker_codec::{Records, StringBytes};
use broker_model::{HighWatermark, LogStartOffset, Offset};
use broker_protocol::ErrorCode;
use broker_protocol::fetch_response::{
    AbortedTransaction, EpochEndOffset, FetchableTopicResponse, LeaderIdAndEpoch, NodeEndpoint, PartitionData,
};
use broker_protocol::messages::{FetchRequest, FetchResponse};
use broker_replication::fetch::{
    FetchPartition, FetchTopic, Inclusion, PartitionKey, PartitionOutcome, Turn,
};
use broker_storage::{LogSlice, StorageError};

use super::super::leader_hint;
use super::Fetch;
use crate::broker::Broker;
use crate::error_mapping::ToErrorCode;
use crate::network::ListenerName;
use crate::replica_manager::{FetchOutcome, LookupError, PartitionFetch, PartitionHandle};

/// First version with the hint who leads, and where (KIP-951). The field for it is older, but Kafka leaves it out before.
pub(super) const FIRST_WITH_ENDPOINTS: i16 = 16;

/// Where the leaders listen that the answer names, so that a client need not ask for metadata first.
pub(super) fn endpoints_of_leaders(
    response: &FetchResponse,
    broker: &Broker,
    listener: &ListenerName,
) -> Vec<NodeEndpoint> {
    let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
    let leaders = partitions.map(|partition| partition.current_leader.leader_id);
    let endpoints = leader_hint::endpoints_of(broker, leaders, listener).into_iter();
    let named = endpoints.map(|(id, (endpoint, rack))| NodeEndpoint {
        node_id: id.value(),
        host: endpoint.host.as_ref().into(),
        port: endpoint.port.into(),
        rack: rack.as_deref().map(StringBytes::from),
        ..NodeEndpoint::default()
    });
    named.collect()
}

/// One partition's answer. Fetches the bytes of the records.
pub(super) fn partition_data(
    wanted: &FetchPartition,
    handle: &Result<Arc<PartitionHandle>, LookupError>,
    outcome: FetchOutcome,
    fetch: &Fetch<'_>,
) -> PartitionData {
    let index = wanted.key.partition.value();
    let mut data = match outcome {
        FetchOutcome::Read(read) => records_of(index, read),
        FetchOutcome::Diverged {
            epoch,
            end_offset,
            at,
        } => PartitionData {
            diverging_epoch: EpochEndOffset {
                epoch: epoch.value(),
                end_offset: end_offset.value(),
                ..EpochEndOffset::default()
            },
            ..records_of(index, at)
        },
        FetchOutcome::Elsewhere { replica, at } => PartitionData {
            preferred_read_replica: replica.value(),
            ..records_of(index, at)
        },
        FetchOutcome::Fenced(error) => PartitionData {
            aborted_transactions: None,
            ..refused(index, error.error_code())
        },
        FetchOutcome::Refused(error) => PartitionData {
            aborted_transactions: None,
            ..refused(index, error.error_code())
        },
        FetchOutcome::OutOfRange => PartitionData {
            aborted_transactions: None,
            ..refused(index, ErrorCode::OffsetOutOfRange)
        },
        // Read before the answer is made; one that was not is asked for again.
        FetchOutcome::Tiered(tiered) => records_of(index, tiered.at),
        FetchOutcome::Missing(error) => refused(index, error.error_code()),
        FetchOutcome::Unreadable => PartitionData {
            aborted_transactions: None,
            ..refused(index, ErrorCode::KafkaStorageError)
        },
    };
    let is_led_elsewhere = matches!(
        ErrorCode::from_i16(data.error_code),
        Some(ErrorCode::FencedLeaderEpoch | ErrorCode::NotLeaderOrFollower)
    );
    if fetch.version >= FIRST_WITH_ENDPOINTS && is_led_elsewhere {
        data.current_leader = current_leader(wanted, handle, fetch);
    }
    data
}

fn current_leader(
    wanted: &FetchPartition,
    handle: &Result<Arc<PartitionHandle>, LookupError>,
    fetch: &Fetch<'_>,
) -> LeaderIdAndEpoch {
    let image = fetch.broker.image.load();
    let topic = match &wanted.key.topic {
        FetchTopic::Name(name) => image.topics.by_name(name),
        FetchTopic::Id(id) => image.topics.by_id(*id),
    };
    let handle = handle.as_deref();
    let topic = topic.map(Arc::as_ref);
    match leader_hint::leader_of(fetch.broker, handle, topic, wanted.key.partition) {
        None => LeaderIdAndEpoch::default(),
        Some((leader, epoch)) => LeaderIdAndEpoch {
            leader_id: leader.value(),
            leader_epoch: epoch.value(),
            ..LeaderIdAndEpoch::default()
        },
    }
}

fn refused(index: i32, error: ErrorCode) -> PartitionData {
    PartitionData {
        partition_index: index,
        error_code: error.code(),
        high_watermark: -1,
        aborted_transactions: Some(Vec::new()),
        records: Some(Records::default()),
        ..PartitionData::default()
    }
}

fn records_of(index: i32, read: PartitionFetch) -> PartitionData {
    let records = match fetched(read.records) {
        Ok(records) => records,
        Err(error) => {
            tracing::error!(partition = index, %error, "records cannot be read");
            return PartitionData {
                aborted_transactions: None,
                ..refused(index, error.error_code())
            };
        }
    };
    let aborted = read.aborted.map(|aborted| {
        aborted
            .iter()
            .map(|transaction| AbortedTransaction {
                producer_id: transaction.producer_id.value(),
                first_offset: transaction.first_offset.value(),
                ..AbortedTransaction::default()
            })
            .collect()
    });
    PartitionData {
        partition_index: index,
        high_watermark: read.high_watermark.value(),
        last_stable_offset: read.last_stable_offset.value(),
        log_start_offset: read.log_start.value(),
        aborted_transactions: aborted,
        records: Some(records),
        ..PartitionData::default()
    }
}

/// The bytes of a slice; gives the worker thread's other tasks away only when the device must be waited for.
fn fetched(slice: LogSlice) -> Result<Records, StorageError> {
    match slice.fetch_at_hand()? {
        Ok(records) => Ok(records),
        Err(slice) => tokio::task::block_in_place(|| slice.fetch()),
    }
}

/// What the session remembers of an answer.
pub(super) fn outcome_of(data: &PartitionData, turn: Turn) -> PartitionOutcome {
    let has_records = data.records.as_ref().is_some_and(|records| !records.is_empty());
    let is_notice = data.error_code != 0
        || data.preferred_read_replica >= 0
        || data.diverging_epoch != EpochEndOffset::default();
    PartitionOutcome {
        high_watermark: HighWatermark::at(Offset::new(data.high_watermark)),
        log_start_offset: LogStartOffset::at(Offset::new(data.log_start_offset)),
        content: match (is_notice, has_records) {
            (true, _) => Inclusion::Notice,
            (false, true) => Inclusion::Records,
            (false, false) => Inclusion::OnlyOffsets,
        },
        turn,
    }
}

/// The response, with neighbouring partitions of one topic under one head.
pub(super) fn response(partitions: Vec<(PartitionKey, PartitionData)>, session_id: i32) -> FetchResponse {
    let mut responses: Vec<FetchableTopicResponse> = Vec::new();
    let mut last: Option<FetchTopic> = None;
    for (key, data) in partitions {
        if last.as_ref() != Some(&key.topic) {
            responses.push(head_of(&key.topic));
            last = Some(key.topic);
        }
        if let Some(topic) = responses.last_mut() {
            topic.partitions.push(data);
        }
    }
    FetchResponse {
        session_id,
        responses,
        ..FetchResponse::default()
    }
}

fn head_of(topic: &FetchTopic) -> FetchableTopicResponse {
    match topic {
        FetchTopic::Name(name) => FetchableTopicResponse {
            topic: name.as_ref().into(),
            ..Default::default()
        },
        FetchTopic::Id(id) => FetchableTopicResponse {
            topic_id: id.uuid(),
            ..Default::default()
        },
    }
}

/// A response that refuses the request and every partition in it alike.
pub(super) fn all_refused(request: &FetchRequest, error: ErrorCode) -> FetchResponse {
    let topics = request.topics.iter().map(|topic| FetchableTopicResponse {
        topic: topic.topic.clone(),
        topic_id: topic.topic_id,
        partitions: topic
            .partitions
            .iter()
            .map(|partition| refused(partition.partition, error))
            .collect(),
        ..FetchableTopicResponse::default()
    });
    FetchResponse {
        error_code: error.code(),
        responses: topics.collect(),
        ..FetchResponse::default()
    }
}
