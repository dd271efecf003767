//! Fetches what a partition of a restored topic has in another cluster's bucket (ADR 23), before its leader takes the
//! manifest over.
//!
//! Owns nothing that outlives it: what lies here already is not fetched again, so that whoever leads goes on where
//! another stopped. What is fetched, and under which names, is `broker_tiered::topic_restore`'s. Invariants: nothing is
//! written to the other bucket; the manifest here is made last, if there is none; an object that is not sound is not
//! taken over.

use std::sync::Arc;
use std::time::Duration;

use broker_metadata::BegunPartition;
use broker_model::LeaderEpoch;
use broker_replication::fetch::ReplicaKey;
use broker_tiered::RemoteFormatError;
use broker_tiered::leader_work::Orders;
use broker_tiered::manifest::{Manifest, ManifestWriter};
use broker_tiered::manifest_keeper::{ManifestPut, ManifestRead, PutCondition};
use broker_tiered::object_check::{ObjectCheck, ObjectDamage};
use broker_tiered::object_key::RemotePartition;
use broker_tiered::retry_budget::RetryBudget;
use broker_tiered::topic_restore::{Import, ImportRefused, ImportedObject, import, missing};
use bytes::Bytes;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload};
use tokio::sync::watch;

use super::{Shared, copy};
use crate::clock::{seed_or_time, uuid_or_time};
use crate::remote_store::{LocationProblem, RemoteStore, StoreError, explained, is_absent, path_in};

/// Bytes of a segment that are fetched at a time.
const READ_SIZE: u64 = 8 << 20;

/// A partition is not all here yet.
#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error(transparent)]
    Location(#[from] LocationProblem),
    #[error("the other bucket does not answer: {}", explained(.0))]
    There(#[from] object_store::Error),
    #[error("the other bucket has no {0} any more: delete the topic, and restore it from a bucket that has")]
    Gone(Path),
    #[error("{path} of the other bucket: {source}")]
    Manifest { path: Path, source: RemoteFormatError },
    #[error(transparent)]
    Refused(#[from] ImportRefused),
    #[error("{path} of the other bucket: {source}")]
    Damaged { path: Path, source: ObjectDamage },
    #[error("{path} of the other bucket is shorter than its manifest says")]
    Short { path: Path },
    #[error(transparent)]
    Here(#[from] StoreError),
    #[error("the own manifest cannot be read or written now")]
    OwnManifest,
    #[error("the broker is stopping")]
    Stopping,
}

/// The import of one partition, in one leader epoch.
pub(super) struct Importer<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) store: &'a RemoteStore,
    pub(super) partition: &'a RemotePartition,
    pub(super) epoch: LeaderEpoch,
    pub(super) begun: &'a BegunPartition,
}

/// Where the segments come from.
struct There {
    objects: Arc<dyn ObjectStore>,
    prefix: String,
    partition: RemotePartition,
}

/// Says that a partition is fetched, for as long as it is.
struct Importing<'a>(&'a Shared, ReplicaKey);

impl Drop for Importing<'_> {
    fn drop(&mut self) {
        self.0.importing.lock().remove(&self.1);
    }
}

