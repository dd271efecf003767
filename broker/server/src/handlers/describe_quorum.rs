//! DescribeQuorum (55): the voters of the metadata log and how far they are (KIP-595, KIP-853).
//!
//! Only the leader of the quorum knows how far the others are, so that the request is forwarded to it.

use std::sync::Arc;

use broker_metadata::metadata_log::{CLUSTER_METADATA_TOPIC, VoterEndpoint};
use broker_model::{Offset, Timestamp};
use broker_protocol::ErrorCode;
use broker_protocol::describe_quorum_response::{Listener, Node, PartitionData, ReplicaState, TopicData};
use broker_protocol::messages::{DescribeQuorumRequest, DescribeQuorumResponse};
use broker_raft::{ReplicaKey, ReplicaStanding};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::drivers::metadata_driver::QuorumDescription;
use crate::network::RequestContext;

/// First version that tells directories, endpoints and messages.
const FIRST_WITH_NODES: i16 = 2;
/// First version that tells when a replica fetched.
const FIRST_WITH_TIMES: i16 = 1;

/// Answers one request.
///
/// # Errors
/// This node does not lead the quorum.
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
    let described = broker.metadata.describe_quorum().await?;
    let nodes = match context.api_version {
        ..FIRST_WITH_NODES => Vec::new(),
        _ => described.standing.endpoints.iter().map(node).collect(),
    };
    Ok(Answer::Respond(DescribeQuorumResponse {
        error_message: message(context, ""),
        topics: vec![TopicData {
            topic_name: CLUSTER_METADATA_TOPIC.into(),
            partitions: vec![partition(&described, context)],
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

fn partition(described: &QuorumDescription, context: &RequestContext) -> PartitionData {
    let states =
        |replicas: &[ReplicaStanding]| replicas.iter().map(|replica| state(replica, context)).collect();
    PartitionData {
        error_message: message(context, ""),
        leader_id: described.leader.value(),
        leader_epoch: described.leader_epoch.value(),
        high_watermark: described.high_watermark.offset().value(),
        current_voters: states(&described.standing.voters),
        observers: states(&described.standing.observers),
        ..PartitionData::default()
    }
}

fn state(standing: &ReplicaStanding, context: &RequestContext) -> ReplicaState {
    let time = |told: Option<Timestamp>| match context.api_version {
        ..FIRST_WITH_TIMES => Timestamp::NONE.as_ms(),
        _ => told.unwrap_or(Timestamp::NONE).as_ms(),
    };
    let mut state = ReplicaState {
        replica_id: standing.replica.id.value(),
        log_end_offset: standing.log_end.unwrap_or(Offset::NONE).value(),
        last_fetch_timestamp: time(standing.last_fetch),
        last_caught_up_timestamp: time(standing.last_caught_up),
        ..ReplicaState::default()
    };
    if context.api_version >= FIRST_WITH_NODES {
        state.replica_directory_id = standing.replica.directory_id.uuid();
    }
    state
}

fn node((replica, endpoints): &(ReplicaKey, Vec<VoterEndpoint>)) -> Node {
    Node {
        node_id: replica.id.value(),
        listeners: endpoints
            .iter()
            .map(|endpoint| Listener {
                name: endpoint.name.as_str().into(),
                host: endpoint.host.as_str().into(),
                port: endpoint.port,
                ..Listener::default()
            })
            .collect(),
        ..Node::default()
    }
}
