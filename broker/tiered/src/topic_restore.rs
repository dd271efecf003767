//! What becomes of one topic that is restored from another cluster's bucket into a cluster that runs (ADR 23).
//!
//! Facts in, a plan out: where each partition begins is decided as for a whole cluster (`restore_plan`), so that nobody
//! gets another record under an offset that he has seen. What the leader of a partition then fetches, and under which
//! names it lies here, is [`import`]. Invariants: what was planned never ends later than what is imported; an object
//! has one name here however often and by whomever it is fetched; the two clusters share none.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use broker_metadata::{
    BegunPartition, MetadataImage, PartitionBegin, is_internal_topic, is_legal_topic_name,
};
use broker_model::{LeaderEpoch, LogStartOffset, Offset, PartitionIndex, Timestamp, TopicId};
use thiserror::Error;

use crate::backup::LogsBackup;
use crate::error::ManifestError;
use crate::manifest::{Manifest, ManifestWriter};
use crate::object_key::{RemotePartition, SegmentKey};
use crate::remote_segment::Offsets;
use crate::restore_plan::{Lost, beginnings};
use crate::retention::{RetentionLimits, allowed_log_start};
use crate::segment_object::ObjectLayout;

/// Says that a topic is tiered; a topic that was so by a default of its cluster says nothing itself.
const REMOTE_STORAGE_ENABLE: &str = "remote.storage.enable";
/// Topics that a refusal names.
const NAMED_MAX: usize = 20;

/// The topic cannot be restored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TopicRestoreRefused {
    /// The metadata do not know it.
    #[error(
        "the bucket knows no topic {topic}; it knows {known}. A topic that was deleted took its objects along: restore it from a \
         copy of the bucket, or from earlier versions of the objects"
    )]
    Unknown {
        /// The name.
        topic: String,
        /// Some that it knows.
        known: String,
    },
    /// It belongs to the brokers.
    #[error("topic {0} belongs to the brokers: it comes back with a whole cluster only (eddyline restore)")]
    Internal(String),
    /// Nothing of it was ever copied.
    #[error(
        "nothing of topic {0} lies in the bucket: it was not tiered, or no segment was closed; create it anew"
    )]
    NothingRemote(String),
}

/// What lies in the bucket.
#[derive(Clone, Copy, Debug)]
pub struct TopicRestoreFacts<'a> {
    /// The metadata of the other cluster.
    pub image: &'a MetadataImage,
    /// What its brokers left of their logs.
    pub logs: &'a [LogsBackup],
    /// The manifests of the topic's partitions.
    pub manifests: &'a HashMap<(TopicId, PartitionIndex), Manifest>,
}

/// What the topic will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicRestorePlan {
    /// The topic as it is in the bucket.
    pub source: TopicId,
    /// How many replicas its partitions had.
    pub replication_factor: usize,
    /// Its configuration.
    pub configs: BTreeMap<Arc<str>, Arc<str>>,
    /// The epoch of what its logs begin with.
    pub leader_epoch: LeaderEpoch,
    /// Its partitions, by number.
    pub partitions: Vec<PlannedPartition>,
}

/// What one partition will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedPartition {
    /// Where it begins.
    pub begin: PartitionBegin,
    /// What had been written and is nowhere, as far as is known.
    pub lost: Lost,
    /// Segments that are fetched.
    pub segments: usize,
    /// Bytes of their records.
    pub size_in_bytes: u64,
}

/// The topic that is to be restored, as the metadata have it.
///
/// # Errors
/// It is none that can be restored.
pub fn restorable(image: &MetadataImage, topic: &str) -> Result<TopicId, TopicRestoreRefused> {
    if is_internal_topic(topic) {
        return Err(TopicRestoreRefused::Internal(topic.to_owned()));
    }
    let id = image.topics.id_of(topic).filter(|_| is_legal_topic_name(topic));
    id.ok_or_else(|| {
        let names = image.topics.sorted_by_name().into_iter();
        let mut known: Vec<&str> = names
            .map(|topic| &*topic.name)
            .filter(|name| !is_internal_topic(name))
            .collect();
        if known.len() > NAMED_MAX {
            known.truncate(NAMED_MAX);
            known.push("…");
        }
        let known = match known.is_empty() {
            true => "none".to_owned(),
            false => known.join(", "),
        };
        let topic = topic.to_owned();
        TopicRestoreRefused::Unknown { topic, known }
    })
}

