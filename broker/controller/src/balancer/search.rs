//! The search for steps: pairs of brokers, the worst first, and of each pair the replica that fits best.
//!
//! Greedy: a step is taken when it brings its own goal nearer by enough and no earlier goal further away. So the
//! distances of all goals, read in order, only sink, and the search ends. What was found barren between two brokers
//! is not searched again until one of them changes; before it gives up it looks once more at everything.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::assignment::Assignment;
use super::goal::{Band, Goal, GoalSettings};
use super::step::{After, Step};

/// Swaps are tried with so many replicas of the giver, and so many of the taker for each.
const SWAPS_GIVEN: usize = 64;
const SWAPS_TAKEN: usize = 16;
/// So many moves between two brokers are looked at before others get their turn.
const LIKELY: usize = 100;
/// Most times that all goals are gone through.
const ROUNDS_MAX: usize = 8;
/// Most times that what is not needed is left out.
const PRUNES_MAX: usize = 4;

/// What a step is looked for among.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// The moves that fit best.
    Likely,
    /// Two moves at once.
    Swap,
    /// Every move.
    Any,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Likely, Self::Swap, Self::Any];

    /// How many moves between two brokers are looked at.
    const fn reach(self) -> usize {
        match self {
            Self::Likely => LIKELY,
            Self::Swap | Self::Any => usize::MAX,
        }
    }
}

/// A plan in the making.
pub(super) struct Search {
    pub(super) assignment: Assignment,
    /// Per goal of [`Goal::BANDS`], the band of each broker.
    pub(super) bands: Vec<Vec<Band>>,
    /// Per goal of [`Goal::BANDS`], what a step must gain.
    least_gain: Vec<u64>,
    /// Of each partition, the replicas that it has.
    pub(super) original: Vec<Vec<usize>>,
    /// Of each partition, the first goal that changed it.
    pub(super) reasons: Vec<Option<Goal>>,
    changes: Vec<u32>,
    barren: HashMap<(usize, usize, Kind), (u32, u32)>,
}

impl Search {
    pub(super) fn new(assignment: Assignment, settings: &GoalSettings) -> Self {
        let bands = Goal::BANDS.map(|goal| bands(&assignment, settings, goal));
        let balanced = assignment.brokers.iter().filter(|slot| slot.is_balanced).count();
        let least_gain = Goal::BANDS.map(|goal| match goal {
            Goal::ReplicaCount | Goal::LeaderCount | Goal::Drain | Goal::RackSpread => 1,
            Goal::DiskBytes | Goal::BytesIn | Goal::BytesOut => {
                let total: u64 = assignment.totals.iter().map(|totals| goal.value(totals)).sum();
                (total / (balanced.max(1) as u64 * 200)).max(1)
            }
        });
        Self {
            bands: bands.to_vec(),
            least_gain: least_gain.to_vec(),
            original: assignment
                .partitions
                .iter()
                .map(|placed| placed.replicas.clone())
                .collect(),
            reasons: vec![None; assignment.partitions.len()],
            changes: vec![0; assignment.brokers.len()],
            barren: HashMap::new(),
            assignment,
        }
    }

    /// Takes steps until no goal comes nearer, and leaves out those that were not needed after all.
    pub(super) fn run(&mut self) {
        self.improve();
        for _ in 0..PRUNES_MAX {
            if !self.prune() {
                return;
            }
            self.improve();
        }
    }

