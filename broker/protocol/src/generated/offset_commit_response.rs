//! `OffsetCommitResponse`, versions 2-10, flexible from 8. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `OffsetCommitResponse`, number 8.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitResponse {
    /// Versions 3-10, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 2-10.
    pub topics: Vec<OffsetCommitResponseTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl OffsetCommitResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 2..=10;
}

impl Message for OffsetCommitResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetCommitResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 8);
        Ok(Self {
            throttle_time_ms: if version >= 3 { d.get_i32()? } else { 0 },
            topics: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("OffsetCommitResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 8);
        if version >= 3 {
            e.put_i32(self.throttle_time_ms);
        }
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetCommitResponse` in versions 2-10.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitResponseTopic {
    /// Versions 2-9, dropped elsewhere; topic name.
    pub name: StringBytes,
    /// Versions 10, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 2-10.
    pub partitions: Vec<OffsetCommitResponsePartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetCommitResponseTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 8);
        Ok(Self {
            name: if version <= 9 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 10 { d.get_uuid()? } else { Uuid::ZERO },
            partitions: d.get_structs(form, 6, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 8);
        if version <= 9 {
            e.put_string(&self.name, form)?;
        }
        if version >= 10 {
            e.put_uuid(self.topic_id);
        }
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetCommitResponse` in versions 2-10.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitResponsePartition {
    /// Versions 2-10.
    pub partition_index: i32,
    /// Versions 2-10.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetCommitResponsePartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 8);
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
        let form = Form::since(version, 8);
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