/// What the topic will be; `overrides` replaces some of its configuration.
///
/// # Errors
/// It cannot be restored.
pub fn topic_restore_plan(
    facts: &TopicRestoreFacts<'_>,
    topic: &str,
    overrides: BTreeMap<Arc<str>, Arc<str>>,
) -> Result<TopicRestorePlan, TopicRestoreRefused> {
    let source = restorable(facts.image, topic)?;
    let begins = beginnings(facts.image, facts.logs, facts.manifests, source);
    let partitions: Vec<_> = begins
        .iter()
        .map(|begins| {
            let manifest = facts.manifests.get(&(source, begins.partition));
            PlannedPartition {
                begin: PartitionBegin {
                    log_start: begins.log_start,
                    remote_end: begins.local_start,
                    resume: begins.resume,
                },
                lost: begins.lost,
                segments: manifest.map_or(0, |manifest| manifest.segments().len()),
                size_in_bytes: manifest.map_or(0, Manifest::size_in_bytes),
            }
        })
        .collect();
    if partitions.iter().all(|partition| partition.segments == 0) {
        return Err(TopicRestoreRefused::NothingRemote(topic.to_owned()));
    }
    let known = facts.image.configs.of_topic(topic);
    let mut configs: BTreeMap<_, _> = known.map(|known| (**known).clone()).unwrap_or_default();
    configs.insert(REMOTE_STORAGE_ENABLE.into(), "true".into());
    configs.extend(overrides);
    let epochs = begins.iter().map(|begins| begins.leader_epoch);
    let factors = facts.image.topics.by_id(source).into_iter();
    let factors = factors.flat_map(|topic| topic.partitions.iter().map(|partition| partition.replicas.len()));
    Ok(TopicRestorePlan {
        source,
        replication_factor: factors.max().unwrap_or(1),
        configs,
        leader_epoch: epochs.max().unwrap_or(LeaderEpoch::FIRST),
        partitions,
    })
}

/// Up to where retention will delete at once what is restored; none if it keeps everything.
pub fn expires_at_once(manifest: &Manifest, limits: RetentionLimits, now: Timestamp) -> Option<Offset> {
    allowed_log_start(manifest, &[], 0, limits, now).map(LogStartOffset::offset)
}

/// What the leader of a partition fetches, and the manifest that names it afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// To be written when all objects are there.
    pub manifest: Manifest,
    /// The objects.
    pub objects: Vec<ImportedObject>,
}

/// An object that is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportedObject {
    /// Its name there.
    pub from: SegmentKey,
    /// Its name here.
    pub to: SegmentKey,
    /// Offset that its indexes count from.
    pub base_offset: Offset,
    /// What it consists of.
    pub layout: ObjectLayout,
    /// Largest timestamp of its records.
    pub max_timestamp: Timestamp,
    /// Whether it has a record for each of its offsets.
    pub offsets: Offsets,
}

/// What was planned cannot be fetched any more.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportRefused {
    /// The other cluster has cut its copies off.
    #[error(
        "the segments in the bucket end at offset {found}, and offset {planned} was to be the end: the bucket was changed since \
         the restore was planned; delete the topic and restore it again"
    )]
    Shorter {
        /// Where they end.
        found: Offset,
        /// Where they ended.
        planned: Offset,
    },
    /// The manifest there contradicts itself.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// From the manifest as it is there now: the other cluster may go on copying, and deleting what its retention lets go.
///
/// ```text
///  there     |-- gone --|------|------|---|--- copied since ---
///  planned   |------------------------|
///  fetched              |------|------|
/// ```
///
/// # Errors
/// It does not hold what was planned.
pub fn import(
    there: &Manifest,
    begun: &BegunPartition,
    own: RemotePartition,
    writer: ManifestWriter,
) -> Result<Import, ImportRefused> {
    let PartitionBegin {
        log_start,
        remote_end,
        ..
    } = begun.begin;
    if there.remote_end() < remote_end {
        return Err(ImportRefused::Shorter {
            found: there.remote_end(),
            planned: remote_end,
        });
    }
    let start = log_start.max(there.log_start().offset()).min(remote_end);
    let planned = there.segments().iter();
    let planned = planned.filter(|segment| segment.next_offset > start && segment.start_offset < remote_end);
    let planned: Vec<_> = planned.collect();
    let first = planned.first().map_or(start, |first| first.start_offset);
    let mut manifest = Manifest::empty(own, writer, LogStartOffset::at(first.min(start)));
    let mut objects = Vec::with_capacity(planned.len());
    for segment in planned {
        let mut imported = segment.clone();
        imported.copied_in = begun.leader_epoch;
        imported.next_offset = segment.next_offset.min(remote_end);
        imported
            .epochs
            .retain(|epoch| epoch.start_offset < imported.next_offset);
        objects.push(ImportedObject {
            from: segment.key(),
            to: imported.key(),
            base_offset: segment.base_offset,
            layout: segment.layout,
            max_timestamp: segment.max_timestamp,
            offsets: segment.offsets,
        });
        manifest.add(imported)?;
    }
    manifest.start_at(LogStartOffset::at(start), Timestamp::from_ms(0));
    Ok(Import { manifest, objects })
}

/// Objects that are still to be fetched, by the names and sizes of those that lie here.
pub fn missing<'a>(
    objects: &'a [ImportedObject],
    here: &HashMap<SegmentKey, u64>,
) -> impl Iterator<Item = &'a ImportedObject> {
    let is_whole = |object: &ImportedObject| here.get(&object.to) == Some(&object.layout.object_size());
    let missing: Vec<_> = objects.iter().filter(|object| !is_whole(object)).collect();
    missing.into_iter()
}

#[cfg(test)]
mod tests;
