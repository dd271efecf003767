//! Reads one frame field by field and refuses what cannot be true.
//!
//! Owns the position in the frame. Invariants: `position ≤ end ≤ frame.len()`; a length is checked against the
//! bytes that remain before anything is reserved for it; everything that a message may reserve beside the frame
//! (arrays, unknown tagged fields) is charged against one memory limit, so that a small frame of tiny elements
//! cannot grow into a large message. Strings and byte fields are slices of the frame.

use bytes::Bytes;

use broker_model::Uuid;

use super::varint;
use super::{Form, Message, RawTaggedField, Records, StringBytes};
use crate::DecodeError;

/// Most elements of one array.
pub const MAX_ARRAY_ELEMENTS: usize = 1_000_000;
/// Most tagged fields of one structure.
pub const MAX_TAGGED_FIELDS: usize = 10_000;
/// Most elements for which room is reserved before the first of them was read.
pub const INITIAL_CAPACITY_MAX: usize = 1_000;
/// Most bytes that arrays and unknown tagged fields of one frame may take, if the caller names no limit.
pub const DEFAULT_MEMORY_LIMIT: usize = 128 << 20;

/// Whether a structure knew the tagged field that it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// It has read its value.
    Known,
    /// It has read nothing; the value is kept undecoded.
    Unknown,
}

/// A position in one frame.
#[derive(Clone, Debug)]
pub struct Decoder {
    frame: Bytes,
    position: usize,
    end: usize,
    memory_left: usize,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            /// The frame ends before or inside the field.
            #[inline]
            pub fn $name(&mut self) -> Result<$type, DecodeError> {
                self.take_array().map(<$type>::from_be_bytes)
            }
        )*
    };
}

impl Decoder {
    /// Starts at the first byte of `frame`.
    pub fn new(frame: Bytes) -> Self {
        Self::with_memory_limit(frame, DEFAULT_MEMORY_LIMIT)
    }

    /// Starts at the first byte of `frame`; what is decoded may reserve `limit` bytes beside the frame.
    pub fn with_memory_limit(frame: Bytes, limit: usize) -> Self {
        let end = frame.len();
        Self {
            frame,
            position: 0,
            end,
            memory_left: limit,
        }
    }

