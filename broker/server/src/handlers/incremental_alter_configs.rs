//! IncrementalAlterConfigs (44): sets, deletes, appends to and subtracts from single configurations (KIP-339).
//!
//! The controller decides about everything that is kept in the metadata. Levels of loggers are not kept: this broker
//! changes its own and answers for them (KIP-412). Answers stand in the order of the request.

use std::sync::Arc;

use broker_metadata::ConfigResourceType;
use broker_protocol::incremental_alter_configs_request::AlterConfigsResource;
use broker_protocol::incremental_alter_configs_response::AlterConfigsResourceResponse;
use broker_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

use super::broker_loggers;
use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

/// Answers one request.
///
/// # Errors
/// The connection is closed when the controller has stopped.
pub async fn handle(
    broker: &Arc<Broker>,
    _context: &RequestContext,
    request: IncrementalAlterConfigsRequest,
) -> HandlerResult<IncrementalAlterConfigsResponse> {
    let is_logger =
        |resource: &AlterConfigsResource| resource.resource_type == ConfigResourceType::BrokerLogger.code();
    if !request.resources.iter().any(is_logger) {
        let decided = broker
            .metadata
            .decide(move |controller, _now, _seed| controller.incremental_alter_configs(&request))
            .await?;
        return Ok(Answer::Respond(decided));
    }
    let for_controller = IncrementalAlterConfigsRequest {
        resources: request
            .resources
            .iter()
            .filter(|resource| !is_logger(resource))
            .cloned()
            .collect(),
        ..request.clone()
    };
    let decided = broker
        .metadata
        .decide(move |controller, _now, _seed| controller.incremental_alter_configs(&for_controller))
        .await?;
    let mut decided = decided.responses.into_iter();
    let responses = request
        .resources
        .iter()
        .filter_map(|resource| {
            if is_logger(resource) {
                Some(alter_loggers(broker, &request, resource))
            } else {
                decided.next()
            }
        })
        .collect();
    Ok(Answer::Respond(IncrementalAlterConfigsResponse {
        responses,
        ..IncrementalAlterConfigsResponse::default()
    }))
}

fn alter_loggers(
    broker: &Broker,
    request: &IncrementalAlterConfigsRequest,
    resource: &AlterConfigsResource,
) -> AlterConfigsResourceResponse {
    let key = (resource.resource_type, &resource.resource_name);
    let same = |other: &&AlterConfigsResource| (other.resource_type, &other.resource_name) == key;
    let altered = match request.resources.iter().filter(same).count() {
        1 => broker_loggers::alter(broker, resource, request.validate_only),
        _ => Err(broker_loggers::named_twice()),
    };
    let (error_code, error_message) = match altered {
        Ok(()) => (0, None),
        Err((error, message)) => (error.code(), Some(message.into())),
    };
    AlterConfigsResourceResponse {
        error_code,
        error_message,
        resource_type: resource.resource_type,
        resource_name: resource.resource_name.clone(),
        ..AlterConfigsResourceResponse::default()
    }
}
