//! Makes the empty directories of this node those of a cluster that lies in a bucket (ADR 22).
//!
//! Owns the order: whose bucket, is everybody silent, the plan into the bucket, then the directories. What the plan is
//! follows from `broker_tiered::restore_plan`. Invariants: nothing is written to a directory that holds anything;
//! every node of a cluster carries out one plan; a directory of a restore that did not end is used by no broker.

mod bucket;
mod directories;
mod log_begin;
mod topic;

use std::collections::BTreeSet;
use std::path::PathBuf;

use broker_metadata::metadata_log::{CheckpointHead, read_checkpoint, write_checkpoint};
use broker_metadata::{
    LogFormatError, MetadataDelta, MetadataImage, MetadataRecord, ReplayError, deleted_topics,
};
use broker_model::{BrokerId, ClusterId, Timestamp, TopicId, TopicPartition};
use broker_storage::{AppendError, DirectoryError, LoadError, StorageError};
use broker_tiered::RemoteFormatError;
use broker_tiered::restore_plan::{
    PlanContext, RestoreFacts, RestorePlan, RestoreRefused, require_silence, restore_plan, restored_records,
};
use broker_tiered::topic_restore::TopicRestoreRefused;
use bytes::Bytes;

use crate::boot::BootSettings;
use crate::clock::{Clock, random_uuid};
use crate::format::{FormatCommandError, FormatRequest};
use crate::remote_store::{LocationProblem, StoreLocation, StoreRefused};
use bucket::Bucket;

pub use directories::require_finished;
pub use log_begin::LogBeginError;
pub(crate) use log_begin::begin_here;
pub use topic::{TopicLook, look_at_topic};

/// How long a cluster must have been silent, unless somebody says that it is gone: twice what its brokers let pass
/// between two backups.
pub const SILENCE_MS: i64 = 60_000;

/// What is restored, and where to.
#[derive(Debug)]
pub struct RestoreRequest<'a> {
    /// What this node will be started with.
    pub settings: &'a BootSettings,
    /// How its directories are formatted; the cluster is the bucket's.
    pub format: FormatRequest,
    /// The bucket.
    pub from: &'a StoreLocation,
    /// The brokers that the cluster is to have; none for those that it had.
    pub brokers: Option<Vec<BrokerId>>,
    /// How long nobody may have written to the bucket.
    pub silence_ms: i64,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the whole cluster comes to.
    pub plan: RestorePlan,
    /// How many logs this node has of it.
    pub logs: usize,
    /// Whether another node had made the plan.
    pub planned_by: PlannedBy,
}

/// Who made a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedBy {
    /// This node.
    ThisNode,
    /// A node that was restored before.
    Another,
}

