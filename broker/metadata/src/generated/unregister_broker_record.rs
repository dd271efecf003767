//! `UnregisterBrokerRecord`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `UnregisterBrokerRecord`, number 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnregisterBrokerRecord {
    /// Versions 0; broker id.
    pub broker_id: i32,
    /// Versions 0.
    pub broker_epoch: i64,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl UnregisterBrokerRecord {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for UnregisterBrokerRecord {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("UnregisterBrokerRecord", &Self::VERSIONS, version)?;
        Ok(Self {
            broker_id: d.get_i32()?,
            broker_epoch: d.get_i64()?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("UnregisterBrokerRecord", &Self::VERSIONS, version)?;
        e.put_i32(self.broker_id);
        e.put_i64(self.broker_epoch);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
