//! 128-bit ids in Kafka's text form: base64 with the URL alphabet and without padding, 22 characters.

use std::fmt;
use std::str::FromStr;

/// A 128-bit id.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid([u8; 16]);

/// The text is not 22 characters of URL-safe base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseUuidError;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TEXT_SIZE: usize = 22;

impl Uuid {
    /// All bits 0: Kafka's "not given".
    pub const ZERO: Self = Self([0; 16]);

    /// Takes the 16 bytes in network order.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes in network order.
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// Makes a version 4 id out of 16 random bytes (RFC 9562): the version and variant bits are overwritten.
    pub const fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0_u8; TEXT_SIZE];
        let value = u128::from_be_bytes(self.0);
        for (index, place) in text.iter_mut().enumerate() {
            // The last character holds the two lowest bits and four of padding.
            let bits = if index < TEXT_SIZE - 1 {
                value >> (122 - 6 * index)
            } else {
                value << 4
            };
            *place = ALPHABET[(bits & 0x3f) as usize];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Uuid {
    type Err = ParseUuidError;

    fn from_str(text: &str) -> Result<Self, ParseUuidError> {
        if text.len() != TEXT_SIZE {
            return Err(ParseUuidError);
        }
        let mut value = 0_u128;
        for (index, byte) in text.bytes().enumerate() {
            let digit = ALPHABET
                .iter()
                .position(|letter| *letter == byte)
                .ok_or(ParseUuidError)? as u128;
            value = if index < TEXT_SIZE - 1 {
                value << 6 | digit
            } else {
                value << 2 | digit >> 4
            };
        }
        Ok(Self(value.to_be_bytes()))
    }
}

impl fmt::Display for ParseUuidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 22 characters of URL-safe base64")
    }
}

impl std::error::Error for ParseUuidError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_kafkas_and_reads_back() {
        let id = Uuid::from_bytes([
            0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x01, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
        ]);
        assert_eq!(id.to_string(), "ESIzRFVmdwEBAgMEBQYHCA");
        assert_eq!("ESIzRFVmdwEBAgMEBQYHCA".parse(), Ok(id));
        assert_eq!("AAAAAAAAAAAAAAAAAAAAAA".parse(), Ok(Uuid::ZERO));
    }

    #[test]
    fn malformed_text_is_refused() {
        assert_eq!("".parse::<Uuid>(), Err(ParseUuidError));
        assert_eq!("ESIzRFVmdwEBAgMEBQYHC!".parse::<Uuid>(), Err(ParseUuidError));
    }

    #[test]
    fn random_ids_carry_version_four() {
        assert_eq!(Uuid::from_random([0xff; 16]).bytes()[6] >> 4, 4);
    }
}
