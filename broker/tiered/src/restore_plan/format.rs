//! A plan as bytes, as backups are written, with the records of the metadata behind it.

use std::collections::BTreeMap;

use broker_model::{BrokerId, ClusterId, LeaderEpoch, Offset, PartitionIndex, Timestamp, TopicId};
use broker_storage::EpochEntry;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Lost, RestorePlan, RestoredPartition};
use crate::backup::{Committed, RestoreGeneration, frame, malformed, unframe, uuid};
use crate::error::RemoteFormatError;

const WHAT: &str = "the plan of a restore";
const FORMAT: &str = "eddyline-restore-plan";

#[derive(Serialize, Deserialize)]
struct Body {
    cluster_id: String,
    generation: u32,
    nonce: String,
    made_at: i64,
    based_on: Vec<String>,
    metadata_at: i64,
    logs_at: Option<i64>,
    brokers: Vec<i32>,
    partitions: Vec<Partition>,
    groups: BTreeMap<i32, Vec<Committed>>,
}

#[derive(Serialize, Deserialize)]
struct Partition {
    topic: String,
    topic_id: String,
    partition: i32,
    replicas: Vec<i32>,
    log_start: i64,
    local_start: i64,
    resume: i64,
    leader_epoch: i32,
    epochs: Vec<(i32, i64)>,
    lost_from: i64,
    lost_until: i64,
    seen_at: Option<i64>,
}

impl Partition {
    fn of(partition: &RestoredPartition) -> Self {
        Self {
            topic: partition.topic.clone(),
            topic_id: partition.topic_id.to_string(),
            partition: partition.partition.value(),
            replicas: partition.replicas.iter().map(|id| id.value()).collect(),
            log_start: partition.log_start.value(),
            local_start: partition.local_start.value(),
            resume: partition.resume.value(),
            leader_epoch: partition.leader_epoch.value(),
            epochs: partition
                .epochs
                .iter()
                .map(|entry| (entry.epoch.value(), entry.start_offset.value()))
                .collect(),
            lost_from: partition.lost.from.value(),
            lost_until: partition.lost.until.value(),
            seen_at: partition.lost.seen_at.map(Timestamp::as_ms),
        }
    }

    fn partition(self) -> Result<RestoredPartition, RemoteFormatError> {
        let entry = |(epoch, start): (i32, i64)| EpochEntry {
            epoch: LeaderEpoch::new(epoch),
            start_offset: Offset::new(start),
        };
        let ordered = self.log_start <= self.local_start && self.local_start <= self.resume;
        if !ordered || self.log_start < 0 {
            return Err(malformed(
                WHAT,
                format!("{}-{} begins nowhere", self.topic, self.partition),
            ));
        }
        Ok(RestoredPartition {
            topic_id: TopicId::new(uuid(WHAT, &self.topic_id)?),
            topic: self.topic,
            partition: PartitionIndex::new(self.partition),
            replicas: self.replicas.into_iter().map(BrokerId::new).collect(),
            log_start: Offset::new(self.log_start),
            local_start: Offset::new(self.local_start),
            resume: Offset::new(self.resume),
            leader_epoch: LeaderEpoch::new(self.leader_epoch),
            epochs: self.epochs.into_iter().map(entry).collect(),
            lost: Lost {
                from: Offset::new(self.lost_from),
                until: Offset::new(self.lost_until),
                seen_at: self.seen_at.map(Timestamp::from_ms),
            },
        })
    }
}

impl RestorePlan {
    /// The bytes of its object, with the metadata as a snapshot.
    pub fn to_bytes(&self, checkpoint: &[u8]) -> Vec<u8> {
        let groups = self.groups.iter();
        let body = Body {
            cluster_id: self.cluster_id.to_string(),
            generation: self.generation.value(),
            nonce: self.nonce.to_string(),
            made_at: self.made_at.as_ms(),
            based_on: self.based_on.iter().map(ToString::to_string).collect(),
            metadata_at: self.metadata_at.as_ms(),
            logs_at: self.logs_at.map(Timestamp::as_ms),
            brokers: self.brokers.iter().map(|id| id.value()).collect(),
            partitions: self.partitions.iter().map(Partition::of).collect(),
            groups: groups
                .map(|(index, offsets)| (index.value(), offsets.iter().map(Committed::of).collect()))
                .collect(),
        };
        frame(FORMAT, &body, checkpoint)
    }

    /// Reads the object of a cluster; answers the snapshot, too.
    ///
    /// # Errors
    /// When it is damaged, of a later version or of another cluster.
    pub fn parse(bytes: &Bytes, cluster_id: &ClusterId) -> Result<(Self, Bytes), RemoteFormatError> {
        let (body, checkpoint) = unframe::<Body>(WHAT, FORMAT, bytes)?;
        if body.cluster_id != cluster_id.as_str() {
            return Err(malformed(
                WHAT,
                format!("it is that of cluster {}", body.cluster_id),
            ));
        }
        let partitions = body.partitions.into_iter().map(Partition::partition);
        let groups = body.groups.into_iter().map(|(index, offsets)| {
            let offsets = offsets.into_iter().map(|offset| offset.offset(WHAT));
            Ok((PartitionIndex::new(index), offsets.collect::<Result<_, _>>()?))
        });
        let plan = Self {
            cluster_id: cluster_id.clone(),
            generation: RestoreGeneration::new(body.generation),
            nonce: uuid(WHAT, &body.nonce)?,
            made_at: Timestamp::from_ms(body.made_at),
            based_on: body
                .based_on
                .iter()
                .map(|nonce| uuid(WHAT, nonce))
                .collect::<Result<_, _>>()?,
            metadata_at: Timestamp::from_ms(body.metadata_at),
            logs_at: body.logs_at.map(Timestamp::from_ms),
            brokers: body.brokers.into_iter().map(BrokerId::new).collect(),
            partitions: partitions.collect::<Result<_, _>>()?,
            groups: groups.collect::<Result<_, RemoteFormatError>>()?,
        };
        Ok((plan, checkpoint))
    }
}
