//! `AddPartitionsToTxnResponse`, versions 0-5, flexible from 3. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `AddPartitionsToTxnResponse`, number 24.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnResponse {
    /// Versions 0-5.
    pub throttle_time_ms: i32,
    /// Versions 4-5, dropped elsewhere.
    pub error_code: i16,
    /// Versions 4-5.
    pub results_by_transaction: Vec<AddPartitionsToTxnResult>,
    /// Versions 0-3.
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl AddPartitionsToTxnResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=5;
}

impl Message for AddPartitionsToTxnResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("AddPartitionsToTxnResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            error_code: if version >= 4 { d.get_i16()? } else { 0 },
            results_by_transaction: if version >= 4 {
                d.get_structs(form, 3, version)?
            } else {
                Vec::new()
            },
            results_by_topic_v3_and_below: if version <= 3 {
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
        EncodeError::check_version("AddPartitionsToTxnResponse", &Self::VERSIONS, version)?;
        let form = Form::since(version, 3);
        e.put_i32(self.throttle_time_ms);
        if version >= 4 {
            e.put_i16(self.error_code);
        }
        if version >= 4 {
            e.put_structs(&self.results_by_transaction, form, version)?;
        } else {
            EncodeError::check_unset(
                !self.results_by_transaction.is_empty(),
                "AddPartitionsToTxnResponse.results_by_transaction",
                version,
            )?;
        }
        if version <= 3 {
            e.put_structs(&self.results_by_topic_v3_and_below, form, version)?;
        } else {
            EncodeError::check_unset(
                !self.results_by_topic_v3_and_below.is_empty(),
                "AddPartitionsToTxnResponse.results_by_topic_v3_and_below",
                version,
            )?;
        }
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AddPartitionsToTxnResponse` in versions 4-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnResult {
    /// Versions 4-5; transactional id.
    pub transactional_id: StringBytes,
    /// Versions 4-5.
    pub topic_results: Vec<AddPartitionsToTxnTopicResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AddPartitionsToTxnResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            transactional_id: d.get_string(Form::Compact)?,
            topic_results: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.transactional_id, Form::Compact)?;
        e.put_structs(&self.topic_results, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `AddPartitionsToTxnResponse` in versions 0-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTopicResult {
    /// Versions 0-5; topic name.
    pub name: StringBytes,
    /// Versions 0-5.
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AddPartitionsToTxnTopicResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
        Ok(Self {
            name: d.get_string(form)?,
            results_by_partition: d.get_structs(form, 6, version)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 3);
        e.put_string(&self.name, form)?;
        e.put_structs(&self.results_by_partition, form, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}

/// Part of `AddPartitionsToTxnResponse` in versions 0-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnPartitionResult {
    /// Versions 0-5.
    pub partition_index: i32,
    /// Versions 0-5.
    pub partition_error_code: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for AddPartitionsToTxnPartitionResult {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 3);
        Ok(Self {
            partition_index: d.get_i32()?,
            partition_error_code: d.get_i16()?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 3);
        e.put_i32(self.partition_index);
        e.put_i16(self.partition_error_code);
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
