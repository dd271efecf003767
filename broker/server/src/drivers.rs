//! Drivers: they append, wait, tick and release answers, and hold no rule of their own.
//!
//! Each runs on threads or tasks of its own and hands bytes between a core below and the disk. Invariant: a driver
//! branches on outcomes (stored, failed, due), never on the meaning of a record.

pub mod broker_lifecycle;
pub mod cluster_backup;
pub mod continuous_rebalance;
pub mod controller_channel;
pub mod controller_registration;
pub mod coordinator_driver;
pub mod directory_assignments;
pub mod dynamic_configs;
pub mod failure;
pub mod isr_proposer;
pub mod log_cleaning;
pub mod log_maintenance;
pub(crate) mod memory_return;
pub mod metadata_driver;
pub mod producer_ids;
pub mod replica_fetcher;
pub mod topic_creator;
pub mod write_back;
