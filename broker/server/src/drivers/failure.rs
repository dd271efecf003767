//! The one way in which a running broker gives up: somebody declares why, and the process ends at once.
//!
//! Owns the first reason; later ones change nothing. A broker gives up when its metadata log or its last log
//! directory failed (I23): it could only serve what it can no longer keep.

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Whether, and why, the broker cannot go on.
#[derive(Debug, Default)]
pub struct Failure {
    reason: Mutex<Option<String>>,
    told: Notify,
}

impl Failure {
    /// Says that the broker cannot go on.
    pub fn declare(&self, reason: impl Into<String>) {
        let reason = reason.into();
        tracing::error!(%reason, "the broker cannot go on");
        self.reason.lock().get_or_insert(reason);
        self.told.notify_one();
    }

    /// Waits for a reason to stop.
    pub async fn declared(&self) -> String {
        loop {
            let told = self.told.notified();
            if let Some(reason) = self.reason.lock().clone() {
                return reason;
            }
            told.await;
        }
    }
}
