//! Walks the records of a packed batch in constant memory, looking only at what validation needs.
//!
//! A batch of a megabyte can unpack to gigabytes of records. The scan unpacks in steps, keeps nothing, and ends at
//! a cap on unpacked bytes.

use std::io::{BufRead, BufReader};

use broker_model::CompressionType;

use super::BatchError;
use crate::DecodeError;
use crate::compression::{CompressionError, reader};

/// What validation looks at in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordSummary {
    /// Timestamp less the batch's base timestamp.
    pub timestamp_delta: i64,
    /// Offset less the batch's base offset.
    pub offset_delta: i32,
    /// Whether the record has a key.
    pub key: KeyPresence,
}

/// Whether a record has a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPresence {
    /// It has, perhaps an empty one.
    Present,
    /// Its key is null.
    Null,
}

const BUFFER_SIZE: usize = 32 * 1024;

/// Calls `visit` for each of `count` records of `payload`, which is packed with `codec`, unpacking at most
/// `size_max` bytes.
///
/// # Errors
/// When the payload is damaged or too large, a record is malformed, or bytes follow the last one.
pub fn scan_records(
    (codec, payload): (CompressionType, &[u8]),
    count: i32,
    size_max: usize,
    mut visit: impl FnMut(i32, RecordSummary),
) -> Result<(), BatchError> {
    let source = BufReader::with_capacity(BUFFER_SIZE, reader(codec, payload, size_max)?);
    let mut scan = Scan {
        codec,
        source,
        size_max,
        left: size_max,
    };
    for index in 0..count {
        let summary = scan.record().map_err(|error| error.at(index))?;
        visit(index, summary);
    }
    match scan.fill().map_err(|error| error.at(count))? {
        0 => Ok(()),
        more => Err(BatchError::TrailingBytes(more)),
    }
}

struct Scan<R> {
    codec: CompressionType,
    source: R,
    size_max: usize,
    left: usize,
}

enum ScanError {
    Record(DecodeError),
    Payload(CompressionError),
}

impl ScanError {
    fn at(self, index: i32) -> BatchError {
        match self {
            Self::Record(reason) => BatchError::InvalidRecord { index, reason },
            Self::Payload(error) => BatchError::Compression(error),
        }
    }
}

impl From<DecodeError> for ScanError {
    fn from(error: DecodeError) -> Self {
        Self::Record(error)
    }
}

impl<R: BufRead> Scan<R> {
    /// How many unpacked bytes are at hand, 0 at the end.
    fn fill(&mut self) -> Result<usize, ScanError> {
        let codec = self.codec;
        let damaged = |error: std::io::Error| CompressionError::Damaged {
            codec,
            reason: error.to_string(),
        };
        self.source
            .fill_buf()
            .map(<[u8]>::len)
            .map_err(|error| ScanError::Payload(damaged(error)))
    }

    fn consume(&mut self, size: usize) -> Result<(), ScanError> {
        let (codec, size_max) = (self.codec, self.size_max);
        self.left = self
            .left
            .checked_sub(size)
            .ok_or(ScanError::Payload(CompressionError::TooLarge { codec, size_max }))?;
        self.source.consume(size);
        Ok(())
    }

    fn byte(&mut self, budget: &mut usize) -> Result<u8, ScanError> {
        if *budget == 0 || self.fill()? == 0 {
            return Err(DecodeError::UnexpectedEnd {
                needed: 1,
                remaining: 0,
            }
            .into());
        }
        *budget -= 1;
        let byte = self
            .source
            .fill_buf()
            .ok()
            .and_then(|buffer| buffer.first().copied())
            .unwrap_or(0);
        self.consume(1)?;
        Ok(byte)
    }

    fn varlong(&mut self, budget: &mut usize, bytes_max: u32) -> Result<i64, ScanError> {
        let mut raw = 0_u64;
        for index in 0..bytes_max {
            let byte = self.byte(budget)?;
            raw |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok((raw >> 1) as i64 ^ -((raw & 1) as i64));
            }
        }
        Err(DecodeError::VarintTooLong.into())
    }

    fn varint(&mut self, budget: &mut usize) -> Result<i32, ScanError> {
        Ok(self.varlong(budget, 5)? as i32)
    }

    fn skip(&mut self, budget: &mut usize, size: usize) -> Result<(), ScanError> {
        let remaining = *budget;
        *budget = remaining.checked_sub(size).ok_or(DecodeError::UnexpectedEnd {
            needed: size,
            remaining,
        })?;
        let mut left = size;
        while left > 0 {
            let step = self.fill()?.min(left);
            if step == 0 {
                return Err(DecodeError::UnexpectedEnd {
                    needed: left,
                    remaining: 0,
                }
                .into());
            }
            self.consume(step)?;
            left -= step;
        }
        Ok(())
    }

    fn skip_nullable(&mut self, budget: &mut usize) -> Result<KeyPresence, ScanError> {
        match self.varint(budget)? {
            -1 => Ok(KeyPresence::Null),
            length => {
                let size =
                    usize::try_from(length).map_err(|_| DecodeError::NegativeLength(i64::from(length)))?;
                self.skip(budget, size)?;
                Ok(KeyPresence::Present)
            }
        }
    }

    fn record(&mut self) -> Result<RecordSummary, ScanError> {
        let length = self.varint(&mut 5)?;
        let mut budget =
            usize::try_from(length).map_err(|_| DecodeError::NegativeLength(i64::from(length)))?;
        let budget = &mut budget;
        self.byte(budget)?;
        let timestamp_delta = self.varlong(budget, 10)?;
        let offset_delta = self.varint(budget)?;
        let key = self.skip_nullable(budget)?;
        self.skip_nullable(budget)?;
        let headers = self.varint(budget)?;
        if headers < 0 {
            return Err(DecodeError::NegativeLength(i64::from(headers)).into());
        }
        for _ in 0..headers {
            if self.skip_nullable(budget)? == KeyPresence::Null {
                return Err(DecodeError::UnexpectedNull.into());
            }
            self.skip_nullable(budget)?;
        }
        match *budget {
            0 => Ok(RecordSummary {
                timestamp_delta,
                offset_delta,
                key,
            }),
            left => Err(DecodeError::NegativeLength(left as i64).into()),
        }
    }
}
