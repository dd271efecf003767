//! One file per Kafka API: listing the folder is reading the feature matrix.
//!
//! A handler translates: it reads the typed request, asks the part of the broker that knows, and puts the answer in
//! Kafka's words. `authorized_operations` is what several answers share. Rules live in the crates below. Which handler serves which key is `dispatch`'s.

pub mod api_versions;
pub mod authorized_operations;
pub mod delete_records;
pub mod describe_cluster;
pub mod fetch;
pub mod list_offsets;
pub mod metadata;
pub mod offset_for_leader_epoch;
pub mod produce;
pub mod sasl_authenticate;
pub mod sasl_handshake;
