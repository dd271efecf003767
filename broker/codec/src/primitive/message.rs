//! What every generated structure can do, and the two forms of lengths.

use std::fmt::Debug;

use bytes::Bytes;

use crate::{DecodeError, Decoder, EncodeError, Encoder};

/// A structure of the protocol or of a record on disk, in all versions that Kafka 4.4 knows.
pub trait Message: Sized + Default + Clone + Debug + PartialEq {
    /// Reads the structure; bytes after it are left in the decoder.
    ///
    /// # Errors
    /// The bytes are no such structure, or the version is unknown.
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError>;

    /// Appends the structure.
    ///
    /// # Errors
    /// The version has no place for a field that is set.
    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError>;

    /// Reads the structure from the start of `bytes`, tolerating bytes after it.
    ///
    /// # Errors
    /// As [`Message::decode`].
    fn from_bytes(bytes: Bytes, version: i16) -> Result<Self, DecodeError> {
        Self::decode(&mut Decoder::new(bytes), version)
    }

    /// The structure as one piece of bytes.
    ///
    /// # Errors
    /// As [`Message::encode`].
    fn to_bytes(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut encoder = Encoder::new();
        self.encode(&mut encoder, version)?;
        Ok(encoder.into_bytes())
    }
}

/// How lengths are written: with a fixed width, or as a variable-length number one higher (KIP-482).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `int16` before strings, `int32` before everything else, -1 for null; no tagged fields.
    Plain,
    /// Unsigned varint of length + 1, 0 for null; each structure ends with tagged fields.
    Compact,
}

impl Form {
    /// The form of a message that is flexible from version `first` on.
    #[inline]
    pub const fn since(version: i16, first: i16) -> Self {
        if version >= first {
            Self::Compact
        } else {
            Self::Plain
        }
    }
}

/// A tagged field that this version of the message does not know: kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawTaggedField {
    /// Number of the field in its structure.
    pub tag: u32,
    /// Its undecoded value.
    pub data: Bytes,
}
