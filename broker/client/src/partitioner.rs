//! Which partition a record belongs to: the rule that all of Kafka's clients share, so that equal keys meet.
//!
//! With a key: Murmur2 of its bytes with the seed and constants that the Java client uses, made positive, modulo the
//! number of partitions. Without one: a partition is kept until a batch's worth of bytes went there, then the next
//! has its turn (KIP-794).

const SEED: u32 = 0x9747_b28c;
const MULTIPLIER: u32 = 0x5bd1_e995;
const SHIFT: u32 = 24;

/// The 32-bit Murmur2 hash of Kafka's clients.
pub fn murmur2(bytes: &[u8]) -> u32 {
    let mut hash = SEED ^ bytes.len() as u32;
    let (words, tail) = bytes.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        k ^= k >> SHIFT;
        hash = hash.wrapping_mul(MULTIPLIER) ^ k.wrapping_mul(MULTIPLIER);
    }
    if !tail.is_empty() {
        for (place, byte) in tail.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MULTIPLIER);
    hash ^ hash >> 15
}

/// The partition of a key among `partitions`, which must not be 0.
pub fn partition_for_key(key: &[u8], partitions: u32) -> u32 {
    (murmur2(key) & 0x7fff_ffff) % partitions.max(1)
}

/// Chooses partitions for records with and without keys.
#[derive(Clone, Debug)]
pub struct StickyPartitioner {
    partitions: u32,
    current: u32,
    sent: usize,
    batch_size: usize,
}

impl StickyPartitioner {
    /// For a topic of so many partitions; keyless records move on after `batch_size` bytes.
    pub fn new(partitions: u32, batch_size: usize) -> Self {
        Self {
            partitions: partitions.max(1),
            current: 0,
            sent: 0,
            batch_size,
        }
    }

    /// The partition for a record of `size` bytes.
    pub fn choose(&mut self, key: Option<&[u8]>, size: usize) -> u32 {
        if let Some(key) = key {
            return partition_for_key(key, self.partitions);
        }
        if self.sent >= self.batch_size {
            self.current = (self.current + 1) % self.partitions;
            self.sent = 0;
        }
        self.sent += size;
        self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_java_client() {
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ] {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
        }
        assert_eq!(murmur2(b"abc") as i32, 479_470_107);
    }

    #[test]
    fn a_key_always_meets_the_same_partition_within_range() {
        for count in 1..20 {
            let partition = partition_for_key(b"21", count);
            assert!(partition < count);
            assert_eq!(partition, (-973_932_308_i32 & i32::MAX) as u32 % count);
        }
    }

    #[test]
    fn keyless_records_fill_a_batch_before_the_next_partition_has_its_turn() {
        let mut partitioner = StickyPartitioner::new(3, 100);
        let chosen: Vec<u32> = (0..8).map(|_| partitioner.choose(None, 50)).collect();
        assert_eq!(chosen, [0, 0, 1, 1, 2, 2, 0, 0]);
        assert_eq!(partitioner.choose(Some(b"21"), 50), partition_for_key(b"21", 3));
    }
}
