//! The sparse indexes beside a segment: by offset, by time, and of aborted transactions.

pub(crate) mod entry_file;
pub(crate) mod offset_index;
pub(crate) mod time_index;
pub(crate) mod transaction_index;
