//! Differences that are meant, each with its reason, and cases that belong to what is not built yet.
//!
//! A line of `cases/explained.tsv`: `not yet` or `meant`, the case (a `*` at the end stands for any rest), the paths that may differ
//! (`*` for the whole answer, several separated by blanks), the reason.

use crate::wire::Result;

/// Why a difference is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Belongs to what is not built yet.
    NotYet,
    /// We mean to differ.
    Meant,
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What kind of a difference it is.
    pub kind: Kind,
    /// The reason.
    pub reason: String,
    case: String,
    paths: Vec<String>,
}

impl Explanation {
    /// Reads the list.
    ///
    /// # Errors
    /// A line has not four columns or an unknown first one.
    pub fn parse(text: &str) -> Result<Vec<Self>> {
        text.lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let columns: Vec<&str> = line.split('\t').collect();
                let [kind, case, paths, reason] = columns[..] else {
                    return Err(format!("four columns wanted: {line}").into());
                };
                Ok(Self {
                    kind: match kind {
                        "not yet" => Kind::NotYet,
                        "meant" => Kind::Meant,
                        other => return Err(format!("unknown kind {other}").into()),
                    },
                    reason: reason.to_owned(),
                    case: case.to_owned(),
                    paths: paths.split(' ').map(str::to_owned).collect(),
                })
            })
            .collect()
    }

    /// Does it explain that this path of this case differs?
    #[must_use]
    pub fn covers(&self, case: &str, path: &str) -> bool {
        matches(&self.case, case) && self.paths.iter().any(|pattern| matches(pattern, path))
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}
