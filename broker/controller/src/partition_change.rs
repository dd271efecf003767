//! How one partition's registration changes: who stays in sync, who may lead, who is elected.
//!
//! A pure function from the registration, what happened and the rules to the record that says the difference, or
//! none. Invariants: an elected leader is in the in-sync set or was eligible (KIP-966), unless the election may be
//! unclean; a set that falls under `min.insync.replicas` leaves its members behind as eligible leaders; a
//! reassignment ends only when every new replica is in sync (KIP-455), and as many of those that stay as
//! `min.insync.replicas` asks for (ADR 21).

use broker_metadata::messages::PartitionChangeRecord;
use broker_metadata::{LeaderRecoveryState, PartitionRegistration};
use broker_model::{BrokerId, DirectoryId, PartitionIndex, TopicId};

/// How a leader is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Election {
    /// The preferred leader if it can; else whoever leads, else the first that can.
    Preferred,
    /// Whoever leads, else the first that can.
    Online,
    /// As [`Election::Online`], else any replica that is alive, at the price of records.
    Unclean,
}

/// What the cluster says about the partition's surroundings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ElectionRules {
    /// How a leader is chosen.
    pub(crate) election: Election,
    /// Whether eligible leader replicas are kept.
    pub(crate) elr: ElrMode,
    /// `min.insync.replicas` of the topic.
    pub(crate) min_isr: usize,
}

/// Whether eligible leader replicas are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ElrMode {
    /// They are; the in-sync set may become empty.
    Enabled,
    /// They are not; the last member stays in the in-sync set.
    Disabled,
}

/// A partition on its way to its next registration.
pub(crate) struct PartitionChange<'a, F> {
    old: &'a PartitionRegistration,
    /// Whether a broker may lead now.
    can_lead: F,
    rules: ElectionRules,
    replicas: Vec<BrokerId>,
    adding: Vec<BrokerId>,
    removing: Vec<BrokerId>,
    isr: Vec<BrokerId>,
    elr: Vec<BrokerId>,
    last_known_elr: Vec<BrokerId>,
    lost: Vec<BrokerId>,
    recovery: LeaderRecoveryState,
    /// Where new replicas will lie, as far as it is known.
    directories: Vec<(BrokerId, DirectoryId)>,
}

/// Who was elected.
struct Elected {
    leader: BrokerId,
    unclean: bool,
}

impl<'a, F: Fn(BrokerId) -> bool> PartitionChange<'a, F> {
    pub(crate) fn new(old: &'a PartitionRegistration, rules: ElectionRules, can_lead: F) -> Self {
        Self {
            can_lead,
            rules,
            replicas: old.replicas.clone(),
            adding: old.adding_replicas.clone(),
            removing: old.removing_replicas.clone(),
            isr: old.isr.clone(),
            elr: old.elr.clone(),
            last_known_elr: old.last_known_elr.clone(),
            lost: Vec::new(),
            recovery: old.leader_recovery_state,
            directories: Vec::new(),
            old,
        }
    }

    /// The leader proposes another in-sync set, and says whether it has repaired what an unclean election left.
    pub(crate) fn proposed(mut self, isr: Vec<BrokerId>, recovery: LeaderRecoveryState) -> Self {
        self.isr = isr;
        self.recovery = recovery;
        self
    }

    /// Brokers fall out of the in-sync set.
    pub(crate) fn without(mut self, brokers: &[BrokerId]) -> Self {
        self.isr.retain(|member| !brokers.contains(member));
        self
    }

    /// Brokers lost what they had: they are not eligible either.
    pub(crate) fn lost(mut self, brokers: &[BrokerId]) -> Self {
        self.lost = brokers.to_vec();
        self.without(brokers)
    }

    /// A reassignment begins, changes or is taken back.
    pub(crate) fn reassigned(
        mut self,
        replicas: Vec<BrokerId>,
        adding: Vec<BrokerId>,
        removing: Vec<BrokerId>,
    ) -> Self {
        self.isr.retain(|member| replicas.contains(member));
        self.replicas = replicas;
        self.adding = adding;
        self.removing = removing;
        self
    }

