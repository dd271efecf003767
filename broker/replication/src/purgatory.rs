//! Requests that wait for a partition to move on.
//!
//! A parked request is shared by the partitions that it waits for; each of them holds a [`WatcherList`]. Whoever
//! moves a partition tells its list, and the request that has enough is woken exactly once. Time-outs are the
//! server's: it sleeps on the waker and on a deadline together.

mod delayed_fetch;
mod delayed_produce;

pub use delayed_fetch::{DelayedFetch, Wake, WatcherList};
pub use delayed_produce::{DelayedProduce, ProduceWatchers};
