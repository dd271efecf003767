//! `DeleteShareGroupOffsetsRequest`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DeleteShareGroupOffsetsRequest`, number 92.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteShareGroupOffsetsRequest {
    /// Versions 0; group id.
    pub group_id: StringBytes,
    /// Versions 0.
    pub topics: Vec<DeleteShareGroupOffsetsRequestTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DeleteShareGroupOffsetsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DeleteShareGroupOffsetsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DeleteShareGroupOffsetsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            group_id: d.get_string(Form::Compact)?,
            topics: d.get_structs(Form::Compact, 2, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DeleteShareGroupOffsetsRequest", &Self::VERSIONS, version)?;
        e.put_string(&self.group_id, Form::Compact)?;
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DeleteShareGroupOffsetsRequest` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteShareGroupOffsetsRequestTopic {
    /// Versions 0; topic name.
    pub topic_name: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for DeleteShareGroupOffsetsRequestTopic {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic_name, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for DeleteShareGroupOffsetsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::DeleteShareGroupOffsets;
    type Response = crate::generated::delete_share_group_offsets_response::DeleteShareGroupOffsetsResponse;
}
