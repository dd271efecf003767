//! AlterConfigs (33): replaces all configurations of resources (KIP-133).
//!
//! The controller decides; loggers cannot be changed this way, which it answers too. What is one broker's own is
//! changed through that broker.

use std::sync::Arc;

use broker_metadata::ConfigResourceType;
use broker_protocol::ErrorCode;
use broker_protocol::alter_configs_response::AlterConfigsResourceResponse;
use broker_protocol::messages::{AlterConfigsRequest, AlterConfigsResponse};

use super::broker_loggers::{self, Refusal};
use super::refusal::Refuse;
use crate::broker::Broker;
use crate::dispatch::{Answer, CloseConnection, HandlerResult};
use crate::drivers::controller_channel::{ControllerRequest, ControllerUnavailable};
use crate::network::{ListenerKind, RequestContext};

/// Answers one request.
///
/// # Errors
/// The connection is closed when the node stops.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: AlterConfigsRequest,
) -> HandlerResult<AlterConfigsResponse> {
    if context.connection.kind == ListenerKind::Controller {
        return Ok(Answer::Respond(broker.controller.here(request).await?));
    }
    let own: Vec<Option<AlterConfigsResourceResponse>> = request
        .resources
        .iter()
        .map(|resource| {
            let checked = check_broker_name(broker, resource.resource_type, &resource.resource_name);
            let (error, message) = checked.err()?;
            Some(AlterConfigsResourceResponse {
                error_code: error.code(),
                error_message: Some(message.into()),
                resource_type: resource.resource_type,
                resource_name: resource.resource_name.clone(),
                ..AlterConfigsResourceResponse::default()
            })
        })
        .collect();
    let resources = request.resources.iter().zip(&own);
    let for_controller = AlterConfigsRequest {
        resources: resources
            .filter(|(_, own)| own.is_none())
            .map(|(resource, _)| resource.clone())
            .collect(),
        ..request.clone()
    };
    let decided = asked(broker, for_controller).await?;
    let mut decided = decided.responses.into_iter();
    Ok(Answer::Respond(AlterConfigsResponse {
        responses: own
            .into_iter()
            .filter_map(|own| own.or_else(|| decided.next()))
            .collect(),
        ..AlterConfigsResponse::default()
    }))
}

/// The active controller's answer, or one that says that there was none in time.
pub(super) async fn asked<R: ControllerRequest + Refuse>(
    broker: &Broker,
    request: R,
) -> Result<R::Response, CloseConnection> {
    match broker.forwarding.call(request.clone()).await {
        Ok(response) => Ok(response),
        Err(ControllerUnavailable::TimedOut { .. }) => Ok(request.refuse(ErrorCode::RequestTimedOut)),
        Err(ControllerUnavailable::Here(error)) => Err(error.into()),
        Err(ControllerUnavailable::NotServed(_)) => Err(CloseConnection::Refused(
            "the active controller does not serve such requests",
        )),
    }
}

/// The configurations of one broker are changed through that broker, which knows what it was started with.
pub(super) fn check_broker_name(broker: &Broker, kind: i8, name: &str) -> Result<(), Refusal> {
    match kind == ConfigResourceType::Broker.code() && !name.is_empty() {
        true => broker_loggers::check_broker(broker, name),
        false => Ok(()),
    }
}
