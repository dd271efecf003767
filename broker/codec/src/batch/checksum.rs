//! CRC-32C (RFC 3720), over one or several stretches of bytes.

use crc_fast::{CrcAlgorithm, Digest, checksum};

/// Checksum of `bytes`.
#[inline]
pub fn crc32c(bytes: &[u8]) -> u32 {
    checksum(CrcAlgorithm::Crc32Iscsi, bytes) as u32
}

/// Checksum of several stretches as if they were one.
pub fn crc32c_of(parts: &[&[u8]]) -> u32 {
    let mut digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
    for part in parts {
        digest.update(part);
    }
    digest.finalize() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One bit at a time, straight from the polynomial 0x82F63B78.
    fn by_definition(bytes: &[u8]) -> u32 {
        let mut register = u32::MAX;
        for byte in bytes {
            register ^= u32::from(*byte);
            for _ in 0..8 {
                let bit = register & 1;
                register >>= 1;
                if bit == 1 {
                    register ^= 0x82f6_3b78;
                }
            }
        }
        !register
    }

    #[test]
    fn checksums_equal_the_definition_at_every_length() {
        let bytes: Vec<u8> = (0..2_000_u32).map(|value| (value * 31 % 251) as u8).collect();
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        for size in (0..300).chain([511, 512, 1_023, 1_024, 1_999]) {
            assert_eq!(crc32c(&bytes[..size]), by_definition(&bytes[..size]));
            assert_eq!(
                crc32c_of(&[&bytes[..size / 2], &bytes[size / 2..size]]),
                by_definition(&bytes[..size])
            );
        }
    }
}
