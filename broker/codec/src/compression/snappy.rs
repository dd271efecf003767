//! Snappy in the framing of the xerial library, which the Java client writes, and raw, which others write.
//!
//! ```text
//! 82 'SNAPPY' 00 | version i32 | compatible i32 | { block size i32 | block }…
//! ```

use broker_model::CompressionType;
use bytes::Bytes;

use super::{CompressionError, damaged};

const CODEC: CompressionType = CompressionType::Snappy;
const MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const HEADER_SIZE: usize = 16;
const BLOCK_SIZE: usize = 32 * 1024;

pub(super) fn decompress(input: &[u8], size_max: usize) -> Result<Bytes, CompressionError> {
    let mut out = Vec::new();
    if !input.starts_with(&MAGIC) {
        unpack_block(input, size_max, &mut out)?;
        return Ok(Bytes::from(out));
    }
    let mut rest = input
        .get(HEADER_SIZE..)
        .ok_or_else(|| damaged(CODEC, "the framing header is cut short"))?;
    while !rest.is_empty() {
        let (size, behind) = rest
            .split_first_chunk::<4>()
            .ok_or_else(|| damaged(CODEC, "a block size is cut short"))?;
        let size = usize::try_from(i32::from_be_bytes(*size))
            .map_err(|_| damaged(CODEC, "a block size is negative"))?;
        let block = behind
            .get(..size)
            .ok_or_else(|| damaged(CODEC, "a block is cut short"))?;
        unpack_block(block, size_max, &mut out)?;
        rest = &behind[size..];
    }
    Ok(Bytes::from(out))
}

/// A block cannot unpack to more than 64 times its size by the format, so a claim beyond that reserves nothing.
fn unpack_block(block: &[u8], size_max: usize, out: &mut Vec<u8>) -> Result<(), CompressionError> {
    let claimed = snap::raw::decompress_len(block).map_err(|error| damaged(CODEC, error))?;
    if claimed > size_max.saturating_sub(out.len()) {
        return Err(CompressionError::TooLarge {
            codec: CODEC,
            size_max,
        });
    }
    if claimed > block.len().saturating_mul(64) {
        return Err(damaged(CODEC, "a block claims more than it can hold"));
    }
    let start = out.len();
    out.resize(start + claimed, 0);
    let size = snap::raw::Decoder::new()
        .decompress(block, &mut out[start..])
        .map_err(|error| damaged(CODEC, error))?;
    out.truncate(start + size);
    Ok(())
}

pub(super) fn compress(input: &[u8]) -> Result<Vec<u8>, CompressionError> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&1_i32.to_be_bytes());
    out.extend_from_slice(&1_i32.to_be_bytes());
    let mut encoder = snap::raw::Encoder::new();
    for block in input.chunks(BLOCK_SIZE) {
        let packed = encoder
            .compress_vec(block)
            .map_err(|error| damaged(CODEC, error))?;
        out.extend_from_slice(&(packed.len() as i32).to_be_bytes());
        out.extend_from_slice(&packed);
    }
    Ok(out)
}
