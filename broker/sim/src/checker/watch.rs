//! What is looked at after every step of a node.

use std::collections::BTreeMap;

use broker_metadata::MetadataImage;
use broker_model::{BrokerId, Offset};

use super::{Checker, Violation, epoch_text};
use crate::message::PartitionId;
use crate::process::{Process, Touched};
use crate::world::Node;

/// Images kept to compare others with.
const IMAGES_MAX: usize = 40;

#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Who led a partition in an epoch.
    leaders: BTreeMap<(PartitionId, i32), i32>,
    controllers: BTreeMap<i32, i32>,
    /// Of leaders in their epochs.
    high_watermarks: BTreeMap<(PartitionId, i32), i64>,
    /// Where each replica's log ended and started when it was last seen; none after its machine lost power.
    log_ends: BTreeMap<(i32, PartitionId), i64>,
    /// How far each replica has been since it was cut last, also if it lost some of that with its power.
    reached: BTreeMap<(i32, PartitionId), i64>,
    /// How often its log was made, while its process runs.
    made: BTreeMap<(i32, PartitionId), u64>,
    log_starts: BTreeMap<(i32, PartitionId), i64>,
    images: BTreeMap<Offset, MetadataImage>,
    seen: BTreeMap<i32, Offset>,
    newest: Option<MetadataImage>,
    pub(super) partition_leaders: u64,
    pub(super) controller_terms: u64,
}

impl Checker {
    pub(crate) fn restarts(&mut self, node: i32) {
        self.watch.seen.remove(&node);
        self.watch.made.retain(|(of, _), _| *of != node);
        // What was deleted is back if that was not checkpointed yet.
        self.watch.log_starts.retain(|(of, _), _| *of != node);
    }

    /// What the node had not synced may be gone, and it may not know it.
    pub(crate) fn lost_power(&mut self, node: i32) {
        self.watch.log_ends.retain(|(of, _), _| *of != node);
        self.watch.log_starts.retain(|(of, _), _| *of != node);
    }

    /// The newest image that any node has seen.
    pub(crate) fn newest_image(&self) -> Option<&MetadataImage> {
        self.watch.newest.as_ref()
    }

    /// How many times a partition got a leader, and the quorum a controller.
    pub(crate) fn terms(&self) -> (u64, u64) {
        (self.watch.partition_leaders, self.watch.controller_terms)
    }

    /// A node has made a step.
    pub(crate) fn looks_at(&mut self, node: &Node, nodes: &BTreeMap<i32, Node>) -> Result<(), Violation> {
        let Some(process) = &node.process else {
            return Ok(());
        };
        let id = process.machine.id.value();
        self.watch.controller(id, process)?;
        self.watch.image(id, process)?;
        if process.replicas.are_hosted() {
            self.watch.forget_what_left(id, process);
        }
        for touched in process.replicas.touched() {
            self.watch.partition(id, &touched)?;
            self.looks_at_tiers(process, &touched)?;
            let bound = self.deleted_below(touched.id);
            // Of a topic that is deleted somebody who has not heard of it may go on with what he knows.
            if touched.log_start > bound && self.is_there(touched.id) {
                let (index, start) = (touched.id.1, touched.log_start);
                return Err(format!(
                    "log start (I21): it is {start} on node {id} in {index}, nobody deleted beyond {bound}"
                ));
            }
        }
        self.watch.in_sync(id, process, nodes)?;
        self.watch.copies(process)
    }

    /// A node has made a step that ended it. What it said counts; where its logs stand does not, because a disk may have
    /// failed between two changes that belong together, and nobody can read them any more.
    pub(crate) fn looks_at_the_last_of(&mut self, node: &Node) -> Result<(), Violation> {
        let Some(process) = &node.process else {
            return Ok(());
        };
        let id = process.machine.id.value();
        self.watch.controller(id, process)?;
        self.watch.image(id, process)?;
        self.watch.copies(process)
    }
}

impl Watch {
    /// A replica that left and comes back begins anew.
    fn forget_what_left(&mut self, id: i32, process: &Process) {
        let stays = |(of, partition): &(i32, PartitionId)| {
            *of != id || process.replicas.hosted.contains_key(partition)
        };
        self.log_ends.retain(|place, _| stays(place));
        self.reached.retain(|place, _| stays(place));
        self.log_starts.retain(|place, _| stays(place));
    }

    fn controller(&mut self, id: i32, process: &Process) -> Result<(), Violation> {
        let Some(active) = &process.active else {
            return Ok(());
        };
        let epoch = epoch_text(active.epoch);
        let mut is_new = false;
        let leader = *self.controllers.entry(epoch).or_insert_with(|| {
            is_new = true;
            id
        });
        self.controller_terms += u64::from(is_new);
        match leader == id {
            true => Ok(()),
            false => Err(format!(
                "one leader (I27): {leader} and {id} are controllers of epoch {epoch}"
            )),
        }
    }

