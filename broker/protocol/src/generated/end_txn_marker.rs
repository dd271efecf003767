//! `EndTxnMarker`, versions 0, never flexible. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RawTaggedField};

/// Message `EndTxnMarker`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndTxnMarker {
    /// Versions 0.
    pub coordinator_epoch: i32,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl EndTxnMarker {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for EndTxnMarker {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("EndTxnMarker", &Self::VERSIONS, version)?;
        Ok(Self {
            coordinator_epoch: d.get_i32()?,
            unknown_tagged_fields: Vec::new(),
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("EndTxnMarker", &Self::VERSIONS, version)?;
        e.put_i32(self.coordinator_epoch);
        Ok(())
    }
}
