//! `UnregisterControllerRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `UnregisterControllerRequest`, number 94.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnregisterControllerRequest {
    /// Versions 0.
    pub controller_id: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl UnregisterControllerRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for UnregisterControllerRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("UnregisterControllerRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            controller_id: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("UnregisterControllerRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.controller_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for UnregisterControllerRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::UnregisterController;
    type Response = crate::generated::unregister_controller_response::UnregisterControllerResponse;
}
