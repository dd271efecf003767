//! `AbortedTxn`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RawTaggedField};

/// Message `AbortedTxn`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AbortedTxn {
    /// Versions 0.
    pub producer_id: i64,
    /// Versions 0.
    pub first_offset: i64,
    /// Versions 0.
    pub last_offset: i64,
    /// Versions 0.
    pub last_stable_offset: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AbortedTxn {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for AbortedTxn {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AbortedTxn", &Self::VERSIONS, version)?;
        Ok(Self {
            producer_id: d.get_i64()?,
            first_offset: d.get_i64()?,
            last_offset: d.get_i64()?,
            last_stable_offset: d.get_i64()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AbortedTxn", &Self::VERSIONS, version)?;
        e.put_i64(self.producer_id);
        e.put_i64(self.first_offset);
        e.put_i64(self.last_offset);
        e.put_i64(self.last_stable_offset);
        Ok(())
    }
}
