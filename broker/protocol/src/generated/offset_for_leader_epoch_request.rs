//! `OffsetForLeaderEpochRequest`, versions 2-4, flexible from 4. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `OffsetForLeaderEpochRequest`, number 23.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetForLeaderEpochRequest {
    /// Versions 3-4, default -2, dropped elsewhere; broker id.
    pub replica_id: i32,
    /// Versions 2-4.
    pub topics: Vec<OffsetForLeaderTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetForLeaderEpochRequest {
    fn default() -> Self {
        Self {
            replica_id: -2,
            topics: Vec::new(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl OffsetForLeaderEpochRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 2..=4;
}

impl Message for OffsetForLeaderEpochRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetForLeaderEpochRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        Ok(Self {
            replica_id: if version >= 3 { d.get_i32()? } else { -2 },
            topics: d.get_structs(form, 3, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("OffsetForLeaderEpochRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        if version >= 3 {
            e.put_i32(self.replica_id);
        }
        e.put_structs(&self.topics, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetForLeaderEpochRequest` in versions 2-4.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetForLeaderTopic {
    /// Versions 2-4; topic name.
    pub topic: StringBytes,
    /// Versions 2-4.
    pub partitions: Vec<OffsetForLeaderPartition>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for OffsetForLeaderTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            topic: d.get_string(form)?,
            partitions: d.get_structs(form, 12, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_string(&self.topic, form)?;
        e.put_structs(&self.partitions, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `OffsetForLeaderEpochRequest` in versions 2-4.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetForLeaderPartition {
    /// Versions 2-4.
    pub partition: i32,
    /// Versions 2-4, default -1, dropped elsewhere.
    pub current_leader_epoch: i32,
    /// Versions 2-4.
    pub leader_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetForLeaderPartition {
    fn default() -> Self {
        Self {
            partition: 0,
            current_leader_epoch: -1,
            leader_epoch: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl Message for OffsetForLeaderPartition {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 4);
        Ok(Self {
            partition: d.get_i32()?,
            current_leader_epoch: d.get_i32()?,
            leader_epoch: d.get_i32()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 4);
        e.put_i32(self.partition);
        e.put_i32(self.current_leader_epoch);
        e.put_i32(self.leader_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for OffsetForLeaderEpochRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::OffsetForLeaderEpoch;
    type Response = crate::generated::offset_for_leader_epoch_response::OffsetForLeaderEpochResponse;
}
