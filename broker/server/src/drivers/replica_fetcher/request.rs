//! Requests of a follower, in the words of the protocol.

use broker_model::{BrokerEpoch, BrokerId, LeaderEpoch, PartitionIndex, TopicId};
use broker_protocol::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic, ReplicaState};
use broker_protocol::messages::FetchRequest;
use broker_replication::FetchPosition;
use broker_replication::fetch::{ReplicaFetch, ReplicaKey};

use super::ReplicaFetchSettings;

/// The Fetch request of broker `own`, registered in `epoch`.
pub(super) fn fetch_request(
    fetch: &ReplicaFetch,
    (own, epoch): (BrokerId, BrokerEpoch),
    settings: &ReplicaFetchSettings,
) -> FetchRequest {
    FetchRequest {
        replica_state: ReplicaState {
            replica_id: own.value(),
            replica_epoch: epoch.value(),
            ..ReplicaState::default()
        },
        max_wait_ms: i32::try_from(settings.wait_max.as_millis()).unwrap_or(i32::MAX),
        min_bytes: settings.min_bytes,
        max_bytes: settings.response_max_bytes,
        session_id: fetch.session_id.value(),
        session_epoch: fetch.session_epoch,
        topics: topics(&fetch.partitions, settings.partition_max_bytes),
        forgotten_topics_data: forgotten(&fetch.forgotten),
        ..FetchRequest::default()
    }
}

fn topics(partitions: &[(ReplicaKey, FetchPosition)], max_bytes: i32) -> Vec<FetchTopic> {
    let mut topics: Vec<FetchTopic> = Vec::new();
    let mut last: Option<TopicId> = None;
    for (key, position) in partitions {
        if last != Some(key.topic) {
            last = Some(key.topic);
            topics.push(FetchTopic {
                topic_id: key.topic.uuid(),
                ..FetchTopic::default()
            });
        }
        if let Some(topic) = topics.last_mut() {
            topic
                .partitions
                .push(partition(key.partition, position, max_bytes));
        }
    }
    topics
}

fn partition(index: PartitionIndex, position: &FetchPosition, max_bytes: i32) -> FetchPartition {
    FetchPartition {
        partition: index.value(),
        current_leader_epoch: position.current_leader_epoch.value(),
        fetch_offset: position.fetch_offset.value(),
        last_fetched_epoch: position.last_fetched_epoch.unwrap_or(LeaderEpoch::NONE).value(),
        log_start_offset: position.log_start.value(),
        partition_max_bytes: max_bytes,
        ..FetchPartition::default()
    }
}

fn forgotten(keys: &[ReplicaKey]) -> Vec<ForgottenTopic> {
    let mut topics: Vec<ForgottenTopic> = Vec::new();
    for key in keys {
        let id = key.topic.uuid();
        match topics.last_mut() {
            Some(topic) if topic.topic_id == id => topic.partitions.push(key.partition.value()),
            _ => topics.push(ForgottenTopic {
                topic_id: id,
                partitions: vec![key.partition.value()],
                ..ForgottenTopic::default()
            }),
        }
    }
    topics
}
