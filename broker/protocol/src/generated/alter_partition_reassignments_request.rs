//! `AlterPartitionReassignmentsRequest`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `AlterPartitionReassignmentsRequest`, number 45.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterPartitionReassignmentsRequest {
    /// Versions 0-1, default 60000.
    pub timeout_ms: i32,
    /// Versions 1, default true.
    pub allow_replication_factor_change: bool,
    /// Versions 0-1.
    pub topics: Vec<ReassignableTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for AlterPartitionReassignmentsRequest {
    fn default() -> Self {
        Self {
            timeout_ms: 60000,
            allow_replication_factor_change: true,
            topics: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl AlterPartitionReassignmentsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for AlterPartitionReassignmentsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AlterPartitionReassignmentsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            timeout_ms: d.get_i32()?,
            allow_replication_factor_change: if version >= 1 { d.get_bool()? } else { true },
            topics: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AlterPartitionReassignmentsRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.timeout_ms);
        if version >= 1 {
            e.put_bool(self.allow_replication_factor_change);
        } else {
            EncodeError::check_unset(
                !self.allow_replication_factor_change,
                "AlterPartitionReassignmentsRequest.allow_replication_factor_change",
                version,
            )?;
        }
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterPartitionReassignmentsRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReassignableTopic {
    /// Versions 0-1; topic name.
    pub name: StringBytes,
    /// Versions 0-1.
    pub partitions: Vec<ReassignablePartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ReassignableTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            partitions: d.get_structs(Form::Compact, 6, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_structs(&self.partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AlterPartitionReassignmentsRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReassignablePartition {
    /// Versions 0-1.
    pub partition_index: i32,
    /// Versions 0-1, may be null, default null; broker id.
    pub replicas: Option<Vec<i32>>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for ReassignablePartition {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.get_i32()?,
            replicas: d.get_nullable_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition_index);
        e.put_nullable_i32_array(self.replicas.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for AlterPartitionReassignmentsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AlterPartitionReassignments;
    type Response =
        crate::generated::alter_partition_reassignments_response::AlterPartitionReassignmentsResponse;
}
