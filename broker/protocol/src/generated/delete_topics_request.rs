//! `DeleteTopicsRequest`, versions 1-6, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `DeleteTopicsRequest`, number 20.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicsRequest {
    /// Versions 6.
    pub topics: Vec<DeleteTopicState>,
    /// Versions 1-5, dropped elsewhere; topic name.
    pub topic_names: Vec<StringBytes>,
    /// Versions 1-6.
    pub timeout_ms: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DeleteTopicsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=6;
}

impl Message for DeleteTopicsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DeleteTopicsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            topics: if version >= 6 {
                d.get_structs(form, 18, version)?
            } else {
                Vec::new()
            },
            topic_names: if version <= 5 {
                d.get_array(form, 1, |d| d.get_string(form))?
            } else {
                Vec::new()
            },
            timeout_ms: d.get_i32()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DeleteTopicsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        if version >= 6 {
            e.put_structs(&self.topics, form, version)?;
        } else {
            EncodeError::check_unset(!self.topics.is_empty(), "DeleteTopicsRequest.topics", version)?;
        }
        if version <= 5 {
            e.put_string_array(&self.topic_names, form)?;
        }
        e.put_i32(self.timeout_ms);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DeleteTopicsRequest` in versions 6.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicState {
    /// Versions 6, may be null, default null; topic name.
    pub name: Option<StringBytes>,
    /// Versions 6.
    pub topic_id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DeleteTopicState {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_nullable_string(Form::Compact)?,
            topic_id: d.get_uuid()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_nullable_string(self.name.as_deref(), Form::Compact)?;
        e.put_uuid(self.topic_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for DeleteTopicsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DeleteTopics;
    type Response = crate::generated::delete_topics_response::DeleteTopicsResponse;
}
