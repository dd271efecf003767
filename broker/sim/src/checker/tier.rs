//! What has to hold of the remote tier, looked at whenever the store changes and whenever a node has made a step.
//!
//! | rule | checked when |
//! |---|---|
//! | the same bytes (I19): a batch that was committed has the same bytes wherever it is read, also its leader epoch | a read, a copy that is named, the end |
//! | one owner (I20): no older leader writes over a newer one's manifest, and no two leaders of an epoch write it | a manifest is written |
//! | whole (I20): segments follow one another without gap or overlap; each is in the store, with its footer; what left never comes back; the remote part never gets shorter at its end, and its start never goes back | a manifest is written |
//! | named (I20): no object is deleted that the manifest sends readers to, no manifest of a topic that is there | a delete |
//! | deleted (I20): nothing lies in the store whose topic is gone | the end |
//! | copied first (I21): no local segment is given up that the manifest does not name | a step |
//! | retention (I21): no more goes than it allows | a step |

use std::collections::{BTreeMap, BTreeSet};

use broker_codec::batch::batches;
use broker_model::{Offset, Timestamp};
use broker_tiered::manifest::Manifest;
use broker_tiered::object_key::{RemotePartition, SegmentKey};
use broker_tiered::remote_segment::RemoteLogSegmentMetadata;
use broker_tiered::segment_object::{FOOTER_SIZE, ObjectLayout};
use bytes::Bytes;

use super::{Checker, Violation};
use crate::message::PartitionId;
use crate::process::{Hosted, Process, Touched, remote_partition};
use crate::store::{ObjectStore, StoreAnswer, StoreRequest};

#[derive(Debug, Default)]
pub(super) struct TierWatch {
    /// As they were written last.
    manifests: BTreeMap<PartitionId, Manifest>,
    /// Objects that readers are not sent to any more.
    left: BTreeSet<SegmentKey>,
    /// Batches that are committed, by their first offset.
    batches: BTreeMap<PartitionId, BTreeMap<i64, Bytes>>,
    /// What happened to manifests: written, taken over; objects that were copied and deleted.
    pub(super) counts: TierCounts,
}

/// What happened in the store.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TierCounts {
    pub(crate) manifests: u64,
    pub(crate) takeovers: u64,
    pub(crate) copies: u64,
    pub(crate) removed: u64,
}

fn id_of(partition: &RemotePartition) -> PartitionId {
    (partition.topic_id, partition.index)
}

/// The partition of an object, and its key if it is a segment.
fn place_of(path: &str) -> Option<(RemotePartition, Option<SegmentKey>)> {
    let (folder, name) = path.rsplit_once('/')?;
    let partition = RemotePartition::of_manifest(&format!("{folder}/manifest"))?;
    Some((partition, SegmentKey::parse(name)))
}

impl Checker {
    /// Lets the store serve a request, and looks at what that changes.
    pub(crate) fn watch_store(
        &mut self,
        store: &mut ObjectStore,
        request: &StoreRequest,
        now: Timestamp,
    ) -> Result<StoreAnswer, Violation> {
        let answer = store.serve(request, now);
        match (request, &answer) {
            (StoreRequest::Delete { path }, _) => self.deleted_object(path)?,
            (StoreRequest::Put { path, bytes, .. }, StoreAnswer::Written(_)) => {
                if let Some((partition, None)) = place_of(path) {
                    self.wrote_manifest(&partition, bytes, store)?;
                }
            }
            _ => {}
        }
        Ok(answer)
    }

    pub(crate) fn tier_counts(&self) -> TierCounts {
        self.tier.counts
    }

    /// The manifest that was written last.
    pub(crate) fn manifest(&self, id: PartitionId) -> Option<&Manifest> {
        self.tier.manifests.get(&id)
    }

    fn deleted_object(&mut self, path: &str) -> Result<(), Violation> {
        let Some((partition, key)) = place_of(path) else {
            return Ok(());
        };
        let id = id_of(&partition);
        let manifest = self.tier.manifests.get(&id);
        match key {
            Some(key) => {
                let names =
                    |manifest: &&Manifest| manifest.segments().iter().any(|segment| segment.key() == key);
                // Of a topic that is gone one who has not heard of it may name what another deletes.
                if manifest.filter(names).is_some() && self.is_there(id) {
                    return Err(format!(
                        "named (I20): {path} is deleted, and the manifest names it"
                    ));
                }
                self.tier.counts.removed += 1;
            }
            None => {
                if self.newest_image().is_some() && self.is_there(id) {
                    return Err(format!("named (I20): {path} is deleted, and its topic is there"));
                }
                self.tier.manifests.remove(&id);
            }
        }
        Ok(())
    }

