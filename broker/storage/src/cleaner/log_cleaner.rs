//! Which log is cleaned next, and how far each has come.
//!
//! Owns the cleaned positions (`cleaner-offset-checkpoint`), which logs are being cleaned, and which cannot be. No
//! I/O and no clock. A log that turned out to be damaged is left alone until the next start; a full disk or a log
//! that changed meanwhile is tried again.

use std::collections::{BTreeMap, BTreeSet};

use broker_model::{Offset, TopicId, TopicPartition};

use crate::checkpoint::offset_checkpoint::OffsetCheckpoint;
use crate::cleaner::cleanable::CleaningFacts;
use crate::cleaner::segment_swap::CleaningOutcome;
use crate::error::{CleaningError, StorageError};

/// The choice among compacted logs.
#[derive(Debug, Default)]
pub struct LogCleaner {
    offsets: OffsetCheckpoint,
    identities: BTreeMap<TopicPartition, TopicId>,
    in_progress: BTreeSet<TopicPartition>,
    uncleanable: BTreeMap<TopicPartition, String>,
}

impl LogCleaner {
    /// A cleaner that goes on from what the checkpoints say.
    pub fn new(offsets: OffsetCheckpoint) -> Self {
        Self {
            offsets,
            ..Self::default()
        }
    }

    /// Where the last cleaning of a log of this topic ended.
    pub fn cleaned_to(&mut self, partition: &TopicPartition, topic_id: TopicId) -> Option<Offset> {
        self.check_identity(partition, topic_id);
        self.offsets.get(partition).copied()
    }

    /// All positions, for the checkpoint.
    pub fn offsets(&self) -> &OffsetCheckpoint {
        &self.offsets
    }

    /// Logs that are left alone, and why.
    pub fn uncleanable(&self) -> &BTreeMap<TopicPartition, String> {
        &self.uncleanable
    }

    /// Takes the log with the largest share of dirty bytes among those that are due; it counts as in progress until
    /// `finished`, `failed` or `released`. Of equals the first is taken.
    pub fn grab_dirtiest(&mut self, facts: &[CleaningFacts]) -> Option<CleaningFacts> {
        for stale in facts.iter().filter(|facts| facts.is_position_stale) {
            self.offsets.insert(stale.partition.clone(), stale.first_dirty);
        }
        let is_free = |facts: &&CleaningFacts| {
            !self.in_progress.contains(&facts.partition) && !self.uncleanable.contains_key(&facts.partition)
        };
        let due = facts.iter().filter(is_free).filter(|facts| facts.is_due());
        let dirtiest = due
            .rev()
            .max_by(|one, other| one.dirty_ratio().total_cmp(&other.dirty_ratio()))?;
        self.in_progress.insert(dirtiest.partition.clone());
        Some(dirtiest.clone())
    }

    /// Notes what came of a cleaning.
    pub fn finished(&mut self, partition: &TopicPartition, outcome: &CleaningOutcome) {
        self.in_progress.remove(partition);
        if let Some(cleaned_to) = outcome.cleaned_to {
            self.offsets.insert(partition.clone(), cleaned_to);
        }
    }

    /// Notes that a cleaning failed; answers whether the log is left alone from now on.
    pub fn failed(&mut self, partition: &TopicPartition, error: &CleaningError) -> bool {
        self.in_progress.remove(partition);
        let is_damaged = matches!(error, CleaningError::Storage(StorageError::Damaged { .. }));
        if is_damaged {
            self.uncleanable.insert(partition.clone(), error.to_string());
        }
        is_damaged
    }

    /// Notes that a cleaning was interrupted.
    pub fn released(&mut self, partition: &TopicPartition) {
        self.in_progress.remove(partition);
    }

    /// Forgets logs that are no more; `exists` says which are.
    pub fn retain(&mut self, exists: impl Fn(&TopicPartition) -> bool) {
        self.offsets.retain(|partition, _| exists(partition));
        self.identities.retain(|partition, _| exists(partition));
        self.uncleanable.retain(|partition, _| exists(partition));
    }

