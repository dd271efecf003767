//! One node as a process of this machine, for every development cluster: how it is started, and what it said last.
//!
//! Owns nothing. Invariants: a node ends by itself when the process that started it is gone, however that happened, and is
//! in a process group of its own, so that a Ctrl-C reaches its parent alone. To be started on the main thread: the system
//! ends a node with the thread that started it.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Lines of a node's output that an error shows.
const LAST_LINES: usize = 5;

/// Starts a node with a properties file and more configuration beside it; what it says is added to `output`.
///
/// # Errors
/// The output cannot be opened, or the program cannot be started.
pub fn start(
    program: &Path,
    properties: &Path,
    overrides: &[(String, String)],
    output: &Path,
) -> io::Result<Child> {
    let output = OpenOptions::new().create(true).append(true).open(output)?;
    let overrides = overrides.iter();
    let overrides = overrides.flat_map(|(key, value)| ["--override".to_owned(), format!("{key}={value}")]);
    Command::new(program)
        .arg("broker")
        .arg("--config")
        .arg(properties)
        .args(overrides)
        .arg("--end-with")
        .arg(std::process::id().to_string())
        .env_clear()
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .spawn()
}

/// The last lines of a node's output, for errors.
#[must_use]
pub fn last_words(output: &Path) -> String {
    let text = std::fs::read_to_string(output).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(LAST_LINES).collect();
    let last: Vec<&str> = lines.into_iter().rev().collect();
    format!("{}: {}", output.display(), last.join("\n"))
}