    /// Number of bytes that were not read yet.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.end - self.position
    }

    /// Number of bytes read so far.
    pub fn position(&self) -> usize {
        self.position
    }

    numbers! {
        /// A signed byte.
        get_i8: i8;
        /// A signed 16-bit number.
        get_i16: i16;
        /// An unsigned 16-bit number.
        get_u16: u16;
        /// A signed 32-bit number.
        get_i32: i32;
        /// An unsigned 32-bit number.
        get_u32: u32;
        /// A signed 64-bit number.
        get_i64: i64;
        /// A double-precision number.
        get_f64: f64;
    }

    /// A byte that is true unless it is 0.
    ///
    /// # Errors
    /// The frame ends before the field.
    #[inline]
    pub fn get_bool(&mut self) -> Result<bool, DecodeError> {
        Ok(self.get_i8()? != 0)
    }

    /// A 128-bit id.
    ///
    /// # Errors
    /// The frame ends before or inside the field.
    #[inline]
    pub fn get_uuid(&mut self) -> Result<Uuid, DecodeError> {
        self.take_array().map(Uuid::from_bytes)
    }

    /// An unsigned variable-length number.
    ///
    /// # Errors
    /// The frame ends inside the number, or it runs on after its fifth byte.
    #[inline]
    pub fn get_unsigned_varint(&mut self) -> Result<u32, DecodeError> {
        let (value, size) = varint::read_unsigned_varint(self.rest())?;
        self.position += size;
        Ok(value)
    }

    /// A zigzag-coded variable-length number.
    ///
    /// # Errors
    /// As [`Decoder::get_unsigned_varint`].
    #[inline]
    pub fn get_varint(&mut self) -> Result<i32, DecodeError> {
        let (value, size) = varint::read_varint(self.rest())?;
        self.position += size;
        Ok(value)
    }

    /// A zigzag-coded variable-length 64-bit number.
    ///
    /// # Errors
    /// The frame ends inside the number, or it runs on after its tenth byte.
    #[inline]
    pub fn get_varlong(&mut self) -> Result<i64, DecodeError> {
        let (value, size) = varint::read_varlong(self.rest())?;
        self.position += size;
        Ok(value)
    }

    /// The next `size` bytes, shared with the frame.
    ///
    /// # Errors
    /// Fewer bytes remain.
    #[inline]
    pub fn take(&mut self, size: usize) -> Result<Bytes, DecodeError> {
        if size > self.remaining() {
            return Err(self.short_of(size));
        }
        let start = self.position;
        self.position += size;
        Ok(if size == 0 {
            Bytes::new()
        } else {
            self.frame.slice(start..self.position)
        })
    }

    /// All bytes that were not read yet, shared with the frame.
    pub fn take_rest(&mut self) -> Bytes {
        let start = self.position;
        self.position = self.end;
        self.frame.slice(start..self.end)
    }

    /// A string.
    ///
    /// # Errors
    /// It is null, longer than the frame, or not UTF-8.
    #[inline]
    pub fn get_string(&mut self, form: Form) -> Result<StringBytes, DecodeError> {
        self.get_nullable_string(form)?.ok_or(DecodeError::UnexpectedNull)
    }

    /// A string or null.
    ///
    /// # Errors
    /// It is longer than the frame, or not UTF-8.
    #[inline]
    pub fn get_nullable_string(&mut self, form: Form) -> Result<Option<StringBytes>, DecodeError> {
        match self.string_length(form)? {
            None => Ok(None),
            Some(length) => StringBytes::from_utf8(self.take(length)?).map(Some),
        }
    }

    /// A string or null that need not be UTF-8 (only the client id): U+FFFD stands for what is not.
    ///
    /// # Errors
    /// It is longer than the frame.
    pub fn get_nullable_lossy_string(&mut self, form: Form) -> Result<Option<StringBytes>, DecodeError> {
        match self.string_length(form)? {
            None => Ok(None),
            Some(length) => Ok(Some(StringBytes::from_utf8_lossy(self.take(length)?))),
        }
    }

    /// Bytes, shared with the frame.
    ///
    /// # Errors
    /// They are null or longer than the frame.
    #[inline]
    pub fn get_bytes(&mut self, form: Form) -> Result<Bytes, DecodeError> {
        self.get_nullable_bytes(form)?.ok_or(DecodeError::UnexpectedNull)
    }

    /// Bytes, shared with the frame, or null.
    ///
    /// # Errors
    /// They are longer than the frame.
    #[inline]
    pub fn get_nullable_bytes(&mut self, form: Form) -> Result<Option<Bytes>, DecodeError> {
        match self.length(form)? {
            None => Ok(None),
            Some(length) => self.take(length).map(Some),
        }
    }

    /// Record batches, shared with the frame.
    ///
    /// # Errors
    /// They are null or longer than the frame.
    #[inline]
    pub fn get_records(&mut self, form: Form) -> Result<Records, DecodeError> {
        self.get_bytes(form).map(Records::from)
    }

    /// Record batches, shared with the frame, or null.
    ///
    /// # Errors
    /// They are longer than the frame.
    #[inline]
    pub fn get_nullable_records(&mut self, form: Form) -> Result<Option<Records>, DecodeError> {
        Ok(self.get_nullable_bytes(form)?.map(Records::from))
    }

    /// An array whose elements take at least `min_size` bytes each and are read by `element`.
    ///
    /// # Errors
    /// It is null, claims more elements than can follow, or one of them is malformed.
    #[inline]
    pub fn get_array<T>(
        &mut self,
        form: Form,
        min_size: usize,
        element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.get_nullable_array(form, min_size, element)?
            .ok_or(DecodeError::UnexpectedNull)
    }

    /// An array or null; see [`Decoder::get_array`].
    ///
    /// # Errors
    /// It claims more elements than can follow, or one of them is malformed.
    #[inline]
    pub fn get_nullable_array<T>(
        &mut self,
        form: Form,
        min_size: usize,
        element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        match self.length(form)? {
            None => Ok(None),
            Some(0) => Ok(Some(Vec::new())),
            Some(count) => self.elements(count, min_size, element).map(Some),
        }
    }

    fn elements<T>(
        &mut self,
        count: usize,
        min_size: usize,
        mut element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        self.check_count(count, min_size, size_of::<T>())?;
        let mut elements = Vec::with_capacity(count.min(INITIAL_CAPACITY_MAX));
        for _ in 0..count {
            elements.push(element(self)?);
        }
        Ok(elements)
    }

    /// An array of structures that take at least `min_size` bytes each; see [`Decoder::get_array`].
    ///
    /// # Errors
    /// As [`Decoder::get_array`].
    #[inline]
    pub fn get_structs<T: Message>(
        &mut self,
        form: Form,
        min_size: usize,
        version: i16,
    ) -> Result<Vec<T>, DecodeError> {
        self.get_nullable_structs(form, min_size, version)?
            .ok_or(DecodeError::UnexpectedNull)
    }

    /// An array of structures or null; see [`Decoder::get_array`].
    ///
    /// # Errors
    /// As [`Decoder::get_nullable_array`].
    #[inline]
    pub fn get_nullable_structs<T: Message>(
        &mut self,
        form: Form,
        min_size: usize,
        version: i16,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        self.get_nullable_array(form, min_size, |d| T::decode(d, version))
    }

    /// A structure or null, marked by a leading -1 or 1.
    ///
    /// # Errors
    /// The structure is malformed.
    pub fn get_nullable_struct<T: Message>(&mut self, version: i16) -> Result<Option<T>, DecodeError> {
        if self.get_i8()? < 0 {
            Ok(None)
        } else {
            T::decode(self, version).map(Some)
        }
    }

    /// A structure or null in a tagged field, where Kafka marks it by an unsigned 0 or 1 instead.
    ///
    /// # Errors
    /// The structure is malformed.
    pub fn get_nullable_tagged_struct<T: Message>(&mut self, version: i16) -> Result<Option<T>, DecodeError> {
        if self.get_unsigned_varint()? == 0 {
            Ok(None)
        } else {
            T::decode(self, version).map(Some)
        }
    }

    /// How many tagged fields follow at the end of a structure; nearly always none.
    ///
    /// # Errors
    /// The frame ends before the number.
    #[inline]
    pub fn get_tag_count(&mut self) -> Result<u32, DecodeError> {
        self.get_unsigned_varint()
    }

    /// The tagged fields at the end of a structure that knows none.
    ///
    /// # Errors
    /// They are malformed or too many.
    #[inline]
    pub fn get_unknown_tagged_fields(&mut self) -> Result<Vec<RawTaggedField>, DecodeError> {
        match self.get_tag_count()? {
            0 => Ok(Vec::new()),
            count => self.get_tagged_fields(count, &mut |_, _| Ok(Tagged::Unknown)),
        }
    }

    /// `count` tagged fields: `known` is shown each and reads those that it knows, the others are returned. A known
    /// field that is shorter than its announced size is accepted.
    ///
    /// # Errors
    /// They are malformed or too many.
    #[inline(never)]
    pub fn get_tagged_fields(
        &mut self,
        count: u32,
        known: &mut dyn FnMut(u32, &mut Self) -> Result<Tagged, DecodeError>,
    ) -> Result<Vec<RawTaggedField>, DecodeError> {
        let count = count as usize;
        if count > MAX_TAGGED_FIELDS {
            return Err(DecodeError::TooManyTaggedFields(count));
        }
        let mut unknown = Vec::new();
        for _ in 0..count {
            let tag = self.get_unsigned_varint()?;
            let size = self.get_unsigned_varint()? as usize;
            if size > self.remaining() {
                return Err(self.short_of(size));
            }
            let outer_end = self.end;
            self.end = self.position + size;
            let outcome = known(tag, self);
            if outcome == Ok(Tagged::Unknown) {
                self.charge(1, size_of::<RawTaggedField>())?;
                unknown.push(RawTaggedField {
                    tag,
                    data: self.take_rest(),
                });
            }
            self.position = self.end;
            self.end = outer_end;
            outcome?;
        }
        Ok(unknown)
    }

    #[inline]
    fn string_length(&mut self, form: Form) -> Result<Option<usize>, DecodeError> {
        match form {
            Form::Compact => self.compact_length(),
            Form::Plain => length_from(i64::from(self.get_i16()?)),
        }
    }

    #[inline]
    fn length(&mut self, form: Form) -> Result<Option<usize>, DecodeError> {
        match form {
            Form::Compact => self.compact_length(),
            Form::Plain => length_from(i64::from(self.get_i32()?)),
        }
    }

    #[inline]
    fn compact_length(&mut self) -> Result<Option<usize>, DecodeError> {
        Ok((self.get_unsigned_varint()? as usize).checked_sub(1))
    }

    fn check_count(
        &mut self,
        count: usize,
        min_size: usize,
        element_memory: usize,
    ) -> Result<(), DecodeError> {
        let remaining = self.remaining();
        if count > MAX_ARRAY_ELEMENTS || count > remaining / min_size.max(1) {
            return Err(DecodeError::ArrayTooLong { count, remaining });
        }
        self.charge(count, element_memory)
    }

    fn charge(&mut self, count: usize, each: usize) -> Result<(), DecodeError> {
        self.memory_left = self
            .memory_left
            .checked_sub(count.saturating_mul(each))
            .ok_or(DecodeError::MemoryLimit)?;
        Ok(())
    }

    #[inline]
    fn rest(&self) -> &[u8] {
        &self.frame[self.position..self.end]
    }

    #[inline]
    fn take_array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        match self.rest().first_chunk::<N>() {
            Some(&bytes) => {
                self.position += N;
                Ok(bytes)
            }
            None => Err(self.short_of(N)),
        }
    }

    #[cold]
    fn short_of(&self, needed: usize) -> DecodeError {
        DecodeError::UnexpectedEnd {
            needed,
            remaining: self.remaining(),
        }
    }
}

#[inline]
fn length_from(value: i64) -> Result<Option<usize>, DecodeError> {
    match value {
        -1 => Ok(None),
        _ => usize::try_from(value)
            .map(Some)
            .map_err(|_| DecodeError::NegativeLength(value)),
    }
}

#[cfg(test)]
mod tests;
