//! ListConfigResources (74): what can be asked about with DescribeConfigs (KIP-1142).
//!
//! Version 0 knows subscriptions to client metrics alone. Groups and subscriptions are those that have configurations;
//! topics and brokers are those that there are.

use std::sync::Arc;

use broker_metadata::{ConfigResourceType, MetadataImage};
use broker_protocol::ErrorCode;
use broker_protocol::list_config_resources_response::ConfigResource as ListedResource;
use broker_protocol::messages::{ListConfigResourcesRequest, ListConfigResourcesResponse};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// In the order in which they are listed.
const ALL: [ConfigResourceType; 5] = [
    ConfigResourceType::Group,
    ConfigResourceType::ClientMetrics,
    ConfigResourceType::BrokerLogger,
    ConfigResourceType::Broker,
    ConfigResourceType::Topic,
];

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: ListConfigResourcesRequest,
) -> HandlerResult<ListConfigResourcesResponse> {
    let asked = &request.resource_types;
    let is_known = |code: &i8| ALL.iter().any(|kind| kind.code() == *code);
    if !asked.iter().all(is_known) {
        return Ok(Answer::Respond(ListConfigResourcesResponse {
            error_code: ErrorCode::UnsupportedVersion.code(),
            ..ListConfigResourcesResponse::default()
        }));
    }
    let is_asked = |kind: &ConfigResourceType| match context.api_version {
        0 => *kind == ConfigResourceType::ClientMetrics,
        _ => asked.is_empty() || asked.contains(&kind.code()),
    };
    let image = broker.image.load();
    let config_resources = ALL
        .into_iter()
        .filter(is_asked)
        .flat_map(|kind| {
            names(&image, kind)
                .into_iter()
                .map(move |name| listed(kind, &name))
        })
        .collect();
    Ok(Answer::Respond(ListConfigResourcesResponse {
        config_resources,
        ..ListConfigResourcesResponse::default()
    }))
}

fn listed(kind: ConfigResourceType, name: &str) -> ListedResource {
    ListedResource {
        resource_name: name.into(),
        resource_type: kind.code(),
        ..ListedResource::default()
    }
}

fn names(image: &MetadataImage, kind: ConfigResourceType) -> Vec<Arc<str>> {
    match kind {
        ConfigResourceType::Topic => image.topics.iter().map(|topic| topic.name.clone()).collect(),
        ConfigResourceType::Broker | ConfigResourceType::BrokerLogger => {
            let ids = image.cluster.brokers.keys();
            ids.map(|id| id.to_string().into()).collect()
        }
        ConfigResourceType::Group | ConfigResourceType::ClientMetrics => {
            let sorted = image.configs.sorted().into_iter();
            sorted
                .filter(|(resource, _)| resource.kind == kind)
                .map(|(resource, _)| resource.name.clone())
                .collect()
        }
    }
}
