//! `ShareKey`: what can stand in one log. Written by `cargo codegen`.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

use super::share_snapshot_key::ShareSnapshotKey;
use super::share_update_key::ShareUpdateKey;

/// One of the records of this log, told apart by their number.
#[derive(Clone, Debug, PartialEq)]
pub enum ShareKey {
    /// Number 0, versions 0.
    ShareSnapshot(ShareSnapshotKey),
    /// Number 1, versions 0.
    ShareUpdate(ShareUpdateKey),
}

impl ShareKey {
    /// Reads the body of the record with that number in that version.
    ///
    /// # Errors
    /// The number or version is unknown, or the bytes are no such record.
    pub fn decode_body(d: &mut Decoder, number: i16, version: i16) -> Result<Self, DecodeError> {
        Ok(match number {
            0 => Self::ShareSnapshot(ShareSnapshotKey::decode(d, version)?),
            1 => Self::ShareUpdate(ShareUpdateKey::decode(d, version)?),
            _ => {
                return Err(DecodeError::UnknownKind {
                    what: "ShareKey",
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
            Self::ShareSnapshot(value) => value.encode(e, version),
            Self::ShareUpdate(value) => value.encode(e, version),
        }
    }

    /// The number that stands before it.
    pub fn number(&self) -> i16 {
        match self {
            Self::ShareSnapshot(_) => 0,
            Self::ShareUpdate(_) => 1,
        }
    }

    /// The highest version of it that Kafka 4.4 knows.
    pub fn highest_version(&self) -> i16 {
        match self {
            Self::ShareSnapshot(_) => 0,
            Self::ShareUpdate(_) => 0,
        }
    }

    /// Name of the record.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ShareSnapshot(_) => "ShareSnapshotKey",
            Self::ShareUpdate(_) => "ShareUpdateKey",
        }
    }
}

impl From<ShareSnapshotKey> for ShareKey {
    fn from(value: ShareSnapshotKey) -> Self {
        Self::ShareSnapshot(value)
    }
}

impl From<ShareUpdateKey> for ShareKey {
    fn from(value: ShareUpdateKey) -> Self {
        Self::ShareUpdate(value)
    }
}
