//! From a key's hash to the newest offset of the key, in bounded memory.
//!
//! Owns a table of 24-byte slots, probed linearly, that grows up to its budget and is full at the load factor. Keys
//! themselves are not kept: two keys with the same 128 bits of hash would count as one, and a record would be lost.
//! The hash is keyed by a seed of this process, so that nobody can choose such keys.

use std::hash::{DefaultHasher, Hasher};

use broker_model::Offset;

const SLOT_SIZE: usize = size_of::<Slot>();
const SLOTS_FIRST: usize = 1 << 10;

/// Whether there was room for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Taken,
    Full,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: [u64; 2],
    /// -1 in an empty slot.
    offset: i64,
}

const EMPTY: Slot = Slot {
    hash: [0; 2],
    offset: -1,
};

/// The newest offsets of keys.
#[derive(Debug)]
pub(crate) struct OffsetMap {
    slots: Vec<Slot>,
    len: usize,
    slots_max: usize,
    load_factor: f64,
    seed: u64,
    latest: Offset,
}

impl OffsetMap {
    /// An empty map of at most `memory` bytes, filled up to `load_factor`.
    pub(crate) fn new(memory: usize, load_factor: f64, seed: u64) -> Self {
        Self {
            slots: Vec::new(),
            len: 0,
            slots_max: (memory / SLOT_SIZE).max(SLOTS_FIRST),
            load_factor: load_factor.clamp(0.1, 0.95),
            seed,
            latest: Offset::NONE,
        }
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The newest offset that was taken in; -1 before the first.
    pub(crate) fn latest(&self) -> Offset {
        self.latest
    }

    /// Notes that everything up to `offset` was taken in.
    pub(crate) fn advance_to(&mut self, offset: Offset) {
        self.latest = self.latest.max(offset);
    }

    /// Takes in a record's key; offsets come in ascending order.
    pub(crate) fn put(&mut self, key: &[u8], offset: Offset) -> Room {
        if !self.has_room() {
            return Room::Full;
        }
        let hash = self.hash(key);
        let index = self.index_of(hash);
        self.len += usize::from(self.slots[index].offset < 0);
        self.slots[index] = Slot {
            hash,
            offset: offset.value(),
        };
        self.latest = self.latest.max(offset);
        Room::Taken
    }

    /// The newest offset of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Offset> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = self.slots[self.index_of(self.hash(key))];
        (slot.offset >= 0).then(|| Offset::new(slot.offset))
    }

    /// Makes sure that one more key fits, growing the table while its budget lets it.
    fn has_room(&mut self) -> bool {
        let limit = (self.slots.len() as f64 * self.load_factor) as usize;
        if self.len < limit {
            return true;
        }
        if self.slots.len() >= self.slots_max {
            return false;
        }
        let size = (self.slots.len() * 2).clamp(SLOTS_FIRST, self.slots_max);
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; size]);
        for slot in old.into_iter().filter(|slot| slot.offset >= 0) {
            let index = self.index_of(slot.hash);
            self.slots[index] = slot;
        }
        true
    }

    /// Where the hash stands, or the empty slot that it would take. There always is one: the load stays below 1.
    fn index_of(&self, hash: [u64; 2]) -> usize {
        let mut index = (hash[0] % self.slots.len() as u64) as usize;
        while self.slots[index].offset >= 0 && self.slots[index].hash != hash {
            index = (index + 1) % self.slots.len();
        }
        index
    }

    fn hash(&self, key: &[u8]) -> [u64; 2] {
        [0, 1].map(|half| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u64(self.seed ^ half);
            hasher.write(key);
            hasher.finish()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_offset_of_each_key_is_found() {
        let mut map = OffsetMap::new(1 << 20, 0.9, 7);
        for offset in 0..20_000_u64 {
            let key = (offset % 5000).to_be_bytes();
            assert_eq!(map.put(&key, Offset::new(offset as i64)), Room::Taken);
        }
        assert_eq!((map.len(), map.latest()), (5000, Offset::new(19_999)));
        for key in 0..5000_u64 {
            assert_eq!(
                map.get(&key.to_be_bytes()),
                Some(Offset::new(15_000 + key as i64))
            );
        }
        assert_eq!(map.get(b"other"), None);
    }

    #[test]
    fn it_is_full_at_the_load_factor_and_not_before() {
        let memory = 2000 * SLOT_SIZE;
        let mut map = OffsetMap::new(memory, 0.5, 0);
        let taken = (0..2000_u64)
            .take_while(|key| map.put(&key.to_be_bytes(), Offset::new(*key as i64)) == Room::Taken);
        assert_eq!(taken.count(), 1000);
        assert_eq!(map.latest(), Offset::new(999));
        assert_eq!(map.slots.len(), 2000);
    }

    #[test]
    fn an_empty_map_knows_nothing() {
        let map = OffsetMap::new(0, 0.9, 0);
        assert_eq!((map.get(b"k"), map.latest()), (None, Offset::NONE));
    }
}
