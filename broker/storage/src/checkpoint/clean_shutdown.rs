//! `.kafka_cleanshutdown`: says that every log of the directory was flushed and closed.
//!
//! It carries the broker epoch of the process that stopped (KIP-966) and is removed as soon as the directory is
//! opened again, so that a crash is never mistaken for a stop.

use broker_model::BrokerEpoch;

use crate::error::FormatError;

/// Name of the file.
pub(crate) const FILE_NAME: &str = ".kafka_cleanshutdown";

/// Reads the file; an empty one, as older brokers wrote it, names no epoch.
///
/// # Errors
/// When it is not the JSON object that Kafka writes.
pub fn parse_clean_shutdown(content: &[u8]) -> Result<BrokerEpoch, FormatError> {
    let text = std::str::from_utf8(content)
        .map_err(|_| FormatError::Malformed { what: "text" })?
        .trim();
    if text.is_empty() {
        return Ok(BrokerEpoch::NONE);
    }
    let object = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .ok_or(FormatError::Malformed { what: "the object" })?;
    let mut version = None;
    let mut epoch = None;
    for field in object.split(',') {
        let (name, value) = field
            .split_once(':')
            .ok_or(FormatError::Malformed { what: "a field" })?;
        let value: i64 = value
            .trim()
            .parse()
            .map_err(|_| FormatError::Malformed { what: "a number" })?;
        match name.trim() {
            "\"version\"" => version = Some(value),
            "\"brokerEpoch\"" => epoch = Some(value),
            _ => {}
        }
    }
    match (version, epoch) {
        (Some(0), Some(epoch)) => Ok(BrokerEpoch::new(epoch)),
        (Some(0), None) | (None, _) => Err(FormatError::Malformed { what: "the fields" }),
        (Some(version), _) => Err(FormatError::UnknownVersion {
            version: version.to_string(),
        }),
    }
}

/// Writes the file.
pub fn render_clean_shutdown(epoch: BrokerEpoch) -> Vec<u8> {
    format!("{{\"version\":0,\"brokerEpoch\":{epoch}}}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafkas_file_reads_and_writes_back() {
        let content = b"{\"version\":0,\"brokerEpoch\":28}";
        assert_eq!(parse_clean_shutdown(content), Ok(BrokerEpoch::new(28)));
        assert_eq!(render_clean_shutdown(BrokerEpoch::new(28)), content);
    }

    #[test]
    fn an_empty_file_names_no_epoch_and_nonsense_is_refused() {
        assert_eq!(parse_clean_shutdown(b""), Ok(BrokerEpoch::NONE));
        assert!(parse_clean_shutdown(b"{\"version\":1,\"brokerEpoch\":28}").is_err());
        assert!(parse_clean_shutdown(b"{\"version\":0}").is_err());
        assert!(parse_clean_shutdown(b"{\"version\":0,\"brok").is_err());
    }
}
