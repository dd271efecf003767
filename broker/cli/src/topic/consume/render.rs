//! A record as text: its value, a template, an object a line, or a YAML document.
//!
//! Bytes that are no text are shown as they are in the plain form and as `{"base64": "…"}` in JSON and YAML, so that
//! nothing is lost on the way back through `topic produce --input json`.

use broker_codec::batch::Record;
use broker_model::TopicPartition;
use clap::ValueEnum;
use serde::Serialize;

use super::template::Template;
use crate::base64;
use crate::error::CliError;

/// How the bytes of keys and values are shown in the plain form and in templates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// As they are
    #[default]
    Raw,
    /// As base64
    Base64,
    /// As hexadecimal digits
    Hex,
}

impl Encoding {
    pub(crate) fn put(self, bytes: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Raw => out.extend_from_slice(bytes),
            Self::Base64 => out.extend_from_slice(base64::encode(bytes).as_bytes()),
            Self::Hex => {
                for byte in bytes {
                    for four in [byte >> 4, byte & 15] {
                        out.push(b"0123456789abcdef"[usize::from(four)]);
                    }
                }
            }
        }
    }
}

/// How records are shown.
#[derive(Clone, Debug)]
pub(crate) enum Renderer {
    /// The value and a line break.
    Value(Encoding),
    /// What a template says.
    Template(Template, Encoding),
    /// One JSON object a line.
    Json,
    /// One YAML document each.
    Yaml,
}

#[derive(Serialize)]
struct ShownRecord<'a> {
    topic: &'a str,
    partition: i32,
    offset: i64,
    timestamp: i64,
    key: Option<ShownBytes<'a>>,
    value: Option<ShownBytes<'a>>,
    headers: Vec<ShownHeader<'a>>,
}

#[derive(Serialize)]
struct ShownHeader<'a> {
    key: ShownBytes<'a>,
    value: Option<ShownBytes<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ShownBytes<'a> {
    Text(&'a str),
    Binary { base64: String },
}

impl<'a> ShownBytes<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(_) => Self::Binary {
                base64: base64::encode(bytes),
            },
        }
    }
}

impl<'a> ShownRecord<'a> {
    fn new(partition: &'a TopicPartition, record: &'a Record) -> Self {
        let headers = record.headers.iter().map(|header| ShownHeader {
            key: ShownBytes::new(&header.key),
            value: header.value.as_deref().map(ShownBytes::new),
        });
        Self {
            topic: &partition.topic,
            partition: partition.partition.value(),
            offset: record.offset.value(),
            timestamp: record.timestamp.as_ms(),
            key: record.key.as_deref().map(ShownBytes::new),
            value: record.value.as_deref().map(ShownBytes::new),
            headers: headers.collect(),
        }
    }
}

impl Renderer {
    /// Adds the text of a record.
    ///
    /// # Errors
    /// It has no form in the format.
    pub(crate) fn render(
        &self,
        partition: &TopicPartition,
        record: &Record,
        out: &mut Vec<u8>,
    ) -> Result<(), CliError> {
        let unfit = |format, reason: &dyn std::fmt::Display| CliError::Format {
            format,
            reason: reason.to_string(),
        };
        match self {
            Self::Value(encoding) => {
                encoding.put(record.value.as_deref().unwrap_or_default(), out);
                out.push(b'\n');
            }
            Self::Template(template, encoding) => template.render(partition, record, *encoding, out),
            Self::Json => {
                let shown = ShownRecord::new(partition, record);
                serde_json::to_writer(&mut *out, &shown).map_err(|error| unfit("JSON", &error))?;
                out.push(b'\n');
            }
            Self::Yaml => {
                let shown = ShownRecord::new(partition, record);
                let text = serde_yaml::to_string(&shown).map_err(|error| unfit("YAML", &error))?;
                out.extend_from_slice(b"---\n");
                out.extend_from_slice(text.as_bytes());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use broker_codec::batch::RecordHeader;
    use broker_model::{Offset, PartitionIndex, Timestamp};
    use bytes::Bytes;

    use super::*;

    /// Offset 7 of t-3 with a header.
    pub(crate) fn record(
        key: Option<&'static [u8]>,
        value: Option<&'static [u8]>,
    ) -> (TopicPartition, Record) {
        let record = Record {
            offset: Offset::new(7),
            sequence: broker_model::Sequence::NONE,
            timestamp: Timestamp::from_ms(1_795_247_067_545),
            key: key.map(Bytes::from_static),
            value: value.map(Bytes::from_static),
            headers: vec![RecordHeader {
                key: Bytes::from_static(b"h"),
                value: None,
            }],
        };
        (TopicPartition::new("t", PartitionIndex::new(3)), record)
    }

    fn rendered(renderer: &Renderer, key: Option<&'static [u8]>, value: Option<&'static [u8]>) -> String {
        let (partition, record) = record(key, value);
        let mut out = Vec::new();
        renderer.render(&partition, &record, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_plain_form_is_the_value() {
        let plain = |encoding, value| rendered(&Renderer::Value(encoding), Some(b"k"), value);
        assert_eq!(plain(Encoding::Raw, Some(b"v")), "v\n");
        assert_eq!(plain(Encoding::Raw, None), "\n");
        assert_eq!(plain(Encoding::Hex, Some(b"\xff\x0a")), "ff0a\n");
        assert_eq!(plain(Encoding::Base64, Some(b"\xff")), "/w==\n");
    }

    #[test]
    fn json_keeps_null_empty_and_binary_apart() {
        assert_eq!(
            rendered(&Renderer::Json, None, Some(b"\xff")),
            "{\"topic\":\"t\",\"partition\":3,\"offset\":7,\"timestamp\":1795247067545,\"key\":null,\
             \"value\":{\"base64\":\"/w==\"},\"headers\":[{\"key\":\"h\",\"value\":null}]}\n"
        );
        assert!(rendered(&Renderer::Json, Some(b""), None).contains("\"key\":\"\",\"value\":null"));
    }

    #[test]
    fn yaml_is_a_document_a_record() {
        let text = rendered(&Renderer::Yaml, Some(b"k"), Some(b"a: b"));
        assert!(
            text.starts_with("---\ntopic: t\npartition: 3\noffset: 7\n"),
            "{text}"
        );
        assert!(text.contains("value: 'a: b'\n"), "{text}");
    }
}
