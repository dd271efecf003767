//! What the remote tier holds of one partition: one small object, and the only truth about it.
//!
//! Owns the list of segments, where the whole log starts, who wrote it last, and which objects are on their way out.
//! Invariants (I20): segments follow one another without gap or overlap; what once left never comes back; a segment is
//! added only where the remote log ends. How it is written so that two leaders cannot both change it is in
//! `manifest_keeper`; whether its segments are still of the leader's history in `lineage`.

mod format;

use broker_model::{BrokerId, LeaderEpoch, LogStartOffset, Offset, Timestamp, Uuid};

use crate::error::ManifestError;
use crate::lineage::Lineage;
use crate::object_key::{RemotePartition, SegmentKey};
use crate::remote_segment::RemoteLogSegmentMetadata;
use crate::sweep::Orphan;

/// Who wrote a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManifestWriter {
    /// The broker.
    pub broker: BrokerId,
    /// The epoch in which it leads.
    pub epoch: LeaderEpoch,
    /// New for every write: it tells one's own write from another's after an answer that was lost, and no two writes
    /// have the same bytes (an ETag is a hash of them).
    pub nonce: Uuid,
}

/// An object that no reader is sent to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeavingSegment {
    /// Its object.
    pub key: SegmentKey,
    /// Since when; readers that were sent there before are given time.
    pub since: Timestamp,
    /// Bytes of the object; 0 if a manifest that was written before they were noted named it first.
    pub size_in_bytes: u64,
}

/// The remote tier of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The partition, so that an object at a wrong place is noticed.
    pub partition: RemotePartition,
    /// Who wrote it.
    pub writer: ManifestWriter,
    log_start: LogStartOffset,
    segments: Vec<RemoteLogSegmentMetadata>,
    leaving: Vec<LeavingSegment>,
}

impl Manifest {
    /// Of a partition that was never copied.
    pub fn empty(partition: RemotePartition, writer: ManifestWriter, log_start: LogStartOffset) -> Self {
        Self {
            partition,
            writer,
            log_start,
            segments: Vec::new(),
            leaving: Vec::new(),
        }
    }

    /// First offset of the whole log, local and remote.
    pub fn log_start(&self) -> LogStartOffset {
        self.log_start
    }

    /// The segments, oldest first.
    pub fn segments(&self) -> &[RemoteLogSegmentMetadata] {
        &self.segments
    }

    /// Objects that are to be deleted.
    pub fn leaving(&self) -> &[LeavingSegment] {
        &self.leaving
    }

    /// Bytes of the objects that no reader is sent to any more.
    pub fn leaving_bytes(&self) -> u64 {
        self.leaving.iter().map(|leaving| leaving.size_in_bytes).sum()
    }

    /// First offset that is neither in the remote tier nor was: where the next copy begins.
    pub fn remote_end(&self) -> Offset {
        let last = self.segments.last();
        last.map_or(self.log_start.offset(), |last| last.next_offset)
    }

    /// Bytes of records.
    pub fn size_in_bytes(&self) -> u64 {
        self.segments
            .iter()
            .map(RemoteLogSegmentMetadata::size_in_bytes)
            .sum()
    }

    /// The segment that answers for an offset.
    pub fn find(&self, offset: Offset) -> Option<&RemoteLogSegmentMetadata> {
        let after = self
            .segments
            .partition_point(|segment| segment.next_offset <= offset);
        self.segments.get(after).filter(|segment| segment.holds(offset))
    }

    /// Whether an object is named here, as one that is read or as one that leaves.
    pub fn names(&self, key: SegmentKey) -> bool {
        self.segments.iter().any(|segment| segment.key() == key)
            || self.leaving.iter().any(|leaving| leaving.key == key)
    }

    /// Adds the segment that was copied next.
    ///
    /// # Errors
    /// When it does not begin where the remote log ends, holds nothing or says nonsense about its epochs.
    pub fn add(&mut self, segment: RemoteLogSegmentMetadata) -> Result<(), ManifestError> {
        segment.check()?;
        let remote_end = self.remote_end();
        if remote_end != segment.start_offset {
            return Err(ManifestError::NotNext {
                start_offset: segment.start_offset,
                remote_end,
            });
        }
        self.segments.push(segment);
        Ok(())
    }

