//! One producer's state in one partition: its last five batches, its epoch, its open transaction.
//!
//! Five, because clients keep at most five requests in flight to a broker; a retry of any of them is recognised
//! by its sequence range and gets the offset of the first time (I3). Batches of an older epoch are forgotten as
//! soon as a newer epoch writes.

use broker_model::{CoordinatorEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};

/// How many batches are remembered.
pub(crate) const BATCHES_KEPT: usize = 5;

/// A batch that a producer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchMetadata {
    /// Sequence of its last record.
    pub last_sequence: Sequence,
    /// Offset of its last record.
    pub last_offset: Offset,
    /// Last offset less first offset.
    pub offset_delta: i32,
    /// Largest timestamp in it.
    pub timestamp: Timestamp,
}

impl BatchMetadata {
    /// Sequence of its first record.
    pub fn first_sequence(&self) -> Sequence {
        let first = i64::from(self.last_sequence.value()) - i64::from(self.offset_delta);
        // Before 0 stands 2^31-1.
        Sequence::new((first & i64::from(i32::MAX)) as i32)
    }

    /// Offset of its first record.
    pub fn first_offset(&self) -> Offset {
        self.last_offset.minus(i64::from(self.offset_delta))
    }
}

/// State of one producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerStateEntry {
    /// Whose state it is.
    pub producer_id: ProducerId,
    /// The newest epoch that wrote; -1 before the first.
    pub producer_epoch: ProducerEpoch,
    /// Epoch of the coordinator that wrote the last marker; -1 without one.
    pub coordinator_epoch: CoordinatorEpoch,
    /// Timestamp of the last batch or marker.
    pub last_timestamp: Timestamp,
    /// First offset of the transaction that is open.
    pub current_transaction: Option<Offset>,
    /// Monotonic milliseconds at which it last wrote; before this process started it is negative.
    pub(crate) last_seen_ms: i64,
    batches: [BatchMetadata; BATCHES_KEPT],
    batch_count: u8,
}

const NO_BATCH: BatchMetadata = BatchMetadata {
    last_sequence: Sequence::NONE,
    last_offset: Offset::NONE,
    offset_delta: 0,
    timestamp: Timestamp::NONE,
};

impl ProducerStateEntry {
    /// A producer that has not written.
    pub(crate) fn new(producer_id: ProducerId) -> Self {
        Self {
            producer_id,
            producer_epoch: ProducerEpoch::NONE,
            coordinator_epoch: CoordinatorEpoch::NONE,
            last_timestamp: Timestamp::NONE,
            current_transaction: None,
            last_seen_ms: 0,
            batches: [NO_BATCH; BATCHES_KEPT],
            batch_count: 0,
        }
    }

    /// The remembered batches, oldest first.
    pub fn batches(&self) -> &[BatchMetadata] {
        &self.batches[..usize::from(self.batch_count)]
    }

    /// The newest batch.
    pub fn last_batch(&self) -> Option<&BatchMetadata> {
        self.batches().last()
    }

    /// Sequence of the newest record; -1 when no batch is remembered.
    pub fn last_sequence(&self) -> Sequence {
        self.last_batch()
            .map_or(Sequence::NONE, |batch| batch.last_sequence)
    }

    /// The remembered batch of this epoch with exactly this range of sequences.
    pub(crate) fn duplicate_of(
        &self,
        epoch: ProducerEpoch,
        first: Sequence,
        last: Sequence,
    ) -> Option<&BatchMetadata> {
        if epoch != self.producer_epoch {
            return None;
        }
        self.batches()
            .iter()
            .find(|batch| batch.first_sequence() == first && batch.last_sequence == last)
    }

    /// Takes a newer epoch; its predecessor's batches are forgotten.
    pub(crate) fn take_epoch(&mut self, epoch: ProducerEpoch) {
        if self.producer_epoch != epoch {
            self.producer_epoch = epoch;
            self.batch_count = 0;
        }
    }

    /// Remembers a batch, and forgets the oldest when there are more than five.
    pub(crate) fn add_batch(&mut self, batch: BatchMetadata) {
        if usize::from(self.batch_count) == BATCHES_KEPT {
            self.batches.rotate_left(1);
            self.batch_count -= 1;
        }
        self.batches[usize::from(self.batch_count)] = batch;
        self.batch_count += 1;
        self.last_timestamp = batch.timestamp;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(last_sequence: i32, last_offset: i64, offset_delta: i32) -> BatchMetadata {
        BatchMetadata {
            last_sequence: Sequence::new(last_sequence),
            last_offset: Offset::new(last_offset),
            offset_delta,
            timestamp: Timestamp::from_ms(7),
        }
    }

    #[test]
    fn five_batches_are_kept() {
        let mut entry = ProducerStateEntry::new(ProducerId::new(1));
        entry.take_epoch(ProducerEpoch::new(0));
        for index in 0..7 {
            entry.add_batch(batch(index, 10 + i64::from(index), 0));
        }
        let kept: Vec<i32> = entry
            .batches()
            .iter()
            .map(|batch| batch.last_sequence.value())
            .collect();
        assert_eq!(kept, [2, 3, 4, 5, 6]);
        let find = |sequence| {
            let sequence = Sequence::new(sequence);
            entry
                .duplicate_of(ProducerEpoch::new(0), sequence, sequence)
                .map(|batch| batch.last_offset.value())
        };
        assert_eq!((find(1), find(2), find(6)), (None, Some(12), Some(16)));
    }

    #[test]
    fn a_newer_epoch_forgets_the_batches() {
        let mut entry = ProducerStateEntry::new(ProducerId::new(1));
        entry.take_epoch(ProducerEpoch::new(0));
        entry.add_batch(batch(4, 4, 4));
        entry.take_epoch(ProducerEpoch::new(1));
        assert_eq!(entry.last_sequence(), Sequence::NONE);
    }

    #[test]
    fn the_first_sequence_is_found_across_the_wrap() {
        assert_eq!(batch(1, 9, 3).first_sequence(), Sequence::new(i32::MAX - 1));
        assert_eq!(batch(5, 9, 3).first_sequence(), Sequence::new(2));
        assert_eq!(batch(5, 9, 3).first_offset(), Offset::new(6));
    }
}
