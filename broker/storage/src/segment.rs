//! One segment of a log: its data file with the indexes beside it, and how batches are found in it.

pub(crate) mod batch_scanner;
pub(crate) mod batch_view;
pub(crate) mod file_name;
pub(crate) mod good_batch_search;
pub(crate) mod log_segment;
pub(crate) mod segment_read;
pub(crate) mod segment_rebuild;
