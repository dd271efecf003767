//! `OffsetForLeaderEpochResponse`, versions 2-4, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `OffsetForLeaderEpochResponse`, number 23.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetForLeaderEpochResponse {
    /// Versions 2-4, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 2-4.
    pub topics: Vec<OffsetForLeaderTopicResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl OffsetForLeaderEpochResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 2..=4;
}

impl Message for OffsetForLeaderEpochResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetForLeaderEpochResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
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
        EncodeError::check_version("OffsetForLeaderEpochResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetForLeaderEpochResponse` in versions 2-4.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetForLeaderTopicResult {
    /// Versions 2-4; topic name.
    pub topic: StringBytes,
    /// Versions 2-4.
    pub partitions: Vec<EpochEndOffset>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetForLeaderTopicResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            topic: d.get_string(form)?,
            partitions: d.get_structs(form, 18, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_string(&self.topic, form)?;
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetForLeaderEpochResponse` in versions 2-4.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochEndOffset {
    /// Versions 2-4.
    pub error_code: i16,
    /// Versions 2-4.
    pub partition: i32,
    /// Versions 2-4, default -1, dropped elsewhere.
    pub leader_epoch: i32,
    /// Versions 2-4, default -1.
    pub end_offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition: 0,
            leader_epoch: -1,
            end_offset: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for EpochEndOffset {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            error_code: d.get_i16()?,
            partition: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            end_offset: d.get_i64()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_i16(self.error_code);
        e.put_i32(self.partition);
        e.put_i32(self.leader_epoch);
        e.put_i64(self.end_offset);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
