//! A whole batch in shared bytes, and the cutting of a record set into batches.

use bytes::Bytes;

use super::header::{ATTRIBUTES_AT, MAGIC_AT};
use super::{BatchError, HEADER_SIZE, Record, RecordBatchHeader, RecordViews, crc32c};
use crate::compression::{CompressionError, decompress};

/// One whole batch of format 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordBatch {
    bytes: Bytes,
    header: RecordBatchHeader,
}

impl RecordBatch {
    /// Takes the batch at the front of `bytes`; bytes behind it are left out.
    ///
    /// # Errors
    /// When the header is malformed or the bytes end before the batch does.
    pub fn from_bytes(bytes: &Bytes) -> Result<Self, BatchError> {
        let header = RecordBatchHeader::parse(bytes)?;
        let needed = header.size_in_bytes();
        if needed > bytes.len() {
            return Err(BatchError::Truncated {
                needed,
                remaining: bytes.len(),
            });
        }
        Ok(Self {
            bytes: bytes.slice(..needed),
            header,
        })
    }

    /// What the batch says of itself.
    pub fn header(&self) -> &RecordBatchHeader {
        &self.header
    }

    /// The whole batch.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The records as they are stored, compressed or not.
    pub fn payload(&self) -> Bytes {
        self.bytes.slice(HEADER_SIZE..)
    }

    /// Compares the checksum.
    ///
    /// # Errors
    /// [`BatchError::Checksum`] when it differs.
    pub fn verify_crc(&self) -> Result<(), BatchError> {
        let (stored, computed) = (self.header.crc, crc32c(&self.bytes[ATTRIBUTES_AT..]));
        if stored == computed {
            Ok(())
        } else {
            Err(BatchError::Checksum { stored, computed })
        }
    }

    /// The records unpacked, at most `size_max` bytes of them.
    ///
    /// # Errors
    /// When the codec is unknown, the data is damaged, or it grows beyond the limit.
    pub fn decompressed(&self, size_max: usize) -> Result<Bytes, BatchError> {
        let unknown = CompressionError::UnknownCodec(self.header.attributes.bits() as u8 & 0x07);
        let codec = self.header.compression().ok_or(unknown)?;
        Ok(decompress(codec, &self.payload(), size_max)?)
    }

    /// All records, unpacked to at most `size_max` bytes.
    ///
    /// # Errors
    /// As [`Self::decompressed`], and when a record is malformed.
    pub fn records(&self, size_max: usize) -> Result<Vec<Record>, BatchError> {
        let unpacked = self.decompressed(size_max)?;
        RecordViews::new(&unpacked, self.header.record_count)
            .map(|view| view.map(|view| view.to_record(&self.header, &unpacked)))
            .collect()
    }
}

/// Cuts a record set of format 2 into its batches, sharing its bytes.
pub fn batches(records: &Bytes) -> Batches {
    Batches {
        rest: records.clone(),
    }
}

/// Iterator over the batches of a record set; ends after the first error.
#[derive(Clone, Debug)]
pub struct Batches {
    rest: Bytes,
}

impl Batches {
    /// Format of the next batch, if enough of it is there to tell.
    pub fn peek_magic(&self) -> Option<i8> {
        self.rest.get(MAGIC_AT).map(|magic| *magic as i8)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let batch = RecordBatch::from_bytes(&self.rest);
        self.rest = match &batch {
            Ok(batch) => self.rest.slice(batch.bytes.len()..),
            Err(_) => Bytes::new(),
        };
        Some(batch)
    }
}
