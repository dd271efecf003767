//! `ConsumerGroupMemberMetadataValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};
use bytes::Bytes;

/// Message `ConsumerGroupMemberMetadataValue`, number 5.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue {
    /// Versions 0, may be null.
    pub instance_id: Option<StringBytes>,
    /// Versions 0, may be null.
    pub rack_id: Option<StringBytes>,
    /// Versions 0.
    pub client_id: StringBytes,
    /// Versions 0.
    pub client_host: StringBytes,
    /// Versions 0.
    pub subscribed_topic_names: Vec<StringBytes>,
    /// Versions 0, may be null.
    pub subscribed_topic_regex: Option<StringBytes>,
    /// Versions 0, default -1.
    pub rebalance_timeout_ms: i32,
    /// Versions 0, may be null.
    pub server_assignor: Option<StringBytes>,
    /// Versions 0, tag 0, may be null.
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ConsumerGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(StringBytes::EMPTY),
            rack_id: Some(StringBytes::EMPTY),
            client_id: StringBytes::EMPTY,
            client_host: StringBytes::EMPTY,
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: Some(StringBytes::EMPTY),
            rebalance_timeout_ms: -1,
            server_assignor: Some(StringBytes::EMPTY),
            classic_member_metadata: Some(ClassicMemberMetadata::default()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ConsumerGroupMemberMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ConsumerGroupMemberMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConsumerGroupMemberMetadataValue", &Self::VERSIONS, version)?;
        let mut m = Self {
            instance_id: d.get_nullable_string(Form::Compact)?,
            rack_id: d.get_nullable_string(Form::Compact)?,
            client_id: d.get_string(Form::Compact)?,
            client_host: d.get_string(Form::Compact)?,
            subscribed_topic_names: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            subscribed_topic_regex: d.get_nullable_string(Form::Compact)?,
            rebalance_timeout_ms: d.get_i32()?,
            server_assignor: d.get_nullable_string(Form::Compact)?,
            classic_member_metadata: Some(ClassicMemberMetadata::default()),
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.classic_member_metadata = d.get_nullable_tagged_struct(version)?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConsumerGroupMemberMetadataValue", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.instance_id.as_deref(), Form::Compact)?;
        e.put_nullable_string(self.rack_id.as_deref(), Form::Compact)?;
        e.put_string(&self.client_id, Form::Compact)?;
        e.put_string(&self.client_host, Form::Compact)?;
        e.put_string_array(&self.subscribed_topic_names, Form::Compact)?;
        e.put_nullable_string(self.subscribed_topic_regex.as_deref(), Form::Compact)?;
        e.put_i32(self.rebalance_timeout_ms);
        e.put_nullable_string(self.server_assignor.as_deref(), Form::Compact)?;
        let tag_0 = self.classic_member_metadata != Some(ClassicMemberMetadata::default());
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_nullable_tagged_struct(self.classic_member_metadata.as_ref(), version)
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `ConsumerGroupMemberMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassicMemberMetadata {
    /// Versions 0.
    pub session_timeout_ms: i32,
    /// Versions 0.
    pub supported_protocols: Vec<ClassicProtocol>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ClassicMemberMetadata {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            session_timeout_ms: d.get_i32()?,
            supported_protocols: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.session_timeout_ms);
        e.put_structs(&self.supported_protocols, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ConsumerGroupMemberMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassicProtocol {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub metadata: Bytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ClassicProtocol {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            metadata: d.get_bytes(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_bytes(&self.metadata, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
