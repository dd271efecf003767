//! A segment in the remote tier: which offsets it answers for, who copied it, and how its object is laid out.
//!
//! Invariants: `base_offset <= start_offset < next_offset`; its epochs begin at or before its start and grow. An object
//! may hold more batches than the segment answers for, because replicas roll their segments at different offsets: the
//! next leader copies the whole file in which the remote log ends, and answers only for what was missing.

use std::fmt;

use broker_model::{LeaderEpoch, Offset, Timestamp, Uuid};
use broker_storage::EpochEntry;

use crate::error::ManifestError;
use crate::object_key::SegmentKey;
use crate::segment_object::ObjectLayout;

/// Random name of a segment in the remote tier, so that no two copies ever share an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteLogSegmentId(Uuid);

impl RemoteLogSegmentId {
    /// Names a segment.
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for RemoteLogSegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a segment has a record for each of its offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offsets {
    /// It has: one that is missing is damage.
    Dense,
    /// A cleaner has removed some.
    Sparse,
}

/// What a manifest says of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteLogSegmentMetadata {
    /// Its name.
    pub id: RemoteLogSegmentId,
    /// Epoch of the leader that copied it.
    pub copied_in: LeaderEpoch,
    /// Offset that its indexes count from.
    pub base_offset: Offset,
    /// First offset that it answers for.
    pub start_offset: Offset,
    /// First offset that it does not answer for any more.
    pub next_offset: Offset,
    /// The leader epochs of its records; the first may begin before it.
    pub epochs: Vec<EpochEntry>,
    /// Largest timestamp of its records.
    pub max_timestamp: Timestamp,
    /// Whether it has a record for each of its offsets.
    pub offsets: Offsets,
    /// Where its parts are.
    pub layout: ObjectLayout,
}

impl RemoteLogSegmentMetadata {
    /// The key of its object.
    pub fn key(&self) -> SegmentKey {
        SegmentKey {
            copied_in: self.copied_in,
            id: self.id,
        }
    }

    /// Whether it answers for an offset.
    pub fn holds(&self, offset: Offset) -> bool {
        self.start_offset <= offset && offset < self.next_offset
    }

    /// Bytes of records; what counts for retention.
    pub fn size_in_bytes(&self) -> u64 {
        self.layout.log_size
    }

    /// # Errors
    /// When it holds nothing, or its epochs are not in order.
    pub fn check(&self) -> Result<(), ManifestError> {
        let start_offset = self.start_offset;
        if self.base_offset > start_offset || start_offset >= self.next_offset {
            return Err(ManifestError::Empty {
                start_offset,
                next_offset: self.next_offset,
            });
        }
        let begins = self
            .epochs
            .first()
            .is_some_and(|first| first.start_offset <= start_offset);
        let grows = self
            .epochs
            .windows(2)
            .all(|pair| pair[0].epoch < pair[1].epoch && pair[0].start_offset < pair[1].start_offset);
        let ends = self
            .epochs
            .last()
            .is_some_and(|last| last.start_offset < self.next_offset);
        if begins && grows && ends {
            Ok(())
        } else {
            Err(ManifestError::Epochs { start_offset })
        }
    }
}
