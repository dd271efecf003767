//! The producers of one log, derived from its batches on every replica, not only on leaders.
//!
//! Owns the entries by producer id and the transactions: open ones by first offset, and ended ones whose marker
//! is not below the high watermark yet. The first unstable offset is the smallest first offset of both kinds; the
//! last stable offset is that or the high watermark. `updated_to` says up to which offset the batches are taken in.
//! Judging a batch is `append_check`, the form on disk `snapshot_file`, when to write one is the log's affair.
//! Bound: at most `PRODUCERS_MAX` entries; beyond it those go first that were silent longest and have no open
//! transaction, as if they had expired.

use std::collections::{BTreeMap, HashMap};

use broker_model::{CoordinatorEpoch, HighWatermark, Now, Offset, ProducerEpoch, ProducerId, Timestamp};

use crate::producer::append_check::BatchIdentity;
use crate::producer::producer_state_entry::{BatchMetadata, ProducerStateEntry};

const PRODUCERS_MAX: usize = 1 << 17;

/// A transaction that ended in this log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CompletedTransaction {
    pub(crate) producer_id: ProducerId,
    pub(crate) first_offset: Offset,
    /// Offset of the marker.
    pub(crate) last_offset: Offset,
    pub(crate) outcome: TransactionOutcome,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionOutcome {
    /// Its records count.
    Committed,
    /// Its records are to be skipped.
    Aborted,
}

/// A marker at the end of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndMarker {
    pub(crate) producer_id: ProducerId,
    pub(crate) producer_epoch: ProducerEpoch,
    pub(crate) coordinator_epoch: CoordinatorEpoch,
    pub(crate) outcome: TransactionOutcome,
    pub(crate) offset: Offset,
    pub(crate) timestamp: Timestamp,
}

/// Whether a batch belongs to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Membership {
    Transactional,
    Plain,
}

/// The producers of one log.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProducerStateManager {
    entries: HashMap<ProducerId, ProducerStateEntry>,
    /// Open transactions by first offset.
    ongoing: BTreeMap<Offset, ProducerId>,
    /// Ended transactions, first offset to marker offset, whose marker is not below the high watermark.
    unreplicated: BTreeMap<Offset, Offset>,
    updated_to: Offset,
}

impl ProducerStateManager {
    /// Replaces everything by the entries of a snapshot taken at `offset`.
    pub(crate) fn reload(&mut self, entries: Vec<ProducerStateEntry>, offset: Offset, now: Now) {
        self.clear(offset);
        for mut entry in entries {
            // A timestamp ahead of the clock counts as just seen.
            let age = now.wall.since_ms(entry.last_timestamp).max(0);
            entry.last_seen_ms = monotonic(now).saturating_sub(age);
            if let Some(first) = entry.current_transaction {
                self.ongoing.insert(first, entry.producer_id);
            }
            self.entries.insert(entry.producer_id, entry);
        }
    }

    /// Forgets everything; the next batch is expected at `offset`.
    pub(crate) fn clear(&mut self, offset: Offset) {
        *self = Self {
            updated_to: offset,
            ..Self::default()
        };
    }

    /// Up to which offset batches are taken in.
    pub(crate) fn updated_to(&self) -> Offset {
        self.updated_to
    }

    /// Notes that batches up to `offset` are taken in.
    pub(crate) fn advance_to(&mut self, offset: Offset) {
        self.updated_to = offset;
    }

    /// State of one producer.
    pub(crate) fn entry(&self, producer_id: ProducerId) -> Option<&ProducerStateEntry> {
        self.entries.get(&producer_id)
    }

    /// State of all producers, by id.
    pub(crate) fn entries(&self) -> Vec<&ProducerStateEntry> {
        let mut entries: Vec<_> = self.entries.values().collect();
        entries.sort_unstable_by_key(|entry| entry.producer_id);
        entries
    }

