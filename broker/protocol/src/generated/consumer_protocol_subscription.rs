//! `ConsumerProtocolSubscription`, versions 0-3, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use bytes::Bytes;

/// Message `ConsumerProtocolSubscription`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerProtocolSubscription {
    /// Versions 0-3.
    pub topics: Vec<StringBytes>,
    /// Versions 0-3, may be null, default null.
    pub user_data: Option<Bytes>,
    /// Versions 1-3, dropped elsewhere.
    pub owned_partitions: Vec<TopicPartition>,
    /// Versions 2-3, default -1, dropped elsewhere.
    pub generation_id: i32,
    /// Versions 3, may be null, default null, dropped elsewhere.
    pub rack_id: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ConsumerProtocolSubscription {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            user_data: None,
            owned_partitions: Vec::new(),
            generation_id: -1,
            rack_id: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ConsumerProtocolSubscription {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=3;
}

impl Message for ConsumerProtocolSubscription {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConsumerProtocolSubscription", &Self::VERSIONS, version)?;
        Ok(Self {
            topics: d.get_array(Form::Plain, 2, |d| d.get_string(Form::Plain))?,
            user_data: d.get_nullable_bytes(Form::Plain)?,
            owned_partitions: if version >= 1 {
                d.get_structs(Form::Plain, 6, version)?
            } else {
                Vec::new()
            },
            generation_id: if version >= 2 { d.get_i32()? } else { -1 },
            rack_id: if version >= 3 {
                d.get_nullable_string(Form::Plain)?
            } else {
                None
            },
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConsumerProtocolSubscription", &Self::VERSIONS, version)?;
        e.put_string_array(&self.topics, Form::Plain)?;
        e.put_nullable_bytes(self.user_data.as_deref(), Form::Plain)?;
        if version >= 1 {
            e.put_structs(&self.owned_partitions, Form::Plain, version)?;
        }
        if version >= 2 {
            e.put_i32(self.generation_id);
        }
        if version >= 3 {
            e.put_nullable_string(self.rack_id.as_deref(), Form::Plain)?;
        }
        Ok(())
    }
}

/// Part of `ConsumerProtocolSubscription` in versions 1-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartition {
    /// Versions 1-3; topic name.
    pub topic: StringBytes,
    /// Versions 1-3.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicPartition {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic: d.get_string(Form::Plain)?,
            partitions: d.get_array(Form::Plain, 4, Decoder::get_i32)?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic, Form::Plain)?;
        e.put_i32_array(&self.partitions, Form::Plain)?;
        Ok(())
    }
}
