//! DescribeQuorum (55): the voters of the metadata log and how far they are (KIP-595, KIP-853).
//!
//! A quorum of one: this node leads, and its log is the committed log.

use std::sync::Arc;

use broker_metadata::metadata_log::CLUSTER_METADATA_TOPIC;
use broker_model::Timestamp;
use broker_protocol::ErrorCode;
use broker_protocol::describe_quorum_response::{Listener, Node, PartitionData, ReplicaState, TopicData};
use broker_protocol::messages::{DescribeQuorumRequest, DescribeQuorumResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// First version that tells directories, endpoints and messages.
const FIRST_WITH_NODES: i16 = 2;
/// First version that tells when a replica fetched.
const FIRST_WITH_TIMES: i16 = 1;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: DescribeQuorumRequest,
) -> HandlerResult<DescribeQuorumResponse> {
    let asked: Vec<(&str, i32)> = request
        .topics
        .iter()
        .flat_map(|topic| {
            topic
                .partitions
                .iter()
                .map(|p| (topic.topic_name.as_str(), p.partition_index))
        })
        .collect();
    if asked != [(CLUSTER_METADATA_TOPIC, 0)] {
        return Ok(Answer::Respond(unknown(context, &request)));
    }
    let partition = leader(broker, context);
    let nodes = match context.api_version {
        ..FIRST_WITH_NODES => Vec::new(),
        _ => vec![node(broker)],
    };
    Ok(Answer::Respond(DescribeQuorumResponse {
        error_message: message(context, ""),
        topics: vec![TopicData {
            topic_name: CLUSTER_METADATA_TOPIC.into(),
            partitions: vec![partition],
            ..TopicData::default()
        }],
        nodes,
        ..DescribeQuorumResponse::default()
    }))
}

fn message(context: &RequestContext, text: &str) -> Option<broker_codec::StringBytes> {
    (context.api_version >= FIRST_WITH_NODES).then(|| text.into())
}

fn unknown(context: &RequestContext, request: &DescribeQuorumRequest) -> DescribeQuorumResponse {
    let code = ErrorCode::UnknownTopicOrPartition;
    let topics = request.topics.iter().map(|topic| TopicData {
        topic_name: topic.topic_name.clone(),
        partitions: topic
            .partitions
            .iter()
            .map(|partition| PartitionData {
                partition_index: partition.partition_index,
                error_code: code.code(),
                error_message: message(context, code.message()),
                ..PartitionData::default()
            })
            .collect(),
        ..TopicData::default()
    });
    DescribeQuorumResponse {
        error_message: message(context, ""),
        topics: topics.collect(),
        ..DescribeQuorumResponse::default()
    }
}

fn leader(broker: &Broker, context: &RequestContext) -> PartitionData {
    let progress = broker.metadata.progress();
    let now = match context.api_version {
        ..FIRST_WITH_TIMES => Timestamp::NONE,
        _ => context.received.wall,
    };
    let mut voter = ReplicaState {
        replica_id: broker.node_id.value(),
        log_end_offset: progress.log_end.value(),
        last_fetch_timestamp: now.as_ms(),
        last_caught_up_timestamp: now.as_ms(),
        ..ReplicaState::default()
    };
    if context.api_version >= FIRST_WITH_NODES {
        voter.replica_directory_id = broker.metadata_directory_id.uuid();
    }
    PartitionData {
        error_message: message(context, ""),
        leader_id: broker.node_id.value(),
        leader_epoch: progress.leader_epoch.value(),
        high_watermark: progress.log_end.value(),
        current_voters: vec![voter],
        ..PartitionData::default()
    }
}

/// Where the quorum's member listens, as it registered.
fn node(broker: &Broker) -> Node {
    let image = broker.image.load();
    let registration = image.cluster.controllers.get(&broker.node_id);
    let endpoints = registration
        .map(|found| found.listeners.as_slice())
        .unwrap_or_default();
    Node {
        node_id: broker.node_id.value(),
        listeners: endpoints
            .iter()
            .map(|endpoint| Listener {
                name: endpoint.name.as_ref().into(),
                host: endpoint.host.as_ref().into(),
                port: endpoint.port,
                ..Listener::default()
            })
            .collect(),
        ..Node::default()
    }
}
