//! The records inside a batch, read without copying.
//!
//! A [`RecordView`] borrows; a [`Record`] owns shared slices. Lengths that a record claims are checked against the
//! bytes that are there; counts of headers reserve nothing.

use broker_model::{Offset, Sequence, Timestamp, TimestampType};
use bytes::Bytes;

use super::{BatchError, RecordBatchHeader};
use crate::DecodeError;
use crate::varint;

/// A record with its place in the log worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Position in the partition.
    pub offset: Offset,
    /// When it was made or appended, by the batch's timestamp type.
    pub timestamp: Timestamp,
    /// Its key; any bytes or null.
    pub key: Option<Bytes>,
    /// Its value; null in a compacted topic deletes the key.
    pub value: Option<Bytes>,
    /// Headers in order.
    pub headers: Vec<RecordHeader>,
    /// Its number among its producer's records, if it has a producer.
    pub sequence: Sequence,
}

/// A header of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// Name; bytes, because nothing checks that it is text.
    pub key: Bytes,
    /// Value or null.
    pub value: Option<Bytes>,
}

/// A record as it lies in the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordView<'a> {
    /// Everything of it but its length.
    pub body: &'a [u8],
    /// Timestamp less the batch's base timestamp.
    pub timestamp_delta: i64,
    /// Offset less the batch's base offset.
    pub offset_delta: i32,
    /// Key or null.
    pub key: Option<&'a [u8]>,
    /// Value or null.
    pub value: Option<&'a [u8]>,
    /// Number of headers.
    pub header_count: i32,
    headers: &'a [u8],
}

struct Cursor<'a> {
    bytes: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn varint(&mut self) -> Result<i32, DecodeError> {
        let (value, size) = varint::read_varint(self.bytes)?;
        self.bytes = &self.bytes[size..];
        Ok(value)
    }

    fn varlong(&mut self) -> Result<i64, DecodeError> {
        let (value, size) = varint::read_varlong(self.bytes)?;
        self.bytes = &self.bytes[size..];
        Ok(value)
    }

    fn take(&mut self, size: usize) -> Result<&'a [u8], DecodeError> {
        let remaining = self.bytes.len();
        if size > remaining {
            return Err(DecodeError::UnexpectedEnd {
                needed: size,
                remaining,
            });
        }
        let (taken, rest) = self.bytes.split_at(size);
        self.bytes = rest;
        Ok(taken)
    }

    fn nullable(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        match self.varint()? {
            -1 => Ok(None),
            length => {
                let size =
                    usize::try_from(length).map_err(|_| DecodeError::NegativeLength(i64::from(length)))?;
                self.take(size).map(Some)
            }
        }
    }

    fn header(&mut self) -> Result<(&'a [u8], Option<&'a [u8]>), DecodeError> {
        let key = self.nullable()?.ok_or(DecodeError::UnexpectedNull)?;
        Ok((key, self.nullable()?))
    }
}

impl<'a> RecordView<'a> {
    /// Reads the record at the front of `bytes`: it and the bytes it took.
    ///
    /// # Errors
    /// When a length does not fit or bytes are left inside it.
    pub fn parse(bytes: &'a [u8]) -> Result<(Self, usize), DecodeError> {
        let mut outer = Cursor { bytes };
        let length = outer.varint()?;
        let size = usize::try_from(length).map_err(|_| DecodeError::NegativeLength(i64::from(length)))?;
        let body = outer.take(size)?;
        let mut cursor = Cursor { bytes: body };
        cursor.take(1)?;
        let timestamp_delta = cursor.varlong()?;
        let offset_delta = cursor.varint()?;
        let (key, value) = (cursor.nullable()?, cursor.nullable()?);
        let header_count = cursor.varint()?;
        if header_count < 0 {
            return Err(DecodeError::NegativeLength(i64::from(header_count)));
        }
        let headers = cursor.bytes;
        for _ in 0..header_count {
            cursor.header()?;
        }
        if !cursor.bytes.is_empty() {
            return Err(DecodeError::NegativeLength(cursor.bytes.len() as i64));
        }
        let view = Self {
            body,
            timestamp_delta,
            offset_delta,
            key,
            value,
            header_count,
            headers,
        };
        Ok((view, bytes.len() - outer.bytes.len()))
    }

    /// The part of the body that begins with the offset delta.
    pub(super) fn behind_timestamp(&self) -> &'a [u8] {
        let end = self.body[1..].iter().position(|byte| byte & 0x80 == 0);
        &self.body[end.map_or(self.body.len(), |end| end + 2)..]
    }

    /// The record's place and time in the log.
    pub fn offset(&self, header: &RecordBatchHeader) -> Offset {
        header.base_offset.plus(i64::from(self.offset_delta))
    }

    /// The record's timestamp; the batch's own when the broker set it.
    pub fn timestamp(&self, header: &RecordBatchHeader) -> Timestamp {
        match header.timestamp_type() {
            TimestampType::LogAppendTime => header.max_timestamp,
            TimestampType::CreateTime => header.base_timestamp.plus_ms(self.timestamp_delta),
        }
    }

    /// Owned, sharing `source`, which must be the bytes that the view was read from.
    pub fn to_record(&self, header: &RecordBatchHeader, source: &Bytes) -> Record {
        let mut cursor = Cursor { bytes: self.headers };
        let mut headers = Vec::new();
        while let Ok((key, value)) = cursor.header() {
            headers.push(RecordHeader {
                key: source.slice_ref(key),
                value: value.map(|value| source.slice_ref(value)),
            });
        }
        let sequence = match header.base_sequence {
            Sequence::NONE => Sequence::NONE,
            base => base.plus(self.offset_delta),
        };
        Record {
            offset: self.offset(header),
            timestamp: self.timestamp(header),
            key: self.key.map(|key| source.slice_ref(key)),
            value: self.value.map(|value| source.slice_ref(value)),
            headers,
            sequence,
        }
    }
}

/// The records of a batch in order. Ends with an error at the first malformed one, or when bytes are left over.
#[derive(Clone, Debug)]
pub struct RecordViews<'a> {
    bytes: &'a [u8],
    index: i32,
    count: i32,
}

impl<'a> RecordViews<'a> {
    /// Reads `count` records out of uncompressed `bytes`.
    pub fn new(bytes: &'a [u8], count: i32) -> Self {
        Self {
            bytes,
            index: 0,
            count,
        }
    }
}

impl<'a> Iterator for RecordViews<'a> {
    type Item = Result<RecordView<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.count {
            let left = std::mem::take(&mut self.bytes).len();
            return (left > 0).then_some(Err(BatchError::TrailingBytes(left)));
        }
        match RecordView::parse(self.bytes) {
            Ok((view, size)) => {
                self.bytes = &self.bytes[size..];
                self.index += 1;
                Some(Ok(view))
            }
            Err(reason) => {
                let index = self.index;
                (self.index, self.bytes) = (self.count, &[]);
                Some(Err(BatchError::InvalidRecord { index, reason }))
            }
        }
    }
}
