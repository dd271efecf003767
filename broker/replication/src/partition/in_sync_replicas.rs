//! Who is in sync, who is about to be, and how many must be.
//!
//! State: the set that the controller decided last, with the epoch of that decision, and at most one change that was
//! proposed and not answered. Invariants: the leader is always in the set; changes are proposals to the controller,
//! never local decisions (KIP-497). While a change is on its way the leader counts whoever is in either set as in
//! sync: it cannot know which of them the controller has put down by now.

use broker_model::{BrokerEpoch, BrokerId, PartitionEpoch};

/// The in-sync replicas of a partition that is led here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InSyncReplicas {
    committed: Vec<BrokerId>,
    proposed: Option<Vec<BrokerId>>,
    partition_epoch: PartitionEpoch,
    replica_count: usize,
}

/// A change of the in-sync set, for the controller to decide (AlterPartition).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IsrProposal {
    /// The decision that the change is based on.
    pub partition_epoch: PartitionEpoch,
    /// The set that is wanted, each member with the epoch in which it is registered, if that is known (KIP-903).
    pub in_sync: Vec<(BrokerId, Option<BrokerEpoch>)>,
}

/// What the controller says to a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IsrAnswer {
    /// It was put down.
    Accepted {
        /// The set from now on.
        in_sync: Vec<BrokerId>,
        /// The epoch of the decision.
        partition_epoch: PartitionEpoch,
    },
    /// It was refused and nothing changed.
    Refused,
    /// It was based on an old decision; the newer one comes with the metadata.
    Superseded,
}

impl InSyncReplicas {
    /// The set as the controller registered it, out of `replica_count` replicas.
    pub fn new(committed: Vec<BrokerId>, partition_epoch: PartitionEpoch, replica_count: usize) -> Self {
        Self {
            committed,
            proposed: None,
            partition_epoch,
            replica_count,
        }
    }

    /// Number of replicas in sync for certain.
    pub fn len(&self) -> usize {
        self.committed.len()
    }

    /// Whether nobody is in sync.
    pub fn is_empty(&self) -> bool {
        self.committed.is_empty()
    }

    /// The members for certain.
    pub fn committed(&self) -> &[BrokerId] {
        &self.committed
    }

    /// The decision that the set stands on.
    pub fn partition_epoch(&self) -> PartitionEpoch {
        self.partition_epoch
    }

    /// Whether a change waits for its answer.
    pub fn is_changing(&self) -> bool {
        self.proposed.is_some()
    }

    /// Whether `broker` is in sync, or will be if the change that is on its way is accepted.
    pub fn may_contain(&self, broker: BrokerId) -> bool {
        let is_proposed = || self.proposed.as_ref().is_some_and(|set| set.contains(&broker));
        self.committed.contains(&broker) || is_proposed()
    }

    /// How many replicas an append with acks=all needs: `min.insync.replicas`, but never more than there are.
    ///
    /// Kafka takes a topic whose `min.insync.replicas` exceeds its replication factor, and acknowledges.
    pub fn required(&self, min_in_sync_replicas: usize) -> usize {
        min_in_sync_replicas.min(self.replica_count)
    }

    /// Notes that `set` is proposed; the caller sends it.
    pub(super) fn propose(&mut self, set: Vec<BrokerId>) {
        debug_assert!(self.proposed.is_none(), "one change at a time");
        self.proposed = Some(set);
    }

    /// Takes over the controller's answer to what was proposed on top of the decision `base`; answers whether the set is
    /// another one now. An answer that is late says nothing about the change that was proposed since.
    pub(super) fn answered(&mut self, base: PartitionEpoch, answer: IsrAnswer) -> bool {
        match answer {
            IsrAnswer::Accepted {
                in_sync,
                partition_epoch,
            } if partition_epoch > self.partition_epoch => {
                self.committed = in_sync;
                self.partition_epoch = partition_epoch;
                self.proposed = None;
                true
            }
            // The controller found nothing to change, or must not change it.
            IsrAnswer::Accepted { .. } | IsrAnswer::Refused if base == self.partition_epoch => {
                self.proposed.take().is_some()
            }
            // The metadata were faster.
            IsrAnswer::Accepted { .. } | IsrAnswer::Refused => false,
            // The set that was proposed may be put down all the same: both count until the metadata say.
            IsrAnswer::Superseded => false,
        }
    }

