//! One history for every anomaly, and good ones: a checker that misses any of them, or sees one where there is none,
//! is not to be trusted with a real history.
//!
//! The name of a file in `histories` up to the first dot says what must be found in it, and nothing else; `good` is
//! nothing.

use crate::{Checker, Event, HistoryError};

/// The histories: name and lines.
pub const HISTORIES: &[(&str, &str)] = &[
    ("aborted-read", include_str!("../histories/aborted-read.jsonl")),
    ("ack-under-min", include_str!("../histories/ack-under-min.jsonl")),
    (
        "commit-invented",
        include_str!("../histories/commit-invented.jsonl"),
    ),
    ("commit-lost", include_str!("../histories/commit-lost.jsonl")),
    (
        "commit-lost.nowhere",
        include_str!("../histories/commit-lost.nowhere.jsonl"),
    ),
    ("duplicate", include_str!("../histories/duplicate.jsonl")),
    (
        "duplicate.same-epoch",
        include_str!("../histories/duplicate.same-epoch.jsonl"),
    ),
    (
        "duplicate.sequence",
        include_str!("../histories/duplicate.sequence.jsonl"),
    ),
    (
        "duplicate.unknown-epoch",
        include_str!("../histories/duplicate.unknown-epoch.jsonl"),
    ),
    ("failed-read", include_str!("../histories/failed-read.jsonl")),
    ("good", include_str!("../histories/good.jsonl")),
    (
        "good.at-least-once",
        include_str!("../histories/good.at-least-once.jsonl"),
    ),
    ("good.batches", include_str!("../histories/good.batches.jsonl")),
    ("good.bytes", include_str!("../histories/good.bytes.jsonl")),
    (
        "good.commit-under-way",
        include_str!("../histories/good.commit-under-way.jsonl"),
    ),
    ("good.resent", include_str!("../histories/good.resent.jsonl")),
    (
        "good.retention",
        include_str!("../histories/good.retention.jsonl"),
    ),
    (
        "high-watermark-back",
        include_str!("../histories/high-watermark-back.jsonl"),
    ),
    (
        "inconsistent-offset",
        include_str!("../histories/inconsistent-offset.jsonl"),
    ),
    (
        "log-start-back",
        include_str!("../histories/log-start-back.jsonl"),
    ),
    ("lost-write", include_str!("../histories/lost-write.jsonl")),
    (
        "lost-write.without-offset",
        include_str!("../histories/lost-write.without-offset.jsonl"),
    ),
    ("metadata-lost", include_str!("../histories/metadata-lost.jsonl")),
    (
        "metadata-lost.back",
        include_str!("../histories/metadata-lost.back.jsonl"),
    ),
    ("offset-gap", include_str!("../histories/offset-gap.jsonl")),
    ("other-bytes", include_str!("../histories/other-bytes.jsonl")),
    (
        "other-bytes.nowhere",
        include_str!("../histories/other-bytes.nowhere.jsonl"),
    ),
    ("poll-back", include_str!("../histories/poll-back.jsonl")),
    ("poll-skip", include_str!("../histories/poll-skip.jsonl")),
    ("reordered", include_str!("../histories/reordered.jsonl")),
    (
        "replicas-differ",
        include_str!("../histories/replicas-differ.jsonl"),
    ),
    (
        "stable-offset-back",
        include_str!("../histories/stable-offset-back.jsonl"),
    ),
    ("stale-commit", include_str!("../histories/stale-commit.jsonl")),
    (
        "torn-transaction",
        include_str!("../histories/torn-transaction.jsonl"),
    ),
    (
        "two-controllers",
        include_str!("../histories/two-controllers.jsonl"),
    ),
    ("two-leaders", include_str!("../histories/two-leaders.jsonl")),
    ("two-owners", include_str!("../histories/two-owners.jsonl")),
    ("unseen-write", include_str!("../histories/unseen-write.jsonl")),
    ("vanished-read", include_str!("../histories/vanished-read.jsonl")),
];

/// What is found in each history against what its name says; all pairs are equal if the checker is sound.
///
/// # Errors
/// A history is not one.
pub fn run() -> Result<Vec<(&'static str, Vec<String>)>, HistoryError> {
    let judged = HISTORIES.iter().map(|(name, lines)| {
        let mut checker = Checker::default();
        for (line, text) in (1..).zip(lines.lines()) {
            let event: Event =
                serde_json::from_str(text).map_err(|source| HistoryError::Line { line, source })?;
            checker.observe(&event);
        }
        let found = checker.finish().found;
        Ok((
            *name,
            found.into_iter().map(|found| found.anomaly.name()).collect(),
        ))
    });
    judged.collect()
}

/// The anomaly that a history's name promises; none for a good one.
#[must_use]
pub fn promised(name: &str) -> Option<&str> {
    let name = name.split('.').next().unwrap_or(name);
    (name != "good").then_some(name)
}
