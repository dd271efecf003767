//! `CreateTopicsResponse`, versions 2-7, flexible from 5. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};
use broker_model::Uuid;

/// Message `CreateTopicsResponse`, number 19.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateTopicsResponse {
    /// Versions 2-7, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 2-7.
    pub topics: Vec<CreatableTopicResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl CreateTopicsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 2..=7;
}

impl Message for CreateTopicsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("CreateTopicsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 5);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            topics: d.get_structs(form, 6, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("CreateTopicsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 5);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `CreateTopicsResponse` in versions 2-7.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicResult {
    /// Versions 2-7; topic name.
    pub name: StringBytes,
    /// Versions 7, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 2-7.
    pub error_code: i16,
    /// Versions 2-7, may be null, dropped elsewhere.
    pub error_message: Option<StringBytes>,
    /// Versions 5-7, tag 0, dropped elsewhere.
    pub topic_config_error_code: i16,
    /// Versions 5-7, default -1, dropped elsewhere.
    pub num_partitions: i32,
    /// Versions 5-7, default -1, dropped elsewhere.
    pub replication_factor: i16,
    /// Versions 5-7, may be null, dropped elsewhere.
    pub configs: Option<Vec<CreatableTopicConfigs>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for CreatableTopicResult {
    fn default() -> Self {
        Self {
            name: StringBytes::EMPTY,
            topic_id: Uuid::ZERO,
            error_code: 0,
            error_message: Some(StringBytes::EMPTY),
            topic_config_error_code: 0,
            num_partitions: -1,
            replication_factor: -1,
            configs: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for CreatableTopicResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 5);
        let mut m = Self {
            name: d.get_string(form)?,
            topic_id: if version >= 7 { d.get_uuid()? } else { Uuid::ZERO },
            error_code: d.get_i16()?,
            error_message: d.get_nullable_string(form)?,
            topic_config_error_code: 0,
            num_partitions: if version >= 5 { d.get_i32()? } else { -1 },
            replication_factor: if version >= 5 { d.get_i16()? } else { -1 },
            configs: if version >= 5 {
                d.get_nullable_structs(form, 6, version)?
            } else {
                Some(Vec::new())
            },
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 => m.topic_config_error_code = d.get_i16()?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 5);
        e.put_string(&self.name, form)?;
        if version >= 7 {
            e.put_uuid(self.topic_id);
        }
        e.put_i16(self.error_code);
        e.put_nullable_string(self.error_message.as_deref(), form)?;
        if version >= 5 {
            e.put_i32(self.num_partitions);
        }
        if version >= 5 {
            e.put_i16(self.replication_factor);
        }
        if version >= 5 {
            e.put_nullable_structs(self.configs.as_deref(), form, version)?;
        }
        let tag_0 = version >= 5 && self.topic_config_error_code != 0;
        if form == Form::Compact {
            e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
            if tag_0 {
                e.put_tagged(0, |e| {
                    e.put_i16(self.topic_config_error_code);
                    Ok(())
                })?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `CreateTopicsResponse` in versions 5-7.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicConfigs {
    /// Versions 5-7.
    pub name: StringBytes,
    /// Versions 5-7, may be null.
    pub value: Option<StringBytes>,
    /// Versions 5-7.
    pub read_only: bool,
    /// Versions 5-7, default -1, dropped elsewhere.
    pub config_source: i8,
    /// Versions 5-7.
    pub is_sensitive: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for CreatableTopicConfigs {
    fn default() -> Self {
        Self {
            name: StringBytes::EMPTY,
            value: Some(StringBytes::EMPTY),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for CreatableTopicConfigs {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            value: d.get_nullable_string(Form::Compact)?,
            read_only: d.get_bool()?,
            config_source: d.get_i8()?,
            is_sensitive: d.get_bool()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_nullable_string(self.value.as_deref(), Form::Compact)?;
        e.put_bool(self.read_only);
        e.put_i8(self.config_source);
        e.put_bool(self.is_sensitive);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
