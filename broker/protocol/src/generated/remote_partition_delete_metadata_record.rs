//! `RemotePartitionDeleteMetadataRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `RemotePartitionDeleteMetadataRecord`, number 2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemotePartitionDeleteMetadataRecord {
    /// Versions 0.
    pub topic_id_partition: TopicIdPartitionEntry,
    /// Versions 0.
    pub broker_id: i32,
    /// Versions 0.
    pub event_timestamp_ms: i64,
    /// Versions 0.
    pub remote_partition_delete_state: i8,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl RemotePartitionDeleteMetadataRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for RemotePartitionDeleteMetadataRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("RemotePartitionDeleteMetadataRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            topic_id_partition: TopicIdPartitionEntry::decode(d, version)?,
            broker_id: d.get_i32()?,
            event_timestamp_ms: d.get_i64()?,
            remote_partition_delete_state: d.get_i8()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("RemotePartitionDeleteMetadataRecord", &Self::VERSIONS, version)?;
        self.topic_id_partition.encode(e, version)?;
        e.put_i32(self.broker_id);
        e.put_i64(self.event_timestamp_ms);
        e.put_i8(self.remote_partition_delete_state);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `RemotePartitionDeleteMetadataRecord` in versions 0.
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
