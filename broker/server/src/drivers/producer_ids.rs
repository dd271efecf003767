//! Hands out producer ids from blocks that the controller gives (KIP-730).
//!
//! Owns what is left of the block. Invariant: an id is given once; what a stop leaves of a block is never given.

use std::sync::Arc;
use std::time::Duration;

use broker_model::{BrokerId, ProducerId};
use broker_protocol::ErrorCode;
use broker_protocol::messages::AllocateProducerIdsRequest;
use tokio::sync::Mutex;

use super::broker_lifecycle::BrokerLifecycle;
use super::controller_channel::ControllerChannel;

/// How long a client may wait for a block; then it is told to ask again, as by Kafka.
const PATIENCE: Duration = Duration::from_secs(1);

/// Hands out producer ids.
#[derive(Debug)]
pub struct ProducerIds {
    controller: Arc<ControllerChannel>,
    broker: BrokerId,
    lifecycle: Arc<BrokerLifecycle>,
    left: Mutex<std::ops::Range<i64>>,
}

impl ProducerIds {
    /// Has no block yet.
    pub fn new(
        controller: Arc<ControllerChannel>,
        broker: BrokerId,
        lifecycle: Arc<BrokerLifecycle>,
    ) -> Self {
        Self {
            controller,
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
            *left = self.next_block().await?;
        }
        left.next()
            .map(ProducerId::new)
            .ok_or(ErrorCode::UnknownServerError)
    }

    async fn next_block(&self) -> Result<std::ops::Range<i64>, ErrorCode> {
        let request = AllocateProducerIdsRequest {
            broker_id: self.broker.value(),
            broker_epoch: self.lifecycle.epoch().value(),
            ..AllocateProducerIdsRequest::default()
        };
        let answered = self.controller.call_within(request, PATIENCE).await;
        let block = answered.map_err(|error| {
            tracing::debug!(%error, "no producer ids were given");
            ErrorCode::CoordinatorLoadInProgress
        })?;
        match ErrorCode::from_i16(block.error_code) {
            Some(ErrorCode::None) => {
                let first = block.producer_id_start;
                Ok(first..first.saturating_add(block.producer_id_len.into()))
            }
            // The client asks again, and finds this broker registered anew.
            Some(ErrorCode::StaleBrokerEpoch | ErrorCode::BrokerIdNotRegistered) => {
                Err(ErrorCode::CoordinatorLoadInProgress)
            }
            code => Err(code.unwrap_or(ErrorCode::UnknownServerError)),
        }
    }
}
