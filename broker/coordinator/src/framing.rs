//! How coordinators' records lie in Kafka records: the key is `int16 number, body`, the value is
//! `int16 version, body` and its number is that of the key.
//!
//! Keys have one version each, 0. A tombstone has no value and never comes here.

use broker_codec::{DecodeError, Decoder, EncodeError, Encoder};
use bytes::Bytes;

use crate::generated::group_key::GroupKey;
use crate::generated::group_value::GroupValue;
use crate::generated::share_key::ShareKey;
use crate::generated::share_value::ShareValue;
use crate::generated::transaction_key::TransactionKey;
use crate::generated::transaction_value::TransactionValue;

const KEY_VERSION: i16 = 0;

macro_rules! framed {
    ($($key:ident, $value:ident;)*) => {
        $(
            impl $key {
                /// Reads the key of a record.
                ///
                /// # Errors
                /// The number is unknown or the body malformed.
                pub fn decode(key: Bytes) -> Result<Self, DecodeError> {
                    let mut d = Decoder::new(key);
                    let number = d.get_i16()?;
                    Self::decode_body(&mut d, number, KEY_VERSION)
                }

                /// Writes the key of a record.
                ///
                /// # Errors
                /// A string is too long.
                pub fn encode(&self) -> Result<Bytes, EncodeError> {
                    let mut e = Encoder::new();
                    e.put_i16(self.number());
                    self.encode_body(&mut e, KEY_VERSION)?;
                    Ok(e.into_bytes())
                }
            }

            impl $value {
                /// Reads the value of the record whose key has that number.
                ///
                /// # Errors
                /// The number or version is unknown, or the body malformed.
                pub fn decode(number: i16, value: Bytes) -> Result<Self, DecodeError> {
                    let mut d = Decoder::new(value);
                    let version = d.get_i16()?;
                    Self::decode_body(&mut d, number, version)
                }

                /// Writes the value of a record in that version.
                ///
                /// # Errors
                /// The version is unknown or has no place for a field that is set.
                pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
                    let mut e = Encoder::new();
                    e.put_i16(version);
                    self.encode_body(&mut e, version)?;
                    Ok(e.into_bytes())
                }
            }
        )*
    };
}

framed! {
    GroupKey, GroupValue;
    ShareKey, ShareValue;
    TransactionKey, TransactionValue;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::{OffsetCommitKey, OffsetCommitValue};

    #[test]
    fn a_value_is_read_under_the_number_of_its_key() {
        let key = GroupKey::from(OffsetCommitKey {
            group: "g".into(),
            ..OffsetCommitKey::default()
        });
        let value = GroupValue::from(OffsetCommitValue {
            offset: 5,
            ..OffsetCommitValue::default()
        });
        let (key_bytes, value_bytes) = (key.encode().unwrap(), value.encode(3).unwrap());
        assert_eq!(key_bytes[..5], [0, 1, 0, 1, b'g']);
        assert_eq!(GroupKey::decode(key_bytes), Ok(key));
        assert_eq!(GroupValue::decode(1, value_bytes), Ok(value));
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(GroupKey::decode(Bytes::from_static(b"\x00\x63")).is_err());
        assert!(GroupKey::decode(Bytes::from_static(b"\x00")).is_err());
    }
}
