//! `FetchSnapshotRequest`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};
use broker_model::Uuid;

/// Message `FetchSnapshotRequest`, number 59.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchSnapshotRequest {
    /// Versions 0-1, tag 0, may be null, default null.
    pub cluster_id: Option<StringBytes>,
    /// Versions 0-1, default -1; broker id.
    pub replica_id: i32,
    /// Versions 0-1, default 2147483647.
    pub max_bytes: i32,
    /// Versions 0-1.
    pub topics: Vec<TopicSnapshot>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for FetchSnapshotRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            max_bytes: i32::MAX,
            topics: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl FetchSnapshotRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for FetchSnapshotRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("FetchSnapshotRequest", &Self::VERSIONS, version)?;
        let mut m = Self {
            cluster_id: None,
            replica_id: d.get_i32()?,
            max_bytes: d.get_i32()?,
            topics: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.cluster_id = d.get_nullable_string(Form::Compact)?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("FetchSnapshotRequest", &Self::VERSIONS, version)?;
        e.put_i32(self.replica_id);
        e.put_i32(self.max_bytes);
        e.put_structs(&self.topics, Form::Compact, version)?;
        let tag_0 = self.cluster_id.is_some();
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_nullable_string(self.cluster_id.as_deref(), Form::Compact)
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `FetchSnapshotRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicSnapshot {
    /// Versions 0-1; topic name.
    pub name: StringBytes,
    /// Versions 0-1.
    pub partitions: Vec<PartitionSnapshot>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicSnapshot {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            partitions: d.get_structs(Form::Compact, 30, version)?,
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

/// Part of `FetchSnapshotRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionSnapshot {
    /// Versions 0-1.
    pub partition: i32,
    /// Versions 0-1.
    pub current_leader_epoch: i32,
    /// Versions 0-1.
    pub snapshot_id: SnapshotId,
    /// Versions 0-1.
    pub position: i64,
    /// Versions 1, tag 0, dropped elsewhere.
    pub replica_directory_id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionSnapshot {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut m = Self {
            partition: d.get_i32()?,
            current_leader_epoch: d.get_i32()?,
            snapshot_id: SnapshotId::decode(d, version)?,
            position: d.get_i64()?,
            replica_directory_id: Uuid::ZERO,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 if version >= 1 => m.replica_directory_id = d.get_uuid()?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition);
        e.put_i32(self.current_leader_epoch);
        self.snapshot_id.encode(e, version)?;
        e.put_i64(self.position);
        let tag_0 = version >= 1 && self.replica_directory_id != Uuid::ZERO;
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_uuid(self.replica_directory_id);
                Ok(())
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `FetchSnapshotRequest` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnapshotId {
    /// Versions 0-1.
    pub end_offset: i64,
    /// Versions 0-1.
    pub epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for SnapshotId {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            end_offset: d.get_i64()?,
            epoch: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i64(self.end_offset);
        e.put_i32(self.epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for FetchSnapshotRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::FetchSnapshot;
    type Response = crate::generated::fetch_snapshot_response::FetchSnapshotResponse;
}
