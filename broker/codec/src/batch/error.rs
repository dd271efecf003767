//! Why bytes are not a record batch.

use crate::DecodeError;
use crate::compression::CompressionError;

/// Bytes are not a batch, or not the batch that its header says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes end inside the header or before the length that it states.
    #[error("a batch needs {needed} bytes and {remaining} are left")]
    Truncated {
        /// Bytes that the batch takes.
        needed: usize,
        /// Bytes that are there.
        remaining: usize,
    },
    /// The stated length does not even cover the header.
    #[error("batch length {0} is too small")]
    InvalidLength(i32),
    /// A format that does not exist, or that this operation does not take.
    #[error("batch format {0} is not supported")]
    UnsupportedMagic(i8),
    /// Stored and computed checksum differ.
    #[error("checksum {stored:#010x} does not match the content, {computed:#010x}")]
    Checksum {
        /// What the batch says.
        stored: u32,
        /// What the bytes give.
        computed: u32,
    },
    /// A count or offset in the header is impossible.
    #[error("{what} {value} is not possible")]
    InvalidHeader {
        /// The field.
        what: &'static str,
        /// Its value.
        value: i64,
    },
    /// A record is malformed.
    #[error("record {index}: {reason}")]
    InvalidRecord {
        /// Number of the record in the batch, from 0.
        index: i32,
        /// What is wrong.
        reason: DecodeError,
    },
    /// Bytes are left behind the last record.
    #[error("{0} bytes follow the last record")]
    TrailingBytes(usize),
    /// The records cannot be unpacked.
    #[error(transparent)]
    Compression(#[from] CompressionError),
}
