//! The admin service as its clients and its server see it: messages, a client and a trait to serve (tonic).
//!
//! `proto/eddyline/admin/v1/admin.proto` says what every call and field means; [`v1`] is generated from it by
//! `cargo protos` and committed. Shared by the broker, which serves, and by the commands and the operator, which ask.
//! Here beside it: the bounds and the trailer that both ends agree on. Not here: an answer to any call, a connection,
//! a retry.

#[expect(
    clippy::allow_attributes,
    clippy::missing_errors_doc,
    clippy::too_many_lines,
    reason = "generated; the modules of client and server come with attributes of their own"
)]
#[rustfmt::skip]
#[path = "generated/v1.rs"]
pub mod v1;

pub use tonic;

/// Bytes of a message, in both directions.
pub const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Trailer of an answer of a node that is not the active controller: the id of the one that is.
pub const ACTIVE_CONTROLLER: &str = "eddyline-active-controller";

/// Obstacles that are named when nobody says how many.
pub const OBSTACLES_USUAL: u32 = 20;

/// Obstacles that are named at most.
pub const OBSTACLES_MAX: u32 = 1_000;

/// Partitions that one page of `LogDirs` names at most.
pub const PARTITIONS_MAX: u32 = 10_000;

/// Topics that one page of `TierStatus` names at most.
pub const TOPICS_MAX: u32 = 10_000;

/// Movements of a plan that are named when nobody says how many.
pub const MOVEMENTS_USUAL: u32 = 1_000;

/// Movements of a plan that are named at most.
pub const MOVEMENTS_MAX: u32 = 10_000;

/// Nodes that one request may name.
pub const NODES_MAX: usize = 1_000;

/// Whether an answer means that another node has to be asked, and which if that is known.
pub fn elsewhere(status: &tonic::Status) -> Option<Option<i32>> {
    if status.code() != tonic::Code::FailedPrecondition {
        return None;
    }
    let id = status.metadata().get(ACTIVE_CONTROLLER)?.to_str().ok()?;
    Some(id.parse().ok())
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};

    use super::*;

    #[test]
    fn only_a_refusal_with_the_trailer_sends_elsewhere() {
        let mut refused = Status::failed_precondition("x");
        assert_eq!(elsewhere(&refused), None);
        refused
            .metadata_mut()
            .insert(ACTIVE_CONTROLLER, "3".parse().unwrap());
        assert_eq!(elsewhere(&refused), Some(Some(3)));
        refused
            .metadata_mut()
            .insert(ACTIVE_CONTROLLER, "unknown".parse().unwrap());
        assert_eq!(elsewhere(&refused), Some(None));
        let metadata = refused.metadata().clone();
        let other = Status::with_metadata(Code::Unavailable, "x", metadata);
        assert_eq!(elsewhere(&other), None);
    }
}
