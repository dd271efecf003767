//! `DescribeTransactionsResponse`, versions 0, flexible from 0. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes};

/// Message `DescribeTransactionsResponse`, number 65.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeTransactionsResponse {
    /// Versions 0.
    pub throttle_time_ms: i32,
    /// Versions 0.
    pub transaction_states: Vec<TransactionState>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl DescribeTransactionsResponse {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=0;
}

impl Message for DescribeTransactionsResponse {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("DescribeTransactionsResponse", &Self::VERSIONS, version)?;
        Ok(Self {
            throttle_time_ms: d.get_i32()?,
            transaction_states: d.get_structs(Form::Compact, 28, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("DescribeTransactionsResponse", &Self::VERSIONS, version)?;
        e.put_i32(self.throttle_time_ms);
        e.put_structs(&self.transaction_states, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeTransactionsResponse` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionState {
    /// Versions 0.
    pub error_code: i16,
    /// Versions 0; transactional id.
    pub transactional_id: StringBytes,
    /// Versions 0.
    pub transaction_state: StringBytes,
    /// Versions 0.
    pub transaction_timeout_ms: i32,
    /// Versions 0.
    pub transaction_start_time_ms: i64,
    /// Versions 0; producer id.
    pub producer_id: i64,
    /// Versions 0.
    pub producer_epoch: i16,
    /// Versions 0.
    pub topics: Vec<TopicData>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TransactionState {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.get_i16()?,
            transactional_id: d.get_string(Form::Compact)?,
            transaction_state: d.get_string(Form::Compact)?,
            transaction_timeout_ms: d.get_i32()?,
            transaction_start_time_ms: d.get_i64()?,
            producer_id: d.get_i64()?,
            producer_epoch: d.get_i16()?,
            topics: d.get_structs(Form::Compact, 3, version)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.put_i16(self.error_code);
        e.put_string(&self.transactional_id, Form::Compact)?;
        e.put_string(&self.transaction_state, Form::Compact)?;
        e.put_i32(self.transaction_timeout_ms);
        e.put_i64(self.transaction_start_time_ms);
        e.put_i64(self.producer_id);
        e.put_i16(self.producer_epoch);
        e.put_structs(&self.topics, Form::Compact, version)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}

/// Part of `DescribeTransactionsResponse` in versions 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    /// Versions 0; topic name.
    pub topic: StringBytes,
    /// Versions 0.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for TopicData {
    #[inline]
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic: d.get_string(Form::Compact)?,
            partitions: d.get_array(Form::Compact, 4, Decoder::get_i32)?,
            unknown_tagged_fields: d.get_unknown_tagged_fields()?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.put_string(&self.topic, Form::Compact)?;
        e.put_i32_array(&self.partitions, Form::Compact)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, Form::Compact)?;
        Ok(())
    }
}
