//! Passes of the operator against a Kubernetes and a Kafka in memory.

mod crashes;
mod leases;
mod permissions;
mod small_world;
mod topics;
