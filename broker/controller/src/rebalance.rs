//! Executes a plan: starts reassignments as fast as its limits allow, and survives a change of the controller.
//!
//! What was agreed on is in the metadata log ([`Rebalance`], see `stored_plan`); how far it is follows from the
//! registrations of the partitions. So there is no state to hand over: a new controller loads the plan and goes on.
//!
//! ```text
//! of each movement:   pending ──reassign──► moving ──every new replica in sync──► done
//!                        └──────────┴── somebody else moved it, or it is gone ──► overtaken
//! ```
//! Invariants: a broker receives, and a leader sends, no more replicas at once than the limit, whoever started them; a
//! movement is started only from the replicas that the plan was made for; nothing is started for a broker that is
//! fenced or cordoned. A cancel takes back what is moving, but for what cannot be taken back without losing records.

mod stored_plan;

use std::collections::{BTreeMap, BTreeSet};

use broker_metadata::{ConfigResource, MetadataImage, MetadataRecord, PartitionRegistration};
use broker_model::{BrokerId, Timestamp, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::alter_partition_reassignments_request::ReassignablePartition;

pub use stored_plan::{RebalanceStatus, StoredMovement, StoredPlanError, spread_brokers};

use crate::balancer::RebalancePlan;
use crate::leadership::RulesByTopic;
use crate::partition_change::{Election, ElectionRules, PartitionChange};
use crate::reassignment::{FactorChange, target_replicas};
use crate::{ApiError, Outcome, QuorumController};
use stored_plan::{outline, plan_records, spread_record, state_record, stored};

/// Most movements of one plan: it is written to the metadata log as one batch.
const MOVEMENTS_MAX: usize = 50_000;
/// Most reassignments and elections of one decision.
const RECORDS_PER_BATCH_MAX: usize = 1_000;

/// How much may move at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebalanceLimits {
    /// Replicas that a broker receives at once, and that a leader sends.
    pub replicas_per_broker: usize,
    /// Bytes a second that a broker sends or receives for them; `None` for no limit.
    pub bytes_per_second: Option<u64>,
}

impl Default for RebalanceLimits {
    fn default() -> Self {
        Self {
            replicas_per_broker: 5,
            bytes_per_second: None,
        }
    }
}

/// A plan that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebalance {
    /// Its identity.
    pub id: Uuid,
    /// What became of it.
    pub status: RebalanceStatus,
    /// How much may move at once.
    pub limits: RebalanceLimits,
    /// When it was started.
    pub started: Timestamp,
    /// How many partitions it was about.
    pub planned: usize,
    /// Bytes that it was to copy.
    pub planned_bytes: u64,
    /// What it is about; empty once it has ended.
    pub movements: Vec<StoredMovement>,
}

/// Where a movement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MovementState {
    /// Its turn has not come.
    Pending,
    /// New replicas catch up.
    Moving,
    /// The partition is where it should be.
    Done,
    /// The partition is gone, or somebody else moved it.
    Overtaken,
}

/// How far a plan is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RebalanceProgress {
    /// Movements that have not begun.
    pub pending: usize,
    /// Movements under way.
    pub moving: usize,
    /// Movements that have ended.
    pub done: usize,
    /// Movements that will not happen.
    pub overtaken: usize,
    /// Bytes of those that have not begun.
    pub pending_bytes: u64,
    /// Bytes of those under way.
    pub moving_bytes: u64,
    /// Bytes of those that have ended.
    pub done_bytes: u64,
}

impl RebalanceProgress {
    /// Whether nothing is left to do.
    pub const fn is_over(&self) -> bool {
        self.pending == 0 && self.moving == 0
    }
}

impl Rebalance {
    /// The plan that was started last; `None` when none ever was.
    ///
    /// # Errors
    /// What stands in the log cannot be read.
    pub fn load(image: &MetadataImage) -> Result<Option<Self>, StoredPlanError> {
        stored(image)
    }

