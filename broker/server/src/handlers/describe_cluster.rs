//! DescribeCluster (60): the brokers of the cluster, or through a listener of controllers its controllers, and its id
//! (KIP-700, KIP-919, KIP-1073).

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_metadata::{BrokerRegistration, ControllerRegistration, Endpoint};
use broker_model::BrokerId;
use broker_protocol::ErrorCode;
use broker_protocol::describe_cluster_response::DescribeClusterBroker;
use broker_protocol::messages::{DescribeClusterRequest, DescribeClusterResponse};

use super::authorized_operations;
use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::{ListenerKind, RequestContext};

const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: DescribeClusterRequest,
) -> HandlerResult<DescribeClusterResponse> {
    let asked_of = context.connection.kind;
    Ok(Answer::Respond(match (asked_of, request.endpoint_type) {
        (ListenerKind::Client, BROKERS) => brokers(broker, context, &request),
        (ListenerKind::Controller, CONTROLLERS) => controllers(broker, context, &request),
        (_, BROKERS | CONTROLLERS) => mismatched(asked_of),
        (_, other) => refusal(
            ErrorCode::UnsupportedEndpointType,
            format!("Unsupported endpoint type {other}").into(),
        ),
    }))
}

fn mismatched(asked_of: ListenerKind) -> DescribeClusterResponse {
    let (sent, wanted) = match asked_of {
        ListenerKind::Client => ("BROKER", "CONTROLLER"),
        ListenerKind::Controller => ("CONTROLLER", "BROKER"),
    };
    let message = format!(
        "The request was sent to an endpoint of type {sent}, but we wanted an endpoint of type {wanted}"
    );
    refusal(ErrorCode::MismatchedEndpointType, message.into())
}

/// The controllers that have registered, where they listen under the name that was asked through (KIP-919).
fn controllers(
    broker: &Broker,
    context: &RequestContext,
    request: &DescribeClusterRequest,
) -> DescribeClusterResponse {
    let image = broker.image.load();
    let described = |registration: &Arc<ControllerRegistration>| {
        let mut listeners = registration.listeners.iter();
        let endpoint = listeners.find(|endpoint| &*endpoint.name == context.listener().as_str())?;
        Some(DescribeClusterBroker {
            broker_id: registration.id.value(),
            host: endpoint.host.as_ref().into(),
            port: endpoint.port.into(),
            ..DescribeClusterBroker::default()
        })
    };
    let leader = broker.metadata.quorum().borrow().leader;
    DescribeClusterResponse {
        endpoint_type: CONTROLLERS,
        cluster_id: broker.cluster_id.as_str().into(),
        controller_id: leader.map_or(-1, BrokerId::value),
        brokers: image.cluster.controllers.values().filter_map(described).collect(),
        cluster_authorized_operations: operations(request),
        ..DescribeClusterResponse::default()
    }
}

fn operations(request: &DescribeClusterRequest) -> i32 {
    match request.include_cluster_authorized_operations {
        true => authorized_operations::CLUSTER,
        false => authorized_operations::NOT_ASKED,
    }
}

fn refusal(error: ErrorCode, message: StringBytes) -> DescribeClusterResponse {
    DescribeClusterResponse {
        error_code: error.code(),
        error_message: Some(message),
        ..DescribeClusterResponse::default()
    }
}

fn brokers(
    broker: &Broker,
    context: &RequestContext,
    request: &DescribeClusterRequest,
) -> DescribeClusterResponse {
    let image = broker.image.load();
    let wanted = |registration: &BrokerRegistration| request.include_fenced_brokers || !registration.fenced;
    let described = |registration: &Arc<BrokerRegistration>| {
        let endpoint = registration.listener(context.listener().as_str())?;
        wanted(registration).then(|| describe(registration, endpoint))
    };
    DescribeClusterResponse {
        cluster_id: broker.cluster_id.as_str().into(),
        controller_id: broker.node_id.value(),
        brokers: image.cluster.brokers.values().filter_map(described).collect(),
        cluster_authorized_operations: operations(request),
        ..DescribeClusterResponse::default()
    }
}

fn describe(registration: &BrokerRegistration, endpoint: &Endpoint) -> DescribeClusterBroker {
    DescribeClusterBroker {
        broker_id: registration.id.value(),
        host: endpoint.host.as_ref().into(),
        port: endpoint.port.into(),
        rack: registration.rack.as_deref().map(StringBytes::from),
        is_fenced: registration.fenced,
        ..DescribeClusterBroker::default()
    }
}
