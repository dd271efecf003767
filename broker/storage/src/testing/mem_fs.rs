//! A file system in memory that takes "volatile until synced" at its word.
//!
//! Owns two views: the one that callers see and the one that a power cut would leave. `crash` picks by seed, for
//! every file, which unsynced writes reached the device: each is kept, lost or torn at a sector, and a later one
//! may survive an earlier one, which leaves a hole of zeros. Of the unsynced names a prefix survives, as with a
//! journal. `cut_power_after` makes every later change fail, so that a test can stop a sequence at each step.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use broker_model::Timestamp;

use crate::fs::{DirectoryEntry, DirectoryLock, DiskSpace, File, FileInfo, FileKind, Fs, OpenMode};

const SECTOR: usize = 512;
const DEVICE_SIZE: u64 = 1 << 40;

/// A file system in memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemFs {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    names: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    journal: Vec<NameChange>,
    changes: u64,
    power_ends_at: Option<u64>,
    locks: BTreeSet<PathBuf>,
    modified: Timestamp,
}

#[derive(Clone, Debug)]
enum Node {
    Directory,
    File(Arc<Mutex<Content>>),
}

#[derive(Debug, Default)]
struct Content {
    current: Vec<u8>,
    synced: Vec<u8>,
    unsynced: Vec<Change>,
    modified: Timestamp,
}

#[derive(Debug)]
enum Change {
    Write { position: usize, bytes: Vec<u8> },
    SetSize(usize),
}

#[derive(Clone, Debug)]
enum NameChange {
    Create(PathBuf, Node),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf),
    /// Two files.
    Exchange(PathBuf, PathBuf),
}

#[derive(Debug)]
struct MemFile {
    state: Arc<Mutex<State>>,
    content: Arc<Mutex<Content>>,
    writable: bool,
}

#[derive(Debug)]
struct MemLock {
    state: Arc<Mutex<State>>,
    path: PathBuf,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_found(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, path.display().to_string())
}

/// SplitMix64: enough to choose which writes survive.
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

impl MemFs {
    /// An empty file system.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many changes (writes, syncs, names) were made so far.
    pub fn changes(&self) -> u64 {
        held(&self.state).changes
    }

    /// Lets `changes` more changes happen; every later one fails and has no effect until `crash`.
    pub fn cut_power_after(&self, changes: u64) {
        let mut state = held(&self.state);
        state.power_ends_at = Some(state.changes.saturating_add(changes));
    }

    /// Cuts the power and switches it on again: what was not synced survives only by the luck of `seed`.
    pub fn crash(&self, seed: u64) {
        let mut state = held(&self.state);
        let mut choices = Choices(seed);
        let journal = std::mem::take(&mut state.journal);
        let survivors = choices.below(journal.len() + 1);
        for change in journal.into_iter().take(survivors) {
            change.apply(&mut state.durable);
        }
        let orphans: Vec<PathBuf> = state
            .durable
            .keys()
            .filter(|path| !has_folders(&state.durable, path))
            .cloned()
            .collect();
        for orphan in orphans {
            state.durable.remove(&orphan);
        }
        for node in state.durable.values() {
            if let Node::File(content) = node {
                held(content).crash(&mut choices);
            }
        }
        state.names = state.durable.clone();
        state.locks.clear();
        state.power_ends_at = None;
    }

    /// Sets the time that later changes give to files.
    pub fn set_time(&self, now: Timestamp) {
        held(&self.state).modified = now;
    }

    /// The content of a file as callers see it; empty when there is none.
    pub fn content(&self, path: &Path) -> Vec<u8> {
        match held(&self.state).names.get(path) {
            Some(Node::File(content)) => held(content).current.clone(),
            _ => Vec::new(),
        }
    }

    /// Puts a file with durable content in place, folders and all.
    pub fn plant(&self, path: &Path, content: &[u8]) {
        let mut state = held(&self.state);
        let now = state.modified;
        let file = Arc::new(Mutex::new(Content {
            current: content.to_vec(),
            synced: content.to_vec(),
            unsynced: Vec::new(),
            modified: now,
        }));
        for folder in path.ancestors().skip(1) {
            state.names.entry(folder.to_path_buf()).or_insert(Node::Directory);
            state
                .durable
                .entry(folder.to_path_buf())
                .or_insert(Node::Directory);
        }
        state.names.insert(path.to_path_buf(), Node::File(file.clone()));
        state.durable.insert(path.to_path_buf(), Node::File(file));
    }

