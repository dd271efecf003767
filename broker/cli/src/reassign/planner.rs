//! Where partitions could lie on a set of brokers: even, on many racks, and with as little to move as that allows.
//!
//! Pure. Kafka's tool deals all replicas anew; here a replica stays where it is unless its broker is not among those
//! given or has more than its share. Ties go to the lower number, so that the same question has the same answer.

use std::collections::BTreeMap;

use broker_model::{BrokerId, TopicPartition};

/// Where each partition lies.
pub(super) type Assignment = Vec<(TopicPartition, Vec<BrokerId>)>;

/// A broker that may get replicas.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) id: BrokerId,
    pub(super) rack: Option<String>,
}

/// Proposes an assignment with so many replicas of each partition, or as many as it has.
///
/// # Errors
/// There are fewer brokers than replicas.
pub(super) fn propose(
    current: &Assignment,
    targets: &[Target],
    replicas: Option<usize>,
) -> Result<Assignment, String> {
    let mut planner = Planner {
        targets,
        held: targets.iter().map(|target| (target.id, 0)).collect(),
    };
    let mut planned = Vec::with_capacity(current.len());
    for (key, now) in current {
        let wanted = replicas.unwrap_or(now.len()).max(1);
        if wanted > targets.len() {
            let brokers = targets.len();
            return Err(format!(
                "{key} cannot have {wanted} replicas on {brokers} brokers"
            ));
        }
        let stay: Vec<BrokerId> = now
            .iter()
            .filter(|id| planner.held.contains_key(id))
            .take(wanted)
            .copied()
            .collect();
        stay.iter().for_each(|id| planner.take(*id));
        planned.push((key.clone(), wanted, stay));
    }
    for (_, wanted, replicas) in &mut planned {
        while replicas.len() < *wanted {
            let Some(next) = planner.best_beside(replicas) else {
                break;
            };
            planner.take(next);
            replicas.push(next);
        }
    }
    let mut assignment: Assignment = planned
        .into_iter()
        .map(|(key, _, replicas)| (key, replicas))
        .collect();
    planner.even_out(&mut assignment);
    spread_leaders(&mut assignment, targets.len());
    Ok(assignment)
}

struct Planner<'a> {
    targets: &'a [Target],
    /// Replicas on each broker.
    held: BTreeMap<BrokerId, usize>,
}

impl Planner<'_> {
    fn take(&mut self, id: BrokerId) {
        *self.held.entry(id).or_default() += 1;
    }

    fn give(&mut self, id: BrokerId) {
        if let Some(count) = self.held.get_mut(&id) {
            *count = count.saturating_sub(1);
        }
    }

    fn rack_of(&self, id: BrokerId) -> Option<&str> {
        self.targets
            .iter()
            .find(|target| target.id == id)?
            .rack
            .as_deref()
    }

    /// How many of the others share the broker's rack.
    fn crowding(&self, id: BrokerId, others: &[BrokerId]) -> usize {
        let rack = self.rack_of(id);
        let shares = |other: &&BrokerId| **other != id && rack.is_some() && self.rack_of(**other) == rack;
        others.iter().filter(shares).count()
    }

    /// The broker for one more replica: on a new rack if there is one, then the one that holds least.
    fn best_beside(&self, replicas: &[BrokerId]) -> Option<BrokerId> {
        let free = self
            .targets
            .iter()
            .filter(|target| !replicas.contains(&target.id));
        free.map(|target| target.id)
            .min_by_key(|id| (self.crowding(*id, replicas), self.held[id], *id))
    }

    /// Moves replicas from brokers that hold more than their share, as long as no rack gets crowded by it.
    fn even_out(&mut self, assignment: &mut Assignment) {
        for (_, replicas) in assignment.iter_mut() {
            for place in 0..replicas.len() {
                let from = replicas[place];
                let crowding = self.crowding(from, replicas);
                let free = self
                    .targets
                    .iter()
                    .filter(|target| !replicas.contains(&target.id));
                let others: Vec<BrokerId> = replicas.iter().copied().filter(|id| *id != from).collect();
                let to = free
                    .map(|target| target.id)
                    .filter(|id| self.held[id] + 1 < self.held[&from])
                    .filter(|id| self.crowding(*id, &others) <= crowding)
                    .min_by_key(|id| (self.crowding(*id, &others), self.held[id], *id));
                if let Some(to) = to {
                    self.give(from);
                    self.take(to);
                    replicas[place] = to;
                }
            }
        }
    }
}