    /// New replicas will lie in these directories.
    pub(crate) fn in_directories(mut self, directories: Vec<(BrokerId, DirectoryId)>) -> Self {
        self.directories = directories;
        self
    }

    /// The record that says the difference; `None` when there is none.
    pub(crate) fn record(
        mut self,
        topic: TopicId,
        partition: PartitionIndex,
    ) -> Option<PartitionChangeRecord> {
        self.complete_reassignment();
        self.keep_eligible();
        let mut record = PartitionChangeRecord {
            topic_id: topic.uuid(),
            partition_id: partition.value(),
            ..PartitionChangeRecord::default()
        };
        let elected = self.elect();
        let untouched = record.clone();
        let unclean = self.note_leader(&elected, &mut record);
        if self.isr != self.old.isr && (!self.isr.is_empty() || self.rules.elr == ElrMode::Enabled) {
            record.isr = Some(raw(&self.isr));
        }
        if !unclean && self.recovery != self.old.leader_recovery_state {
            record.leader_recovery_state = self.recovery.record();
        }
        self.note_eligible(unclean, &mut record);
        self.note_assignment(&mut record);
        (record != untouched).then_some(record)
    }

    fn complete_reassignment(&mut self) {
        if self.adding.is_empty() && self.removing.is_empty() {
            return;
        }
        let target: Vec<_> = self
            .replicas
            .iter()
            .copied()
            .filter(|id| !self.removing.contains(id))
            .collect();
        let isr: Vec<_> = self
            .isr
            .iter()
            .copied()
            .filter(|id| target.contains(id))
            .collect();
        // What was acknowledged by two must not be left with one that may be down without anybody's knowledge.
        let enough = self.rules.min_isr.min(target.len()).max(1);
        if isr.len() < enough || !self.adding.iter().all(|id| isr.contains(id)) {
            return;
        }
        self.replicas = target;
        self.isr = isr;
        self.adding.clear();
        self.removing.clear();
    }

    /// Who leaves the in-sync set while it is under its minimum stays eligible.
    fn keep_eligible(&mut self) {
        if self.rules.elr == ElrMode::Disabled {
            return;
        }
        if self.isr.len() >= self.rules.min_isr.min(self.replicas.len()) {
            self.elr.clear();
            self.last_known_elr.clear();
            return;
        }
        let mut candidates = self.elr.clone();
        extend_unique(&mut candidates, &self.old.isr);
        let mut known = candidates.clone();
        extend_unique(&mut known, &self.old.last_known_elr);
        // Kafka leaves replicas here that a reassignment took away; nobody could elect them.
        candidates
            .retain(|id| !self.isr.contains(id) && !self.lost.contains(id) && self.replicas.contains(id));
        known.retain(|id| !self.isr.contains(id) && !candidates.contains(id));
        self.elr = candidates;
        self.last_known_elr = known;
    }

    fn is_valid_leader(&self, id: BrokerId) -> bool {
        let in_sync = if self.isr.is_empty() && self.rules.elr == ElrMode::Disabled {
            // The last member stays in the in-sync set although it left: it alone may come back as leader.
            self.old.isr.contains(&id)
        } else {
            // Who is eligible only does not take the lead from a set that it is not in: a leader is in sync (KIP-966).
            self.isr.contains(&id) || (self.isr.is_empty() && self.elr.contains(&id))
        };
        in_sync && (self.can_lead)(id)
    }

    fn elect(&self) -> Elected {
        let clean = |leader| Elected {
            leader,
            unclean: false,
        };
        let first_valid = || self.replicas.iter().copied().find(|id| self.is_valid_leader(*id));
        let preferred = self
            .replicas
            .first()
            .copied()
            .filter(|id| self.is_valid_leader(*id));
        if let (Election::Preferred, Some(leader)) = (self.rules.election, preferred) {
            return clean(leader);
        }
        if self.is_valid_leader(self.old.leader) {
            return clean(self.old.leader);
        }
        if let Some(leader) = first_valid() {
            return clean(leader);
        }
        if self.rules.election == Election::Preferred {
            return clean(BrokerId::NONE);
        }
        if let Some(leader) = self.last_known_leader() {
            return Elected {
                leader,
                unclean: true,
            };
        }
        let alive = self.replicas.iter().copied().find(|id| (self.can_lead)(*id));
        match (self.rules.election, alive) {
            (Election::Unclean, Some(leader)) => Elected {
                leader,
                unclean: true,
            },
            _ => clean(BrokerId::NONE),
        }
    }

