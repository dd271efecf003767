//! A Fetch request in the words of the session cache.

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_model::{LeaderEpoch, LogStartOffset, Offset, PartitionIndex, TopicId, Uuid};
use broker_protocol::fetch_request;
use broker_protocol::messages::FetchRequest;
use broker_replication::fetch::{
    FetchPartition, FetchTopic, PartitionKey, Privilege, SessionId, SessionRequest,
};

/// First version that names topics by id.
const FIRST_BY_ID: i16 = 13;

/// What the request says of its session and its partitions.
pub(super) fn session_request(request: FetchRequest, version: i16) -> SessionRequest {
    let is_follower = request.replica_id >= 0 || request.replica_state.replica_id >= 0;
    let mut partitions = Vec::new();
    for topic in &request.topics {
        let named = topic_of(&topic.topic, topic.topic_id, version);
        partitions.extend(topic.partitions.iter().map(|partition| wanted(&named, partition)));
    }
    let mut forgotten = Vec::new();
    for topic in &request.forgotten_topics_data {
        let named = topic_of(&topic.topic, topic.topic_id, version);
        forgotten.extend(topic.partitions.iter().map(|partition| key(&named, *partition)));
    }
    SessionRequest {
        session_id: SessionId::new(request.session_id),
        session_epoch: request.session_epoch,
        partitions,
        forgotten,
        privilege: if is_follower {
            Privilege::Follower
        } else {
            Privilege::Consumer
        },
    }
}

fn topic_of(name: &StringBytes, id: Uuid, version: i16) -> FetchTopic {
    match version >= FIRST_BY_ID {
        true => FetchTopic::Id(TopicId::new(id)),
        false => FetchTopic::Name(Arc::from(name.as_str())),
    }
}

fn key(topic: &FetchTopic, partition: i32) -> PartitionKey {
    PartitionKey {
        topic: topic.clone(),
        partition: PartitionIndex::new(partition),
    }
}

/// Negative epochs mean that the client does not say.
fn epoch(value: i32) -> Option<LeaderEpoch> {
    (value >= 0).then(|| LeaderEpoch::new(value))
}

fn wanted(topic: &FetchTopic, partition: &fetch_request::FetchPartition) -> FetchPartition {
    FetchPartition {
        key: key(topic, partition.partition),
        fetch_offset: Offset::new(partition.fetch_offset),
        current_leader_epoch: epoch(partition.current_leader_epoch),
        last_fetched_epoch: epoch(partition.last_fetched_epoch),
        max_bytes: partition.partition_max_bytes,
        log_start: LogStartOffset::at(Offset::new(partition.log_start_offset.max(0))),
    }
}
