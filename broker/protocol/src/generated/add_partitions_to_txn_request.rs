//! `AddPartitionsToTxnRequest`, versions 0-5, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `AddPartitionsToTxnRequest`, number 24.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnRequest {
    /// Versions 4-5.
    pub transactions: Vec<AddPartitionsToTxnTransaction>,
    /// Versions 0-3; transactional id.
    pub v3_and_below_transactional_id: StringBytes,
    /// Versions 0-3; producer id.
    pub v3_and_below_producer_id: i64,
    /// Versions 0-3.
    pub v3_and_below_producer_epoch: i16,
    /// Versions 0-3.
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AddPartitionsToTxnRequest {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for AddPartitionsToTxnRequest {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AddPartitionsToTxnRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            transactions: if version >= 4 {
                d.get_structs(form, 14, version)?
            } else {
                Vec::new()
            },
            v3_and_below_transactional_id: if version <= 3 {
                d.get_string(form)?
            } else {
                StringBytes::EMPTY
            },
            v3_and_below_producer_id: if version <= 3 { d.get_i64()? } else { 0 },
            v3_and_below_producer_epoch: if version <= 3 { d.get_i16()? } else { 0 },
            v3_and_below_topics: if version <= 3 {
                d.get_structs(form, 3, version)?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("AddPartitionsToTxnRequest", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        if version >= 4 {
            e.put_structs(&self.transactions, form, version)?;
        } else {
            EncodeError::check_unset(
                !self.transactions.is_empty(),
                "AddPartitionsToTxnRequest.transactions",
                version,
            )?;
        }
        if version <= 3 {
            e.put_string(&self.v3_and_below_transactional_id, form)?;
        } else {
            EncodeError::check_unset(
                !self.v3_and_below_transactional_id.is_empty(),
                "AddPartitionsToTxnRequest.v3_and_below_transactional_id",
                version,
            )?;
        }
        if version <= 3 {
            e.put_i64(self.v3_and_below_producer_id);
        } else {
            EncodeError::check_unset(
                self.v3_and_below_producer_id != 0,
                "AddPartitionsToTxnRequest.v3_and_below_producer_id",
                version,
            )?;
        }
        if version <= 3 {
            e.put_i16(self.v3_and_below_producer_epoch);
        } else {
            EncodeError::check_unset(
                self.v3_and_below_producer_epoch != 0,
                "AddPartitionsToTxnRequest.v3_and_below_producer_epoch",
                version,
            )?;
        }
        if version <= 3 {
            e.put_structs(&self.v3_and_below_topics, form, version)?;
        } else {
            EncodeError::check_unset(
                !self.v3_and_below_topics.is_empty(),
                "AddPartitionsToTxnRequest.v3_and_below_topics",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AddPartitionsToTxnRequest` in versions 4-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTransaction {
    /// Versions 4-5; transactional id.
    pub transactional_id: StringBytes,
    /// Versions 4-5; producer id.
    pub producer_id: i64,
    /// Versions 4-5.
    pub producer_epoch: i16,
    /// Versions 4-5.
    pub verify_only: bool,
    /// Versions 4-5.
    pub topics: Vec<AddPartitionsToTxnTopic>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AddPartitionsToTxnTransaction {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            transactional_id: d.get_string(Form::Compact)?,
            producer_id: d.get_i64()?,
            producer_epoch: d.get_i16()?,
            verify_only: d.get_bool()?,
            topics: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.transactional_id, Form::Compact)?;
        e.put_i64(self.producer_id);
        e.put_i16(self.producer_epoch);
        e.put_bool(self.verify_only);
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AddPartitionsToTxnRequest` in versions 0-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTopic {
    /// Versions 0-5; topic name.
    pub name: StringBytes,
    /// Versions 0-5.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AddPartitionsToTxnTopic {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
        Ok(Self {
            name: d.get_string(form)?,
            partitions: d.get_array(form, 4, Decoder::get_i32)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 3);
        e.put_string(&self.name, form)?;
        e.put_i32_array(&self.partitions, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

impl crate::Request for AddPartitionsToTxnRequest {
    const API_KEY: crate::ApiKey = crate::ApiKey::AddPartitionsToTxn;
    type Response = crate::generated::add_partitions_to_txn_response::AddPartitionsToTxnResponse;
}