    fn image(&mut self, id: i32, process: &Process) -> Result<(), Violation> {
        let image = process.metadata.image();
        let at = image.provenance.last_contained_offset;
        if self.seen.insert(id, at) == Some(at) {
            return Ok(());
        }
        if let Some(known) = self.images.get(&at) {
            return match known == image {
                true => Ok(()),
                false => Err(format!("metadata (I27): node {id} has another image at {at}")),
            };
        }
        self.images.insert(at, image.clone());
        if self.images.len() > IMAGES_MAX {
            self.images.pop_first();
        }
        if self
            .newest
            .as_ref()
            .is_none_or(|newest| newest.provenance.last_contained_offset < at)
        {
            self.newest = Some(image.clone());
        }
        Ok(())
    }

    fn partition(&mut self, node: i32, touched: &Touched) -> Result<(), Violation> {
        let place = (node, touched.id);
        let made = self.made.insert(place, touched.made);
        if made.is_some_and(|before| before != touched.made) {
            // It left and came back in one step.
            self.log_ends.remove(&place);
            self.reached.remove(&place);
            self.log_starts.remove(&place);
        }
        let before = self.log_ends.insert(place, touched.log_end);
        let reached = self.reached.entry(place).or_default();
        *reached = match before {
            Some(before) if touched.log_end < before => touched.log_end,
            _ => touched.log_end.max(*reached),
        };
        let started = self.log_starts.insert(place, touched.log_start);
        if let Some(before) = started.filter(|before| *before > touched.log_start) {
            let now = touched.log_start;
            return Err(format!(
                "log start (I8): it went from {before} to {now} on node {node}"
            ));
        }
        let Some(epoch) = touched.leads.map(epoch_text) else {
            return Ok(());
        };
        let term = (touched.id, epoch);
        let mut is_new = false;
        let leader = *self.leaders.entry(term).or_insert_with(|| {
            is_new = true;
            node
        });
        self.partition_leaders += u64::from(is_new);
        if leader != node {
            let index = touched.id.1;
            return Err(format!(
                "one leader (I27): {leader} and {node} lead {index} in epoch {epoch}"
            ));
        }
        let known = self.high_watermarks.insert(term, touched.high_watermark);
        match known.filter(|known| *known > touched.high_watermark) {
            Some(known) => {
                let now = touched.high_watermark;
                Err(format!(
                    "high watermark (I7): it went from {known} to {now} on node {node} in epoch {epoch}"
                ))
            }
            None => Ok(()),
        }
    }

    /// What a leader acknowledges is on as many replicas as have to be in sync. A leader that has not heard of its next
    /// epoch counts replicas that the controller has taken away, as Kafka's does: those may have let the records go, and
    /// what becomes of the records is looked at as lost (I1).
    fn copies(&self, process: &Process) -> Result<(), Violation> {
        let required = usize::try_from(process.machine.settings.min_in_sync).unwrap_or(usize::MAX);
        for (id, end) in &process.promised {
            if self.is_outdated(process, *id) {
                continue;
            }
            let has_it =
                |(place, reached): &(&(i32, PartitionId), &i64)| place.1 == *id && **reached >= end.value();
            let copies = self.reached.iter().filter(has_it).count();
            if copies < required {
                let node = process.machine.id;
                return Err(format!(
                    "copies (I2): node {node} acknowledges {} up to {end}, which {copies} replicas have",
                    id.1
                ));
            }
        }
        Ok(())
    }

    /// Whether the partition is in a later epoch than this node leads it in.
    fn is_outdated(&self, process: &Process, id: PartitionId) -> bool {
        let led = process
            .replicas
            .touched()
            .into_iter()
            .find(|touched| touched.id == id);
        let epoch = led.and_then(|touched| touched.leads);
        let newest = self.newest.as_ref();
        let registered = newest.and_then(|image| image.topics.by_id(id.0)?.partition(id.1));
        registered
            .zip(epoch)
            .is_some_and(|(registered, epoch)| registered.leader_epoch > epoch)
    }

    /// Nothing is below the high watermark of a leader that a replica in sync lacks.
    fn in_sync(&self, node: i32, process: &Process, nodes: &BTreeMap<i32, Node>) -> Result<(), Violation> {
        let Some(newest) = &self.newest else {
            return Ok(());
        };
        for touched in process.replicas.touched() {
            let Some(epoch) = touched.leads else {
                continue;
            };
            let (topic, index) = touched.id;
            let registered = newest
                .topics
                .by_id(topic)
                .and_then(|topic| topic.partition(index));
            let Some(registered) = registered.filter(|found| found.leader_epoch == epoch) else {
                continue;
            };
            let members = registered.isr.iter().map(|id: &BrokerId| id.value());
            for member in members.filter(|member| *member != node && nodes.contains_key(member)) {
                let end = self.log_ends.get(&(member, touched.id));
                if end.is_some_and(|end| *end < touched.high_watermark) {
                    return Err(format!(
                        "high watermark (I7): {} on leader {node}, but {member} is in sync and ends at {end:?} in {index}",
                        touched.high_watermark
                    ));
                }
            }
        }
        Ok(())
    }
}
