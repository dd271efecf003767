//! lz4 frames as Kafka's clients expect them: independent blocks of at most 64 KiB.
//!
//! The library has one level, so `compression.lz4.level` changes nothing here; every reader takes the result.

use std::io::Write;

use broker_model::CompressionType;
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
