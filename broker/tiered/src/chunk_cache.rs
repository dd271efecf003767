//! Chunks of remote segments that were read lately, and who waits for one that is on its way.
//!
//! Owns the bytes and their order of use. Invariants: the bytes held never exceed the budget; a chunk is asked of the
//! store once, however many readers want it (single flight); a chunk that nobody asked for again is the first to go:
//! new ones enter a probation part and move to the protected one at their second use, so that one reader who passes
//! through everything does not push out what others come back to (2Q, Johnson and Shasha 1994). What is read ahead is no
//! use of a chunk; if it goes before anybody wanted it, it is counted as wasted.

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;

use crate::read_plan::PieceKey;

/// What the cache says to a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Here it is.
    Hit(Bytes),
    /// Somebody else has asked the store for it; the reader is told when it comes.
    OnItsWay,
    /// The reader asks the store, and tells with [`ChunkCache::arrived`] or [`ChunkCache::failed`].
    Ask,
}

/// A number for each reader who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReaderId(pub u64);

/// Counts for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunkCacheCounts {
    /// Found.
    pub hits: u64,
    /// Asked of the store.
    pub misses: u64,
    /// Waited for another reader's request.
    pub shared: u64,
    /// Pushed out.
    pub evicted: u64,
    /// Read ahead, and not kept until somebody wanted it.
    pub wasted: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Probation,
    Protected,
}

#[derive(Debug)]
struct Entry {
    bytes: Bytes,
    part: Part,
    /// Its place in the queue; places that were left stay there and are passed over.
    turn: u64,
}

/// A bounded cache of chunks.
#[derive(Debug)]
pub struct ChunkCache {
    budget: usize,
    held: usize,
    protected: usize,
    entries: HashMap<PieceKey, Entry>,
    probation_order: VecDeque<(PieceKey, u64)>,
    protected_order: VecDeque<(PieceKey, u64)>,
    asked: HashMap<PieceKey, Vec<ReaderId>>,
    /// Of those that are held or asked for, the ones that nobody has wanted so far.
    ahead: HashSet<PieceKey>,
    next_turn: u64,
    counts: ChunkCacheCounts,
}

/// Share of the budget that chunks with a second use may take, in quarters.
const PROTECTED_QUARTERS: usize = 3;

impl ChunkCache {
    /// A cache of at most that many bytes.
    pub fn with_budget(bytes: usize) -> Self {
        Self {
            budget: bytes,
            held: 0,
            protected: 0,
            entries: HashMap::new(),
            probation_order: VecDeque::new(),
            protected_order: VecDeque::new(),
            asked: HashMap::new(),
            ahead: HashSet::new(),
            next_turn: 0,
            counts: ChunkCacheCounts::default(),
        }
    }

    /// Looks a chunk up for a reader.
    pub fn look_up(&mut self, key: PieceKey, reader: ReaderId) -> Lookup {
        self.ahead.remove(&key);
        if let Some(bytes) = self.use_again(key) {
            self.counts.hits += 1;
            return Lookup::Hit(bytes);
        }
        if let Some(waiting) = self.asked.get_mut(&key) {
            waiting.push(reader);
            self.counts.shared += 1;
            return Lookup::OnItsWay;
        }
        self.asked.insert(key, Vec::new());
        self.counts.misses += 1;
        Lookup::Ask
    }

    /// Whether the store is to be asked for a chunk that somebody will want next; it is if nobody has. Told as after
    /// [`Lookup::Ask`].
    pub fn look_ahead(&mut self, key: PieceKey) -> bool {
        if self.entries.contains_key(&key) || self.asked.contains_key(&key) {
            return false;
        }
        self.asked.insert(key, Vec::new());
        self.ahead.insert(key);
        self.counts.misses += 1;
        true
    }

    /// Takes a chunk that the store gave, and says who else waits for it.
    pub fn arrived(&mut self, key: PieceKey, bytes: &Bytes) -> Vec<ReaderId> {
        let waiting = self.asked.remove(&key).unwrap_or_default();
        if bytes.len() <= self.budget && !self.entries.contains_key(&key) {
            self.make_room(bytes.len());
            self.held += bytes.len();
            let turn = self.queue(key, Part::Probation);
            let entry = Entry {
                bytes: bytes.clone(),
                part: Part::Probation,
                turn,
            };
            self.entries.insert(key, entry);
        }
        if !self.entries.contains_key(&key) {
            self.waste(key);
        }
        debug_assert!(self.held <= self.budget, "the budget holds");
        waiting
    }

