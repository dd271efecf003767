//! Which batches of a remote segment answer a reader, from bytes that were read so far.
//!
//! Facts in, verdict out: the bytes behind some batch's beginning go in, the verdict says which of them are served,
//! or how many more are needed. Invariants (I19, I24): only whole batches are served whose checksums match and whose
//! offsets continue one another and that name the epoch that wrote them; in a segment in which every
//! offset has a record, an offset that is missing is damage and never passed over.

use std::ops::Range;

use broker_model::{LeaderEpoch, Offset, Timestamp};
use broker_storage::{BATCH_HEADER_SIZE, BatchView, EpochEntry, MinOneBatch, first_record_at};
use bytes::Bytes;

use crate::remote_segment::{Offsets, RemoteLogSegmentMetadata};

/// What the bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanVerdict<T> {
    /// This is the answer.
    Done(T),
    /// It lies further behind.
    More {
        /// Bytes from the front that are not needed any more.
        passed: usize,
        /// Bytes that are needed behind them at least.
        needed: usize,
    },
    /// They are not what was copied.
    Damaged(&'static str),
}

/// Whether more bytes can come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// They can.
    More,
    /// The log file ends here.
    Nothing,
}

/// What a reader wants of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanWindow<'a> {
    /// First offset.
    pub from: Offset,
    /// Batches that begin here or behind are not for this reader.
    pub below: Offset,
    /// Bytes at most.
    pub max_bytes: usize,
    /// Whether one batch is given in any case.
    pub min_one: MinOneBatch,
    /// Whether the segment has a record for every offset.
    pub offsets: Offsets,
    /// The leader epochs of its records: no checksum of a batch covers the epoch that it names.
    pub epochs: &'a [EpochEntry],
}

impl<'a> ScanWindow<'a> {
    /// Of a reader at `from` who may see what is below `upper`.
    pub fn of(
        segment: &'a RemoteLogSegmentMetadata,
        (from, upper): (Offset, Offset),
        (max_bytes, min_one): (usize, MinOneBatch),
    ) -> Self {
        Self {
            from,
            below: upper.min(segment.next_offset),
            max_bytes,
            min_one,
            offsets: segment.offsets,
            epochs: &segment.epochs,
        }
    }
}

/// Whether a batch names the epoch that wrote it. Those of old formats name none.
pub(crate) fn names_its_epoch(epochs: &[EpochEntry], view: &BatchView) -> bool {
    let behind = epochs.partition_point(|entry| entry.start_offset <= view.last_offset);
    let wrote = behind.checked_sub(1).map(|at| epochs[at].epoch);
    view.leader_epoch == LeaderEpoch::NONE || wrote == Some(view.leader_epoch)
}

/// Batches that are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundBatches {
    /// Where in the bytes; empty if the first is larger than allowed, or none is left in the segment.
    pub range: Range<usize>,
    /// First offset behind them.
    pub next_offset: Offset,
    /// A batch is there, but larger than allowed.
    pub is_first_too_large: bool,
}

/// Finds the batches for a reader; `bytes` begin with a batch at or before the first that is wanted.
pub fn find_batches(bytes: &[u8], behind: Behind, window: ScanWindow<'_>) -> ScanVerdict<FoundBatches> {
    let mut walk = Walk::over(bytes, behind);
    let first = loop {
        match walk.next() {
            Step::Batch(at, view) if view.last_offset < window.from => walk.pass(at, &view),
            Step::Batch(at, view) => break (at, view),
            Step::Short { at, needed } => {
                return ScanVerdict::More { passed: at, needed };
            }
            Step::End if window.offsets == Offsets::Dense => {
                return ScanVerdict::Damaged("an offset that was copied is missing at the end");
            }
            Step::End => return ScanVerdict::Done(nothing(window.below)),
            Step::Damaged(reason) => return ScanVerdict::Damaged(reason),
        }
    };
    if window.offsets == Offsets::Dense && first.1.base_offset > window.from {
        return ScanVerdict::Damaged("an offset that was copied is missing");
    }
    if first.1.base_offset >= window.below {
        return ScanVerdict::Done(nothing(window.below));
    }
    if first.1.size > window.max_bytes && window.min_one == MinOneBatch::No {
        return ScanVerdict::Done(FoundBatches {
            is_first_too_large: true,
            ..nothing(window.from)
        });
    }
    collect(bytes, first, window)
}

fn nothing(next_offset: Offset) -> FoundBatches {
    FoundBatches {
        range: 0..0,
        next_offset,
        is_first_too_large: false,
    }
}

