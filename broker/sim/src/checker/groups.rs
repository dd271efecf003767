//! What groups were told: who owns what in a generation, and what is committed.

use std::collections::BTreeMap;

use super::{Checker, Violation};

/// A partition of a group.
type Share = (String, i32);

#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Who owns a partition in a generation.
    owners: BTreeMap<(String, i32, i32), String>,
    /// The newest generation whose assignment a member of the group was told.
    generations: BTreeMap<String, i32>,
    commits: BTreeMap<Share, Commits>,
}

#[derive(Debug)]
struct Commits {
    /// The last offset that anybody tried to commit, and the largest that was acknowledged; -1 before the first.
    tried: i64,
    acknowledged: i64,
    acknowledged_at: u64,
}

impl Default for Commits {
    fn default() -> Self {
        Self {
            tried: 0,
            acknowledged: -1,
            acknowledged_at: 0,
        }
    }
}

/// A commit on its way.
#[derive(Clone, Debug)]
pub(crate) struct CommitTicket {
    share: Share,
    generation: i32,
    pub(crate) offset: i64,
    /// The newest generation that was known when it was sent.
    newest: i32,
}

impl Checker {
    /// A member was told what it owns in a generation.
    pub(crate) fn assigned(
        &mut self,
        (group, generation): (&str, i32),
        member: &str,
        shares: &[i32],
    ) -> Result<(), Violation> {
        let newest = self.groups.generations.entry(group.to_owned()).or_insert(-1);
        *newest = generation.max(*newest);
        for share in shares {
            let place = (group.to_owned(), generation, *share);
            let owner = self
                .groups
                .owners
                .entry(place)
                .or_insert_with(|| member.to_owned());
            if owner != member {
                return Err(format!(
                    "one owner (I16): {owner} and {member} own {share} of {group} in generation {generation}"
                ));
            }
        }
        Ok(())
    }

    /// A member of that generation is about to commit; the offsets of a group's partition rise, whoever commits.
    pub(crate) fn commits(&mut self, (group, share): (&str, i32), generation: i32) -> CommitTicket {
        let newest = self.groups.generations.get(group).copied().unwrap_or(-1);
        let share = (group.to_owned(), share);
        let known = self.groups.commits.entry(share.clone()).or_default();
        known.tried += 1;
        CommitTicket {
            share,
            generation,
            offset: known.tried,
            newest,
        }
    }

    /// A commit was acknowledged.
    pub(crate) fn committed(&mut self, ticket: &CommitTicket, now: u64) -> Result<(), Violation> {
        let (group, share) = &ticket.share;
        if ticket.generation < ticket.newest {
            return Err(format!(
                "generation (I16): {share} of {group} was committed in generation {}, {} had begun before",
                ticket.generation, ticket.newest
            ));
        }
        let known = self.groups.commits.entry(ticket.share.clone()).or_default();
        known.acknowledged = known.acknowledged.max(ticket.offset);
        known.acknowledged_at = now;
        Ok(())
    }

    /// The largest offset of which anybody was told that it is committed.
    pub(crate) fn committed_so_far(&self, (group, share): (&str, i32)) -> i64 {
        let known = self.groups.commits.get(&(group.to_owned(), share));
        known.map_or(-1, |known| known.acknowledged)
    }

    /// Somebody asked what is committed when `floor` was, and was told this.
    pub(crate) fn found_committed(
        &self,
        (group, share): (&str, i32),
        floor: i64,
        found: i64,
    ) -> Result<(), Violation> {
        let known = self.groups.commits.get(&(group.to_owned(), share));
        let tried = known.map_or(0, |known| known.tried);
        match found < floor || found > tried {
            true => Err(format!(
                "committed offsets (I15): {share} of {group} was committed at {floor} and is told to be at {found}"
            )),
            false => Ok(()),
        }
    }

    /// Whether a group has committed something since then.
    pub(crate) fn has_committed_since(&self, group: &str, since: u64) -> bool {
        let commits = self.groups.commits.iter();
        let mut of_group = commits.filter(|((of, _), _)| of == group);
        of_group.any(|(_, known)| known.acknowledged >= 0 && known.acknowledged_at >= since)
    }
}
