//! Consumer groups and their offsets, decided in values: no socket, no clock, no disk.
//!
//! A [`GroupCoordinator`] is what one partition of `__consumer_offsets` says of its groups. Each call takes the time
//! and a request and comes to an [`Outcome`]: an answer, or a number under which the request is parked, and the
//! [`Effects`] that the driver carries out in order: append the records, say how that went, give the released
//! answers. Offsets change by replay of appended records only, live as at load. Members of a classic group are not
//! in the log until they have an assignment, so membership is state of its own that the log only restores.
//!
//! Deliberately elsewhere: appending, waiting, and which partition is led where (the server's coordinator driver);
//! whether a topic exists (the handlers ask the metadata image).

mod classic_group;
mod coordinator_key;
mod framing;
mod generated;
mod group_config;
mod group_coordinator;
mod group_memory;
mod group_record;
mod offsets;
mod outcome;
mod timers;

pub use classic_group::ClassicGroupState;
pub use coordinator_key::partition_for;
pub use generated::*;
pub use group_config::GroupConfig;
pub use group_coordinator::{
    ClientContext, GroupCoordinator, GroupFilter, OffsetStability, TransactionResult, coordinator_error,
    refuse_commit, refuse_delete, without_offset,
};
pub use group_memory::GroupMemory;
pub use group_record::GroupRecord;
pub use outcome::{Answer, Effects, Outcome, ParkedId, Released, WriteIntent};
