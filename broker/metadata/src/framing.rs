//! How a record of the metadata log lies in the value of a Kafka record (KIP-631):
//! `varint frame version (1), varint number, varint version, body`.
//!
//! Decides nothing but the frame; which version of a record is written follows from the metadata version and is
//! the caller's choice.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder};
use bytes::Bytes;

use crate::MetadataRecord;

const FRAME_VERSION: u32 = 1;

impl MetadataRecord {
    /// Reads a framed record; bytes after it are tolerated.
    ///
    /// # Errors
    /// The frame version, number or version is unknown, or the body malformed.
    pub fn decode(value: Bytes) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(value);
        let frame = d.get_unsigned_varint()?;
        if frame != FRAME_VERSION {
            return Err(DecodeError::UnknownKind {
                what: "metadata frame version",
                value: i64::from(frame),
            });
        }
        let number = narrow("metadata record", d.get_unsigned_varint()?)?;
        let version = narrow("metadata record version", d.get_unsigned_varint()?)?;
        Self::decode_body(&mut d, number, version)
    }

    /// Writes the framed record in that version.
    ///
    /// # Errors
    /// The version is unknown or has no place for a field that is set.
    pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        let unsupported = EncodeError::UnsupportedVersion {
            message: self.name(),
            version,
        };
        let mut e = Encoder::new();
        e.put_unsigned_varint(FRAME_VERSION);
        e.put_unsigned_varint(u32::from(self.number().unsigned_abs()));
        e.put_unsigned_varint(u32::try_from(version).map_err(|_| unsupported)?);
        self.encode_body(&mut e, version)?;
        Ok(e.into_bytes())
    }
}

fn narrow(what: &'static str, value: u32) -> Result<i16, DecodeError> {
    i16::try_from(value).map_err(|_| DecodeError::UnknownKind {
        what,
        value: i64::from(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::TopicRecord;

    #[test]
    fn a_record_stands_behind_frame_number_and_version() {
        let record = MetadataRecord::from(TopicRecord {
            name: "t".into(),
            ..TopicRecord::default()
        });
        let bytes = record.encode(0).unwrap();
        assert_eq!(bytes[..5], [1, 2, 0, 2, b't']);
        assert_eq!(MetadataRecord::decode(bytes), Ok(record));
    }

    #[test]
    fn another_frame_or_an_unknown_record_is_refused() {
        for bytes in [b"\x02\x02\x00", b"\x01\x7f\x00", b"\x01\x02\x01", b"\x01\x02\x00"] {
            assert!(MetadataRecord::decode(Bytes::from_static(bytes)).is_err());
        }
    }
}
