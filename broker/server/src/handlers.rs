//! One file per Kafka API: listing the folder is reading the feature matrix.
//!
//! A handler translates: it reads the typed request, asks the part of the broker that knows, and puts the answer in
//! Kafka's words. `authorized_operations`, `broker_loggers` and `refusal` are
//! what several answers share. Rules live in the crates
//! below. Which handler serves which key is `dispatch`'s.

pub mod add_raft_voter;
pub mod allocate_producer_ids;
pub mod alter_configs;
pub mod alter_partition;
pub mod alter_partition_reassignments;
pub mod alter_replica_log_dirs;
pub mod answer_room;
pub mod api_versions;
pub mod assign_replicas_to_dirs;
pub mod authorized_operations;
pub mod begin_quorum_epoch;
pub mod broker_heartbeat;
mod broker_loggers;
pub mod broker_registration;
pub mod controller_registration;
pub mod create_partitions;
pub mod create_topics;
pub mod delete_groups;
pub mod delete_records;
pub mod delete_topics;
pub mod describe_cluster;
pub mod describe_configs;
pub mod describe_groups;
pub mod describe_log_dirs;
pub mod describe_producers;
pub mod describe_quorum;
pub mod describe_topic_partitions;
pub mod elect_leaders;
pub mod end_quorum_epoch;
pub mod envelope;
pub mod fetch;
pub mod fetch_snapshot;
pub mod find_coordinator;
pub mod heartbeat;
pub mod incremental_alter_configs;
pub mod init_producer_id;
pub mod join_group;
mod leader_hint;
pub mod leave_group;
pub mod list_config_resources;
pub mod list_groups;
pub mod list_offsets;
pub mod list_partition_reassignments;
pub mod metadata;
pub mod no_security;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod offset_for_leader_epoch;
pub mod produce;
pub mod quorum_fetch;
mod refusal;
pub mod remove_raft_voter;
pub mod sasl_authenticate;
pub mod sasl_handshake;
pub mod sync_group;
pub mod unregister_broker;
pub mod unregister_controller;
pub mod update_features;
pub mod update_raft_voter;
pub mod vote;

pub use no_security::{
    create_acls, create_delegation_token, delete_acls, describe_acls, describe_delegation_token,
    expire_delegation_token, renew_delegation_token,
};
pub use refusal::Refuse;
