//! FindCoordinator (10): which broker answers for a group (KIP-699: for several).
//!
//! As in Kafka, the first one to ask makes `__consumer_offsets` and is told to ask again. Coordinators of transactions
//! and share groups are not here: their keys are invalid requests.

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_coordinator::partition_for;
use broker_metadata::GROUP_METADATA_TOPIC;
use broker_metadata::image::Endpoint;
use broker_model::BrokerId;
use broker_protocol::ErrorCode;
use broker_protocol::find_coordinator_response::Coordinator;
use broker_protocol::messages::{FindCoordinatorRequest, FindCoordinatorResponse};

use crate::broker::{AutoTopicCreation, Broker};
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// First version that asks for several keys.
const FIRST_WITH_SEVERAL: i16 = 4;
/// Kind of the keys that are groups.
const GROUP_KEY: i8 = 0;
/// Kinds of keys that Kafka knows: groups, transactions, partitions of share groups. It explains only what it does
/// not know at all.
const KEY_TYPES: std::ops::RangeInclusive<i8> = GROUP_KEY..=2;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: FindCoordinatorRequest,
) -> HandlerResult<FindCoordinatorResponse> {
    let find = |key: &StringBytes| find(broker, context, request.key_type, key);
    if context.api_version >= FIRST_WITH_SEVERAL {
        let coordinators = request.coordinator_keys.iter();
        return Ok(Answer::Respond(FindCoordinatorResponse {
            coordinators: coordinators
                .map(|key| in_list(key, request.key_type, find(key)))
                .collect(),
            ..FindCoordinatorResponse::default()
        }));
    }
    let found = find(&request.key);
    let error = found.as_ref().err().copied().unwrap_or(ErrorCode::None);
    let node = found.unwrap_or_else(|_| Node::none());
    Ok(Answer::Respond(FindCoordinatorResponse {
        error_code: error.code(),
        error_message: Some(match error {
            ErrorCode::None => "NONE".into(),
            error => error.message().into(),
        }),
        node_id: node.id.value(),
        host: node.host,
        port: node.port,
        ..FindCoordinatorResponse::default()
    }))
}

struct Node {
    id: BrokerId,
    host: StringBytes,
    port: i32,
}

impl Node {
    fn none() -> Self {
        Self {
            id: BrokerId::NONE,
            host: StringBytes::EMPTY,
            port: -1,
        }
    }
}

fn find(broker: &Broker, context: &RequestContext, key_type: i8, key: &str) -> Result<Node, ErrorCode> {
    if key_type != GROUP_KEY {
        return Err(ErrorCode::InvalidRequest);
    }
    let image = broker.image.load();
    let Some(topic) = image.topics.by_name(GROUP_METADATA_TOPIC) else {
        broker.topic_creator.create_in_background(GROUP_METADATA_TOPIC);
        return Err(ErrorCode::CoordinatorNotAvailable);
    };
    let count = i32::try_from(topic.indexed_partitions().count()).unwrap_or(i32::MAX);
    let leader = topic
        .partition(partition_for(key, count))
        .map_or(BrokerId::NONE, |partition| partition.leader);
    let registration = image
        .cluster
        .broker(leader)
        .filter(|registration| !registration.fenced);
    let endpoint: Option<&Endpoint> =
        registration.and_then(|registration| registration.listener(context.listener().as_str()));
    let endpoint = endpoint.ok_or(ErrorCode::CoordinatorNotAvailable)?;
    Ok(Node {
        id: leader,
        host: endpoint.host.as_ref().into(),
        port: endpoint.port.into(),
    })
}

fn in_list(key: &StringBytes, key_type: i8, found: Result<Node, ErrorCode>) -> Coordinator {
    let error = found.as_ref().err().copied().unwrap_or(ErrorCode::None);
    let node = found.unwrap_or_else(|_| Node::none());
    Coordinator {
        key: key.clone(),
        node_id: node.id.value(),
        host: node.host,
        port: node.port,
        error_code: error.code(),
        error_message: Some(match KEY_TYPES.contains(&key_type) {
            true => StringBytes::EMPTY,
            false => error.message().into(),
        }),
        ..Coordinator::default()
    }
}
