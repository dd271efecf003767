//! Small clusters for tests.

use crate::{MetadataDelta, MetadataImage, MetadataRecord};

/// What a cluster knows after these records.
pub(crate) fn image(records: &[MetadataRecord]) -> MetadataImage {
    let empty = MetadataImage::empty();
    let mut delta = MetadataDelta::new(&empty);
    for record in records {
        delta.replay(record).unwrap();
    }
    delta.apply(empty.provenance).0
}
