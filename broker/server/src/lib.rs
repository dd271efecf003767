//! The shell: everything that blocks, waits or listens, and the wiring.
//!
//! A connection (`network`) hands a frame to `dispatch`, which finds the API's row, decodes the request, calls its
//! handler and encodes the answer. Handlers are one file per Kafka API under `handlers`; they ask the crates below
//! and hold no rule of their own about topics, groups, logs or records. Drivers append, wait and release answers.
//! [`clock`] is the only reader of clocks and of randomness, [`error_mapping`] the only place where an error of the
//! crates below becomes a Kafka error code.

pub mod admin_http;
pub mod admin_service;
pub mod boot;
pub mod broker;
pub mod bucket_report;
pub mod clock;
pub mod config;
pub mod dispatch;
pub mod drivers;
pub mod error_mapping;
pub mod format;
pub mod handlers;
pub mod logging;
pub mod metrics;
pub mod network;
pub mod program;
pub mod reference;
pub mod remote_log_manager;
pub mod remote_store;
pub mod replica_manager;
pub mod restore;
pub mod s3_endpoint;
