//! Documents tell the truth: links and paths lead somewhere, every invariant has its test, nothing names a machine.

use std::collections::BTreeSet;
use std::path::Path;

use e2e_tidy::{expect_none, repository, source};

/// Invariants that one node can break; each needs a row in `docs/invariants.md` with a test, or `none yet: ` and what is missing.
const INVARIANTS: &[u32] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 21, 22, 23, 24, 25, 26, 28, 30, 32,
];

#[test]
fn every_link_leads_to_a_file() {
    let mut offenders = Vec::new();
    for path in repository::files_ending(".md") {
        let text = repository::text(&path).unwrap_or_default();
        let folder = Path::new(&path).parent().unwrap_or(Path::new(""));
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !repository::root().join(folder).join(target).exists() {
                offenders.push(format!("{path}: {target}"));
            }
        }
    }
    expect_none("Links to files that are not there", &offenders);
}

#[test]
fn every_path_in_a_document_exists() {
    let mut offenders = Vec::new();
    for path in repository::files_ending(".md") {
        for word in repository::text(&path)
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2)
        {
            let is_path = ["broker/", "e2e/", "docs/", "examples/", ".ci/"]
                .iter()
                .any(|start| word.starts_with(start))
                && !word.contains(['*', '<', ' ', '…', '{', ',']);
            if is_path
                && !repository::root()
                    .join(word.split(':').next().unwrap_or_default())
                    .exists()
            {
                offenders.push(format!("{path}: {word}"));
            }
        }
    }
    expect_none("Paths in documents that are not there", &offenders);
}

/// Names of all functions, tests among them.
fn functions() -> BTreeSet<String> {
    repository::files_ending(".rs")
        .iter()
        .filter_map(|path| repository::text(path))
        .flat_map(|text| source::functions(&source::blank_comments_and_literals(&text)))
        .map(|(name, ..)| name)
        .collect()
}

#[test]
fn every_trap_and_every_attack_names_tests_that_exist() {
    let tests = functions();
    let mut offenders = Vec::new();
    for path in ["docs/traps.md", "docs/hostile-input.md"] {
        let text = repository::text(path).unwrap_or_default();
        let rows = text
            .lines()
            .filter(|line| line.starts_with("| ") && line.contains('`'));
        for row in rows {
            let cell = row
                .trim_end_matches(['|', ' '])
                .rsplit('|')
                .next()
                .unwrap_or_default();
            let named = cell.split('`').skip(1).step_by(2);
            offenders.extend(
                named
                    .filter(|name| !tests.contains(*name))
                    .map(|name| format!("{path}: there is no test {name}")),
            );
        }
    }
    expect_none("Tables of tests", &offenders);
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let text = repository::text("docs/invariants.md").unwrap_or_default();
    let tests = functions();
    let mut offenders = Vec::new();
    for number in INVARIANTS {
        let Some(row) = text
            .lines()
            .find(|line| line.starts_with(&format!("| I{number} |")))
        else {
            offenders.push(format!("I{number} has no row"));
            continue;
        };
        let cell = row
            .trim_end_matches(['|', ' '])
            .rsplit('|')
            .next()
            .unwrap_or_default();
        let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        if named.is_empty() && !cell.trim_start().starts_with("none yet: ") {
            offenders.push(format!("I{number} names no test"));
        }
        for name in named {
            if !tests.contains(name.rsplit("::").next().unwrap_or(name)) {
                offenders.push(format!("I{number}: there is no test {name}"));
            }
        }
    }
    expect_none("docs/invariants.md", &offenders);
}

#[test]
fn no_file_names_the_machine_that_it_was_written_on() {
    let marks: Vec<String> = ["/wo|rk/", "/fa|rm/", "/ho|me/", "/ro|ot/", "/Us|ers/"]
        .iter()
        .map(|m| m.replace('|', ""))
        .collect();
    let mut offenders = Vec::new();
    for path in repository::files() {
        let Some(text) = repository::text(&path) else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            let preceded = |at: usize| {
                line[..at]
                    .chars()
                    .next_back()
                    .is_some_and(|c| c.is_alphanumeric() || ".-_}".contains(c))
            };
            if marks
                .iter()
                .any(|mark| line.match_indices(mark.as_str()).any(|(at, _)| !preceded(at)))
            {
                offenders.push(format!("{path}:{}", index + 1));
            }
        }
    }
    expect_none("Absolute paths of a machine", &offenders);
}

#[test]
fn the_changelog_has_a_place_for_the_next_change() {
    let text = repository::text("CHANGELOG.md").unwrap_or_default();
    assert!(
        text.lines().any(|line| line.starts_with("## Unreleased")),
        "CHANGELOG.md needs a heading Unreleased"
    );
}

#[test]
fn top_level_documents_are_there() {
    let wanted = [
        "README.md",
        "ARCHITECTURE.md",
        "GLOSSARY.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
    ];
    let missing: Vec<String> = wanted
        .iter()
        .filter(|path| !repository::root().join(path).is_file())
        .map(|path| (*path).to_owned())
        .collect();
    expect_none("Documents at the root", &missing);
}
