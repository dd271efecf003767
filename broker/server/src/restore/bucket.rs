//! What a restore reads from a bucket, and the one object that it writes there.
//!
//! Owns nothing. Invariant: an object that cannot be read is an error and never taken for one that is not there.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use broker_metadata::metadata_log::read_checkpoint;
use broker_metadata::{MetadataImage, TopicImage, is_internal_topic};
use broker_model::{ClusterId, PartitionIndex, TopicId};
use broker_tiered::RemoteFormatError;
use broker_tiered::backup::{BackupObject, BackupPaths, LogsBackup, MetadataBackup, RestoreGeneration};
use broker_tiered::manifest::Manifest;
use broker_tiered::manifest_keeper::{ETag, PutCondition};
use broker_tiered::object_key::RemotePartition;
use broker_tiered::restore_plan::{RestorePlan, RestoreRefused, newest_metadata};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{Error, ObjectStore, ObjectStoreExt as _};

use super::{RestoreError, cluster_of, image_of};
use crate::clock::random_uuid;
use crate::remote_store::{Admission, RemoteStore, SmallPut, StoreLocation, is_absent, path_in};

/// Manifests that are read at the same time.
const READS: usize = 64;

pub(super) struct Bucket {
    objects: Arc<dyn ObjectStore>,
    prefix: String,
    cluster_id: ClusterId,
    paths: BackupPaths,
    /// To write with; none for who only looks.
    store: Option<RemoteStore>,
}

/// What the brokers left behind.
pub(super) struct Found {
    pub(super) generation: RestoreGeneration,
    pub(super) metadata: MetadataBackup,
    pub(super) image: MetadataImage,
    pub(super) logs: Vec<LogsBackup>,
}

/// Manifests by topic and partition.
pub(super) type Manifests = HashMap<(TopicId, PartitionIndex), Manifest>;

/// A plan with its metadata.
pub(super) type Planned = (RestorePlan, Bytes);

impl Bucket {
    /// Opens a bucket to look at it.
    pub(super) async fn read_only(location: &StoreLocation) -> Result<Self, RestoreError> {
        let (objects, prefix) = location.connect_to_look()?;
        let owner = match objects.get(&path_in(&prefix, "owner")).await {
            Ok(got) => got.bytes().await?,
            Err(error) if is_absent(&error) => return Err(RestoreError::NoCluster(location.to_string())),
            Err(error) => return Err(error.into()),
        };
        let cluster_id = cluster_of(&owner);
        Ok(Self {
            paths: BackupPaths::of(&cluster_id),
            objects,
            prefix,
            cluster_id,
            store: None,
        })
    }

    /// Whose it is.
    pub(super) fn cluster_id(&self) -> &ClusterId {
        &self.cluster_id
    }

    /// Opens a bucket to take it over, if the store can be trusted.
    pub(super) async fn open(location: &StoreLocation) -> Result<Self, RestoreError> {
        let bucket = Self::read_only(location).await?;
        let admission = Admission {
            objects: bucket.objects.clone(),
            prefix: bucket.prefix.clone(),
            cluster_id: bucket.cluster_id.clone(),
        };
        let store = Some(admission.try_once(random_uuid()?).await?);
        Ok(Self { store, ..bucket })
    }

    /// What the last generation that left metadata left.
    pub(super) async fn find(&self) -> Result<Found, RestoreError> {
        let folder = path_in(&self.prefix, self.paths.folder());
        let listed: Vec<_> = self.objects.list(Some(&folder)).try_collect().await?;
        let mut by_generation: BTreeMap<RestoreGeneration, Vec<BackupObject>> = BTreeMap::new();
        for meta in listed {
            let below = meta
                .location
                .as_ref()
                .strip_prefix(&self.prefix)
                .unwrap_or_default();
            if let Some((generation, object)) = self.paths.parse(below.trim_start_matches('/')) {
                by_generation.entry(generation).or_default().push(object);
            }
        }
        let has_metadata = |objects: &Vec<BackupObject>| {
            objects
                .iter()
                .any(|object| matches!(object, BackupObject::Metadata(_)))
        };
        let newest = by_generation
            .into_iter()
            .rev()
            .find(|(_, objects)| has_metadata(objects));
        let (generation, objects) =
            newest.ok_or_else(|| RestoreRefused::NoMetadata(self.cluster_id.clone()))?;
        let (mut metadata, mut logs) = (Vec::new(), Vec::new());
        for object in objects {
            let path = self.paths.path(generation, object);
            match object {
                BackupObject::Metadata(_) => {
                    let bytes = self.read(&path).await?;
                    metadata.push(MetadataBackup::parse(&bytes, &self.cluster_id).map_err(at(&path))?);
                }
                BackupObject::Logs(_) => {
                    let bytes = self.read(&path).await?;
                    logs.push(LogsBackup::parse(&bytes, &self.cluster_id).map_err(at(&path))?);
                }
                BackupObject::Plan => {}
            }
        }
        logs.sort_unstable_by_key(|backup| backup.writer.broker);
        let metadata =
            newest_metadata(metadata).ok_or_else(|| RestoreRefused::NoMetadata(self.cluster_id.clone()))?;
        let image = image_of(&read_checkpoint(&metadata.checkpoint)?.records)?;
        Ok(Found {
            generation,
            metadata,
            image,
            logs,
        })
    }

