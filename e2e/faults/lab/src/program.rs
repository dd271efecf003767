//! Programs of the system that the lab runs to their end: `ip`, `iptables`, `tc`, `mount`.

use std::process::{Command, Stdio};

use crate::error::LabError;

/// Runs a program; words are split at blanks.
pub fn run(line: &str) -> Result<String, LabError> {
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default();
    let output = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| LabError::Missing(format!("{program}: {error}")))?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(said(&output.stdout));
    }
    Err(LabError::Program {
        program: line.to_owned(),
        said: said(&output.stderr),
    })
}

/// Whether a program can be run at all.
pub fn is_there(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
