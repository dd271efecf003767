//! Logs on disk.

pub mod log;
