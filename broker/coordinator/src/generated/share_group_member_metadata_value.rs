//! `ShareGroupMemberMetadataValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ShareGroupMemberMetadataValue`, number 10.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareGroupMemberMetadataValue {
    /// Versions 0, may be null.
    pub rack_id: Option<StringBytes>,
    /// Versions 0.
    pub client_id: StringBytes,
    /// Versions 0.
    pub client_host: StringBytes,
    /// Versions 0.
    pub subscribed_topic_names: Vec<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ShareGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            rack_id: Some(StringBytes::EMPTY),
            client_id: StringBytes::EMPTY,
            client_host: StringBytes::EMPTY,
            subscribed_topic_names: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ShareGroupMemberMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ShareGroupMemberMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ShareGroupMemberMetadataValue", &Self::VERSIONS, version)?;
        Ok(Self {
            rack_id: d.get_nullable_string(Form::Compact)?,
            client_id: d.get_string(Form::Compact)?,
            client_host: d.get_string(Form::Compact)?,
            subscribed_topic_names: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ShareGroupMemberMetadataValue", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.rack_id.as_deref(), Form::Compact)?;
        e.put_string(&self.client_id, Form::Compact)?;
        e.put_string(&self.client_host, Form::Compact)?;
        e.put_string_array(&self.subscribed_topic_names, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
