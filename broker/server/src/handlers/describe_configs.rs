//! DescribeConfigs (32): what acts on topics, brokers, loggers, groups and subscriptions, and why (KIP-133, KIP-226).
//!
//! Resources are answered each for itself. What is told of one is `config::describe`'s; here stands who may be asked
//! about. As in Kafka a broker answers for itself and for the values of all brokers, never for another broker.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_metadata::{ConfigResource, ConfigResourceType, MetadataImage, is_legal_topic_name};
use broker_protocol::ErrorCode;
use broker_protocol::describe_configs_request::DescribeConfigsResource;
use broker_protocol::describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsResult};
use broker_protocol::messages::{DescribeConfigsRequest, DescribeConfigsResponse};

use super::broker_loggers;
use crate::broker::Broker;
use crate::config::describe::{self, DescribeOptions, Documentation, Synonyms};
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

type Configs = BTreeMap<Arc<str>, Arc<str>>;
/// Why a resource is not described.
type Refusal = (ErrorCode, String);

/// Configurations in one answer; Kafka has no bound here. Topics have some forty each, a broker some three hundred.
const DESCRIBED_MAX: usize = 100_000;

/// Answers one request.
///
/// # Errors
/// None.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: DescribeConfigsRequest,
) -> HandlerResult<DescribeConfigsResponse> {
    let image = broker.image.load();
    let mut described = 0;
    let describe = |resource| {
        let result = match described {
            ..DESCRIBED_MAX => describe_one(broker, &image, &request, resource),
            _ => too_much(resource),
        };
        described += result.configs.len();
        result
    };
    let results = request.resources.iter().map(describe).collect();
    Ok(Answer::Respond(DescribeConfigsResponse {
        results,
        ..DescribeConfigsResponse::default()
    }))
}

fn too_much(resource: &DescribeConfigsResource) -> DescribeConfigsResult {
    let message = "the request asks for too many configurations; ask for fewer resources at a time";
    DescribeConfigsResult {
        error_code: ErrorCode::InvalidRequest.code(),
        error_message: Some(message.into()),
        resource_type: resource.resource_type,
        resource_name: resource.resource_name.clone(),
        ..DescribeConfigsResult::default()
    }
}

fn describe_one(
    broker: &Broker,
    image: &MetadataImage,
    request: &DescribeConfigsRequest,
    resource: &DescribeConfigsResource,
) -> DescribeConfigsResult {
    let keys = resource.configuration_keys.iter().flatten();
    let names: BTreeSet<&str> = keys.map(|key| &**key).collect();
    let options = DescribeOptions {
        names: &names,
        synonyms: if request.include_synonyms {
            Synonyms::Told
        } else {
            Synonyms::LeftOut
        },
        documentation: if request.include_documentation {
            Documentation::Told
        } else {
            Documentation::LeftOut
        },
    };
    let (error, message, configs) = match described(broker, image, resource, &options) {
        Ok(configs) => (ErrorCode::None, String::new(), configs),
        Err((error, message)) => (error, message, Vec::new()),
    };
    DescribeConfigsResult {
        error_code: error.code(),
        error_message: Some(message.into()),
        resource_type: resource.resource_type,
        resource_name: resource.resource_name.clone(),
        configs,
        ..DescribeConfigsResult::default()
    }
}

fn described(
    broker: &Broker,
    image: &MetadataImage,
    resource: &DescribeConfigsResource,
    options: &DescribeOptions<'_>,
) -> Result<Vec<DescribeConfigsResourceResult>, Refusal> {
    let name: &str = &resource.resource_name;
    let kind = ConfigResourceType::from_code(resource.resource_type).ok_or_else(|| {
        let message = format!("{} is no type of a resource", resource.resource_type);
        (ErrorCode::InvalidRequest, message)
    })?;
    let empty = Configs::new();
    let own = image.configs.of(&ConfigResource::new(kind, name));
    let own = own.map_or(&empty, Arc::as_ref);
    let effective = broker.configs.at(image);
    match kind {
        ConfigResourceType::Topic => {
            check_topic(image, name)?;
            Ok(describe::describe_topic(&effective, own, options))
        }
        ConfigResourceType::Group => {
            check_named(name, "a group")?;
            Ok(describe::describe_group(&effective, own, options))
        }
        ConfigResourceType::ClientMetrics => {
            check_named(name, "a subscription to client metrics")?;
            Ok(describe::describe_client_metrics(own, options))
        }
        ConfigResourceType::Broker if name.is_empty() => {
            Ok(describe::describe_all_brokers(&effective, options))
        }
        ConfigResourceType::Broker => {
            check_broker(broker, name, " or empty string,")?;
            Ok(describe::describe_broker(&effective, options))
        }
        ConfigResourceType::BrokerLogger => {
            check_named(name, "a broker")?;
            check_broker(broker, name, "")?;
            Ok(broker_loggers::describe(broker, options.names))
        }
    }
}

fn check_topic(image: &MetadataImage, name: &str) -> Result<(), Refusal> {
    if !is_legal_topic_name(name) {
        let message = format!("'{name}' cannot be the name of a topic");
        return Err((ErrorCode::InvalidTopicException, message));
    }
    match image.topics.by_name(name) {
        Some(_) => Ok(()),
        None => Err((ErrorCode::UnknownTopicOrPartition, String::new())),
    }
}

fn check_named(name: &str, what: &str) -> Result<(), Refusal> {
    if name.is_empty() {
        return Err((
            ErrorCode::InvalidRequest,
            format!("The name of {what} must not be empty"),
        ));
    }
    Ok(())
}

fn check_broker(broker: &Broker, name: &str, alternative: &str) -> Result<(), Refusal> {
    let Ok(id) = name.parse::<i32>() else {
        let message = format!("Broker id must be an integer, but it is: {name}");
        return Err((ErrorCode::InvalidRequest, message));
    };
    if id != broker.node_id.value() {
        let message = format!(
            "Unexpected broker id, expected {}{alternative} but received {name}",
            broker.node_id
        );
        return Err((ErrorCode::InvalidRequest, message));
    }
    Ok(())
}
