//! The partition as its leader sees it: who is in sync, what may be read, who waits for what.
//!
//! Everything here is facts in, verdict out: no socket, no clock, no lock. The server keeps one lock per
//! partition around [`Partition`], asks it, and does what the verdict says. Reading and writing of bytes is
//! `broker-storage`'s; requests and responses are the server's.

mod error;
pub mod fetch;
pub mod partition;
pub mod purgatory;

pub use error::{FenceError, LeaderAppendError, PartitionReadError};
pub use partition::{InSyncReplicas, LeaderAppend, Leadership, Partition};
