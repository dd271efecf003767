//! Which leader epoch wrote which offsets (KIP-101).

pub(crate) mod leader_epoch_cache;
