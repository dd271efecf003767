//! `partition.metadata`: which topic, by id, a partition's folder belongs to (KIP-516).
//!
//! A topic made again under the same name has another id, so a folder left over from the earlier one is not
//! taken for its log.

use broker_model::TopicId;

use crate::error::FormatError;

/// Name of the file.
pub(crate) const FILE_NAME: &str = "partition.metadata";

/// Reads the file.
///
/// # Errors
/// When it is not `version: 0` and a topic id other than zero.
pub fn parse_partition_metadata(content: &[u8]) -> Result<TopicId, FormatError> {
    let text = std::str::from_utf8(content).map_err(|_| FormatError::Malformed { what: "text" })?;
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let version = lines.next().ok_or(FormatError::Truncated)?;
    let version = version.strip_prefix("version: ").ok_or(FormatError::Malformed {
        what: "the version line",
    })?;
    if version != "0" {
        return Err(FormatError::UnknownVersion {
            version: version.chars().take(20).collect(),
        });
    }
    let id = lines.next().ok_or(FormatError::Truncated)?;
    let id = id.strip_prefix("topic_id: ").ok_or(FormatError::Malformed {
        what: "the topic id line",
    })?;
    let id = TopicId::new(
        id.parse()
            .map_err(|_| FormatError::Malformed { what: "the topic id" })?,
    );
    match lines.next().is_none() && !id.is_zero() {
        true => Ok(id),
        false => Err(FormatError::Malformed { what: "the topic id" }),
    }
}

/// Writes the file.
pub fn render_partition_metadata(topic_id: TopicId) -> Vec<u8> {
    format!("version: 0\ntopic_id: {topic_id}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafkas_file_reads_and_writes_back() {
        let content = b"version: 0\ntopic_id: 2a1y2BzSR7CixEyaCmRx7Q";
        let id = parse_partition_metadata(content).unwrap();
        assert_eq!(id.to_string(), "2a1y2BzSR7CixEyaCmRx7Q");
        assert_eq!(render_partition_metadata(id), content);
    }

    #[test]
    fn anything_else_is_refused() {
        for content in [
            b"".as_slice(),
            b"version: 0",
            b"version: 0\ntopic_id: 2a1y2BzSR7CixEyaCmRx",
            b"version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA",
            b"version: 1\ntopic_id: 2a1y2BzSR7CixEyaCmRx7Q",
            b"version: 0\ntopic_id: 2a1y2BzSR7CixEyaCmRx7Q\nmore",
        ] {
            assert!(parse_partition_metadata(content).is_err(), "{content:?}");
        }
    }
}
