//! `TransactionValue`: what can stand in one log. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

use super::transaction_log_value::TransactionLogValue;

/// One of the records of this log, told apart by their number.
#[derive(Clone, Debug, PartialEq)]
pub enum TransactionValue {
    /// Number 0, versions 0-1.
    TransactionLog(TransactionLogValue),
}

impl TransactionValue {
    /// Reads the body of the record with that number in that version.
    ///
    /// # Errors
    /// The number or version is unknown, or the bytes are no such record.
    pub fn decode_body(d: &mut Decoder, number: i16, version: i16) -> Result<Self, DecodeError> {
        Ok(match number {
            0 => Self::TransactionLog(TransactionLogValue::decode(d, version)?),
            _ => {
                return Err(DecodeError::UnknownKind {
                    what: "TransactionValue",
                    value: i64::from(number),
                });
            }
        })
    }

    /// Appends the body in that version.
    ///
    /// # Errors
    /// The version is unknown or has no place for a field that is set.
    pub fn encode_body(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        match self {
            Self::TransactionLog(value) => value.encode(e, version),
        }
    }

    /// The number that stands before it.
    pub fn number(&self) -> i16 {
        match self {
            Self::TransactionLog(_) => 0,
        }
    }

    /// The highest version of it that Kafka 4.4 knows.
    pub fn highest_version(&self) -> i16 {
        match self {
            Self::TransactionLog(_) => 1,
        }
    }

    /// Name of the record.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TransactionLog(_) => "TransactionLogValue",
        }
    }
}

impl From<TransactionLogValue> for TransactionValue {
    fn from(value: TransactionLogValue) -> Self {
        Self::TransactionLog(value)
    }
}
