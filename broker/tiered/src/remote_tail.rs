//! Where a follower begins whose leader has the records it asks for in the remote tier only (KIP-405, KIP-1023), and how
//! far a follower that has them may believe the copies.
//!
//! Facts in, verdict out. Invariants: only the manifest of the very epoch that is followed is believed; what the copy
//! says of producers behind the end, because it was cut there, is left out; copies count only as far as they are of the
//! log's own history.

use broker_model::{LeaderEpoch, Offset};
use broker_storage::{FormatError, RemoteTail, parse_leader_epochs, parse_producer_snapshot};
use bytes::Bytes;

use crate::lineage::Lineage;
use crate::manifest::Manifest;
use crate::manifest_keeper::ManifestRead;
use crate::remote_fetch::SegmentObject;
use crate::segment_object::ObjectPart;

/// Where a follower begins that has nothing of what its leader has in the remote tier only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FollowerBegin {
    /// Behind all that is remote, so that little is copied.
    #[default]
    BehindRemote,
    /// Where the disk of its leader begins, so that what lies there lies on both.
    AtLocalStart,
}

/// What has to be read of the last segment.
pub const TAIL_PARTS: [ObjectPart; 2] = [ObjectPart::LeaderEpochs, ObjectPart::ProducerSnapshot];

/// The manifest of the epoch that is followed; none while the leader has not written it.
pub fn manifest_of_epoch(read: ManifestRead, epoch: LeaderEpoch) -> Option<Box<Manifest>> {
    match read {
        ManifestRead::Found(manifest, _) if manifest.writer.epoch == epoch => Some(manifest),
        _ => None,
    }
}

/// The object of which [`TAIL_PARTS`] are read; none if nothing was copied.
pub fn last_object(manifest: &Manifest) -> Option<SegmentObject> {
    let last = manifest.segments().last();
    last.map(|last| SegmentObject::of(manifest, last))
}

/// The end of the remote part, from the parts of its last segment.
///
/// # Errors
/// When one of them cannot be read.
pub fn remote_tail(manifest: &Manifest, parts: Option<[Bytes; 2]>) -> Result<RemoteTail, FormatError> {
    let end = manifest.remote_end();
    let (epochs, mut producers) = match parts {
        Some([epochs, producers]) if producers.is_empty() => (parse_leader_epochs(&epochs)?, Vec::new()),
        Some([epochs, producers]) => (
            parse_leader_epochs(&epochs)?,
            parse_producer_snapshot(&producers)?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    producers.retain(|entry| entry.last_batch().is_none_or(|batch| batch.last_offset < end));
    Ok(RemoteTail {
        log_start: manifest.log_start(),
        end,
        epochs,
        producers,
    })
}

/// Up to where the copies are of this history.
pub fn shared_end(manifest: &Manifest, own: &Lineage) -> Offset {
    for segment in manifest.segments() {
        let valid = own.valid_until(segment);
        if valid < segment.next_offset {
            return valid;
        }
    }
    manifest.remote_end()
}