    /// What a follower passes over that goes on at an offset or a little behind it: segments that begin before.
    #[must_use]
    pub fn passed_before(mut self, offset: Offset) -> Self {
        self.segments.retain(|segment| segment.start_offset < offset);
        self
    }

    /// Moves the start of the log; what lies wholly before it leaves.
    pub fn start_at(&mut self, log_start: LogStartOffset, now: Timestamp) {
        if log_start <= self.log_start {
            return;
        }
        self.log_start = log_start;
        let gone = self
            .segments
            .partition_point(|segment| segment.next_offset <= log_start.offset());
        let gone = self.segments.drain(..gone);
        self.leaving.extend(gone.map(|segment| leaving(&segment, now)));
    }

    /// Cuts off what is no part of the leader's history. Says from which offset on.
    pub fn cut_to(&mut self, lineage: &Lineage, now: Timestamp) -> Option<Offset> {
        let parted = self.segments.iter().enumerate().find_map(|(index, segment)| {
            let valid = lineage.valid_until(segment);
            (valid < segment.next_offset).then_some((index, valid))
        });
        let (index, valid) = parted?;
        let mut cut = self.segments.split_off(index).into_iter();
        for mut segment in cut.by_ref().take(1) {
            if segment.start_offset < valid && self.log_start.offset() < valid {
                segment.next_offset = valid;
                segment.epochs.retain(|epoch| epoch.start_offset < valid);
                self.segments.push(segment);
            } else {
                self.leaving.push(leaving(&segment, now));
            }
        }
        self.leaving.extend(cut.map(|segment| leaving(&segment, now)));
        Some(valid)
    }

    /// Takes objects up that nothing names, so that they are deleted as all others are.
    pub fn adopt_orphans(&mut self, orphans: impl IntoIterator<Item = Orphan>, now: Timestamp) {
        for Orphan { key, size_in_bytes } in orphans {
            if !self.names(key) {
                self.leaving.push(LeavingSegment {
                    key,
                    since: now,
                    size_in_bytes,
                });
            }
        }
    }

    /// Forgets objects that are deleted.
    pub fn forget(&mut self, deleted: &[SegmentKey]) {
        self.leaving.retain(|leaving| !deleted.contains(&leaving.key));
    }

    /// Everything leaves: the topic is deleted, or tiering was switched off for good.
    pub fn empty_out(&mut self, now: Timestamp) {
        let gone = self.segments.drain(..);
        self.leaving.extend(gone.map(|segment| leaving(&segment, now)));
    }

    /// # Errors
    /// When segments leave gaps or overlap, or one cannot be.
    pub fn check(&self) -> Result<(), ManifestError> {
        self.segments
            .iter()
            .try_for_each(RemoteLogSegmentMetadata::check)?;
        for pair in self.segments.windows(2) {
            if pair[0].next_offset != pair[1].start_offset {
                return Err(ManifestError::NotNext {
                    start_offset: pair[1].start_offset,
                    remote_end: pair[0].next_offset,
                });
            }
        }
        Ok(())
    }
}

fn leaving(segment: &RemoteLogSegmentMetadata, since: Timestamp) -> LeavingSegment {
    LeavingSegment {
        key: segment.key(),
        since,
        size_in_bytes: segment.layout.object_size(),
    }
}

#[cfg(test)]
mod tests {
    use broker_model::LogEndOffset;

    use super::*;
    use crate::small_world::{epochs, key as key_of, manifest, segment};

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn spans(manifest: &Manifest) -> Vec<(i64, i64)> {
        let span =
            |segment: &RemoteLogSegmentMetadata| (segment.start_offset.value(), segment.next_offset.value());
        manifest.segments().iter().map(span).collect()
    }

    fn three() -> Manifest {
        manifest(&[
            segment(1, (0, 100), &[(3, 0)]),
            segment(2, (100, 200), &[(3, 0), (5, 150)]),
            segment(3, (200, 300), &[(5, 150)]),
        ])
    }

    #[test]
    fn a_segment_is_added_only_where_the_remote_log_ends() {
        let mut manifest = three();
        for span in [(299, 400), (301, 400), (0, 100)] {
            let refused = manifest.add(segment(4, span, &[(5, 0)]));
            assert!(matches!(refused, Err(ManifestError::NotNext { .. })), "{span:?}");
        }
        manifest.add(segment(4, (300, 301), &[(5, 150)])).unwrap();
        assert_eq!(manifest.remote_end(), Offset::new(301));
    }

