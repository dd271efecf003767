//! How large an answer may become whose size the request does not bound.
//!
//! A request that names one large group a million times is small, its answer would be not. Groups for which there is
//! no room any more are answered with an error; a client that needs them asks for fewer at once.

/// Most bytes of one answer, about.
const ANSWER_SIZE_MAX: usize = 64 << 20;

/// What is left of one answer.
#[derive(Debug)]
pub struct AnswerRoom {
    left: usize,
}

impl AnswerRoom {
    /// Nothing was answered yet.
    pub fn new() -> Self {
        Self {
            left: ANSWER_SIZE_MAX,
        }
    }

    /// Takes room for `bytes`; answers whether there was.
    pub fn take(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

impl Default for AnswerRoom {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_takes_no_room() {
        let mut room = AnswerRoom::new();
        assert!(room.take(ANSWER_SIZE_MAX - 1));
        assert!(!room.take(2));
        assert!(room.take(1));
    }
}
