//! Says to the active controller where this controller is found (KIP-919), once, and again until it is taken.

use std::time::Duration;

use broker_metadata::SUPPORTED_FEATURES;
use broker_metadata::metadata_log::VoterEndpoint;
use broker_model::{BrokerId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::controller_registration_request::{Feature, Listener};
use broker_protocol::messages::ControllerRegistrationRequest;
use tokio::time::sleep;

use super::controller_channel::{ControllerChannel, ControllerUnavailable};
use super::metadata_driver::MetadataUnavailable;

/// Pause after a registration that was not taken.
const PAUSE: Duration = Duration::from_millis(500);

/// The request of a controller that listens there.
pub fn registration(
    id: BrokerId,
    incarnation_id: Uuid,
    endpoints: &[VoterEndpoint],
) -> ControllerRegistrationRequest {
    let listener = |endpoint: &VoterEndpoint| Listener {
        name: endpoint.name.as_str().into(),
        host: endpoint.host.as_str().into(),
        port: endpoint.port,
        ..Listener::default()
    };
    let feature = |feature: &broker_metadata::Feature| Feature {
        name: feature.name.into(),
        min_supported_version: feature.minimum,
        max_supported_version: feature.maximum,
        ..Feature::default()
    };
    ControllerRegistrationRequest {
        controller_id: id.value(),
        incarnation_id,
        listeners: endpoints.iter().map(listener).collect(),
        features: SUPPORTED_FEATURES.iter().map(feature).collect(),
        ..ControllerRegistrationRequest::default()
    }
}

/// Asks until the controller is registered or the node stops.
pub async fn register(controller: ControllerChannel, request: ControllerRegistrationRequest) {
    loop {
        match controller.call(request.clone()).await {
            Ok(answer) if answer.error_code == ErrorCode::None.code() => return,
            Ok(answer) => tracing::warn!(
                code = answer.error_code,
                "the active controller did not register this one"
            ),
            Err(ControllerUnavailable::Here(MetadataUnavailable::Stopped)) => return,
            Err(error) => tracing::debug!(%error, "this controller is not registered yet"),
        }
        sleep(PAUSE).await;
    }
}
