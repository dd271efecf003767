//! `ListTransactionsResponse`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ListTransactionsResponse`, number 66.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListTransactionsResponse {
    /// Versions 0-2.
    pub throttle_time_ms: i32,
    /// Versions 0-2.
    pub error_code: i16,
    /// Versions 0-2.
    pub unknown_state_filters: Vec<StringBytes>,
    /// Versions 0-2.
    pub transaction_states: Vec<TransactionState>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl ListTransactionsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for ListTransactionsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListTransactionsResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: d.get_i16()?,
            unknown_state_filters: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            transaction_states: d.get_structs(Form::Compact, 11, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListTransactionsResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_i16(self.error_code);
        e.put_string_array(&self.unknown_state_filters, Form::Compact)?;
        e.put_structs(&self.transaction_states, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `ListTransactionsResponse` in versions 0-2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionState {
    /// Versions 0-2; transactional id.
    pub transactional_id: StringBytes,
    /// Versions 0-2; producer id.
    pub producer_id: i64,
    /// Versions 0-2.
    pub transaction_state: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TransactionState {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            transactional_id: d.get_string(Form::Compact)?,
            producer_id: d.get_i64()?,
            transaction_state: d.get_string(Form::Compact)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.transactional_id, Form::Compact)?;
        e.put_i64(self.producer_id);
        e.put_string(&self.transaction_state, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
