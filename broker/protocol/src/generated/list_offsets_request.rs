//! `ListOffsetsRequest`, versions 1-11, flexible from 6. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ListOffsetsRequest`, number 2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsRequest {
    /// Versions 1-11; broker id.
    pub replica_id: i32,
    /// Versions 2-11.
    pub isolation_level: i8,
    /// Versions 1-11.
    pub topics: Vec<ListOffsetsTopic>,
    /// Versions 10-11, dropped elsewhere.
    pub timeout_ms: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ListOffsetsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=11;
}

impl Message for ListOffsetsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListOffsetsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        Ok(Self {
            replica_id: d.get_i32()?,
            isolation_level: if version >= 2 { d.get_i8()? } else { 0 },
            topics: d.get_structs(form, 3, version)?,
            timeout_ms: if version >= 10 { d.get_i32()? } else { 0 },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListOffsetsRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        e.put_i32(self.replica_id);
        if version >= 2 {
            e.put_i8(self.isolation_level);
        } else {
            EncodeError::check_unset(
                self.isolation_level != 0,
                "ListOffsetsRequest.isolation_level",
                version,
            )?;
        }
        e.put_structs(&self.topics, form, version)?;
        if version >= 10 {
            e.put_i32(self.timeout_ms);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `ListOffsetsRequest` in versions 1-11.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsTopic {
    /// Versions 1-11; topic name.
    pub name: StringBytes,
    /// Versions 1-11.
    pub partitions: Vec<ListOffsetsPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ListOffsetsTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            name: d.get_string(form)?,
            partitions: d.get_structs(form, 12, version)?,
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

/// Part of `ListOffsetsRequest` in versions 1-11.
#[derive(Clone, Debug, PartialEq)]
pub struct ListOffsetsPartition {
    /// Versions 1-11.
    pub partition_index: i32,
    /// Versions 4-11, default -1, dropped elsewhere.
    pub current_leader_epoch: i32,
    /// Versions 1-11.
    pub timestamp: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ListOffsetsPartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            current_leader_epoch: -1,
            timestamp: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for ListOffsetsPartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            partition_index: d.get_i32()?,
            current_leader_epoch: if version >= 4 { d.get_i32()? } else { -1 },
            timestamp: d.get_i64()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 6);
        e.put_i32(self.partition_index);
        if version >= 4 {
            e.put_i32(self.current_leader_epoch);
        }
        e.put_i64(self.timestamp);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for ListOffsetsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ListOffsets;
    type Response = crate::generated::list_offsets_response::ListOffsetsResponse;
}
