//! How Kafka's bytes are cut: primitive types of the protocol, record batches, compression, checksums.
//!
//! Owns no state beyond one message or batch at a time. Everything that comes from outside is bounded before
//! memory is reserved for it, and every reader is a plain function from bytes to a result. The layout of the
//! single messages is generated into `broker-protocol`, `broker-metadata` and `broker-coordinator`.

pub mod batch;
pub mod compression;
mod error;
mod primitive;

pub use error::{DecodeError, EncodeError};
pub use primitive::{
    DEFAULT_MEMORY_LIMIT, Decoder, Encoder, Form, INITIAL_CAPACITY_MAX, MAX_ARRAY_ELEMENTS,
    MAX_TAGGED_FIELDS, Message, RawTaggedField, Records, StringBytes, Tagged, varint,
};
