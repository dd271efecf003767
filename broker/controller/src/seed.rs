//! Randomness as a value: the caller draws a seed, and everything random in a decision follows from it.

use broker_model::Uuid;

/// Source of the random choices of one decision (xoshiro256**, Blackman and Vigna).
#[derive(Clone, Debug)]
pub struct Seed([u64; 4]);

impl Seed {
    /// Takes 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        let mut state = [0; 4];
        for (word, chunk) in state.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        if state == [0; 4] {
            // The one state that the generator never leaves.
            state[0] = 1;
        }
        Self(state)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next_u64()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// Brings the elements into a random order.
    pub fn shuffle<T>(&mut self, elements: &mut [T]) {
        for last in (1..elements.len()).rev() {
            elements.swap(last, self.below(last + 1));
        }
    }

    /// A random id whose text does not begin with a dash, so that command lines take it as a value.
    pub fn uuid(&mut self) -> Uuid {
        loop {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&self.next_u64().to_be_bytes());
            bytes[8..].copy_from_slice(&self.next_u64().to_be_bytes());
            let id = Uuid::from_random(bytes);
            if !id.to_string().starts_with('-') {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_choose_alike_and_others_do_not() {
        let ids = |byte| {
            let mut seed = Seed::new([byte; 32]);
            [seed.uuid(), seed.uuid()]
        };
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1)[0], ids(1)[1]);
        assert_ne!(ids(1), ids(2));
    }

    #[test]
    fn ids_never_begin_with_a_dash() {
        let mut seed = Seed::new([0; 32]);
        assert!((0..1_000).all(|_| !seed.uuid().to_string().starts_with('-')));
    }

    #[test]
    fn a_shuffle_keeps_every_element() {
        let mut elements: Vec<i32> = (0..50).collect();
        Seed::new([3; 32]).shuffle(&mut elements);
        assert_ne!(elements, (0..50).collect::<Vec<_>>());
        elements.sort_unstable();
        assert_eq!(elements, (0..50).collect::<Vec<_>>());
    }
}
