//! The primitive types of Kafka's protocol, and the two ends through which every message passes.
//!
//! Decides how numbers, strings, arrays and tagged fields lie in bytes, and which of them are refused. Owns the
//! position in a frame while it is read ([`Decoder`]) and the segments of an answer while it is written
//! ([`Encoder`]). Invariant: nothing is reserved for a length that the remaining bytes cannot hold, and bytes of
//! a frame are shared, never copied. The layout of messages is generated elsewhere, record batches are in
//! `batch`.

mod decoder;
mod encoder;
mod message;
mod records;
mod string_bytes;
pub mod varint;

pub use decoder::{
    DEFAULT_MEMORY_LIMIT, Decoder, INITIAL_CAPACITY_MAX, MAX_ARRAY_ELEMENTS, MAX_TAGGED_FIELDS, Tagged,
};
pub use encoder::Encoder;
pub use message::{Form, Message, RawTaggedField};
pub use records::Records;
pub use string_bytes::StringBytes;
