//! The one way to files: traits that tests replace, and the real file system behind them.
//!
//! Decides nothing about logs. `Fs` names what a log needs of a file system and no more: whole-or-error
//! positioned writes, fsync of a file and of a folder apart, renames, a lock that dies with its holder. A write
//! is volatile until the file is synced, and a new, renamed or removed name until its folder is; `testing::MemFs`
//! takes that at its word. This is the only file of the crates below the shell line that uses `std::fs`.

use std::fmt::Debug;
use std::fs::{self, OpenOptions};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use broker_model::Timestamp;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// Must exist; may only be read.
    Read,
    /// Must exist; may be read and written.
    ReadWrite,
    /// Is made when it does not exist.
    Create,
    /// Is made, or emptied when it exists.
    Truncate,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file of bytes.
    File,
    /// A folder.
    Directory,
}

/// One name of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The last part of the path.
    pub name: String,
    /// What it stands for.
    pub kind: FileKind,
}

/// Facts about a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Bytes in the file.
    pub size: u64,
    /// When it was last written.
    pub modified: Timestamp,
}

/// Room on the device that holds a folder, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskSpace {
    /// Of the whole device.
    pub total: u64,
    /// Left for this process.
    pub usable: u64,
}

/// A held lock; dropping it gives the lock back.
pub trait DirectoryLock: Send + Sync + Debug {}

/// A file system. Every error is the operating system's own.
#[expect(
    clippy::missing_errors_doc,
    reason = "every method fails exactly as the operating system does"
)]
pub trait Fs: Send + Sync + Debug {
    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>>;
    /// Facts about one path.
    fn info(&self, path: &Path) -> io::Result<FileInfo>;
    /// The names in a folder, in no order; names that are not UTF-8 are left out, no log has such.
    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>>;
    /// Makes a folder and those above it; an existing one is fine.
    fn create_directories(&self, directory: &Path) -> io::Result<()>;
    /// Moves a file or folder; an existing file is replaced in one step.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Lets two files have each other's names, in one step that needs no space; not every system can.
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder with all that is in it.
    fn remove_directory(&self, directory: &Path) -> io::Result<()>;
    /// Makes the names of a folder durable.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;
    /// Room on the device that holds `directory`.
    fn space(&self, directory: &Path) -> io::Result<DiskSpace>;
    /// Takes the lock on the file `path`, which is made if missing; `None` when another holder has it.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DirectoryLock>>>;
}

/// An open file. Positions are in bytes from its start.
#[expect(
    clippy::missing_errors_doc,
    reason = "every method fails exactly as the operating system does"
)]
pub trait File: Send + Sync + Debug {
    /// Writes all pieces one after the other at `position`, or fails; after a failure any part may be written.
    fn write_at(&self, position: u64, pieces: &[IoSlice<'_>]) -> io::Result<()>;
    /// Reads up to `target.len()` bytes at `position`; fewer only at the end of the file.
    fn read_at(&self, position: u64, target: &mut [u8]) -> io::Result<usize>;
    /// Fills `target` from `position` on if that needs no wait for the device, and says whether it did; what
    /// `target` holds otherwise means nothing.
    fn read_at_hand(&self, position: u64, target: &mut [u8]) -> io::Result<bool> {
        Ok(self.read_at(position, target)? == target.len())
    }
    /// Makes content and size durable.
    fn sync(&self) -> io::Result<()>;
    /// Cuts the file, or grows it with zeros; space reserved behind the end is given back.
    fn set_size(&self, size: u64) -> io::Result<()>;
    /// Bytes in the file.
    fn size(&self) -> io::Result<u64>;
    /// Sets the time at which the file counts as last written.
    fn set_modified(&self, modified: Timestamp) -> io::Result<()>;
    /// Asks for space behind the end without changing the size; a hint.
    fn reserve(&self, position: u64, size: u64) -> io::Result<()>;
    /// Starts to write dirty pages of a range to the device without waiting; a hint that makes nothing durable.
    fn start_writeback(&self, position: u64, size: u64) -> io::Result<()>;
}

/// The operating system's file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFs;

#[derive(Debug)]
struct RealFile(fs::File);

#[derive(Debug)]
struct RealLock {
    _held: fs::File,
}

impl DirectoryLock for RealLock {}

impl Fs for RealFs {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        let mut options = OpenOptions::new();
        options.read(true);
        match mode {
            OpenMode::Read => {}
            OpenMode::ReadWrite => {
                options.write(true);
            }
            OpenMode::Create => {
                options.write(true).create(true).truncate(false);
            }
            OpenMode::Truncate => {
                options.write(true).create(true).truncate(true);
            }
        }
        Ok(Arc::new(RealFile(options.open(path)?)))
    }

    fn info(&self, path: &Path) -> io::Result<FileInfo> {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(path)?;
        let modified = metadata
            .mtime()
            .saturating_mul(1000)
            .saturating_add(metadata.mtime_nsec() / 1_000_000);
        Ok(FileInfo {
            size: metadata.len(),
            modified: Timestamp::from_ms(modified),
        })
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let kind = if entry.file_type()?.is_dir() {
                FileKind::Directory
            } else {
                FileKind::File
            };
            if let Ok(name) = entry.file_name().into_string() {
                entries.push(DirectoryEntry { name, kind });
            }
        }
        Ok(entries)
    }

    fn create_directories(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    #[cfg(target_os = "linux")]
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
    }

