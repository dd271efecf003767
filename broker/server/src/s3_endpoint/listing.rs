//! ListObjects and ListObjectsV2 as S3 answers them: which names are on a page, and its XML.
//!
//! Pure: names in, a page out. Invariant: pages follow one another without a gap and without a name twice; a common
//! prefix stands once, however many names it stands for.

use std::collections::HashMap;
use std::fmt::Write as _;

/// Names on a page, at most.
const KEYS_MAX: usize = 1_000;

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) size: u64,
    pub(super) last_modified: String,
    pub(super) etag: String,
}

/// What is to be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListQuery {
    prefix: String,
    delimiter: String,
    after: String,
    keys_max: usize,
    version: ListVersion,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListVersion {
    V1,
    V2,
}

/// A name, or what several begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry<'a> {
    Object(&'a Listed),
    Prefix(&'a str),
}

impl Entry<'_> {
    fn name(&self) -> &str {
        match self {
            Entry::Object(listed) => &listed.key,
            Entry::Prefix(prefix) => prefix,
        }
    }
}

impl ListQuery {
    /// Reads the query of a request.
    pub(super) fn parse(query: &HashMap<String, String>) -> Self {
        let text = |name: &str| query.get(name).cloned().unwrap_or_default();
        let version = match query.get("list-type").map(String::as_str) {
            Some("2") => ListVersion::V2,
            _ => ListVersion::V1,
        };
        let begins = match version {
            ListVersion::V1 => text("marker"),
            ListVersion::V2 => text("start-after"),
        };
        let asked = query.get("max-keys").and_then(|count| count.parse().ok());
        Self {
            prefix: text("prefix"),
            delimiter: text("delimiter"),
            after: query.get("continuation-token").cloned().unwrap_or(begins),
            keys_max: asked.unwrap_or(KEYS_MAX).min(KEYS_MAX),
            version,
        }
    }

    /// Entries of this page, and whether there are more; `objects` are in order.
    fn page<'a>(&self, objects: &'a [Listed]) -> (Vec<Entry<'a>>, bool) {
        let mut page: Vec<Entry<'a>> = Vec::new();
        let wanted = objects
            .iter()
            .filter(|object| object.key.starts_with(&self.prefix));
        for object in wanted {
            let entry = self.entry(object);
            let is_passed = entry.name() <= self.after.as_str();
            if is_passed || page.last().is_some_and(|last| last.name() == entry.name()) {
                continue;
            }
            if page.len() >= self.keys_max {
                return (page, true);
            }
            page.push(entry);
        }
        (page, false)
    }

    fn entry<'a>(&self, object: &'a Listed) -> Entry<'a> {
        let rest = &object.key[self.prefix.len()..];
        match rest.find(&self.delimiter) {
            Some(at) if !self.delimiter.is_empty() => {
                let end = self.prefix.len() + at + self.delimiter.len();
                Entry::Prefix(&object.key[..end])
            }
            _ => Entry::Object(object),
        }
    }

    /// The answer.
    pub(super) fn answer(&self, bucket: &str, objects: &[Listed]) -> String {
        let (page, has_more) = self.page(objects);
        let mut xml = String::from(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
        xml += r#"<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#;
        element(&mut xml, "Name", bucket);
        element(&mut xml, "Prefix", &self.prefix);
        element(&mut xml, "MaxKeys", &self.keys_max.to_string());
        if !self.delimiter.is_empty() {
            element(&mut xml, "Delimiter", &self.delimiter);
        }
        element(&mut xml, "IsTruncated", if has_more { "true" } else { "false" });
        if self.version == ListVersion::V2 {
            element(&mut xml, "KeyCount", &page.len().to_string());
        }
        if let Some(last) = page.last().filter(|_| has_more) {
            let name = match self.version {
                ListVersion::V1 => "NextMarker",
                ListVersion::V2 => "NextContinuationToken",
            };
            element(&mut xml, name, last.name());
        }
        page.iter().for_each(|entry| show(&mut xml, entry));
        xml + "</ListBucketResult>"
    }
}

fn show(xml: &mut String, entry: &Entry<'_>) {
    match entry {
        Entry::Object(listed) => {
            *xml += "<Contents>";
            element(xml, "Key", &listed.key);
            element(xml, "LastModified", &listed.last_modified);
            element(xml, "ETag", &listed.etag);
            element(xml, "Size", &listed.size.to_string());
            element(xml, "StorageClass", "STANDARD");
            *xml += "</Contents>";
        }
        Entry::Prefix(prefix) => {
            *xml += "<CommonPrefixes>";
            element(xml, "Prefix", prefix);
            *xml += "</CommonPrefixes>";
        }
    }
}

/// `<name>text</name>`.
pub(super) fn element(xml: &mut String, name: &str, text: &str) {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    // Writing to a string does not fail.
    let _written = write!(xml, "<{name}>{escaped}</{name}>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(keys: &[&str]) -> Vec<Listed> {
        let object = |key: &&str| Listed {
            key: (*key).to_owned(),
            size: 1,
            last_modified: "2026-01-01T00:00:00.000Z".to_owned(),
            etag: "\"1\"".to_owned(),
        };
        keys.iter().map(object).collect()
    }

    fn query(pairs: &[(&str, &str)]) -> ListQuery {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ListQuery::parse(&pairs.collect())
    }

    fn names(query: &ListQuery, objects: &[Listed]) -> (Vec<String>, bool) {
        let (page, has_more) = query.page(objects);
        (
            page.iter().map(|entry| entry.name().to_owned()).collect(),
            has_more,
        )
    }

    const KEYS: &[&str] = &["a/1", "a/2", "b", "c/d/3", "c/e"];

    #[test]
    fn folders_are_what_names_have_in_common_up_to_a_delimiter() {
        let all = objects(KEYS);
        let found = |pairs: &[(&str, &str)]| names(&query(pairs), &all).0;
        assert_eq!(found(&[]), KEYS);
        assert_eq!(found(&[("delimiter", "/")]), ["a/", "b", "c/"]);
        assert_eq!(found(&[("delimiter", "/"), ("prefix", "c/")]), ["c/d/", "c/e"]);
        assert_eq!(found(&[("prefix", "c")]), ["c/d/3", "c/e"]);
        assert_eq!(found(&[("prefix", "nothing")]), [""; 0]);
    }

    #[test]
    fn pages_follow_one_another_without_gap_and_repetition() {
        let all = objects(KEYS);
        for (version, token) in [("1", "marker"), ("2", "continuation-token")] {
            for delimiter in ["", "/"] {
                let plain = [("list-type", version), ("delimiter", delimiter)];
                let (expected, _) = names(&query(&plain), &all);
                let (mut read, mut after) = (Vec::new(), String::new());
                loop {
                    let page = [plain[0], plain[1], ("max-keys", "1"), (token, after.as_str())];
                    let (page, has_more) = names(&query(&page), &all);
                    read.extend(page);
                    if !has_more {
                        break;
                    }
                    after.clone_from(read.last().unwrap());
                }
                assert_eq!(read, expected, "version {version}, delimiter {delimiter:?}");
            }
        }
    }

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        let answer = query(&[("list-type", "2")]).answer("b", &objects(&["a<b>&\"c"]));
        assert!(answer.contains("<Key>a&lt;b&gt;&amp;&quot;c</Key>"), "{answer}");
        assert!(answer.contains("<KeyCount>1</KeyCount><Contents>"), "{answer}");
    }
}
