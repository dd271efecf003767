//! The continuous mode of the balancer: when it makes a plan that nobody asked for, and whether it starts it.
//!
//! Off unless it is given an interval. One rule carries it: it plans when the cluster was [`Calm`] for a whole
//! interval, and whatever disturbs it begins the interval anew: a broker that goes, comes, stops or is cordoned, a
//! reassignment, the start and the end of any plan, another controller. So a cancel holds for an interval, what was
//! asked for goes first, and a new broker is not filled before it has proved itself. Owns that interval, which is soft
//! state of the active controller. Invariant: what it starts is a plan like any other ([`crate::Rebalance`]), made for
//! the cluster as it is at that moment, with every broker measured. Measuring them is the server's driver's business.

use broker_metadata::MetadataImage;
use broker_model::{BrokerEpoch, BrokerId, MonotonicMs, Timestamp, Uuid};

use crate::balancer::{Goal, RebalancePlan};
use crate::{ApiError, Outcome, QuorumController, Rebalance, RebalanceLimits, RebalanceStatus};

/// Movements are worth a plan from this part of all partitions on: loads waver, and so do the last few movements.
const WORTH_ONE_IN: usize = 100;

/// A cluster in which nothing is going on; equal as long as nothing was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calm {
    brokers: Vec<(BrokerId, BrokerEpoch, bool)>,
    last_plan: Option<(Uuid, RebalanceStatus)>,
}

impl Calm {
    /// `None` while a broker is fenced or stopping, a partition is being reassigned, or a plan is running or cannot
    /// be read.
    pub fn of(image: &MetadataImage) -> Option<Self> {
        let last_plan = Rebalance::last(image).ok()?;
        let is_running = matches!(last_plan, Some((_, RebalanceStatus::Running)));
        let registered = || image.cluster.brokers.values();
        let all_active = registered().all(|broker| broker.is_active());
        if is_running || !all_active || !image.topics.indexes().reassigning.is_empty() {
            return None;
        }
        let brokers = registered().map(|broker| (broker.id, broker.epoch, broker.is_cordoned()));
        Some(Self {
            brokers: brokers.collect(),
            last_plan,
        })
    }
}

/// When the next plan is due.
#[derive(Clone, Debug, Default)]
pub struct ContinuousMode {
    interval_ms: u64,
    /// What the cluster has been like, and since when.
    calm: Option<(Calm, MonotonicMs)>,
}

impl ContinuousMode {
    /// `interval_ms` is `eddyline.rebalance.interval.seconds` in ms; with 0 nothing is ever due.
    pub const fn new(interval_ms: u64) -> Self {
        Self {
            interval_ms,
            calm: None,
        }
    }

    /// Looks at the cluster, `None` where another node is the controller. The answer is what a plan that is due now
    /// is to be made for; the next one is due an interval later.
    pub fn look(&mut self, image: Option<&MetadataImage>, now: MonotonicMs) -> Option<Calm> {
        let seen = image.filter(|_| self.interval_ms > 0).and_then(Calm::of);
        let Some(seen) = seen else {
            self.calm = None;
            return None;
        };
        match &mut self.calm {
            Some((calm, since)) if *calm == seen => {
                let is_due = since.plus_ms(self.interval_ms) <= now;
                is_due.then(|| {
                    *since = now;
                    seen
                })
            }
            changed => {
                *changed = Some((seen, now));
                None
            }
        }
    }
}

/// A full plan that the continuous mode had made.
#[derive(Clone, Copy, Debug)]
pub struct ContinuousPlan<'a> {
    /// What would move.
    pub plan: &'a RebalancePlan,
    /// Brokers that did not say how much they hold.
    pub unmeasured: &'a [BrokerId],
    /// What it was made for.
    pub calm: &'a Calm,
}

impl QuorumController {
    /// Starts the plan as [`Self::start_rebalance`] does, with the usual limits, if it is worth it: it spreads
    /// partitions over racks, or moves one in a hundred. The answer is the identity of what was started.
    ///
    /// # Errors
    /// The cluster is another than the one that the plan was made for, a broker was not measured, or as there.
    pub fn start_continuous(
        &self,
        made: ContinuousPlan<'_>,
        started: (Uuid, Timestamp),
    ) -> Result<Outcome<Option<Uuid>>, ApiError> {
        if Calm::of(self.image()).as_ref() != Some(made.calm) {
            return Err(ApiError::invalid_request(
                "The cluster changed while the plan was made.",
            ));
        }
        // Without its size a replica goes to a disk that may have no room for it, and nobody is there to see that.
        if let Some(broker) = made.unmeasured.first() {
            return Err(ApiError::invalid_request(format!(
                "Broker {broker} does not say how much it holds."
            )));
        }
        let movements = &made.plan.movements;
        let spreads = movements.iter().any(|movement| movement.why == Goal::RackSpread);
        let is_large = movements.len().saturating_mul(WORTH_ONE_IN) >= self.image().topics.partition_count();
        if movements.is_empty() || !(spreads || is_large) {
            return Ok(Outcome::answer(None));
        }
        let outcome = self.start_rebalance(made.plan, RebalanceLimits::default(), started)?;
        Ok(Outcome::new(outcome.records, Some(outcome.response)))
    }
}

#[cfg(test)]
mod tests;
