//! `TransactionLogValue`, versions 0-1, flexible from 1. Written by `cargo codegen`.

use broker_codec::{
    DecodeError, Decoder, EncodeError, Encoder, Form, Message, RawTaggedField, StringBytes, Tagged,
};

/// Message `TransactionLogValue`, number 0.
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionLogValue {
    /// Versions 0-1.
    pub producer_id: i64,
    /// Versions 1, tag 0, default -1.
    pub previous_producer_id: i64,
    /// Versions 1, tag 1, default -1.
    pub next_producer_id: i64,
    /// Versions 0-1.
    pub producer_epoch: i16,
    /// Versions 1, tag 3, default -1.
    pub next_producer_epoch: i16,
    /// Versions 0-1.
    pub transaction_timeout_ms: i32,
    /// Versions 0-1.
    pub transaction_status: i8,
    /// Versions 0-1, may be null.
    pub transaction_partitions: Option<Vec<PartitionsSchema>>,
    /// Versions 0-1.
    pub transaction_last_update_timestamp_ms: i64,
    /// Versions 0-1.
    pub transaction_start_timestamp_ms: i64,
    /// Versions 1, tag 2.
    pub client_transaction_version: i16,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Default for TransactionLogValue {
    fn default() -> Self {
        Self {
            producer_id: 0,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: 0,
            next_producer_epoch: -1,
            transaction_timeout_ms: 0,
            transaction_status: 0,
            transaction_partitions: Some(Vec::new()),
            transaction_last_update_timestamp_ms: 0,
            transaction_start_timestamp_ms: 0,
            client_transaction_version: 0,
            unknown_tagged_fields: Vec::new(),
        }
    }
}

impl TransactionLogValue {
    /// Versions that Kafka 4.4 knows.
    pub const VERSIONS: std::ops::RangeInclusive<i16> = 0..=1;
}

impl Message for TransactionLogValue {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        DecodeError::check_version("TransactionLogValue", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        let mut m = Self {
            producer_id: d.get_i64()?,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: d.get_i16()?,
            next_producer_epoch: -1,
            transaction_timeout_ms: d.get_i32()?,
            transaction_status: d.get_i8()?,
            transaction_partitions: d.get_nullable_structs(form, 3, version)?,
            transaction_last_update_timestamp_ms: d.get_i64()?,
            transaction_start_timestamp_ms: d.get_i64()?,
            client_transaction_version: 0,
            unknown_tagged_fields: Vec::new(),
        };
        if form == Form::Compact {
            let count = d.get_tag_count()?;
            if count > 0 {
                m.unknown_tagged_fields = d.get_tagged_fields(count, &mut |tag, d| {
                    match tag {
                        0 => m.previous_producer_id = d.get_i64()?,
                        1 => m.next_producer_id = d.get_i64()?,
                        2 => m.client_transaction_version = d.get_i16()?,
                        3 => m.next_producer_epoch = d.get_i16()?,
                        _ => return Ok(Tagged::Unknown),
                    }
                    Ok(Tagged::Known)
                })?;
            }
        }
        Ok(m)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        EncodeError::check_version("TransactionLogValue", &Self::VERSIONS, version)?;
        let form = Form::since(version, 1);
        e.put_i64(self.producer_id);
        e.put_i16(self.producer_epoch);
        e.put_i32(self.transaction_timeout_ms);
        e.put_i8(self.transaction_status);
        e.put_nullable_structs(self.transaction_partitions.as_deref(), form, version)?;
        e.put_i64(self.transaction_last_update_timestamp_ms);
        e.put_i64(self.transaction_start_timestamp_ms);
        let tag_0 = version >= 1 && self.previous_producer_id != -1;
        EncodeError::check_unset(
            version < 1 && self.previous_producer_id != -1,
            "TransactionLogValue.previous_producer_id",
            version,
        )?;
        let tag_1 = version >= 1 && self.next_producer_id != -1;
        EncodeError::check_unset(
            version < 1 && self.next_producer_id != -1,
            "TransactionLogValue.next_producer_id",
            version,
        )?;
        let tag_2 = version >= 1 && self.client_transaction_version != 0;
        EncodeError::check_unset(
            version < 1 && self.client_transaction_version != 0,
            "TransactionLogValue.client_transaction_version",
            version,
        )?;
        let tag_3 = version >= 1 && self.next_producer_epoch != -1;
        EncodeError::check_unset(
            version < 1 && self.next_producer_epoch != -1,
            "TransactionLogValue.next_producer_epoch",
            version,
        )?;
        if form == Form::Compact {
            e.put_tag_count(
                usize::from(tag_0) + usize::from(tag_1) + usize::from(tag_2) + usize::from(tag_3),
                &self.unknown_tagged_fields,
            )?;
            if tag_0 {
                e.put_tagged(0, |e| {
                    e.put_i64(self.previous_producer_id);
                    Ok(())
                })?;
            }
            if tag_1 {
                e.put_tagged(1, |e| {
                    e.put_i64(self.next_producer_id);
                    Ok(())
                })?;
            }
            if tag_2 {
                e.put_tagged(2, |e| {
                    e.put_i16(self.client_transaction_version);
                    Ok(())
                })?;
            }
            if tag_3 {
                e.put_tagged(3, |e| {
                    e.put_i16(self.next_producer_epoch);
                    Ok(())
                })?;
            }
            e.put_raw_tagged_fields(&self.unknown_tagged_fields)?;
        }
        Ok(())
    }
}

/// Part of `TransactionLogValue` in versions 0-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionsSchema {
    /// Versions 0-1.
    pub topic: StringBytes,
    /// Versions 0-1.
    pub partition_ids: Vec<i32>,
    /// Tagged fields that this version does not know, as they came.
    pub unknown_tagged_fields: Vec<RawTaggedField>,
}

impl Message for PartitionsSchema {
    #[inline]
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let form = Form::since(version, 1);
        Ok(Self {
            topic: d.get_string(form)?,
            partition_ids: d.get_array(form, 4, Decoder::get_i32)?,
            unknown_tagged_fields: match form {
                Form::Compact => d.get_unknown_tagged_fields()?,
                Form::Plain => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let form = Form::since(version, 1);
        e.put_string(&self.topic, form)?;
        e.put_i32_array(&self.partition_ids, form)?;
        e.put_unknown_tagged_fields(&self.unknown_tagged_fields, form)?;
        Ok(())
    }
}