    #[cfg(not(target_os = "linux"))]
    fn exchange(&self, _one: &Path, _other: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_directory(&self, directory: &Path) -> io::Result<()> {
        fs::remove_dir_all(directory)
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        fs::File::open(directory)?.sync_all()
    }

    fn space(&self, directory: &Path) -> io::Result<DiskSpace> {
        let space = rustix::fs::statvfs(directory)?;
        Ok(DiskSpace {
            total: space.f_blocks.saturating_mul(space.f_frsize),
            usable: space.f_bavail.saturating_mul(space.f_frsize),
        })
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DirectoryLock>>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Box::new(RealLock { _held: file }))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl File for RealFile {
    fn write_at(&self, mut position: u64, pieces: &[IoSlice<'_>]) -> io::Result<()> {
        const PIECES_MAX: usize = 1024;
        let mut piece = 0;
        // Bytes of `pieces[piece]` that are written already.
        let mut skipped = 0;
        while piece < pieces.len() {
            let written = if skipped == 0 {
                let end = pieces.len().min(piece + PIECES_MAX);
                rustix::io::retry_on_intr(|| rustix::io::pwritev(&self.0, &pieces[piece..end], position))?
            } else {
                self.0.write_at(&pieces[piece][skipped..], position)?
            };
            if written == 0 && pieces[piece].len() > skipped {
                return Err(io::ErrorKind::WriteZero.into());
            }
            position += written as u64;
            skipped += written;
            while piece < pieces.len() && skipped >= pieces[piece].len() {
                skipped -= pieces[piece].len();
                piece += 1;
            }
        }
        Ok(())
    }

    fn read_at(&self, position: u64, target: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < target.len() {
            match self.0.read_at(&mut target[filled..], position + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    #[cfg(target_os = "linux")]
    fn read_at_hand(&self, position: u64, target: &mut [u8]) -> io::Result<bool> {
        use rustix::io::{Errno, ReadWriteFlags, preadv2};
        let size = target.len();
        match preadv2(
            &self.0,
            &mut [IoSliceMut::new(target)],
            position,
            ReadWriteFlags::NOWAIT,
        ) {
            Ok(count) => Ok(count == size),
            // Not every file system can say; then the caller reads with time to wait.
            Err(Errno::WOULDBLOCK | Errno::OPNOTSUPP | Errno::INTR | Errno::NOSYS) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn read_at_hand(&self, _position: u64, _target: &mut [u8]) -> io::Result<bool> {
        Ok(false)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        self.0.set_len(size)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn set_modified(&self, modified: Timestamp) -> io::Result<()> {
        let since_epoch = Duration::from_millis(modified.as_ms().max(0).unsigned_abs());
        self.0.set_modified(SystemTime::UNIX_EPOCH + since_epoch)
    }

    fn reserve(&self, position: u64, size: u64) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::fs::fallocate(&self.0, rustix::fs::FallocateFlags::KEEP_SIZE, position, size)?;
        #[cfg(not(target_os = "linux"))]
        let _no_such_call = (position, size);
        Ok(())
    }

    #[cfg(target_os = "linux")]
    #[expect(
        unsafe_code,
        reason = "rustix has no sync_file_range; the call takes three numbers and a live descriptor"
    )]
    fn start_writeback(&self, position: u64, size: u64) -> io::Result<()> {
        use std::os::fd::AsRawFd;
        let invalid = |_| io::Error::from(io::ErrorKind::InvalidInput);
        let (position, size) = (
            position.try_into().map_err(invalid)?,
            size.try_into().map_err(invalid)?,
        );
        // SAFETY: no memory is passed; the descriptor is open for as long as `self` lives.
        let status =
            unsafe { libc::sync_file_range(self.0.as_raw_fd(), position, size, libc::SYNC_FILE_RANGE_WRITE) };
        if status == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn start_writeback(&self, _position: u64, _size: u64) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a whole file of at most `limit` bytes; a larger one is refused.
///
/// # Errors
/// As the operating system; `InvalidData` for a file above the limit.
pub fn read_whole(fs: &dyn Fs, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = fs.open(path, OpenMode::Read)?;
    let size = file.size()?;
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size <= limit)
        .ok_or(io::ErrorKind::InvalidData)?;
    let mut content = vec![0; size];
    let count = file.read_at(0, &mut content)?;
    content.truncate(count);
    Ok(content)
}

/// Replaces the content of `path` in one durable step: a file beside it, synced, renamed, and the folder synced.
///
/// # Errors
/// As the operating system; the old content stands if the rename was not reached.
pub fn replace_whole(fs: &dyn Fs, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".tmp");
    let beside = path.with_file_name(name);
    let file = fs.open(&beside, OpenMode::Truncate)?;
    if let Err(error) = file.write_at(0, &[IoSlice::new(content)]) {
        // Half of it must not keep the room that a full disk lacks. That the write failed is what is told.
        fs.remove_file(&beside).ok();
        return Err(error);
    }
    file.sync()?;
    fs.rename(&beside, path)?;
    match path.parent() {
        Some(folder) => fs.sync_directory(folder),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_file_system_passes_the_contract() {
        let folder = tempfile::tempdir().unwrap();
        crate::testing::every_file_system_passes(&RealFs, &folder.path().join("contract"));
        assert!(RealFs.space(folder.path()).unwrap().total > 0);
    }

    #[test]
    fn many_pieces_are_written_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = RealFs.open(&folder.path().join("f"), OpenMode::Create).unwrap();
        let content: Vec<u8> = (0..10_000_u32).map(|value| value as u8).collect();
        let pieces: Vec<IoSlice<'_>> = content.chunks(3).map(IoSlice::new).collect();
        file.write_at(5, &pieces).unwrap();
        let mut read = vec![0; content.len()];
        assert_eq!(file.read_at(5, &mut read).unwrap(), content.len());
        assert!(read == content);
    }
}