/// A cluster does not come back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The directories belong to a cluster.
    #[error("{} holds {found}: only an empty node can be restored; give it other log.dirs, or empty them", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
        /// What is there.
        found: String,
    },
    /// The node would not find the records again.
    #[error(
        "the bucket is {from} and eddyline.remote.store is {configured}: a restored cluster goes on in its bucket, so set \
         remote.log.storage.system.enable=true and eddyline.remote.store={from}"
    )]
    ElsewhereConfigured {
        /// The bucket.
        from: String,
        /// What the node would use.
        configured: String,
    },
    /// The node keeps nothing of the cluster.
    #[error(
        "node {node} was none of the cluster's brokers ({known}): give it one of their numbers, or say with --brokers which there will be"
    )]
    UnknownBroker {
        /// The node.
        node: BrokerId,
        /// Those of the cluster.
        known: String,
    },
    /// No cluster lies there.
    #[error("no cluster has ever used {0}: its object `owner` is missing")]
    NoCluster(String),
    /// Another cluster lies there than the one that was named.
    #[error("cluster {found} lies in the bucket, not {wanted}: name that one, or another bucket or prefix")]
    OtherCluster {
        /// The one that was named.
        wanted: ClusterId,
        /// The one that lies there.
        found: ClusterId,
    },
    /// What lies there cannot be restored.
    #[error(transparent)]
    Refused(#[from] RestoreRefused),
    /// A topic of what lies there cannot be restored.
    #[error(transparent)]
    Topic(#[from] TopicRestoreRefused),
    /// The bucket cannot be used.
    #[error(transparent)]
    Location(#[from] LocationProblem),
    /// The bucket must not be used.
    #[error(transparent)]
    Store(#[from] StoreRefused),
    /// The bucket does not answer.
    #[error("the bucket does not answer: {}", crate::remote_store::explained(.0))]
    Unavailable(#[from] object_store::Error),
    /// An object cannot be read.
    #[error("{path}: {source}")]
    Object {
        /// Which.
        path: String,
        /// Why.
        source: RemoteFormatError,
    },
    /// The metadata cannot be read or written.
    #[error("the metadata of the cluster cannot be read: {0}")]
    Metadata(#[from] LogFormatError),
    /// The metadata contradict themselves.
    #[error("the metadata of the cluster cannot be read: {0}")]
    Replay(#[from] ReplayError),
    /// Another node changed the plan meanwhile.
    #[error("another node planned a restore at the same time: try again")]
    PlanChanged,
    /// The directories cannot be formatted.
    #[error(transparent)]
    Format(#[from] FormatCommandError),
    /// A directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A directory cannot be written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A log cannot be made.
    #[error("the log of {partition} cannot be made: {source}")]
    Log {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        source: LoadError,
    },
    /// A log cannot begin where the plan says.
    #[error("the log of {partition} cannot begin: {source}")]
    Begin {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        source: LogBeginError,
    },
    /// A log cannot be written.
    #[error("the log of {partition} cannot be written: {source}")]
    Append {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        source: AppendError,
    },
    /// Offsets of groups cannot be written.
    #[error("the offsets of groups cannot be written: {0}")]
    Groups(String),
    /// The system has no randomness.
    #[error("the system has no randomness: {0}")]
    NoRandomness(#[from] getrandom::Error),
}

/// Restores this node.
///
/// # Errors
/// Before a directory is touched for everything that is wrong with the bucket or the node; after it only when a
/// directory fails, which is then left as one that no broker starts on.
pub async fn restore(request: RestoreRequest<'_>, clock: Clock) -> Result<Restored, RestoreError> {
    require_same_place(&request)?;
    directories::require_empty(request.settings)?;
    let bucket = Bucket::open(request.from).await?;
    require_named(&request, bucket.cluster_id())?;
    let (plan, records, planned_by) = plan_in(&bucket, &request, &clock).await?;
    let node = request.settings.node_id;
    if request.settings.roles.is_broker() && !plan.brokers.contains(&node) {
        let known = plan.brokers.iter().map(ToString::to_string);
        return Err(RestoreError::UnknownBroker {
            node,
            known: known.collect::<Vec<_>>().join(", "),
        });
    }
    let image = image_of(&records)?;
    let format = FormatRequest {
        cluster_id: Some(plan.cluster_id.clone()),
        release: image.features.metadata_version,
        ..request.format
    };
    let settings = request.settings;
    let make = || directories::make(settings, &format, (&plan, &image, &records), clock.now());
    let logs = tokio::task::block_in_place(make)?;
    Ok(Restored {
        plan,
        logs,
        planned_by,
    })
}

/// What a restore of a bucket would give, without touching anything.
///
/// # Errors
/// As for a restore.
pub async fn look(from: &StoreLocation, clock: Clock) -> Result<RestorePlan, RestoreError> {
    let bucket = Bucket::read_only(from).await?;
    let found = bucket.find().await?;
    let manifests = bucket.manifests(&found.image).await?;
    let facts = RestoreFacts {
        generation: found.generation,
        metadata: &found.metadata,
        image: &found.image,
        logs: &found.logs,
        manifests: &manifests,
        brokers: None,
    };
    let context = PlanContext {
        nonce: random_uuid()?,
        now: clock.wall(),
    };
    Ok(restore_plan(&facts, context))
}

/// Topics whose folders in a bucket are on their way out, as far as its last backup knows.
///
/// # Errors
/// When there is no backup, or it cannot be read.
pub async fn deleted_topics_in(location: &StoreLocation) -> Result<BTreeSet<TopicId>, RestoreError> {
    let found = Bucket::read_only(location).await?.find().await?;
    let deleted = deleted_topics(&found.image).into_iter();
    Ok(deleted.map(|topic| topic.id).collect())
}

/// The segments lie where the cluster will look for them.
fn require_same_place(request: &RestoreRequest<'_>) -> Result<(), RestoreError> {
    let configured = request.settings.remote.as_ref();
    let configured = configured.map_or_else(|| "not used".to_owned(), |remote| remote.location.to_string());
    let from = request.from.to_string();
    match configured == from {
        true => Ok(()),
        false => Err(RestoreError::ElsewhereConfigured { from, configured }),
    }
}

/// Nothing is left in the bucket of another cluster than the one that was named, if one was.
fn require_named(request: &RestoreRequest<'_>, found: &ClusterId) -> Result<(), RestoreError> {
    match &request.format.cluster_id {
        Some(wanted) if wanted != found => Err(RestoreError::OtherCluster {
            wanted: wanted.clone(),
            found: found.clone(),
        }),
        _ => Ok(()),
    }
}

/// The plan that lies in the bucket, or a new one that is put there.
async fn plan_in(
    bucket: &Bucket,
    request: &RestoreRequest<'_>,
    clock: &Clock,
) -> Result<(RestorePlan, Vec<MetadataRecord>, PlannedBy), RestoreError> {
    let found = bucket.find().await?;
    let writers = found.logs.iter().map(|backup| &backup.writer);
    let writers = writers.chain([&found.metadata.writer]);
    if let Err(alive) = require_silence(writers, clock.wall(), request.silence_ms) {
        let (planned, _) = bucket.plan_of(found.generation).await?;
        let node = request.settings.node_id;
        let (plan, checkpoint) = planned
            .filter(|(plan, _)| plan.awaits(node, &found.image))
            .ok_or(alive)?;
        return Ok((plan, read_checkpoint(&checkpoint)?.records, PlannedBy::Another));
    }
    let (planned, etag) = bucket.plan_of(found.generation.next()).await?;
    if let Some((plan, checkpoint)) = planned.filter(|(plan, _)| plan.is_of(&found.metadata, &found.logs)) {
        return Ok((plan, read_checkpoint(&checkpoint)?.records, PlannedBy::Another));
    }
    let manifests = bucket.manifests(&found.image).await?;
    let facts = RestoreFacts {
        generation: found.generation,
        metadata: &found.metadata,
        image: &found.image,
        logs: &found.logs,
        manifests: &manifests,
        brokers: request.brokers.as_deref(),
    };
    let context = PlanContext {
        nonce: random_uuid()?,
        now: clock.wall(),
    };
    let plan = restore_plan(&facts, context);
    let records = restored_records(&found.image, &plan);
    let checkpoint = checkpoint_of(&found.image, &records)?;
    bucket.put_plan(&plan, &checkpoint, etag).await?;
    Ok((plan, records, PlannedBy::ThisNode))
}

/// Records as a snapshot that says nothing of a quorum: who votes is said to each node.
fn checkpoint_of(image: &MetadataImage, records: &[MetadataRecord]) -> Result<Bytes, LogFormatError> {
    let timeless = Timestamp::from_ms(0);
    let head = CheckpointHead {
        epoch: 0,
        last_contained_log_timestamp: timeless,
        voters: None,
    };
    write_checkpoint(&head, image.features.metadata_version, records, timeless)
}

/// What records come to.
fn image_of(records: &[MetadataRecord]) -> Result<MetadataImage, ReplayError> {
    let empty = MetadataImage::empty();
    let mut delta = MetadataDelta::new(&empty);
    for record in records {
        delta.replay(record)?;
    }
    Ok(delta.apply(empty.provenance).0)
}

fn cluster_of(owner: &[u8]) -> ClusterId {
    ClusterId::new(String::from_utf8_lossy(owner).trim())
}