    fn improve(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let mut improved = self.spread_over_racks();
            for goal in 0..Goal::BANDS.len() {
                self.barren.clear();
                while let Some(step) = self.next_step(goal) {
                    self.take(step, Goal::BANDS[goal]);
                    improved = true;
                }
            }
            if !improved {
                return;
            }
        }
    }

    pub(super) fn take(&mut self, step: Step, why: Goal) {
        let concerned = match step {
            Step::Move { partition, from, to } => [Some(partition), None].map(|p| (p, [from, to])),
            Step::Swap {
                there,
                back,
                from,
                to,
            } => [Some(there), Some(back)].map(|p| (p, [from, to])),
            Step::Lead { partition, to } => {
                let from = self.assignment.partitions[partition].replicas[0];
                [Some(partition), None].map(|p| (p, [from, to]))
            }
        };
        for (partition, brokers) in concerned {
            if let Some(partition) = partition {
                let reason = &mut self.reasons[partition];
                *reason = Some(reason.map_or(why, |earlier| earlier.min(why)));
            }
            for broker in brokers {
                self.changes[broker] += 1;
            }
        }
        self.assignment.apply(step);
    }

    /// How far the goal is from being met, over all brokers.
    pub(super) fn distance(&self, goal: usize) -> u64 {
        let totals = self.assignment.totals.iter().zip(&self.bands[goal]);
        totals
            .map(|(totals, band)| band.distance(Goal::BANDS[goal].value(totals)))
            .sum()
    }

    /// How many replicas share a rack that need not, over all partitions.
    pub(super) fn rack_excess(&self) -> u64 {
        let partitions = self.assignment.partitions.iter();
        partitions
            .map(|placed| self.assignment.rack_excess(&placed.replicas) as u64)
            .sum()
    }

    /// How much further from the band of a goal a step brings its two brokers; negative when nearer.
    pub(super) fn change(&self, goal: usize, after: &After) -> i128 {
        let look = |(broker, totals): (usize, super::assignment::Totals)| {
            let band = self.bands[goal][broker];
            let goal = Goal::BANDS[goal];
            let before = band.distance(goal.value(&self.assignment.totals[broker]));
            i128::from(band.distance(goal.value(&totals))) - i128::from(before)
        };
        look(after.from) + look(after.to)
    }

    /// The totals after a replica goes there, whether or not the racks like it.
    pub(super) fn after_arrival(&self, partition: usize, from: usize, to: usize) -> After {
        self.assignment.moved([(partition, from, to)], (from, to))
    }

    fn is_worth(&self, goal: usize, step: Step) -> bool {
        self.assignment.after(step).is_some_and(|after| {
            -self.change(goal, &after) >= i128::from(self.least_gain[goal])
                && (0..goal).all(|earlier| self.change(earlier, &after) <= 0)
        })
    }

    fn spread_over_racks(&mut self) -> bool {
        let mut improved = false;
        for partition in 0..self.assignment.partitions.len() {
            while let Some(step) = self.rack_step(partition) {
                self.take(step, Goal::RackSpread);
                improved = true;
            }
        }
        improved
    }

    /// The last replica that can go to a rack with fewer, to the broker there that has the fewest.
    fn rack_step(&self, partition: usize) -> Option<Step> {
        let assignment = &self.assignment;
        let placed = &assignment.partitions[partition];
        let excess = assignment.rack_excess(&placed.replicas);
        if excess == 0 || placed.is_moving {
            return None;
        }
        for place in (0..placed.replicas.len()).rev() {
            let from = placed.replicas[place];
            if !assignment.brokers[from].is_balanced {
                continue;
            }
            let improves = |to: &usize| {
                let after = |broker| if broker == from { *to } else { broker };
                let to = *to;
                let step = Step::Move { partition, from, to };
                assignment.rack_excess_with(&placed.replicas, after) < excess
                    && assignment.after(step).is_some()
            };
            let candidates = (0..assignment.brokers.len()).filter(improves);
            if let Some(to) = candidates.min_by_key(|to| (assignment.totals[*to].replicas, *to)) {
                return Some(Step::Move { partition, from, to });
            }
        }
        None
    }

    fn next_step(&mut self, goal: usize) -> Option<Step> {
        let pairs = self.pairs(goal);
        for look in 0..2 {
            for kind in Kind::ALL {
                for (from, to) in &pairs {
                    let versions = (self.changes[*from], self.changes[*to]);
                    if self.barren.get(&(*from, *to, kind)) == Some(&versions) {
                        continue;
                    }
                    if let Some(step) = self.step_between(goal, (*from, *to), kind) {
                        return Some(step);
                    }
                    self.barren.insert((*from, *to, kind), versions);
                }
            }
            // Barren pairs may bear again when other brokers changed: the spread over racks looks at all of them.
            if look == 0 {
                self.barren.clear();
            }
        }
        None
    }

    /// Pairs of a giver and a taker of which one is outside its band, the worst first.
    fn pairs(&self, goal: usize) -> Vec<(usize, usize)> {
        let value = |broker: usize| Goal::BANDS[goal].value(&self.assignment.totals[broker]);
        let band = |broker: usize| self.bands[goal][broker];
        let brokers = &self.assignment.brokers;
        let mut pairs = Vec::new();
        for from in (0..brokers.len()).filter(|broker| brokers[*broker].is_balanced) {
            for to in (0..brokers.len()).filter(|broker| brokers[*broker].takes && *broker != from) {
                let need = band(from).excess(value(from)) + band(to).shortage(value(to));
                if need > 0 {
                    pairs.push((Reverse(need), Reverse(value(from)), value(to), from, to));
                }
            }
        }
        pairs.sort_unstable();
        pairs.into_iter().map(|(.., from, to)| (from, to)).collect()
    }

    fn step_between(&self, goal: usize, (from, to): (usize, usize), kind: Kind) -> Option<Step> {
        let value = |broker: usize| Goal::BANDS[goal].value(&self.assignment.totals[broker]);
        let need = self.bands[goal][from]
            .excess(value(from))
            .max(self.bands[goal][to].shortage(value(to)));
        let worth = |step: &Step| self.is_worth(goal, *step);
        let assignment = &self.assignment;
        let moved = |partition| Step::Move { partition, from, to };
        let reach = kind.reach();
        match (Goal::BANDS[goal], kind) {
            (Goal::DiskBytes, Kind::Swap) => self.swaps(from, to, need).into_iter().find(worth),
            (_, Kind::Swap) | (Goal::Drain | Goal::RackSpread, _) => None,
            (Goal::ReplicaCount, _) => {
                let smallest_first = assignment.held[from].iter().take(reach);
                smallest_first.map(|(_, at)| moved(*at)).find(worth)
            }
            (Goal::DiskBytes, _) => {
                let fitting = nearest(&assignment.held[from], need).take(reach);
                fitting.map(moved).find(worth)
            }
            (Goal::BytesIn, _) => {
                let fitting = nearest(&assignment.written[from], need).take(reach);
                fitting.map(moved).find(worth)
            }
            (Goal::LeaderCount | Goal::BytesOut, _) => {
                let fitting = nearest(&assignment.led[from], need).take(reach);
                fitting.map(|partition| Step::Lead { partition, to }).find(worth)
            }
        }
    }

    /// Replicas of the giver for smaller ones of the taker, those first whose difference is nearest to what is needed,
    /// and of equally near ones those that copy less.
    fn swaps(&self, from: usize, to: usize, need: u64) -> Vec<Step> {
        let given = &self.assignment.held[from];
        let below = given.range(..=(need, usize::MAX)).rev().take(SWAPS_GIVEN / 2);
        let above = given.range((need.saturating_add(1), 0)..).take(SWAPS_GIVEN / 2);
        let mut swaps = Vec::new();
        for (bytes, there) in below.chain(above) {
            let wanted = bytes.saturating_sub(need);
            for back in nearest(&self.assignment.held[to], wanted).take(SWAPS_TAKEN) {
                let returned = self.assignment.partitions[back].load.bytes;
                let Some(gained) = bytes.checked_sub(returned).filter(|gained| *gained > 0) else {
                    continue;
                };
                let step = Step::Swap {
                    there: *there,
                    back,
                    from,
                    to,
                };
                swaps.push((gained.abs_diff(need), bytes + returned, *there, back, step));
            }
        }
        swaps.sort_unstable_by_key(|(miss, copied, there, back, _)| (*miss, *copied, *there, *back));
        swaps.into_iter().map(|(.., step)| step).collect()
    }
}