impl Importer<'_> {
    /// Fetches until everything is here, or the orders change.
    pub(super) async fn run(&self, mut orders: watch::Receiver<Orders>) {
        let key = ReplicaKey {
            topic: self.partition.topic_id,
            partition: self.partition.index,
        };
        self.shared.importing.lock().insert(key);
        let _importing = Importing(self.shared, key);
        tokio::select! {
            () = self.fetch_all() => {}
            // Nobody is left to give other orders only when the broker stops, and then this is ended from outside.
            _changed = orders.wait_for(|orders| *orders != Orders::Tier) => {}
        }
    }

    async fn fetch_all(&self) {
        let mut budget = RetryBudget::new(self.shared.settings.retry);
        while let Err(error) = self.try_once().await {
            tracing::warn!(folder = %self.partition.folder(), from = self.begun.source.location, %error,
                "what a restored partition has in another bucket is not here yet; it is tried again");
            self.shared.counters.store_failures.add(1);
            let pause = budget.failed(seed_or_time(&self.shared.clock) as u32);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn try_once(&self) -> Result<(), ImportError> {
        match self.store.read_manifest(self.partition).await {
            ManifestRead::Found(..) => return Ok(()),
            ManifestRead::Failed => return Err(ImportError::OwnManifest),
            ManifestRead::Absent => {}
        }
        let there = self.connect()?;
        let Import { manifest, objects } = self.plan(&there).await?;
        let here = self.store.segments(self.partition).await?;
        let left: Vec<_> = missing(&objects, &here).collect();
        tracing::info!(folder = %self.partition.folder(), from = self.begun.source.location,
            segments = objects.len(), left = left.len(), "a restored partition is fetched from another bucket");
        for object in left {
            self.fetch(&there, object).await?;
        }
        match self.store.put_manifest(&manifest, &PutCondition::Absent).await {
            ManifestPut::Done(_) | ManifestPut::Refused => Ok(()),
            ManifestPut::Unknown => Err(ImportError::OwnManifest),
        }
    }

    fn connect(&self) -> Result<There, ImportError> {
        let source = &self.begun.source;
        let location = self.shared.settings.location.beside(&source.location)?;
        let (objects, prefix) = location.connect_to_look()?;
        Ok(There {
            objects,
            prefix,
            partition: RemotePartition {
                cluster_id: source.cluster_id.clone(),
                topic_id: source.topic_id,
                index: self.partition.index,
            },
        })
    }

    async fn plan(&self, there: &There) -> Result<Import, ImportError> {
        let path = path_in(&there.prefix, &there.partition.manifest_path());
        let got = match there.objects.get(&path).await {
            Ok(got) => got,
            Err(error) if is_absent(&error) => return Err(ImportError::Gone(path)),
            Err(error) => return Err(error.into()),
        };
        let manifest = Manifest::parse(&got.bytes().await?, &there.partition)
            .map_err(|source| ImportError::Manifest { path, source })?;
        let writer = ManifestWriter {
            broker: self.shared.replica_manager.node_id,
            epoch: self.epoch,
            nonce: uuid_or_time(&self.shared.clock),
        };
        Ok(import(&manifest, self.begun, self.partition.clone(), writer)?)
    }

    async fn fetch(&self, there: &There, object: &ImportedObject) -> Result<(), ImportError> {
        let size = object.layout.object_size();
        let (shared, part_bytes) = (self.shared, self.shared.settings.part_bytes);
        let in_memory = copy::memory_of(size, part_bytes);
        let (Ok(_copy), Ok(_memory)) = (
            shared.copies.acquire().await,
            shared.copy_memory.acquire_many(in_memory).await,
        ) else {
            return Err(ImportError::Stopping);
        };
        shared.keep_pace(&shared.copy_throttle, size).await;
        let mut reading = Reading::new(there, object);
        if size <= copy::single_max(part_bytes) {
            let pieces = reading.next_part(size).await?;
            reading.finish()?;
            self.store.put_segment(self.partition, object.to, pieces).await?;
        } else {
            let mut upload = self.store.begin_segment(self.partition, object.to).await?;
            if let Err(error) = send_parts(upload.as_mut(), reading, part_bytes as u64).await {
                if let Err(left) = upload.abort().await {
                    tracing::warn!(folder = %self.partition.folder(), error = %left,
                        "an upload that failed could not be aborted; a lifecycle rule of the bucket removes it");
                }
                return Err(error);
            }
        }
        shared.counters.imported_bytes.add(size);
        Ok(())
    }
}

async fn send_parts(
    upload: &mut dyn MultipartUpload,
    mut reading: Reading<'_>,
    part_bytes: u64,
) -> Result<(), ImportError> {
    while reading.left() > 0 {
        let part = reading.next_part(part_bytes).await?;
        let sent = upload.put_part(PutPayload::from_iter(part)).await;
        sent.map_err(StoreError::from)?;
    }
    reading.finish()?;
    upload.complete().await.map_err(StoreError::from)?;
    Ok(())
}

/// An object on its way.
struct Reading<'a> {
    there: &'a There,
    path: Path,
    size: u64,
    position: u64,
    check: ObjectCheck,
}

impl<'a> Reading<'a> {
    fn new(there: &'a There, object: &ImportedObject) -> Self {
        Self {
            path: path_in(&there.prefix, &object.from.path(&there.partition)),
            there,
            size: object.layout.object_size(),
            position: 0,
            check: ObjectCheck::new(object),
        }
    }

    fn left(&self) -> u64 {
        self.size - self.position
    }

    /// The next bytes, which are sound as far as can be told by then.
    async fn next_part(&mut self, size_max: u64) -> Result<Vec<Bytes>, ImportError> {
        let until = self.position + self.left().min(size_max);
        let mut part = Vec::new();
        while self.position < until {
            let end = until.min(self.position + READ_SIZE);
            let piece = match self.there.objects.get_range(&self.path, self.position..end).await {
                Ok(piece) => piece,
                Err(object_store::Error::NotFound { .. }) => {
                    return Err(ImportError::Gone(self.path.clone()));
                }
                Err(error) => return Err(error.into()),
            };
            if piece.len() as u64 != end - self.position {
                return Err(ImportError::Short {
                    path: self.path.clone(),
                });
            }
            let fed = tokio::task::block_in_place(|| self.check.feed(&piece));
            fed.map_err(|source| ImportError::Damaged {
                path: self.path.clone(),
                source,
            })?;
            self.position = end;
            part.push(piece);
        }
        Ok(part)
    }

    fn finish(self) -> Result<(), ImportError> {
        let path = self.path;
        self.check
            .finish()
            .map_err(|source| ImportError::Damaged { path, source })
    }
}
