//! How much is read ahead for a consumer that goes through a remote log from front to back.
//!
//! Owns where the reader is expected next and how far it is served ahead. Invariants: the window doubles only while
//! the reader comes for what was read ahead, and starts anew when it jumps; it shrinks while what is read ahead does not
//! last until it is wanted; it never exceeds the limit.

use broker_model::Offset;

/// How far a reader may be served ahead, in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadAheadLimits {
    /// After the first read that goes on where the last one ended.
    pub first: u32,
    /// At most.
    pub most: u32,
}

/// What became of what was read ahead of late, for anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// It was there when it was wanted, or is still.
    Kept,
    /// Some of it was thrown away before: there are more readers than memory.
    Wasted,
}

/// The state of one reader.
#[derive(Clone, Debug)]
pub struct ReadAhead {
    limits: ReadAheadLimits,
    expected: Option<Offset>,
    window: u32,
}

impl ReadAhead {
    /// Of a reader that has not read yet.
    pub fn new(limits: ReadAheadLimits) -> Self {
        Self {
            limits,
            expected: None,
            window: 0,
        }
    }

    /// Notes a read from `from` up to `next`; how many chunks behind it are worth reading now.
    pub fn note(&mut self, from: Offset, next: Offset, ahead: Ahead) -> u32 {
        let goes_on = self.expected == Some(from);
        self.expected = Some(next);
        self.window = match (goes_on, ahead, self.window) {
            (false, ..) => 0,
            (true, Ahead::Wasted, window) => window / 2,
            (true, Ahead::Kept, 0) => self.limits.first.min(self.limits.most),
            (true, Ahead::Kept, window) => window.saturating_mul(2).min(self.limits.most),
        };
        self.window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> ReadAhead {
        ReadAhead::new(ReadAheadLimits { first: 1, most: 8 })
    }

    fn offset(value: i64) -> Offset {
        Offset::new(value)
    }

    fn note(reader: &mut ReadAhead, from: i64, next: i64) -> u32 {
        reader.note(offset(from), offset(next), Ahead::Kept)
    }

    #[test]
    fn the_window_grows_for_a_reader_that_goes_on_and_has_a_limit() {
        let mut reader = reader();
        let windows: Vec<u32> = (0..7).map(|at| note(&mut reader, at, at + 1)).collect();
        assert_eq!(windows, [0, 1, 2, 4, 8, 8, 8]);
    }

    #[test]
    fn a_reader_that_jumps_begins_anew() {
        let mut reader = reader();
        for at in 0..5 {
            note(&mut reader, at, at + 1);
        }
        assert_eq!(note(&mut reader, 1_000, 1_010), 0);
        assert_eq!(note(&mut reader, 1_010, 1_020), 1);
    }

    #[test]
    fn what_was_thrown_away_unread_halves_the_window() {
        let mut reader = reader();
        for at in 0..5 {
            note(&mut reader, at, at + 1);
        }
        let mut wasted = |at| reader.note(offset(at), offset(at + 1), Ahead::Wasted);
        assert_eq!([5, 6, 7, 8, 9].map(&mut wasted), [4, 2, 1, 0, 0]);
        assert_eq!(note(&mut reader, 10, 11), 1);
    }
}
