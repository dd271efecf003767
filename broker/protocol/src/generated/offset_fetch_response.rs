//! `OffsetFetchResponse`, versions 1-10, flexible from 6. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `OffsetFetchResponse`, number 9.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponse {
    /// Versions 3-10, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 1-7.
    pub topics: Vec<OffsetFetchResponseTopic>,
    /// Versions 2-7, dropped elsewhere.
    pub error_code: i16,
    /// Versions 8-10.
    pub groups: Vec<OffsetFetchResponseGroup>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl OffsetFetchResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 1..=10;
}

impl Message for OffsetFetchResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetFetchResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        Ok(Self {
            throttle_time_ms: if version >= 3 { d.get_i32()? } else { 0 },
            topics: if version <= 7 {
                d.get_structs(form, 3, version)?
            } else {
                Vec::new()
            },
            error_code: if (2..=7).contains(&version) {
                d.get_i16()?
            } else {
                0
            },
            groups: if version >= 8 {
                d.get_structs(form, 5, version)?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("OffsetFetchResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 6);
        if version >= 3 {
            e.put_i32(self.throttle_time_ms);
        }
        if version <= 7 {
            e.put_structs(&self.topics, form, version)?;
        } else {
            EncodeError::check_unset(!self.topics.is_empty(), "OffsetFetchResponse.topics", version)?;
        }
        if (2..=7).contains(&version) {
            e.put_i16(self.error_code);
        }
        if version >= 8 {
            e.put_structs(&self.groups, form, version)?;
        } else {
            EncodeError::check_unset(!self.groups.is_empty(), "OffsetFetchResponse.groups", version)?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetFetchResponse` in versions 1-7.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseTopic {
    /// Versions 1-7; topic name.
    pub name: StringBytes,
    /// Versions 1-7.
    pub partitions: Vec<OffsetFetchResponsePartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetFetchResponseTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            name: d.get_string(form)?,
            partitions: d.get_structs(form, 16, version)?,
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

/// Part of `OffsetFetchResponse` in versions 1-7.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchResponsePartition {
    /// Versions 1-7.
    pub partition_index: i32,
    /// Versions 1-7.
    pub committed_offset: i64,
    /// Versions 5-7, default -1, dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// Versions 1-7, may be null.
    pub metadata: Option<StringBytes>,
    /// Versions 1-7.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetFetchResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(StringBytes::EMPTY),
            error_code: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for OffsetFetchResponsePartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 6);
        Ok(Self {
            partition_index: d.get_i32()?,
            committed_offset: d.get_i64()?,
            committed_leader_epoch: if version >= 5 { d.get_i32()? } else { -1 },
            metadata: d.get_nullable_string(form)?,
            error_code: d.get_i16()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 6);
        e.put_i32(self.partition_index);
        e.put_i64(self.committed_offset);
        if version >= 5 {
            e.put_i32(self.committed_leader_epoch);
        }
        e.put_nullable_string(self.metadata.as_deref(), form)?;
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetFetchResponse` in versions 8-10.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseGroup {
    /// Versions 8-10; group id.
    pub group_id: StringBytes,
    /// Versions 8-10.
    pub topics: Vec<OffsetFetchResponseTopics>,
    /// Versions 8-10.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetFetchResponseGroup {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            topics: d.get_structs(Form::Compact, 3, version)?,
            error_code: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `OffsetFetchResponse` in versions 8-10.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseTopics {
    /// Versions 8-9, dropped elsewhere; topic name.
    pub name: StringBytes,
    /// Versions 10, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 8-10.
    pub partitions: Vec<OffsetFetchResponsePartitions>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetFetchResponseTopics {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: if version <= 9 {
                d.get_string(Form::Compact)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 10 { d.get_uuid()? } else { Uuid::ZERO },
            partitions: d.get_structs(Form::Compact, 20, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            e.put_string(&self.name, Form::Compact)?;
        }
        if version >= 10 {
            e.put_uuid(self.topic_id);
        }
        e.put_structs(&self.partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `OffsetFetchResponse` in versions 8-10.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchResponsePartitions {
    /// Versions 8-10.
    pub partition_index: i32,
    /// Versions 8-10.
    pub committed_offset: i64,
    /// Versions 8-10, default -1, dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// Versions 8-10, may be null.
    pub metadata: Option<StringBytes>,
    /// Versions 8-10.
    pub error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetFetchResponsePartitions {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(StringBytes::EMPTY),
            error_code: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for OffsetFetchResponsePartitions {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            committed_offset: d.get_i64()?,
            committed_leader_epoch: d.get_i32()?,
            metadata: d.get_nullable_string(Form::Compact)?,
            error_code: d.get_i16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_i64(self.committed_offset);
        e.put_i32(self.committed_leader_epoch);
        e.put_nullable_string(self.metadata.as_deref(), Form::Compact)?;
        e.put_i16(self.error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
