//! `CreateTopicsRequest`, versions 2-7, flexible from 5. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `CreateTopicsRequest`, number 19.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTopicsRequest {
    /// Versions 2-7.
    pub topics: Vec<CreatableTopic>,
    /// Versions 2-7, default 60000.
    pub timeout_ms: i32,
    /// Versions 2-7.
    pub validate_only: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for CreateTopicsRequest {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            timeout_ms: 60000,
            validate_only: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl CreateTopicsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 2..=7;
}

impl Message for CreateTopicsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("CreateTopicsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 5);
        Ok(Self {
            topics: d.get_structs(form, 10, version)?,
            timeout_ms: d.get_i32()?,
            validate_only: d.get_bool()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("CreateTopicsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 5);
        e.put_structs(&self.topics, form, version)?;
        e.put_i32(self.timeout_ms);
        e.put_bool(self.validate_only);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `CreateTopicsRequest` in versions 2-7.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableTopic {
    /// Versions 2-7; topic name.
    pub name: StringBytes,
    /// Versions 2-7.
    pub num_partitions: i32,
    /// Versions 2-7.
    pub replication_factor: i16,
    /// Versions 2-7.
    pub assignments: Vec<CreatableReplicaAssignment>,
    /// Versions 2-7.
    pub configs: Vec<CreatableTopicConfig>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for CreatableTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 5);
        Ok(Self {
            name: d.get_string(form)?,
            num_partitions: d.get_i32()?,
            replication_factor: d.get_i16()?,
            assignments: d.get_structs(form, 6, version)?,
            configs: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 5);
        e.put_string(&self.name, form)?;
        e.put_i32(self.num_partitions);
        e.put_i16(self.replication_factor);
        e.put_structs(&self.assignments, form, version)?;
        e.put_structs(&self.configs, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `CreateTopicsRequest` in versions 2-7.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableReplicaAssignment {
    /// Versions 2-7.
    pub partition_index: i32,
    /// Versions 2-7; broker id.
    pub broker_ids: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for CreatableReplicaAssignment {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 5);
        Ok(Self {
            partition_index: d.get_i32()?,
            broker_ids: d.get_array(form, 4, Decoder::get_i32)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 5);
        e.put_i32(self.partition_index);
        e.put_i32_array(&self.broker_ids, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `CreateTopicsRequest` in versions 2-7.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicConfig {
    /// Versions 2-7.
    pub name: StringBytes,
    /// Versions 2-7, may be null.
    pub value: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for CreatableTopicConfig {
    fn default() -> Self {
        Self {
            name: StringBytes::EMPTY,
            value: Some(StringBytes::EMPTY),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for CreatableTopicConfig {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 5);
        Ok(Self {
            name: d.get_string(form)?,
            value: d.get_nullable_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 5);
        e.put_string(&self.name, form)?;
        e.put_nullable_string(self.value.as_deref(), form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for CreateTopicsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::CreateTopics;
    type Response = crate::generated::create_topics_response::CreateTopicsResponse;
}
