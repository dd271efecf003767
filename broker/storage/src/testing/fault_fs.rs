//! A file system that fails on demand: EIO, a failed fsync, a full disk.
//!
//! Wraps any other. Owns a list of faults and, for a disk of limited size, the bytes that are still free: a write
//! that does not fit puts down what fits and answers "no space", as a real disk does, so that a torn tail is left
//! for the caller to roll back.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use broker_model::Timestamp;

use crate::fs::{DirectoryEntry, DirectoryLock, DiskSpace, File, FileInfo, Fs, OpenMode};

/// What a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultOperation {
    /// Opening or making a file.
    Open,
    /// Reading bytes.
    Read,
    /// Writing bytes, or setting the size.
    Write,
    /// Syncing a file.
    Sync,
    /// Syncing a folder.
    SyncDirectory,
    /// Renaming.
    Rename,
    /// Removing.
    Remove,
}

/// One kind of failure to come.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What is struck.
    pub operation: FaultOperation,
    /// Only paths whose text contains this.
    pub path_contains: String,
    /// Strikes that are let through first.
    pub skip: u32,
    /// How often it strikes afterwards.
    pub count: u32,
    /// What the caller gets.
    pub kind: io::ErrorKind,
}

impl Fault {
    /// A fault of `operation` on paths containing `path_contains` that strikes at once and for ever with EIO.
    pub fn always(operation: FaultOperation, path_contains: &str) -> Self {
        let path_contains = path_contains.to_owned();
        Self {
            operation,
            path_contains,
            skip: 0,
            count: u32::MAX,
            kind: io::ErrorKind::Other,
        }
    }
}

/// A file system that fails on demand; clones share their faults.
#[derive(Clone, Debug)]
pub struct FaultFs {
    below: Arc<dyn Fs>,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Debug, Default)]
struct Plan {
    faults: Vec<Fault>,
    free: Option<u64>,
    /// Up to where space was asked for, by file, while space was limited.
    reserved: HashMap<PathBuf, u64>,
    struck: u32,
    swallows_syncs_of: Option<String>,
    mines: Vec<(FaultOperation, String)>,
}

#[derive(Debug)]
struct FaultFile {
    below: Arc<dyn File>,
    path: PathBuf,
    plan: Arc<Mutex<Plan>>,
}

