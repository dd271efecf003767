//! Whether a Lease may be taken.

use std::time::Duration;

/// What to do with a Lease that was seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Turn {
    /// Another holds it.
    Wait,
    /// Nobody holds it, or who did is gone.
    Take,
}

/// By who holds it and how long this process has seen it unchanged.
pub(super) fn turn(holder: Option<&str>, own: &str, unchanged: Duration, lasts: Duration) -> Turn {
    match holder {
        None | Some("") => Turn::Take,
        Some(holder) if holder == own => Turn::Take,
        Some(_) if unchanged > lasts => Turn::Take,
        Some(_) => Turn::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTS: Duration = Duration::from_secs(15);

    #[test]
    fn a_lease_of_another_is_taken_only_after_it_stood_still_for_as_long_as_it_lasts() {
        assert_eq!(turn(Some("b"), "a", LASTS, LASTS), Turn::Wait);
        assert_eq!(
            turn(Some("b"), "a", LASTS + Duration::from_secs(1), LASTS),
            Turn::Take
        );
    }

    #[test]
    fn a_lease_that_was_given_back_is_taken_at_once() {
        assert_eq!(turn(Some(""), "a", Duration::ZERO, LASTS), Turn::Take);
        assert_eq!(turn(None, "a", Duration::ZERO, LASTS), Turn::Take);
    }
}
