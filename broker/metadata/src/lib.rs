//! The records of the metadata log and what they add up to.

mod framing;
mod generated;

pub use generated::metadata_record::MetadataRecord;
pub use generated::*;
