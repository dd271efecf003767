//! Everything of the outside proof that is not a script: Kafka's wire format read from the schemas, and the differential run.
//!
//! Nothing of the broker's own code is used but the reader of the schema files, so that a mistake in the codec shows.

pub mod connection;
pub mod differential;
pub mod wire;
