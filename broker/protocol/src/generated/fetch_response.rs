//! `FetchResponse`, versions 4-18, flexible from 12. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, Records, StringBytes, Tagged,
};
use broker_model::Uuid;

/// Message `FetchResponse`, number 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchResponse {
    /// Versions 4-18, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 7-18, dropped elsewhere.
    pub error_code: i16,
    /// Versions 7-18.
    pub session_id: i32,
    /// Versions 4-18.
    pub responses: Vec<FetchableTopicResponse>,
    /// Versions 16-18, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl FetchResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 4..=18;
}

impl Message for FetchResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("FetchResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 12);
        let mut m = Self {
            throttle_time_ms: d.get_i32()?,
            error_code: if version >= 7 { d.get_i16()? } else { 0 },
            session_id: if version >= 7 { d.get_i32()? } else { 0 },
            responses: d.get_structs(form, 3, version)?,
            node_endpoints: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 if version >= 16 => m.node_endpoints = d.get_structs(Form::Compact, 11, version)?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("FetchResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 12);
        e.put_i32(self.throttle_time_ms);
        if version >= 7 {
            e.put_i16(self.error_code);
        }
        if version >= 7 {
            e.put_i32(self.session_id);
        } else {
            EncodeError::check_unset(self.session_id != 0, "FetchResponse.session_id", version)?;
        }
        e.put_structs(&self.responses, form, version)?;
        let tag_0 = version >= 16 && !self.node_endpoints.is_empty();
        EncodeError::check_unset(
            version < 16 && !self.node_endpoints.is_empty(),
            "FetchResponse.node_endpoints",
            version,
        )?;
        if form == Form::Compact {
            e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
            if tag_0 {
                e.put_tagged(0, |e| e.put_structs(&self.node_endpoints, Form::Compact, version))?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `FetchResponse` in versions 4-18.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchableTopicResponse {
    /// Versions 4-12, dropped elsewhere; topic name.
    pub topic: StringBytes,
    /// Versions 13-18, dropped elsewhere.
    pub topic_id: Uuid,
    /// Versions 4-18.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for FetchableTopicResponse {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 12);
        Ok(Self {
            topic: if version <= 12 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            topic_id: if version >= 13 { d.get_uuid()? } else { Uuid::ZERO },
            partitions: d.get_structs(form, 30, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 12);
        if version <= 12 {
            e.put_string(&self.topic, form)?;
        }
        if version >= 13 {
            e.put_uuid(self.topic_id);
        }
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `FetchResponse` in versions 4-18.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionData {
    /// Versions 4-18.
    pub partition_index: i32,
    /// Versions 4-18.
    pub error_code: i16,
    /// Versions 4-18.
    pub high_watermark: i64,
    /// Versions 4-18, default -1, dropped elsewhere.
    pub last_stable_offset: i64,
    /// Versions 5-18, default -1, dropped elsewhere.
    pub log_start_offset: i64,
    /// Versions 12-18, tag 0.
    pub diverging_epoch: EpochEndOffset,
    /// Versions 12-18, tag 1.
    pub current_leader: LeaderIdAndEpoch,
    /// Versions 12-18, tag 2.
    pub snapshot_id: SnapshotId,
    /// Versions 4-18, may be null, dropped elsewhere.
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// Versions 11-18, default -1; broker id.
    pub preferred_read_replica: i32,
    /// Versions 4-18, may be null, default null.
    pub records: Option<Records>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            high_watermark: 0,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: Some(Vec::new()),
            preferred_read_replica: -1,
            records: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 12);
        let mut m = Self {
            partition_index: d.get_i32()?,
            error_code: d.get_i16()?,
            high_watermark: d.get_i64()?,
            last_stable_offset: d.get_i64()?,
            log_start_offset: if version >= 5 { d.get_i64()? } else { -1 },
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: d.get_nullable_structs(form, 16, version)?,
            preferred_read_replica: if version >= 11 { d.get_i32()? } else { -1 },
            records: d.get_nullable_records(form)?,
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 => m.diverging_epoch = EpochEndOffset::decode(d, version)?,
                        1 => m.current_leader = LeaderIdAndEpoch::decode(d, version)?,
                        2 => m.snapshot_id = SnapshotId::decode(d, version)?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 12);
        e.put_i32(self.partition_index);
        e.put_i16(self.error_code);
        e.put_i64(self.high_watermark);
        e.put_i64(self.last_stable_offset);
        if version >= 5 {
            e.put_i64(self.log_start_offset);
        }
        e.put_nullable_structs(self.aborted_transactions.as_deref(), form, version)?;
        if version >= 11 {
            e.put_i32(self.preferred_read_replica);
        } else {
            EncodeError::check_unset(
                self.preferred_read_replica != -1,
                "PartitionData.preferred_read_replica",
                version,
            )?;
        }
        e.put_nullable_records(self.records.as_ref(), form)?;
        let tag_0 = version >= 12 && self.diverging_epoch != EpochEndOffset::default();
        EncodeError::check_unset(
            version < 12 && self.diverging_epoch != EpochEndOffset::default(),
            "PartitionData.diverging_epoch",
            version,
        )?;
        let tag_1 = version >= 12 && self.current_leader != LeaderIdAndEpoch::default();
        EncodeError::check_unset(
            version < 12 && self.current_leader != LeaderIdAndEpoch::default(),
            "PartitionData.current_leader",
            version,
        )?;
        let tag_2 = version >= 12 && self.snapshot_id != SnapshotId::default();
        EncodeError::check_unset(
            version < 12 && self.snapshot_id != SnapshotId::default(),
            "PartitionData.snapshot_id",
            version,
        )?;
        if form == Form::Compact {
            e.put_tag_count(
                usize::from(tag_0) + usize::from(tag_1) + usize::from(tag_2),
                &self.unknown_tagged_fields,
            )?;
            if tag_0 {
                e.put_tagged(0, |e| self.diverging_epoch.encode(e, version))?;
            }
            if tag_1 {
                e.put_tagged(1, |e| self.current_leader.encode(e, version))?;
            }
            if tag_2 {
                e.put_tagged(2, |e| self.snapshot_id.encode(e, version))?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `FetchResponse` in versions 12-18.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochEndOffset {
    /// Versions 12-18, default -1.
    pub epoch: i32,
    /// Versions 12-18, default -1.
    pub end_offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self {
            epoch: -1,
            end_offset: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for EpochEndOffset {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            epoch: d.get_i32()?,
            end_offset: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.epoch);
        e.put_i64(self.end_offset);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `FetchResponse` in versions 12-18.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// Versions 12-18, default -1; broker id.
    pub leader_id: i32,
    /// Versions 12-18, default -1.
    pub leader_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self {
            leader_id: -1,
            leader_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
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

/// Part of `FetchResponse` in versions 12-18.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotId {
    /// Versions 12-18, default -1.
    pub end_offset: i64,
    /// Versions 12-18, default -1.
    pub epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for SnapshotId {
    fn default() -> Self {
        Self {
            end_offset: -1,
            epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
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

/// Part of `FetchResponse` in versions 4-18.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AbortedTransaction {
    /// Versions 4-18; producer id.
    pub producer_id: i64,
    /// Versions 4-18.
    pub first_offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AbortedTransaction {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 12);
        Ok(Self {
            producer_id: d.get_i64()?,
            first_offset: d.get_i64()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 12);
        e.put_i64(self.producer_id);
        e.put_i64(self.first_offset);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `FetchResponse` in versions 16-18.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    /// Versions 16-18; broker id.
    pub node_id: i32,
    /// Versions 16-18.
    pub host: StringBytes,
    /// Versions 16-18.
    pub port: i32,
    /// Versions 16-18, may be null, default null.
    pub rack: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for NodeEndpoint {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.get_i32()?,
            host: d.get_string(Form::Compact)?,
            port: d.get_i32()?,
            rack: d.get_nullable_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.node_id);
        e.put_string(&self.host, Form::Compact)?;
        e.put_i32(self.port);
        e.put_nullable_string(self.rack.as_deref(), Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
