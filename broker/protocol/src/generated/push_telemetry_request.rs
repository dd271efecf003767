//! `PushTelemetryRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};
use broker_model::Uuid;
use bytes::Bytes;

/// Message `PushTelemetryRequest`, number 72.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PushTelemetryRequest {
    /// Versions 0.
    pub client_instance_id: Uuid,
    /// Versions 0.
    pub subscription_id: i32,
    /// Versions 0.
    pub terminating: bool,
    /// Versions 0.
    pub compression_type: i8,
    /// Versions 0.
    pub metrics: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl PushTelemetryRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for PushTelemetryRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("PushTelemetryRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            client_instance_id: d.get_uuid()?,
            subscription_id: d.get_i32()?,
            terminating: d.get_bool()?,
            compression_type: d.get_i8()?,
            metrics: d.get_bytes(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("PushTelemetryRequest", &Self::VERSIONS, version)?;
        e.put_uuid(self.client_instance_id);
        e.put_i32(self.subscription_id);
        e.put_bool(self.terminating);
        e.put_i8(self.compression_type);
        e.put_bytes(&self.metrics, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for PushTelemetryRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::PushTelemetry;
    type Response = crate::generated::push_telemetry_response::PushTelemetryResponse;
}
