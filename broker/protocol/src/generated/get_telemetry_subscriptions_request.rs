//! `GetTelemetrySubscriptionsRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use broker_model::Uuid;

/// Message `GetTelemetrySubscriptionsRequest`, number 71.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetTelemetrySubscriptionsRequest {
    /// Versions 0.
    pub client_instance_id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl GetTelemetrySubscriptionsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for GetTelemetrySubscriptionsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("GetTelemetrySubscriptionsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            client_instance_id: d.get_uuid()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("GetTelemetrySubscriptionsRequest", &Self::VERSIONS, version)?;
        e.put_uuid(self.client_instance_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for GetTelemetrySubscriptionsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::GetTelemetrySubscriptions;
    type Response = crate::generated::get_telemetry_subscriptions_response::GetTelemetrySubscriptionsResponse;
}
