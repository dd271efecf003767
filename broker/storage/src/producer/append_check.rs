//! May this batch follow what its producer wrote before?
//!
//! Decides by epoch and sequence alone and changes nothing. The rules are Kafka's (KIP-98, KIP-360): an older
//! epoch is fenced, a newer one starts at sequence 0, within an epoch the sequence continues, an exact repetition
//! of one of the last five batches is a duplicate, and a producer that the log does not know, because its state
//! expired or was deleted, may start anywhere. Replicated batches were checked by their leader.

use broker_model::{CoordinatorEpoch, ProducerEpoch, ProducerId, Sequence};

use crate::error::AppendError;
use crate::log::append_types::AppendOrigin;
use crate::producer::producer_state_entry::{BatchMetadata, ProducerStateEntry};

/// Who wrote a batch, and which range of sequences it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchIdentity {
    pub(crate) producer_id: ProducerId,
    pub(crate) producer_epoch: ProducerEpoch,
    pub(crate) first_sequence: Sequence,
    pub(crate) last_sequence: Sequence,
}

/// What to do with a batch of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is new.
    Append,
    /// It is in the log already.
    Duplicate(BatchMetadata),
}

/// Judges a batch of data from `origin`.
pub(crate) fn check_data(
    entry: Option<&ProducerStateEntry>,
    batch: &BatchIdentity,
    origin: AppendOrigin,
) -> Result<Verdict, AppendError> {
    let Some(entry) = entry else {
        return Ok(Verdict::Append);
    };
    if origin != AppendOrigin::Client {
        return Ok(Verdict::Append);
    }
    if let Some(duplicate) =
        entry.duplicate_of(batch.producer_epoch, batch.first_sequence, batch.last_sequence)
    {
        return Ok(Verdict::Duplicate(*duplicate));
    }
    check_epoch(entry, batch.producer_id, batch.producer_epoch)?;
    let newer_epoch = batch.producer_epoch != entry.producer_epoch;
    let expected = if newer_epoch {
        Sequence::FIRST
    } else {
        entry.last_sequence().plus(1)
    };
    let unknown = entry.producer_epoch == ProducerEpoch::NONE;
    if unknown || batch.first_sequence == expected {
        return Ok(Verdict::Append);
    }
    Err(AppendError::OutOfOrderSequence {
        producer_id: batch.producer_id,
        received: batch.first_sequence,
        expected,
    })
}

/// Judges a marker that ends a transaction.
pub(crate) fn check_marker(
    entry: Option<&ProducerStateEntry>,
    identity: (ProducerId, ProducerEpoch),
    coordinator_epoch: CoordinatorEpoch,
    origin: AppendOrigin,
) -> Result<(), AppendError> {
    let Some(entry) = entry else { return Ok(()) };
    if origin == AppendOrigin::Replication {
        return Ok(());
    }
    check_epoch(entry, identity.0, identity.1)?;
    if entry.coordinator_epoch > coordinator_epoch {
        return Err(AppendError::TransactionCoordinatorFenced {
            producer_id: identity.0,
            received: coordinator_epoch,
            current: entry.coordinator_epoch,
        });
    }
    Ok(())
}

fn check_epoch(
    entry: &ProducerStateEntry,
    producer_id: ProducerId,
    received: ProducerEpoch,
) -> Result<(), AppendError> {
    if received < entry.producer_epoch {
        return Err(AppendError::InvalidProducerEpoch {
            producer_id,
            received,
            current: entry.producer_epoch,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use broker_model::{Offset, Timestamp};

    use super::*;

    fn batch(epoch: i16, first: i32, last: i32) -> BatchIdentity {
        BatchIdentity {
            producer_id: ProducerId::new(1),
            producer_epoch: ProducerEpoch::new(epoch),
            first_sequence: Sequence::new(first),
            last_sequence: Sequence::new(last),
        }
    }

    /// A producer of epoch 3 that wrote sequences 0-1, 2-3, …, one batch each.
    fn producer(batches: i32) -> ProducerStateEntry {
        let mut entry = ProducerStateEntry::new(ProducerId::new(1));
        entry.take_epoch(ProducerEpoch::new(3));
        for index in 0..batches {
            entry.add_batch(BatchMetadata {
                last_sequence: Sequence::new(2 * index + 1),
                last_offset: Offset::new(i64::from(100 + 2 * index + 1)),
                offset_delta: 1,
                timestamp: Timestamp::from_ms(i64::from(index)),
            });
        }
        entry
    }

    #[track_caller]
    fn check(entry: &ProducerStateEntry, batch: BatchIdentity, expected: &str) {
        let outcome = match check_data(Some(entry), &batch, AppendOrigin::Client) {
            Ok(Verdict::Append) => "append".to_owned(),
            Ok(Verdict::Duplicate(of)) => format!("duplicate of {}", of.first_offset()),
            Err(AppendError::OutOfOrderSequence { .. }) => "out of order".to_owned(),
            Err(AppendError::InvalidProducerEpoch { .. }) => "fenced".to_owned(),
            Err(other) => other.to_string(),
        };
        assert_eq!(outcome, expected, "{batch:?}");
    }

    #[test]
    fn a_duplicate_within_five_batches_is_recognised() {
        let entry = producer(7);
        check(&entry, batch(3, 14, 15), "append");
        for index in 2..7 {
            check(
                &entry,
                batch(3, 2 * index, 2 * index + 1),
                &format!("duplicate of {}", 100 + 2 * index),
            );
        }
        check(&entry, batch(3, 2, 3), "out of order");
        check(&entry, batch(3, 12, 12), "out of order");
        check(&entry, batch(3, 12, 15), "out of order");
    }

    #[test]
    fn gaps_and_fenced_epochs_are_refused() {
        let entry = producer(2);
        check(&entry, batch(3, 5, 5), "out of order");
        check(&entry, batch(2, 4, 4), "fenced");
        check(&entry, batch(4, 4, 4), "out of order");
        check(&entry, batch(4, 0, 0), "append");
    }

    #[test]
    fn the_sequence_goes_on_at_zero_after_the_largest() {
        let mut entry = producer(0);
        entry.add_batch(BatchMetadata {
            last_sequence: Sequence::new(i32::MAX),
            last_offset: Offset::new(5),
            offset_delta: 0,
            timestamp: Timestamp::NONE,
        });
        check(&entry, batch(3, 0, 1), "append");
    }

    #[test]
    fn an_unknown_producer_may_start_anywhere() {
        assert_eq!(
            check_data(None, &batch(3, 5, 5), AppendOrigin::Client).unwrap(),
            Verdict::Append
        );
        check(
            &ProducerStateEntry::new(ProducerId::new(1)),
            batch(3, 5, 5),
            "append",
        );
    }

    #[test]
    fn markers_of_an_older_coordinator_are_fenced() {
        let mut entry = producer(1);
        entry.coordinator_epoch = CoordinatorEpoch::new(4);
        let judge = |epoch, coordinator| {
            let identity = (ProducerId::new(1), ProducerEpoch::new(epoch));
            check_marker(
                Some(&entry),
                identity,
                CoordinatorEpoch::new(coordinator),
                AppendOrigin::Coordinator,
            )
        };
        assert!(judge(3, 4).is_ok());
        assert!(matches!(
            judge(3, 3),
            Err(AppendError::TransactionCoordinatorFenced { .. })
        ));
        assert!(matches!(
            judge(2, 4),
            Err(AppendError::InvalidProducerEpoch { .. })
        ));
    }
}
