//! Consumer groups and their offsets, decided in values.

mod framing;
mod generated;

pub use generated::*;
