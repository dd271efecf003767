//! DescribeCluster (60): the brokers of the cluster, and its id (KIP-700, KIP-919, KIP-1073).

use std::sync::Arc;

use broker_codec::StringBytes;
use broker_metadata::{BrokerRegistration, Endpoint};
use broker_protocol::ErrorCode;
use broker_protocol::describe_cluster_response::DescribeClusterBroker;
use broker_protocol::messages::{DescribeClusterRequest, DescribeClusterResponse};

use super::authorized_operations;
use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

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
    Ok(Answer::Respond(match request.endpoint_type {
        BROKERS => brokers(broker, context, &request),
        CONTROLLERS => refusal(
            ErrorCode::MismatchedEndpointType,
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER".into(),
        ),
        other => refusal(
            ErrorCode::UnsupportedEndpointType,
            format!("Unsupported endpoint type {other}").into(),
        ),
    }))
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
        cluster_authorized_operations: if request.include_cluster_authorized_operations {
            authorized_operations::CLUSTER
        } else {
            authorized_operations::NOT_ASKED
        },
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
