//! How much is read ahead for a consumer that goes through a remote log from front to back.
//!
//! Owns where the reader is expected next and how far it is served ahead. Invariants: the window doubles only while
//! the reader comes for what was read ahead, and starts anew when it jumps; it never exceeds the limit.

use broker_model::Offset;

/// How far a reader may be served ahead, in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadAheadLimits {
    /// After the first read that goes on where the last one ended.
    pub first: u32,
    /// At most.
    pub most: u32,
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
    pub fn note(&mut self, from: Offset, next: Offset) -> u32 {
        let goes_on = self.expected == Some(from);
        self.expected = Some(next);
        self.window = match (goes_on, self.window) {
            (false, _) => 0,
            (true, 0) => self.limits.first.min(self.limits.most),
            (true, window) => window.saturating_mul(2).min(self.limits.most),
        };
        self.window
    }

    /// Notes that what was read ahead was thrown away before it was used: there are more readers than memory.
    pub fn was_wasted(&mut self) {
        self.window /= 2;
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

    #[test]
    fn the_window_grows_for_a_reader_that_goes_on_and_has_a_limit() {
        let mut reader = reader();
        let windows: Vec<u32> = (0..7).map(|at| reader.note(offset(at), offset(at + 1))).collect();
        assert_eq!(windows, [0, 1, 2, 4, 8, 8, 8]);
    }

    #[test]
    fn a_reader_that_jumps_begins_anew() {
        let mut reader = reader();
        for at in 0..5 {
            reader.note(offset(at), offset(at + 1));
        }
        assert_eq!(reader.note(offset(1_000), offset(1_010)), 0);
        assert_eq!(reader.note(offset(1_010), offset(1_020)), 1);
    }

    #[test]
    fn what_was_thrown_away_unread_halves_the_window() {
        let mut reader = reader();
        for at in 0..5 {
            reader.note(offset(at), offset(at + 1));
        }
        reader.was_wasted();
        reader.was_wasted();
        assert_eq!(reader.note(offset(5), offset(6)), 4);
    }
}
