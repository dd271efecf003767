//! Which segment the leader copies next, and when (KIP-405, KIP-1241).
//!
//! Facts in, verdict out. Invariants: only what no truncation can touch is copied (below the last stable offset, and
//! for a compacted topic below what the cleaner has gone over); segments are copied in order, beginning where the
//! remote log ends, so that there is never a gap.

use broker_model::{LastStableOffset, Offset, Timestamp};
use broker_storage::ClosedSegment;

/// Whether a topic's segments are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copying {
    /// As they are closed.
    Enabled,
    /// `remote.log.copy.disable` (KIP-950): what is remote stays readable.
    Disabled,
}

/// How long copying waits, so that fewer bytes are in both tiers (`remote.copy.lag.ms`, `remote.copy.lag.bytes`).
///
/// A segment is copied as soon as one of the two allows it; where neither ever does, nothing is copied, as in Kafka: then
/// everything stays local, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyLag {
    /// Least age of its newest record; `None` if age never allows it.
    pub age_ms: Option<u64>,
    /// Least bytes behind it; `None` if size never allows it.
    pub size_in_bytes: Option<u64>,
}

impl CopyLag {
    /// Nothing waits: Kafka's default.
    pub const NONE: Self = Self {
        age_ms: Some(0),
        size_in_bytes: None,
    };
}

/// What a leader knows when it looks for work.
#[derive(Clone, Debug)]
pub struct CopyFacts<'a> {
    /// Where the remote log ends.
    pub remote_end: Offset,
    /// Closed segments of the local log, oldest first, each beginning where the one before ends.
    pub closed: &'a [ClosedSegment],
    /// Bytes of the active segment.
    pub active_size: u64,
    /// No transaction is open below it.
    pub last_stable: LastStableOffset,
    /// For a compacted topic, where the cleaner has come to.
    pub cleaned_until: Option<Offset>,
    /// What the topic says.
    pub copying: Copying,
    /// How long it waits.
    pub lag: CopyLag,
    /// The wall clock.
    pub now: Timestamp,
}

/// What to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyTask {
    /// The segment whose files are copied.
    pub segment: ClosedSegment,
    /// First offset that the copy answers for; later than the segment's if an earlier leader copied its beginning.
    pub start_offset: Offset,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyVerdict {
    /// Copy this.
    Copy(CopyTask),
    /// Nothing, for this reason.
    Nothing(CopyIdle),
}

/// Why nothing is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyIdle {
    /// Everything that is closed is copied.
    UpToDate,
    /// The topic forbids it.
    Disabled,
    /// The next segment has an open transaction.
    OpenTransaction,
    /// The cleaner has not gone over the next segment.
    NotCleaned,
    /// The topic wants it to wait.
    Lag,
    /// The local log begins behind the end of the remote one: what lies between is nowhere.
    Gap {
        /// Where the remote log ends.
        remote_end: Offset,
        /// Where the local one begins.
        local_start: Offset,
    },
}

/// The next segment, or why there is none.
pub fn copy_plan(facts: &CopyFacts<'_>) -> CopyVerdict {
    let nothing = CopyVerdict::Nothing;
    if facts.copying == Copying::Disabled {
        return nothing(CopyIdle::Disabled);
    }
    let next = facts
        .closed
        .partition_point(|segment| segment.next_offset <= facts.remote_end);
    let Some(segment) = facts.closed.get(next) else {
        return nothing(CopyIdle::UpToDate);
    };
    if segment.base_offset > facts.remote_end {
        return nothing(CopyIdle::Gap {
            remote_end: facts.remote_end,
            local_start: segment.base_offset,
        });
    }
    if segment.next_offset > facts.last_stable.offset() {
        return nothing(CopyIdle::OpenTransaction);
    }
    if facts
        .cleaned_until
        .is_some_and(|cleaned| segment.next_offset > cleaned)
    {
        return nothing(CopyIdle::NotCleaned);
    }
    let behind = &facts.closed[next + 1..];
    let bytes_behind = behind.iter().map(|segment| segment.size_in_bytes).sum::<u64>() + facts.active_size;
    if !is_due(facts, segment, bytes_behind) {
        return nothing(CopyIdle::Lag);
    }
    CopyVerdict::Copy(CopyTask {
        segment: *segment,
        start_offset: facts.remote_end.max(segment.base_offset),
    })
}

fn is_due(facts: &CopyFacts<'_>, segment: &ClosedSegment, bytes_behind: u64) -> bool {
    let age = facts.now.since_ms(segment.max_timestamp);
    let by_age = facts.lag.age_ms.is_some_and(|least| {
        // A record of the future would keep its segment here until then.
        least == 0 || age < 0 || age >= i64::try_from(least).unwrap_or(i64::MAX)
    });
    let by_size = facts.lag.size_in_bytes.is_some_and(|least| bytes_behind >= least);
    by_age || by_size
}

/// Bytes and time by which the remote log is behind the closed part of the local one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoteLag {
    /// Bytes of closed segments that are not remote.
    pub size_in_bytes: u64,
    /// Closed segments that are not remote.
    pub segments: u64,
    /// Age of the newest record of the oldest of them.
    pub age_ms: u64,
}

impl RemoteLag {
    /// What several logs lack together, and how old the oldest of it is.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            size_in_bytes: self.size_in_bytes + other.size_in_bytes,
            segments: self.segments + other.segments,
            age_ms: self.age_ms.max(other.age_ms),
        }
    }
}

