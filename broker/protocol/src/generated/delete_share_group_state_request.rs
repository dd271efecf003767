//! `DeleteShareGroupStateRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};
use broker_model::Uuid;

/// Message `DeleteShareGroupStateRequest`, number 86.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteShareGroupStateRequest {
    /// Versions 0.
    pub group_id: StringBytes,
    /// Versions 0.
    pub topics: Vec<DeleteStateData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DeleteShareGroupStateRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DeleteShareGroupStateRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DeleteShareGroupStateRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            topics: d.get_structs(Form::Compact, 18, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DeleteShareGroupStateRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DeleteShareGroupStateRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteStateData {
    /// Versions 0.
    pub topic_id: Uuid,
    /// Versions 0.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DeleteStateData {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.get_uuid()?,
            partitions: d.get_structs(Form::Compact, 5, version)?,
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

/// Part of `DeleteShareGroupStateRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// Versions 0.
    pub partition: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionData {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition: d.get_i32()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_i32(self.partition);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for DeleteShareGroupStateRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DeleteShareGroupState;
    type Response = crate::generated::delete_share_group_state_response::DeleteShareGroupStateResponse;
}
