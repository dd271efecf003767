//! `CreatePartitionsRequest`, versions 0-3, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `CreatePartitionsRequest`, number 37.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePartitionsRequest {
    /// Versions 0-3.
    pub topics: Vec<CreatePartitionsTopic>,
    /// Versions 0-3.
    pub timeout_ms: i32,
    /// Versions 0-3.
    pub validate_only: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl CreatePartitionsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=3;
}

impl Message for CreatePartitionsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("CreatePartitionsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            topics: d.get_structs(form, 7, version)?,
            timeout_ms: d.get_i32()?,
            validate_only: d.get_bool()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("CreatePartitionsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_structs(&self.topics, form, version)?;
        e.put_i32(self.timeout_ms);
        e.put_bool(self.validate_only);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `CreatePartitionsRequest` in versions 0-3.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatePartitionsTopic {
    /// Versions 0-3; topic name.
    pub name: StringBytes,
    /// Versions 0-3.
    pub count: i32,
    /// Versions 0-3, may be null.
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for CreatePartitionsTopic {
    fn default() -> Self {
        Self {
            name: StringBytes::EMPTY,
            count: 0,
            assignments: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for CreatePartitionsTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            name: d.get_string(form)?,
            count: d.get_i32()?,
            assignments: d.get_nullable_structs(form, 2, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.name, form)?;
        e.put_i32(self.count);
        e.put_nullable_structs(self.assignments.as_deref(), form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `CreatePartitionsRequest` in versions 0-3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePartitionsAssignment {
    /// Versions 0-3; broker id.
    pub broker_ids: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for CreatePartitionsAssignment {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            broker_ids: d.get_array(form, 4, Decoder::get_i32)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_i32_array(&self.broker_ids, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for CreatePartitionsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::CreatePartitions;
    type Response = crate::generated::create_partitions_response::CreatePartitionsResponse;
}
