//! Which segments are cleaned into one, so that compaction does not leave ever more and smaller files.
//!
//! Neighbours go together while their bytes and index entries fit one segment as they are, before anything is
//! removed, and while the last offset can be written relative to the first base.

use std::ops::Range;

use broker_model::Offset;

use crate::cleaner::segment_source::SegmentSource;

/// Bounds of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupLimits {
    pub(crate) bytes: u64,
    pub(crate) index_bytes: usize,
}

/// Cuts `sources`, which are in order, into groups.
pub(crate) fn group_segments(sources: &[SegmentSource], limits: GroupLimits) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let fits = groups
            .last()
            .is_some_and(|group| fits(&sources[group.clone()], source, limits));
        match groups.last_mut() {
            Some(group) if fits => group.end = index + 1,
            _ => groups.push(index..index + 1),
        }
    }
    groups
}

fn fits(group: &[SegmentSource], next: &SegmentSource, limits: GroupLimits) -> bool {
    let whole = || group.iter().chain([next]);
    let reach = |base: Offset| next.end.since(base) - 1 <= i64::from(i32::MAX);
    whole().map(|source| source.size).sum::<u64>() <= limits.bytes
        && whole().map(|source| source.offset_index_bytes).sum::<usize>() <= limits.index_bytes
        && whole().map(|source| source.time_index_bytes).sum::<usize>() <= limits.index_bytes
        && (next.size == 0 || reach(group[0].base_offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use broker_model::Timestamp;

    fn source(base: i64, end: i64, size: u64) -> SegmentSource {
        SegmentSource {
            path: Default::default(),
            base_offset: Offset::new(base),
            end: Offset::new(end),
            size,
            offset_index_bytes: 8,
            time_index_bytes: 12,
            modified: Timestamp::NONE,
        }
    }

    const LIMITS: GroupLimits = GroupLimits {
        bytes: 100,
        index_bytes: 1000,
    };

    #[test]
    fn neighbours_go_together_while_they_fit() {
        let sources = [
            source(0, 10, 60),
            source(10, 20, 40),
            source(20, 30, 1),
            source(30, 40, 200),
        ];
        assert_eq!(group_segments(&sources, LIMITS), [0..2, 2..3, 3..4]);
        assert_eq!(group_segments(&[], LIMITS), []);
    }

    #[test]
    fn index_entries_must_fit_too() {
        let sources = [source(0, 10, 1), source(10, 20, 1), source(20, 30, 1)];
        let limits = GroupLimits {
            index_bytes: 24,
            ..LIMITS
        };
        assert_eq!(group_segments(&sources, limits), [0..2, 2..3]);
    }

    #[test]
    fn offsets_must_be_within_reach_of_the_first_base() {
        let far = i64::from(i32::MAX);
        let sources = [
            source(0, 10, 1),
            source(10, far + 1, 1),
            source(far + 1, far + 2, 1),
        ];
        assert_eq!(group_segments(&sources, LIMITS), [0..2, 2..3]);
        let sources = [source(0, 10, 1), source(far + 1, far + 2, 0)];
        assert_eq!(group_segments(&sources, LIMITS), std::slice::from_ref(&(0..2)));
    }
}
