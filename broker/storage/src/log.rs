//! The log of one partition.

pub mod log_validator;
