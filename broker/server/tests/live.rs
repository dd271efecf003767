//! A whole broker over real sockets: peers that mean harm (`hostile`), the mistakes that others made
//! (`traps`), what monitoring sees (`monitoring`) and the operator is told (`admin`).
//!
//! Names of hostile tests begin with the row of `docs/hostile-input.md`; `docs/traps.md` lists the traps. One test runs
//! at a time, because memory and latencies are measured for the process as a whole.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]
#![expect(
    clippy::disallowed_methods,
    reason = "latencies are measured, and attacks end by the clock"
)]

#[path = "live/admin.rs"]
mod admin;
#[path = "live/broker.rs"]
mod broker;
#[path = "live/controller_listener.rs"]
mod controller_listener;
#[path = "live/hostile.rs"]
mod hostile;
#[path = "live/monitoring.rs"]
mod monitoring;
#[path = "live/topics.rs"]
mod topics;
#[path = "live/traps.rs"]
mod traps;
#[path = "live/wire.rs"]
mod wire;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
