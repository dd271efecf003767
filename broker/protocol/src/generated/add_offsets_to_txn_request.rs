//! `AddOffsetsToTxnRequest`, versions 0-4, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `AddOffsetsToTxnRequest`, number 25.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddOffsetsToTxnRequest {
    /// Versions 0-4; transactional id.
    pub transactional_id: StringBytes,
    /// Versions 0-4; producer id.
    pub producer_id: i64,
    /// Versions 0-4.
    pub producer_epoch: i16,
    /// Versions 0-4; group id.
    pub group_id: StringBytes,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AddOffsetsToTxnRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=4;
}

impl Message for AddOffsetsToTxnRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AddOffsetsToTxnRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            transactional_id: d.get_string(form)?,
            producer_id: d.get_i64()?,
            producer_epoch: d.get_i16()?,
            group_id: d.get_string(form)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AddOffsetsToTxnRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        e.put_string(&self.transactional_id, form)?;
        e.put_i64(self.producer_id);
        e.put_i16(self.producer_epoch);
        e.put_string(&self.group_id, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for AddOffsetsToTxnRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AddOffsetsToTxn;
    type Response = crate::generated::add_offsets_to_txn_response::AddOffsetsToTxnResponse;
}
