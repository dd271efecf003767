//! The leader epochs of a log, each with the first offset that it wrote.
//!
//! Answers how far an older leader got, so that a follower truncates where its history parts from the leader's
//! (KIP-101, KIP-279), and which epoch stands at an offset. Owns the list and whether the file
//! `leader-epoch-checkpoint` is behind it; the log writes the file before it moves the recovery point, because
//! recovery re-reads epochs only from there on. Invariant: epochs and start offsets both grow strictly.

use broker_model::{LeaderEpoch, LogEndOffset, Offset};

use crate::checkpoint::text_table;
use crate::error::FormatError;

/// Name of the file.
pub(crate) const FILE_NAME: &str = "leader-epoch-checkpoint";

/// A leader epoch and where it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochEntry {
    /// The epoch.
    pub epoch: LeaderEpoch,
    /// The first offset that it wrote.
    pub start_offset: Offset,
}

/// The leader epochs of one log, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeaderEpochCache {
    entries: Vec<EpochEntry>,
    dirty: bool,
}

/// Reads `leader-epoch-checkpoint`.
///
/// # Errors
/// When it is not in Kafka's form, or epochs or offsets do not grow.
pub fn parse_leader_epochs(content: &[u8]) -> Result<Vec<EpochEntry>, FormatError> {
    let mut entries: Vec<EpochEntry> = Vec::new();
    for [epoch, start] in text_table::parse(content)? {
        let epoch = LeaderEpoch::new(text_table::number(epoch, "an epoch")?);
        let start_offset = Offset::new(text_table::number(start, "an offset")?);
        let grows = entries
            .last()
            .is_none_or(|last| last.epoch < epoch && last.start_offset < start_offset);
        if !epoch.is_known() || start_offset < Offset::ZERO || !grows {
            return Err(FormatError::Malformed {
                what: "the order of epochs",
            });
        }
        entries.push(EpochEntry { epoch, start_offset });
    }
    Ok(entries)
}

/// Writes `leader-epoch-checkpoint`.
pub fn render_leader_epochs(entries: &[EpochEntry]) -> Vec<u8> {
    let line = |entry: &EpochEntry| format!("{} {}", entry.epoch, entry.start_offset);
    text_table::render(entries.iter().map(line))
}

impl LeaderEpochCache {
    /// Takes the entries of a file.
    pub(crate) fn loaded(entries: Vec<EpochEntry>) -> Self {
        Self {
            entries,
            dirty: false,
        }
    }

    /// The content of the file.
    pub(crate) fn render(&self) -> Vec<u8> {
        render_leader_epochs(&self.entries)
    }

    /// Whether the file is behind.
    pub(crate) fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Notes that the file holds what this does.
    pub(crate) fn mark_written(&mut self) {
        self.dirty = false;
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[EpochEntry] {
        &self.entries
    }

    /// Notes that `epoch` wrote the offset `start_offset`; a known or unknown (-1) epoch changes nothing.
    ///
    /// An entry that starts at or after `start_offset` is replaced: its offsets were truncated and written anew.
    pub(crate) fn assign(&mut self, epoch: LeaderEpoch, start_offset: Offset) {
        if !epoch.is_known() || self.latest().is_some_and(|latest| latest.epoch >= epoch) {
            return;
        }
        self.entries.retain(|entry| entry.start_offset < start_offset);
        self.entries.push(EpochEntry { epoch, start_offset });
        self.dirty = true;
    }

    /// The newest entry.
    pub fn latest(&self) -> Option<EpochEntry> {
        self.entries.last().copied()
    }

    /// The oldest entry.
    pub fn earliest(&self) -> Option<EpochEntry> {
        self.entries.first().copied()
    }

    /// The epoch that wrote the record at `offset`.
    pub fn epoch_at(&self, offset: Offset) -> Option<LeaderEpoch> {
        let after = self.entries.partition_point(|entry| entry.start_offset <= offset);
        after.checked_sub(1).map(|index| self.entries[index].epoch)
    }

    /// The largest epoch not above `epoch`, and the offset after the last one that it wrote.
    ///
    /// Example: with epochs 1 at 0, 4 at 10 and a log end of 15, asking for 2 answers (1, 10), for 4 answers
    /// (4, 15), for 5 nothing; asking for 0 answers (0, 0): nothing of it is here.
    pub fn end_offset_for(&self, epoch: LeaderEpoch, log_end: LogEndOffset) -> Option<(LeaderEpoch, Offset)> {
        let latest = self.latest()?;
        if !epoch.is_known() || epoch > latest.epoch {
            return None;
        }
        if epoch == latest.epoch {
            return Some((epoch, log_end.offset()));
        }
        let higher = self.entries.partition_point(|entry| entry.epoch <= epoch);
        let end = self.entries[higher].start_offset;
        Some((
            higher
                .checked_sub(1)
                .map_or(epoch, |index| self.entries[index].epoch),
            end,
        ))
    }

    /// Forgets everything from `end` on, where the log was cut.
    pub(crate) fn truncate_from_end(&mut self, end: Offset) {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.start_offset < end);
        self.dirty |= self.entries.len() != before;
    }

