//! The log of one partition, and the manager of all logs of a broker.

pub(crate) mod append;
pub(crate) mod append_types;
pub(crate) mod control_marker;
pub(crate) mod flush;
pub(crate) mod folder_sweep;
pub(crate) mod log_config;
pub(crate) mod log_directory;
pub(crate) mod log_folder;
pub(crate) mod log_loader;
pub(crate) mod log_manager;
pub(crate) mod log_slice;
pub(crate) mod log_validator;
pub(crate) mod producer_snapshots;
pub(crate) mod read;
pub(crate) mod record_lookup;
pub(crate) mod record_set;
pub(crate) mod remote_part;
pub(crate) mod retention;
pub(crate) mod retirement;
pub(crate) mod roll;
pub(crate) mod state_rebuild;
pub(crate) mod tail_cache;
pub(crate) mod timestamp_lookup;
pub(crate) mod truncation;
pub(crate) mod unified_log;

#[cfg(test)]
mod tests;
