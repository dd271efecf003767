//! lz4 frames as Kafka's clients expect them: independent blocks of at most 64 KiB.
//!
//! The library has one level, so `compression.lz4.level` changes nothing here; every reader takes the result.

use std::io::Write;

use broker_model::CompressionType;
use bytes::Bytes;
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};

use super::{CompressionError, damaged};

pub(super) fn compress(input: &[u8]) -> Result<Vec<u8>, CompressionError> {
    let info = FrameInfo::new()
        .block_size(BlockSize::Max64KB)
        .block_mode(BlockMode::Independent);
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    encoder
        .write_all(input)
        .map_err(|error| damaged(CompressionType::Lz4, error))?;
    encoder
        .finish()
        .map_err(|error| damaged(CompressionType::Lz4, error))
}

/// Where the frame's flags begin.
const FLAGS_AT: usize = 4;
const HAS_CONTENT_SIZE: u8 = 0x08;

/// Writes the right checksum into the frame's header: clients of format 0 counted the magic number in (KAFKA-3160).
pub(crate) fn mend_header(frame: &Bytes) -> Bytes {
    let with_size = frame
        .get(FLAGS_AT)
        .is_some_and(|flags| flags & HAS_CONTENT_SIZE != 0);
    let checksum_at = if with_size { 14 } else { 6 };
    let Some(descriptor) = frame
        .get(FLAGS_AT..checksum_at)
        .filter(|_| frame.len() > checksum_at)
    else {
        return frame.clone();
    };
    let mut mended = frame.to_vec();
    mended[checksum_at] = (xxh32_of_short(descriptor) >> 8) as u8;
    Bytes::from(mended)
}

/// xxHash-32 with seed 0 of less than 16 bytes.
fn xxh32_of_short(bytes: &[u8]) -> u32 {
    const PRIMES: [u32; 5] = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d, 0x27d4_eb2f, 0x1656_67b1];
    let mut hash = PRIMES[4].wrapping_add(bytes.len() as u32);
    let words = bytes.chunks_exact(4);
    let rest = words.remainder();
    for word in words {
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        hash = hash.wrapping_add(word.wrapping_mul(PRIMES[2]));
        hash = hash.rotate_left(17).wrapping_mul(PRIMES[3]);
    }
    for byte in rest {
        hash = hash.wrapping_add(u32::from(*byte).wrapping_mul(PRIMES[4]));
        hash = hash.rotate_left(11).wrapping_mul(PRIMES[0]);
    }
    hash = (hash ^ (hash >> 15)).wrapping_mul(PRIMES[1]);
    hash = (hash ^ (hash >> 13)).wrapping_mul(PRIMES[2]);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_header_stays_as_it_is() {
        let frame = Bytes::from(compress(b"some text, some text").unwrap());
        assert_eq!(mend_header(&frame), frame);
        assert_eq!(mend_header(&Bytes::from_static(b"short")), "short");
    }
}
