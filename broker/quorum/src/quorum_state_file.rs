//! The file `quorum-state`, which is replaced without asking the disk for room.
//!
//! A voter that cannot write whom it voted for has to end, and its disk is full when the cluster can least spare it. So a
//! second file of the same size lies beside it: the new content is written over that one, synced, and the two exchange
//! their names. Invariants: `quorum-state` is whole at every instant; both files have [`SIZE`] bytes once
//! [`QuorumStateFile::prepare`] had room for them. What the content means is `broker_metadata`'s.

use std::io::{self, ErrorKind, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker_metadata::metadata_log::{QUORUM_STATE, QuorumState};
use broker_storage::fs::{Fs, OpenMode, read_whole, replace_whole};

/// Bytes of the file: the longest content, and blanks behind it.
const SIZE: usize = 512;
const SIZE_MAX: usize = 64 << 10;

/// The file and the one in reserve.
#[derive(Debug)]
pub(crate) struct QuorumStateFile {
    fs: Arc<dyn Fs>,
    path: PathBuf,
    spare: PathBuf,
}

fn padded(state: &QuorumState) -> Vec<u8> {
    format!("{:SIZE$}", state.to_text()).into_bytes()
}

impl QuorumStateFile {
    /// Of a folder; nothing is read or written yet.
    pub(crate) fn new(fs: Arc<dyn Fs>, folder: &Path) -> Self {
        Self {
            fs,
            path: folder.join(QUORUM_STATE),
            spare: folder.join(format!("{QUORUM_STATE}.spare")),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it says, if it is there.
    pub(crate) fn content(&self) -> io::Result<Option<String>> {
        match read_whole(self.fs.as_ref(), &self.path, SIZE_MAX) {
            Ok(content) => Ok(Some(String::from_utf8_lossy(&content).into_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes the room that the file needs from now on, if there is any.
    pub(crate) fn prepare(&self, state: Option<&QuorumState>) -> io::Result<()> {
        let missing = |path: &Path| !matches!(self.fs.info(path), Ok(info) if info.size == SIZE as u64);
        let taken = (|| {
            if let Some(state) = state.filter(|_| missing(&self.path)) {
                replace_whole(self.fs.as_ref(), &self.path, &padded(state))?;
            }
            match missing(&self.spare) {
                true => replace_whole(self.fs.as_ref(), &self.spare, &[b' '; SIZE]),
                false => Ok(()),
            }
        })();
        match taken {
            Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                tracing::warn!(path = %self.path.display(), "no room is left to reserve for the quorum's state");
                Ok(())
            }
            taken => taken,
        }
    }

    /// Replaces it; it is on the device when this returns.
    pub(crate) fn replace(&self, state: &QuorumState) -> io::Result<()> {
        let content = padded(state);
        let spare = self.fs.open(&self.spare, OpenMode::Create)?;
        spare.write_at(0, &[IoSlice::new(&content)])?;
        spare.sync()?;
        let was_exchanged = match self.fs.exchange(&self.spare, &self.path) {
            Ok(()) => true,
            // There was none before, or the file system has no such call: then the one in reserve is used up.
            Err(error) if is_impossible(&error) => {
                self.fs.rename(&self.spare, &self.path)?;
                false
            }
            Err(error) => return Err(error),
        };
        if let Some(folder) = self.path.parent() {
            self.fs.sync_directory(folder)?;
        }
        match was_exchanged {
            true => Ok(()),
            false => self.prepare(None),
        }
    }
}

fn is_impossible(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::Unsupported | ErrorKind::InvalidInput
    )
}

#[cfg(test)]
mod tests {
    use broker_model::BrokerId;
    use broker_storage::testing::{FaultFs, MemFs};

    use super::*;

    fn state(epoch: i32) -> QuorumState {
        QuorumState::leading(BrokerId::new(1), epoch)
    }

    fn read(file: &QuorumStateFile) -> Option<QuorumState> {
        let text = file.content().unwrap()?;
        Some(QuorumState::from_text(&text).unwrap())
    }

    fn folder(fs: &dyn Fs) -> &'static Path {
        let folder = Path::new("/d/__cluster_metadata-0");
        fs.create_directories(folder).unwrap();
        fs.sync_directory(Path::new("/d")).unwrap();
        fs.sync_directory(Path::new("/")).unwrap();
        folder
    }

    #[test]
    fn a_full_disk_takes_every_state_once_there_was_room() {
        let fs = FaultFs::new(Arc::new(MemFs::new()));
        let folder = folder(&fs);
        let file = QuorumStateFile::new(Arc::new(fs.clone()), folder);
        file.prepare(None).unwrap();
        file.replace(&state(9)).unwrap();
        fs.set_free(Some(0));
        for epoch in [10, 1_000_000, 7] {
            file.replace(&state(epoch)).unwrap();
            assert_eq!(read(&file), Some(state(epoch)));
        }
    }

    #[test]
    fn a_file_as_kafka_writes_it_is_given_its_room_at_the_start() {
        let fs = FaultFs::new(Arc::new(MemFs::new()));
        let folder = folder(&fs);
        let path = folder.join(QUORUM_STATE);
        replace_whole(&fs, &path, state(3).to_text().as_bytes()).unwrap();
        let file = QuorumStateFile::new(Arc::new(fs.clone()), folder);
        file.prepare(read(&file).as_ref()).unwrap();
        fs.set_free(Some(0));
        file.replace(&state(4)).unwrap();
        file.replace(&state(5)).unwrap();
        assert_eq!(read(&file), Some(state(5)));
    }

    #[test]
    fn a_disk_that_is_full_from_the_start_is_no_failure_yet() {
        let fs = FaultFs::new(Arc::new(MemFs::new()));
        let file = QuorumStateFile::new(Arc::new(fs.clone()), folder(&fs));
        fs.set_free(Some(10));
        file.prepare(None).unwrap();
        let refused = file.replace(&state(1)).map_err(|error| error.kind());
        assert_eq!(refused, Err(ErrorKind::StorageFull));
        assert_eq!(read(&file), None);
    }

    #[test]
    fn a_power_cut_leaves_what_was_written_last_or_what_was_being_written() {
        for cut in 0..60 {
            let fs = MemFs::new();
            let file = QuorumStateFile::new(Arc::new(fs.clone()), folder(&fs));
            file.prepare(None).unwrap();
            file.replace(&state(1)).unwrap();
            fs.cut_power_after(cut);
            let mut written = 1;
            while file.replace(&state(written + 1)).is_ok() {
                written += 1;
            }
            fs.crash(cut);
            let found = read(&file).expect("it was there");
            let expected = [written, written + 1].map(state);
            assert!(
                expected.contains(&found),
                "cut after {cut}: {found:?} after {written}"
            );
        }
    }
}
