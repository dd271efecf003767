//! The four codecs of record batches, with a hard cap on what they may unpack to.
//!
//! A few bytes can claim or really unpack to gigabytes. Output is read in steps and the first byte over the cap
//! ends it; nothing is reserved for a size that only the input claims.

mod lz4;
mod snappy;

use std::io::{self, Read, Write};

use broker_model::CompressionType;
use bytes::Bytes;

/// Largest window that a zstd frame may ask for: 2^25 bytes, that is 32 MiB.
pub const ZSTD_WINDOW_LOG_MAX: u32 = 25;
const STEP: usize = 64 * 1024;

/// How hard a codec tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompressionLevel {
    /// What the codec's authors chose.
    #[default]
    Default,
    /// A level in the codec's own numbering; codecs without levels ignore it.
    Level(i32),
}

/// Bytes cannot be packed or unpacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompressionError {
    /// The attribute bits name no codec.
    #[error("compression codec {0} does not exist")]
    UnknownCodec(u8),
    /// The data is not what the codec writes.
    #[error("damaged {codec:?} data: {reason}")]
    Damaged {
        /// The codec.
        codec: CompressionType,
        /// What its decoder said.
        reason: String,
    },
    /// The data unpacks to more than is allowed.
    #[error("{codec:?} data unpacks to more than {size_max} bytes")]
    TooLarge {
        /// The codec.
        codec: CompressionType,
        /// The cap.
        size_max: usize,
    },
}

pub(crate) use lz4::mend_header as mend_lz4_header;

fn damaged(codec: CompressionType, reason: impl ToString) -> CompressionError {
    CompressionError::Damaged {
        codec,
        reason: reason.to_string(),
    }
}

/// Unpacks `input` to at most `size_max` bytes.
///
/// # Errors
/// When the data is damaged or unpacks to more.
pub fn decompress(codec: CompressionType, input: &Bytes, size_max: usize) -> Result<Bytes, CompressionError> {
    match codec {
        CompressionType::None if input.len() > size_max => {
            Err(CompressionError::TooLarge { codec, size_max })
        }
        CompressionType::None => Ok(input.clone()),
        CompressionType::Snappy => snappy::decompress(input, size_max),
        CompressionType::Gzip | CompressionType::Lz4 | CompressionType::Zstd => {
            read_capped(codec, &mut *reader(codec, input, size_max)?, size_max)
        }
    }
}

/// A reader that unpacks step by step. Snappy, whose blocks cannot be cut, is unpacked at once, to at most
/// `size_max` bytes; for the others the caller counts.
pub(crate) fn reader<'a>(
    codec: CompressionType,
    input: &'a [u8],
    size_max: usize,
) -> Result<Box<dyn Read + 'a>, CompressionError> {
    Ok(match codec {
        CompressionType::None => Box::new(input),
        CompressionType::Gzip => Box::new(flate2::read::MultiGzDecoder::new(input)),
        CompressionType::Snappy => Box::new(io::Cursor::new(snappy::decompress(input, size_max)?)),
        CompressionType::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(input)),
        CompressionType::Zstd => {
            let mut decoder =
                zstd::stream::read::Decoder::with_buffer(input).map_err(|error| damaged(codec, error))?;
            decoder
                .window_log_max(ZSTD_WINDOW_LOG_MAX)
                .map_err(|error| damaged(codec, error))?;
            Box::new(decoder)
        }
    })
}

fn read_capped(
    codec: CompressionType,
    from: &mut dyn Read,
    size_max: usize,
) -> Result<Bytes, CompressionError> {
    let mut out = Vec::new();
    let mut step = vec![0; STEP];
    loop {
        let size = match from.read(&mut step) {
            Ok(0) => return Ok(Bytes::from(out)),
            Ok(size) => size,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(damaged(codec, error)),
        };
        if out.len() + size > size_max {
            return Err(CompressionError::TooLarge { codec, size_max });
        }
        out.extend_from_slice(&step[..size]);
    }
}

/// Packs `input`.
///
/// # Errors
/// When the codec fails, which with input in memory it does not.
pub fn compress(
    codec: CompressionType,
    level: CompressionLevel,
    input: &[u8],
) -> Result<Vec<u8>, CompressionError> {
    let failed = |error: io::Error| damaged(codec, error);
    match codec {
        CompressionType::None => Ok(input.to_vec()),
        CompressionType::Gzip => {
            let level = match level {
                CompressionLevel::Level(level @ 1..=9) => flate2::Compression::new(level as u32),
                CompressionLevel::Level(_) | CompressionLevel::Default => flate2::Compression::default(),
            };
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(input).map_err(failed)?;
            encoder.finish().map_err(failed)
        }
        CompressionType::Snappy => snappy::compress(input),
        CompressionType::Lz4 => lz4::compress(input),
        CompressionType::Zstd => {
            let level = match level {
                CompressionLevel::Level(level) => level,
                CompressionLevel::Default => zstd::DEFAULT_COMPRESSION_LEVEL,
            };
            zstd::bulk::compress(input, level).map_err(failed)
        }
    }
}

#[cfg(test)]
mod tests;