/// All whole batches from the first on that fit; damage behind the first ends them.
fn collect(
    bytes: &[u8],
    (start, first): (usize, BatchView),
    window: ScanWindow<'_>,
) -> ScanVerdict<FoundBatches> {
    let (mut end, mut next_offset) = (start, first.base_offset);
    while let Ok(view) = BatchView::parse(&bytes[end..]) {
        let is_first = end == start;
        let Some(batch) = bytes[end..].get(..view.size) else {
            break;
        };
        let fits = is_first || end + view.size - start <= window.max_bytes;
        if !fits || view.base_offset >= window.below {
            break;
        }
        let continues = match window.offsets {
            Offsets::Dense => view.base_offset == next_offset,
            Offsets::Sparse => view.base_offset >= next_offset,
        };
        if !continues || !names_its_epoch(window.epochs, &view) || !view.checksum_matches(batch) {
            break;
        }
        end += view.size;
        next_offset = view.next_offset();
    }
    if end > start {
        return ScanVerdict::Done(FoundBatches {
            range: start..end,
            next_offset,
            is_first_too_large: false,
        });
    }
    match bytes.len() - start < first.size {
        true => ScanVerdict::More {
            passed: start,
            needed: first.size,
        },
        false => ScanVerdict::Damaged("the checksum or the leader epoch does not match"),
    }
}

/// A record that was found by its timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundRecord {
    /// Its timestamp.
    pub timestamp: Timestamp,
    /// Its offset.
    pub offset: Offset,
    /// The epoch that wrote it; -1 when unknown.
    pub leader_epoch: LeaderEpoch,
}

/// Finds the first record in `offsets` with at least a timestamp; `bytes` begin with a batch.
pub fn find_timestamp(
    bytes: &Bytes,
    behind: Behind,
    offsets: Range<Offset>,
    target: Timestamp,
) -> ScanVerdict<Option<FoundRecord>> {
    let mut walk = Walk::over(bytes, behind);
    loop {
        match walk.next() {
            Step::Batch(_, view) if view.base_offset >= offsets.end => return ScanVerdict::Done(None),
            Step::Batch(at, view) if view.last_offset < offsets.start || view.max_timestamp < target => {
                walk.pass(at, &view);
            }
            Step::Batch(at, view) => {
                let end = at + view.size;
                if end > bytes.len() {
                    return ScanVerdict::More {
                        passed: at,
                        needed: view.size,
                    };
                }
                let batch = bytes.slice(at..end);
                if !view.checksum_matches(&batch) {
                    return ScanVerdict::Damaged("the checksum does not match");
                }
                match first_record_at(&view, &batch, target, offsets.start) {
                    Ok(Some((timestamp, offset))) => {
                        return ScanVerdict::Done(Some(FoundRecord {
                            timestamp,
                            offset,
                            leader_epoch: view.leader_epoch,
                        }));
                    }
                    Ok(None) => walk.pass(at, &view),
                    Err(_) => return ScanVerdict::Damaged("the batch cannot be unpacked"),
                }
            }
            Step::Short { at, needed } => return ScanVerdict::More { passed: at, needed },
            Step::End => return ScanVerdict::Done(None),
            Step::Damaged(reason) => return ScanVerdict::Damaged(reason),
        }
    }
}

/// Goes from batch to batch by their headers.
struct Walk<'a> {
    bytes: &'a [u8],
    behind: Behind,
    at: usize,
    offset_min: Offset,
}

enum Step {
    Batch(usize, BatchView),
    Short { at: usize, needed: usize },
    End,
    Damaged(&'static str),
}

impl<'a> Walk<'a> {
    fn over(bytes: &'a [u8], behind: Behind) -> Self {
        Self {
            bytes,
            behind,
            at: 0,
            offset_min: Offset::ZERO,
        }
    }

    fn next(&mut self) -> Step {
        let at = self.at;
        let rest = self.bytes.get(at..).unwrap_or_default();
        match (rest.len(), self.behind) {
            (0, Behind::Nothing) if at == self.bytes.len() => return Step::End,
            (_, Behind::Nothing) if at > self.bytes.len() => return Step::Damaged("the batch is cut short"),
            (size, Behind::More) if size < BATCH_HEADER_SIZE => {
                return Step::Short {
                    at,
                    needed: BATCH_HEADER_SIZE,
                };
            }
            _ => {}
        }
        match BatchView::parse(rest) {
            Ok(view) if view.base_offset < self.offset_min => Step::Damaged("the offsets do not grow"),
            Ok(view) if view.size > rest.len() && self.behind == Behind::Nothing => {
                Step::Damaged("the batch is cut short")
            }
            Ok(view) => Step::Batch(at, view),
            Err(reason) => Step::Damaged(reason),
        }
    }

    fn pass(&mut self, at: usize, view: &BatchView) {
        self.at = at + view.size;
        self.offset_min = view.next_offset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small_world::batches;

    /// As `small_world` writes them.
    const EPOCHS: [EpochEntry; 1] = [EpochEntry {
        epoch: LeaderEpoch::new(1),
        start_offset: Offset::ZERO,
    }];

    fn window(from: i64, max_bytes: usize) -> ScanWindow<'static> {
        ScanWindow {
            from: Offset::new(from),
            below: Offset::new(1_000),
            max_bytes,
            min_one: MinOneBatch::Yes,
            offsets: Offsets::Dense,
            epochs: &EPOCHS,
        }
    }

