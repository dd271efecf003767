//! The object store of the remote tier: every request that is ever sent there.
//!
//! Owns the connection to the store and the place in it (`PREFIX/<cluster id>/…`). Decides nothing about segments:
//! what is written where, under which condition, and what an answer means is `broker_tiered`'s. Invariants: nothing is
//! written over but a manifest, and that only by a conditional PUT; what is read has the length that was asked for;
//! deleting what is gone is no error. Whether the store keeps its word, and whose it is, is found out in `admission`
//! before anything else is sent.

mod admission;
mod cloud;
mod explained;
mod folder;
#[cfg(feature = "gcs")]
mod generations;
mod location;
mod observed;
mod small_objects;
mod topic_folder;
mod trouble;

pub use admission::{Admission, StoreRefused};
pub use cloud::Cloud;
pub use explained::explained;
pub(crate) use explained::is_absent;
pub use folder::FolderStore;
pub use location::{LocationProblem, S3Access, StoreLocation};
pub use observed::{Failing, Observations, ObservedStore};
pub use small_objects::{SmallPut, SmallRead};
pub use topic_folder::TopicFolder;
pub use trouble::StoreTrouble;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use broker_model::{ClusterId, Timestamp};
use broker_tiered::manifest::Manifest;
use broker_tiered::manifest_keeper::{ETag, ManifestPut, ManifestRead, PutCondition};
use broker_tiered::object_key::{RemotePartition, SegmentKey};
use broker_tiered::store_probe::ETagForm;
use broker_tiered::sweep::ListedObject;
use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, UpdateVersion,
};
use tokio::sync::Semaphore;

/// A request to the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such object.
    #[error("there is no object {0}")]
    Missing(String),
    /// The object is not what it should be.
    #[error("{path}: {found} bytes came where {expected} were asked for")]
    Short {
        /// Where it lies.
        path: String,
        /// Bytes that were asked for.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
    /// The store refused, or did not answer.
    #[error("{}", explained(.0))]
    Failed(Error),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { ref path, .. } if is_absent(&error) => Self::Missing(path.clone()),
            other => Self::Failed(other),
        }
    }
}

/// Manifests that are read or written at a time: who begins to lead ten thousand partitions holds these in memory as
/// text, and not ten thousand.
const MANIFESTS_AT_A_TIME: usize = 16;

/// A store that was found fit.
#[derive(Clone, Debug)]
pub struct RemoteStore {
    objects: Arc<dyn ObjectStore>,
    prefix: String,
    /// The cluster whose objects lie there.
    pub cluster_id: ClusterId,
    etags: ETagForm,
    manifests: Arc<Semaphore>,
}

impl RemoteStore {
    /// What the bucket has of a partition, by the store's answer.
    pub async fn read_manifest(&self, partition: &RemotePartition) -> ManifestRead {
        let _turn = self.manifests.acquire().await;
        let path = self.path(&partition.manifest_path());
        let read = async {
            let got = self.objects.get(&path).await?;
            let etag = got.meta.e_tag.clone().unwrap_or_default();
            Ok::<_, Error>((got.bytes().await?, etag))
        };
        let (bytes, etag) = match read.await {
            Ok(read) => read,
            Err(error) if is_absent(&error) => return ManifestRead::Absent,
            Err(error) => {
                tracing::warn!(%path, error = explained(&error), "a manifest cannot be read from the remote store");
                return ManifestRead::Failed;
            }
        };
        match Manifest::parse(&bytes, partition) {
            Ok(manifest) => ManifestRead::Found(Box::new(manifest), ETag(etag)),
            Err(error) => {
                tracing::error!(%path, %error,
                    "a manifest is damaged or was edited; nothing of its partition is copied or deleted until it is repaired: \
                     put its last sound version back (a version of the bucket, or a copy); the broker tries again by itself");
                ManifestRead::Failed
            }
        }
    }

    /// Writes a manifest if the condition holds.
    pub async fn put_manifest(&self, manifest: &Manifest, condition: &PutCondition) -> ManifestPut {
        let _turn = self.manifests.acquire().await;
        let path = self.path(&manifest.partition.manifest_path());
        let payload = PutPayload::from(manifest.to_bytes());
        match self.put_if(&path, payload, condition).await {
            Ok(etag) => ManifestPut::Done(etag),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => {
                ManifestPut::Refused
            }
            Err(error) => {
                tracing::warn!(%path, error = explained(&error),
                    "nobody knows whether a manifest was written; it is read back");
                ManifestPut::Unknown
            }
        }
    }

