//! A file of `KafkaCluster` and `Topic` objects as processes of this machine: `eddyline dev -f FILE`.
//!
//! What a person tries here is what they give to `kubectl apply`: the objects are the operator's own types, the nodes and
//! what restarts them come from `operator_plan`'s reading of a cluster ([`wanted`]), and a topic is planned by the
//! operator's own decision table ([`topics`]). Owns the processes ([`nodes`]) and the folder in which each has its place
//! ([`places`]). Invariants: one node is restarted or taken away at a time, and only while no partition waits for a replica; a file
//! that cannot be read or that asks for what is not done here changes nothing.
//!
//! Not here: volumes, Services, images, resources and anything else that is Kubernetes' own; the CEL rules of the
//! definitions, which the API server evaluates.

mod admin;
mod cluster;
mod error;
pub mod free_ports;
mod leaving;
pub mod node_process;
mod nodes;
mod objects;
mod places;
mod run;
mod steps;
mod told;
mod topics;
mod wanted;

pub use error::LaptopError;
pub use run::{LaptopSettings, run};
pub use told::Output;
