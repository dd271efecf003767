//! The pure middle of a reconcile: facts in, a plan and a status out.
//!
//! Whoever runs it gathers [`facts`], calls [`cluster::plan`], [`topic::plan`] or [`rebalance::plan`], writes the status
//! that comes back, and then carries the plan out. The plan holds at most one step that disturbs a node, and only a step
//! that the status named before; so a second operator, or one that was killed in between, sees what was begun.
//!
//! Invariants: nothing that ends or removes something follows from a [`fact::Fact::Unknown`]; a plan for a state that is
//! as it should be writes nothing.
//!
//! Deliberately elsewhere: Kubernetes' API, the brokers' APIs, clocks, retries.

pub mod build;
pub mod child;
pub mod cluster;
mod conditions;
pub mod dynamic_configs;
pub mod error;
pub mod fact;
pub mod facts;
pub mod fingerprint;
pub mod flow;
pub mod identity;
pub mod rebalance;
mod tier_bytes;
pub mod tiering;
pub mod topic;
pub mod validate;
#[cfg(test)]
mod world;
