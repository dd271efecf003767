//! Snapshot files beside the metadata log (KIP-630).
//!
//! Owns which snapshots there are. A snapshot is written whole under another name, synced and renamed, so that a
//! file with a snapshot's name is complete. The newest two are kept, and the log from the older one on, so that one
//! damaged file costs nothing but a longer start. What the device does not give is no damage: it ends the directory.

use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_metadata::metadata_log::{
    BOOTSTRAP_CHECKPOINT, Checkpoint, CheckpointHead, SnapshotId, read_checkpoint, write_checkpoint,
};
use broker_metadata::{
    MetadataDelta, MetadataImage, MetadataProvenance, MetadataRecord, ReplayError, image_records,
};
use broker_model::{Offset, Timestamp};
use broker_raft::{Snapshot, SnapshotVoters, VoterSet};
use broker_storage::fs::{OpenMode, read_whole, replace_whole};
use broker_storage::{DirectoryHealth, Fs, LogEnvironment};
use bytes::Bytes;

use crate::MetadataLogError;

const SNAPSHOT_SIZE_MAX: usize = 1 << 30;
const SNAPSHOTS_KEPT: usize = 2;
/// Behind the name of a snapshot that is not whole yet, as Kafka names it.
const UNFINISHED: &str = ".part";

/// The snapshots of a metadata log.
#[derive(Debug)]
pub struct Snapshots {
    fs: Arc<dyn Fs>,
    health: Arc<DirectoryHealth>,
    folder: PathBuf,
    known: Vec<Snapshot>,
    bootstrap: Vec<MetadataRecord>,
}

impl Snapshots {
    /// Finds the readable snapshots and what `format` left.
    pub(crate) fn load(environment: &LogEnvironment, folder: &Path) -> Result<Self, MetadataLogError> {
        let (fs, health) = (environment.fs.clone(), environment.directory.clone());
        let names = fs.list(folder).map_err(|error| health.failed(folder, error))?;
        let mut snapshots = Self {
            fs,
            health,
            folder: folder.to_path_buf(),
            known: Vec::new(),
            bootstrap: Vec::new(),
        };
        for unfinished in names.iter().filter(|entry| is_unfinished(&entry.name)) {
            // A fetch is begun anew after a start, of whatever snapshot there is then.
            let path = folder.join(&unfinished.name);
            let removed = snapshots.fs.remove_file(&path);
            removed.map_err(|error| snapshots.health.failed(&path, error))?;
        }
        for id in names
            .iter()
            .filter_map(|entry| SnapshotId::from_file_name(&entry.name))
        {
            match snapshots.read(id) {
                Ok((checkpoint, size)) => {
                    if id == SnapshotId::BOOTSTRAP {
                        snapshots.bootstrap = checkpoint.records;
                    }
                    snapshots.known.push(Snapshot { id, size });
                }
                // What the device does not give may be whole: whoever passed it over might go on with too little.
                Err(MetadataLogError::Format(error)) if id != SnapshotId::BOOTSTRAP => {
                    tracing::warn!(snapshot = %id, %error, "snapshot is damaged; an older one serves");
                }
                Err(error) => return Err(error),
            }
        }
        snapshots.known.sort_unstable_by_key(|known| known.id);
        let older = folder.parent().unwrap_or(folder).join(BOOTSTRAP_CHECKPOINT);
        if snapshots.bootstrap.is_empty() && snapshots.fs.info(&older).is_ok() {
            snapshots.bootstrap = snapshots.read_file(&older)?.0.records;
        }
        Ok(snapshots)
    }

