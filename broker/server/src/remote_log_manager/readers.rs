//! Who goes through a remote log from front to back, so that what comes next is fetched before it is asked for.
//!
//! Owns where each reader is expected, in a bounded number of places: a reader is known again by the offset at which it
//! goes on, and with it what had been wasted by then. How far it is served ahead is decided by `broker_tiered::read_ahead`.

use std::collections::{HashMap, VecDeque};

use broker_model::Offset;
use broker_replication::fetch::ReplicaKey;
use broker_tiered::read_ahead::{Ahead, ReadAhead, ReadAheadLimits};

/// Readers that are remembered.
const READERS_MAX: usize = 256;
/// Chunks ahead.
const LIMITS: ReadAheadLimits = ReadAheadLimits { first: 1, most: 4 };

/// A partition and an offset at which somebody is expected.
type Place = (ReplicaKey, Offset);

#[derive(Debug, Default)]
pub(super) struct Readers {
    expected: HashMap<Place, (ReadAhead, u64)>,
    oldest: VecDeque<Place>,
}

impl Readers {
    /// Notes a read from `from` up to `next`, when so many pieces were read ahead in vain; how many chunks behind it are
    /// worth reading now.
    pub(super) fn note(&mut self, key: ReplicaKey, (from, next): (Offset, Offset), wasted: u64) -> u32 {
        let known = self.expected.remove(&(key, from));
        let (mut reader, before) = known.unwrap_or_else(|| (ReadAhead::new(LIMITS), wasted));
        let ahead = match wasted > before {
            true => Ahead::Wasted,
            false => Ahead::Kept,
        };
        let window = reader.note(from, next, ahead);
        while self.oldest.len() >= READERS_MAX {
            if let Some(place) = self.oldest.pop_front() {
                self.expected.remove(&place);
            }
        }
        self.expected.insert((key, next), (reader, wasted));
        self.oldest.push_back((key, next));
        window
    }
}

#[cfg(test)]
mod tests {
    use broker_model::{PartitionIndex, TopicId, Uuid};

    use super::*;

    fn key(index: i32) -> ReplicaKey {
        ReplicaKey {
            topic: TopicId::new(Uuid::from_bytes([1; 16])),
            partition: PartitionIndex::new(index),
        }
    }

    fn offset(value: i64) -> Offset {
        Offset::new(value)
    }

    #[test]
    fn readers_of_one_partition_are_told_apart_by_where_they_go_on() {
        let mut readers = Readers::default();
        for step in 0..4 {
            let near = readers.note(key(0), (offset(step), offset(step + 1)), 0);
            let far = readers.note(key(0), (offset(100 + step), offset(101 + step)), 0);
            assert_eq!(
                (near, far),
                ([0, 1, 2, 4][step as usize], [0, 1, 2, 4][step as usize])
            );
        }
        assert_eq!(readers.note(key(0), (offset(50), offset(51)), 0), 0);
    }

    #[test]
    fn who_sees_more_wasted_than_before_is_served_less_ahead() {
        let mut readers = Readers::default();
        let mut note = |step, wasted| readers.note(key(0), (offset(step), offset(step + 1)), wasted);
        let windows = [7, 7, 7, 7, 8, 9, 9].iter().zip(0..);
        let windows: Vec<u32> = windows.map(|(wasted, step)| note(step, *wasted)).collect();
        assert_eq!(windows, [0, 1, 2, 4, 2, 1, 2]);
    }

    #[test]
    fn no_more_readers_are_remembered_than_there_is_room_for() {
        let mut readers = Readers::default();
        for index in 0..10_000 {
            readers.note(key(index), (offset(0), offset(1)), 0);
        }
        assert!(readers.expected.len() <= READERS_MAX && readers.oldest.len() <= READERS_MAX);
    }
}
