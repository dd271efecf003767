//! The metadata of a restored cluster, as the records that its first controller begins with.
//!
//! Topics, configurations, features, ACLs and users come back as they were. What was said by processes that are gone
//! does not: brokers are registered as stopped, so that one which comes back with a directory of this restore, and
//! only that one, is taken for whole; nobody leads. All replicas begin alike, so each of them may lead first: all are
//! eligible and none in sync (KIP-966), which holds as well for those that come late or never. A plan of a rebalance is
//! dropped.

use std::collections::{BTreeMap, HashMap};

use broker_metadata::image::directory;
use broker_metadata::messages::{ConfigRecord, PartitionRecord, RegisterBrokerRecord};
use broker_metadata::{
    ConfigResource, ConfigResourceType, MetadataImage, MetadataRecord, image_records, is_legal_topic_name,
    marked_topic,
};
use broker_model::{BrokerEpoch, BrokerId};

use super::{RestorePlan, RestoredPartition};
use crate::backup::RestoreGeneration;

/// A topic that cannot exist because of its slash; its configuration says how often the cluster was restored.
const RESOURCE: &str = "eddyline/restore";
const GENERATION: &str = "generation";
/// The epoch that brokers are registered with, and that the directories of a restore say they were stopped in.
pub const RESTORED_EPOCH: BrokerEpoch = BrokerEpoch::new(0);
/// Ids that may have been given to producers since the backup: a thousand blocks.
const PRODUCER_IDS_AHEAD: i64 = 1_000_000;

/// How often a cluster was restored.
pub fn generation_of(image: &MetadataImage) -> RestoreGeneration {
    let value = image.configs.value(&ConfigResource::topic(RESOURCE), GENERATION);
    let value = value.and_then(|value| value.parse().ok());
    value.map_or(RestoreGeneration::FIRST, RestoreGeneration::new)
}

/// What a controller begins with.
pub fn restored_records(image: &MetadataImage, plan: &RestorePlan) -> Vec<MetadataRecord> {
    let partitions = plan.partitions.iter();
    let begins: HashMap<_, _> = partitions
        .map(|partition| {
            (
                (partition.topic_id.uuid(), partition.partition.value()),
                partition,
            )
        })
        .collect();
    let first_leaders = match image.features.elr_enabled() {
        true => FirstLeaders::Eligible,
        false => FirstLeaders::InSync,
    };
    let mut records = Vec::new();
    let mut brokers = BTreeMap::new();
    for record in image_records(image) {
        match record {
            MetadataRecord::RegisterBroker(broker) => {
                brokers.insert(BrokerId::new(broker.broker_id), broker);
            }
            MetadataRecord::RegisterController(_) => {}
            MetadataRecord::Partition(partition) => {
                let begin = begins.get(&(partition.topic_id, partition.partition_id));
                records.extend(begin.map(|begin| restored_partition(partition, begin, first_leaders).into()));
            }
            MetadataRecord::Config(config) if is_our_own(&config) => {}
            MetadataRecord::ProducerIds(mut ids) => {
                ids.next_producer_id = ids.next_producer_id.saturating_add(PRODUCER_IDS_AHEAD);
                records.push(ids.into());
            }
            other => records.push(other),
        }
    }
    let generation = ConfigRecord {
        resource_type: ConfigResourceType::Topic.code(),
        resource_name: RESOURCE.into(),
        name: GENERATION.into(),
        value: Some(plan.generation.to_string().as_str().into()),
        unknown_tagged_fields: Vec::new(),
    };
    records.push(generation.into());
    let any = brokers.values().next().cloned().unwrap_or_default();
    let stopped = plan.brokers.iter().map(|id| {
        let known = brokers.get(id).unwrap_or(&any);
        stopped_broker(*id, known, plan).into()
    });
    // Behind the features, and before anything that names a broker.
    let features = records
        .iter()
        .take_while(|record| matches!(record, MetadataRecord::FeatureLevel(_)))
        .count();
    records.splice(features..features, stopped.collect::<Vec<_>>());
    records
}

/// Configurations of what is no topic: they are ours, and about what is gone; but for the topics whose objects are to go,
/// which lie in the bucket that is taken over.
fn is_our_own(config: &ConfigRecord) -> bool {
    let is_topic = config.resource_type == ConfigResourceType::Topic.code();
    let is_deleted = marked_topic(ConfigResourceType::Topic, &config.resource_name).is_some();
    is_topic && !is_legal_topic_name(&config.resource_name) && !is_deleted
}

/// Who may lead a partition first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FirstLeaders {
    /// Every replica, as eligible ones.
    Eligible,
    /// The first alone, where nobody is eligible outside of the in-sync set: the last of several that are in sync
    /// and not there yet would be waited for.
    InSync,
}

fn restored_partition(
    before: PartitionRecord,
    begin: &RestoredPartition,
    first_leaders: FirstLeaders,
) -> PartitionRecord {
    let replicas: Vec<i32> = begin.replicas.iter().map(|id| id.value()).collect();
    let (isr, eligible) = match first_leaders {
        FirstLeaders::Eligible => (Vec::new(), Some(replicas.clone())),
        FirstLeaders::InSync => (replicas.iter().take(1).copied().collect(), None),
    };
    PartitionRecord {
        isr,
        eligible_leader_replicas: eligible,
        directories: vec![directory::UNASSIGNED.uuid(); replicas.len()],
        replicas,
        removing_replicas: Vec::new(),
        adding_replicas: Vec::new(),
        leader: BrokerId::NONE.value(),
        leader_recovery_state: 0,
        leader_epoch: begin.leader_epoch.value(),
        partition_epoch: before.partition_epoch.saturating_add(1),
        last_known_elr: None,
        ..before
    }
}

fn stopped_broker(id: BrokerId, known: &RegisterBrokerRecord, plan: &RestorePlan) -> RegisterBrokerRecord {
    RegisterBrokerRecord {
        broker_id: id.value(),
        incarnation_id: plan.nonce,
        broker_epoch: RESTORED_EPOCH.value(),
        fenced: true,
        in_controlled_shutdown: false,
        log_dirs: Vec::new(),
        cordoned_log_dirs: None,
        ..known.clone()
    }
}