    /// Forgets what lies below the new log start; the epoch that stands there starts there now.
    pub(crate) fn truncate_from_start(&mut self, start: Offset) {
        let below = self.entries.partition_point(|entry| entry.start_offset <= start);
        let Some(standing) = below.checked_sub(1) else {
            return;
        };
        if self.entries[standing].start_offset < start {
            self.entries[standing].start_offset = start;
            self.dirty = true;
        }
        self.dirty |= standing > 0;
        self.entries.drain(..standing);
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.dirty |= !self.entries.is_empty();
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(entries: &[(i32, i64)]) -> LeaderEpochCache {
        let mut cache = LeaderEpochCache::default();
        for (epoch, start) in entries {
            cache.assign(LeaderEpoch::new(*epoch), Offset::new(*start));
        }
        cache
    }

    fn pairs(cache: &LeaderEpochCache) -> Vec<(i32, i64)> {
        cache
            .entries()
            .iter()
            .map(|entry| (entry.epoch.value(), entry.start_offset.value()))
            .collect()
    }

    #[test]
    fn kafkas_file_reads_and_writes_back() {
        let content = b"0\n2\n0 0\n1 4\n";
        let cache = LeaderEpochCache::loaded(parse_leader_epochs(content).unwrap());
        assert_eq!(pairs(&cache), [(0, 0), (1, 4)]);
        assert_eq!(cache.render(), content);
        assert_eq!(parse_leader_epochs(b""), Ok(vec![]));
        assert!(parse_leader_epochs(b"0\n2\n1 0\n1 4\n").is_err());
        assert!(parse_leader_epochs(b"0\n2\n0 4\n1 4\n").is_err());
    }

    #[test]
    fn only_newer_epochs_are_taken_and_replace_what_starts_later() {
        assert_eq!(
            pairs(&cache(&[(1, 0), (1, 5), (0, 6), (-1, 7), (3, 8)])),
            [(1, 0), (3, 8)]
        );
        assert_eq!(pairs(&cache(&[(1, 0), (2, 8), (3, 8)])), [(1, 0), (3, 8)]);
        assert_eq!(pairs(&cache(&[(1, 4), (2, 8), (3, 2)])), [(3, 2)]);
    }

    #[test]
    fn end_offset_is_where_the_next_epoch_starts() {
        let cache = cache(&[(1, 0), (4, 10)]);
        let ask = |epoch| {
            let answer = cache.end_offset_for(LeaderEpoch::new(epoch), LogEndOffset::at(Offset::new(15)));
            answer.map(|(epoch, end)| (epoch.value(), end.value()))
        };
        assert_eq!(ask(0), Some((0, 0)));
        assert_eq!(ask(1), Some((1, 10)));
        assert_eq!(ask(2), Some((1, 10)));
        assert_eq!(ask(4), Some((4, 15)));
        assert_eq!(ask(5), None);
        assert_eq!(ask(-1), None);
    }

    #[test]
    fn truncation_cuts_both_ends() {
        let mut cache = cache(&[(1, 0), (4, 10), (6, 20)]);
        cache.truncate_from_end(Offset::new(20));
        assert_eq!(pairs(&cache), [(1, 0), (4, 10)]);
        cache.truncate_from_start(Offset::new(12));
        assert_eq!(pairs(&cache), [(4, 12)]);
        assert_eq!(cache.epoch_at(Offset::new(11)), None);
        assert_eq!(cache.epoch_at(Offset::new(12)), Some(LeaderEpoch::new(4)));
    }
}
