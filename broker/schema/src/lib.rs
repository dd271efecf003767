//! Our descriptions of Kafka's messages, and the generator that turns them into Rust.
//!
//! One file a message under `schemas/`; [`parse`] reads and checks them, [`emit`] writes the files under
//! `generated/` of broker-protocol, broker-metadata and broker-coordinator, and `cargo codegen` puts them there.
//! Invariant: the generated files that are committed are what this crate writes ([`freshness`]). How the
//! primitive types lie in bytes is decided in broker-codec; nothing here runs inside the broker.

pub mod emit;
mod error;
pub mod freshness;
pub mod model;
pub mod parse;

pub use error::SchemaError;
