//! `EndTxnRequest`, versions 0-5, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `EndTxnRequest`, number 26.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndTxnRequest {
    /// Versions 0-5; transactional id.
    pub transactional_id: StringBytes,
    /// Versions 0-5; producer id.
    pub producer_id: i64,
    /// Versions 0-5.
    pub producer_epoch: i16,
    /// Versions 0-5.
    pub committed: bool,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl EndTxnRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for EndTxnRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("EndTxnRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            transactional_id: d.get_string(form)?,
            producer_id: d.get_i64()?,
            producer_epoch: d.get_i16()?,
            committed: d.get_bool()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("EndTxnRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        e.put_string(&self.transactional_id, form)?;
        e.put_i64(self.producer_id);
        e.put_i16(self.producer_epoch);
        e.put_bool(self.committed);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for EndTxnRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::EndTxn;
    type Response = crate::generated::end_txn_response::EndTxnResponse;
}