    async fn put_if(
        &self,
        path: &Path,
        payload: PutPayload,
        condition: &PutCondition,
    ) -> Result<ETag, Error> {
        let mode = match condition {
            PutCondition::Absent => PutMode::Create,
            PutCondition::Unchanged(etag) => PutMode::Update(UpdateVersion {
                e_tag: Some(in_form(&etag.0, self.etags)),
                version: None,
            }),
        };
        let options = PutOptions {
            mode,
            ..PutOptions::default()
        };
        let done = self.objects.put_opts(path, payload, options).await?;
        Ok(ETag(done.e_tag.unwrap_or_default()))
    }

    /// Writes a segment's whole object.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn put_segment(
        &self,
        partition: &RemotePartition,
        key: SegmentKey,
        pieces: Vec<Bytes>,
    ) -> Result<(), StoreError> {
        let path = self.path(&key.path(partition));
        self.objects.put(&path, PutPayload::from_iter(pieces)).await?;
        Ok(())
    }

    /// Begins a segment's object that is written in parts.
    ///
    /// # Errors
    /// When the store does not take it.
    pub async fn begin_segment(
        &self,
        partition: &RemotePartition,
        key: SegmentKey,
    ) -> Result<Box<dyn MultipartUpload>, StoreError> {
        let path = self.path(&key.path(partition));
        let options = PutMultipartOptions::default();
        Ok(self.objects.put_multipart_opts(&path, options).await?)
    }

    /// Some bytes of a segment's object.
    ///
    /// # Errors
    /// When there is no such object, or it is shorter.
    pub async fn read_segment(
        &self,
        partition: &RemotePartition,
        key: SegmentKey,
        range: Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let expected = range.end - range.start;
        if expected == 0 {
            return Ok(Bytes::new());
        }
        let path = self.path(&key.path(partition));
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let bytes = self.objects.get_opts(&path, options).await?.bytes().await?;
        let found = bytes.len() as u64;
        match found == expected {
            true => Ok(bytes),
            false => Err(StoreError::Short {
                path: path.to_string(),
                expected,
                found,
            }),
        }
    }

    /// Deletes a segment's object.
    ///
    /// # Errors
    /// When the store does not.
    pub async fn delete_segment(
        &self,
        partition: &RemotePartition,
        key: SegmentKey,
    ) -> Result<(), StoreError> {
        self.delete(&self.path(&key.path(partition))).await
    }

    /// Deletes a manifest, the last object of a partition whose topic is gone.
    ///
    /// # Errors
    /// When the store does not.
    pub async fn delete_manifest(&self, partition: &RemotePartition) -> Result<(), StoreError> {
        self.delete(&self.path(&partition.manifest_path())).await
    }

    async fn delete(&self, path: &Path) -> Result<(), StoreError> {
        match self.objects.delete(path).await {
            Err(error) if !is_absent(&error) => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Everything in a partition's folder; for repair only.
    ///
    /// # Errors
    /// When the store does not say.
    pub async fn list(&self, partition: &RemotePartition) -> Result<Vec<ListedObject>, StoreError> {
        let folder = self.path(&partition.folder());
        let listed: Vec<_> = self.objects.list(Some(&folder)).try_collect().await?;
        let object = |meta: object_store::ObjectMeta| {
            Some(ListedObject {
                name: meta.location.filename()?.to_owned(),
                last_modified: Timestamp::from_ms(meta.last_modified.timestamp_millis()),
                size_in_bytes: meta.size,
            })
        };
        Ok(listed.into_iter().filter_map(object).collect())
    }

    /// The segments' objects in a partition's folder with their sizes; for repair, and for what is begun anew.
    ///
    /// # Errors
    /// When the store does not say.
    pub async fn segments(
        &self,
        partition: &RemotePartition,
    ) -> Result<HashMap<SegmentKey, u64>, StoreError> {
        let folder = self.path(&partition.folder());
        let listed: Vec<_> = self.objects.list(Some(&folder)).try_collect().await?;
        let segment = |meta: &object_store::ObjectMeta| {
            let key = SegmentKey::parse(meta.location.filename()?)?;
            Some((key, meta.size))
        };
        Ok(listed.iter().filter_map(segment).collect())
    }

    fn path(&self, below: &str) -> Path {
        path_in(&self.prefix, below)
    }
}

/// A path that is taken as it is: keys have no characters that would have to be escaped once more.
pub(crate) fn path_in(prefix: &str, below: &str) -> Path {
    let whole = match prefix.is_empty() {
        true => below.to_owned(),
        false => format!("{prefix}/{below}"),
    };
    Path::parse(&whole).unwrap_or_else(|_| Path::from(whole))
}

fn in_form(etag: &str, form: ETagForm) -> String {
    match form {
        ETagForm::AsGiven => etag.to_owned(),
        ETagForm::Unquoted => etag.trim_matches('"').to_owned(),
    }
}
