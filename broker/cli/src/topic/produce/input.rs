//! What a line of the input says: the parts of one record.
//!
//! A JSON line is what `topic consume -o json` writes: `key`, `value`, `headers`, `timestamp`, where a text is its
//! bytes, `{"base64": "…"}` is bytes that are no text, and null or nothing is null. Where a record came from
//! (`topic`, `partition`, `offset`) is not where it goes.

use broker_model::Timestamp;
use clap::ValueEnum;
use serde::Deserialize;

use super::ProduceArgs;
use crate::base64;

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    /// A value, or a key and a value
    Text,
    /// An object as `consume -o json` writes it
    Json,
}

/// One record to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InputRecord {
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

#[derive(Deserialize)]
struct JsonRecord {
    key: Option<JsonBytes>,
    value: Option<JsonBytes>,
    #[serde(default)]
    headers: Vec<JsonHeader>,
    timestamp: Option<i64>,
}

#[derive(Deserialize)]
struct JsonHeader {
    key: JsonBytes,
    value: Option<JsonBytes>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum JsonBytes {
    Text(String),
    Binary { base64: String },
}

impl InputRecord {
    /// Reads a line.
    ///
    /// # Errors
    /// The separator is missing, or the line is no JSON object of this form.
    pub(crate) fn parse(line: &[u8], args: &ProduceArgs) -> Result<Self, String> {
        let mut record = match args.input {
            InputFormat::Text => Self::from_text(line, args)?,
            InputFormat::Json => Self::from_json(line)?,
        };
        if let Some(key) = &args.key {
            record.key = Some(key.as_bytes().to_vec());
        }
        let headers = args.header.iter();
        record
            .headers
            .extend(headers.map(|pair| (pair.key.as_bytes().to_vec(), Some(pair.value.as_bytes().to_vec()))));
        Ok(record)
    }

    fn from_text(line: &[u8], args: &ProduceArgs) -> Result<Self, String> {
        let null = args.null.as_ref().map(String::as_bytes);
        let present = |bytes: &[u8]| (Some(bytes) != null).then(|| bytes.to_vec());
        let Some(separator) = args.key_separator.as_ref().filter(|text| !text.is_empty()) else {
            return Ok(Self {
                value: present(line),
                ..Self::default()
            });
        };
        let separator = separator.as_bytes();
        let at = line
            .windows(separator.len())
            .position(|window| window == separator);
        let at = at.ok_or_else(|| {
            format!(
                "there is no key separator {:?} in {:?}",
                String::from_utf8_lossy(separator),
                String::from_utf8_lossy(&line[..line.len().min(80)])
            )
        })?;
        Ok(Self {
            key: present(&line[..at]),
            value: present(&line[at + separator.len()..]),
            ..Self::default()
        })
    }

    fn from_json(line: &[u8]) -> Result<Self, String> {
        let json: JsonRecord =
            serde_json::from_slice(line).map_err(|error| format!("it is no record as JSON: {error}"))?;
        let bytes = |field: Option<JsonBytes>| field.map(JsonBytes::into_bytes).transpose();
        let header = |header: JsonHeader| Ok::<_, String>((header.key.into_bytes()?, bytes(header.value)?));
        Ok(Self {
            timestamp: json.timestamp.map(Timestamp::from_ms),
            key: bytes(json.key)?,
            value: bytes(json.value)?,
            headers: json.headers.into_iter().map(header).collect::<Result<_, _>>()?,
        })
    }

    /// Bytes of key and value.
    pub(crate) fn size(&self) -> usize {
        self.key.as_ref().map_or(0, Vec::len) + self.value.as_ref().map_or(0, Vec::len)
    }
}

impl JsonBytes {
    fn into_bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Self::Text(text) => Ok(text.into_bytes()),
            Self::Binary { base64 } => {
                base64::decode(&base64).ok_or_else(|| format!("{base64:?} is no base64"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str], line: &str) -> Result<InputRecord, String> {
        InputRecord::parse(line.as_bytes(), &ProduceArgs::of(words))
    }

    fn pair(key: Option<&str>, value: Option<&str>) -> InputRecord {
        let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
        InputRecord {
            key: bytes(key),
            value: bytes(value),
            ..InputRecord::default()
        }
    }

    #[test]
    fn a_line_is_a_value_unless_a_separator_is_given() {
        assert_eq!(parsed(&[], "a:b"), Ok(pair(None, Some("a:b"))));
        assert_eq!(parsed(&["-K", ":"], "a:b:c"), Ok(pair(Some("a"), Some("b:c"))));
        assert_eq!(parsed(&["-K", "=>"], "=>"), Ok(pair(Some(""), Some(""))));
        assert_eq!(parsed(&["--key", "k"], "v"), Ok(pair(Some("k"), Some("v"))));
        assert!(parsed(&["-K", ":"], "ab").unwrap_err().contains("\"ab\""));
    }

    #[test]
    fn the_null_text_makes_a_tombstone() {
        let words = ["-K", ":", "--null", "NULL"];
        assert_eq!(parsed(&words, "a:NULL"), Ok(pair(Some("a"), None)));
        assert_eq!(parsed(&words, "NULL:v"), Ok(pair(None, Some("v"))));
    }

    #[test]
    fn headers_of_the_command_line_go_to_each_record() {
        let record = parsed(&["-H", "a=1", "-H", "b="], "v").unwrap();
        let expected = [
            (b"a".to_vec(), Some(b"1".to_vec())),
            (b"b".to_vec(), Some(Vec::new())),
        ];
        assert_eq!(record.headers, expected);
    }

    #[test]
    fn a_json_line_holds_all_parts_of_a_record() {
        let line = r#"{"topic":"t","partition":3,"offset":7,"timestamp":5,"key":"k",
            "value":{"base64":"/w=="},"headers":[{"key":"h","value":null}]}"#;
        let record = parsed(&["--input", "json"], line).unwrap();
        assert_eq!(record.timestamp, Some(Timestamp::from_ms(5)));
        assert_eq!(record.value, Some(vec![255]));
        assert_eq!(record.headers, [(b"h".to_vec(), None)]);
        assert_eq!(parsed(&["--input", "json"], "{}"), Ok(pair(None, None)));
        for line in ["", "[]", r#"{"value":5}"#, r#"{"value":{"base64":"!"}}"#] {
            assert!(parsed(&["--input", "json"], line).is_err(), "{line}");
        }
    }
}
