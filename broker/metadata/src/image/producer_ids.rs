//! The next producer id that no block has handed out yet.

use broker_model::ProducerId;

use crate::messages::ProducerIdsRecord;

/// Where the next block of producer ids begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerIdsImage {
    /// First id of the next block; -1 while no block was handed out.
    pub next_producer_id: ProducerId,
}

impl ProducerIdsImage {
    pub(crate) fn replay(&mut self, record: &ProducerIdsRecord) {
        self.next_producer_id = ProducerId::new(record.next_producer_id);
    }
}

impl Default for ProducerIdsImage {
    fn default() -> Self {
        Self {
            next_producer_id: ProducerId::new(-1),
        }
    }
}
