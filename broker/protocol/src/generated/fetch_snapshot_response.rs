//! `FetchSnapshotResponse`, versions 0-1, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Records, StringBytes, Tagged,
};

/// Message `FetchSnapshotResponse`, number 59.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchSnapshotResponse {
    /// Versions 0-1, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1.
    pub topics: Vec<TopicSnapshot>,
    /// Versions 1, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl FetchSnapshotResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for FetchSnapshotResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("FetchSnapshotResponse", &Self::VERSIONS, version)?;
        let mut m = Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            topics: d.get_structs(Form::Compact, 3, version)?,
            node_endpoints: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 if version >= 1 => m.node_endpoints = d.get_structs(Form::Compact, 8, version)?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("FetchSnapshotResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_structs(&self.topics, Form::Compact, version)?;
        let tag_0 = version >= 1 && !self.node_endpoints.is_empty();
        EncodeError::check_unset(
            version < 1 && !self.node_endpoints.is_empty(),
            "FetchSnapshotResponse.node_endpoints",
            version,
        )?;
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| e.put_structs(&self.node_endpoints, Form::Compact, version))?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `FetchSnapshotResponse` in versions 0-1.
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
            partitions: d.get_structs(Form::Compact, 37, version)?,
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

/// Part of `FetchSnapshotResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionSnapshot {
    /// Versions 0-1.
    pub index: i32,
    /// Versions 0-1.
    pub error_code: i16,
    /// Versions 0-1.
    pub snapshot_id: SnapshotId,
    /// Versions 0-1, tag 0.
    pub current_leader: LeaderIdAndEpoch,
    /// Versions 0-1.
    pub size: i64,
    /// Versions 0-1.
    pub position: i64,
    /// Versions 0-1.
    pub unaligned_records: Records,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionSnapshot {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut m = Self {
            index: d.get_i32()?,
            error_code: d.get_i16()?,
            snapshot_id: SnapshotId::decode(d, version)?,
            current_leader: LeaderIdAndEpoch::default(),
            size: d.get_i64()?,
            position: d.get_i64()?,
            unaligned_records: d.get_records(Form::Compact)?,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.current_leader = LeaderIdAndEpoch::decode(d, version)?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.index);
        e.put_i16(self.error_code);
        self.snapshot_id.encode(e, version)?;
        e.put_i64(self.size);
        e.put_i64(self.position);
        e.put_records(&self.unaligned_records, Form::Compact)?;
        let tag_0 = self.current_leader != LeaderIdAndEpoch::default();
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| self.current_leader.encode(e, version))?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `FetchSnapshotResponse` in versions 0-1.
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

/// Part of `FetchSnapshotResponse` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// Versions 0-1; broker id.
    pub leader_id: i32,
    /// Versions 0-1.
    pub leader_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for LeaderIdAndEpoch {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            leader_id: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.leader_id);
        e.put_i32(self.leader_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `FetchSnapshotResponse` in versions 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    /// Versions 1; broker id.
    pub node_id: i32,
    /// Versions 1.
    pub host: StringBytes,
    /// Versions 1.
    pub port: u16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for NodeEndpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.get_i32()?,
            host: d.get_string(Form::Compact)?,
            port: d.get_u16()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.node_id);
        e.put_string(&self.host, Form::Compact)?;
        e.put_u16(self.port);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
