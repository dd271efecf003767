//! A folder of this machine as an object store, for trying tiered storage out and for tests.
//!
//! What the crate's store for folders lacks is added: a change under a condition. Invariant: between the comparison of
//! an ETag and the write nobody else writes an object under a condition, in this process or another; a lock on a file
//! in the folder sees to that.

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

/// Objects as files.
#[derive(Debug)]
pub struct FolderStore {
    files: LocalFileSystem,
    lock: PathBuf,
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
        })
    }

    async fn locked(&self) -> Result<File> {
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
        locked.await?.map_err(|source| Error::Generic {
            store: "folder",
            source: source.into(),
        })
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
