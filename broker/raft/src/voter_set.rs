//! Who may vote: voters by node id, each with the directory that holds its log (KIP-853).
//!
//! A set with a voter of the zero directory is of `kraft.version` 0: any directory of that node is the voter.
//! Sets are values; a change makes a new one. Invariant: a set that comes out of a change is never empty.

use std::collections::BTreeMap;

use broker_metadata::metadata_log::Voter;
use broker_model::{BrokerId, DirectoryId};

use crate::ReplicaKey;

/// The voters of the quorum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VoterSet {
    voters: BTreeMap<BrokerId, Voter>,
}

impl VoterSet {
    /// Takes the voters; of two with the same node id the last counts.
    pub fn new(voters: impl IntoIterator<Item = Voter>) -> Self {
        Self {
            voters: voters.into_iter().map(|voter| (voter.id, voter)).collect(),
        }
    }

    /// The voter of that node, whatever its directory.
    pub fn get(&self, id: BrokerId) -> Option<&Voter> {
        self.voters.get(&id)
    }

    /// Whether the replica votes.
    pub fn contains(&self, replica: ReplicaKey) -> bool {
        self.voters.get(&replica.id).is_some_and(|voter| {
            voter.directory_id == DirectoryId::ZERO || voter.directory_id == replica.directory_id
        })
    }

    /// The voters, by node id.
    pub fn iter(&self) -> impl Iterator<Item = &Voter> {
        self.voters.values()
    }

    /// The voters' keys, by node id.
    pub fn keys(&self) -> impl Iterator<Item = ReplicaKey> {
        self.iter()
            .map(|voter| ReplicaKey::new(voter.id, voter.directory_id))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.voters.len()
    }

    /// Whether no voter is known.
    pub fn is_empty(&self) -> bool {
        self.voters.is_empty()
    }

    /// How many of them are a majority.
    pub fn majority(&self) -> usize {
        self.len() / 2 + 1
    }

    /// The set with one voter more; `None` when its node votes already.
    pub fn with(&self, voter: Voter) -> Option<Self> {
        if self.voters.contains_key(&voter.id) {
            return None;
        }
        let mut grown = self.clone();
        grown.voters.insert(voter.id, voter);
        Some(grown)
    }

    /// The set without that voter; `None` when it does not vote or is the only one.
    pub fn without(&self, replica: ReplicaKey) -> Option<Self> {
        if !self.contains(replica) || self.len() == 1 {
            return None;
        }
        let mut shrunk = self.clone();
        shrunk.voters.remove(&replica.id);
        Some(shrunk)
    }

    /// The set in which that voter has other endpoints or versions; `None` when it does not vote.
    pub fn updated(&self, voter: Voter) -> Option<Self> {
        if !self.contains(ReplicaKey::new(voter.id, voter.directory_id)) {
            return None;
        }
        let mut updated = self.clone();
        updated.voters.insert(voter.id, voter);
        Some(updated)
    }

    /// The voters as they are written into the log.
    pub fn to_record(&self) -> Vec<Voter> {
        self.voters.values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use broker_model::Uuid;

    use super::*;

    fn directory(number: u8) -> DirectoryId {
        DirectoryId::new(Uuid::from_bytes([number; 16]))
    }

    fn voter(id: i32, number: u8) -> Voter {
        Voter {
            id: BrokerId::new(id),
            directory_id: directory(number),
            endpoints: Vec::new(),
            kraft_version_range: (0, 1),
        }
    }

    #[test]
    fn a_node_with_another_directory_does_not_vote() {
        let voters = VoterSet::new([voter(1, 1), voter(2, 2)]);
        assert!(voters.contains(ReplicaKey::new(BrokerId::new(1), directory(1))));
        assert!(!voters.contains(ReplicaKey::new(BrokerId::new(1), directory(9))));
        assert_eq!(
            voters.without(ReplicaKey::new(BrokerId::new(1), directory(9))),
            None
        );
    }

    #[test]
    fn a_voter_without_a_directory_votes_from_any() {
        let voters = VoterSet::new([Voter {
            directory_id: DirectoryId::ZERO,
            ..voter(1, 0)
        }]);
        assert!(voters.contains(ReplicaKey::new(BrokerId::new(1), directory(9))));
    }

    #[test]
    fn a_node_is_added_once_and_the_last_voter_stays() {
        let one = VoterSet::new([voter(1, 1)]);
        assert_eq!(one.with(voter(1, 2)), None);
        assert_eq!(one.without(ReplicaKey::new(BrokerId::new(1), directory(1))), None);
        let two = one.with(voter(2, 2)).unwrap();
        assert_eq!((two.len(), two.majority()), (2, 2));
        assert_eq!(
            two.without(ReplicaKey::new(BrokerId::new(2), directory(2))),
            Some(one)
        );
    }
}
