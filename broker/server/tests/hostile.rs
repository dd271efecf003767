//! Peers that mean harm, or behave as if they did, against a whole broker over real sockets.
//!
//! Every attack runs beside a bystander who produces, fetches and asks for metadata: it must be served in time and
//! find every record again. Memory must stay within bounds and come back, and no handler may panic. Names of tests
//! begin with the row of the list of attacks in `docs/hostile-input.md`.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]
#![expect(
    clippy::disallowed_methods,
    reason = "latencies are measured, and attacks end by the clock"
)]

#[path = "live_broker/broker.rs"]
mod broker;
#[path = "live_broker/topics.rs"]
mod topics;
#[path = "live_broker/wire.rs"]
mod wire;

#[path = "hostile/arrays.rs"]
mod arrays;
#[path = "hostile/attack.rs"]
mod attack;
#[path = "hostile/batches.rs"]
mod batches;
#[path = "hostile/floods.rs"]
mod floods;
#[path = "hostile/frames.rs"]
mod frames;
#[path = "hostile/groups.rs"]
mod groups;
#[path = "hostile/panics.rs"]
mod panics;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
