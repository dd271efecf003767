//! The one place of this crate that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use broker_model::Timestamp;

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is part of the shell, and this is its one reader of the wall clock"
)]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
