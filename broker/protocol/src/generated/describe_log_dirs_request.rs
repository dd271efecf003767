//! `DescribeLogDirsRequest`, versions 1-5, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeLogDirsRequest`, number 35.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeLogDirsRequest {
    /// Versions 1-5, may be null.
    pub topics: Option<Vec<DescribableLogDirTopic>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for DescribeLogDirsRequest {
    fn default() -> Self {
        Self {
            topics: Some(Vec::new()),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl DescribeLogDirsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=5;
}

impl Message for DescribeLogDirsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeLogDirsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            topics: d.get_nullable_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeLogDirsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_nullable_structs(self.topics.as_deref(), form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DescribeLogDirsRequest` in versions 1-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribableLogDirTopic {
    /// Versions 1-5; topic name.
    pub topic: StringBytes,
    /// Versions 1-5.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DescribableLogDirTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            topic: d.get_string(form)?,
            partitions: d.get_array(form, 4, Decoder::get_i32)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.topic, form)?;
        e.put_i32_array(&self.partitions, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for DescribeLogDirsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DescribeLogDirs;
    type Response = crate::generated::describe_log_dirs_response::DescribeLogDirsResponse;
}