    /// Every file, in order of its path.
    pub fn files(&self) -> Vec<PathBuf> {
        let state = held(&self.state);
        let is_file = |(_, node): &(&PathBuf, &Node)| matches!(node, Node::File(_));
        state
            .names
            .iter()
            .filter(is_file)
            .map(|(path, _)| path.clone())
            .collect()
    }
}

fn has_folders(names: &BTreeMap<PathBuf, Node>, path: &Path) -> bool {
    path.ancestors()
        .skip(1)
        .all(|folder| folder.parent().is_none() || names.contains_key(folder))
}

impl NameChange {
    /// The folder whose sync makes the change durable.
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Create(path, _) | Self::Remove(path) | Self::Rename(_, path) | Self::Exchange(_, path) => {
                path.parent()
            }
        }
    }

    /// Moves a change of something inside of `from` to `to`.
    fn follow(&mut self, from: &Path, to: &Path) {
        let moved = |path: &mut PathBuf| {
            if let Ok(rest) = path.strip_prefix(from)
                && !rest.as_os_str().is_empty()
            {
                *path = to.join(rest);
            }
        };
        match self {
            Self::Create(path, _) | Self::Remove(path) => moved(path),
            Self::Rename(old, new) | Self::Exchange(old, new) => {
                moved(old);
                moved(new);
            }
        }
    }

    fn apply(self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Self::Create(path, node) => {
                names.insert(path, node);
            }
            Self::Exchange(one, other) => {
                if let (Some(first), Some(second)) = (names.remove(&one), names.remove(&other)) {
                    names.insert(one, second);
                    names.insert(other, first);
                }
            }
            Self::Remove(path) => names.retain(|name, _| !name.starts_with(&path)),
            Self::Rename(from, to) => {
                let moved: Vec<PathBuf> = names
                    .keys()
                    .filter(|name| name.starts_with(&from))
                    .cloned()
                    .collect();
                for path in moved {
                    if let (Some(node), Ok(rest)) = (names.remove(&path), path.strip_prefix(&from)) {
                        let target = if rest.as_os_str().is_empty() {
                            to.clone()
                        } else {
                            to.join(rest)
                        };
                        names.insert(target, node);
                    }
                }
            }
        }
    }
}

impl Content {
    fn crash(&mut self, choices: &mut Choices) {
        let mut survived = std::mem::take(&mut self.synced);
        for change in self.unsynced.drain(..) {
            match change {
                Change::SetSize(size) if choices.below(2) == 0 => survived.resize(size, 0),
                Change::SetSize(_) => {}
                Change::Write { position, bytes } => {
                    let kept = match choices.below(3) {
                        0 => 0,
                        1 => bytes.len(),
                        _ => choices.below(bytes.len() / SECTOR + 1) * SECTOR,
                    };
                    write_into(&mut survived, position, &bytes[..kept.min(bytes.len())]);
                }
            }
        }
        self.synced = survived.clone();
        self.current = survived;
    }
}

fn write_into(target: &mut Vec<u8>, position: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let end = position + bytes.len();
    if target.len() < end {
        target.resize(end, 0);
    }
    target[position..end].copy_from_slice(bytes);
}

impl State {
    fn begin_change(&mut self) -> io::Result<()> {
        if self.power_ends_at.is_some_and(|end| self.changes >= end) {
            return Err(io::Error::other("the power is off"));
        }
        self.changes += 1;
        Ok(())
    }

    fn change_name(&mut self, change: NameChange) {
        change.clone().apply(&mut self.names);
        if let NameChange::Rename(from, to) = &change {
            // What was made in a folder goes with it: a new folder of its old name has nothing of it.
            self.journal
                .iter_mut()
                .for_each(|earlier| earlier.follow(from, to));
        }
        self.journal.push(change);
    }

    fn require(&self, path: &Path) -> io::Result<&Node> {
        self.names.get(path).ok_or_else(|| not_found(path))
    }
}

impl DirectoryLock for MemLock {}

impl Drop for MemLock {
    fn drop(&mut self) {
        held(&self.state).locks.remove(&self.path);
    }
}

