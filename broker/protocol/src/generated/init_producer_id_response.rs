//! `InitProducerIdResponse`, versions 0-6, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `InitProducerIdResponse`, number 22.
#[derive(Clone, Debug, PartialEq)]
pub struct InitProducerIdResponse {
    /// Versions 0-6, dropped elsewhere.
    pub throttle_time_ms: i32,
    /// Versions 0-6.
    pub error_code: i16,
    /// Versions 0-6, default -1; producer id.
    pub producer_id: i64,
    /// Versions 0-6.
    pub producer_epoch: i16,
    /// Versions 6, default -1; producer id.
    pub ongoing_txn_producer_id: i64,
    /// Versions 6, default -1.
    pub ongoing_txn_producer_epoch: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for InitProducerIdResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            producer_id: -1,
            producer_epoch: 0,
            ongoing_txn_producer_id: -1,
            ongoing_txn_producer_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl InitProducerIdResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=6;
}

impl Message for InitProducerIdResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("InitProducerIdResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            producer_id: d.get_i64()?,
            producer_epoch: d.get_i16()?,
            ongoing_txn_producer_id: if version >= 6 { d.get_i64()? } else { -1 },
            ongoing_txn_producer_epoch: if version >= 6 { d.get_i16()? } else { -1 },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("InitProducerIdResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_i64(self.producer_id);
        e.put_i16(self.producer_epoch);
        if version >= 6 {
            e.put_i64(self.ongoing_txn_producer_id);
        } else {
            EncodeError::check_unset(
                self.ongoing_txn_producer_id != -1,
                "InitProducerIdResponse.ongoing_txn_producer_id",
                version,
            )?;
        }
        if version >= 6 {
            e.put_i16(self.ongoing_txn_producer_epoch);
        } else {
            EncodeError::check_unset(
                self.ongoing_txn_producer_epoch != -1,
                "InitProducerIdResponse.ongoing_txn_producer_epoch",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
