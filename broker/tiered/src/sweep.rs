//! Which objects of a partition's folder nobody will ever name, from a listing (I20).
//!
//! A broker that dies between its upload and the manifest leaves an object behind, and so does one that uploads while
//! another takes its place. Orphans are not deleted at once: they are written into the manifest as leaving, by whoever
//! owns it, and go the way of all others. Invariant: nothing that a manifest names, that a later leader may be about to
//! name, or that is younger than the longest upload, is an orphan; a manifest that names nothing at all beside a
//! folder full of segments is not believed.

use broker_model::Timestamp;

use crate::manifest::Manifest;
use crate::object_key::SegmentKey;

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// Last part of its path.
    pub name: String,
    /// When it was written, by the store's clock.
    pub last_modified: Timestamp,
    /// Bytes of it.
    pub size_in_bytes: u64,
}

/// An object that nobody will ever name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// The object.
    pub key: SegmentKey,
    /// Bytes of it.
    pub size_in_bytes: u64,
}

/// What a sweep finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepVerdict {
    /// These are to be taken up by the manifest; often none.
    Orphans {
        /// What is to go.
        orphans: Vec<Orphan>,
        /// How many are not named and too young to tell: it is to be looked again.
        young: usize,
    },
    /// The manifest names no segment and never did, but so many lie there: it was lost or made anew by hand. Nothing
    /// is deleted; `eddyline tier verify` tells more.
    Doubtful {
        /// Segments in the folder.
        segments: usize,
    },
}

/// Judges a listing that was made after the manifest was written as `held`.
///
/// `grace_ms` is longer than any upload takes and than any two clocks differ.
pub fn sweep(
    held: &Manifest,
    listed: &[ListedObject],
    uploading: &[SegmentKey],
    grace_ms: u64,
    now: Timestamp,
) -> SweepVerdict {
    let grace = i64::try_from(grace_ms).unwrap_or(i64::MAX);
    let is_unnamed = |key: &SegmentKey| {
        key.copied_in <= held.writer.epoch && !held.names(*key) && !uploading.contains(key)
    };
    let segments = listed
        .iter()
        .filter_map(|object| Some((SegmentKey::parse(&object.name)?, object)));
    let names_nothing = held.segments().is_empty() && held.leaving().is_empty();
    let older = |key: &SegmentKey| key.copied_in < held.writer.epoch;
    let of_others = segments.clone().filter(|(key, _)| older(key)).count();
    if names_nothing && held.log_start().value() == 0 && of_others > 0 {
        return SweepVerdict::Doubtful { segments: of_others };
    }
    let unnamed = segments.filter(|(key, _)| is_unnamed(key));
    let (old, young): (Vec<_>, Vec<_>) =
        unnamed.partition(|(_, object)| now.since_ms(object.last_modified) > grace);
    let orphan = |(key, object): (SegmentKey, &ListedObject)| Orphan {
        key,
        size_in_bytes: object.size_in_bytes,
    };
    SweepVerdict::Orphans {
        orphans: old.into_iter().map(orphan).collect(),
        young: young.len(),
    }
}

#[cfg(test)]
mod tests {
    use broker_model::{LeaderEpoch, LogStartOffset, Offset};

    use super::*;
    use crate::small_world::{key, manifest, segment};

    const GRACE_MS: u64 = 1_000;
    const NONE: SweepVerdict = SweepVerdict::Orphans {
        orphans: Vec::new(),
        young: 0,
    };

    fn listed(keys: &[SegmentKey]) -> Vec<ListedObject> {
        let object = |key: &SegmentKey| ListedObject {
            name: format!("{}-{}.segment", key.copied_in, key.id),
            last_modified: Timestamp::from_ms(0),
            size_in_bytes: 77,
        };
        keys.iter().map(object).collect()
    }

    fn orphans(held: &Manifest, keys: &[SegmentKey], now: i64) -> Vec<SegmentKey> {
        match sweep(held, &listed(keys), &[], GRACE_MS, Timestamp::from_ms(now)) {
            SweepVerdict::Orphans { orphans, .. } => {
                assert!(orphans.iter().all(|orphan| orphan.size_in_bytes == 77));
                orphans.into_iter().map(|orphan| orphan.key).collect()
            }
            SweepVerdict::Doubtful { segments } => panic!("doubtful: {segments}"),
        }
    }

    /// Of epoch 9, with segments that were copied in epoch 1.
    fn held() -> Manifest {
        manifest(&[segment(1, (0, 100), &[(1, 0)]), segment(2, (100, 200), &[(1, 0)])])
    }

    #[test]
    fn what_the_manifest_names_is_no_orphan() {
        let mut held = held();
        held.start_at(LogStartOffset::at(Offset::new(100)), Timestamp::from_ms(0));
        let stray = key(5, 9);
        assert_eq!(orphans(&held, &[key(1, 1), key(2, 1), stray], 5_000), [stray]);
    }

    #[test]
    fn what_is_young_or_of_a_later_leader_is_no_orphan() {
        assert_eq!(orphans(&held(), &[key(5, 9)], 1_000), []);
        let young = SweepVerdict::Orphans {
            orphans: Vec::new(),
            young: 1,
        };
        let listed = listed(&[key(5, 9), key(6, 10)]);
        assert_eq!(
            sweep(&held(), &listed, &[], GRACE_MS, Timestamp::from_ms(1_000)),
            young
        );
        assert_eq!(orphans(&held(), &[key(5, 10)], 1_000_000), []);
    }

    #[test]
    fn what_is_being_uploaded_is_no_orphan() {
        let listed = listed(&[key(5, 9)]);
        let verdict = sweep(
            &held(),
            &listed,
            &[key(5, 9)],
            GRACE_MS,
            Timestamp::from_ms(9_000),
        );
        assert_eq!(verdict, NONE);
    }

    #[test]
    fn a_manifest_that_names_nothing_beside_segments_of_earlier_leaders_is_not_believed() {
        let empty = manifest(&[]);
        let verdict = sweep(
            &empty,
            &listed(&[key(1, 1)]),
            &[],
            GRACE_MS,
            Timestamp::from_ms(9_000),
        );
        assert_eq!(verdict, SweepVerdict::Doubtful { segments: 1 });
        assert_eq!(
            orphans(&empty, &[key(1, 9)], 9_000),
            [key(1, 9)],
            "its own first try"
        );
    }

    #[test]
    fn other_objects_are_left_alone() {
        let other = ListedObject {
            name: "notes.txt".to_owned(),
            last_modified: Timestamp::from_ms(0),
            size_in_bytes: 5,
        };
        let epoch = LeaderEpoch::new(9);
        assert_eq!(held().writer.epoch, epoch);
        let verdict = sweep(&held(), &[other], &[], GRACE_MS, Timestamp::from_ms(9_000));
        assert_eq!(verdict, NONE);
    }
}