    /// Takes in a batch of data.
    pub(crate) fn on_data(
        &mut self,
        batch: &BatchIdentity,
        metadata: BatchMetadata,
        membership: Membership,
        now: Now,
    ) {
        let entry = self.entry_for_change(batch.producer_id);
        entry.take_epoch(batch.producer_epoch);
        entry.add_batch(metadata);
        entry.last_seen_ms = monotonic(now);
        if membership == Membership::Transactional && entry.current_transaction.is_none() {
            let first_offset = metadata.first_offset();
            entry.current_transaction = Some(first_offset);
            self.ongoing.insert(first_offset, batch.producer_id);
        }
    }

    /// Takes in a marker; answers the transaction that it ended, if one was open here.
    pub(crate) fn on_marker(&mut self, marker: &EndMarker, now: Now) -> Option<CompletedTransaction> {
        let entry = self.entry_for_change(marker.producer_id);
        entry.take_epoch(marker.producer_epoch);
        entry.coordinator_epoch = marker.coordinator_epoch;
        entry.last_timestamp = marker.timestamp;
        entry.last_seen_ms = monotonic(now);
        let first_offset = entry.current_transaction.take()?;
        self.ongoing.remove(&first_offset);
        self.unreplicated.insert(first_offset, marker.offset);
        Some(CompletedTransaction {
            producer_id: marker.producer_id,
            first_offset,
            last_offset: marker.offset,
            outcome: marker.outcome,
        })
    }

    /// Where the last stable offset would stand after `completed`, whatever the high watermark is.
    pub(crate) fn stable_offset_after(&self, completed: &CompletedTransaction) -> Offset {
        let next_open = self
            .ongoing
            .iter()
            .find(|(_, producer)| **producer != completed.producer_id);
        next_open.map_or(completed.last_offset.plus(1), |(first, _)| *first)
    }

    /// Forgets ended transactions whose marker is now below the high watermark.
    pub(crate) fn on_high_watermark(&mut self, high_watermark: HighWatermark) {
        if !self.unreplicated.is_empty() {
            self.unreplicated
                .retain(|_, marker| *marker >= high_watermark.offset());
        }
    }

    /// The first offset of a transaction that is open, or whose marker is not below the high watermark.
    pub(crate) fn first_unstable_offset(&self) -> Option<Offset> {
        let ongoing = self.ongoing.first_key_value().map(|(first, _)| *first);
        let unreplicated = self.unreplicated.first_key_value().map(|(first, _)| *first);
        [ongoing, unreplicated].into_iter().flatten().min()
    }

    /// Forgets producers that were silent for `expiration_ms` and have no open transaction.
    pub(crate) fn remove_expired(&mut self, now: Now, expiration_ms: i64) {
        let now = monotonic(now);
        self.entries.retain(|_, entry| {
            entry.current_transaction.is_some() || now.saturating_sub(entry.last_seen_ms) < expiration_ms
        });
    }

    /// How many producers are known.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn entry_for_change(&mut self, producer_id: ProducerId) -> &mut ProducerStateEntry {
        if self.entries.len() >= PRODUCERS_MAX && !self.entries.contains_key(&producer_id) {
            self.drop_most_silent();
        }
        self.entries
            .entry(producer_id)
            .or_insert_with(|| ProducerStateEntry::new(producer_id))
    }

    /// Makes room by a sixteenth, so that the search is paid once in many new producers.
    fn drop_most_silent(&mut self) {
        let mut seen: Vec<(i64, ProducerId)> = self
            .entries
            .values()
            .filter(|entry| entry.current_transaction.is_none())
            .map(|entry| (entry.last_seen_ms, entry.producer_id))
            .collect();
        seen.sort_unstable();
        for (_, producer_id) in seen.into_iter().take(PRODUCERS_MAX / 16) {
            self.entries.remove(&producer_id);
        }
    }
}