    fn path(&self, id: SnapshotId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    fn read(&self, id: SnapshotId) -> Result<(Checkpoint, u64), MetadataLogError> {
        self.read_file(&self.path(id))
    }

    fn read_file(&self, path: &Path) -> Result<(Checkpoint, u64), MetadataLogError> {
        let content = read_whole(self.fs.as_ref(), path, SNAPSHOT_SIZE_MAX)
            .map_err(|error| self.health.failed(path, error))?;
        let size = content.len() as u64;
        Ok((read_checkpoint(&content.into())?, size))
    }

    /// The records that a new log begins with.
    pub fn bootstrap(&self) -> &[MetadataRecord] {
        &self.bootstrap
    }

    /// The newest, but for the one that `format` wrote.
    pub(crate) fn newest(&self) -> Option<Snapshot> {
        self.known
            .last()
            .copied()
            .filter(|known| known.id != SnapshotId::BOOTSTRAP)
    }

    /// The oldest that ends at that offset or behind it.
    pub(crate) fn first_from(&self, log_start: Offset) -> Option<Snapshot> {
        self.known
            .iter()
            .copied()
            .find(|known| known.id.end_offset >= log_start)
    }

    /// All of them, by rising offset.
    pub(crate) fn readable(&self) -> impl Iterator<Item = Snapshot> + '_ {
        self.known.iter().copied()
    }

    /// What the head of a snapshot says about the quorum.
    pub(crate) fn voters_of(&self, id: SnapshotId) -> Result<SnapshotVoters, MetadataLogError> {
        Ok(voters_of(&self.read(id)?.0))
    }

    /// The image to begin with.
    pub(crate) fn newest_image(&self) -> Result<MetadataImage, MetadataLogError> {
        match self.newest() {
            None => Ok(MetadataImage::empty()),
            Some(newest) => Ok(image_of_snapshot(newest.id, &self.read(newest.id)?.0)?),
        }
    }

    /// Takes note of a snapshot that was written; answers from which offset on the log is still needed.
    pub fn keep(&mut self, snapshot: Snapshot) -> Option<Offset> {
        if !self.known.iter().any(|known| known.id == snapshot.id) {
            self.known.push(snapshot);
            self.known.sort_unstable_by_key(|known| known.id);
        }
        while self.known.len() > SNAPSHOTS_KEPT {
            let oldest = self.known.remove(0);
            let old = self.path(oldest.id);
            if let Err(error) = self.fs.remove_file(&old) {
                tracing::warn!(path = %old.display(), %error, "old metadata snapshot stays");
            }
        }
        self.known.first().map(|oldest| oldest.id.end_offset)
    }

    /// A piece of a snapshot's file.
    ///
    /// # Errors
    /// The device does not give it.
    pub fn piece(&self, id: SnapshotId, position: u64, max: usize) -> Result<Bytes, MetadataLogError> {
        let path = self.path(id);
        let read = || {
            let file = self.fs.open(&path, OpenMode::Read)?;
            let left = usize::try_from(file.size()?.saturating_sub(position)).unwrap_or(usize::MAX);
            let mut content = vec![0; left.min(max)];
            let count = file.read_at(position, &mut content)?;
            content.truncate(count);
            Ok(content.into())
        };
        Ok(read().map_err(|error| self.health.failed(&path, error))?)
    }

    /// Begins the file of a snapshot that comes in pieces.
    ///
    /// # Errors
    /// The file system fails.
    pub fn begin(&self, id: SnapshotId) -> Result<(), MetadataLogError> {
        let path = self.unfinished(id);
        let begun = self.fs.open(&path, OpenMode::Truncate).map(drop);
        Ok(begun.map_err(|error| self.health.failed(&path, error))?)
    }

    /// Writes a piece into it.
    ///
    /// # Errors
    /// The file system fails.
    pub fn write_piece(&self, id: SnapshotId, position: u64, bytes: &Bytes) -> Result<(), MetadataLogError> {
        let path = self.unfinished(id);
        let file = self.fs.open(&path, OpenMode::ReadWrite);
        let written = file.and_then(|file| file.write_at(position, &[IoSlice::new(bytes)]));
        Ok(written.map_err(|error| self.health.failed(&path, error))?)
    }

