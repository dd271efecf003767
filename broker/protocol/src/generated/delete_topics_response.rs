//! `DeleteTopicsResponse`, versions 1-6, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `DeleteTopicsResponse`, number 20.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicsResponse {
    /// Versions 1-6, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 1-6.
    pub responses: Vec<DeletableTopicResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DeleteTopicsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=6;
}

impl Message for DeleteTopicsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DeleteTopicsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            responses: d.get_structs(form, 4, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DeleteTopicsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.responses, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DeleteTopicsResponse` in versions 1-6.
#[derive(Clone, Debug, PartialEq)]
pub struct DeletableTopicResult {
    /// Versions 1-6, null in 6; topic name.
    pub name: Option<StringBytes>,
    /// Versions 6, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 1-6.
    pub error_code: i16,
    /// Versions 5-6, may be null, default null, dropped elsewhere.
    pub error_message: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DeletableTopicResult {
    fn default() -> Self {
        Self {
            name: Some(StringBytes::EMPTY),
            topic_id: Uuid::ZERO,
            error_code: 0,
            error_message: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for DeletableTopicResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            name: if version >= 6 {
                d.get_nullable_string(form)?
            } else {
                Some(d.get_string(form)?)
            },
            topic_id: if version >= 6 { d.get_uuid()? } else { Uuid::ZERO },
            error_code: d.get_i16()?,
            error_message: if version >= 5 {
                d.get_nullable_string(form)?
            } else {
                None
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        if version < 6 && self.name.is_none() {
            return Err(EncodeError::null("DeletableTopicResult.name", version));
        }
        e.put_nullable_string(self.name.as_deref(), form)?;
        if version >= 6 {
            e.put_uuid(self.topic_id);
        }
        e.put_i16(self.error_code);
        if version >= 5 {
            e.put_nullable_string(self.error_message.as_deref(), form)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
