//! `OffsetCommitValue`, versions 0-4, flexible from 4. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};
use broker_model::Uuid;

/// Message `OffsetCommitValue`, number 1.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitValue {
    /// Versions 0-4.
    pub offset: i64,
    /// Versions 3-4, default -1, dropped elsewhere.
    pub leader_epoch: i32,
    /// Versions 0-4.
    pub metadata: StringBytes,
    /// Versions 0-4.
    pub commit_timestamp: i64,
    /// Versions 1, default -1, dropped elsewhere.
    pub expire_timestamp: i64,
    /// Versions 4, tag 0, dropped elsewhere.
    pub topic_id: Uuid,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for OffsetCommitValue {
    fn default() -> Self {
        Self {
            offset: 0,
            leader_epoch: -1,
            metadata: StringBytes::EMPTY,
            commit_timestamp: 0,
            expire_timestamp: -1,
            topic_id: Uuid::ZERO,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl OffsetCommitValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=4;
}

impl Message for OffsetCommitValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("OffsetCommitValue", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        let mut m = Self {
            offset: d.get_i64()?,
            leader_epoch: if version >= 3 { d.get_i32()? } else { -1 },
            metadata: d.get_string(form)?,
            commit_timestamp: d.get_i64()?,
            expire_timestamp: if version == 1 { d.get_i64()? } else { -1 },
            topic_id: Uuid::ZERO,
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 => m.topic_id = d.get_uuid()?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("OffsetCommitValue", &Self::VERSIONS, version)?;
        let form = Form::since(version, 4);
        e.put_i64(self.offset);
        if version >= 3 {
            e.put_i32(self.leader_epoch);
        }
        e.put_string(&self.metadata, form)?;
        e.put_i64(self.commit_timestamp);
        if version == 1 {
            e.put_i64(self.expire_timestamp);
        }
        let tag_0 = version >= 4 && self.topic_id != Uuid::ZERO;
        if form == Form::Compact {
            e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
            if tag_0 {
                e.put_tagged(0, |e| {
                    e.put_uuid(self.topic_id);
                    Ok(())
                })?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}
