//! The plan: what moves, from where to where, how much it is, why, and how long it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_model::{BrokerId, PartitionIndex, TopicId};
use thiserror::Error;

use super::assignment::Assignment;
use super::drain::drain;
use super::facts::{BrokerRole, ClusterFacts};
use super::goal::{Goal, GoalSettings};
use super::search::Search;

/// What is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RebalanceMode {
    /// All goals, over all brokers.
    Full,
    /// The new brokers get their share; between the others nothing moves.
    AddBrokers(BTreeSet<BrokerId>),
    /// These brokers hold nothing any more; nothing else moves.
    RemoveBrokers(BTreeSet<BrokerId>),
}

/// One partition that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Name of its topic.
    pub topic: Arc<str>,
    /// Its topic.
    pub topic_id: TopicId,
    /// Its number.
    pub partition: PartitionIndex,
    /// Its replicas now, the preferred leader first.
    pub from: Vec<BrokerId>,
    /// Its replicas afterwards.
    pub to: Vec<BrokerId>,
    /// Bytes that are copied: 0 when only another replica leads.
    pub bytes: u64,
    /// The first goal that asks for it.
    pub why: Goal,
}

impl Movement {
    /// Brokers that get a replica.
    pub fn added(&self) -> impl Iterator<Item = BrokerId> {
        self.to.iter().filter(|id| !self.from.contains(id)).copied()
    }
}

/// How far a goal is from being met: bytes, replicas or leaders outside the bands; 0 when it is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoalChange {
    /// The goal.
    pub goal: Goal,
    /// Now.
    pub before: u64,
    /// When the plan is executed.
    pub after: u64,
}

/// What moves, by topic and partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RebalancePlan {
    /// Every partition that changes.
    pub movements: Vec<Movement>,
    /// What becomes of each goal.
    pub goals: Vec<GoalChange>,
}

impl RebalancePlan {
    /// Bytes that are copied in all.
    pub fn bytes(&self) -> u64 {
        self.movements
            .iter()
            .fold(0, |sum, movement| sum.saturating_add(movement.bytes))
    }

    /// Milliseconds that it takes at best, when no broker sends or receives more than so many bytes a second: the
    /// broker with the most to do decides.
    pub fn estimated_ms(&self, bytes_per_second: u64) -> u64 {
        let mut work: BTreeMap<(BrokerId, bool), u64> = BTreeMap::new();
        for movement in &self.movements {
            let copies = movement.added().count().max(1) as u64;
            let one_copy = movement.bytes / copies;
            for id in movement.added() {
                *work.entry((id, true)).or_default() += one_copy;
            }
            if let Some(source) = movement.from.first() {
                *work.entry((*source, false)).or_default() += movement.bytes;
            }
        }
        let most = work.into_values().max().unwrap_or(0);
        let ms = u128::from(most) * 1_000 / u128::from(bytes_per_second.max(1));
        u64::try_from(ms).unwrap_or(u64::MAX)
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// A broker is not registered.
    #[error("broker {0} is not registered")]
    UnknownBroker(BrokerId),
    /// A broker that should get its share takes nothing.
    #[error("broker {0} takes no replicas: it is cordoned, fenced or stopping")]
    TakesNothing(BrokerId),
    /// Nobody takes anything.
    #[error("no broker takes replicas")]
    NoBrokers,
    /// Partitions have more replicas than brokers would be left, each with how many those are.
    #[error(
        "{} partition(s) have more replicas than there would be brokers to hold them, of {} at least",
        partitions.len(), partitions.iter().map(|(_, usable)| usable).min().unwrap_or(&0)
    )]
    TooFewBrokers {
        /// Places in the facts, and brokers that could hold a replica.
        partitions: Vec<(usize, usize)>,
    },
    /// No broker has room.
    #[error("no broker has room for {bytes} bytes of the partition at place {partition} of the facts")]
    TooLittleSpace {
        /// Place in the facts.
        partition: usize,
        /// Its size.
        bytes: u64,
    },
}

