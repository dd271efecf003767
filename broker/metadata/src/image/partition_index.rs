//! Which partitions concern a broker, and which need a second look.
//!
//! Derived from the topics and kept by the same records, so that a broker that comes or goes costs as much as it
//! holds and not as much as the cluster holds. Invariant: a partition stands under a broker exactly when the broker
//! is one of its replicas, in sync, eligible or its leader; in [`PartitionIndexes::leaderless`], `reassigning` and
//! `not_preferred` exactly when its registration says so. Copies share everything that did not change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_model::{BrokerId, PartitionIndex, TopicId};

use super::{PartitionRegistration, ShardedMap};

/// A set of partitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionSet {
    topics: ShardedMap<TopicId, Arc<BTreeSet<PartitionIndex>>>,
    len: usize,
}

impl PartitionSet {
    /// How many partitions it has.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the partition is in it.
    pub fn contains(&self, topic: TopicId, partition: PartitionIndex) -> bool {
        self.topics
            .get(&topic)
            .is_some_and(|partitions| partitions.contains(&partition))
    }

    /// The topics in no order that means anything, each with its partitions in order.
    pub fn topics(&self) -> impl Iterator<Item = (TopicId, &BTreeSet<PartitionIndex>)> {
        self.topics
            .iter()
            .map(|(topic, partitions)| (*topic, &**partitions))
    }

    fn insert(&mut self, topic: TopicId, partition: PartitionIndex) {
        let is_new = match self.topics.get_mut(&topic) {
            Some(partitions) => Arc::make_mut(partitions).insert(partition),
            None => {
                let only = Arc::new(BTreeSet::from([partition]));
                self.topics.insert(topic, only);
                true
            }
        };
        self.len += usize::from(is_new);
    }

    fn remove(&mut self, topic: TopicId, partition: PartitionIndex) {
        if !self.contains(topic, partition) {
            return;
        }
        self.len -= 1;
        if let Some(partitions) = self.topics.get_mut(&topic)
            && partitions.len() > 1
        {
            Arc::make_mut(partitions).remove(&partition);
            return;
        }
        self.topics.remove(&topic);
    }

    fn set(&mut self, (topic, partition): Place, membership: [bool; 2]) {
        match membership {
            [false, true] => self.insert(topic, partition),
            [true, false] => self.remove(topic, partition),
            [true, true] | [false, false] => {}
        }
    }
}

/// What concerns one broker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrokerPartitions {
    /// Partitions that it holds, or is named in.
    pub held: PartitionSet,
    /// How many partitions it leads.
    pub leads: usize,
}

type Place = (TopicId, PartitionIndex);

/// Partitions by what is asked of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionIndexes {
    brokers: BTreeMap<BrokerId, Arc<BrokerPartitions>>,
    /// Nobody leads them.
    pub leaderless: PartitionSet,
    /// A reassignment is under way.
    pub reassigning: PartitionSet,
    /// Led, or not, by another than their first replica.
    pub not_preferred: PartitionSet,
}

impl PartitionIndexes {
    /// What concerns the broker; `None` when nothing does.
    pub fn of(&self, broker: BrokerId) -> Option<&BrokerPartitions> {
        self.brokers.get(&broker).map(|partitions| &**partitions)
    }

    /// How many partitions the broker leads.
    pub fn led_by(&self, broker: BrokerId) -> usize {
        self.of(broker).map_or(0, |partitions| partitions.leads)
    }

    /// Brokers that hold anything, in order.
    pub fn brokers(&self) -> impl Iterator<Item = (BrokerId, &BrokerPartitions)> {
        self.brokers.iter().map(|(id, partitions)| (*id, &**partitions))
    }

    /// Takes over what became of a partition: from nothing, to nothing, or from one registration to the next.
    pub(crate) fn update(
        &mut self,
        place: Place,
        old: Option<&PartitionRegistration>,
        new: Option<&PartitionRegistration>,
    ) {
        let both = |is: fn(&PartitionRegistration) -> bool| [old.is_some_and(is), new.is_some_and(is)];
        self.leaderless.set(place, both(|p| !p.has_leader()));
        self.reassigning
            .set(place, both(PartitionRegistration::is_reassigning));
        self.not_preferred
            .set(place, both(|p| p.leader != p.preferred_leader()));
        let (before, after) = (named(old), named(new));
        for broker in after.iter().filter(|id| !before.contains(id)) {
            self.entry(*broker).held.insert(place.0, place.1);
        }
        for broker in before.iter().filter(|id| !after.contains(id)) {
            self.entry(*broker).held.remove(place.0, place.1);
        }
        let led = [old, new].map(|p| p.filter(|p| p.has_leader()).map(|p| p.leader));
        if led[0] != led[1] {
            if let Some(leader) = led[0] {
                self.entry(leader).leads -= 1;
            }
            if let Some(leader) = led[1] {
                self.entry(leader).leads += 1;
            }
        }
        for broker in before {
            if self.of(broker).is_some_and(|p| p.held.is_empty()) {
                self.brokers.remove(&broker);
            }
        }
    }

