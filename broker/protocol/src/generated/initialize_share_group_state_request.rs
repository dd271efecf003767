//! `InitializeShareGroupStateRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `InitializeShareGroupStateRequest`, number 83.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InitializeShareGroupStateRequest {
    /// Versions 0.
    pub group_id: StringBytes,
    /// Versions 0.
    pub topics: Vec<InitializeStateData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl InitializeShareGroupStateRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for InitializeShareGroupStateRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("InitializeShareGroupStateRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            topics: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("InitializeShareGroupStateRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `InitializeShareGroupStateRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InitializeStateData {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for InitializeStateData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 17, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_uuid(self.topic_id);
        e.put_structs(&self.partitions, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `InitializeShareGroupStateRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0.
    pub partition: i32,
    /// Versions 0.
    pub state_epoch: i32,
    /// Versions 0.
    pub start_offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition: d.get_i32()?,
            state_epoch: d.get_i32()?,
            start_offset: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition);
        e.put_i32(self.state_epoch);
        e.put_i64(self.start_offset);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for InitializeShareGroupStateRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::InitializeShareGroupState;
    type Response =
        crate::generated::initialize_share_group_state_response::InitializeShareGroupStateResponse;
}
