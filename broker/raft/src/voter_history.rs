//! Which voters and which `kraft.version` hold at each offset of the log, committed or not (KIP-853).
//!
//! A voter set counts from the moment it stands in the log, not from its commit; so it goes when its record is
//! truncated. Invariant: offsets ascend, and the first entry is at or before the log's start. The voters of
//! `kraft.version` 0 are configured and stand in no log.

use broker_metadata::metadata_log::ControlRecord;
use broker_model::Offset;

use crate::VoterSet;

/// What the head of a snapshot says about the quorum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotVoters {
    /// Its voters, from `kraft.version` 1 on.
    pub voters: Option<VoterSet>,
    /// Its finalized `kraft.version`.
    pub kraft_version: i16,
}

/// The voter sets of a log.
#[derive(Clone, Debug, Default)]
pub(crate) struct VoterHistory {
    configured: VoterSet,
    sets: Vec<(Offset, VoterSet)>,
    versions: Vec<(Offset, i16)>,
}

impl VoterHistory {
    pub(crate) fn new(configured: VoterSet) -> Self {
        Self {
            configured,
            ..Self::default()
        }
    }

    /// Forgets everything for what a snapshot that ends there says.
    pub(crate) fn reset(&mut self, end_offset: Offset, snapshot: SnapshotVoters) {
        let at = end_offset.minus(1);
        self.versions = vec![(at, snapshot.kraft_version)];
        self.sets = snapshot.voters.map(|voters| (at, voters)).into_iter().collect();
    }

    /// Takes the control records whose first stands at `base_offset`.
    pub(crate) fn append(&mut self, base_offset: Offset, controls: &[ControlRecord]) {
        for (delta, control) in (0..).zip(controls) {
            let offset = base_offset.plus(delta);
            match control {
                ControlRecord::KRaftVersion(version) => self.versions.push((offset, *version)),
                ControlRecord::KRaftVoters(voters) => {
                    self.sets.push((offset, VoterSet::new(voters.iter().cloned())));
                }
                ControlRecord::LeaderChange(_)
                | ControlRecord::SnapshotHeader(_)
                | ControlRecord::SnapshotFooter => {}
            }
        }
    }

    /// Forgets what stood at or after the offset.
    pub(crate) fn truncate_to(&mut self, end: Offset) {
        self.sets.retain(|(offset, _)| *offset < end);
        self.versions.retain(|(offset, _)| *offset < end);
    }

    /// Forgets what a snapshot that ends there has made needless.
    pub(crate) fn trim_to(&mut self, start: Offset) {
        trim(&mut self.sets, start);
        trim(&mut self.versions, start);
    }

    /// The voters that count now.
    pub(crate) fn latest(&self) -> &VoterSet {
        self.sets.last().map_or(&self.configured, |(_, voters)| voters)
    }

    /// The voters before the latest, while they are remembered.
    pub(crate) fn previous(&self) -> Option<&VoterSet> {
        let before = self.sets.len().checked_sub(2)?;
        self.sets.get(before).map(|(_, voters)| voters)
    }

    /// Where the record of the latest voters stands; `None` when they are configured, -1 when they are those of
    /// the snapshot that `format` wrote.
    pub(crate) fn latest_offset(&self) -> Option<Offset> {
        self.sets.last().map(|(offset, _)| *offset)
    }

    pub(crate) fn kraft_version(&self) -> i16 {
        self.versions.last().map_or(0, |(_, version)| *version)
    }

    /// What a snapshot that ends there has to say.
    pub(crate) fn at(&self, end_offset: Offset) -> SnapshotVoters {
        SnapshotVoters {
            voters: before(&self.sets, end_offset).cloned(),
            kraft_version: before(&self.versions, end_offset).copied().unwrap_or(0),
        }
    }
}

fn before<T>(entries: &[(Offset, T)], end: Offset) -> Option<&T> {
    entries
        .iter()
        .rev()
        .find(|(offset, _)| *offset < end)
        .map(|(_, value)| value)
}

fn trim<T>(entries: &mut Vec<(Offset, T)>, start: Offset) {
    let kept_from = entries
        .iter()
        .rposition(|(offset, _)| *offset < start)
        .unwrap_or(0);
    entries.drain(..kept_from);
}

#[cfg(test)]
mod tests {
    use broker_metadata::metadata_log::Voter;
    use broker_model::{BrokerId, DirectoryId};

    use super::*;

    fn voters(ids: &[i32]) -> Vec<Voter> {
        ids.iter()
            .map(|id| Voter {
                id: BrokerId::new(*id),
                directory_id: DirectoryId::ZERO,
                endpoints: Vec::new(),
                kraft_version_range: (0, 1),
            })
            .collect()
    }

    fn ids(set: &VoterSet) -> Vec<i32> {
        set.iter().map(|voter| voter.id.value()).collect()
    }

    #[test]
    fn an_uncommitted_set_counts_and_goes_with_its_record() {
        let mut history = VoterHistory::new(VoterSet::new(voters(&[1])));
        history.append(Offset::new(4), &[ControlRecord::KRaftVoters(voters(&[1, 2]))]);
        history.append(
            Offset::new(9),
            &[
                ControlRecord::KRaftVersion(1),
                ControlRecord::KRaftVoters(voters(&[1, 2, 3])),
            ],
        );
        assert_eq!(ids(history.latest()), [1, 2, 3]);
        assert_eq!(history.latest_offset(), Some(Offset::new(10)));
        history.truncate_to(Offset::new(10));
        assert_eq!(ids(history.latest()), [1, 2]);
        history.truncate_to(Offset::new(4));
        assert_eq!(ids(history.latest()), [1]);
        assert_eq!(history.latest_offset(), None);
    }

    #[test]
    fn trimming_keeps_the_set_that_holds_at_the_start() {
        let mut history = VoterHistory::default();
        for (offset, ids) in [(0, vec![1]), (5, vec![1, 2]), (10, vec![1, 2, 3])] {
            history.append(Offset::new(offset), &[ControlRecord::KRaftVoters(voters(&ids))]);
        }
        history.trim_to(Offset::new(10));
        assert_eq!(
            history.at(Offset::new(10)).voters.map(|set| ids(&set)),
            Some(vec![1, 2])
        );
        assert_eq!(
            history.at(Offset::new(11)).voters.map(|set| ids(&set)),
            Some(vec![1, 2, 3])
        );
    }
}