    fn wrote_manifest(
        &mut self,
        partition: &RemotePartition,
        bytes: &Bytes,
        store: &ObjectStore,
    ) -> Result<(), Violation> {
        let id = id_of(partition);
        let index = id.1;
        let written = Manifest::parse(bytes, partition).map_err(|error| {
            format!("whole (I20): what is written as manifest of {index} is none: {error}")
        })?;
        written
            .check()
            .map_err(|error| format!("whole (I20): the manifest of {index}: {error}"))?;
        self.tier.counts.manifests += 1;
        let before = self.tier.manifests.remove(&id);
        let is_there = self.is_there(id);
        if let Some(before) = &before {
            follows(before, &written, index)?;
            if is_there && written.remote_end() < before.remote_end() {
                let (from, to) = (before.remote_end(), written.remote_end());
                return Err(format!(
                    "whole (I20): the remote part of {index} ended at {from} and ends at {to}"
                ));
            }
            self.tier.counts.takeovers += u64::from(before.writer.epoch < written.writer.epoch);
        }
        // Of a topic that is gone one who has not heard of it may write what was there.
        for segment in written.segments().iter().filter(|_| is_there) {
            let is_known = before
                .as_ref()
                .is_some_and(|before| before.segments().contains(segment));
            self.names(&written, segment, store)?;
            if !is_known {
                self.copied(&written, segment, store)?;
            }
        }
        let names = |key: &SegmentKey| written.segments().iter().any(|segment| segment.key() == *key);
        let gone = before.iter().flat_map(|before| before.segments());
        let gone = gone.map(RemoteLogSegmentMetadata::key).filter(|key| !names(key));
        self.tier.left.extend(gone);
        self.tier.manifests.insert(id, written);
        Ok(())
    }

    /// Whether nobody has heard that the topic is deleted.
    pub(super) fn is_there(&self, id: PartitionId) -> bool {
        let image = self.newest_image();
        image.is_none_or(|image| image.topics.by_id(id.0).is_some())
    }

    /// An object that is named is there, whole.
    fn names(
        &self,
        manifest: &Manifest,
        segment: &RemoteLogSegmentMetadata,
        store: &ObjectStore,
    ) -> Result<(), Violation> {
        let path = segment.key().path(&manifest.partition);
        if self.tier.left.contains(&segment.key()) {
            return Err(format!("whole (I20): {path} left, and is named again"));
        }
        let found = store.object(&path).map_or(0, |object| object.len() as u64);
        match found == segment.layout.object_size() {
            true => Ok(()),
            false => Err(format!(
                "whole (I20): {path} is named with {} bytes and has {found}",
                segment.layout.object_size()
            )),
        }
    }

    /// What is named for the first time holds what was committed.
    fn copied(
        &mut self,
        manifest: &Manifest,
        segment: &RemoteLogSegmentMetadata,
        store: &ObjectStore,
    ) -> Result<(), Violation> {
        self.tier.counts.copies += 1;
        let path = segment.key().path(&manifest.partition);
        let Some(object) = store.object(&path) else {
            return Ok(());
        };
        let footer = object.slice(object.len().saturating_sub(FOOTER_SIZE)..);
        if ObjectLayout::parse_footer(&footer).as_ref() != Ok(&segment.layout) {
            return Err(format!("whole (I20): the footer of {path} says something else"));
        }
        let records = log_of(object, segment);
        let held = offsets_of(&records)?;
        let (start, end) = (segment.start_offset.value(), segment.next_offset.value());
        if held.is_none_or(|(first, next)| first > start || next < end) {
            return Err(format!(
                "whole (I20): {path} is named for {start} to {end} and holds {held:?}"
            ));
        }
        self.same_bytes(id_of(&manifest.partition), &its_batches(&records, segment)?)
    }

    /// Batches that are committed have the bytes that they had whenever they were read before.
    pub(super) fn same_bytes(&mut self, id: PartitionId, records: &Bytes) -> Result<(), Violation> {
        let known = self.tier.batches.entry(id).or_default();
        for batch in batches(records) {
            let batch =
                batch.map_err(|error| format!("the same bytes (I19): a batch is damaged: {error}"))?;
            let base = batch.header().base_offset.value();
            let bytes = batch.bytes();
            let before = known.entry(base).or_insert_with(|| Bytes::copy_from_slice(bytes));
            if before[..] != bytes[..] {
                return Err(format!(
                    "the same bytes (I19): the batch at {base} of {} is another",
                    id.1
                ));
            }
        }
        Ok(())
    }

    /// A local segment goes after its copy is named, and the start of a log moves as far as retention allows.
    pub(super) fn looks_at_tiers(&mut self, process: &Process, touched: &Touched) -> Result<(), Violation> {
        let tiering = process.machine.settings.tiering.as_ref();
        let Some(tiering) = tiering.filter(|_| self.is_there(touched.id)) else {
            return Ok(());
        };
        let (node, index) = (process.machine.id, touched.id.1);
        if let (Some(limit), true) = (
            tiering.retention_bytes,
            touched.log_start > self.deleted_below(touched.id),
        ) {
            let kept = self.kept_bytes(process, touched);
            if kept < limit {
                return Err(format!(
                    "retention (I21): {index} starts at {} on node {node}, which keeps {kept} of {limit} bytes",
                    touched.log_start
                ));
            }
            self.deletes(touched.id, touched.log_start);
        }
        let remote_end = self
            .manifest(touched.id)
            .map_or(0, |manifest| manifest.remote_end().value());
        let may_start = remote_end.max(self.deleted_below(touched.id));
        if touched.local_log_start > may_start {
            return Err(format!(
                "copied first (I21): the local part of {index} starts at {} on node {node}, the remote one ends at {remote_end}",
                touched.local_log_start
            ));
        }
        Ok(())
    }

