//! Arrows between crates point down, and below the shell line nothing blocks, waits or reads a clock.

use e2e_tidy::exceptions::SHELL_WORDS;
use e2e_tidy::{expect_none, repository, source};

/// Crate and the crates of ours that it may name. Those below the shell line first.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("codec", &["model"]),
    ("protocol", &["model", "codec"]),
    ("metadata", &["model", "codec"]),
    ("raft", &["model", "codec", "protocol", "metadata"]),
    ("storage", &["model", "codec"]),
    ("replication", &["model", "codec", "metadata", "storage"]),
    ("quorum", &["model", "metadata", "raft", "storage"]),
    ("controller", &["model", "codec", "protocol", "metadata"]),
    ("coordinator", &["model", "codec", "protocol", "metadata"]),
    ("tiered", &["model", "codec", "metadata", "storage"]),
    (
        "sim",
        &[
            "model",
            "codec",
            "protocol",
            "metadata",
            "raft",
            "storage",
            "quorum",
            "replication",
            "controller",
            "coordinator",
            "tiered",
        ],
    ),
    ("admin", &[]),
    ("client", &["model", "codec", "protocol"]),
    ("cli", &["model", "codec", "protocol", "client", "admin"]),
    (
        "server",
        &[
            "model",
            "codec",
            "protocol",
            "metadata",
            "raft",
            "storage",
            "quorum",
            "replication",
            "controller",
            "coordinator",
            "client",
            "admin",
            "cli",
            "tiered",
            "operator-laptop",
        ],
    ),
    ("schema", &[]),
];

const BELOW_THE_SHELL_LINE: usize = 12;

/// The same for the operator. Its pure crates come first; they share no crate with the broker and have no Kubernetes
/// client. Its shell talks to brokers as any client does.
const OPERATOR_MAY_USE: &[(&str, &[&str])] = &[
    ("api", &[]),
    ("plan", &["api"]),
    (
        "topics",
        &["plan", "broker-client", "broker-model", "broker-protocol"],
    ),
    (
        "laptop",
        &[
            "api",
            "plan",
            "topics",
            "broker-admin",
            "broker-client",
            "broker-model",
        ],
    ),
    (
        "controller",
        &[
            "api",
            "plan",
            "topics",
            "broker-admin",
            "broker-client",
            "broker-codec",
            "broker-model",
            "broker-protocol",
        ],
    ),
];

const OPERATOR_BELOW_THE_SHELL_LINE: usize = 2;

/// Folders of the crates below the shell line.
fn folders_below_the_shell_line() -> Vec<String> {
    let broker = MAY_USE.iter().take(BELOW_THE_SHELL_LINE);
    broker
        .map(|(name, _)| format!("broker/{name}/"))
        .chain(
            OPERATOR_MAY_USE
                .iter()
                .take(OPERATOR_BELOW_THE_SHELL_LINE)
                .map(|(name, _)| format!("operator/{name}/")),
        )
        .collect()
}

/// Words that mean I/O, waiting, clocks or chance.
const SHELL_ONLY: &[&str] = &[
    "tokio",
    "std::net",
    "std::fs",
    "std::thread",
    "Instant",
    "SystemTime",
    "rand",
    "getrandom",
    "Arc<Mutex",
    "axum",
];

/// What is wrong with a manifest, if it is one of a crate of this family.
fn arrows_up(path: &str, family: &str, table: &[(&str, &[&str])]) -> Vec<String> {
    let Some(name) = path
        .strip_prefix(&format!("{family}/"))
        .and_then(|rest| rest.strip_suffix("/Cargo.toml"))
    else {
        return Vec::new();
    };
    if ["fuzz", "api/cel"].contains(&name) {
        return Vec::new();
    }
    let Some((_, allowed)) = table.iter().find(|(crate_name, _)| *crate_name == name) else {
        return vec![format!(
            "{path}: a new crate needs a row in the table of layers (and an ADR)"
        )];
    };
    let text = repository::text(path).unwrap_or_default();
    let of_ours = |line: &str| {
        let dependency = line.split(['.', ' ']).next()?.to_owned();
        let (other_family, other) = dependency.split_once('-')?;
        let ours = ["broker", "operator"].contains(&other_family);
        let may =
            (other_family == family && allowed.contains(&other)) || allowed.contains(&dependency.as_str());
        (ours && !may).then_some(dependency)
    };
    text.lines()
        .filter_map(of_ours)
        .map(|other| format!("{path}: {family}-{name} must not use {other}"))
        .collect()
}

#[test]
fn a_crate_names_only_crates_below_it() {
    let mut offenders = Vec::new();
    for path in repository::files_ending("Cargo.toml") {
        for (family, table) in [("broker", MAY_USE), ("operator", OPERATOR_MAY_USE)] {
            offenders.extend(arrows_up(&path, family, table));
        }
    }
    expect_none("Arrows between crates point down only", &offenders);
}

#[test]
fn nothing_below_the_shell_line_blocks_waits_or_reads_a_clock() {
    let below: Vec<String> = folders_below_the_shell_line()
        .into_iter()
        .map(|folder| format!("{folder}src/"))
        .collect();
    let mut offenders = Vec::new();
    for source in source::sources() {
        if !below.iter().any(|folder| source.path.starts_with(folder))
            || source.path == "broker/storage/src/fs.rs"
        {
            continue;
        }
        for word in SHELL_ONLY {
            if SHELL_WORDS
                .iter()
                .any(|(path, excepted, _)| source.path.starts_with(path) && excepted == word)
            {
                continue;
            }
            for line in source.shipped_lines_with(word) {
                offenders.push(format!("{}:{line}: {word}", source.path));
            }
        }
    }
    expect_none(
        "Time, chance, files and sockets are arguments below the shell line",
        &offenders,
    );
}

#[test]
fn no_crate_below_the_shell_line_depends_on_a_runtime() {
    let mut offenders = Vec::new();
    for folder in folders_below_the_shell_line() {
        let manifest = repository::text(&format!("{folder}Cargo.toml")).unwrap_or_default();
        let shipped = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for word in ["tokio", "axum", "getrandom", "rand", "socket2", "parking_lot"] {
            if shipped
                .lines()
                .any(|line| line.split(['.', ' ', '=']).next() == Some(word))
            {
                offenders.push(format!("{folder}: {word}"));
            }
        }
    }
    expect_none("Runtimes and randomness stay above the shell line", &offenders);
}

#[test]
fn no_exception_is_left_over() {
    let sources = source::sources();
    let unused: Vec<String> = SHELL_WORDS
        .iter()
        .filter(|(path, word, _)| {
            !sources
                .iter()
                .any(|source| source.path.starts_with(path) && !source.shipped_lines_with(word).is_empty())
        })
        .map(|(path, word, _)| format!("{path}: {word}"))
        .collect();
    expect_none("Exceptions that nothing needs any more", &unused);
}