    /// Forgets a log whose name now stands for another topic.
    fn check_identity(&mut self, partition: &TopicPartition, topic_id: TopicId) {
        let known = self.identities.insert(partition.clone(), topic_id);
        if known.is_some_and(|known| known != topic_id) {
            self.offsets.remove(partition);
            self.uncleanable.remove(partition);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use broker_model::PartitionIndex;

    fn facts(partition: i32, clean_bytes: u64, cleanable_bytes: u64) -> CleaningFacts {
        CleaningFacts {
            partition: TopicPartition::new("t", PartitionIndex::new(partition)),
            first_dirty: Offset::ZERO,
            first_uncleanable: Offset::new(10),
            flush_to: Offset::new(10),
            clean_bytes,
            cleanable_bytes,
            is_position_stale: false,
            is_overdue: false,
            dirty_ratio_min: 0.5,
        }
    }

    fn grab(cleaner: &mut LogCleaner, facts: &[CleaningFacts]) -> Option<i32> {
        cleaner
            .grab_dirtiest(facts)
            .map(|facts| facts.partition.partition.value())
    }

    #[test]
    fn the_dirtiest_goes_first_and_only_once_at_a_time() {
        let mut cleaner = LogCleaner::default();
        let all = [facts(0, 50, 50), facts(1, 10, 90), facts(2, 40, 60)];
        assert_eq!(grab(&mut cleaner, &all), Some(1));
        assert_eq!(grab(&mut cleaner, &all), Some(2));
        assert_eq!(grab(&mut cleaner, &all), None, "half is not more than half");
        cleaner.released(&all[1].partition);
        assert_eq!(grab(&mut cleaner, &all), Some(1));
    }

    #[test]
    fn an_overdue_log_is_cleaned_whatever_its_share() {
        let mut cleaner = LogCleaner::default();
        let overdue = CleaningFacts {
            is_overdue: true,
            ..facts(0, 99, 1)
        };
        let empty = CleaningFacts {
            is_overdue: true,
            ..facts(1, 99, 0)
        };
        assert_eq!(grab(&mut cleaner, &[empty, overdue]), Some(0));
    }

    #[test]
    fn a_damaged_log_is_left_alone_and_a_full_disk_is_not() {
        let mut cleaner = LogCleaner::default();
        let all = [facts(0, 0, 1)];
        let full = CleaningError::Storage(StorageError::DiskFull { path: "/x".into() });
        assert_eq!(grab(&mut cleaner, &all), Some(0));
        assert!(!cleaner.failed(&all[0].partition, &full));
        assert_eq!(grab(&mut cleaner, &all), Some(0));
        let damaged = CleaningError::Storage(StorageError::Damaged {
            path: "/x".into(),
            position: 0,
            reason: String::new(),
        });
        assert!(cleaner.failed(&all[0].partition, &damaged));
        assert_eq!(grab(&mut cleaner, &all), None);
        cleaner.retain(|_| false);
        assert_eq!(grab(&mut cleaner, &all), Some(0));
    }

    #[test]
    fn a_position_outside_of_the_log_is_corrected() {
        let stale = CleaningFacts {
            first_dirty: Offset::new(7),
            is_position_stale: true,
            ..facts(0, 1, 0)
        };
        let mut cleaner = LogCleaner::new(BTreeMap::from([(stale.partition.clone(), Offset::new(99))]));
        assert_eq!(grab(&mut cleaner, std::slice::from_ref(&stale)), None);
        assert_eq!(
            cleaner.cleaned_to(&stale.partition, TopicId::ZERO),
            Some(Offset::new(7))
        );
    }

    #[test]
    fn a_topic_that_was_made_anew_is_dirty_from_its_start() {
        let partition = facts(0, 1, 1).partition;
        let mut cleaner = LogCleaner::new(BTreeMap::from([(partition.clone(), Offset::new(5))]));
        let id = |byte| TopicId::new(broker_model::Uuid::from_bytes([byte; 16]));
        assert_eq!(cleaner.cleaned_to(&partition, id(1)), Some(Offset::new(5)));
        assert_eq!(cleaner.cleaned_to(&partition, id(2)), None);
    }
}
