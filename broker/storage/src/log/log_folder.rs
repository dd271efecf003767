//! The folder of one partition, and the health of the log directory that holds it.
//!
//! Owns the flag that says that a log directory failed: the first failure of the file system that is not "no
//! space" sets it, every log of the directory sees it, and nothing clears it but a restart (I23).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::error::StorageError;
use crate::fs::{File, Fs};
use crate::log::log_loader::LogEnvironment;

/// Whether a log directory may still be used; shared by all logs in it.
#[derive(Debug)]
pub struct DirectoryHealth {
    path: PathBuf,
    failed: AtomicBool,
}

impl DirectoryHealth {
    /// A directory that works, as far as is known.
    pub fn new(path: PathBuf) -> Arc<Self> {
        Arc::new(Self {
            path,
            failed: AtomicBool::new(false),
        })
    }

    /// The entry of `log.dirs`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the directory failed.
    pub fn is_offline(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Takes the directory offline.
    pub fn take_offline(&self) {
        self.failed.store(true, Ordering::Release);
    }

    /// Refuses when the directory failed earlier.
    ///
    /// # Errors
    /// `LogDirectoryOffline`.
    pub fn require_online(&self) -> Result<(), StorageError> {
        match self.is_offline() {
            true => Err(StorageError::LogDirectoryOffline {
                directory: self.path.clone(),
            }),
            false => Ok(()),
        }
    }

    /// Makes the names in the directory durable.
    ///
    /// # Errors
    /// When the file system fails; the directory is offline then.
    pub fn sync_names(&self, fs: &dyn Fs) -> Result<(), StorageError> {
        fs.sync_directory(&self.path)
            .map_err(|error| self.failed(&self.path, error))
    }

    /// Reads a failure at `path`; unless it may pass, the directory is offline from now on.
    pub fn failed(&self, path: &Path, error: io::Error) -> StorageError {
        let error = StorageError::from_io(&self.path, path, error);
        if matches!(error, StorageError::LogDirectoryFailed { .. }) {
            self.take_offline();
        }
        error
    }
}

/// Files that all logs together may keep open. Beyond it, a file is opened for each use and closed after it.
#[derive(Debug)]
pub struct OpenFileBudget {
    limit: usize,
    open: AtomicUsize,
}

impl OpenFileBudget {
    /// A budget of `limit` files.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            limit,
            open: AtomicUsize::new(0),
        })
    }

    /// Files that are kept open now.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

/// A file that is kept open and counted.
#[derive(Debug)]
pub(crate) struct KeptFile {
    pub(crate) file: Arc<dyn File>,
    budget: Arc<OpenFileBudget>,
}

impl Drop for KeptFile {
    fn drop(&mut self) {
        self.budget.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The folder of one partition on its file system.
#[derive(Clone, Debug)]
pub(crate) struct LogFolder {
    fs: Arc<dyn Fs>,
    health: Arc<DirectoryHealth>,
    open_files: Arc<OpenFileBudget>,
    path: PathBuf,
}

impl LogFolder {
    pub(crate) fn new(environment: &LogEnvironment, path: PathBuf) -> Self {
        Self {
            fs: environment.fs.clone(),
            health: environment.directory.clone(),
            open_files: environment.open_files.clone(),
            path,
        }
    }

    /// The same folder with a health of its own, for work that may find the folder moved away without condemning
    /// the directory.
    pub(crate) fn detached(&self) -> Self {
        Self {
            health: DirectoryHealth::new(self.health.path().to_path_buf()),
            ..self.clone()
        }
    }

    pub(crate) fn fs(&self) -> &dyn Fs {
        self.fs.as_ref()
    }

    pub(crate) fn health(&self) -> &Arc<DirectoryHealth> {
        &self.health
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps an opened file if the budget of open files has room for it.
    pub(crate) fn keep_open(&self, file: Arc<dyn File>) -> Option<KeptFile> {
        let budget = self.open_files.clone();
        let taken = budget
            .open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| {
                (open < budget.limit).then_some(open + 1)
            });
        taken.ok().map(|_| KeptFile { file, budget })
    }

    /// Passes a result on, reading a failure at `path`.
    pub(crate) fn check<T>(&self, path: &Path, result: io::Result<T>) -> Result<T, StorageError> {
        result.map_err(|error| self.failed(path, error))
    }

    /// Reads a failure at `path`.
    pub(crate) fn failed(&self, path: &Path, error: io::Error) -> StorageError {
        self.health.failed(path, error)
    }

    /// Makes the names in the folder durable.
    pub(crate) fn sync_names(&self) -> Result<(), StorageError> {
        self.check(&self.path, self.fs.sync_directory(&self.path))
    }
}
