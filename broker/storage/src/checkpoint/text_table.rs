//! Kafka's checkpoint text: a version line `0`, a line with the number of entries, one line an entry.
//!
//! An empty file stands for no entries. Everything else that differs from the form is refused whole, because a
//! checkpoint that lost a line says something false about the partition it does not mention.

use std::fmt::Write;

use crate::error::FormatError;

/// Bound on a checkpoint file's size that a reader accepts: a million partitions with long names.
pub(crate) const CHECKPOINT_SIZE_MAX: usize = 256 << 20;

/// Splits a checkpoint into its entry lines, each cut at single spaces into `fields` parts.
pub(crate) fn parse<const FIELDS: usize>(content: &[u8]) -> Result<Vec<[&str; FIELDS]>, FormatError> {
    let text = std::str::from_utf8(content).map_err(|_| FormatError::Malformed { what: "text" })?;
    let mut lines = text.lines();
    let Some(version) = lines.next() else {
        return Ok(Vec::new());
    };
    if version != "0" {
        return Err(FormatError::UnknownVersion {
            version: version.chars().take(20).collect(),
        });
    }
    let count = lines.next().ok_or(FormatError::Truncated)?;
    let count: usize = count.parse().map_err(|_| FormatError::Malformed {
        what: "the number of entries",
    })?;
    let mut entries = Vec::new();
    for line in lines {
        let mut parts = line.split(' ');
        let mut entry = [""; FIELDS];
        for field in &mut entry {
            *field = parts.next().ok_or(FormatError::Malformed { what: "an entry" })?;
        }
        if parts.next().is_some() {
            return Err(FormatError::Malformed { what: "an entry" });
        }
        entries.push(entry);
    }
    // A file cut in its last line may still have all its lines.
    match entries.len() == count && (count == 0 || text.ends_with('\n')) {
        true => Ok(entries),
        false => Err(FormatError::Truncated),
    }
}

/// Reads one decimal field.
pub(crate) fn number<T: std::str::FromStr>(field: &str, what: &'static str) -> Result<T, FormatError> {
    field.parse().map_err(|_| FormatError::Malformed { what })
}

/// Writes a checkpoint of `count` entry lines.
pub(crate) fn render<L: std::fmt::Display>(lines: impl ExactSizeIterator<Item = L>) -> Vec<u8> {
    let mut text = format!("0\n{}\n", lines.len());
    for line in lines {
        // Writing to a String cannot fail.
        writeln!(text, "{line}").ok();
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_rendered_is_parsed() {
        let content = render(["a 0 5", "b 1 6"].into_iter());
        assert_eq!(content, b"0\n2\na 0 5\nb 1 6\n");
        assert_eq!(parse::<3>(&content), Ok(vec![["a", "0", "5"], ["b", "1", "6"]]));
        assert_eq!(parse::<3>(b""), Ok(vec![]));
        assert_eq!(parse::<3>(b"0\n0\n"), Ok(vec![]));
    }

    #[test]
    fn every_cut_is_noticed() {
        let content = render(["a 0 5", "b 1 65"].into_iter());
        for end in 1..content.len() {
            assert!(parse::<3>(&content[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn another_version_or_shape_is_refused() {
        assert!(matches!(
            parse::<2>(b"1\n0\n"),
            Err(FormatError::UnknownVersion { .. })
        ));
        assert!(parse::<2>(b"0\n-1\n").is_err());
        assert!(parse::<2>(b"0\n1\na b c\n").is_err());
        assert!(parse::<2>(b"0\n2\na b\n").is_err());
        assert!(parse::<2>(b"0\n1\n\xff b\n").is_err());
    }
}
