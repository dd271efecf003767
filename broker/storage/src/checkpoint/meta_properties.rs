//! `meta.properties` version 1: cluster, node and directory of a log directory (KIP-858).
//!
//! The file is Java properties text. It is written once, by the format command; a directory without it was
//! never formatted, one with another cluster or node is refused.

use broker_model::{BrokerId, ClusterId, DirectoryId};

use crate::error::FormatError;

/// Name of the file.
pub(crate) const FILE_NAME: &str = "meta.properties";

/// Whose directory it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaProperties {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// The node in the cluster.
    pub node_id: BrokerId,
    /// The directory itself.
    pub directory_id: DirectoryId,
}

/// Reads the file.
///
/// # Errors
/// When it is not version 1 with a cluster, a node and a directory id.
pub fn parse_meta_properties(content: &[u8]) -> Result<MetaProperties, FormatError> {
    let text = std::str::from_utf8(content).map_err(|_| FormatError::Malformed { what: "text" })?;
    let (mut version, mut cluster, mut node, mut directory) = (None, None, None, None);
    for line in text.lines().map(str::trim_start) {
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let (key, value) = split_property(line).ok_or(FormatError::Malformed { what: "a property" })?;
        match key.as_str() {
            "version" => version = Some(value),
            "cluster.id" => cluster = Some(value),
            "node.id" => node = Some(value),
            "directory.id" => directory = Some(value),
            _ => {}
        }
    }
    match version.as_deref() {
        Some("1") => {}
        Some(other) => {
            return Err(FormatError::UnknownVersion {
                version: other.chars().take(20).collect(),
            });
        }
        None => return Err(FormatError::Malformed { what: "version" }),
    }
    let missing = |what| move || FormatError::Malformed { what };
    let node = node
        .and_then(|node| node.trim_end().parse().ok())
        .filter(|node| *node >= 0);
    let directory = directory.and_then(|directory| directory.trim_end().parse().ok());
    Ok(MetaProperties {
        cluster_id: cluster
            .filter(|id| !id.is_empty())
            .map(ClusterId::new)
            .ok_or_else(missing("cluster.id"))?,
        node_id: node.map(BrokerId::new).ok_or_else(missing("node.id"))?,
        directory_id: directory
            .map(DirectoryId::new)
            .filter(|id| !id.is_zero())
            .ok_or_else(missing("directory.id"))?,
    })
}

/// Cuts a line at its first `=`, `:` or blank that no backslash protects, and takes the backslashes away.
fn split_property(line: &str) -> Option<(String, String)> {
    let mut parts = [String::new(), String::new()];
    let mut part = 0;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => parts[part].push(letters.next()?),
            '=' | ':' | ' ' | '\t' if part == 0 => {
                part = 1;
                let rest = letters.as_str().trim_start();
                let bare = if letter == ' ' || letter == '\t' {
                    rest.trim_start_matches(['=', ':'])
                } else {
                    rest
                };
                letters = bare.trim_start().chars();
            }
            _ => parts[part].push(letter),
        }
    }
    let [key, value] = parts;
    (part == 1).then_some((key, value))
}

/// Writes the file.
pub fn render_meta_properties(properties: &MetaProperties) -> Vec<u8> {
    let mut cluster = String::new();
    for letter in properties.cluster_id.as_str().chars() {
        if matches!(letter, '\\' | '=' | ':' | '#' | '!' | ' ') {
            cluster.push('\\');
        }
        cluster.push(letter);
    }
    format!(
        "#\nnode.id={}\ndirectory.id={}\nversion=1\ncluster.id={cluster}\n",
        properties.node_id, properties.directory_id
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KAFKAS: &[u8] =
        b"#\n#Fri Nov 20 23:44:27 UTC 2026\nnode.id=1\ndirectory.id=S1YPq2JN8ssPR8WOqFAkdA\n\
        version=1\ncluster.id=nfOaDZhVTNOeSCgRlI_EwA\n";

    #[test]
    fn kafkas_file_reads_and_ours_reads_back() {
        let properties = parse_meta_properties(KAFKAS).unwrap();
        assert_eq!(properties.cluster_id.as_str(), "nfOaDZhVTNOeSCgRlI_EwA");
        assert_eq!(properties.node_id, BrokerId::new(1));
        assert_eq!(properties.directory_id.to_string(), "S1YPq2JN8ssPR8WOqFAkdA");
        assert_eq!(
            parse_meta_properties(&render_meta_properties(&properties)),
            Ok(properties)
        );
    }

    #[test]
    fn escaped_letters_survive() {
        let mut properties = parse_meta_properties(KAFKAS).unwrap();
        properties.cluster_id = ClusterId::new("my cluster=a:b\\c#");
        assert_eq!(
            parse_meta_properties(&render_meta_properties(&properties)),
            Ok(properties)
        );
    }

    #[test]
    fn incomplete_or_newer_files_are_refused() {
        assert!(parse_meta_properties(b"version=1\nnode.id=1\n").is_err());
        assert!(matches!(
            parse_meta_properties(b"version=2\n"),
            Err(FormatError::UnknownVersion { .. })
        ));
        assert!(parse_meta_properties(b"cluster.id\n").is_err());
        assert!(parse_meta_properties(b"key=a\\").is_err());
    }
}