    /// Takes note that the store did not give it; the readers ask again themselves.
    pub fn failed(&mut self, key: PieceKey) -> Vec<ReaderId> {
        self.ahead.remove(&key);
        self.asked.remove(&key).unwrap_or_default()
    }

    /// Drops what does not pass: chunks of segments that are deleted.
    pub fn retain(&mut self, keeps: impl Fn(PieceKey) -> bool) {
        let gone: Vec<PieceKey> = self.entries.keys().copied().filter(|key| !keeps(*key)).collect();
        for key in gone {
            self.ahead.remove(&key);
            self.remove(key);
        }
    }

    /// Bytes held.
    pub fn size_in_bytes(&self) -> usize {
        self.held
    }

    /// Hits, misses and the rest since the start.
    pub fn counts(&self) -> ChunkCacheCounts {
        self.counts
    }

    fn use_again(&mut self, key: PieceKey) -> Option<Bytes> {
        let turn = self.next_turn;
        let entry = self.entries.get_mut(&key)?;
        if entry.part == Part::Probation {
            entry.part = Part::Protected;
            self.protected += entry.bytes.len();
        }
        entry.turn = turn;
        let bytes = entry.bytes.clone();
        self.queue(key, Part::Protected);
        self.demote_surplus();
        self.forget_left_places();
        Some(bytes)
    }

    fn queue(&mut self, key: PieceKey, part: Part) -> u64 {
        let turn = self.next_turn;
        self.next_turn += 1;
        match part {
            Part::Probation => self.probation_order.push_back((key, turn)),
            Part::Protected => self.protected_order.push_back((key, turn)),
        }
        turn
    }

    /// Moves the longest unused of the protected part back, so that new chunks always have room.
    fn demote_surplus(&mut self) {
        while self.protected > self.budget / 4 * PROTECTED_QUARTERS {
            let Some((key, turn)) = self.protected_order.pop_front() else {
                return;
            };
            let next = self.next_turn;
            let Some(entry) = self.entries.get_mut(&key).filter(|entry| entry.turn == turn) else {
                continue;
            };
            entry.part = Part::Probation;
            entry.turn = next;
            self.protected -= entry.bytes.len();
            self.queue(key, Part::Probation);
        }
    }

    fn make_room(&mut self, size: usize) {
        while self.held + size > self.budget {
            let oldest = self
                .probation_order
                .pop_front()
                .or_else(|| self.protected_order.pop_front());
            let Some((key, turn)) = oldest else {
                return;
            };
            if self.entries.get(&key).is_some_and(|entry| entry.turn == turn) {
                self.remove(key);
                self.waste(key);
                self.counts.evicted += 1;
            }
        }
    }

    fn waste(&mut self, key: PieceKey) {
        self.counts.wasted += u64::from(self.ahead.remove(&key));
    }

    fn remove(&mut self, key: PieceKey) {
        if let Some(entry) = self.entries.remove(&key) {
            self.held -= entry.bytes.len();
            if entry.part == Part::Protected {
                self.protected -= entry.bytes.len();
            }
        }
    }

