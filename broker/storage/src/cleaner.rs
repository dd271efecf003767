//! The log cleaner: of each key of a compacted log the newest record stays (KIP-58, KIP-354, KIP-534).
//!
//! How a driver uses it, holding a partition's lock only where a log is named:
//!
//! 1. `LogCleaner::new` once, with `LogManager::cleaner_offsets` after the start.
//! 2. Each round: `log.cleaning_facts(cleaner.cleaned_to(partition), now)` of every log, then
//!    `cleaner.grab_dirtiest(facts)`, which names the log to clean or nobody.
//! 3. The log is flushed to `facts.flush_to`, so that no crash takes back what the cleaning rests on (a marker, a newer
//!    value); then `log.begin_cleaning(&facts, options, now)` takes a snapshot of what is to be read: a `Cleaning`.
//! 4. `cleaning.step()` without any lock until it answers `Done`; between two steps the driver waits for as long as
//!    its `CleanerThrottle` says, and may stop. The result lies in `.cleaned` files, durable, that nobody sees.
//! 5. `log.finish_cleaning(cleaning, now)` puts it in the place of the old segments: renames, no copying. Its
//!    `pending` goes to `LogManager::delete_later`, its outcome to `cleaner.finished`. A cleaning that failed or was
//!    interrupted goes to `cleaning.give_up()` and `cleaner.failed` or `cleaner.released`.
//! 6. `LogManager::write_cleaner_offsets(cleaner.offsets())` now and then, and at the stop.
//!
//! Invariants: offsets of records never change; nothing at or behind the last stable offset, in the active segment
//! or younger than the minimal lag is touched; a crash at any step leaves the old segments or the new ones.

pub(crate) mod batch_filter;
pub(crate) mod cleanable;
pub(crate) mod cleaned_transactions;
pub(crate) mod cleaner_throttle;
pub(crate) mod cleaning;
pub(crate) mod log_cleaner;
pub(crate) mod offset_map;
pub(crate) mod segment_group;
pub(crate) mod segment_source;
pub(crate) mod segment_swap;
#[cfg(test)]
mod tests;
