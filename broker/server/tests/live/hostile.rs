//! Peers that mean harm, or behave as if they did.
//!
//! Every attack runs beside a bystander who produces, fetches and asks for metadata: it must be served in time and
//! find every record again. Memory must stay within bounds and come back, and no handler may panic.

#[path = "hostile/arrays.rs"]
mod arrays;
#[path = "hostile/attack.rs"]
pub(crate) mod attack;
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
