//! Repository rules that clippy cannot express, as tests without dependencies.
//!
//! This crate reads the files that git tracks and answers questions about them; the rules themselves are the files of
//! `tests/`, one a family. It decides nothing about the broker and needs no network. Invariant: a rule names every
//! offender in one message, so that one run shows all the work.
//!
//! Exceptions live in [`exceptions`] and nowhere else.

pub mod dependencies;
pub mod exceptions;
pub mod repository;
pub mod source;

/// Fails with all offenders at once.
///
/// # Panics
///
/// Panics if there is any offender.
pub fn expect_none(rule: &str, offenders: &[String]) {
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}