/// Those of at most the wanted size, the largest first, then the larger ones.
fn nearest(
    sorted: &std::collections::BTreeSet<(u64, usize)>,
    wanted: u64,
) -> impl Iterator<Item = usize> + use<'_> {
    let at_most = sorted.range(..=(wanted, usize::MAX)).rev();
    let above = sorted.range((
        std::ops::Bound::Excluded((wanted, usize::MAX)),
        std::ops::Bound::Unbounded,
    ));
    at_most.chain(above).map(|(_, partition)| *partition)
}

fn bands(assignment: &Assignment, settings: &GoalSettings, goal: Goal) -> Vec<Band> {
    let shared = assignment.brokers.iter().zip(&assignment.totals);
    let shared = shared.filter(|(slot, _)| slot.is_balanced || slot.is_drained);
    let total = shared.map(|(_, totals)| goal.value(totals)).sum();
    let balanced = || assignment.brokers.iter().filter(|slot| slot.is_balanced);
    let by_capacity = goal == Goal::DiskBytes && balanced().all(|slot| slot.capacity.is_some_and(|c| c > 0));
    // Capacities in MiB, so that their sum fits.
    let weight = |slot: &super::assignment::Slot| match slot.capacity {
        Some(capacity) if by_capacity => (capacity >> 20).max(1),
        _ => 1,
    };
    let weights = balanced().map(weight).fold(0, u64::saturating_add);
    let band = |slot: &super::assignment::Slot| match slot.is_balanced {
        true => settings.band(goal, total, (weight(slot), weights)),
        false => Band::ANY,
    };
    assignment.brokers.iter().map(band).collect()
}
