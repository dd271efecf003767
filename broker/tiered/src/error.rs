//! What is wrong with objects of the remote tier.

use broker_model::Offset;
use thiserror::Error;

/// An object of a bucket is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RemoteFormatError {
    /// It is too short or too long.
    #[error("{what} has {found} bytes and should have {expected}")]
    Size {
        /// Part of the object.
        what: &'static str,
        /// Bytes that it should have.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The checksum differs: the object is damaged, or was edited by hand.
    #[error(
        "{what} has the checksum {found:08x} and says {expected:08x}: it is damaged or was changed by hand"
    )]
    Checksum {
        /// Part of the object.
        what: &'static str,
        /// The checksum that was written with it.
        expected: u32,
        /// The checksum of what is there.
        found: u32,
    },
    /// It was written by a later version.
    #[error("{what} has version {found}; this broker reads up to version {newest}")]
    Version {
        /// Part of the object.
        what: &'static str,
        /// Its version.
        found: u32,
        /// The newest that is known.
        newest: u32,
    },
    /// Something in it cannot be.
    #[error("{what} cannot be read: {reason}")]
    Malformed {
        /// Part of the object.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// A change that a manifest does not take.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ManifestError {
    /// A segment does not begin where the remote log ends.
    #[error("a segment begins at offset {start_offset}, the remote log ends at {remote_end}")]
    NotNext {
        /// Where the segment begins.
        start_offset: Offset,
        /// Where the remote log ends.
        remote_end: Offset,
    },
    /// A segment that holds nothing.
    #[error("a segment from offset {start_offset} to {next_offset} holds nothing")]
    Empty {
        /// Where the segment begins.
        start_offset: Offset,
        /// Where the next one begins.
        next_offset: Offset,
    },
    /// The epochs of a segment do not begin with it, or do not grow.
    #[error("the leader epochs of the segment at offset {start_offset} are not in order")]
    Epochs {
        /// Where the segment begins.
        start_offset: Offset,
    },
}
