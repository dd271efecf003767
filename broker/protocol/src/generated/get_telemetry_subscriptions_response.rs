//! `GetTelemetrySubscriptionsResponse`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `GetTelemetrySubscriptionsResponse`, number 71.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetTelemetrySubscriptionsResponse {
    /// Versions 0.
    pub throttle_time_ms: i32,
    /// Versions 0.
    pub error_code: i16,
    /// Versions 0.
    pub client_instance_id: Uuid,
    /// Versions 0.
    pub subscription_id: i32,
    /// Versions 0.
    pub accepted_compression_types: Vec<i8>,
    /// Versions 0.
    pub push_interval_ms: i32,
    /// Versions 0.
    pub telemetry_max_bytes: i32,
    /// Versions 0.
    pub delta_temporality: bool,
    /// Versions 0.
    pub requested_metrics: Vec<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl GetTelemetrySubscriptionsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for GetTelemetrySubscriptionsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("GetTelemetrySubscriptionsResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            client_instance_id: d.get_uuid()?,
            subscription_id: d.get_i32()?,
            accepted_compression_types: d.get_array(Form::Compact, 1, Decoder::get_i8)?,
            push_interval_ms: d.get_i32()?,
            telemetry_max_bytes: d.get_i32()?,
            delta_temporality: d.get_bool()?,
            requested_metrics: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("GetTelemetrySubscriptionsResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_uuid(self.client_instance_id);
        e.put_i32(self.subscription_id);
        e.put_i8_array(&self.accepted_compression_types, Form::Compact)?;
        e.put_i32(self.push_interval_ms);
        e.put_i32(self.telemetry_max_bytes);
        e.put_bool(self.delta_temporality);
        e.put_string_array(&self.requested_metrics, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
