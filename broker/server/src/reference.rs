//! The reference pages, written out of the tables that the broker itself works with: `cargo reference`.
//!
//! Owns which pages there are. Invariant: the pages in the repository are what this writes; a test compares them, so a
//! row of a table and its page change together.

mod apis;
mod configs;

use std::io;
use std::path::Path;

use clap::Command;

/// A file of the repository that is written, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Page {
    path: &'static str,
    text: String,
    part: Part,
}

/// How much of a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// What stands between two lines.
    Between(&'static str, &'static str),
}

fn pages(program: &Command) -> Vec<Page> {
    let whole = |path, text| Page {
        path,
        text,
        part: Part::Whole,
    };
    vec![
        whole("docs/reference/apis.md", apis::page()),
        whole("docs/reference/commands.md", broker_cli::reference(program)),
        whole("docs/reference/configs.md", configs::page()),
        whole("docs/reference/metrics.md", crate::metrics::reference_page()),
        Page {
            path: "README.md",
            text: apis::short_table(),
            part: Part::Between("<!-- apis:begin -->\n", "<!-- apis:end -->\n"),
        },
    ]
}

impl Page {
    /// The file as it should be, given what it is.
    fn fresh(&self, written: &str) -> io::Result<String> {
        let Part::Between(begin, end) = self.part else {
            return Ok(self.text.clone());
        };
        let missing = || io::Error::other(format!("{} has no lines {begin}{end}", self.path));
        let (before, rest) = written.split_once(begin).ok_or_else(missing)?;
        let (_, after) = rest.split_once(end).ok_or_else(missing)?;
        Ok([before, begin, &self.text, end, after].concat())
    }
}

/// Writes every page that is not fresh below the root of the repository; returns the paths that were written.
///
/// # Errors
/// A file cannot be read or written.
pub fn write(root: &Path, program: &Command) -> io::Result<Vec<&'static str>> {
    let mut changed = Vec::new();
    for page in pages(program) {
        let path = root.join(page.path);
        let written = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        let fresh = page.fresh(&written)?;
        if fresh != written {
            std::fs::write(&path, fresh)?;
            changed.push(page.path);
        }
    }
    Ok(changed)
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_pages_in_the_repository_are_fresh() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        for page in pages(&crate::program::Arguments::command()) {
            let written = std::fs::read_to_string(root.join(page.path)).unwrap_or_default();
            let fresh = page.fresh(&written).unwrap();
            assert!(fresh == written, "{} is stale; run `cargo reference`", page.path);
        }
    }
}