fn held(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Plan {
    fn check(&mut self, operation: FaultOperation, path: &Path) -> io::Result<()> {
        let text = path.to_string_lossy();
        let is_mine = |(of, path): &(FaultOperation, String)| *of == operation && text.contains(path);
        if self.mines.iter().any(is_mine) {
            panic!("an injected panic");
        }
        for fault in &mut self.faults {
            if fault.operation != operation || fault.count == 0 || !text.contains(&fault.path_contains) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.count -= 1;
            self.struck += 1;
            return Err(io::Error::new(fault.kind, "an injected fault"));
        }
        Ok(())
    }
}

impl FaultFs {
    /// Wraps a file system; nothing fails yet.
    pub fn new(below: Arc<dyn Fs>) -> Self {
        Self {
            below,
            plan: Arc::default(),
        }
    }

    /// Adds a fault.
    pub fn inject(&self, fault: Fault) {
        held(&self.plan).faults.push(fault);
    }

    /// Panics from now on at `operation` on paths containing `path_contains`, as if a mistake were there.
    pub fn lay_mine(&self, operation: FaultOperation, path_contains: &str) {
        held(&self.plan).mines.push((operation, path_contains.to_owned()));
    }

    /// Answers from now on every sync of a file whose path contains `path_contains` as if it had happened, as a disk
    /// does that lies.
    pub fn swallow_syncs(&self, path_contains: &str) {
        held(&self.plan).swallows_syncs_of = Some(path_contains.to_owned());
    }

    /// Removes every fault; a full disk stays full.
    pub fn heal(&self) {
        let mut plan = held(&self.plan);
        plan.faults.clear();
        plan.mines.clear();
    }

    /// Limits how many bytes files may still grow; `None` for no limit.
    pub fn set_free(&self, bytes: Option<u64>) {
        held(&self.plan).free = bytes;
    }

    /// How often a fault has struck.
    pub fn struck(&self) -> u32 {
        held(&self.plan).struck
    }
}

impl Fs for FaultFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        held(&self.plan).check(FaultOperation::Open, path)?;
        let below = self.below.open(path, mode)?;
        Ok(Arc::new(FaultFile {
            below,
            path: path.to_path_buf(),
            plan: self.plan.clone(),
        }))
    }

    fn info(&self, path: &Path) -> io::Result<FileInfo> {
        self.below.info(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        held(&self.plan).check(FaultOperation::Open, directory)?;
        self.below.list(directory)
    }

    fn create_directories(&self, directory: &Path) -> io::Result<()> {
        held(&self.plan).check(FaultOperation::Open, directory)?;
        self.below.create_directories(directory)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        held(&self.plan).check(FaultOperation::Rename, from)?;
        self.below.rename(from, to)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        held(&self.plan).check(FaultOperation::Rename, one)?;
        self.below.exchange(one, other)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        held(&self.plan).check(FaultOperation::Remove, path)?;
        self.below.remove_file(path)
    }

    fn remove_directory(&self, directory: &Path) -> io::Result<()> {
        held(&self.plan).check(FaultOperation::Remove, directory)?;
        self.below.remove_directory(directory)
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        held(&self.plan).check(FaultOperation::SyncDirectory, directory)?;
        self.below.sync_directory(directory)
    }

    fn space(&self, directory: &Path) -> io::Result<DiskSpace> {
        let space = self.below.space(directory)?;
        let usable = held(&self.plan)
            .free
            .map_or(space.usable, |free| free.min(space.usable));
        Ok(DiskSpace { usable, ..space })
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DirectoryLock>>> {
        held(&self.plan).check(FaultOperation::Open, path)?;
        self.below.lock(path)
    }
}

impl File for FaultFile {
    fn write_at(&self, position: u64, pieces: &[IoSlice<'_>]) -> io::Result<()> {
        let size = self.below.size()?;
        let mut plan = held(&self.plan);
        plan.check(FaultOperation::Write, &self.path)?;
        let Some(free) = plan.free else {
            return self.below.write_at(position, pieces);
        };
        let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.iter().copied()).collect();
        let held = plan.reserved.get(&self.path).copied().unwrap_or(0);
        let growth = (position + bytes.len() as u64).saturating_sub(size.max(held));
        let fitting = bytes.len() - growth.saturating_sub(free) as usize;
        plan.free = Some(free - growth.min(free));
        self.below
            .write_at(position, &[IoSlice::new(&bytes[..fitting])])?;
        if fitting == bytes.len() {
            Ok(())
        } else {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    fn read_at(&self, position: u64, target: &mut [u8]) -> io::Result<usize> {
        held(&self.plan).check(FaultOperation::Read, &self.path)?;
        self.below.read_at(position, target)
    }

    fn sync(&self) -> io::Result<()> {
        let mut plan = held(&self.plan);
        let is_swallowed = |of: &String| self.path.to_string_lossy().contains(of.as_str());
        if plan.swallows_syncs_of.as_ref().is_some_and(is_swallowed) {
            return Ok(());
        }
        plan.check(FaultOperation::Sync, &self.path)?;
        drop(plan);
        self.below.sync()
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        let before = self.below.size()?;
        let mut plan = held(&self.plan);
        plan.check(FaultOperation::Write, &self.path)?;
        let held = plan.reserved.remove(&self.path).unwrap_or(0);
        plan.free = plan
            .free
            .map(|free| free.saturating_add(before.max(held).saturating_sub(size)));
        self.below.set_size(size)
    }

    fn size(&self) -> io::Result<u64> {
        self.below.size()
    }

    fn set_modified(&self, modified: Timestamp) -> io::Result<()> {
        self.below.set_modified(modified)
    }

    fn reserve(&self, position: u64, size: u64) -> io::Result<()> {
        let there = self.below.size()?;
        let mut plan = held(&self.plan);
        if let Some(free) = plan.free {
            let before = plan.reserved.get(&self.path).copied().unwrap_or(0).max(there);
            let growth = (position + size).saturating_sub(before);
            if growth > free {
                return Err(io::ErrorKind::StorageFull.into());
            }
            plan.free = Some(free - growth);
            plan.reserved
                .insert(self.path.clone(), before.max(position + size));
        }
        drop(plan);
        self.below.reserve(position, size)
    }

    fn start_writeback(&self, position: u64, size: u64) -> io::Result<()> {
        self.below.start_writeback(position, size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::replace_whole;
    use crate::testing::{MemFs, every_file_system_passes};

    #[test]
    fn without_faults_it_passes_the_contract() {
        every_file_system_passes(&FaultFs::new(Arc::new(MemFs::new())), Path::new("/contract"));
    }

    #[test]
    fn a_full_disk_takes_what_fits_and_has_room_again_after_a_cut() {
        let fs = FaultFs::new(Arc::new(MemFs::new()));
        fs.create_directories(Path::new("/d")).unwrap();
        let file = fs.open(Path::new("/d/f"), OpenMode::Create).unwrap();
        fs.set_free(Some(3));
        let error = file.write_at(0, &[IoSlice::new(b"abcde")]).unwrap_err();
        assert_eq!(
            (error.kind(), file.size().unwrap()),
            (io::ErrorKind::StorageFull, 3)
        );
        file.set_size(0).unwrap();
        file.write_at(0, &[IoSlice::new(b"abc")]).unwrap();
    }

    #[test]
    fn a_file_that_was_not_replaced_takes_no_room() {
        let fs = FaultFs::new(Arc::new(MemFs::new()));
        fs.create_directories(Path::new("/d")).unwrap();
        fs.set_free(Some(3));
        let refused = replace_whole(&fs, Path::new("/d/f"), b"abcde").map_err(|error| error.kind());
        assert_eq!(refused, Err(io::ErrorKind::StorageFull));
        assert_eq!(fs.list(Path::new("/d")).unwrap(), []);
    }

    #[test]
    fn space_that_was_reserved_is_there_when_the_disk_is_full() {
        let fs = FaultFs::new(Arc::new(MemFs::new()));
        fs.create_directories(Path::new("/d")).unwrap();
        fs.set_free(Some(8));
        let file = fs.open(Path::new("/d/f"), OpenMode::Create).unwrap();
        file.reserve(0, 6).unwrap();
        assert!(file.reserve(0, 9).is_err());
        let other = fs.open(Path::new("/d/other"), OpenMode::Create).unwrap();
        assert!(other.write_at(0, &[IoSlice::new(b"abc")]).is_err());
        file.write_at(0, &[IoSlice::new(b"abcdef")]).unwrap();
        assert!(file.write_at(6, &[IoSlice::new(b"g")]).is_err());
    }

    #[test]
    fn a_fault_strikes_after_it_was_skipped_and_then_is_used_up() {
        let fs = FaultFs::new(Arc::new(MemFs::new()));
        fs.create_directories(Path::new("/d")).unwrap();
        let file = fs.open(Path::new("/d/f"), OpenMode::Create).unwrap();
        fs.inject(Fault {
            skip: 1,
            count: 1,
            ..Fault::always(FaultOperation::Sync, "/d/f")
        });
        let outcomes: Vec<bool> = (0..3).map(|_| file.sync().is_ok()).collect();
        assert_eq!((outcomes, fs.struck()), (vec![true, false, true], 1));
    }
}
