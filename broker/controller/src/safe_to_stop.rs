//! Whether nodes may stop together without anything becoming unavailable.
//!
//! Facts in, verdict out. Fails closed: a quorum that could not be asked, an image that is behind, a broker that was not
//! heard, a partition that is not well already each stand in the way. Rules, with S the nodes that stop:
//!
//! ```text
//! voters that are up to date, without S                >  half of all voters
//! in-sync replicas that are up, without S's            >= min.insync.replicas, and at least 1
//!   … of every partition of which S holds a replica; min.insync.replicas never counts more than there are replicas
//! ```
//!
//! Worked example: three brokers, three replicas, `min.insync.replicas` 2. One may stop while all are in sync; as long as
//! its replica is not back in sync no second one may, although each partition still has two.

use std::collections::BTreeSet;

use broker_metadata::{LeaderRecoveryState, MetadataImage, PartitionRegistration};
use broker_model::{BrokerId, PartitionIndex, TopicId};

use crate::availability::{
    AvailabilityFacts, NodeObstacle, Obstacle, PartitionObstacle, QuorumFacts, QuorumObstacle, Verdict,
    is_listed_up,
};

/// Looks up `min.insync.replicas` of a topic.
pub type MinInSync<'a> = &'a dyn Fn(&str) -> usize;

/// Whether the nodes may stop together; at most `limit` obstacles are named.
pub fn safe_to_stop(
    facts: &AvailabilityFacts,
    stopping: &BTreeSet<BrokerId>,
    min_in_sync: MinInSync<'_>,
    limit: usize,
) -> Verdict {
    let mut verdict = Verdict::new(limit);
    check_quorum(facts, stopping, &mut verdict);
    for id in stopping.iter().filter(|id| !is_known(facts, **id)) {
        verdict.add(Obstacle::Node(*id, NodeObstacle::Unknown));
    }
    let is_up = |id, partition: &PartitionRegistration| facts.is_up(id, partition);
    check_partitions(&facts.image, stopping, min_in_sync, &is_up, &mut verdict);
    verdict
}

/// What would be lost if the broker stopped, as far as the image alone tells: advice for people, and no permission.
pub fn partitions_at_risk(
    image: &MetadataImage,
    broker: BrokerId,
    min_in_sync: MinInSync<'_>,
    limit: usize,
) -> Verdict {
    let mut verdict = Verdict::new(limit);
    let is_up = |id, partition: &PartitionRegistration| is_listed_up(image, id, partition);
    check_partitions(
        image,
        &BTreeSet::from([broker]),
        min_in_sync,
        &is_up,
        &mut verdict,
    );
    verdict
}

fn is_known(facts: &AvailabilityFacts, id: BrokerId) -> bool {
    let cluster = &facts.image.cluster;
    let votes = |quorum: &QuorumFacts| quorum.voters.iter().any(|voter| voter.id == id);
    cluster.brokers.contains_key(&id)
        || cluster.controllers.contains_key(&id)
        || facts.quorum.as_ref().is_some_and(votes)
}

fn check_quorum(facts: &AvailabilityFacts, stopping: &BTreeSet<BrokerId>, verdict: &mut Verdict) {
    let Some(quorum) = facts.checked_quorum(verdict) else {
        return;
    };
    let current = facts.current_voters(quorum);
    let left = current.difference(stopping).count();
    if quorum.is_majority(current.len()) && !quorum.is_majority(left) {
        let obstacle = QuorumObstacle::WouldLoseMajority(left, quorum.voters.len());
        verdict.add(Obstacle::Quorum(obstacle));
    }
}

/// Whether a replica can be counted on.
type IsUp<'a> = &'a dyn Fn(BrokerId, &PartitionRegistration) -> bool;

fn check_partitions(
    image: &MetadataImage,
    stopping: &BTreeSet<BrokerId>,
    min_in_sync: MinInSync<'_>,
    is_up: IsUp<'_>,
    verdict: &mut Verdict,
) {
    for (topic, partitions) in held_by(image, stopping) {
        let Some(topic) = image.topics.by_id(topic) else {
            continue;
        };
        let needed = min_in_sync(&topic.name);
        for index in partitions {
            let found = topic.partition(index);
            let obstacle = found.and_then(|partition| obstacle(partition, stopping, needed, is_up));
            if let Some(obstacle) = obstacle {
                verdict.add(Obstacle::Partition(topic.name.clone(), index, obstacle));
            }
        }
    }
}

/// Partitions of which one of the brokers holds a replica, topics by name.
fn held_by(image: &MetadataImage, brokers: &BTreeSet<BrokerId>) -> Vec<(TopicId, BTreeSet<PartitionIndex>)> {
    let mut held: std::collections::HashMap<TopicId, BTreeSet<PartitionIndex>> = Default::default();
    for broker in brokers {
        let Some(partitions) = image.topics.indexes().of(*broker) else {
            continue;
        };
        for (topic, indexes) in partitions.held.topics() {
            held.entry(topic).or_default().extend(indexes);
        }
    }
    let mut held: Vec<_> = held.into_iter().collect();
    held.sort_by_cached_key(|(id, _)| image.topics.by_id(*id).map(|topic| topic.name.clone()));
    held
}

fn obstacle(
    partition: &PartitionRegistration,
    stopping: &BTreeSet<BrokerId>,
    min_in_sync: usize,
    is_up: IsUp<'_>,
) -> Option<PartitionObstacle> {
    // Lists of former in-sync replicas name brokers that hold nothing any more.
    if !partition.replicas.iter().any(|id| stopping.contains(id)) {
        return None;
    }
    if !partition.has_leader() {
        return Some(PartitionObstacle::WithoutLeader);
    }
    if partition.leader_recovery_state == LeaderRecoveryState::Recovering {
        return Some(PartitionObstacle::Recovering);
    }
    if partition.replicas.iter().all(|id| stopping.contains(id)) {
        return Some(PartitionObstacle::LosesAllReplicas);
    }
    let stays = |id: &&BrokerId| !stopping.contains(*id) && is_up(**id, partition);
    let left = partition.isr.iter().filter(stays).count();
    let needed = min_in_sync.min(partition.replicas.len()).max(1);
    match left {
        0 => Some(PartitionObstacle::WouldBeOffline),
        left if left < needed => Some(PartitionObstacle::WouldBeUnderMinIsr(left, needed)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