    /// Identity and fate of the plan that was started last; cheaper than [`Self::load`], for it reads no movements.
    ///
    /// # Errors
    /// What stands in the log cannot be read.
    pub fn last(image: &MetadataImage) -> Result<Option<(Uuid, RebalanceStatus)>, StoredPlanError> {
        Ok(outline(image)?.map(|plan| (plan.id, plan.status)))
    }

    /// Where it stands in the metadata log: configurations of this resource.
    pub fn resource() -> ConfigResource {
        stored_plan::resource()
    }

    /// Whether it is being executed.
    pub fn is_running(&self) -> bool {
        self.status == RebalanceStatus::Running
    }

    /// Bytes a second that replicas may be copied with that a reassignment adds, while a plan with a throttle runs.
    pub fn throttle(image: &MetadataImage) -> Option<u64> {
        stored_plan::throttle(image)
    }

    /// How far it is.
    pub fn progress(&self, image: &MetadataImage) -> RebalanceProgress {
        let mut progress = RebalanceProgress::default();
        for movement in &self.movements {
            let (count, bytes) = match movement.state(image) {
                MovementState::Pending => (&mut progress.pending, &mut progress.pending_bytes),
                MovementState::Moving => (&mut progress.moving, &mut progress.moving_bytes),
                MovementState::Done => (&mut progress.done, &mut progress.done_bytes),
                MovementState::Overtaken => {
                    progress.overtaken += 1;
                    continue;
                }
            };
            *count += 1;
            *bytes = bytes.saturating_add(movement.bytes);
        }
        progress
    }
}

impl StoredMovement {
    /// Where it is, by the registration of its partition.
    pub fn state(&self, image: &MetadataImage) -> MovementState {
        let topic = image.topics.by_id(self.topic);
        let Some(partition) = topic.and_then(|topic| topic.partition(self.partition)) else {
            return MovementState::Overtaken;
        };
        if partition.is_reassigning() {
            return match target_replicas(partition) == self.to {
                true => MovementState::Moving,
                false => MovementState::Overtaken,
            };
        }
        match &partition.replicas {
            replicas if *replicas == self.to => MovementState::Done,
            replicas if *replicas == self.from => MovementState::Pending,
            _ => MovementState::Overtaken,
        }
    }

    fn added(&self) -> impl Iterator<Item = BrokerId> {
        self.to.iter().filter(|id| !self.from.contains(id)).copied()
    }
}

/// How many replicas each broker receives and sends.
#[derive(Debug, Default)]
struct Traffic {
    receiving: BTreeMap<BrokerId, usize>,
    sending: BTreeMap<BrokerId, usize>,
}

impl Traffic {
    fn under_way(image: &MetadataImage) -> Self {
        let mut traffic = Self::default();
        for (topic, indexes) in image.topics.indexes().reassigning.topics() {
            let topic = image.topics.by_id(topic);
            let registered = |index| topic.and_then(|topic| topic.partition(index));
            for partition in indexes.iter().filter_map(|index| registered(*index)) {
                let late = partition
                    .adding_replicas
                    .iter()
                    .filter(|id| !partition.isr.contains(id));
                traffic.add(partition.leader, late.copied());
            }
        }
        traffic
    }

    fn add(&mut self, leader: BrokerId, added: impl Iterator<Item = BrokerId>) {
        for id in added {
            *self.receiving.entry(id).or_default() += 1;
            *self.sending.entry(leader).or_default() += 1;
        }
    }

    fn has_room(&self, leader: BrokerId, movement: &StoredMovement, limit: usize) -> bool {
        let busy = |counts: &BTreeMap<BrokerId, usize>, id| counts.get(&id).is_some_and(|n| *n >= limit);
        let copies = movement.added().next().is_some();
        !copies || !(busy(&self.sending, leader) || movement.added().any(|id| busy(&self.receiving, id)))
    }
}

