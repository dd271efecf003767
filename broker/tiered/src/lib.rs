//! The remote tier: what of a partition lies in object storage, who may change that, and how it is read (KIP-405).
//!
//! Decides which segments are copied and when, what either tier may give up, who owns a partition's manifest, which
//! bytes answer a fetch, and whether a store can be trusted. Owns no file, no socket and no store: an event or facts go
//! in, effects or a verdict come out.
//!
//! ```text
//!                 ┌─ copy_plan ──► upload ──► manifest_keeper.change(add) ──► local segments may go (retention)
//!  leader's facts ┤
//!                 └─ retention ──► manifest_keeper.change(start_at) ──► leaving ── grace ──► delete ──► change(forget)
//!  fetch ── Manifest::find ──► read_plan ──► chunk_cache ──► ranged GET
//! ```
//!
//! Invariants: I19 (what is read from here is byte for byte what the log held), I20 (no gap, no overlap, nothing named
//! that is missing, nothing deleted that is named), I21 (nothing younger than the policy goes; a local segment only
//! after its copy is in the manifest). Why the manifest is an object of its own is in ADR 15.

pub mod backup;
pub mod bucket_check;
pub mod chunk_cache;
pub mod copy_plan;
pub mod deleted_topics;
pub mod disk_budget;
mod error;
pub mod index_lookup;
pub mod leader_work;
pub mod lineage;
pub mod manifest;
pub mod manifest_keeper;
pub mod object_check;
pub mod object_key;
pub mod pace;
pub mod read_ahead;
pub mod read_plan;
pub mod remote_fetch;
pub mod remote_scan;
pub mod remote_segment;
pub mod remote_tail;
pub mod restore_plan;
pub mod retention;
pub mod retry_budget;
pub mod segment_object;
pub mod segment_scan;
pub mod segment_upload;
#[cfg(test)]
mod small_world;
pub mod store_probe;
pub mod store_problem;
pub mod sweep;
pub mod topic_restore;

pub use error::{ManifestError, RemoteFormatError};
