//! Writes one message as segments: its own fields in one buffer, record batches beside it.
//!
//! Owns the buffer and the list of places where foreign segments go. Invariant: bytes of [`Records`] are never
//! copied; the segments of a finished message are slices of the one buffer and the records' own segments, in
//! wire order.
//!
//! ```text
//! buffer   [ fields ........ | fields ... | fields ]
//! spliced          records at ^   records at ^
//! ```

use bytes::Bytes;

use broker_model::Uuid;

use super::varint;
use super::{Form, Message, RawTaggedField, Records, StringBytes};
use crate::EncodeError;

/// A message in the making.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    buffer: Vec<u8>,
    /// Foreign segments, each with the buffer position that it precedes, in rising order.
    spliced: Vec<(usize, Bytes)>,
    spliced_size: usize,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            pub fn $name(&mut self, value: $type) {
                self.buffer.extend_from_slice(&value.to_be_bytes());
            }
        )*
    };
}

macro_rules! arrays {
    ($($(#[$doc:meta])* $name:ident, $nullable:ident: $type:ty = $put:ident;)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            /// The length does not fit into its prefix.
            pub fn $name(&mut self, elements: &[$type], form: Form) -> Result<(), EncodeError> {
                self.put_length(elements.len(), form)?;
                elements.iter().for_each(|element| self.$put(*element));
                Ok(())
            }

            $(#[$doc])*
            ///
            /// Or null.
            ///
            /// # Errors
            /// The length does not fit into its prefix.
            pub fn $nullable(&mut self, elements: Option<&[$type]>, form: Form) -> Result<(), EncodeError> {
                match elements {
                    Some(elements) => self.$name(elements, form),
                    None => self.put_null_length(form),
                }
            }
        )*
    };
}

impl Encoder {
    /// An empty message.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty message with room for `capacity` bytes of fields.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            buffer: Vec::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// Number of bytes written so far, records included.
    #[inline]
    pub fn size(&self) -> usize {
        self.buffer.len() + self.spliced_size
    }

    numbers! {
        /// A signed byte.
        put_i8: i8;
        /// A signed 16-bit number.
        put_i16: i16;
        /// An unsigned 16-bit number.
        put_u16: u16;
        /// A signed 32-bit number.
        put_i32: i32;
        /// An unsigned 32-bit number.
        put_u32: u32;
        /// A signed 64-bit number.
        put_i64: i64;
        /// A double-precision number.
        put_f64: f64;
    }

    /// A byte, 1 for true.
    #[inline]
    pub fn put_bool(&mut self, value: bool) {
        self.buffer.push(u8::from(value));
    }

    /// A 128-bit id.
    #[inline]
    pub fn put_uuid(&mut self, value: Uuid) {
        self.buffer.extend_from_slice(&value.bytes());
    }

    /// An unsigned variable-length number.
    #[inline]
    pub fn put_unsigned_varint(&mut self, value: u32) {
        varint::write_unsigned_varint(&mut self.buffer, value);
    }

    /// A zigzag-coded variable-length number.
    #[inline]
    pub fn put_varint(&mut self, value: i32) {
        varint::write_varint(&mut self.buffer, value);
    }

    /// A zigzag-coded variable-length 64-bit number.
    #[inline]
    pub fn put_varlong(&mut self, value: i64) {
        varint::write_varlong(&mut self.buffer, value);
    }

    /// Bytes without a length.
    #[inline]
    pub fn put_slice(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// A string.
    ///
    /// # Errors
    /// It is longer than 32,767 bytes in the plain form.
    #[inline]
    pub fn put_string(&mut self, text: &str, form: Form) -> Result<(), EncodeError> {
        match form {
            Form::Compact => self.put_compact_length(text.len())?,
            Form::Plain => {
                self.put_i16(i16::try_from(text.len()).map_err(|_| EncodeError::TooLong(text.len()))?);
            }
        }
        self.put_slice(text.as_bytes());
        Ok(())
    }

    /// A null string.
    #[inline]
    pub fn put_null_string(&mut self, form: Form) {
        match form {
            Form::Compact => self.buffer.push(0),
            Form::Plain => self.put_i16(-1),
        }
    }

    /// The length of an array or of bytes that follow.
    ///
    /// # Errors
    /// It does not fit into its prefix.
    #[inline]
    pub fn put_length(&mut self, length: usize, form: Form) -> Result<(), EncodeError> {
        match form {
            Form::Compact => self.put_compact_length(length)?,
            Form::Plain => self.put_i32(i32::try_from(length).map_err(|_| EncodeError::TooLong(length))?),
        }
        Ok(())
    }

    /// What stands for the length of null; never an error, but of the type of the arms beside it.
    #[inline]
    fn put_null_length(&mut self, form: Form) -> Result<(), EncodeError> {
        match form {
            Form::Compact => self.buffer.push(0),
            Form::Plain => self.put_i32(-1),
        }
        Ok(())
    }

    /// Bytes with their length.
    ///
    /// # Errors
    /// The length does not fit into its prefix.
    #[inline]
    pub fn put_bytes(&mut self, bytes: &[u8], form: Form) -> Result<(), EncodeError> {
        self.put_length(bytes.len(), form)?;
        self.put_slice(bytes);
        Ok(())
    }

    /// Bytes with their length, or null.
    ///
    /// # Errors
    /// The length does not fit into its prefix.
    #[inline]
    pub fn put_nullable_bytes(&mut self, bytes: Option<&[u8]>, form: Form) -> Result<(), EncodeError> {
        match bytes {
            Some(bytes) => self.put_bytes(bytes, form),
            None => self.put_null_length(form),
        }
    }

    /// Record batches with their length, or null; their bytes stay where they are.
    ///
    /// # Errors
    /// The length does not fit into its prefix.
    #[inline]
    pub fn put_nullable_records(&mut self, records: Option<&Records>, form: Form) -> Result<(), EncodeError> {
        match records {
            Some(records) => self.put_records(records, form),
            None => self.put_null_length(form),
        }
    }

    /// Record batches with their length; their bytes stay where they are.
    ///
    /// # Errors
    /// The length does not fit into its prefix.
    pub fn put_records(&mut self, records: &Records, form: Form) -> Result<(), EncodeError> {
        let size = records.size();
        self.put_length(size, form)?;
        let position = self.buffer.len();
        self.spliced.extend(
            records
                .segments()
                .filter(|s| !s.is_empty())
                .map(|s| (position, s.clone())),
        );
        self.spliced_size += size;
        Ok(())
    }

    /// A string or null.
    ///
    /// # Errors
    /// As [`Encoder::put_string`].
    #[inline]
    pub fn put_nullable_string(&mut self, text: Option<&str>, form: Form) -> Result<(), EncodeError> {
        match text {
            Some(text) => self.put_string(text, form)?,
            None => self.put_null_string(form),
        }
        Ok(())
    }

    arrays! {
        /// An array of signed bytes.
        put_i8_array, put_nullable_i8_array: i8 = put_i8;
        /// An array of signed 16-bit numbers.
        put_i16_array, put_nullable_i16_array: i16 = put_i16;
        /// An array of signed 32-bit numbers.
        put_i32_array, put_nullable_i32_array: i32 = put_i32;
        /// An array of signed 64-bit numbers.
        put_i64_array, put_nullable_i64_array: i64 = put_i64;
        /// An array of 128-bit ids.
        put_uuid_array, put_nullable_uuid_array: Uuid = put_uuid;
    }

    /// An array of strings.
    ///
    /// # Errors
    /// The length or a string does not fit into its prefix.
    pub fn put_string_array(&mut self, elements: &[StringBytes], form: Form) -> Result<(), EncodeError> {
        self.put_length(elements.len(), form)?;
        elements
            .iter()
            .try_for_each(|element| self.put_string(element, form))
    }

    /// An array of strings, or null.
    ///
    /// # Errors
    /// The length or a string does not fit into its prefix.
    pub fn put_nullable_string_array(
        &mut self,
        elements: Option<&[StringBytes]>,
        form: Form,
    ) -> Result<(), EncodeError> {
        match elements {
            Some(elements) => self.put_string_array(elements, form),
            None => self.put_null_length(form),
        }
    }

    /// A structure or null, marked by a leading -1 or 1.
    ///
    /// # Errors
    /// The structure cannot be written in this version.
    pub fn put_nullable_struct<T: Message>(
        &mut self,
        value: Option<&T>,
        version: i16,
    ) -> Result<(), EncodeError> {
        self.put_i8(if value.is_some() { 1 } else { -1 });
        value.map_or(Ok(()), |value| value.encode(self, version))
    }

    /// A structure or null in a tagged field, where Kafka marks it by an unsigned 0 or 1 instead.
    ///
    /// # Errors
    /// The structure cannot be written in this version.
    pub fn put_nullable_tagged_struct<T: Message>(
        &mut self,
        value: Option<&T>,
        version: i16,
    ) -> Result<(), EncodeError> {
        self.put_unsigned_varint(u32::from(value.is_some()));
        value.map_or(Ok(()), |value| value.encode(self, version))
    }

    /// An array of structures.
    ///
    /// # Errors
    /// The length does not fit into its prefix, or an element cannot be written in this version.
    pub fn put_structs<T: Message>(
        &mut self,
        elements: &[T],
        form: Form,
        version: i16,
    ) -> Result<(), EncodeError> {
        self.put_length(elements.len(), form)?;
        elements
            .iter()
            .try_for_each(|element| element.encode(self, version))
    }

    /// An array of structures, or null.
    ///
    /// # Errors
    /// The length does not fit into its prefix, or an element cannot be written in this version.
    pub fn put_nullable_structs<T: Message>(
        &mut self,
        elements: Option<&[T]>,
        form: Form,
        version: i16,
    ) -> Result<(), EncodeError> {
        match elements {
            Some(elements) => self.put_structs(elements, form, version),
            None => self.put_null_length(form),
        }
    }

    /// A tagged field whose value is written by `value`.
    ///
    /// # Errors
    /// The value cannot be written in this version.
    pub fn put_tagged(
        &mut self,
        tag: u32,
        value: impl FnOnce(&mut Self) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.put_unsigned_varint(tag);
        let start = self.buffer.len();
        value(self)?;
        // The size is known only now: it is appended and turned round to stand before the value.
        let size = self.buffer.len() - start;
        self.put_unsigned_varint(u32::try_from(size).map_err(|_| EncodeError::TooLong(size))?);
        let prefix = self.buffer.len() - start - size;
        self.buffer[start..].rotate_right(prefix);
        Ok(())
    }

    /// The number of tagged fields of a structure: `known` ones that [`Encoder::put_tagged`] will write and those
    /// that [`Encoder::put_raw_tagged_fields`] will.
    ///
    /// # Errors
    /// The sum does not fit into its prefix.
    #[inline]
    pub fn put_tag_count(&mut self, known: usize, unknown: &[RawTaggedField]) -> Result<(), EncodeError> {
        let count = known + unknown.len();
        self.put_unsigned_varint(u32::try_from(count).map_err(|_| EncodeError::TooLong(count))?);
        Ok(())
    }

    /// Tagged fields that are kept undecoded.
    ///
    /// # Errors
    /// A value is longer than its prefix can say.
    #[inline]
    pub fn put_raw_tagged_fields(&mut self, fields: &[RawTaggedField]) -> Result<(), EncodeError> {
        for field in fields {
            self.put_unsigned_varint(field.tag);
            let size = field.data.len();
            self.put_unsigned_varint(u32::try_from(size).map_err(|_| EncodeError::TooLong(size))?);
            self.put_slice(&field.data);
        }
        Ok(())
    }

    /// The tagged fields of a structure that knows none itself.
    ///
    /// # Errors
    /// The form has no place for them, or a value is longer than its prefix can say.
    #[inline]
    pub fn put_unknown_tagged_fields(
        &mut self,
        fields: &[RawTaggedField],
        form: Form,
    ) -> Result<(), EncodeError> {
        match form {
            Form::Compact => {
                self.put_tag_count(0, fields)?;
                self.put_raw_tagged_fields(fields)
            }
            Form::Plain if fields.is_empty() => Ok(()),
            Form::Plain => Err(EncodeError::NoTaggedFields),
        }
    }

    /// Overwrites four bytes that were written before, for example the size of the frame.
    pub fn set_i32(&mut self, position: usize, value: i32) {
        if let Some(place) = self.buffer.get_mut(position..position + size_of::<i32>()) {
            place.copy_from_slice(&value.to_be_bytes());
        }
    }

    /// The message in wire order, without copying records.
    pub fn into_segments(self) -> Vec<Bytes> {
        let buffer = Bytes::from(self.buffer);
        let mut segments = Vec::with_capacity(2 * self.spliced.len() + 1);
        let mut written = 0;
        for (position, segment) in self.spliced {
            if position > written {
                segments.push(buffer.slice(written..position));
                written = position;
            }
            segments.push(segment);
        }
        if written < buffer.len() {
            segments.push(buffer.slice(written..));
        }
        segments
    }

    /// The message in one piece; copies if there are records.
    pub fn into_bytes(self) -> Bytes {
        if self.spliced.is_empty() {
            return Bytes::from(self.buffer);
        }
        Records::from_segments(self.into_segments()).to_bytes()
    }

    #[inline]
    fn put_compact_length(&mut self, length: usize) -> Result<(), EncodeError> {
        let prefix = u32::try_from(length)
            .ok()
            .and_then(|length| length.checked_add(1));
        self.put_unsigned_varint(prefix.ok_or(EncodeError::TooLong(length))?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_their_memory_and_their_place() {
        let batch = Bytes::from(vec![1; 10]);
        let mut e = Encoder::new();
        e.put_i8(5);
        e.put_records(&Records::from(batch.clone()), Form::Compact)
            .unwrap();
        e.put_i8(6);
        assert_eq!(e.size(), 13);
        let segments = e.into_segments();
        assert_eq!(segments.len(), 3);
        assert_eq!(&segments[0][..], [5, 11]);
        assert_eq!(segments[1].as_ptr(), batch.as_ptr());
        assert_eq!(&segments[2][..], [6]);
    }

    #[test]
    fn a_tagged_value_stands_behind_its_size() {
        let mut e = Encoder::new();
        e.put_tag_count(1, &[]).unwrap();
        e.put_tagged(3, |e| e.put_bytes(&[9; 200], Form::Compact))
            .unwrap();
        let bytes = e.into_bytes();
        // one field, tag 3, 202 bytes, of which the first two are the inner length 200 + 1
        assert_eq!(&bytes[..7], [1, 3, 0xca, 1, 0xc9, 1, 9]);
        assert_eq!(bytes.len(), 206);
    }

    #[test]
    fn a_plain_string_ends_at_its_16_bit_length() {
        let text = "x".repeat(32768);
        assert_eq!(
            Encoder::new().put_string(&text, Form::Plain),
            Err(EncodeError::TooLong(32768))
        );
        assert_eq!(Encoder::new().put_string(&text, Form::Compact), Ok(()));
    }
}
