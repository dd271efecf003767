//! One file per Kafka API: listing the folder is reading the feature matrix.
//!
//! A handler translates: it reads the typed request, asks the part of the broker that knows, and puts the answer in
//! Kafka's words. `authorized_operations` and `broker_loggers` are what several answers share. Rules live in the crates
//! below. Which handler serves which key is `dispatch`'s.

pub mod alter_configs;
pub mod alter_partition_reassignments;
pub mod alter_replica_log_dirs;
pub mod answer_room;
pub mod api_versions;
pub mod authorized_operations;
mod broker_loggers;
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
pub mod fetch;
pub mod find_coordinator;
pub mod heartbeat;
pub mod incremental_alter_configs;
pub mod init_producer_id;
pub mod join_group;
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
pub mod sasl_authenticate;
pub mod sasl_handshake;
pub mod sync_group;
pub mod unregister_broker;
pub mod update_features;

pub use no_security::{
    create_acls, create_delegation_token, delete_acls, describe_acls, describe_delegation_token,
    expire_delegation_token, renew_delegation_token,
};
