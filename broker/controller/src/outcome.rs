//! What a decision comes to.

use broker_metadata::MetadataRecord;

/// Records to append, and the response to give once they are committed.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Outcome<R> {
    /// To be appended as one batch, all or none; may be none.
    pub records: Vec<MetadataRecord>,
    /// To be given when the records are committed.
    pub response: R,
}

impl<R> Outcome<R> {
    /// Records and the response that they earn.
    pub const fn new(records: Vec<MetadataRecord>, response: R) -> Self {
        Self { records, response }
    }

    /// A response that needs no records.
    pub const fn answer(response: R) -> Self {
        Self {
            records: Vec::new(),
            response,
        }
    }
}