    /// A new term of the leader has begun: what was proposed in an earlier one is refused, whether that is said or not.
    pub(super) fn begin_term(&mut self) {
        self.proposed = None;
    }

    /// Takes over what the metadata say, if it is newer.
    pub(super) fn replace(&mut self, newer: Self) {
        if newer.partition_epoch > self.partition_epoch {
            *self = newer;
        } else {
            self.replica_count = newer.replica_count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brokers(numbers: &[i32]) -> Vec<BrokerId> {
        numbers.iter().map(|number| BrokerId::new(*number)).collect()
    }

    fn in_sync(numbers: &[i32], replica_count: usize) -> InSyncReplicas {
        InSyncReplicas::new(brokers(numbers), PartitionEpoch::new(5), replica_count)
    }

    fn accepted(numbers: &[i32], epoch: i32) -> IsrAnswer {
        IsrAnswer::Accepted {
            in_sync: brokers(numbers),
            partition_epoch: PartitionEpoch::new(epoch),
        }
    }

    #[test]
    fn no_more_replicas_are_required_than_there_are() {
        assert_eq!(in_sync(&[1], 1).required(2), 1);
        assert_eq!(in_sync(&[1], 3).required(2), 2);
    }

    #[test]
    fn both_sets_count_while_a_change_is_on_its_way() {
        let mut set = in_sync(&[1, 2], 3);
        set.propose(brokers(&[1, 3]));
        assert!(
            [1, 2, 3]
                .iter()
                .all(|number| set.may_contain(BrokerId::new(*number)))
        );
        assert!(set.answered(PartitionEpoch::new(5), accepted(&[1, 3], 6)));
        assert!(!set.may_contain(BrokerId::new(2)));
        assert_eq!(set.partition_epoch(), PartitionEpoch::new(6));
    }

    #[test]
    fn a_refused_change_leaves_the_set_and_a_superseded_one_stays_open() {
        let mut set = in_sync(&[1], 3);
        set.propose(brokers(&[1, 2]));
        assert!(!set.answered(PartitionEpoch::new(5), IsrAnswer::Superseded));
        assert!(set.may_contain(BrokerId::new(2)));
        assert!(set.answered(PartitionEpoch::new(5), IsrAnswer::Refused));
        assert!(!set.may_contain(BrokerId::new(2)));
    }

    #[test]
    fn a_late_answer_says_nothing_about_the_next_proposal() {
        let mut set = in_sync(&[1, 2], 3);
        set.propose(brokers(&[1]));
        set.replace(InSyncReplicas::new(brokers(&[1]), PartitionEpoch::new(6), 3));
        set.propose(brokers(&[1, 3]));
        assert!(!set.answered(PartitionEpoch::new(5), accepted(&[1], 6)));
        assert!(!set.answered(PartitionEpoch::new(5), IsrAnswer::Refused));
        assert!(set.may_contain(BrokerId::new(3)));
        assert!(set.is_changing());
    }

    #[test]
    fn an_older_decision_changes_nothing() {
        let mut set = in_sync(&[1, 2], 3);
        set.propose(brokers(&[1]));
        set.replace(InSyncReplicas::new(brokers(&[1]), PartitionEpoch::new(4), 3));
        assert_eq!(set.committed(), brokers(&[1, 2]));
        assert!(set.is_changing());
        set.replace(InSyncReplicas::new(brokers(&[1]), PartitionEpoch::new(6), 3));
        assert_eq!(set.committed(), brokers(&[1]));
        assert!(!set.is_changing());
    }
}