    /// Bytes from the start of a log on, of both tiers.
    fn kept_bytes(&self, process: &Process, touched: &Touched) -> u64 {
        let start = Offset::new(touched.log_start);
        let manifest = self.manifest(touched.id);
        let remote = manifest.into_iter().flat_map(|manifest| manifest.segments());
        let remote = remote.filter(|segment| segment.next_offset > start);
        let remote: u64 = remote.map(RemoteLogSegmentMetadata::size_in_bytes).sum();
        let end = manifest.map_or(Offset::ZERO, Manifest::remote_end).max(start);
        let log = process.replicas.hosted.get(&touched.id).map(Hosted::log);
        let local = log.map_or(0, |log| {
            let closed = log.closed_segments().into_iter();
            let closed = closed.filter(|segment| segment.next_offset > end);
            closed.map(|segment| segment.size_in_bytes).sum::<u64>() + log.active_size()
        });
        remote + local
    }

    /// The records of the remote part at those offsets.
    pub(crate) fn remote_records(
        &self,
        id: PartitionId,
        store: &ObjectStore,
        offsets: std::ops::Range<i64>,
    ) -> Result<Bytes, Violation> {
        let mut records = Vec::new();
        let manifest = self.manifest(id);
        for segment in manifest.into_iter().flat_map(|manifest| manifest.segments()) {
            let path = segment.key().path(&remote_partition(id));
            let object = store.object(&path);
            let object = object.ok_or_else(|| format!("whole (I20): {path} is named and is not there"))?;
            for batch in batches(&its_batches(&log_of(object, segment), segment)?) {
                let batch = batch.map_err(|error| format!("the same bytes (I19): {path}: {error}"))?;
                let next = batch.header().next_offset();
                if next.value() > offsets.start && next.value() <= offsets.end {
                    records.extend_from_slice(batch.bytes());
                }
            }
        }
        Ok(records.into())
    }
}

/// The batches that a segment is named for. A log may start inside of a batch, and so may its first copy; what lies before its
/// start is read by nobody, and was perhaps never committed: a follower that is cut there is not cut further down.
fn its_batches(records: &Bytes, segment: &RemoteLogSegmentMetadata) -> Result<Bytes, Violation> {
    let mut its = Vec::with_capacity(records.len());
    for batch in batches(records) {
        let batch = batch.map_err(|error| format!("the same bytes (I19): a batch is damaged: {error}"))?;
        let (base, next) = (batch.header().base_offset, batch.header().next_offset());
        if next > segment.start_offset && base < segment.next_offset {
            its.extend_from_slice(batch.bytes());
        }
    }
    Ok(its.into())
}

/// What a manifest may say after another.
fn follows(
    before: &Manifest,
    after: &Manifest,
    index: broker_model::PartitionIndex,
) -> Result<(), Violation> {
    let (old, new) = (before.writer, after.writer);
    if new.epoch < old.epoch || (new.epoch == old.epoch && new.broker != old.broker) {
        return Err(format!(
            "one owner (I20): {} in epoch {} wrote over what {} wrote in epoch {} of {index}",
            new.broker, new.epoch, old.broker, old.epoch
        ));
    }
    if after.log_start() < before.log_start() {
        let (from, to) = (before.log_start(), after.log_start());
        return Err(format!(
            "log start (I8): the manifest of {index} says {to} after {from}"
        ));
    }
    Ok(())
}

/// The log file in an object.
fn log_of(object: &Bytes, segment: &RemoteLogSegmentMetadata) -> Bytes {
    let size = usize::try_from(segment.layout.log_size).unwrap_or(usize::MAX);
    object.slice(..size.min(object.len()))
}

/// The first offset, and the one behind the last.
fn offsets_of(records: &Bytes) -> Result<Option<(i64, i64)>, Violation> {
    let mut held: Option<(i64, i64)> = None;
    for batch in batches(records) {
        let batch = batch.map_err(|error| format!("the same bytes (I19): a copy is damaged: {error}"))?;
        let (base, next) = (
            batch.header().base_offset.value(),
            batch.header().next_offset().value(),
        );
        if let Some((_, end)) = held.filter(|(_, end)| *end != base) {
            return Err(format!(
                "whole (I20): a copy goes on at {base} where {end} should be"
            ));
        }
        held = Some((held.map_or(base, |(first, _)| first), next));
    }
    Ok(held)
}
