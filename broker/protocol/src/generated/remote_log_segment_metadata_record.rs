//! `RemoteLogSegmentMetadataRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};
use broker_model::Uuid;
use bytes::Bytes;

/// Message `RemoteLogSegmentMetadataRecord`, number 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemoteLogSegmentMetadataRecord {
    /// Versions 0.
    pub remote_log_segment_id: RemoteLogSegmentIdEntry,
    /// Versions 0.
    pub start_offset: i64,
    /// Versions 0.
    pub end_offset: i64,
    /// Versions 0.
    pub broker_id: i32,
    /// Versions 0.
    pub max_timestamp_ms: i64,
    /// Versions 0.
    pub event_timestamp_ms: i64,
    /// Versions 0.
    pub segment_leader_epochs: Vec<SegmentLeaderEpochEntry>,
    /// Versions 0.
    pub segment_size_in_bytes: i32,
    /// Versions 0, may be null, default null.
    pub custom_metadata: Option<Bytes>,
    /// Versions 0.
    pub remote_log_segment_state: i8,
    /// Versions 0, tag 0.
    pub txn_index_empty: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl RemoteLogSegmentMetadataRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for RemoteLogSegmentMetadataRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("RemoteLogSegmentMetadataRecord", &Self::VERSIONS, version)?;
        let mut m = Self {
            remote_log_segment_id: RemoteLogSegmentIdEntry::decode(d, version)?,
            start_offset: d.get_i64()?,
            end_offset: d.get_i64()?,
            broker_id: d.get_i32()?,
            max_timestamp_ms: d.get_i64()?,
            event_timestamp_ms: d.get_i64()?,
            segment_leader_epochs: d.get_structs(Form::Compact, 13, version)?,
            segment_size_in_bytes: d.get_i32()?,
            custom_metadata: d.get_nullable_bytes(Form::Compact)?,
            remote_log_segment_state: d.get_i8()?,
            txn_index_empty: false,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.txn_index_empty = d.get_bool()?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("RemoteLogSegmentMetadataRecord", &Self::VERSIONS, version)?;
        self.remote_log_segment_id.encode(e, version)?;
        e.put_i64(self.start_offset);
        e.put_i64(self.end_offset);
        e.put_i32(self.broker_id);
        e.put_i64(self.max_timestamp_ms);
        e.put_i64(self.event_timestamp_ms);
        e.put_structs(&self.segment_leader_epochs, Form::Compact, version)?;
        e.put_i32(self.segment_size_in_bytes);
        e.put_nullable_bytes(self.custom_metadata.as_deref(), Form::Compact)?;
        e.put_i8(self.remote_log_segment_state);
        let tag_0 = self.txn_index_empty;
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_bool(self.txn_index_empty);
                Ok(())
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}

/// Part of `RemoteLogSegmentMetadataRecord` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemoteLogSegmentIdEntry {
    /// Versions 0.
    pub topic_id_partition: TopicIdPartitionEntry,
    /// Versions 0.
    pub id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for RemoteLogSegmentIdEntry {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id_partition: TopicIdPartitionEntry::decode(d, version)?,
            id: d.get_uuid()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        self.topic_id_partition.encode(e, version)?;
        e.put_uuid(self.id);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `RemoteLogSegmentMetadataRecord` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicIdPartitionEntry {
    /// Versions 0.
    pub name: StringBytes,
    /// Versions 0.
    pub id: Uuid,
    /// Versions 0.
    pub partition: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicIdPartitionEntry {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.get_string(Form::Compact)?,
            id: d.get_uuid()?,
            partition: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.name, Form::Compact)?;
        e.put_uuid(self.id);
        e.put_i32(self.partition);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `RemoteLogSegmentMetadataRecord` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentLeaderEpochEntry {
    /// Versions 0.
    pub leader_epoch: i32,
    /// Versions 0.
    pub offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for SegmentLeaderEpochEntry {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            leader_epoch: d.get_i32()?,
            offset: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.leader_epoch);
        e.put_i64(self.offset);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