impl Fs for MemFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        let mut state = held(&self.state);
        let found = match state.names.get(path) {
            Some(Node::File(content)) => Some(content.clone()),
            Some(Node::Directory) => return Err(io::ErrorKind::IsADirectory.into()),
            None => None,
        };
        let content = match (found, mode) {
            (Some(content), OpenMode::Truncate) => {
                state.begin_change()?;
                let mut inner = held(&content);
                inner.current.clear();
                inner.unsynced.push(Change::SetSize(0));
                drop(inner);
                content
            }
            (Some(content), _) => content,
            (None, OpenMode::Read | OpenMode::ReadWrite) => return Err(not_found(path)),
            (None, OpenMode::Create | OpenMode::Truncate) => {
                if !has_folders(&state.names, path) {
                    return Err(not_found(path));
                }
                state.begin_change()?;
                let content = Arc::new(Mutex::new(Content {
                    modified: state.modified,
                    ..Content::default()
                }));
                state.change_name(NameChange::Create(
                    path.to_path_buf(),
                    Node::File(content.clone()),
                ));
                content
            }
        };
        Ok(Arc::new(MemFile {
            state: self.state.clone(),
            content,
            writable: mode != OpenMode::Read,
        }))
    }

    fn info(&self, path: &Path) -> io::Result<FileInfo> {
        let state = held(&self.state);
        Ok(match state.require(path)? {
            Node::Directory => FileInfo {
                size: 0,
                modified: state.modified,
            },
            Node::File(content) => {
                let content = held(content);
                FileInfo {
                    size: content.current.len() as u64,
                    modified: content.modified,
                }
            }
        })
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        let state = held(&self.state);
        match state.require(directory)? {
            Node::File(_) => Err(io::ErrorKind::NotADirectory.into()),
            Node::Directory => Ok(state
                .names
                .iter()
                .filter(|(path, _)| path.parent() == Some(directory))
                .map(|(path, node)| DirectoryEntry {
                    name: path
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned(),
                    kind: match node {
                        Node::Directory => FileKind::Directory,
                        Node::File(_) => FileKind::File,
                    },
                })
                .collect()),
        }
    }

    fn create_directories(&self, directory: &Path) -> io::Result<()> {
        let mut state = held(&self.state);
        let missing: Vec<PathBuf> = directory
            .ancestors()
            .filter(|folder| !folder.as_os_str().is_empty() && !state.names.contains_key(*folder))
            .map(Path::to_path_buf)
            .collect();
        for folder in missing.into_iter().rev() {
            state.begin_change()?;
            state.change_name(NameChange::Create(folder, Node::Directory));
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = held(&self.state);
        state.require(from)?;
        if !has_folders(&state.names, to) {
            return Err(not_found(to));
        }
        state.begin_change()?;
        state.change_name(NameChange::Rename(from.to_path_buf(), to.to_path_buf()));
        Ok(())
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        let mut state = held(&self.state);
        state.require(one)?;
        state.require(other)?;
        state.begin_change()?;
        state.change_name(NameChange::Exchange(one.to_path_buf(), other.to_path_buf()));
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut state = held(&self.state);
        if matches!(state.require(path)?, Node::Directory) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        state.begin_change()?;
        state.change_name(NameChange::Remove(path.to_path_buf()));
        Ok(())
    }

    fn remove_directory(&self, directory: &Path) -> io::Result<()> {
        let mut state = held(&self.state);
        if matches!(state.require(directory)?, Node::File(_)) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        state.begin_change()?;
        state.change_name(NameChange::Remove(directory.to_path_buf()));
        Ok(())
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        let mut state = held(&self.state);
        state.require(directory)?;
        state.begin_change()?;
        let journal = std::mem::take(&mut state.journal);
        // Names are kept by path: what is inside of a folder that was removed and made anew must not go with the old one
        // when that becomes durable later, so it becomes so now.
        let is_made_anew = journal
            .iter()
            .any(|change| matches!(change, NameChange::Remove(path) if path == directory));
        let concerns = |change: &NameChange| match change {
            NameChange::Remove(path) | NameChange::Create(path, _) => is_made_anew && path == directory,
            NameChange::Rename(..) | NameChange::Exchange(..) => false,
        };
        let (synced, rest): (Vec<_>, Vec<_>) = journal
            .into_iter()
            .partition(|change| change.folder() == Some(directory) || concerns(change));
        state.journal = rest;
        for change in synced {
            change.apply(&mut state.durable);
        }
        Ok(())
    }

    fn space(&self, _directory: &Path) -> io::Result<DiskSpace> {
        Ok(DiskSpace {
            total: DEVICE_SIZE,
            usable: DEVICE_SIZE,
        })
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DirectoryLock>>> {
        self.open(path, OpenMode::Create)?;
        if held(&self.state).locks.insert(path.to_path_buf()) {
            Ok(Some(Box::new(MemLock {
                state: self.state.clone(),
                path: path.to_path_buf(),
            })))
        } else {
            Ok(None)
        }
    }
}

impl MemFile {
    /// Runs a change on the content if there is still power; answers the time to stamp it with.
    fn begin_change(&self) -> io::Result<Timestamp> {
        if !self.writable {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut state = held(&self.state);
        state.begin_change()?;
        Ok(state.modified)
    }
}

impl File for MemFile {
    fn write_at(&self, position: u64, pieces: &[IoSlice<'_>]) -> io::Result<()> {
        let modified = self.begin_change()?;
        let mut content = held(&self.content);
        let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.iter().copied()).collect();
        let position = usize::try_from(position).map_err(|_| io::ErrorKind::FileTooLarge)?;
        write_into(&mut content.current, position, &bytes);
        content.modified = modified;
        content.unsynced.push(Change::Write { position, bytes });
        Ok(())
    }

    fn read_at(&self, position: u64, target: &mut [u8]) -> io::Result<usize> {
        let content = held(&self.content);
        let start = usize::try_from(position)
            .unwrap_or(usize::MAX)
            .min(content.current.len());
        let count = target.len().min(content.current.len() - start);
        target[..count].copy_from_slice(&content.current[start..start + count]);
        Ok(count)
    }

    fn sync(&self) -> io::Result<()> {
        // A descriptor that was opened for reading may be synced too.
        held(&self.state).begin_change()?;
        let mut content = held(&self.content);
        content.synced = content.current.clone();
        content.unsynced.clear();
        Ok(())
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        let modified = self.begin_change()?;
        let mut content = held(&self.content);
        let size = usize::try_from(size).map_err(|_| io::ErrorKind::FileTooLarge)?;
        content.current.resize(size, 0);
        content.modified = modified;
        content.unsynced.push(Change::SetSize(size));
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(held(&self.content).current.len() as u64)
    }

    fn set_modified(&self, modified: Timestamp) -> io::Result<()> {
        self.begin_change()?;
        held(&self.content).modified = modified;
        Ok(())
    }

    fn reserve(&self, _position: u64, _size: u64) -> io::Result<()> {
        Ok(())
    }

    fn start_writeback(&self, _position: u64, _size: u64) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::every_file_system_passes;

    #[test]
    fn passes_the_contract() {
        every_file_system_passes(&MemFs::new(), Path::new("/contract"));
    }

    #[test]
    fn a_crash_keeps_what_was_synced_and_may_lose_the_rest() {
        let path = Path::new("/d/file");
        let mut lost = 0;
        for seed in 0..64 {
            let fs = MemFs::new();
            fs.create_directories(Path::new("/d")).unwrap();
            fs.sync_directory(Path::new("/")).unwrap();
            let file = fs.open(path, OpenMode::Create).unwrap();
            file.write_at(0, &[IoSlice::new(b"safe")]).unwrap();
            file.sync().unwrap();
            fs.sync_directory(Path::new("/d")).unwrap();
            file.write_at(4, &[IoSlice::new(b"risk")]).unwrap();
            fs.crash(seed);
            let content = fs.content(path);
            assert_eq!(&content[..4], b"safe");
            lost += usize::from(content.len() == 4);
        }
        assert!((1..64).contains(&lost), "{lost} of 64 lost the unsynced tail");
    }

    #[test]
    fn a_name_is_volatile_until_its_folder_is_synced() {
        let fs = MemFs::new();
        fs.plant(Path::new("/d/old"), b"x");
        fs.rename(Path::new("/d/old"), Path::new("/d/new")).unwrap();
        fs.sync_directory(Path::new("/d")).unwrap();
        fs.crash(0);
        assert_eq!(fs.files(), [PathBuf::from("/d/new")]);
    }

    #[test]
    fn what_was_made_in_a_folder_goes_with_it() {
        let fs = MemFs::new();
        fs.plant(Path::new("/d/log/old"), b"x");
        fs.open(Path::new("/d/log/made"), OpenMode::Create).unwrap();
        fs.rename(Path::new("/d/log"), Path::new("/d/gone")).unwrap();
        fs.create_directories(Path::new("/d/log")).unwrap();
        fs.sync_directory(Path::new("/d")).unwrap();
        fs.sync_directory(Path::new("/d/log")).unwrap();
        fs.crash(0);
        let files = fs.files();
        assert!(files.iter().all(|file| file.starts_with("/d/gone")), "{files:?}");
    }

    #[test]
    fn without_power_nothing_changes() {
        let fs = MemFs::new();
        fs.plant(Path::new("/d/file"), b"x");
        fs.cut_power_after(1);
        let file = fs.open(Path::new("/d/file"), OpenMode::ReadWrite).unwrap();
        file.write_at(0, &[IoSlice::new(b"y")]).unwrap();
        assert!(file.write_at(0, &[IoSlice::new(b"z")]).is_err());
        assert!(file.sync().is_err());
        assert_eq!(fs.content(Path::new("/d/file")), b"y");
    }
}
