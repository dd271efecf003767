//! A folder of this machine as an object store, for trying tiered storage out and for tests.
//!
//! What the crate's store for folders lacks is added: a change under a condition. Invariant: between the comparison of
//! an ETag and the write nobody else writes an object under a condition, in this process or another; a lock on a file
//! in the folder sees to that. Of one process one waits for that lock at a time: all of a runtime's blocking threads may
//! not wait for somebody who needs one of them to go on.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path as FolderPath, PathBuf};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt as _, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::{Mutex, MutexGuard};

/// Objects as files.
#[derive(Debug)]
pub struct FolderStore {
    files: LocalFileSystem,
    lock: PathBuf,
    turn: Mutex<()>,
}

impl FolderStore {
    /// Opens the folder, which is made if it is missing.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn open(folder: &FolderPath) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let files = LocalFileSystem::new_with_prefix(folder).map_err(io::Error::other)?;
        Ok(Self {
            files,
            lock: folder.join(".lock"),
            turn: Mutex::new(()),
        })
    }

    async fn locked(&self) -> Result<(MutexGuard<'_, ()>, File)> {
        let turn = self.turn.lock().await;
        let path = self.lock.clone();
        let locked = tokio::task::spawn_blocking(move || {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)?;
            file.lock()?;
            Ok::<_, io::Error>(file)
        });
        let file = locked.await?.map_err(|source| Error::Generic {
            store: "folder",
            source: source.into(),
        })?;
        Ok((turn, file))
    }
}

impl fmt::Display for FolderStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.files)
    }
}

#[async_trait]
impl ObjectStore for FolderStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let _held = match &options.mode {
            PutMode::Overwrite => None,
            PutMode::Create | PutMode::Update(_) => Some(self.locked().await?),
        };
        let PutMode::Update(wanted) = &options.mode else {
            return self.files.put_opts(location, payload, options).await;
        };
        let found = self.files.head(location).await.ok().and_then(|meta| meta.e_tag);
        if found != wanted.e_tag || found.is_none() {
            return Err(Error::Precondition {
                path: location.to_string(),
                source: "the object is another by now".into(),
            });
        }
        let options = PutOptions {
            mode: PutMode::Overwrite,
            ..options
        };
        self.files.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.files.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn many_who_write_under_a_condition_do_not_keep_each_other_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(4)
            .enable_all()
            .build()
            .unwrap();
        let store = Arc::new(FolderStore::open(folder.path()).unwrap());
        let written = runtime.block_on(async move {
            let one = |number: usize| {
                let store = store.clone();
                async move {
                    let path = Path::from(format!("object-{number}"));
                    store.put_opts(&path, "x".into(), PutMode::Create.into()).await
                }
            };
            let all: Vec<_> = (0..64).map(|number| tokio::spawn(one(number))).collect();
            tokio::time::timeout(Duration::from_secs(60), futures::future::join_all(all)).await
        });
        runtime.shutdown_background();
        let written = written.expect("nobody waits for ever");
        assert!(written.into_iter().all(|one| one.unwrap().is_ok()));
    }
}
