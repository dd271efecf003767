//! Hands out producer ids from blocks that the controller gives (KIP-730).
//!
//! Owns what is left of the block. Invariant: an id is given once; what a stop leaves of a block is never given.

use std::sync::Arc;

use broker_controller::{ApiError, Outcome, ProducerIdsBlock};
use broker_model::{BrokerId, ProducerId};
use broker_protocol::ErrorCode;
use tokio::sync::Mutex;

use super::broker_lifecycle::BrokerLifecycle;
use super::metadata_driver::MetadataDriver;

/// Hands out producer ids.
#[derive(Debug)]
pub struct ProducerIds {
    metadata: Arc<MetadataDriver>,
    broker: BrokerId,
    lifecycle: Arc<BrokerLifecycle>,
    left: Mutex<std::ops::Range<i64>>,
}

impl ProducerIds {
    /// Has no block yet.
    pub fn new(metadata: Arc<MetadataDriver>, broker: BrokerId, lifecycle: Arc<BrokerLifecycle>) -> Self {
        Self {
            metadata,
            broker,
            lifecycle,
            left: Mutex::new(0..0),
        }
    }

    /// The next id.
    ///
    /// # Errors
    /// The controller gives no block.
    pub async fn next(&self) -> Result<ProducerId, ErrorCode> {
        let mut left = self.left.lock().await;
        if left.is_empty() {
            let block = self.next_block().await?;
            let first = block.first.value();
            *left = first..first.saturating_add(block.count);
        }
        left.next()
            .map(ProducerId::new)
            .ok_or(ErrorCode::UnknownServerError)
    }

    async fn next_block(&self) -> Result<ProducerIdsBlock, ErrorCode> {
        let (broker, epoch) = (self.broker, self.lifecycle.epoch());
        let decided = self.metadata.decide(move |controller, _, _| {
            match controller.allocate_producer_ids(broker, epoch) {
                Ok(outcome) => Outcome::new(outcome.records, Ok(outcome.response)),
                Err(error) => Outcome::answer(Err::<_, ApiError>(error)),
            }
        });
        let block = decided
            .await
            .map_err(|_stopped| ErrorCode::CoordinatorNotAvailable)?;
        block.map_err(|error| error.code)
    }
}
