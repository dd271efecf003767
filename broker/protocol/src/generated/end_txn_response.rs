//! `EndTxnResponse`, versions 0-5, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField};

/// Message `EndTxnResponse`, number 26.
#[derive(Clone, Debug, PartialEq)]
pub struct EndTxnResponse {
    /// Versions 0-5.
    pub throttle_time_ms: i32,
    /// Versions 0-5.
    pub error_code: i16,
    /// Versions 5, default -1, dropped elsewhere; producer id.
    pub producer_id: i64,
    /// Versions 5, default -1, dropped elsewhere.
    pub producer_epoch: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for EndTxnResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            producer_id: -1,
            producer_epoch: -1,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl EndTxnResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for EndTxnResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("EndTxnResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            producer_id: if version >= 5 { d.get_i64()? } else { -1 },
            producer_epoch: if version >= 5 { d.get_i16()? } else { -1 },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("EndTxnResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        if version >= 5 {
            e.put_i64(self.producer_id);
        }
        if version >= 5 {
            e.put_i16(self.producer_epoch);
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
