//! A template for records: text with places for their parts, in the manner of kcat's `-f`.

use std::str::FromStr;

use broker_codec::batch::Record;
use broker_model::TopicPartition;

use super::render::Encoding;
use crate::datetime::format_datetime;

/// What `--format` may hold, for the help text.
pub(crate) const PLACES: &str = "%t topic, %p partition, %o offset, %k key, %v value, %h headers, \
    %T timestamp in ms, %d timestamp as date and time, %K and %S lengths of key and value (-1 if null), %% a percent \
    sign; \\n, \\t, \\r, \\0 and \\\\ as usual";

/// Text with places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Topic,
    Partition,
    Offset,
    Key,
    Value,
    Headers,
    TimestampMs,
    DateTime,
    KeySize,
    ValueSize,
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = Vec::new();
        let mut open = String::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => open.push(escaped(letters.next())?),
                '%' => match letters.next() {
                    Some('%') => open.push('%'),
                    place => {
                        if !open.is_empty() {
                            parts.push(Part::Text(std::mem::take(&mut open)));
                        }
                        parts.push(Part::of(place)?);
                    }
                },
                letter => open.push(letter),
            }
        }
        if !open.is_empty() {
            parts.push(Part::Text(open));
        }
        Ok(Self { parts })
    }
}

fn escaped(letter: Option<char>) -> Result<char, String> {
    match letter {
        Some('n') => Ok('\n'),
        Some('t') => Ok('\t'),
        Some('r') => Ok('\r'),
        Some('0') => Ok('\0'),
        Some('\\') => Ok('\\'),
        Some(other) => Err(format!("\\{other} means nothing: {PLACES}")),
        None => Err(format!("the format ends with a single \\: {PLACES}")),
    }
}

impl Part {
    fn of(place: Option<char>) -> Result<Self, String> {
        match place {
            Some('t') => Ok(Self::Topic),
            Some('p') => Ok(Self::Partition),
            Some('o') => Ok(Self::Offset),
            Some('k') => Ok(Self::Key),
            Some('v' | 's') => Ok(Self::Value),
            Some('h') => Ok(Self::Headers),
            Some('T') => Ok(Self::TimestampMs),
            Some('d') => Ok(Self::DateTime),
            Some('K') => Ok(Self::KeySize),
            Some('S') => Ok(Self::ValueSize),
            Some(other) => Err(format!("%{other} means nothing: {PLACES}")),
            None => Err(format!("the format ends with a single %: {PLACES}")),
        }
    }
}

impl Template {
    /// Adds the text of a record.
    pub(crate) fn render(
        &self,
        partition: &TopicPartition,
        record: &Record,
        encoding: Encoding,
        out: &mut Vec<u8>,
    ) {
        let text = |shown: &dyn std::fmt::Display, out: &mut Vec<u8>| {
            out.extend_from_slice(shown.to_string().as_bytes());
        };
        let size = |bytes: Option<&[u8]>| bytes.map_or(-1, |bytes| bytes.len() as i64);
        for part in &self.parts {
            match part {
                Part::Text(plain) => out.extend_from_slice(plain.as_bytes()),
                Part::Topic => text(&partition.topic, out),
                Part::Partition => text(&partition.partition, out),
                Part::Offset => text(&record.offset, out),
                Part::Key => encoding.put(record.key.as_deref().unwrap_or_default(), out),
                Part::Value => encoding.put(record.value.as_deref().unwrap_or_default(), out),
                Part::Headers => put_headers(record, encoding, out),
                Part::TimestampMs => text(&record.timestamp, out),
                Part::DateTime => text(&format_datetime(record.timestamp), out),
                Part::KeySize => text(&size(record.key.as_deref()), out),
                Part::ValueSize => text(&size(record.value.as_deref()), out),
            }
        }
    }
}

/// `name=value`, separated by commas.
fn put_headers(record: &Record, encoding: Encoding, out: &mut Vec<u8>) {
    for (index, header) in record.headers.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&header.key);
        out.push(b'=');
        encoding.put(header.value.as_deref().unwrap_or_default(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::record;
    use super::*;

    fn rendered(template: &str) -> String {
        let (partition, record) = record(Some(b"k"), None);
        let template: Template = template.parse().unwrap();
        let mut out = Vec::new();
        template.render(&partition, &record, Encoding::Raw, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn places_are_filled_and_the_rest_is_kept() {
        assert_eq!(rendered("%t-%p@%o:\\t%k=%v;%h\\n"), "t-3@7:\tk=;h=\n");
        assert_eq!(
            rendered("%T %d %K %S 100%%"),
            "1795247067545 2026-11-21T07:44:27.545Z 1 -1 100%"
        );
        assert_eq!(rendered(""), "");
    }

    #[test]
    fn a_place_that_means_nothing_is_told_with_those_that_do() {
        for template in ["%x", "%", "\\x", "a\\"] {
            assert!(
                template.parse::<Template>().unwrap_err().contains("%t topic"),
                "{template}"
            );
        }
    }
}