impl QuorumController {
    /// Writes a plan down; [`QuorumController::advance_rebalance`] begins it.
    ///
    /// # Errors
    /// One is running, there is nothing to do, the plan is too large, or it was made for another cluster than this
    /// one has become.
    pub fn start_rebalance(
        &self,
        plan: &RebalancePlan,
        limits: RebalanceLimits,
        (id, now): (Uuid, Timestamp),
    ) -> Result<Outcome<Uuid>, ApiError> {
        let refused = |message: String| Err(ApiError::invalid_request(message));
        if let Ok(Some(running)) = Rebalance::load(self.image())
            && running.is_running()
        {
            return refused(format!("The plan {} is being executed.", running.id));
        }
        if plan.movements.is_empty() {
            return refused("The plan moves nothing.".to_owned());
        }
        if plan.movements.len() > MOVEMENTS_MAX {
            return refused(format!(
                "A plan may have at most {MOVEMENTS_MAX} movements, and this has {}.",
                plan.movements.len()
            ));
        }
        let movements: Vec<_> = plan.movements.iter().map(StoredMovement::of).collect();
        let stale = movements
            .iter()
            .zip(&plan.movements)
            .find(|(movement, _)| movement.state(self.image()) != MovementState::Pending);
        if let Some((_, movement)) = stale {
            return refused(format!(
                "{}-{} is not where the plan found it: make another plan.",
                movement.topic, movement.partition
            ));
        }
        let rebalance = Rebalance {
            id,
            status: RebalanceStatus::Running,
            limits,
            started: now,
            planned: movements.len(),
            planned_bytes: plan.bytes(),
            movements,
        };
        Ok(Outcome::new(plan_records(self.image(), &rebalance), id))
    }

    /// As [`Self::start_rebalance`] for a plan that gives these brokers their share, and notes that it was asked for,
    /// even if the plan moves nothing; the answer is the identity of what was started, if anything was.
    ///
    /// # Errors
    /// As there.
    pub fn start_spread(
        &self,
        brokers: &BTreeSet<BrokerId>,
        plan: &RebalancePlan,
        limits: RebalanceLimits,
        (id, now): (Uuid, Timestamp),
    ) -> Result<Outcome<Option<Uuid>>, ApiError> {
        let mut spread = spread_brokers(self.image());
        spread.extend(brokers);
        let mut records = vec![spread_record(&spread)];
        if plan.movements.is_empty() {
            return Ok(Outcome::new(records, None));
        }
        records.extend(self.start_rebalance(plan, limits, (id, now))?.records);
        Ok(Outcome::new(records, Some(id)))
    }

    /// A broker that is forgotten may come back empty: then replicas are to be spread to it once more.
    pub(crate) fn forget_spread(&self, broker: BrokerId) -> Option<MetadataRecord> {
        let mut spread = spread_brokers(self.image());
        spread.remove(&broker).then(|| spread_record(&spread))
    }

    /// Starts what may be started now, gives leaderships to those that should have them, and ends the plan when
    /// nothing is left. To be asked whenever partitions changed or brokers came back.
    pub fn advance_rebalance(&self, rebalance: &Rebalance) -> Outcome<RebalanceProgress> {
        let progress = rebalance.progress(self.image());
        if !rebalance.is_running() {
            return Outcome::answer(progress);
        }
        let mut records = Vec::new();
        let mut traffic = Traffic::under_way(self.image());
        let mut rules_by_topic = RulesByTopic::new(self);
        for movement in &rebalance.movements {
            if records.len() >= RECORDS_PER_BATCH_MAX {
                return Outcome::new(records, progress);
            }
            match movement.state(self.image()) {
                MovementState::Pending => {
                    records.extend(self.begin_movement(movement, &rebalance.limits, &mut traffic));
                }
                MovementState::Done => records.extend(self.lead_preferred(movement, &mut rules_by_topic)),
                MovementState::Moving | MovementState::Overtaken => {}
            }
        }
        if progress.is_over() {
            let ended = Rebalance {
                status: RebalanceStatus::Finished,
                movements: Vec::new(),
                ..rebalance.clone()
            };
            records.extend(plan_records(self.image(), &ended));
        }
        Outcome::new(records, progress)
    }

