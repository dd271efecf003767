//! `ListOffsetsResponse`, versions 1-11, flexible from 6. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ListOffsetsResponse`, number 2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsResponse {
    /// Versions 2-11, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 1-11.
    pub topics: Vec<ListOffsetsTopicResponse>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ListOffsetsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=11;
}

impl Message for ListOffsetsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListOffsetsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        Ok(Self {
            throttle_time_ms: if version >= 2 { d.get_i32()? } else { 0 },
            topics: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListOffsetsResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        if version >= 2 {
            e.put_i32(self.throttle_time_ms);
        }
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ListOffsetsResponse` in versions 1-11.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsTopicResponse {
    /// Versions 1-11; topic name.
    pub name: StringBytes,
    /// Versions 1-11.
    pub partitions: Vec<ListOffsetsPartitionResponse>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ListOffsetsTopicResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            name: d.get_string(form)?,
            partitions: d.get_structs(form, 22, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 6);
        e.put_string(&self.name, form)?;
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ListOffsetsResponse` in versions 1-11.
#[derive(Clone, Debug, PartialEq)]
pub struct ListOffsetsPartitionResponse {
    /// Versions 1-11.
    pub partition_index: i32,
    /// Versions 1-11.
    pub error_code: i16,
    /// Versions 1-11, default -1.
    pub timestamp: i64,
    /// Versions 1-11, default -1.
    pub offset: i64,
    /// Versions 4-11, default -1.
    pub leader_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ListOffsetsPartitionResponse {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            timestamp: -1,
            offset: -1,
            leader_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for ListOffsetsPartitionResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            partition_index: d.get_i32()?,
            error_code: d.get_i16()?,
            timestamp: d.get_i64()?,
            offset: d.get_i64()?,
            leader_epoch: if version >= 4 { d.get_i32()? } else { -1 },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 6);
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_i64(self.timestamp);
        e.put_i64(self.offset);
        if version >= 4 {
            e.put_i32(self.leader_epoch);
        } else {
            EncodeError::check_unset(
                self.leader_epoch != -1,
                "ListOffsetsPartitionResponse.leader_epoch",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
