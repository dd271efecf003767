//! Blocks of producer ids: the controller hands them out, brokers spend them (KIP-730).

use broker_metadata::messages::ProducerIdsRecord;
use broker_model::{BrokerEpoch, BrokerId, ProducerId};
use broker_protocol::ErrorCode;

use crate::{ApiError, Outcome, QuorumController};

/// How many ids a block has.
pub const PRODUCER_ID_BLOCK_SIZE: i64 = 1_000;

/// Producer ids that one broker may hand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerIdsBlock {
    /// The first of them.
    pub first: ProducerId,
    /// How many there are.
    pub count: i64,
}

impl QuorumController {
    /// Hands out the next block.
    ///
    /// # Errors
    /// The broker is not registered with that epoch, or all ids are spent.
    pub fn allocate_producer_ids(
        &self,
        broker: BrokerId,
        epoch: BrokerEpoch,
    ) -> Result<Outcome<ProducerIdsBlock>, ApiError> {
        self.registered_broker(broker, epoch)?;
        let first = self.image().producer_ids.next_producer_id.value().max(0);
        let spent = || {
            ApiError::new(
                ErrorCode::UnknownServerError,
                "Every producer id has been handed out.",
            )
        };
        let next = first.checked_add(PRODUCER_ID_BLOCK_SIZE).ok_or_else(spent)?;
        let record = ProducerIdsRecord {
            broker_id: broker.value(),
            broker_epoch: epoch.value(),
            next_producer_id: next,
            unknown_tagged_fields: Vec::new(),
        };
        let block = ProducerIdsBlock {
            first: ProducerId::new(first),
            count: PRODUCER_ID_BLOCK_SIZE,
        };
        Ok(Outcome::new(vec![record.into()], block))
    }
}