    /// Places that were left are swept when they are most of a queue, so that hits alone cannot make it grow.
    fn forget_left_places(&mut self) {
        let limit = 2 * self.entries.len() + 16;
        for order in [&mut self.probation_order, &mut self.protected_order] {
            if order.len() > limit {
                order.retain(|(key, turn)| self.entries.get(key).is_some_and(|entry| entry.turn == *turn));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_model::{LeaderEpoch, Uuid};

    use super::*;
    use crate::object_key::SegmentKey;
    use crate::read_plan::Piece;
    use crate::remote_segment::RemoteLogSegmentId;

    fn key(index: u32) -> PieceKey {
        PieceKey {
            segment: SegmentKey {
                copied_in: LeaderEpoch::new(1),
                id: RemoteLogSegmentId::new(Uuid::ZERO),
            },
            piece: Piece::Chunk(index),
        }
    }

    fn chunk(size: usize) -> Bytes {
        Bytes::from(vec![7; size])
    }

    const READER: ReaderId = ReaderId(1);

    fn read(cache: &mut ChunkCache, index: u32) -> Lookup {
        let found = cache.look_up(key(index), READER);
        if found == Lookup::Ask {
            assert_eq!(cache.arrived(key(index), &chunk(10)), []);
        }
        found
    }

    #[test]
    fn what_is_read_ahead_and_goes_before_anybody_wants_it_is_wasted() {
        let mut cache = ChunkCache::with_budget(20);
        for index in 0..2 {
            assert!(cache.look_ahead(key(index)));
            assert!(!cache.look_ahead(key(index)), "it is on its way");
            cache.arrived(key(index), &chunk(10));
            assert!(!cache.look_ahead(key(index)), "it is here");
        }
        assert_eq!(cache.look_up(key(0), READER), Lookup::Hit(chunk(10)));
        for index in 2..4 {
            assert_eq!(cache.look_up(key(index), READER), Lookup::Ask);
            cache.arrived(key(index), &chunk(10));
        }
        assert_eq!(
            cache.counts().wasted,
            1,
            "the second, and not the first nor what was wanted"
        );
        assert!(cache.look_ahead(key(9)));
        assert_eq!(cache.look_up(key(9), READER), Lookup::OnItsWay);
        assert_eq!(cache.arrived(key(9), &chunk(30)), [READER]);
        assert_eq!(cache.counts().wasted, 1, "somebody waited for it");
        assert!(cache.look_ahead(key(9)));
        cache.arrived(key(9), &chunk(30));
        assert_eq!(cache.counts().wasted, 2, "it is too large to be kept");
        assert!(cache.look_ahead(key(9)));
        cache.failed(key(9));
        assert!(cache.ahead.is_empty());
        assert_eq!(cache.counts().wasted, 2);
    }

    #[test]
    fn a_chunk_is_asked_of_the_store_once() {
        let mut cache = ChunkCache::with_budget(100);
        assert_eq!(cache.look_up(key(0), ReaderId(1)), Lookup::Ask);
        assert_eq!(cache.look_up(key(0), ReaderId(2)), Lookup::OnItsWay);
        assert_eq!(cache.look_up(key(0), ReaderId(3)), Lookup::OnItsWay);
        assert_eq!(cache.arrived(key(0), &chunk(10)), [ReaderId(2), ReaderId(3)]);
        assert_eq!(cache.look_up(key(0), ReaderId(2)), Lookup::Hit(chunk(10)));
    }

    #[test]
    fn after_a_failure_the_next_reader_asks_again() {
        let mut cache = ChunkCache::with_budget(100);
        assert_eq!(cache.look_up(key(0), ReaderId(1)), Lookup::Ask);
        assert_eq!(cache.look_up(key(0), ReaderId(2)), Lookup::OnItsWay);
        assert_eq!(cache.failed(key(0)), [ReaderId(2)]);
        assert_eq!(cache.look_up(key(0), ReaderId(2)), Lookup::Ask);
    }

    #[test]
    fn the_budget_is_never_exceeded_whatever_is_read() {
        let mut cache = ChunkCache::with_budget(95);
        let mut chance = 1_u32;
        for _ in 0..5_000 {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            read(&mut cache, chance >> 28);
            assert!(cache.size_in_bytes() <= 95);
            let places = cache.probation_order.len() + cache.protected_order.len();
            assert!(places <= 2 * (2 * cache.entries.len() + 17), "{places} places");
        }
        let held: usize = cache.entries.values().map(|entry| entry.bytes.len()).sum();
        assert_eq!(held, cache.size_in_bytes());
    }

    #[test]
    fn a_chunk_larger_than_the_budget_is_passed_on_and_not_kept() {
        let mut cache = ChunkCache::with_budget(5);
        assert_eq!(read(&mut cache, 0), Lookup::Ask);
        assert_eq!(cache.size_in_bytes(), 0);
    }

    #[test]
    fn who_reads_everything_once_does_not_push_out_what_others_come_back_to() {
        let mut cache = ChunkCache::with_budget(100);
        for _ in 0..2 {
            read(&mut cache, 0);
            read(&mut cache, 1);
        }
        for index in 100..200 {
            read(&mut cache, index);
        }
        assert_eq!(read(&mut cache, 0), Lookup::Hit(chunk(10)));
        assert_eq!(read(&mut cache, 1), Lookup::Hit(chunk(10)));
        assert_eq!(read(&mut cache, 100), Lookup::Ask);
    }

    #[test]
    fn chunks_of_deleted_segments_go() {
        let mut cache = ChunkCache::with_budget(100);
        for index in 0..5 {
            read(&mut cache, index);
        }
        cache.retain(|key| key.piece >= Piece::Chunk(3));
        assert_eq!(cache.size_in_bytes(), 20);
    }
}