fn monotonic(now: Now) -> i64 {
    i64::try_from(now.monotonic.as_ms()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use broker_model::{MonotonicMs, Sequence};

    use super::*;

    fn at(ms: u64) -> Now {
        Now {
            wall: Timestamp::from_ms(1_000_000 + ms as i64),
            monotonic: MonotonicMs::from_ms(ms),
        }
    }

    fn write(state: &mut ProducerStateManager, producer: i64, offset: i64, membership: Membership) {
        let identity = BatchIdentity {
            producer_id: ProducerId::new(producer),
            producer_epoch: ProducerEpoch::new(0),
            first_sequence: Sequence::FIRST,
            last_sequence: Sequence::FIRST,
        };
        let metadata = BatchMetadata {
            last_sequence: Sequence::FIRST,
            last_offset: Offset::new(offset),
            offset_delta: 0,
            timestamp: Timestamp::from_ms(1_000_000),
        };
        state.on_data(&identity, metadata, membership, at(0));
        state.advance_to(Offset::new(offset + 1));
    }

    fn end(state: &mut ProducerStateManager, producer: i64, offset: i64) -> Option<CompletedTransaction> {
        let marker = EndMarker {
            producer_id: ProducerId::new(producer),
            producer_epoch: ProducerEpoch::new(0),
            coordinator_epoch: CoordinatorEpoch::new(0),
            outcome: TransactionOutcome::Aborted,
            offset: Offset::new(offset),
            timestamp: Timestamp::from_ms(1_000_000),
        };
        state.on_marker(&marker, at(0))
    }

    #[test]
    fn the_first_open_transaction_is_unstable_until_its_marker_is_replicated() {
        let mut state = ProducerStateManager::default();
        write(&mut state, 1, 5, Membership::Transactional);
        write(&mut state, 2, 6, Membership::Transactional);
        write(&mut state, 3, 7, Membership::Plain);
        assert_eq!(state.first_unstable_offset(), Some(Offset::new(5)));
        let completed = end(&mut state, 1, 8).unwrap();
        assert_eq!(state.stable_offset_after(&completed), Offset::new(6));
        assert_eq!(state.first_unstable_offset(), Some(Offset::new(5)));
        state.on_high_watermark(HighWatermark::at(Offset::new(8)));
        assert_eq!(
            state.first_unstable_offset(),
            Some(Offset::new(5)),
            "the marker itself is at 8"
        );
        state.on_high_watermark(HighWatermark::at(Offset::new(9)));
        assert_eq!(state.first_unstable_offset(), Some(Offset::new(6)));
        let completed = end(&mut state, 2, 9).unwrap();
        assert_eq!(state.stable_offset_after(&completed), Offset::new(10));
    }

    #[test]
    fn a_marker_without_a_transaction_ends_nothing() {
        let mut state = ProducerStateManager::default();
        assert_eq!(end(&mut state, 1, 0), None);
        assert_eq!(
            state.entry(ProducerId::new(1)).unwrap().coordinator_epoch,
            CoordinatorEpoch::new(0)
        );
    }

    #[test]
    fn silent_producers_expire_unless_a_transaction_is_open() {
        let mut state = ProducerStateManager::default();
        write(&mut state, 1, 0, Membership::Plain);
        write(&mut state, 2, 1, Membership::Transactional);
        state.remove_expired(at(99), 100);
        assert_eq!(state.len(), 2);
        state.remove_expired(at(100), 100);
        assert_eq!(state.len(), 1);
        assert!(state.entry(ProducerId::new(2)).is_some());
    }

    #[test]
    fn a_jump_of_the_wall_clock_expires_nobody() {
        let mut state = ProducerStateManager::default();
        write(&mut state, 1, 0, Membership::Plain);
        let jumped = Now {
            wall: Timestamp::from_ms(i64::MAX),
            ..at(1)
        };
        state.remove_expired(jumped, 100);
        assert_eq!(state.len(), 1);
    }

    #[test]
    fn reloaded_producers_keep_their_age() {
        let mut state = ProducerStateManager::default();
        write(&mut state, 1, 0, Membership::Transactional);
        let entries: Vec<_> = state.entries().into_iter().cloned().collect();
        state.reload(entries, Offset::new(1), at(60));
        assert_eq!(state.first_unstable_offset(), Some(Offset::ZERO));
        end(&mut state, 1, 1);
        let entries: Vec<_> = state.entries().into_iter().cloned().collect();
        state.reload(entries, Offset::new(2), at(60));
        state.remove_expired(at(99), 100);
        assert_eq!(state.len(), 1);
        state.remove_expired(at(100), 100);
        assert_eq!(state.len(), 0);
    }
}