    /// Finishes the file and reads it: the snapshot, what it says about the quorum, and its image.
    ///
    /// # Errors
    /// `Format` when the file is damaged; anything else when the file system fails.
    pub fn finish(
        &mut self,
        id: SnapshotId,
    ) -> Result<(Snapshot, SnapshotVoters, MetadataImage), MetadataLogError> {
        let unfinished = self.unfinished(id);
        let failed = |error| self.health.failed(&unfinished, error);
        let (checkpoint, size) = self.read_file(&unfinished)?;
        let image = image_of_snapshot(id, &checkpoint)?;
        let file = self.fs.open(&unfinished, OpenMode::ReadWrite).map_err(failed)?;
        file.sync().map_err(failed)?;
        self.fs.rename(&unfinished, &self.path(id)).map_err(failed)?;
        self.fs.sync_directory(&self.folder).map_err(failed)?;
        Ok((Snapshot { id, size }, voters_of(&checkpoint), image))
    }

    fn unfinished(&self, id: SnapshotId) -> PathBuf {
        self.folder.join(format!("{id}{UNFINISHED}"))
    }

    /// Where snapshots of committed images are written.
    pub fn writer(&self) -> SnapshotWriter {
        SnapshotWriter {
            fs: self.fs.clone(),
            health: self.health.clone(),
            folder: self.folder.clone(),
        }
    }
}

/// Writes snapshots, on whichever thread has the image.
#[derive(Clone, Debug)]
pub struct SnapshotWriter {
    fs: Arc<dyn Fs>,
    health: Arc<DirectoryHealth>,
    folder: PathBuf,
}

impl SnapshotWriter {
    /// Writes the image of everything up to its last record.
    ///
    /// # Errors
    /// A record cannot be written at the image's version, or the file system fails.
    pub fn write(
        &self,
        image: &MetadataImage,
        voters: &SnapshotVoters,
        now: Timestamp,
    ) -> Result<Snapshot, MetadataLogError> {
        let id = SnapshotId {
            end_offset: image.provenance.last_contained_offset.plus(1),
            epoch: image.provenance.last_contained_epoch,
        };
        let head = CheckpointHead {
            epoch: id.epoch,
            last_contained_log_timestamp: image.provenance.last_contained_log_timestamp,
            voters: voters
                .voters
                .as_ref()
                .map(|voters| voters.iter().cloned().collect()),
        };
        let bytes = write_checkpoint(&head, image.features.metadata_version, &image_records(image), now)?;
        let path = self.folder.join(id.to_string());
        replace_whole(self.fs.as_ref(), &path, &bytes).map_err(|error| self.health.failed(&path, error))?;
        tracing::info!(snapshot = %id, size = bytes.len(), "metadata snapshot written");
        let size = bytes.len() as u64;
        Ok(Snapshot { id, size })
    }
}

fn is_unfinished(name: &str) -> bool {
    name.strip_suffix(UNFINISHED)
        .is_some_and(|whole| SnapshotId::from_file_name(whole).is_some())
}

fn voters_of(checkpoint: &Checkpoint) -> SnapshotVoters {
    let voters = checkpoint.head.voters.clone().map(VoterSet::new);
    let kraft_version = if voters.is_some() {
        broker_metadata::KRAFT_VERSION_LEVEL
    } else {
        0
    };
    SnapshotVoters {
        voters,
        kraft_version,
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

#[cfg(test)]
mod tests {
    use broker_storage::testing::MemFs;
    use broker_storage::{OpenFileBudget, TailCacheBudget};

    use super::*;

    #[test]
    fn what_was_not_fetched_to_its_end_is_removed_at_the_start() {
        let folder = Path::new("/d/__cluster_metadata-0");
        let fs = MemFs::new();
        let unfinished = "00000000000000002050-0000000003.checkpoint.part";
        for name in [unfinished, "quorum-state", "other.part"] {
            fs.plant(&folder.join(name), b"half");
        }
        let environment = LogEnvironment {
            fs: Arc::new(fs.clone()),
            directory: DirectoryHealth::new(PathBuf::from("/d")),
            tail_cache: TailCacheBudget::new(0),
            open_files: OpenFileBudget::new(1),
        };
        Snapshots::load(&environment, folder).unwrap();
        let left: Vec<_> = fs.files();
        assert_eq!(left, ["other.part", "quorum-state"].map(|name| folder.join(name)));
    }
}
