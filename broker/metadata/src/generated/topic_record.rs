//! `TopicRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `TopicRecord`, number 2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicRecord {
    /// Versions 0; topic name.
    pub name: StringBytes,
    /// Versions 0.
    pub topic_id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl TopicRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for TopicRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("TopicRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            topic_id: d.get_uuid()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("TopicRecord", &Self::VERSIONS, version)?;
        e.put_string(&self.name, Form::Compact)?;
        e.put_uuid(self.topic_id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
