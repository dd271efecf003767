//! `DeleteRecordsResponse`, versions 0-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DeleteRecordsResponse`, number 21.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsResponse {
    /// Versions 0-2.
    pub throttle_time_ms: i32,
    /// Versions 0-2.
    pub topics: Vec<DeleteRecordsTopicResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DeleteRecordsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for DeleteRecordsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DeleteRecordsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            topics: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DeleteRecordsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DeleteRecordsResponse` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsTopicResult {
    /// Versions 0-2; topic name.
    pub name: StringBytes,
    /// Versions 0-2.
    pub partitions: Vec<DeleteRecordsPartitionResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DeleteRecordsTopicResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            name: d.get_string(form)?,
            partitions: d.get_structs(form, 14, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.name, form)?;
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `DeleteRecordsResponse` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsPartitionResult {
    /// Versions 0-2.
    pub partition_index: i32,
    /// Versions 0-2.
    pub low_watermark: i64,
    /// Versions 0-2.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DeleteRecordsPartitionResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            partition_index: d.get_i32()?,
            low_watermark: d.get_i64()?,
            error_code: d.get_i16()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_i32(self.partition_index);
        e.put_i64(self.low_watermark);
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
