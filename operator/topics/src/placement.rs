//! Where more or fewer replicas of a topic's partitions go: those that stay keep their place, the leader first.

use std::collections::BTreeMap;

use broker_client::{Reassignment, TopicInfo};
use broker_model::{BrokerId, TopicPartition};

/// New replicas go to the brokers that have the fewest of this topic, by id among equals.
pub(crate) fn placement(
    topic: &TopicInfo,
    brokers: &[BrokerId],
    wanted: usize,
) -> Vec<(TopicPartition, Reassignment)> {
    let mut load: BTreeMap<BrokerId, usize> = brokers.iter().map(|id| (*id, 0)).collect();
    for id in topic.partitions.iter().flat_map(|partition| &partition.replicas) {
        *load.entry(*id).or_default() += 1;
    }
    let mut changes = Vec::new();
    for partition in &topic.partitions {
        if partition.replicas.len() == wanted {
            continue;
        }
        let mut kept = partition.replicas.clone();
        kept.sort_by_key(|id| (Some(*id) != partition.leader, !partition.isr.contains(id)));
        kept.truncate(wanted);
        while kept.len() < wanted {
            let free = brokers.iter().filter(|id| !kept.contains(id));
            let Some(next) = free.min_by_key(|id| (load.get(id).copied().unwrap_or_default(), **id)) else {
                break;
            };
            *load.entry(*next).or_default() += 1;
            kept.push(*next);
        }
        let key = TopicPartition::new(topic.name.as_str(), partition.index);
        changes.push((key, Reassignment::To(kept)));
    }
    changes
}
