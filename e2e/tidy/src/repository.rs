//! The tracked files of the repository, and the text in them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("e2e/tidy lies two folders below the root")
        .to_path_buf()
}

/// Paths of all tracked files from the root, sorted. Without git (a source archive) every file but those of build folders.
#[must_use]
pub fn files() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut paths: Vec<String> = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(str::to_owned)
            .collect(),
        _ => walk(&root()),
    };
    paths.retain(|path| root().join(path).is_file());
    paths.sort();
    paths.dedup();
    paths
}

fn walk(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | ".git" | ".cache") {
                    folders.push(path);
                }
            } else if let Ok(relative) = path.strip_prefix(root) {
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    found
}

/// Tracked files whose name ends in `.extension`.
#[must_use]
pub fn files_ending(extension: &str) -> Vec<String> {
    let mut paths = files();
    paths.retain(|path| path.ends_with(extension));
    paths
}

/// Text of a tracked file; `None` if it is not text.
#[must_use]
pub fn text(path: &str) -> Option<String> {
    String::from_utf8(std::fs::read(root().join(path)).ok()?).ok()
}

/// Is this file written by a generator?
#[must_use]
pub fn is_generated(path: &str) -> bool {
    let code = path.ends_with(".rs") && (path.contains("/generated/") || path.ends_with("/generated.rs"));
    (path.starts_with("broker/") && code) || path.starts_with("crds/")
}
