//! Values for a load: bytes that do not compress, or text that does, different from record to record.
//!
//! A pool is filled once; a value is a window into it, so that making values costs nothing next to sending them.

use clap::ValueEnum;

/// Windows into the pool that are told apart.
const WINDOWS: usize = 4096;

/// What values are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PayloadKind {
    /// Bytes that do not compress
    Random,
    /// Words, which compress to about a third
    Text,
    /// Zeros, which compress to nothing
    Zeros,
}

/// A pool of bytes.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    pool: Vec<u8>,
    size: usize,
    next: usize,
}

impl Payload {
    pub(crate) fn new(kind: PayloadKind, size: usize) -> Self {
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        let mut pool = Vec::with_capacity(size + WINDOWS);
        while pool.len() < size + WINDOWS {
            match kind {
                PayloadKind::Random => pool.extend(chance.next().to_le_bytes()),
                PayloadKind::Text => pool.extend_from_slice(word(chance.next()).as_bytes()),
                PayloadKind::Zeros => pool.extend([0; 8]),
            }
        }
        Self { pool, size, next: 0 }
    }

    /// The next value.
    pub(crate) fn value(&mut self) -> &[u8] {
        self.next = (self.next + 1) % WINDOWS;
        &self.pool[self.next..self.next + self.size]
    }
}

fn word(number: u64) -> String {
    let syllables = [
        "ka", "fu", "ri", "mo", "ne", "ta", "lu", "so", "vi", "ge", "po", "da",
    ];
    let count = syllables.len() as u64;
    let at = |shift: u32| syllables[((number >> shift) % count) as usize];
    format!("{}{}{} ", at(0), at(16), at(32))
}

/// Marsaglia's xorshift: the same values in each run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[cfg(test)]
mod tests {
    use broker_codec::compression::{CompressionLevel, compress};
    use broker_model::CompressionType;

    use super::*;

    fn packed_share(kind: PayloadKind) -> f64 {
        let mut payload = Payload::new(kind, 100_000);
        let value = payload.value();
        let packed = compress(CompressionType::Zstd, CompressionLevel::Default, value).unwrap();
        packed.len() as f64 / value.len() as f64
    }

    #[test]
    fn values_compress_as_their_kind_says() {
        assert!(packed_share(PayloadKind::Random) > 0.99);
        assert!((0.1..0.6).contains(&packed_share(PayloadKind::Text)));
        assert!(packed_share(PayloadKind::Zeros) < 0.01);
    }

    #[test]
    fn values_have_their_size_and_differ() {
        for size in [0, 1, 7, 1024] {
            assert_eq!(Payload::new(PayloadKind::Text, size).value().len(), size);
        }
        let mut payload = Payload::new(PayloadKind::Random, 32);
        let first = payload.value().to_vec();
        assert_ne!(payload.value(), first);
    }
}
