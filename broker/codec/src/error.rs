//! What can be wrong with bytes that came in, and with values that shall go out.
//!
//! [`DecodeError`] is small and `Copy`, because it is part of the return type of every decoder on the hot path;
//! it says what was wrong, and the caller, who knows the API and the connection, says where. [`EncodeError`]
//! names the field, because it is always a mistake on our side. Errors of record batches and of compression
//! have their own types beside their decoders.

use std::ops::RangeInclusive;

use thiserror::Error;

/// Why bytes could not be read as a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The frame ends inside a field.
    #[error("{needed} bytes are needed, {remaining} remain")]
    UnexpectedEnd {
        /// How many bytes the field takes.
        needed: usize,
        /// How many bytes are left.
        remaining: usize,
    },
    /// A length below -1, or below 0 where -1 has no meaning.
    #[error("negative length {0}")]
    NegativeLength(i64),
    /// A null where the version of the message knows none.
    #[error("a field that cannot be null is null")]
    UnexpectedNull,
    /// More elements than an array may have, or than the remaining bytes can hold.
    #[error("an array of {count} elements cannot fit in {remaining} bytes")]
    ArrayTooLong {
        /// The claimed number of elements.
        count: usize,
        /// How many bytes are left.
        remaining: usize,
    },
    /// More tagged fields than a structure may have.
    #[error("{0} tagged fields in one structure")]
    TooManyTaggedFields(usize),
    /// The decoded message would take more memory than the decoder was given.
    #[error("the decoded message takes more memory than allowed")]
    MemoryLimit,
    /// A variable-length number runs on after its last possible byte.
    #[error("a variable-length number is too long")]
    VarintTooLong,
    /// A string that is not UTF-8.
    #[error("a string is not UTF-8")]
    InvalidUtf8,
    /// No such version of this message.
    #[error("{message} has no version {version}")]
    UnsupportedVersion {
        /// Name of the message.
        message: &'static str,
        /// The version that was asked for.
        version: i16,
    },
    /// A type number, frame version or marker that the format does not know.
    #[error("{what} {value} is unknown")]
    UnknownKind {
        /// What the number stands for.
        what: &'static str,
        /// The number itself.
        value: i64,
    },
}

/// Why a value has no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// No such version of this message.
    #[error("{message} has no version {version}")]
    UnsupportedVersion {
        /// Name of the message.
        message: &'static str,
        /// The version that was asked for.
        version: i16,
    },
    /// The field is set, the version has no place for it, and it may not be dropped.
    #[error("{field} is set but version {version} has no place for it")]
    FieldNotInVersion {
        /// Structure and field.
        field: &'static str,
        /// The version that was asked for.
        version: i16,
    },
    /// The field is null, and the version knows no null for it.
    #[error("{field} is null but version {version} does not allow it")]
    UnexpectedNull {
        /// Structure and field.
        field: &'static str,
        /// The version that was asked for.
        version: i16,
    },
    /// Tagged fields are set, and the version has none.
    #[error("tagged fields are set but the version has none")]
    NoTaggedFields,
    /// A string, array or byte field longer than its length prefix can say.
    #[error("{0} bytes or elements are too many for the length prefix")]
    TooLong(usize),
}

impl DecodeError {
    /// Refuses a version outside of `lowest..=highest`.
    ///
    /// # Errors
    /// [`DecodeError::UnsupportedVersion`].
    #[inline]
    pub fn check_version(
        message: &'static str,
        versions: &RangeInclusive<i16>,
        version: i16,
    ) -> Result<(), Self> {
        if versions.contains(&version) {
            Ok(())
        } else {
            Err(Self::UnsupportedVersion { message, version })
        }
    }
}

impl EncodeError {
    /// Refuses a version outside of `lowest..=highest`.
    ///
    /// # Errors
    /// [`EncodeError::UnsupportedVersion`].
    #[inline]
    pub fn check_version(
        message: &'static str,
        versions: &RangeInclusive<i16>,
        version: i16,
    ) -> Result<(), Self> {
        if versions.contains(&version) {
            Ok(())
        } else {
            Err(Self::UnsupportedVersion { message, version })
        }
    }

    /// Refuses a set field that has no place in this version.
    ///
    /// # Errors
    /// [`EncodeError::FieldNotInVersion`].
    #[inline]
    pub fn check_unset(is_set: bool, field: &'static str, version: i16) -> Result<(), Self> {
        if is_set {
            Err(Self::FieldNotInVersion { field, version })
        } else {
            Ok(())
        }
    }

    /// The field is null where this version allows none.
    #[cold]
    pub fn null(field: &'static str, version: i16) -> Self {
        Self::UnexpectedNull { field, version }
    }
}