    async fn read(&self, below: &str) -> Result<Bytes, Error> {
        self.objects
            .get(&path_in(&self.prefix, below))
            .await?
            .bytes()
            .await
    }

    /// Every manifest of what the metadata name.
    pub(super) async fn manifests(&self, image: &MetadataImage) -> Result<Manifests, RestoreError> {
        let topics = image.topics.iter();
        let topics = topics.filter(|topic| !is_internal_topic(&topic.name));
        self.manifests_of(topics.map(|topic| &**topic)).await
    }

    /// The manifests of some topics.
    pub(super) async fn manifests_of<'a>(
        &self,
        topics: impl Iterator<Item = &'a TopicImage>,
    ) -> Result<Manifests, RestoreError> {
        let partitions = topics.flat_map(|topic| {
            topic.indexed_partitions().map(|(index, _)| RemotePartition {
                cluster_id: self.cluster_id.clone(),
                topic_id: topic.id,
                index,
            })
        });
        let partitions: Vec<_> = partitions.collect();
        let reads = partitions.into_iter().map(|partition| self.manifest(partition));
        let read: Vec<_> = futures::stream::iter(reads)
            .buffer_unordered(READS)
            .try_collect()
            .await?;
        let mut manifests = HashMap::new();
        let mut unreadable = Vec::new();
        for (partition, manifest) in read {
            match manifest {
                None => {}
                Some(Ok(manifest)) => drop(manifests.insert((partition.topic_id, partition.index), manifest)),
                Some(Err(error)) => unreadable.push(format!("{}: {error}", partition.manifest_path())),
            }
        }
        unreadable.sort_unstable();
        match unreadable.first() {
            None => Ok(manifests),
            Some(first) => Err(RestoreRefused::Manifests {
                count: unreadable.len(),
                first: first.clone(),
            }
            .into()),
        }
    }

    async fn manifest(
        &self,
        partition: RemotePartition,
    ) -> Result<(RemotePartition, Option<Result<Manifest, RemoteFormatError>>), Error> {
        match self.read(&partition.manifest_path()).await {
            Ok(bytes) => {
                let parsed = Manifest::parse(&bytes, &partition);
                Ok((partition, Some(parsed)))
            }
            Err(error) if is_absent(&error) => Ok((partition, None)),
            Err(error) => Err(error),
        }
    }

    /// The plan that begins a generation, and under which condition another may take its place.
    pub(super) async fn plan_of(
        &self,
        generation: RestoreGeneration,
    ) -> Result<(Option<Planned>, PutCondition), RestoreError> {
        let path = self.paths.path(generation, BackupObject::Plan);
        let got = match self.objects.get(&path_in(&self.prefix, &path)).await {
            Ok(got) => got,
            Err(error) if is_absent(&error) => return Ok((None, PutCondition::Absent)),
            Err(error) => return Err(error.into()),
        };
        let condition = PutCondition::Unchanged(ETag(got.meta.e_tag.clone().unwrap_or_default()));
        let planned = RestorePlan::parse(&got.bytes().await?, &self.cluster_id).map_err(at(&path))?;
        Ok((Some(planned), condition))
    }

    pub(super) async fn put_plan(
        &self,
        plan: &RestorePlan,
        checkpoint: &[u8],
        condition: PutCondition,
    ) -> Result<(), RestoreError> {
        let path = self.paths.path(plan.generation, BackupObject::Plan);
        let bytes = plan.to_bytes(checkpoint);
        let Some(store) = &self.store else {
            return Err(RestoreError::PlanChanged);
        };
        let put = store.put_small(&path, bytes, &condition).await;
        if matches!(put, Ok(SmallPut::Done(_))) {
            return Ok(());
        }
        // The answer may be about a first try that was lost.
        let (planned, _) = self.plan_of(plan.generation).await?;
        match planned {
            Some((found, _)) if found.nonce == plan.nonce => Ok(()),
            _ => Err(put.err().map_or(RestoreError::PlanChanged, RestoreError::from)),
        }
    }
}

fn at(path: &str) -> impl FnOnce(RemoteFormatError) -> RestoreError {
    let path = path.to_owned();
    move |source| RestoreError::Object { path, source }
}
