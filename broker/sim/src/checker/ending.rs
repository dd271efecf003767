//! What is looked at when everything has come to rest.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{Checker, RecordName, Violation, records_of};
use crate::message::PartitionId;

/// The log of one replica, from its start to its high watermark.
#[derive(Clone, Debug)]
pub(crate) struct ReplicaContent {
    pub(crate) node: i32,
    pub(crate) log_start: i64,
    pub(crate) high_watermark: i64,
    pub(crate) bytes: Bytes,
}

impl Checker {
    /// Compares the replicas of a partition with each other and with what clients were told; the leader's is first.
    pub(crate) fn ends(
        &mut self,
        partition: PartitionId,
        replicas: &[ReplicaContent],
    ) -> Result<(), Violation> {
        let Some(leader) = replicas.first() else {
            return Ok(());
        };
        let index = partition.1;
        for other in &replicas[1..] {
            if other.high_watermark != leader.high_watermark {
                return Err(format!(
                    "replicas agree (I18): {} ends at {}, {} at {} in {index}",
                    leader.node, leader.high_watermark, other.node, other.high_watermark
                ));
            }
            if other.log_start == leader.log_start && other.bytes != leader.bytes {
                return Err(format!(
                    "replicas agree (I18): {} and {} have other bytes in {index}",
                    leader.node, other.node
                ));
            }
        }
        if !self.truth.contains_key(&partition) {
            // The log of groups: only that its replicas agree is known here.
            return Ok(());
        }
        let records = records_of(&leader.bytes)?;
        self.is_complete(partition, leader, &records)?;
        let mut last: BTreeMap<u32, u64> = BTreeMap::new();
        for (offset, name) in records.iter().filter(|(_, name)| name.is_idempotent()) {
            let before = last.insert(name.producer, name.number);
            let expected = before.map_or(0, |before| before + 1);
            if name.number != expected && leader.log_start == 0 {
                return Err(format!(
                    "order (I4): {name:?} stands at {offset} of {index}, where number {expected} should"
                ));
            }
        }
        Ok(())
    }

    fn is_complete(
        &mut self,
        partition: PartitionId,
        leader: &ReplicaContent,
        records: &[(i64, RecordName)],
    ) -> Result<(), Violation> {
        let index = partition.1;
        let mut next = leader.log_start;
        let truth = self.truth.entry(partition).or_default();
        let is_there = |(offset, _): &&(i64, RecordName)| *offset >= leader.log_start;
        for (offset, name) in records.iter().filter(is_there) {
            if *offset != next {
                return Err(format!(
                    "dense (I6): {offset} comes where {next} should in {index}"
                ));
            }
            next += 1;
            truth
                .is_at(*name, *offset)
                .map_err(|broken| format!("{broken} in {index} at the end"))?;
        }
        let lost = truth.at.range(next..).next();
        if let Some((offset, name)) = lost {
            return Err(format!(
                "lost (I1): {name:?} was at {offset} of {index}, which ends at {next}"
            ));
        }
        Ok(())
    }

    /// The topics that an administrator was told of.
    pub(crate) fn topics_stay(&self) -> Result<(), Violation> {
        let Some(image) = self.newest_image() else {
            return Ok(());
        };
        match self
            .topics
            .iter()
            .find(|topic| image.topics.by_name(topic).is_none())
        {
            Some(topic) => Err(format!("metadata (I27): topic {topic} is gone")),
            None => Ok(()),
        }
    }
}
