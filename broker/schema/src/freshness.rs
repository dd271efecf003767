//! Whether the committed files are what the generator writes.
//!
//! `rustfmt` only moves white space, braces, commas and semicolons, so a comparison without these needs no `rustfmt` and is
//! fast; that the files are formatted is checked with all others by `cargo fmt`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::SchemaError;
use crate::emit::GeneratedFile;

/// Compares every file with the one below `broker`, and refuses files that the generator does not write.
///
/// # Errors
/// Names the first file that is missing, different or superfluous.
pub fn check(files: &[GeneratedFile], broker: &Path) -> Result<(), SchemaError> {
    for file in files {
        let path = broker.join(&file.path);
        let committed = fs::read_to_string(&path).unwrap_or_default();
        if !bare(&committed).eq(bare(&file.text)) {
            return Err(SchemaError::Stale(path));
        }
    }
    let expected: BTreeSet<_> = files.iter().map(|file| broker.join(&file.path)).collect();
    let folders: BTreeSet<_> = expected.iter().filter_map(|path| path.parent()).collect();
    for folder in folders.into_iter().filter(|folder| folder.ends_with("generated")) {
        let entries = fs::read_dir(folder).map_err(|source| SchemaError::File {
            path: folder.to_owned(),
            source,
        })?;
        for entry in entries.flatten() {
            if !expected.contains(&entry.path()) {
                return Err(SchemaError::Stale(entry.path()));
            }
        }
    }
    Ok(())
}

fn bare(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '{' | '}' | ',' | ';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_formatting_is_overlooked() {
        assert!(bare("if a { b(c, d) }").eq(bare("if a {\n    b(\n        c,\n        d,\n    )\n}")));
        assert!(!bare("version >= 1").eq(bare("version >= 2")));
    }
}
