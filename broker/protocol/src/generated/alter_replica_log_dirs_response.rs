//! `AlterReplicaLogDirsResponse`, versions 1-2, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `AlterReplicaLogDirsResponse`, number 34.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirsResponse {
    /// Versions 1-2.
    pub throttle_time_ms: i32,
    /// Versions 1-2.
    pub results: Vec<AlterReplicaLogDirTopicResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AlterReplicaLogDirsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=2;
}

impl Message for AlterReplicaLogDirsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AlterReplicaLogDirsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            results: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AlterReplicaLogDirsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.results, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AlterReplicaLogDirsResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirTopicResult {
    /// Versions 1-2; topic name.
    pub topic_name: StringBytes,
    /// Versions 1-2.
    pub partitions: Vec<AlterReplicaLogDirPartitionResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AlterReplicaLogDirTopicResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            topic_name: d.get_string(form)?,
            partitions: d.get_structs(form, 6, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 2);
        e.put_string(&self.topic_name, form)?;
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AlterReplicaLogDirsResponse` in versions 1-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirPartitionResult {
    /// Versions 1-2.
    pub partition_index: i32,
    /// Versions 1-2.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AlterReplicaLogDirPartitionResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 2);
        Ok(Self {
            partition_index: d.get_i32()?,
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
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
