//! How a Rust file looks: its opening, its size, its names, and words that must not be in it.

use e2e_tidy::exceptions::LONG_FILES;
use e2e_tidy::{expect_none, repository, source};

const MAX_CODE_LINES_A_FILE: usize = 800;
const MAX_CODE_LINES_A_FUNCTION: usize = 70;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "common", "core", "util", "utils", "helper", "helpers", "misc", "base",
];

/// Marks of unfinished work, put together here so that this file does not hold them.
fn unfinished_marks() -> Vec<String> {
    [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK")]
        .iter()
        .map(|(a, b)| format!("{a}{b}"))
        .collect()
}

#[test]
fn every_file_opens_with_what_it_is() {
    let mut offenders = Vec::new();
    for path in repository::files_ending(".rs") {
        let text = repository::text(&path).unwrap_or_default();
        let first = text
            .lines()
            .find(|line| !line.starts_with("#!"))
            .unwrap_or_default();
        if !first.starts_with("//!") {
            offenders.push(path);
        }
    }
    expect_none("A file opens with //! and says what it decides", &offenders);
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let mut offenders = Vec::new();
    for source in source::sources() {
        let lines = source::code_lines(&source.code);
        let ceiling = LONG_FILES
            .iter()
            .find(|file| file.path == source.path)
            .map_or(MAX_CODE_LINES_A_FILE, |f| f.ceiling);
        if lines > ceiling {
            offenders.push(format!("{}: {lines} code lines, {ceiling} allowed", source.path));
        }
    }
    for file in LONG_FILES {
        let text = repository::text(file.path).unwrap_or_default();
        if source::code_lines(&source::blank_comments_and_literals(&text)) <= MAX_CODE_LINES_A_FILE {
            offenders.push(format!("{}: the exception is no longer needed", file.path));
        }
    }
    expect_none("Cut a long file by event family", &offenders);
}

#[test]
fn no_function_is_longer_than_a_screen() {
    let mut offenders = Vec::new();
    for source in source::sources() {
        for (name, line, lines) in source::functions(&source.code) {
            if lines > MAX_CODE_LINES_A_FUNCTION {
                offenders.push(format!("{}:{line}: {name} has {lines} code lines", source.path));
            }
        }
    }
    expect_none("A function fits on a screen", &offenders);
}

#[test]
fn every_name_says_something() {
    let mut offenders = Vec::new();
    for path in repository::files() {
        let parts = path.split('/').map(|part| part.trim_end_matches(".rs"));
        if path.starts_with("broker/") && parts.clone().any(|part| EMPTY_NAMES.contains(&part)) {
            offenders.push(path.clone());
        }
        if path.ends_with("/mod.rs") {
            offenders.push(format!("{path}: write foo.rs beside foo/"));
        }
    }
    for source in source::sources() {
        for name in EMPTY_NAMES {
            for line in source::lines_with(&source.code, &format!("mod {name}")) {
                offenders.push(format!("{}:{line}: mod {name}", source.path));
            }
        }
    }
    expect_none("No crate, module or folder has an empty name", &offenders);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut offenders = Vec::new();
    for path in repository::files() {
        if !["rs", "md", "toml", "sh", "yml", "yaml"].contains(&path.rsplit('.').next().unwrap_or_default()) {
            continue;
        }
        let text = repository::text(&path).unwrap_or_default();
        for mark in unfinished_marks() {
            for line in source::lines_with(&text, &mark) {
                offenders.push(format!("{path}:{line}: {mark}"));
            }
        }
    }
    expect_none("Marks of unfinished work", &offenders);
}

#[test]
fn shipped_code_does_not_unwrap() {
    let mut offenders = Vec::new();
    for source in source::sources() {
        if !source.path.starts_with("broker/") {
            continue;
        }
        for line in source.shipped_lines_with(".unwrap()") {
            offenders.push(format!("{}:{line}", source.path));
        }
    }
    expect_none(
        "Outside tests, an invariant is named with expect or an error is returned",
        &offenders,
    );
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    let mut offenders = Vec::new();
    for source in source::sources() {
        for start in ["#[allow(", "#![allow("] {
            for line in source::lines_with(&source.code, start) {
                offenders.push(format!("{}:{line}: {start}", source.path));
            }
        }
    }
    expect_none("Write #[expect(lint, reason = \"…\")]", &offenders);
}
