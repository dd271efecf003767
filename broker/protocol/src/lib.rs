//! Every message that Kafka 4.4 puts on the wire, its headers, its error codes.
//!
//! The messages are generated from `broker/schema/schemas` by `cargo codegen`, a module each; written by hand are
//! the pairing of requests with answers ([`Request`]), the facts about APIs ([`ApiKey`]) and the error codes
//! ([`ErrorCode`]). Nothing here knows what a request means or owns any state. Records of the metadata log are in
//! broker-metadata, those of the coordinators in broker-coordinator.

mod api_key;
mod error_code;
mod framing;
pub mod fuzz;
mod generated;
mod request;

pub use api_key::ApiKey;
pub use error_code::{ErrorCode, Retriability};
pub use framing::{decode_versioned, encode_versioned};
pub use generated::*;
pub use request::{Request, decode_request_header, decode_response, encode_request, encode_response};