    /// First and next offset of what is found; the bytes come in pieces as they are asked for.
    fn served(file: &[u8], window: ScanWindow<'_>) -> Result<(Option<i64>, i64), &'static str> {
        let (mut start, mut end) = (0, 1.min(file.len()));
        loop {
            let behind = if end == file.len() {
                Behind::Nothing
            } else {
                Behind::More
            };
            match find_batches(&file[start..end], behind, window) {
                ScanVerdict::Done(found) => {
                    let bytes = &file[start..end][found.range.clone()];
                    let first =
                        (!bytes.is_empty()).then(|| BatchView::parse(bytes).unwrap().base_offset.value());
                    assert!(found.range.len() <= window.max_bytes.max(200));
                    return Ok((first, found.next_offset.value()));
                }
                ScanVerdict::More { passed, needed } => {
                    start += passed;
                    assert!(start + needed > end, "it gets on");
                    end = (start + needed).min(file.len());
                }
                ScanVerdict::Damaged(reason) => return Err(reason),
            }
        }
    }

    #[test]
    fn a_reader_gets_whole_batches_from_the_one_that_holds_its_offset() {
        let file = batches(10, 20);
        let size = file.len() / 20;
        let all = find_batches(&file, Behind::Nothing, window(13, 3 * size));
        let expected = FoundBatches {
            range: 3 * size..6 * size,
            next_offset: Offset::new(16),
            is_first_too_large: false,
        };
        assert_eq!(all, ScanVerdict::Done(expected));
        for from in 10..30 {
            assert_eq!(served(&file, window(from, 1)), Ok((Some(from), from + 1)));
        }
    }

    #[test]
    fn nothing_behind_the_bound_is_served() {
        let file = batches(10, 20);
        let bound = ScanWindow {
            below: Offset::new(15),
            ..window(13, 100_000)
        };
        let ScanVerdict::Done(found) = find_batches(&file, Behind::Nothing, bound) else {
            panic!("it is found");
        };
        assert_eq!(
            (found.range.len(), found.next_offset.value()),
            (2 * file.len() / 20, 15)
        );
    }

    #[test]
    fn a_batch_that_is_too_large_is_left_where_another_partition_gave_something() {
        let file = batches(10, 20);
        let small = ScanWindow {
            min_one: MinOneBatch::No,
            ..window(13, 5)
        };
        let ScanVerdict::Done(found) = find_batches(&file, Behind::Nothing, small) else {
            panic!("it is found");
        };
        assert!(found.is_first_too_large && found.range.is_empty());
    }

    #[test]
    fn an_offset_that_was_copied_and_is_not_there_is_damage() {
        let mut file = batches(0, 5);
        file.extend_from_slice(&batches(7, 5));
        assert!(served(&file, window(5, 1_000)).is_err());
        assert!(served(&file, window(12, 1_000)).is_err());
        let ScanVerdict::Done(found) = find_batches(&file, Behind::Nothing, window(3, 10_000)) else {
            panic!("it is found");
        };
        assert_eq!(found.next_offset.value(), 5, "and never hopped over");
        let sparse = ScanWindow {
            offsets: Offsets::Sparse,
            ..window(5, 1)
        };
        assert_eq!(served(&file, sparse), Ok((Some(7), 8)));
        let behind = ScanWindow {
            from: Offset::new(12),
            ..sparse
        };
        assert_eq!(served(&file, behind), Ok((None, 1_000)));
    }

    #[test]
    fn a_flipped_bit_is_never_served() {
        let file = batches(0, 3);
        let size = file.len() / 3;
        for bit in 0..size * 8 {
            let mut damaged = file.clone();
            damaged[size + bit / 8] ^= 1 << (bit % 8);
            let at_it = served(&damaged, window(1, 10_000));
            assert!(at_it.is_err(), "bit {bit}: {at_it:?}");
            let before = served(&damaged, window(0, 10_000));
            assert!(before == Ok((Some(0), 1)), "bit {bit}: {before:?}");
        }
    }

    #[test]
    fn a_file_that_is_cut_short_is_damaged() {
        let file = batches(0, 3);
        for end in file.len() / 3 * 2..file.len() {
            assert!(served(&file[..end], window(2, 1_000)).is_err(), "{end} bytes");
        }
    }

    #[test]
    fn the_first_record_that_is_new_enough_is_found() {
        let file = Bytes::from(batches(10, 20));
        let find = |target, from| {
            let offsets = Offset::new(from)..Offset::new(25);
            match find_timestamp(&file, Behind::Nothing, offsets, Timestamp::from_ms(target)) {
                ScanVerdict::Done(found) => found.map(|record| record.offset.value()),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(find(14, 0), Some(14));
        assert_eq!(find(14, 17), Some(17));
        assert_eq!(find(25, 0), None, "another segment answers for it");
        assert_eq!(find(2, 0), Some(10));
    }
}