/// Puts another replica first where a broker would be the preferred leader of more than its share.
fn spread_leaders(assignment: &mut Assignment, brokers: usize) {
    let share = assignment.len().div_ceil(brokers.max(1));
    let mut led: BTreeMap<BrokerId, usize> = BTreeMap::new();
    for (_, replicas) in assignment {
        let leads = |id: &BrokerId| led.get(id).copied().unwrap_or(0);
        let stays = replicas.first().is_some_and(|first| leads(first) < share);
        let best = replicas.iter().position_min_by(|id| leads(id));
        if let (false, Some(best)) = (stays, best) {
            replicas[..=best].rotate_right(1);
        }
        if let Some(first) = replicas.first() {
            *led.entry(*first).or_default() += 1;
        }
    }
}

trait PositionMin<'a, T: 'a>: Iterator<Item = &'a T> + Sized {
    /// Place of the first item with the least key.
    fn position_min_by(self, key: impl Fn(&T) -> usize) -> Option<usize> {
        self.enumerate()
            .min_by_key(|(place, item)| (key(item), *place))
            .map(|(place, _)| place)
    }
}

impl<'a, T: 'a, I: Iterator<Item = &'a T>> PositionMin<'a, T> for I {}

#[cfg(test)]
mod tests {
    use broker_model::PartitionIndex;

    use super::*;

    fn targets(ids: &[i32]) -> Vec<Target> {
        let target = |id: &i32| Target {
            id: BrokerId::new(*id),
            rack: None,
        };
        ids.iter().map(target).collect()
    }

    fn assignment(rows: &[&[i32]]) -> Assignment {
        (0..)
            .zip(rows)
            .map(|(index, row)| {
                let key = TopicPartition::new("t", PartitionIndex::new(index));
                (key, row.iter().copied().map(BrokerId::new).collect())
            })
            .collect()
    }

    fn counts(assignment: &Assignment) -> BTreeMap<i32, usize> {
        let mut counts = BTreeMap::new();
        for id in assignment.iter().flat_map(|(_, replicas)| replicas) {
            *counts.entry(id.value()).or_default() += 1;
        }
        counts
    }

    #[test]
    fn what_is_even_already_stays() {
        let now = assignment(&[&[1, 2], &[2, 3], &[3, 1]]);
        assert_eq!(propose(&now, &targets(&[1, 2, 3]), None), Ok(now));
    }

    #[test]
    fn a_new_broker_gets_its_share_and_no_more_is_moved() {
        let now = assignment(&[&[1, 2], &[2, 1], &[1, 2], &[2, 1], &[1, 2], &[2, 1]]);
        let proposed = propose(&now, &targets(&[1, 2, 3]), None).unwrap();
        assert_eq!(counts(&proposed), BTreeMap::from([(1, 4), (2, 4), (3, 4)]));
        let stayed = now
            .iter()
            .zip(&proposed)
            .map(|((_, before), (_, after))| before.iter().filter(|id| after.contains(id)).count());
        assert_eq!(stayed.sum::<usize>(), 8);
    }

    #[test]
    fn a_broker_that_is_left_out_gets_empty() {
        let now = assignment(&[&[1, 2], &[2, 3], &[3, 1]]);
        let proposed = propose(&now, &targets(&[1, 2]), None).unwrap();
        assert_eq!(counts(&proposed), BTreeMap::from([(1, 3), (2, 3)]));
        assert!(propose(&now, &targets(&[1]), None).is_err());
    }

    #[test]
    fn replicas_of_a_partition_lie_on_different_racks() {
        let rack = |id: i32, rack: &str| Target {
            id: BrokerId::new(id),
            rack: Some(rack.to_owned()),
        };
        let targets = [rack(1, "a"), rack(2, "a"), rack(3, "b"), rack(4, "b")];
        let now = assignment(&[&[1], &[2], &[3], &[4]]);
        for (key, replicas) in propose(&now, &targets, Some(2)).unwrap() {
            let in_a = replicas.iter().filter(|id| id.value() <= 2).count();
            assert_eq!(in_a, 1, "{key}: {replicas:?}");
        }
    }

    #[test]
    fn preferred_leaders_are_spread() {
        let now = assignment(&[&[1, 2, 3], &[1, 2, 3], &[1, 2, 3]]);
        let proposed = propose(&now, &targets(&[1, 2, 3]), None).unwrap();
        let mut leaders: Vec<i32> = proposed.iter().map(|(_, replicas)| replicas[0].value()).collect();
        leaders.sort_unstable();
        assert_eq!(leaders, [1, 2, 3]);
    }
}