/// How far copying is behind (`RemoteCopyLagBytes`, `RemoteCopyLagSegments`).
pub fn remote_lag(closed: &[ClosedSegment], remote_end: Offset, now: Timestamp) -> RemoteLag {
    let missing = closed.iter().filter(|segment| segment.next_offset > remote_end);
    missing.fold(RemoteLag::default(), |lag, segment| {
        lag.and(RemoteLag {
            size_in_bytes: segment.size_in_bytes,
            segments: 1,
            age_ms: u64::try_from(now.since_ms(segment.max_timestamp)).unwrap_or(0),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(spans: &[(i64, i64)]) -> Vec<ClosedSegment> {
        let segment = |(base, next): &(i64, i64)| ClosedSegment {
            base_offset: Offset::new(*base),
            next_offset: Offset::new(*next),
            size_in_bytes: 1_000,
            max_timestamp: Timestamp::from_ms(*next),
        };
        spans.iter().map(segment).collect()
    }

    fn facts(closed: &[ClosedSegment], remote_end: i64) -> CopyFacts<'_> {
        CopyFacts {
            remote_end: Offset::new(remote_end),
            closed,
            active_size: 10,
            last_stable: LastStableOffset::at(Offset::MAX),
            cleaned_until: None,
            copying: Copying::Enabled,
            lag: CopyLag::NONE,
            now: Timestamp::from_ms(1_000),
        }
    }

    #[track_caller]
    fn copies(facts: &CopyFacts<'_>, base: i64, start: i64) {
        match copy_plan(facts) {
            CopyVerdict::Copy(task) => assert_eq!(
                (task.segment.base_offset.value(), task.start_offset.value()),
                (base, start)
            ),
            CopyVerdict::Nothing(idle) => panic!("nothing: {idle:?}"),
        }
    }

    #[test]
    fn segments_are_copied_in_order_from_where_the_remote_log_ends() {
        let local = closed(&[(0, 100), (100, 200), (200, 300)]);
        copies(&facts(&local, 0), 0, 0);
        copies(&facts(&local, 100), 100, 100);
        copies(&facts(&local, 250), 200, 250);
        assert_eq!(
            copy_plan(&facts(&local, 300)),
            CopyVerdict::Nothing(CopyIdle::UpToDate)
        );
    }

    #[test]
    fn a_gap_is_told_and_never_copied_over() {
        let local = closed(&[(100, 200)]);
        let gap = CopyIdle::Gap {
            remote_end: Offset::new(50),
            local_start: Offset::new(100),
        };
        assert_eq!(copy_plan(&facts(&local, 50)), CopyVerdict::Nothing(gap));
    }

    #[test]
    fn nothing_with_an_open_transaction_or_uncleaned_is_copied() {
        let local = closed(&[(0, 100)]);
        let open = CopyFacts {
            last_stable: LastStableOffset::at(Offset::new(99)),
            ..facts(&local, 0)
        };
        assert_eq!(copy_plan(&open), CopyVerdict::Nothing(CopyIdle::OpenTransaction));
        let dirty = CopyFacts {
            cleaned_until: Some(Offset::new(99)),
            ..facts(&local, 0)
        };
        assert_eq!(copy_plan(&dirty), CopyVerdict::Nothing(CopyIdle::NotCleaned));
        let clean = CopyFacts {
            cleaned_until: Some(Offset::new(100)),
            ..facts(&local, 0)
        };
        copies(&clean, 0, 0);
    }

    #[test]
    fn a_topic_that_forbids_copies_has_none() {
        let local = closed(&[(0, 100)]);
        let disabled = CopyFacts {
            copying: Copying::Disabled,
            ..facts(&local, 0)
        };
        assert_eq!(copy_plan(&disabled), CopyVerdict::Nothing(CopyIdle::Disabled));
    }

    #[test]
    fn a_copy_waits_until_age_or_size_allows_it() {
        let local = closed(&[(0, 100), (100, 200)]);
        let lagging = |age_ms, size_in_bytes| CopyFacts {
            lag: CopyLag {
                age_ms,
                size_in_bytes,
            },
            ..facts(&local, 0)
        };
        let waits = CopyVerdict::Nothing(CopyIdle::Lag);
        assert_eq!(copy_plan(&lagging(Some(901), None)), waits);
        copies(&lagging(Some(900), None), 0, 0);
        assert_eq!(copy_plan(&lagging(None, Some(1_011))), waits);
        copies(&lagging(None, Some(1_010)), 0, 0);
        copies(&lagging(Some(5_000), Some(1)), 0, 0);
        assert_eq!(copy_plan(&lagging(None, None)), waits, "everything stays local");
        let mut of_the_future = closed(&[(0, 2_000)]);
        of_the_future[0].max_timestamp = Timestamp::from_ms(1_001);
        let facts = CopyFacts {
            closed: &of_the_future,
            ..lagging(Some(901), None)
        };
        copies(&facts, 0, 0);
    }

    #[test]
    fn the_lag_is_what_is_closed_and_not_remote() {
        let local = closed(&[(0, 100), (100, 200), (200, 300)]);
        let now = local[1].max_timestamp.plus_ms(40);
        let lag = remote_lag(&local, Offset::new(150), now);
        assert_eq!((lag.size_in_bytes, lag.segments, lag.age_ms), (2_000, 2, 40));
        let both = lag.and(remote_lag(&local, Offset::new(1_000_000), now));
        assert_eq!(both, lag, "who lacks nothing adds nothing");
    }
}
