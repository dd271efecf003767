//! What is linked: the packages of `Cargo.lock` and `cargo metadata`, and what `deny.toml` says about them.
//!
//! Reads just enough of three formats that cargo writes itself or that this repository holds; anything unexpected shows
//! as an empty answer, which the rules refuse.

use std::process::Command;

use crate::repository;

/// A package of the dependency graph.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Package {
    /// Name in the registry.
    pub name: String,
    /// Version.
    pub version: String,
    /// Where it comes from; `None` for a member of the workspace.
    pub source: Option<String>,
}

/// The packages of a lock file.
#[must_use]
pub fn locked_packages(lock_file: &str) -> Vec<Package> {
    let text = repository::text(lock_file).unwrap_or_default();
    text.split("[[package]]")
        .skip(1)
        .map(|block| Package {
            name: value_of(block, "name").unwrap_or_default(),
            version: value_of(block, "version").unwrap_or_default(),
            source: value_of(block, "source"),
        })
        .collect()
}

fn value_of(block: &str, key: &str) -> Option<String> {
    let start = format!("{key} = \"");
    block
        .lines()
        .find_map(|line| line.strip_prefix(&start)?.strip_suffix('"').map(str::to_owned))
}

/// Names of the packages that are linked on the platforms of `deny.toml`. The lock file lists more: what a feature that
/// nobody asks for would bring.
#[must_use]
pub fn linked_packages() -> Vec<String> {
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args([
            "tree",
            "--workspace",
            "--locked",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--target",
            "x86_64-unknown-linux-gnu",
            "--target",
            "aarch64-unknown-linux-gnu",
        ])
        .current_dir(repository::root())
        .output();
    let Ok(output) = output else { return Vec::new() };
    let mut names: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Name and licence of every package that can be linked on Linux.
#[must_use]
pub fn licences() -> Vec<(String, Option<String>)> {
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(repository::root())
        .output();
    let Ok(output) = output else { return Vec::new() };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split("{\"name\":\"")
        .skip(1)
        .filter(|block| block.contains("\",\"version\":\"") && block.contains("\"license\":"))
        .filter_map(|block| {
            let name = block.split('"').next()?.to_owned();
            let licence = block.split("\"license\":").nth(1)?;
            let licence = licence
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next())
                .map(str::to_owned);
            Some((name, licence))
        })
        .collect()
}

/// The strings of a list in `deny.toml`: `allow`, `allow-registry`, or the crate names of `deny`.
#[must_use]
pub fn deny_list(key: &str) -> Vec<String> {
    let text = repository::text("deny.toml").unwrap_or_default();
    let start = format!("\n{key} = [");
    let Some(body) = text
        .split(&start)
        .nth(1)
        .and_then(|rest| rest.split("\n]").next())
    else {
        return Vec::new();
    };
    let body = body
        .split_once("]\n")
        .map_or(body, |(first, _)| if first.contains('\n') { body } else { first });
    body.split('\n')
        .flat_map(|line| {
            if line.contains("crate = ") {
                line.split(", wrappers").next()?.split(", reason").next()
            } else {
                Some(line)
            }
        })
        .flat_map(|line| {
            line.split('"')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Whether a banned crate is linked only because of the `wrappers` that `deny.toml` excuses.
#[must_use]
pub fn is_excused(name: &str) -> bool {
    let text = repository::text("deny.toml").unwrap_or_default();
    let line = text
        .lines()
        .find(|line| line.contains(&format!("crate = \"{name}\"")));
    let wrappers = line
        .and_then(|line| line.split("wrappers = [").nth(1))
        .and_then(|rest| rest.split(']').next())
        .unwrap_or_default();
    let lock = repository::text("Cargo.lock").unwrap_or_default();
    let users: Vec<String> = lock
        .split("[[package]]")
        .skip(1)
        .filter(|block| block.contains(&format!("\n \"{name}\",")))
        .filter_map(|block| value_of(block, "name"))
        .collect();
    !users.is_empty() && users.iter().all(|user| wrappers.contains(&format!("\"{user}\"")))
}

/// Does a licence expression have a way to be satisfied by the allowed licences?
#[must_use]
pub fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let flat = expression.replace(['(', ')'], " ").replace('/', " OR ");
    if expression.contains('(') {
        // `(A OR B) AND C`: every AND part must hold on its own.
        return flat
            .split(" AND ")
            .all(|part| part.split(" OR ").any(|licence| contains(allowed, licence)));
    }
    flat.split(" OR ")
        .any(|part| part.split(" AND ").all(|licence| contains(allowed, licence)))
}

fn contains(allowed: &[String], licence: &str) -> bool {
    allowed.iter().any(|name| name == licence.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_allowed_if_one_of_its_choices_is() {
        let allowed = vec!["MIT".to_owned(), "Zlib".to_owned()];
        assert!(is_allowed("Apache-2.0 OR MIT", &allowed));
        assert!(is_allowed("MIT/Apache-2.0", &allowed));
        assert!(is_allowed("(MIT OR Apache-2.0) AND Zlib", &allowed));
        assert!(!is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
        assert!(!is_allowed("GPL-3.0", &allowed));
    }
}
