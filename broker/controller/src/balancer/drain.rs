//! Emptying brokers: every replica finds another place, or the plan is refused with what is missing.

use std::cmp::Reverse;

use super::goal::Goal;
use super::plan::PlanError;
use super::search::Search;
use super::step::Step;

/// Moves everything away from the brokers that are drained, the largest partitions first.
pub(super) fn drain(search: &mut Search) -> Result<(), PlanError> {
    check_brokers(search)?;
    let assignment = &search.assignment;
    let is_drained = |broker: &usize| assignment.brokers[*broker].is_drained;
    let leaves = |at: &usize| assignment.partitions[*at].replicas.iter().any(is_drained);
    let mut leaving: Vec<usize> = (0..assignment.partitions.len()).filter(leaves).collect();
    leaving.sort_by_key(|at| (Reverse(assignment.partitions[*at].load.bytes), *at));
    for partition in leaving {
        // What is being moved already has to move again: it would end on a broker that is drained.
        search.assignment.partitions[partition].is_moving = false;
        for from in search.assignment.partitions[partition].replicas.clone() {
            if search.assignment.brokers[from].is_drained {
                let to = destination(search, partition, from)?;
                search.take(Step::Move { partition, from, to }, Goal::Drain);
            }
        }
    }
    Ok(())
}

/// The broker that suits best: first the racks, then the goals in their order.
fn destination(search: &Search, partition: usize, from: usize) -> Result<usize, PlanError> {
    let assignment = &search.assignment;
    let placed = &assignment.partitions[partition];
    let suits = |to: &usize| assignment.brokers[*to].takes && !placed.replicas.contains(to);
    let key = |to: &usize| {
        let after = |broker| if broker == from { *to } else { broker };
        let excess = assignment.rack_excess_with(&placed.replicas, after);
        let totals = search.after_arrival(partition, from, *to);
        let goals = [0, 1, 2].map(|goal| search.change(goal, &totals));
        (excess, goals, assignment.totals[*to].replicas, *to)
    };
    let bytes = placed.load.bytes;
    let roomy = |to: &usize| assignment.has_room(*to, bytes);
    let all = 0..assignment.brokers.len();
    let best = all.filter(suits).filter(roomy).min_by_key(key);
    best.ok_or(PlanError::TooLittleSpace { partition, bytes })
}

/// Every partition needs as many brokers that stay as it has replicas.
fn check_brokers(search: &Search) -> Result<(), PlanError> {
    let assignment = &search.assignment;
    let takers = assignment.brokers.iter().filter(|slot| slot.takes).count();
    let mut short = Vec::new();
    for (at, placed) in assignment.partitions.iter().enumerate() {
        let leaves = placed
            .replicas
            .iter()
            .filter(|broker| assignment.brokers[**broker].is_drained)
            .count();
        let stay_closed = placed.replicas.iter().filter(|broker| {
            let slot = &assignment.brokers[**broker];
            !slot.is_drained && !slot.takes
        });
        let usable = takers + stay_closed.count();
        if leaves > 0 && usable < placed.replicas.len() {
            short.push((at, usable));
        }
    }
    match short.is_empty() {
        true => Ok(()),
        false => Err(PlanError::TooFewBrokers { partitions: short }),
    }
}