    fn entry(&mut self, broker: BrokerId) -> &mut BrokerPartitions {
        Arc::make_mut(self.brokers.entry(broker).or_default())
    }
}

/// Every broker that the registration names.
fn named(registration: Option<&PartitionRegistration>) -> Vec<BrokerId> {
    let Some(registration) = registration else {
        return Vec::new();
    };
    let mut named = registration.replicas.clone();
    let others = registration.isr.iter().chain(&registration.elr);
    for id in others.chain([&registration.leader]) {
        if *id != BrokerId::NONE && !named.contains(id) {
            named.push(*id);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::LeaderRecoveryState;
    use broker_model::{LeaderEpoch, PartitionEpoch, Uuid};

    fn ids(raw: &[i32]) -> Vec<BrokerId> {
        raw.iter().map(|id| BrokerId::new(*id)).collect()
    }

    fn partition(replicas: &[i32], leader: i32) -> PartitionRegistration {
        PartitionRegistration {
            replicas: ids(replicas),
            directories: Vec::new(),
            isr: ids(replicas),
            removing_replicas: Vec::new(),
            adding_replicas: Vec::new(),
            elr: Vec::new(),
            last_known_elr: Vec::new(),
            leader: BrokerId::new(leader),
            leader_recovery_state: LeaderRecoveryState::Recovered,
            leader_epoch: LeaderEpoch::FIRST,
            partition_epoch: PartitionEpoch::FIRST,
        }
    }

    fn place(index: i32) -> Place {
        (
            TopicId::new(Uuid::from_bytes([1; 16])),
            PartitionIndex::new(index),
        )
    }

    fn held(indexes: &PartitionIndexes, broker: i32) -> usize {
        indexes.of(BrokerId::new(broker)).map_or(0, |p| p.held.len())
    }

    #[test]
    fn a_partition_stands_under_everyone_it_names_until_it_names_them_no_more() {
        let mut indexes = PartitionIndexes::default();
        let first = partition(&[1, 2], 1);
        indexes.update(place(0), None, Some(&first));
        let moved = partition(&[2, 3], 3);
        indexes.update(place(0), Some(&first), Some(&moved));
        assert_eq!([1, 2, 3].map(|id| held(&indexes, id)), [0, 1, 1]);
        assert_eq!([1, 2, 3].map(|id| indexes.led_by(BrokerId::new(id))), [0, 0, 1]);
        assert_eq!(indexes.not_preferred.len(), 1);
        indexes.update(place(0), Some(&moved), None);
        assert_eq!(indexes, PartitionIndexes::default());
    }

    #[test]
    fn a_partition_without_leader_or_under_reassignment_is_found_without_a_search() {
        let mut indexes = PartitionIndexes::default();
        let led = partition(&[1], 1);
        let mut left = partition(&[1], -1);
        left.isr.clear();
        left.elr = ids(&[1]);
        left.adding_replicas = ids(&[2]);
        indexes.update(place(7), None, Some(&led));
        assert!(indexes.leaderless.is_empty() && indexes.reassigning.is_empty());
        indexes.update(place(7), Some(&led), Some(&left));
        assert!(indexes.leaderless.contains(place(7).0, place(7).1));
        assert!(indexes.reassigning.contains(place(7).0, place(7).1));
        assert_eq!((held(&indexes, 1), indexes.led_by(BrokerId::new(1))), (1, 0));
        assert_eq!(held(&indexes, -1), 0);
    }

    #[test]
    fn a_copy_does_not_see_later_changes() {
        let mut indexes = PartitionIndexes::default();
        indexes.update(place(0), None, Some(&partition(&[1], 1)));
        let copy = indexes.clone();
        indexes.update(place(1), None, Some(&partition(&[1], 1)));
        assert_eq!((held(&copy, 1), held(&indexes, 1)), (1, 2));
    }
}
