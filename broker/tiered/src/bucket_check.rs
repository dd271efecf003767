//! Whether a partition's folder in the bucket holds what its manifest says, from a listing.
//!
//! Facts in, verdict out; nothing is repaired. What the objects hold is compared with their own checksums elsewhere.
//! Invariant: an object that a manifest is about to forget is no finding, and neither is one that leaves.

use std::collections::BTreeMap;

use crate::manifest::Manifest;
use crate::object_key::SegmentKey;

/// Something that is not as the manifest says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Named, and not there: its records are lost.
    Missing(SegmentKey),
    /// There, and of another size.
    Size {
        /// The object.
        key: SegmentKey,
        /// Bytes that it should have.
        expected: u64,
        /// Bytes that it has.
        found: u64,
    },
    /// There, and not named: left over from an upload; a sweep deletes it.
    Unnamed(SegmentKey),
}

/// Compares a manifest with the names and sizes of the objects beside it.
pub fn compare<'a>(manifest: &Manifest, listed: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<Finding> {
    let listed = listed.into_iter();
    let mut there: BTreeMap<SegmentKey, u64> = listed
        .filter_map(|(name, size)| Some((SegmentKey::parse(name)?, size)))
        .collect();
    let mut findings = Vec::new();
    for segment in manifest.segments() {
        let (key, expected) = (segment.key(), segment.layout.object_size());
        match there.remove(&key) {
            None => findings.push(Finding::Missing(key)),
            Some(found) if found != expected => findings.push(Finding::Size { key, expected, found }),
            Some(_) => {}
        }
    }
    let unnamed = there.into_keys().filter(|key| !manifest.names(*key));
    findings.extend(unnamed.map(Finding::Unnamed));
    findings
}

#[cfg(test)]
mod tests {
    use broker_model::{LogStartOffset, Offset, Timestamp};

    use super::*;
    use crate::small_world::{key, manifest, segment};

    fn name(key: SegmentKey) -> String {
        format!("{}-{}.segment", key.copied_in, key.id)
    }

    #[test]
    fn what_is_missing_short_or_unnamed_is_found() {
        let mut held = manifest(&[
            segment(1, (0, 100), &[(1, 0)]),
            segment(2, (100, 200), &[(1, 0)]),
            segment(3, (200, 300), &[(1, 0)]),
            segment(4, (300, 400), &[(1, 0)]),
        ]);
        held.start_at(LogStartOffset::at(Offset::new(100)), Timestamp::from_ms(1));
        let size = held.segments()[0].layout.object_size();
        let names = [name(key(1, 1)), name(key(2, 1)), name(key(3, 1)), name(key(9, 1))];
        let sizes = [size, size, size - 1, size];
        let listed = names.iter().map(String::as_str).zip(sizes);
        let listed = listed.chain([("manifest", 7)]);
        let short = Finding::Size {
            key: key(3, 1),
            expected: size,
            found: size - 1,
        };
        let expected = [short, Finding::Missing(key(4, 1)), Finding::Unnamed(key(9, 1))];
        assert_eq!(compare(&held, listed), expected);
    }
}
