//! Messages of formats 0 and 1, which only old logs hold: read, never written (KIP-31, KIP-32; dropped by KIP-724).
//!
//! ```text
//!  0 offset i64   8 size i32 (of what follows)   12 crc u32   16 magic i8   17 attributes i8
//! 18 timestamp i64, in format 1 only             then key and value, each i32 length (-1: null) and bytes
//! ```
//! A compressed message is a wrapper: its value unpacks to messages of the same format, which are not packed again,
//! and its offset is that of the last one. Inside, format 0 counts offsets from the start of the log, format 1 from
//! the wrapper's first. The checksum is a CRC-32 (not CRC-32C) of everything behind it.

use broker_model::{CompressionType, Offset, Sequence, Timestamp, TimestampType};
use bytes::Bytes;

use super::{BatchError, Record};
use crate::compression::{CompressionError, decompress, mend_lz4_header};

const PREFIX_SIZE: usize = 12;
const CRC_END: usize = 16;
const CODEC_MASK: i8 = 0x07;
const LOG_APPEND_TIME: i8 = 0x08;

/// A message of format 0 or 1 as it is stored, alone or as a wrapper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegacyMessage {
    /// Its offset; that of its last record in a wrapper.
    pub offset: Offset,
    /// Its format.
    pub magic: i8,
    /// Codec and type of the timestamp.
    attributes: i8,
    /// Its time; -1 in format 0.
    pub timestamp: Timestamp,
    /// Its key.
    pub key: Option<Bytes>,
    /// Its value, or what is packed in it.
    pub value: Option<Bytes>,
}

/// Reads fields from the front of shared bytes.
struct Fields<'a> {
    bytes: &'a Bytes,
    position: usize,
    end: usize,
}

impl Fields<'_> {
    fn take(&mut self, size: usize) -> Result<Bytes, BatchError> {
        if size > self.end - self.position {
            return Err(BatchError::Truncated {
                needed: size,
                remaining: self.end - self.position,
            });
        }
        let taken = self.bytes.slice(self.position..self.position + size);
        self.position += size;
        Ok(taken)
    }

    fn number<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], BatchError> {
        let taken = self.take(SIZE)?;
        Ok(taken[..].try_into().expect("as many bytes as were asked for"))
    }

    fn nullable(&mut self) -> Result<Option<Bytes>, BatchError> {
        let length = i32::from_be_bytes(self.number()?);
        match usize::try_from(length) {
            Ok(length) => self.take(length).map(Some),
            Err(_) if length == -1 => Ok(None),
            Err(_) => Err(BatchError::InvalidLength(length)),
        }
    }
}

impl LegacyMessage {
    /// Takes the message at the front of `bytes`, and says how many bytes it has.
    ///
    /// # Errors
    /// When it is cut short, malformed or does not match its checksum.
    pub fn parse(bytes: &Bytes) -> Result<(Self, usize), BatchError> {
        let mut fields = Fields {
            bytes,
            position: 0,
            end: bytes.len(),
        };
        let offset = Offset::new(i64::from_be_bytes(fields.number()?));
        let length = i32::from_be_bytes(fields.number()?);
        let size = usize::try_from(length).map_err(|_| BatchError::InvalidLength(length))?;
        let end = PREFIX_SIZE.saturating_add(size);
        if end > bytes.len() {
            return Err(BatchError::Truncated {
                needed: end,
                remaining: bytes.len(),
            });
        }
        fields.end = end;
        let stored = u32::from_be_bytes(fields.number()?);
        let magic = i8::from_be_bytes(fields.number()?);
        let attributes = i8::from_be_bytes(fields.number()?);
        let timestamp = match magic {
            0 => Timestamp::NONE,
            1 => Timestamp::from_ms(i64::from_be_bytes(fields.number()?)),
            other => return Err(BatchError::UnsupportedMagic(other)),
        };
        let computed = crc32(&bytes[CRC_END..end]);
        if stored != computed {
            return Err(BatchError::Checksum { stored, computed });
        }
        let (key, value) = (fields.nullable()?, fields.nullable()?);
        match end - fields.position {
            0 => {}
            left => return Err(BatchError::TrailingBytes(left)),
        }
        let message = Self {
            offset,
            magic,
            attributes,
            timestamp,
            key,
            value,
        };
        Ok((message, end))
    }

    /// Codec of what is packed in it; `None` for one that these formats do not have.
    pub fn compression(&self) -> Option<CompressionType> {
        match self.attributes & CODEC_MASK {
            0 => Some(CompressionType::None),
            1 => Some(CompressionType::Gzip),
            2 => Some(CompressionType::Snappy),
            3 => Some(CompressionType::Lz4),
            _ => None,
        }
    }

    /// Who set the timestamp; format 0 has none.
    pub fn timestamp_type(&self) -> TimestampType {
        match self.magic == 1 && self.attributes & LOG_APPEND_TIME != 0 {
            true => TimestampType::LogAppendTime,
            false => TimestampType::CreateTime,
        }
    }

    /// The record that it is, or those that are packed in it, unpacked to at most `size_max` bytes.
    ///
    /// # Errors
    /// When the codec is unknown, or what is packed is damaged or too large.
    pub fn records(&self, size_max: usize) -> Result<Vec<Record>, BatchError> {
        let bits = (self.attributes & CODEC_MASK) as u8;
        let codec = self.compression().ok_or(CompressionError::UnknownCodec(bits))?;
        if codec == CompressionType::None {
            return Ok(vec![self.record(self.offset, self.timestamp)]);
        }
        let mut packed = self.value.clone().unwrap_or_default();
        if self.magic == 0 && codec == CompressionType::Lz4 {
            packed = mend_lz4_header(&packed);
        }
        let mut rest = decompress(codec, &packed, size_max)?;
        let mut messages = Vec::new();
        while !rest.is_empty() {
            let (message, size) = Self::parse(&rest)?;
            if message.magic != self.magic || message.attributes & CODEC_MASK != 0 {
                return Err(BatchError::UnsupportedMagic(message.magic));
            }
            messages.push(message);
            rest = rest.slice(size..);
        }
        self.placed(&messages)
    }

    /// Gives packed messages the offsets and times that they have in the log.
    fn placed(&self, messages: &[Self]) -> Result<Vec<Record>, BatchError> {
        let last = messages.last().ok_or(BatchError::InvalidHeader {
            what: "count of packed messages",
            value: 0,
        })?;
        let base = match self.magic {
            1 => self.offset.value().checked_sub(last.offset.value()),
            _ => Some(0),
        };
        let mut records: Vec<Record> = Vec::with_capacity(messages.len());
        for message in messages {
            let value = message.offset.value();
            let offset = base.and_then(|base| base.checked_add(value)).map(Offset::new);
            let follows = |offset: &Offset| {
                *offset >= Offset::ZERO && records.last().is_none_or(|before| before.offset < *offset)
            };
            let Some(offset) = offset.filter(follows) else {
                return Err(BatchError::InvalidHeader {
                    what: "offset of a packed message",
                    value,
                });
            };
            let timestamp = match self.timestamp_type() {
                TimestampType::LogAppendTime => self.timestamp,
                TimestampType::CreateTime => message.timestamp,
            };
            records.push(message.record(offset, timestamp));
        }
        Ok(records)
    }

    fn record(&self, offset: Offset, timestamp: Timestamp) -> Record {
        Record {
            offset,
            timestamp,
            key: self.key.clone(),
            value: self.value.clone(),
            headers: Vec::new(),
            sequence: Sequence::NONE,
        }
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, bytes) as u32
}
