//! `ConsumerGroupMetadataValue`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RawTaggedField, Tagged};

/// Message `ConsumerGroupMetadataValue`, number 3.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupMetadataValue {
    /// Versions 0.
    pub epoch: i32,
    /// Versions 0, tag 0.
    pub metadata_hash: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ConsumerGroupMetadataValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for ConsumerGroupMetadataValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ConsumerGroupMetadataValue", &Self::VERSIONS, version)?;
        let mut m = Self {
            epoch: d.get_i32()?,
            metadata_hash: 0,
            unknown_tagged_fields: Vec::new(),
        };
        let count = d.get_tag_count()?;
        if count > 0 {
            m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                match tag {
                    0 => m.metadata_hash = d.get_i64()?,
                    _ => return Ok(Tagged::Unknown),
                }
                Ok(Tagged::Known)
            })?;
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ConsumerGroupMetadataValue", &Self::VERSIONS, version)?;
        e.put_i32(self.epoch);
        let tag_0 = self.metadata_hash != 0;
        e.put_tag_count(usize::from(tag_0), &self.unknown_tagged_fields)?;
        if tag_0 {
            e.put_tagged(0, |e| {
                e.put_i64(self.metadata_hash);
                Ok(())
            })?;
        }
        e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        Ok(())
    }
}
