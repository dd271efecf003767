//! What clients of a group see, rule by rule, in a world of one coordinator, one log and one clock.

mod cooperative;
mod describe;
mod failed_write;
mod heartbeat;
mod join;
mod leave;
mod load;
mod memory;
mod offset_commit;
mod offset_delete;
mod offset_expiry;
mod offset_fetch;
mod static_membership;
mod storm;
mod sync;
mod world;
