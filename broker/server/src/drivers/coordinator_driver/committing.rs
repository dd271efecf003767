//! Answers that stand for records: given when the records are committed, not when they are written.
//!
//! A coordinator decides by what is in its log; a client learns of it when the in-sync replicas have it too, because
//! until then another leader may never have heard of it. Whoever asked waits here, without any lock. Invariant: what
//! is told rests on records below the high watermark of the leadership that wrote them. On a partition with one
//! replica the high watermark moves with the append, and nobody waits.

use std::sync::Arc;
use std::time::Duration;

use broker_coordinator::coordinator_error;
use broker_model::{LeaderEpoch, Offset};
use broker_protocol::ErrorCode;
use broker_replication::ProduceProgress;
use tokio::time::Instant;

use crate::error_mapping::ToErrorCode;
use crate::replica_manager::{AwaitingReplicas, PartitionHandle};

/// An answer, and what it rests on.
#[derive(Debug)]
pub struct Told<R> {
    answer: R,
    rests_on: Option<Uncommitted>,
}

/// Records that are in the log of a coordinator and may not be committed.
#[derive(Clone, Debug)]
pub(super) struct Uncommitted {
    pub(super) handle: Arc<PartitionHandle>,
    /// Where the records end.
    pub(super) end: Offset,
    /// The leadership that wrote them.
    pub(super) leading_since: LeaderEpoch,
    /// How long anybody waits for them.
    pub(super) timeout: Duration,
}

impl<R> Told<R> {
    /// An answer that holds once `rests_on` is committed.
    pub(super) fn new(answer: R, rests_on: Option<Uncommitted>) -> Self {
        Self { answer, rests_on }
    }

    /// The answer apart from what it rests on, which is none if it holds already.
    pub fn split(self) -> (R, Option<Told<()>>) {
        let rests_on = self.rests_on.map(|records| Told::new((), Some(records)));
        (self.answer, rests_on)
    }

    /// The answer, as soon as what it rests on is committed.
    ///
    /// # Errors
    /// The partition went to another broker, or the replicas took too long; the records may be committed later.
    pub async fn committed(self) -> Result<R, ErrorCode> {
        let Some(records) = self.rests_on else {
            return Ok(self.answer);
        };
        let deadline = Instant::now() + records.timeout;
        let awaiting = AwaitingReplicas::park(records.handle, records.end, records.leading_since);
        match awaiting.until(deadline).await {
            // Too few replicas are in sync to take more, but those who are have it.
            Ok(ProduceProgress::Acknowledged | ProduceProgress::TooFewInSync) => Ok(self.answer),
            Ok(ProduceProgress::Waiting) => Err(coordinator_error(ErrorCode::RequestTimedOut)),
            Err(error) => Err(coordinator_error(error.error_code())),
        }
    }
}
