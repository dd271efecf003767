//! Where replicas should be: from the load of the cluster to a plan that a human can read before anything moves.
//!
//! Facts in ([`ClusterFacts`]), plan out ([`RebalancePlan`]). Goals stand in an order ([`Goal`]): a step for one of
//! them never makes an earlier one worse. Invariants of every plan: no partition gets two replicas on one broker, loses
//! a replica or spreads over fewer racks than it did, unless brokers are removed and the racks with them; nothing goes
//! to a broker that is cordoned, drained or fenced, or that has no room; equal facts give equal plans, and a cluster
//! that meets its goals gives an empty one. Executing a plan is [`crate::Rebalance`]'s business.
//!
//! ```text
//! facts ──► drain ──► racks ──► replicas ──► disk ──► leaders ──► bytes in ──► bytes out ──► difference = plan
//!                      └──────────────── again until nothing improves ────────────┘
//!                        then without what turned out not to be needed
//! ```

mod assignment;
mod drain;
mod facts;
mod goal;
mod plan;
mod prune;
mod search;
mod step;

pub use facts::{BrokerFacts, BrokerRole, ClusterFacts, PartitionFacts, PartitionLoad};
pub use goal::{Goal, GoalSettings};
pub use plan::{GoalChange, Movement, PlanError, RebalanceMode, RebalancePlan, plan_rebalance};

#[cfg(test)]
mod tests;
