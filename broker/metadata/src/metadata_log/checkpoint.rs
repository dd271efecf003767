//! Snapshot files: the image at an offset as record batches (KIP-630).
//!
//! A file is a log of its own, with offsets from 0: a control batch with the snapshot header and, when voters are
//! kept in the log, the quorum's format and voters; batches of metadata records; a control batch with the footer. A
//! file without its footer was not written to its end and is refused. `format` writes the snapshot `0-0`, whose
//! records the first leader appends to its log.

use broker_model::{LeaderEpoch, Offset, Timestamp};
use bytes::{Bytes, BytesMut};

use super::batch::{BatchStamp, LogBatch, read_batches, records_batch};
use super::control::{ControlRecord, Voter, control_batch};
use crate::{LogFormatError, MetadataRecord, MetadataVersion};

/// Most records in one batch of a snapshot.
const RECORDS_PER_BATCH: usize = 10_000;

/// What a snapshot says about itself and the quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointHead {
    /// Epoch of the last record in it; stamped on its batches.
    pub epoch: i32,
    /// When that record was appended.
    pub last_contained_log_timestamp: Timestamp,
    /// The quorum's members, when they are kept in the log (`kraft.version` 1).
    pub voters: Option<Vec<Voter>>,
}

/// A snapshot as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// What it says about itself.
    pub head: CheckpointHead,
    /// Its records, in order.
    pub records: Vec<MetadataRecord>,
}

/// Writes a snapshot file.
///
/// # Errors
/// A record cannot be written at that metadata version.
pub fn write_checkpoint(
    head: &CheckpointHead,
    version: MetadataVersion,
    records: &[MetadataRecord],
    now: Timestamp,
) -> Result<Bytes, LogFormatError> {
    let mut file = BytesMut::new();
    let mut stamp = BatchStamp {
        base_offset: Offset::ZERO,
        leader_epoch: LeaderEpoch::new(head.epoch),
        timestamp: now,
    };
    let mut controls = vec![ControlRecord::SnapshotHeader(head.last_contained_log_timestamp)];
    if let Some(voters) = &head.voters {
        controls.push(ControlRecord::KRaftVersion(crate::KRAFT_VERSION_LEVEL));
        controls.push(ControlRecord::KRaftVoters(voters.clone()));
    }
    file.extend_from_slice(&control_batch(stamp, &controls)?);
    stamp.base_offset = advance(stamp.base_offset, controls.len());
    for chunk in records.chunks(RECORDS_PER_BATCH) {
        file.extend_from_slice(&records_batch(stamp, version, chunk)?);
        stamp.base_offset = advance(stamp.base_offset, chunk.len());
    }
    file.extend_from_slice(&control_batch(stamp, &[ControlRecord::SnapshotFooter])?);
    Ok(file.freeze())
}

fn advance(offset: Offset, records: usize) -> Offset {
    offset.plus(i64::try_from(records).unwrap_or(i64::MAX))
}

/// Reads a snapshot file.
///
/// # Errors
/// The file is damaged, cut, or holds what no snapshot holds.
pub fn read_checkpoint(bytes: &Bytes) -> Result<Checkpoint, LogFormatError> {
    let mut batches = read_batches(bytes)?.into_iter();
    let Some(LogBatch::Control { batch, controls }) = batches.next() else {
        return Err(LogFormatError::IncompleteSnapshot(
            "it does not begin with a control batch",
        ));
    };
    let mut controls = controls.into_iter();
    let Some(ControlRecord::SnapshotHeader(timestamp)) = controls.next() else {
        return Err(LogFormatError::IncompleteSnapshot(
            "it does not begin with a snapshot header",
        ));
    };
    let mut head = CheckpointHead {
        epoch: batch.leader_epoch,
        last_contained_log_timestamp: timestamp,
        voters: None,
    };
    let mut records = Vec::new();
    let mut complete = false;
    take_controls(controls, &mut head, &mut complete);
    for batch in batches {
        if complete {
            return Err(LogFormatError::IncompleteSnapshot(
                "something stands behind its footer",
            ));
        }
        match batch {
            LogBatch::Records(batch) => records.extend(batch.records),
            LogBatch::Control { controls, .. } => {
                take_controls(controls.into_iter(), &mut head, &mut complete);
            }
        }
    }
    if complete {
        Ok(Checkpoint { head, records })
    } else {
        Err(LogFormatError::IncompleteSnapshot("it has no footer"))
    }
}

fn take_controls(
    controls: impl Iterator<Item = ControlRecord>,
    head: &mut CheckpointHead,
    complete: &mut bool,
) {
    for control in controls {
        match control {
            ControlRecord::KRaftVoters(voters) => head.voters = Some(voters),
            ControlRecord::SnapshotFooter => *complete = true,
            ControlRecord::KRaftVersion(_)
            | ControlRecord::LeaderChange(_)
            | ControlRecord::SnapshotHeader(_) => {}
        }
    }
}
