//! What the log as a whole may give up (KIP-405, `retention.*`).
//!
//! Facts in, verdict out. Invariants (I21): the start of the log moves only over segments that the policy allows to go,
//! oldest first. Deleting objects waits until no reader can still be on its way to them. What the local disk may give
//! up is decided by `broker_storage`'s retention, which is told where the remote part ends, and by [`crate::disk_budget`].

use broker_model::{LogStartOffset, Offset, Timestamp};
use broker_storage::ClosedSegment;

use crate::manifest::Manifest;
use crate::object_key::SegmentKey;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionLimits {
    /// Age of the newest record of a segment in ms; `None` for ever.
    pub age_ms: Option<u64>,
    /// Bytes; `None` for all.
    pub size_in_bytes: Option<u64>,
}

/// The start of the whole log that the policy allows, from the segments of both tiers; `None` if it stays.
///
/// `local_only` are the closed segments behind the remote end. The active segment never goes.
pub fn allowed_log_start(
    manifest: &Manifest,
    local_only: &[ClosedSegment],
    active_size: u64,
    limits: RetentionLimits,
    now: Timestamp,
) -> Option<LogStartOffset> {
    let remote = manifest.segments().iter().map(|segment| Candidate {
        next_offset: segment.next_offset,
        size_in_bytes: segment.size_in_bytes(),
        max_timestamp: segment.max_timestamp,
    });
    let local = local_only.iter().map(Candidate::from);
    let mut surplus = surplus(
        manifest.size_in_bytes()
            + local_only
                .iter()
                .map(|segment| segment.size_in_bytes)
                .sum::<u64>()
            + active_size,
        limits,
    );
    let mut start = None;
    for segment in remote.chain(local) {
        let is_surplus = surplus > 0 && segment.size_in_bytes <= surplus;
        if !(is_surplus || segment.is_older_than(limits.age_ms, now)) {
            break;
        }
        surplus = surplus.saturating_sub(segment.size_in_bytes);
        start = Some(LogStartOffset::at(segment.next_offset));
    }
    start.filter(|start| *start > manifest.log_start())
}

/// Objects whose time for readers is over.
pub fn deletable(manifest: &Manifest, reader_grace_ms: u64, now: Timestamp) -> Vec<SegmentKey> {
    let grace = i64::try_from(reader_grace_ms).unwrap_or(i64::MAX);
    let over = manifest
        .leaving()
        .iter()
        .filter(|leaving| now.since_ms(leaving.since) >= grace);
    over.map(|leaving| leaving.key).collect()
}

/// A segment of either tier.
struct Candidate {
    next_offset: Offset,
    size_in_bytes: u64,
    max_timestamp: Timestamp,
}

impl From<&ClosedSegment> for Candidate {
    fn from(segment: &ClosedSegment) -> Self {
        Self {
            next_offset: segment.next_offset,
            size_in_bytes: segment.size_in_bytes,
            max_timestamp: segment.max_timestamp,
        }
    }
}

impl Candidate {
    fn is_older_than(&self, age_ms: Option<u64>, now: Timestamp) -> bool {
        let age = now.since_ms(self.max_timestamp);
        age_ms.is_some_and(|limit| age > i64::try_from(limit).unwrap_or(i64::MAX))
    }
}

/// Bytes above the limit.
fn surplus(total: u64, limits: RetentionLimits) -> u64 {
    limits
        .size_in_bytes
        .map_or(0, |limit| total.saturating_sub(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::{manifest, segment};

    const FOREVER: RetentionLimits = RetentionLimits {
        age_ms: None,
        size_in_bytes: None,
    };

    fn local(base: i64, next: i64) -> ClosedSegment {
        ClosedSegment {
            base_offset: Offset::new(base),
            next_offset: Offset::new(next),
            size_in_bytes: 1_000,
            max_timestamp: Timestamp::from_ms(next),
        }
    }

    /// Two remote segments and a closed local one, of 1,000 bytes each, and 500 that are active.
    fn start(limits: RetentionLimits, now: i64) -> Option<i64> {
        let remote = manifest(&[segment(1, (0, 100), &[(1, 0)]), segment(2, (100, 200), &[(1, 0)])]);
        let now = Timestamp::from_ms(now);
        allowed_log_start(&remote, &[local(200, 300)], 500, limits, now).map(LogStartOffset::value)
    }

    fn by_size(bytes: u64) -> RetentionLimits {
        RetentionLimits {
            size_in_bytes: Some(bytes),
            ..FOREVER
        }
    }

    fn by_age(ms: u64) -> RetentionLimits {
        RetentionLimits {
            age_ms: Some(ms),
            ..FOREVER
        }
    }

    #[test]
    fn nothing_goes_without_a_limit() {
        assert_eq!(start(FOREVER, i64::MAX), None);
    }

    #[test]
    fn a_segment_that_a_cleaner_emptied_goes_for_no_size() {
        let emptied = ClosedSegment {
            size_in_bytes: 0,
            ..local(0, 100)
        };
        let now = Timestamp::from_ms(5_000);
        for limits in [FOREVER, by_size(1_000)] {
            let start = allowed_log_start(&manifest(&[]), &[emptied], 500, limits, now);
            assert_eq!(start, None);
        }
    }

    #[test]
    fn size_counts_both_tiers_and_keeps_at_least_what_it_promises() {
        assert_eq!(start(by_size(3_500), 0), None);
        assert_eq!(start(by_size(2_501), 0), None);
        assert_eq!(start(by_size(2_500), 0), Some(100));
        assert_eq!(start(by_size(1), 0), Some(300), "the active segment stays");
    }

    #[test]
    fn age_is_that_of_the_newest_record() {
        assert_eq!(start(by_age(1_000), 1_100), None);
        assert_eq!(start(by_age(1_000), 1_101), Some(100));
        assert_eq!(start(by_age(1_000), 5_000), Some(300));
    }

    #[test]
    fn a_young_segment_keeps_the_older_records_behind_it_out_of_reach() {
        let mut late = segment(1, (0, 100), &[(1, 0)]);
        late.max_timestamp = Timestamp::from_ms(9_000);
        let remote = manifest(&[late, segment(2, (100, 200), &[(1, 0)])]);
        let kept = allowed_log_start(&remote, &[], 0, by_age(1_000), Timestamp::from_ms(9_500));
        assert_eq!(kept, None);
    }

    #[test]
    fn an_object_is_deleted_when_no_reader_can_be_on_its_way() {
        let mut remote = manifest(&[segment(1, (0, 100), &[(1, 0)])]);
        remote.start_at(LogStartOffset::at(Offset::new(100)), Timestamp::from_ms(1_000));
        assert_eq!(deletable(&remote, 60_000, Timestamp::from_ms(60_999)), []);
        assert_eq!(deletable(&remote, 60_000, Timestamp::from_ms(61_000)).len(), 1);
    }
}
