//! The operator's shell: it looks, calls the pure plans of `operator-plan`, and carries them out.
//!
//! A pass over an object is always observe, validate, plan, write the status, execute; the middle is not here. Files
//! named `observe` turn what Kubernetes and the brokers say into facts and never guess: what could not be read is
//! unknown. Files named `execute` carry out what a plan says, in its order, and stop at the first failure.
//!
//! Deliberately elsewhere: every decision about clusters, topics and movements (`operator-plan`), the kinds and their
//! rules (`operator-api`), Kafka's protocol (`broker-client`), the messages of the admin service (`broker-admin`).

pub mod brokers;
pub mod cluster;
pub mod context;
pub mod error;
pub mod events;
pub mod http;
pub mod kubernetes;
pub mod lease;
pub mod metrics;
pub mod permissions;
pub mod rebalance;
pub mod retry;
pub mod run;
pub mod settings;
pub mod topic;
