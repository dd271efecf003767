//! What a log remembers of its producers: sequences for idempotence, open and aborted transactions (KIP-98).

pub(crate) mod append_check;
pub(crate) mod producer_state_entry;
pub(crate) mod producer_state_manager;
pub(crate) mod snapshot_file;
