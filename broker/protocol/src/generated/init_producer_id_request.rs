//! `InitProducerIdRequest`, versions 0-6, flexible from 2. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `InitProducerIdRequest`, number 22.
#[derive(Clone, Debug, PartialEq)]
pub struct InitProducerIdRequest {
    /// Versions 0-6, may be null; transactional id.
    pub transactional_id: Option<StringBytes>,
    /// Versions 0-6.
    pub transaction_timeout_ms: i32,
    /// Versions 3-6, default -1; producer id.
    pub producer_id: i64,
    /// Versions 3-6, default -1.
    pub producer_epoch: i16,
    /// Versions 6.
    pub enable_2pc: bool,
    /// Versions 6.
    pub keep_prepared_txn: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for InitProducerIdRequest {
    fn default() -> Self {
        Self {
            transactional_id: Some(StringBytes::EMPTY),
            transaction_timeout_ms: 0,
            producer_id: -1,
            producer_epoch: -1,
            enable_2pc: false,
            keep_prepared_txn: false,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl InitProducerIdRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=6;
}

impl Message for InitProducerIdRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("InitProducerIdRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        Ok(Self {
            transactional_id: d.get_nullable_string(form)?,
            transaction_timeout_ms: d.get_i32()?,
            producer_id: if version >= 3 { d.get_i64()? } else { -1 },
            producer_epoch: if version >= 3 { d.get_i16()? } else { -1 },
            enable_2pc: if version >= 6 { d.get_bool()? } else { false },
            keep_prepared_txn: if version >= 6 { d.get_bool()? } else { false },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("InitProducerIdRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 2);
        e.put_nullable_string(self.transactional_id.as_deref(), form)?;
        e.put_i32(self.transaction_timeout_ms);
        if version >= 3 {
            e.put_i64(self.producer_id);
        } else {
            EncodeError::check_unset(
                self.producer_id != -1,
                "InitProducerIdRequest.producer_id",
                version,
            )?;
        }
        if version >= 3 {
            e.put_i16(self.producer_epoch);
        } else {
            EncodeError::check_unset(
                self.producer_epoch != -1,
                "InitProducerIdRequest.producer_epoch",
                version,
            )?;
        }
        if version >= 6 {
            e.put_bool(self.enable_2pc);
        } else {
            EncodeError::check_unset(self.enable_2pc, "InitProducerIdRequest.enable_2pc", version)?;
        }
        if version >= 6 {
            e.put_bool(self.keep_prepared_txn);
        } else {
            EncodeError::check_unset(
                self.keep_prepared_txn,
                "InitProducerIdRequest.keep_prepared_txn",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for InitProducerIdRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::InitProducerId;
    type Response = crate::generated::init_producer_id_response::InitProducerIdResponse;
}
