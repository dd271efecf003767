//! Whether a node that was started has caught up, so that the next one may be stopped.
//!
//! Facts in, verdict out. Fails closed, as `safe_to_stop`. A broker has caught up when it is let in, heard, has read the
//! metadata, and is in sync with every replica that it holds for good. A replica that a reassignment is only bringing
//! there or taking away does not count: the partition has its replicas elsewhere, and a roll does not wait for a
//! rebalance. A voter has caught up when it has the newest metadata.

use broker_metadata::{BrokerRegistration, LeaderRecoveryState, PartitionRegistration};
use broker_model::BrokerId;

use crate::availability::{
    AvailabilityFacts, METADATA_LAG_MAX, NodeObstacle, Obstacle, PartitionObstacle, QuorumFacts, Verdict,
    has_directory,
};

/// Whether the node has caught up; at most `limit` obstacles are named.
pub fn caught_up(facts: &AvailabilityFacts, node: BrokerId, limit: usize) -> Verdict {
    let mut verdict = Verdict::new(limit);
    let registration = facts.image.cluster.broker(node);
    if let Some(quorum) = facts.checked_quorum(&mut verdict) {
        check_voter(facts, quorum, node, registration.is_some(), &mut verdict);
    }
    if let Some(registration) = registration {
        check_broker(facts, registration, &mut verdict);
        check_replicas(facts, registration, &mut verdict);
    }
    verdict
}

fn check_voter(
    facts: &AvailabilityFacts,
    quorum: &QuorumFacts,
    node: BrokerId,
    is_broker: bool,
    verdict: &mut Verdict,
) {
    let voter = quorum.voters.iter().find(|voter| voter.id == node);
    match voter {
        Some(voter) if !facts.is_current(voter) => {
            verdict.add(Obstacle::Node(node, NodeObstacle::VoterBehind));
        }
        None if !is_broker => verdict.add(Obstacle::Node(node, NodeObstacle::Unknown)),
        _ => {}
    }
}

fn check_broker(facts: &AvailabilityFacts, registration: &BrokerRegistration, verdict: &mut Verdict) {
    let id = registration.id;
    if registration.fenced {
        verdict.add(Obstacle::Node(id, NodeObstacle::Fenced));
    }
    if registration.in_controlled_shutdown {
        verdict.add(Obstacle::Node(id, NodeObstacle::Stopping));
    }
    let Some(read_to) = facts.heard.get(&id) else {
        verdict.add(Obstacle::Node(id, NodeObstacle::NotHeard));
        return;
    };
    let newest = facts.image.provenance.last_contained_offset;
    let lag = newest.value().saturating_sub(read_to.value());
    if lag > METADATA_LAG_MAX {
        verdict.add(Obstacle::Node(id, NodeObstacle::MetadataBehind(lag)));
    }
}

fn check_replicas(facts: &AvailabilityFacts, registration: &BrokerRegistration, verdict: &mut Verdict) {
    let topics = &facts.image.topics;
    let Some(partitions) = topics.indexes().of(registration.id) else {
        return;
    };
    let held = partitions.held.topics();
    let mut held: Vec<_> = held
        .filter_map(|(id, indexes)| Some((topics.by_id(id)?, indexes)))
        .collect();
    held.sort_unstable_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    for (topic, indexes) in held {
        for index in indexes {
            let found = topic.partition(*index);
            if let Some(obstacle) = found.and_then(|partition| obstacle(partition, registration)) {
                verdict.add(Obstacle::Partition(topic.name.clone(), *index, obstacle));
            }
        }
    }
}

fn obstacle(
    partition: &PartitionRegistration,
    registration: &BrokerRegistration,
) -> Option<PartitionObstacle> {
    let id = registration.id;
    let on_its_way = [&partition.adding_replicas, &partition.removing_replicas];
    if !partition.replicas.contains(&id) || on_its_way.iter().any(|replicas| replicas.contains(&id)) {
        return None;
    }
    if !partition.has_leader() {
        return Some(PartitionObstacle::WithoutLeader);
    }
    if partition.leader_recovery_state == LeaderRecoveryState::Recovering {
        return Some(PartitionObstacle::Recovering);
    }
    if !has_directory(registration, partition) {
        return Some(PartitionObstacle::ReplicaOffline(id));
    }
    (!partition.isr.contains(&id)).then_some(PartitionObstacle::NotInSync(id))
}

#[cfg(test)]
mod tests;
