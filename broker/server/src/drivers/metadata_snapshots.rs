//! Snapshot files beside the metadata log (KIP-630).
//!
//! Owns which snapshots there are. A snapshot is written whole under another name, synced and renamed, so that a
//! file with a snapshot's name is complete. The newest two are kept, and the log from the older one on, so that one
//! damaged file costs nothing but a longer start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_metadata::metadata_log::{
    BOOTSTRAP_CHECKPOINT, Checkpoint, CheckpointHead, SnapshotId, Voter, read_checkpoint, write_checkpoint,
};
use broker_metadata::{
    MetadataDelta, MetadataImage, MetadataProvenance, MetadataRecord, ReplayError, image_records,
};
use broker_model::{MonotonicMs, Now, Offset};
use broker_storage::fs::{read_whole, replace_whole};
use broker_storage::{Fs, LogEnvironment, StorageError};

use super::metadata_log::{MetadataLogError, SnapshotPolicy};

const SNAPSHOT_SIZE_MAX: usize = 1 << 30;
const SNAPSHOTS_KEPT: usize = 2;

/// The snapshots of a metadata log.
#[derive(Debug)]
pub(super) struct Snapshots {
    folder: PathBuf,
    known: Vec<SnapshotId>,
    /// Bytes appended to the log since the newest snapshot.
    pub(super) bytes_since: u64,
    last_written: MonotonicMs,
}

/// The files that a start needs.
#[derive(Debug)]
pub(super) struct FoundSnapshots {
    newest: Option<(SnapshotId, Checkpoint)>,
    bootstrap: Option<Checkpoint>,
}

/// What the snapshots say.
#[derive(Debug)]
pub(super) struct SnapshotContent {
    pub(super) image: MetadataImage,
    pub(super) bootstrap: Vec<MetadataRecord>,
}

impl Snapshots {
    /// Finds the newest readable snapshot and what `format` left.
    pub(super) fn load(fs: Arc<dyn Fs>, folder: &Path) -> Result<(Self, FoundSnapshots), MetadataLogError> {
        let failed = |error| StorageError::from_io(folder, folder, error);
        let names = fs.list(folder).map_err(failed)?;
        let mut known: Vec<_> = names
            .iter()
            .filter_map(|entry| SnapshotId::from_file_name(&entry.name))
            .collect();
        known.sort_unstable();
        let read = |path: PathBuf| -> Result<Checkpoint, MetadataLogError> {
            let content = read_whole(fs.as_ref(), &path, SNAPSHOT_SIZE_MAX)
                .map_err(|error| StorageError::from_io(folder, &path, error))?;
            Ok(read_checkpoint(&content.into())?)
        };
        let mut newest = None;
        for id in known.iter().rev().filter(|id| **id != SnapshotId::BOOTSTRAP) {
            match read(folder.join(id.to_string())) {
                Ok(checkpoint) => {
                    newest = Some((*id, checkpoint));
                    break;
                }
                Err(error) => {
                    tracing::warn!(snapshot = %id, %error, "snapshot is damaged; an older one serves")
                }
            }
        }
        let older_bootstrap = folder.parent().unwrap_or(folder).join(BOOTSTRAP_CHECKPOINT);
        let bootstrap = if known.contains(&SnapshotId::BOOTSTRAP) {
            Some(read(folder.join(SnapshotId::BOOTSTRAP.to_string()))?)
        } else if fs.info(&older_bootstrap).is_ok() {
            Some(read(older_bootstrap)?)
        } else {
            None
        };
        let snapshots = Self {
            folder: folder.to_path_buf(),
            known,
            bytes_since: 0,
            last_written: MonotonicMs::from_ms(0),
        };
        Ok((snapshots, FoundSnapshots { newest, bootstrap }))
    }

    /// The image to begin with.
    pub(super) fn image_of(&self, found: FoundSnapshots) -> Result<SnapshotContent, MetadataLogError> {
        let image = match found.newest {
            None => MetadataImage::empty(),
            Some((id, checkpoint)) => image_of_snapshot(id, &checkpoint)?,
        };
        Ok(SnapshotContent {
            image,
            bootstrap: found.bootstrap.map(|found| found.records).unwrap_or_default(),
        })
    }

    pub(super) fn is_due(&self, policy: SnapshotPolicy, now: Now) -> bool {
        let by_time =
            policy.max_interval_ms > 0 && now.monotonic.since_ms(self.last_written) >= policy.max_interval_ms;
        self.bytes_since > 0 && (by_time || self.bytes_since >= policy.max_new_record_bytes)
    }

    /// Writes the image; answers from which offset on the log is still needed.
    pub(super) fn write(
        &mut self,
        image: &MetadataImage,
        voter: &Voter,
        now: Now,
        environment: &LogEnvironment,
    ) -> Result<Option<Offset>, MetadataLogError> {
        let id = SnapshotId {
            end_offset: image.provenance.last_contained_offset.plus(1),
            epoch: image.provenance.last_contained_epoch,
        };
        self.bytes_since = 0;
        self.last_written = now.monotonic;
        if self.known.contains(&id) {
            return Ok(None);
        }
        let head = CheckpointHead {
            epoch: id.epoch,
            last_contained_log_timestamp: image.provenance.last_contained_log_timestamp,
            voters: Some(vec![voter.clone()]),
        };
        let version = image.features.metadata_version;
        let bytes = write_checkpoint(&head, version, &image_records(image), now.wall)?;
        let path = self.folder.join(id.to_string());
        replace_whole(environment.fs.as_ref(), &path, &bytes)
            .map_err(|error| environment.directory.failed(&path, error))?;
        tracing::info!(snapshot = %id, size = bytes.len(), "metadata snapshot written");
        self.known.push(id);
        self.known.sort_unstable();
        while self.known.len() > SNAPSHOTS_KEPT {
            let old = self.folder.join(self.known.remove(0).to_string());
            if let Err(error) = environment.fs.remove_file(&old) {
                tracing::warn!(path = %old.display(), %error, "old metadata snapshot stays");
            }
        }
        Ok(self.known.first().map(|oldest| oldest.end_offset))
    }
}

fn image_of_snapshot(id: SnapshotId, checkpoint: &Checkpoint) -> Result<MetadataImage, MetadataLogError> {
    let blank = MetadataImage::empty();
    let mut delta = MetadataDelta::new(&blank);
    for (place, record) in checkpoint.records.iter().enumerate() {
        delta
            .replay(record)
            .map_err(|source: ReplayError| broker_metadata::LoadError::Replay {
                offset: Offset::new(i64::try_from(place).unwrap_or(i64::MAX)),
                record: record.name(),
                source,
            })?;
    }
    let (image, _changes) = delta.apply(MetadataProvenance {
        last_contained_offset: id.end_offset.minus(1),
        last_contained_epoch: id.epoch,
        last_contained_log_timestamp: checkpoint.head.last_contained_log_timestamp,
    });
    Ok(image)
}