    fn begin_movement(
        &self,
        movement: &StoredMovement,
        limits: &RebalanceLimits,
        traffic: &mut Traffic,
    ) -> Option<MetadataRecord> {
        let topic = self.image().topics.by_id(movement.topic)?;
        let leader = topic.partition(movement.partition)?.leader;
        let is_reachable = movement.added().all(|id| self.is_active(id)) && leader != BrokerId::NONE;
        if !is_reachable || !traffic.has_room(leader, movement, limits.replicas_per_broker.max(1)) {
            return None;
        }
        let request = ReassignablePartition {
            partition_index: movement.partition.value(),
            replicas: Some(movement.to.iter().map(|id| id.value()).collect()),
            ..ReassignablePartition::default()
        };
        // Refused when a broker was cordoned since: it waits until it is not.
        let record = self
            .reassign(&topic.name, &request, FactorChange::Allowed)
            .ok()
            .flatten()?;
        traffic.add(leader, movement.added());
        Some(record)
    }

    fn lead_preferred(
        &self,
        movement: &StoredMovement,
        rules_by_topic: &mut RulesByTopic<'_>,
    ) -> Option<MetadataRecord> {
        let strays = &self.image().topics.indexes().not_preferred;
        if !strays.contains(movement.topic, movement.partition) {
            return None;
        }
        let topic = self.image().topics.by_id(movement.topic)?;
        let partition: &PartitionRegistration = topic.partition(movement.partition)?;
        let rules = ElectionRules {
            election: Election::Preferred,
            ..rules_by_topic.of(topic)
        };
        let change = PartitionChange::new(partition, rules, |id| self.can_lead(partition, id));
        let change = change.record(topic.id, movement.partition)?;
        (change.leader >= 0).then(|| change.into())
    }

    /// Ends a plan: what is moving is taken back where that loses nothing, what has moved stays. The response says
    /// how many movements go on because they cannot be taken back.
    ///
    /// # Errors
    /// No plan is being executed.
    pub fn cancel_rebalance(&self, rebalance: &Rebalance) -> Result<Outcome<usize>, ApiError> {
        if !rebalance.is_running() {
            return Err(ApiError::new(
                ErrorCode::NoReassignmentInProgress,
                "No plan is being executed.",
            ));
        }
        let mut records = Vec::new();
        let mut going_on = 0;
        for movement in &rebalance.movements {
            if movement.state(self.image()) != MovementState::Moving {
                continue;
            }
            let request = ReassignablePartition {
                partition_index: movement.partition.value(),
                replicas: None,
                ..ReassignablePartition::default()
            };
            let topic = self.image().topics.by_id(movement.topic);
            let cancelled = topic
                .map(|topic| self.reassign(&topic.name, &request, FactorChange::Allowed))
                .and_then(Result::ok);
            match cancelled {
                Some(record) => records.extend(record),
                None => going_on += 1,
            }
        }
        let ended = Rebalance {
            status: RebalanceStatus::Cancelled,
            movements: Vec::new(),
            ..rebalance.clone()
        };
        records.extend(plan_records(self.image(), &ended));
        Ok(Outcome::new(records, going_on))
    }

    /// Changes how much may move at once, while a plan runs.
    ///
    /// # Errors
    /// No plan is being executed.
    pub fn limit_rebalance(
        &self,
        rebalance: &Rebalance,
        limits: RebalanceLimits,
    ) -> Result<Outcome<()>, ApiError> {
        if !rebalance.is_running() {
            return Err(ApiError::new(
                ErrorCode::NoReassignmentInProgress,
                "No plan is being executed.",
            ));
        }
        let changed = Rebalance {
            limits,
            ..rebalance.clone()
        };
        Ok(Outcome::new(vec![state_record(&changed)], ()))
    }
}

#[cfg(test)]
mod tests;
