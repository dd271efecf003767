//! `DescribeClusterResponse`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeClusterResponse`, number 60.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeClusterResponse {
    /// Versions 0-2.
    pub throttle_time_ms: i32,
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 0-2, may be null, default null.
    pub error_message: Option<StringBytes>,
    /// Versions 1-2, default 1.
    pub endpoint_type: i8,
    /// Versions 0-2.
    pub cluster_id: StringBytes,
    /// Versions 0-2, default -1; broker id.
    pub controller_id: i32,
    /// Versions 0-2.
    pub brokers: Vec<DescribeClusterBroker>,
    /// Versions 0-2, default -2147483648.
    pub cluster_authorized_operations: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeClusterResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            endpoint_type: 1,
            cluster_id: StringBytes::EMPTY,
            controller_id: -1,
            brokers: Vec::new(),
            cluster_authorized_operations: i32::MIN,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl DescribeClusterResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for DescribeClusterResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeClusterResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(Form::Compact)?,
            endpoint_type: if version >= 1 { d.get_i8()? } else { 1 },
            cluster_id: d.get_string(Form::Compact)?,
            controller_id: d.get_i32()?,
            brokers: d.get_structs(Form::Compact, 11, version)?,
            cluster_authorized_operations: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeClusterResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), Form::Compact)?;
        if version >= 1 {
            e.put_i8(self.endpoint_type);
        } else {
            EncodeError::check_unset(
                self.endpoint_type != 1,
                "DescribeClusterResponse.endpoint_type",
                version,
            )?;
        }
        e.put_string(&self.cluster_id, Form::Compact)?;
        e.put_i32(self.controller_id);
        e.put_structs(&self.brokers, Form::Compact, version)?;
        e.put_i32(self.cluster_authorized_operations);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeClusterResponse` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeClusterBroker {
    /// Versions 0-2; broker id.
    pub broker_id: i32,
    /// Versions 0-2.
    pub host: StringBytes,
    /// Versions 0-2.
    pub port: i32,
    /// Versions 0-2, may be null, default null.
    pub rack: Option<StringBytes>,
    /// Versions 2.
    pub is_fenced: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribeClusterBroker {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            broker_id: d.get_i32()?,
            host: d.get_string(Form::Compact)?,
            port: d.get_i32()?,
            rack: d.get_nullable_string(Form::Compact)?,
            is_fenced: if version >= 2 { d.get_bool()? } else { false },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.broker_id);
        e.put_string(&self.host, Form::Compact)?;
        e.put_i32(self.port);
        e.put_nullable_string(self.rack.as_deref(), Form::Compact)?;
        if version >= 2 {
            e.put_bool(self.is_fenced);
        } else {
            EncodeError::check_unset(self.is_fenced, "DescribeClusterBroker.is_fenced", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