impl PlanError {
    /// The reason with the names of the partitions that it is about.
    pub fn explain(&self, facts: &ClusterFacts) -> String {
        let name = |at: usize| match facts.partitions.get(at) {
            Some(partition) => format!("{}-{}", partition.topic, partition.partition),
            None => format!("partition {at}"),
        };
        match self {
            Self::TooFewBrokers { partitions } => {
                let shown = partitions.iter().take(5).map(|(at, usable)| {
                    let factor = facts.partitions.get(*at).map_or(0, |p| p.replicas.len());
                    format!(
                        "{} has {factor} replicas and {usable} broker(s) are left",
                        name(*at)
                    )
                });
                let shown: Vec<_> = shown.collect();
                let more = match partitions.len().saturating_sub(shown.len()) {
                    0 => String::new(),
                    more => format!(", and {more} more"),
                };
                format!("{}{more}", shown.join("; "))
            }
            Self::TooLittleSpace { partition, bytes } => {
                format!("no broker has room for {bytes} bytes of {}", name(*partition))
            }
            other => other.to_string(),
        }
    }
}

/// Makes a plan.
///
/// # Errors
/// A broker is unknown, or what is asked for cannot be reached.
pub fn plan_rebalance(
    facts: &ClusterFacts,
    mode: &RebalanceMode,
    settings: &GoalSettings,
) -> Result<RebalancePlan, PlanError> {
    let drained = match mode {
        RebalanceMode::RemoveBrokers(brokers) => brokers.clone(),
        RebalanceMode::Full | RebalanceMode::AddBrokers(_) => BTreeSet::new(),
    };
    check_facts(facts, mode)?;
    let mut assignment = Assignment::new(facts, &drained);
    if let RebalanceMode::AddBrokers(new) = mode {
        for slot in &mut assignment.brokers {
            slot.takes &= new.contains(&slot.id);
        }
    }
    if assignment.brokers.iter().all(|slot| !slot.takes) {
        return Err(PlanError::NoBrokers);
    }
    let mut search = Search::new(assignment, settings);
    let before = distances(&search);
    match mode {
        RebalanceMode::RemoveBrokers(_) => drain(&mut search)?,
        RebalanceMode::Full | RebalanceMode::AddBrokers(_) => search.run(),
    }
    let goals = before.into_iter().zip(distances(&search));
    let goals = goals.map(|((goal, before), (_, after))| GoalChange { goal, before, after });
    Ok(RebalancePlan {
        movements: movements(facts, &search),
        goals: goals.collect(),
    })
}

fn check_facts(facts: &ClusterFacts, mode: &RebalanceMode) -> Result<(), PlanError> {
    if let Some(unknown) = facts.unknown_brokers().first() {
        return Err(PlanError::UnknownBroker(*unknown));
    }
    let asked = match mode {
        RebalanceMode::Full => return Ok(()),
        RebalanceMode::AddBrokers(brokers) | RebalanceMode::RemoveBrokers(brokers) => brokers,
    };
    for id in asked {
        let broker = facts.brokers.iter().find(|broker| broker.id == *id);
        let broker = broker.ok_or(PlanError::UnknownBroker(*id))?;
        let is_added = matches!(mode, RebalanceMode::AddBrokers(_));
        if is_added && broker.role == BrokerRole::Closed {
            return Err(PlanError::TakesNothing(*id));
        }
    }
    Ok(())
}

fn distances(search: &Search) -> Vec<(Goal, u64)> {
    let drained = search.assignment.brokers.iter().zip(&search.assignment.totals);
    let drained = drained.filter(|(slot, _)| slot.is_drained);
    let left = drained.map(|(_, totals)| totals.replicas).sum();
    let mut distances = vec![(Goal::Drain, left), (Goal::RackSpread, search.rack_excess())];
    distances.extend(
        Goal::BANDS
            .iter()
            .enumerate()
            .map(|(at, goal)| (*goal, search.distance(at))),
    );
    distances
}

fn movements(facts: &ClusterFacts, search: &Search) -> Vec<Movement> {
    let mut movements = Vec::new();
    for (at, facts) in facts.partitions.iter().enumerate() {
        let to = search.assignment.ids(at);
        let Some(why) = search.reasons[at].filter(|_| to != facts.replicas) else {
            continue;
        };
        let copies = to.iter().filter(|id| !facts.replicas.contains(id)).count() as u64;
        movements.push(Movement {
            topic: Arc::clone(&facts.topic),
            topic_id: facts.topic_id,
            partition: facts.partition,
            from: facts.replicas.clone(),
            to,
            bytes: search.assignment.partitions[at].load.bytes * copies,
            why,
        });
    }
    movements
}
