//! `TxnOffsetCommitResponse`, versions 0-6, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `TxnOffsetCommitResponse`, number 28.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitResponse {
    /// Versions 0-6.
    pub throttle_time_ms: i32,
    /// Versions 0-6.
    pub topics: Vec<TxnOffsetCommitResponseTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl TxnOffsetCommitResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=6;
}

impl Message for TxnOffsetCommitResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("TxnOffsetCommitResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
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
        EncodeError::check_version("TxnOffsetCommitResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `TxnOffsetCommitResponse` in versions 0-6.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitResponseTopic {
    /// Versions 0-5, dropped elsewhere; topic name.
    pub name: StringBytes,
    /// Versions 6, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 0-6.
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TxnOffsetCommitResponseTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
        Ok(Self {
            name: if version <= 5 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 6 { d.get_uuid()? } else { Uuid::ZERO },
            partitions: d.get_structs(form, 6, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 3);
        if version <= 5 {
            e.put_string(&self.name, form)?;
        }
        if version >= 6 {
            e.put_uuid(self.topic_id);
        }
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `TxnOffsetCommitResponse` in versions 0-6.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitResponsePartition {
    /// Versions 0-6.
    pub partition_index: i32,
    /// Versions 0-6.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TxnOffsetCommitResponsePartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
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
        let form = Form::since(version, 3);
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
