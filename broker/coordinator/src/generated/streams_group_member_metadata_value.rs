//! `StreamsGroupMemberMetadataValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `StreamsGroupMemberMetadataValue`, number 19.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamsGroupMemberMetadataValue {
    /// Versions 0, may be null.
    pub instance_id: Option<StringBytes>,
    /// Versions 0, may be null.
    pub rack_id: Option<StringBytes>,
    /// Versions 0.
    pub client_id: StringBytes,
    /// Versions 0.
    pub client_host: StringBytes,
    /// Versions 0, default -1.
    pub rebalance_timeout_ms: i32,
    /// Versions 0.
    pub topology_epoch: i32,
    /// Versions 0.
    pub process_id: StringBytes,
    /// Versions 0, may be null, default null.
    pub user_endpoint: Option<Endpoint>,
    /// Versions 0.
    pub client_tags: Vec<KeyValue>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for StreamsGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(StringBytes::EMPTY),
            rack_id: Some(StringBytes::EMPTY),
            client_id: StringBytes::EMPTY,
            client_host: StringBytes::EMPTY,
            rebalance_timeout_ms: -1,
            topology_epoch: 0,
            process_id: StringBytes::EMPTY,
            user_endpoint: None,
            client_tags: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl StreamsGroupMemberMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for StreamsGroupMemberMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("StreamsGroupMemberMetadataValue", &Self::VERSIONS, version)?;
        Ok(Self {
            instance_id: d.get_nullable_string(Form::Compact)?,
            rack_id: d.get_nullable_string(Form::Compact)?,
            client_id: d.get_string(Form::Compact)?,
            client_host: d.get_string(Form::Compact)?,
            rebalance_timeout_ms: d.get_i32()?,
            topology_epoch: d.get_i32()?,
            process_id: d.get_string(Form::Compact)?,
            user_endpoint: d.get_nullable_struct(version)?,
            client_tags: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("StreamsGroupMemberMetadataValue", &Self::VERSIONS, version)?;
        e.put_nullable_string(self.instance_id.as_deref(), Form::Compact)?;
        e.put_nullable_string(self.rack_id.as_deref(), Form::Compact)?;
        e.put_string(&self.client_id, Form::Compact)?;
        e.put_string(&self.client_host, Form::Compact)?;
        e.put_i32(self.rebalance_timeout_ms);
        e.put_i32(self.topology_epoch);
        e.put_string(&self.process_id, Form::Compact)?;
        e.put_nullable_struct(self.user_endpoint.as_ref(), version)?;
        e.put_structs(&self.client_tags, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupMemberMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    /// Versions 0.
    pub host: StringBytes,
    /// Versions 0.
    pub port: u16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for Endpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            host: d.get_string(Form::Compact)?,
            port: d.get_u16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.host, Form::Compact)?;
        e.put_u16(self.port);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `StreamsGroupMemberMetadataValue` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyValue {
    /// Versions 0.
    pub key: StringBytes,
    /// Versions 0.
    pub value: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for KeyValue {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            key: d.get_string(Form::Compact)?,
            value: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.key, Form::Compact)?;
        e.put_string(&self.value, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
