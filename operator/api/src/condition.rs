//! Condition types of every kind and the status that a new object has before anybody looked at it.
//!
//! The vocabulary is kstatus's: `Ready` (positive), `Reconciling` and `Stalled` (there only while true). A tool that knows
//! nothing of us reads an object with `observedGeneration: -1` as being worked on, which is true.

use serde_json::{Value, json};

/// Serves at the desired generation.
pub const READY: &str = "Ready";
/// Work is under way; the reason names the step.
pub const RECONCILING: &str = "Reconciling";
/// Nothing will move until a person or another object changes.
pub const STALLED: &str = "Stalled";
/// Clients can produce and consume now.
pub const AVAILABLE: &str = "Available";
/// Serves with less redundancy than asked for.
pub const DEGRADED: &str = "Degraded";
/// Every pod runs what the object asks for.
pub const UP_TO_DATE: &str = "UpToDate";
/// The bucket of older records can be used, and local disks are within their budget. Only of clusters with `spec.tiering`.
pub const TIERING_HEALTHY: &str = "TieringHealthy";
/// Suspended by `spec.paused` or by annotation.
pub const PAUSED: &str = "Paused";

/// Reason of the conditions that a new object is born with.
pub const NOT_RECONCILED: &str = "NotReconciled";

/// The status of an object that no operator has seen: default of `status` in every definition.
#[must_use]
pub fn seed() -> Value {
    json!({
        "observedGeneration": -1,
        "conditions": [{
            "type": READY,
            "status": "Unknown",
            "reason": NOT_RECONCILED,
            "message": "No operator has looked at this object yet.",
            "lastTransitionTime": "1970-01-01T00:00:00Z",
        }],
    })
}
