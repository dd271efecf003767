//! `ListTransactionsRequest`, versions 0-2, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `ListTransactionsRequest`, number 66.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTransactionsRequest {
    /// Versions 0-2.
    pub state_filters: Vec<StringBytes>,
    /// Versions 0-2; producer id.
    pub producer_id_filters: Vec<i64>,
    /// Versions 1-2, default -1.
    pub duration_filter: i64,
    /// Versions 2, may be null, default null.
    pub transactional_id_pattern: Option<StringBytes>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for ListTransactionsRequest {
    fn default() -> Self {
        Self {
            state_filters: Vec::new(),
            producer_id_filters: Vec::new(),
            duration_filter: -1,
            transactional_id_pattern: None,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl ListTransactionsRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;
}

impl Message for ListTransactionsRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("ListTransactionsRequest", &Self::VERSIONS, version)?;
        Ok(Self {
            state_filters: d.get_array(Form::Compact, 1, |d| d.get_string(Form::Compact))?,
            producer_id_filters: d.get_array(Form::Compact, 8, Decoder::get_i64)?,
            duration_filter: if version >= 1 { d.get_i64()? } else { -1 },
            transactional_id_pattern: if version >= 2 {
                d.get_nullable_string(Form::Compact)?
            } else {
                None
            },
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("ListTransactionsRequest", &Self::VERSIONS, version)?;
        e.put_string_array(&self.state_filters, Form::Compact)?;
        e.put_i64_array(&self.producer_id_filters, Form::Compact)?;
        if version >= 1 {
            e.put_i64(self.duration_filter);
        } else {
            EncodeError::check_unset(
                self.duration_filter != -1,
                "ListTransactionsRequest.duration_filter",
                version,
            )?;
        }
        if version >= 2 {
            e.put_nullable_string(self.transactional_id_pattern.as_deref(), Form::Compact)?;
        } else {
            EncodeError::check_unset(
                self.transactional_id_pattern.is_some(),
                "ListTransactionsRequest.transactional_id_pattern",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

impl crate::Request for ListTransactionsRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::ListTransactions;
    type Response = crate::generated::list_transactions_response::ListTransactionsResponse;
}
