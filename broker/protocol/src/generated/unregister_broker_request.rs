//! `UnregisterBrokerRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `UnregisterBrokerRequest`, number 64.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnregisterBrokerRequest {
    /// Versions 0; broker id.
    pub broker_id: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl UnregisterBrokerRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for UnregisterBrokerRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("UnregisterBrokerRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            broker_id: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("UnregisterBrokerRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.broker_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for UnregisterBrokerRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::UnregisterBroker;
    type Response = crate::generated::unregister_broker_response::UnregisterBrokerResponse;
}