    #[test]
    fn a_segment_that_holds_nothing_is_refused() {
        let mut manifest = manifest(&[]);
        assert!(manifest.add(segment(1, (0, 0), &[(1, 0)])).is_err());
        assert!(manifest.add(segment(1, (0, 9), &[(1, 6)])).is_err());
        assert!(manifest.add(segment(1, (0, 9), &[(2, 0), (1, 6)])).is_err());
        manifest.add(segment(1, (0, 9), &[(1, 0)])).unwrap();
    }

    #[test]
    fn every_offset_is_found_in_the_one_segment_that_answers_for_it() {
        let manifest = three();
        for offset in 0..300 {
            let found = manifest.find(Offset::new(offset)).unwrap();
            assert_eq!(found.start_offset.value(), offset / 100 * 100);
        }
        assert_eq!(manifest.find(Offset::new(300)), None);
        assert_eq!(manifest.find(Offset::NONE), None);
    }

    #[test]
    fn what_lies_before_the_start_leaves_and_the_start_never_goes_back() {
        let mut manifest = three();
        manifest.start_at(LogStartOffset::at(Offset::new(150)), at(7));
        assert_eq!(spans(&manifest), [(100, 200), (200, 300)]);
        assert_eq!(manifest.leaving().len(), 1);
        manifest.start_at(LogStartOffset::at(Offset::new(20)), at(8));
        assert_eq!(manifest.log_start().value(), 150);
    }

    #[test]
    fn what_is_no_part_of_the_history_is_cut_off() {
        let mut manifest = three();
        let own = Lineage::new(
            epochs(&[(3, 0), (5, 150), (6, 170)]),
            LogEndOffset::at(Offset::new(190)),
        );
        assert_eq!(manifest.cut_to(&own, at(1)), Some(Offset::new(170)));
        assert_eq!(spans(&manifest), [(0, 100), (100, 170)]);
        assert_eq!(manifest.leaving().len(), 1);
        assert_eq!(manifest.check(), Ok(()));
        assert_eq!(manifest.cut_to(&own, at(1)), None, "and once only");
    }

    #[test]
    fn what_is_left_of_a_cut_before_the_start_leaves_too() {
        let mut manifest = three();
        manifest.start_at(LogStartOffset::at(Offset::new(150)), at(1));
        let own = Lineage::new(epochs(&[(3, 0), (6, 120)]), LogEndOffset::at(Offset::new(130)));
        manifest.cut_to(&own, at(1));
        assert_eq!((spans(&manifest), manifest.leaving().len()), (vec![], 3));
        assert_eq!(manifest.remote_end(), Offset::new(150));
    }

    #[test]
    fn an_object_that_leaves_stays_named_until_it_is_deleted() {
        let mut manifest = three();
        let key = manifest.segments()[0].key();
        manifest.start_at(LogStartOffset::at(Offset::new(100)), at(7));
        assert!(manifest.names(key));
        let orphan = |key| Orphan {
            key,
            size_in_bytes: 500,
        };
        manifest.adopt_orphans([orphan(key)], at(9));
        assert_eq!(manifest.leaving().len(), 1, "it is named already");
        let of_its_own = manifest.leaving_bytes();
        assert!(of_its_own > 1_000, "the object holds more than the log file");
        manifest.adopt_orphans([orphan(key_of(9, 9))], at(9));
        assert_eq!(manifest.leaving_bytes(), of_its_own + 500);
        manifest.forget(&[key]);
        assert!(!manifest.names(key));
    }

    #[test]
    fn an_emptied_remote_log_goes_on_where_it_ended() {
        let mut manifest = three();
        manifest.start_at(LogStartOffset::at(Offset::new(300)), at(7));
        assert_eq!(manifest.segments(), []);
        assert!(manifest.add(segment(4, (310, 400), &[(5, 150)])).is_err());
        manifest.add(segment(4, (300, 400), &[(5, 150)])).unwrap();
    }

    #[test]
    fn everything_leaves_with_the_topic() {
        let mut manifest = three();
        manifest.empty_out(at(3));
        assert_eq!((manifest.segments().len(), manifest.leaving().len()), (0, 3));
    }
}
