//! The partition as its leader and its followers see it: who is in sync, what may be read, what is cut, who waits.
//!
//! Everything here is facts in, verdict out: no socket, no clock, no lock. The server keeps one lock per
//! partition around [`Partition`] or [`Follower`], asks it, and does what the verdict says. Reading and writing of bytes is
//! `broker-storage`'s; requests and responses are the server's.

mod error;
pub mod fetch;
mod follower;
pub mod partition;
pub mod purgatory;
#[cfg(test)]
mod small_world;
pub mod throttle;

pub use error::{FenceError, LeaderAppendError, PartitionReadError};
pub use follower::{DivergingEpoch, FetchPosition, Follower, FollowerError, Truncation};
pub use partition::{
    Eligibility, FollowerFetch, Given, InSyncReplicas, IsrAnswer, IsrProposal, LeaderAppend, Leadership,
    NotAReplica, Partition, ProduceProgress, ReplicationSettings,
};
