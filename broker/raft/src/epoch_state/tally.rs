//! Votes of one election: a majority of the voters known when it began decides it, either way.

use std::collections::BTreeSet;

use broker_model::BrokerId;

use crate::VoterSet;

#[derive(Clone, Debug)]
pub(crate) struct VoteTally {
    voters: VoterSet,
    granted: BTreeSet<BrokerId>,
    rejected: BTreeSet<BrokerId>,
}

impl VoteTally {
    /// An election in which `candidate` has its own vote.
    pub(crate) fn new(voters: VoterSet, candidate: BrokerId) -> Self {
        let granted = voters.get(candidate).map(|voter| voter.id);
        Self {
            voters,
            granted: granted.into_iter().collect(),
            rejected: BTreeSet::new(),
        }
    }

    /// Counts a vote; a second one of the same voter changes nothing.
    pub(crate) fn record(&mut self, voter: BrokerId, granted: bool) {
        if self.voters.get(voter).is_none() || self.is_recorded(voter) {
            return;
        }
        let side = if granted {
            &mut self.granted
        } else {
            &mut self.rejected
        };
        side.insert(voter);
    }

    pub(crate) fn is_granted(&self) -> bool {
        self.granted.len() >= self.voters.majority()
    }

    pub(crate) fn is_rejected(&self) -> bool {
        self.voters.len() - self.rejected.len() < self.voters.majority()
    }

    pub(crate) fn has_rejection(&self) -> bool {
        !self.rejected.is_empty()
    }

    pub(crate) fn unrecorded(&self) -> Vec<BrokerId> {
        let ids = self.voters.iter().map(|voter| voter.id);
        ids.filter(|id| !self.is_recorded(*id)).collect()
    }

    pub(crate) fn granting(&self) -> Vec<BrokerId> {
        self.granted.iter().copied().collect()
    }

    fn is_recorded(&self, voter: BrokerId) -> bool {
        self.granted.contains(&voter) || self.rejected.contains(&voter)
    }
}

#[cfg(test)]
mod tests {
    use broker_metadata::metadata_log::Voter;
    use broker_model::DirectoryId;

    use super::*;

    fn tally(voters: i32) -> VoteTally {
        let voters = (1..=voters).map(|id| Voter {
            id: BrokerId::new(id),
            directory_id: DirectoryId::ZERO,
            endpoints: Vec::new(),
            kraft_version_range: (0, 1),
        });
        VoteTally::new(VoterSet::new(voters), BrokerId::new(1))
    }

    #[test]
    fn the_only_voter_wins_alone() {
        assert!(tally(1).is_granted());
    }

    #[test]
    fn half_of_the_voters_are_no_majority() {
        let mut votes = tally(4);
        votes.record(BrokerId::new(2), true);
        assert!(!votes.is_granted());
        votes.record(BrokerId::new(3), false);
        assert!(!votes.is_rejected());
        votes.record(BrokerId::new(4), false);
        assert!(votes.is_rejected());
    }

    #[test]
    fn strangers_and_second_votes_do_not_count() {
        let mut votes = tally(3);
        votes.record(BrokerId::new(9), true);
        votes.record(BrokerId::new(2), false);
        votes.record(BrokerId::new(2), true);
        assert!(!votes.is_granted());
        assert_eq!(votes.unrecorded(), [BrokerId::new(3)]);
    }
}
