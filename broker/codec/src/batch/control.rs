//! Control records: what a log says about itself (transaction markers, leadership, snapshots, voters).
//!
//! A control record's key is `version i16, type i16`. The values are generated messages of the crates above, but
//! for the transaction marker, which is `version i16, coordinator epoch i32` and is built here.

use broker_model::{CoordinatorEpoch, LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use bytes::Bytes;

use super::{BatchAttributes, BatchBuilder, BatchOptions, ProducerIdentity};
use crate::DecodeError;
use crate::compression::CompressionError;

/// Type of a control record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum ControlRecordType {
    /// Ends a transaction; its records are void.
    Abort = 0,
    /// Ends a transaction; its records count.
    Commit = 1,
    /// A new leader of the metadata quorum.
    LeaderChange = 2,
    /// First record of a snapshot.
    SnapshotHeader = 3,
    /// Last record of a snapshot.
    SnapshotFooter = 4,
    /// Version of the quorum's own format (KIP-853).
    KRaftVersion = 5,
    /// Voters of the quorum (KIP-853).
    KRaftVoters = 6,
}

const KEY_VERSION: i16 = 0;
const MARKER_VERSION: i16 = 0;

impl ControlRecordType {
    /// Reads the key of a control record; `None` for types of the future, which readers skip.
    ///
    /// # Errors
    /// When the key is too short.
    pub fn parse_key(key: &[u8]) -> Result<Option<Self>, DecodeError> {
        let cut = DecodeError::UnexpectedEnd {
            needed: 4,
            remaining: key.len(),
        };
        let number: [u8; 2] = key.get(2..4).and_then(|bytes| bytes.try_into().ok()).ok_or(cut)?;
        Ok(match i16::from_be_bytes(number) {
            0 => Some(Self::Abort),
            1 => Some(Self::Commit),
            2 => Some(Self::LeaderChange),
            3 => Some(Self::SnapshotHeader),
            4 => Some(Self::SnapshotFooter),
            5 => Some(Self::KRaftVersion),
            6 => Some(Self::KRaftVoters),
            _ => None,
        })
    }

    /// The key of a control record of this type.
    pub fn key(self) -> [u8; 4] {
        let ([a, b], [c, d]) = (KEY_VERSION.to_be_bytes(), (self as i16).to_be_bytes());
        [a, b, c, d]
    }
}

/// A batch of one transaction marker; `marker` is [`ControlRecordType::Commit`] or [`ControlRecordType::Abort`].
///
/// # Errors
/// Never in practice: the batch is not compressed.
pub fn end_txn_marker_batch(
    marker: ControlRecordType,
    producer: (ProducerId, ProducerEpoch),
    coordinator_epoch: CoordinatorEpoch,
    at: (Offset, LeaderEpoch, Timestamp),
) -> Result<Bytes, CompressionError> {
    let (base_offset, leader_epoch, timestamp) = at;
    let mut builder = BatchBuilder::new(BatchOptions {
        base_offset,
        leader_epoch,
        attributes: BatchAttributes::default().transactional().control(),
        producer: ProducerIdentity {
            id: producer.0,
            epoch: producer.1,
            base_sequence: Sequence::NONE,
        },
        ..BatchOptions::default()
    });
    let mut value = MARKER_VERSION.to_be_bytes().to_vec();
    value.extend_from_slice(&coordinator_epoch.value().to_be_bytes());
    builder.append(timestamp, Some(&marker.key()), Some(&value));
    builder.build()
}