    /// With no eligible replica left, the last leader may come back.
    fn last_known_leader(&self) -> Option<BrokerId> {
        let [leader] = self.old.last_known_elr[..] else {
            return None;
        };
        let nobody_else = self.rules.elr == ElrMode::Enabled && self.isr.is_empty() && self.elr.is_empty();
        (nobody_else && (self.can_lead)(leader)).then_some(leader)
    }

    /// Returns whether the election was unclean.
    fn note_leader(&mut self, elected: &Elected, record: &mut PartitionChangeRecord) -> bool {
        if elected.leader == self.old.leader {
            return false;
        }
        record.leader = elected.leader.value();
        if elected.leader == BrokerId::NONE {
            return false;
        }
        if elected.unclean {
            self.isr = vec![elected.leader];
            if self.old.leader_recovery_state != LeaderRecoveryState::Recovering {
                record.leader_recovery_state = LeaderRecoveryState::Recovering.record();
            }
        } else if self.isr.is_empty() && self.rules.elr == ElrMode::Enabled {
            self.isr = vec![elected.leader];
            self.elr.retain(|id| *id != elected.leader);
        }
        elected.unclean
    }

    fn note_eligible(&mut self, unclean: bool, record: &mut PartitionChangeRecord) {
        if unclean || self.rules.elr == ElrMode::Disabled {
            self.elr.clear();
            self.last_known_elr.clear();
        } else if self.isr.len() >= self.rules.min_isr.min(self.replicas.len()) {
            self.elr.clear();
        }
        if self.elr != self.old.elr {
            record.eligible_leader_replicas = Some(raw(&self.elr));
        }
        // Of the members that are neither in sync nor eligible only the last leader is kept.
        let old = &self.old.last_known_elr;
        let leaderless = record.isr.as_ref().is_some_and(Vec::is_empty);
        let leads = match record.leader {
            -2 => self.old.has_leader(),
            leader => leader >= 0,
        };
        if leaderless && old[..] != [self.old.leader] && self.old.has_leader() {
            record.last_known_elr = Some(vec![self.old.leader.value()]);
        } else if leads && !old.is_empty() {
            record.last_known_elr = Some(Vec::new());
        }
    }

    fn note_assignment(&self, record: &mut PartitionChangeRecord) {
        if self.adding != self.old.adding_replicas {
            record.adding_replicas = Some(raw(&self.adding));
        }
        if self.removing != self.old.removing_replicas {
            record.removing_replicas = Some(raw(&self.removing));
        }
        if self.replicas != self.old.replicas {
            record.replicas = Some(raw(&self.replicas));
            // A replica that goes must not be taken for a follower of this epoch any more.
            let shrinks = self.old.replicas.iter().any(|id| !self.replicas.contains(id));
            if shrinks && record.leader == PartitionChangeRecord::default().leader {
                record.leader = self.old.leader.value();
            }
            let chosen = |id: BrokerId| self.directories.iter().find(|(broker, _)| *broker == id);
            let directory_of = |id: &BrokerId| {
                let known = self
                    .old
                    .directory_of(*id)
                    .or_else(|| chosen(*id).map(|chosen| chosen.1));
                known.unwrap_or(broker_metadata::image::directory::UNASSIGNED)
            };
            let directories = self.replicas.iter().map(directory_of);
            record.directories = Some(directories.map(|id| id.uuid()).collect());
        }
    }
}

fn extend_unique(ids: &mut Vec<BrokerId>, more: &[BrokerId]) {
    for id in more {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
}

fn raw(ids: &[BrokerId]) -> Vec<i32> {
    ids.iter().map(|id| id.value()).collect()
}

#[cfg(test)]
mod tests;
