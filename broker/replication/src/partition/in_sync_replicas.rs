//! Who is in sync, and how many must be.
//!
//! State: the set that the controller decided last. Invariant: the leader is always in it. Changes are proposals to
//! the controller, never local decisions (KIP-497).

use broker_model::BrokerId;

/// The in-sync replicas of a partition that is led here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InSyncReplicas {
    members: Vec<BrokerId>,
    replica_count: usize,
}

impl InSyncReplicas {
    /// The set as the controller registered it, out of `replica_count` replicas.
    pub fn new(members: Vec<BrokerId>, replica_count: usize) -> Self {
        Self {
            members,
            replica_count,
        }
    }

    /// Number of replicas in sync.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody is in sync.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether `broker` is in sync.
    pub fn contains(&self, broker: BrokerId) -> bool {
        self.members.contains(&broker)
    }

    /// How many replicas an append with acks=all needs: `min.insync.replicas`, but never more than there are.
    ///
    /// Kafka takes a topic whose `min.insync.replicas` exceeds its replication factor, and acknowledges.
    pub fn required(&self, min_in_sync_replicas: usize) -> usize {
        min_in_sync_replicas.min(self.replica_count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_replicas_are_required_than_there_are() {
        let in_sync = InSyncReplicas::new(vec![BrokerId::new(1)], 1);
        assert_eq!(in_sync.required(2), 1);
        let in_sync = InSyncReplicas::new(vec![BrokerId::new(1)], 3);
        assert_eq!(in_sync.required(2), 2);
        assert!(in_sync.contains(BrokerId::new(1)) && !in_sync.contains(BrokerId::new(2)));
    }
}
