//! `ShareGroupTargetAssignmentMetadataValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RawTaggedField, Tagged};

/// Message `ShareGroupTargetAssignmentMetadataValue`, number 12.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupTargetAssignmentMetadataValue {
    /// Versions 0.
    pub assignment_epoch: i32,
    /// Versions 0, tag 0, dropped elsewhere.
    pub assignment_timestamp: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ShareGroupTargetAssignmentMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ShareGroupTargetAssignmentMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version(
            "ShareGroupTargetAssignmentMetadataValue",
            &Self::VERSIONS,
            version,
        )?;
        let mut m = Self {
            assignment_epoch: d.get_i32()?,
            assignment_timestamp: 0,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.assignment_timestamp = d.get_i64()?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version(
            "ShareGroupTargetAssignmentMetadataValue",
            &Self::VERSIONS,
            version,
        )?;
        e.put_i32(self.assignment_epoch);
        let tag_0 = self.assignment_timestamp != 0;
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_i64(self.assignment_timestamp);
                Ok(())
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}
