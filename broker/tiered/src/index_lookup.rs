//! Where in a remote segment to begin, from its indexes as they were read.
//!
//! Pure lookups in bytes whose checksum was compared. Invariant: a scan from the position that is answered meets the
//! batch that is looked for; at worst the position is the beginning of the file.

use broker_model::{Offset, Timestamp};

const OFFSET_ENTRY_SIZE: usize = 8;
const TIME_ENTRY_SIZE: usize = 12;

/// The position of a batch at or before the one that holds `offset`.
pub fn position_of(offset_index: &[u8], base_offset: Offset, offset: Offset) -> u64 {
    let target = offset.since(base_offset);
    let entries = offset_index.as_chunks::<OFFSET_ENTRY_SIZE>().0;
    let after = entries.partition_point(|entry| i64::from(number(entry)) <= target);
    after
        .checked_sub(1)
        .map_or(0, |index| u64::from(number(&entries[index][4..])))
}

/// An offset before which every record is older than `target`; the base offset if nothing is known.
pub fn offset_before(time_index: &[u8], base_offset: Offset, target: Timestamp) -> Offset {
    let entries = time_index.as_chunks::<TIME_ENTRY_SIZE>().0;
    let timestamp = |entry: &[u8; TIME_ENTRY_SIZE]| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&entry[..8]);
        Timestamp::from_ms(i64::from_be_bytes(bytes))
    };
    let after = entries.partition_point(|entry| timestamp(entry) < target);
    after.checked_sub(1).map_or(base_offset, |index| {
        base_offset.plus(i64::from(number(&entries[index][8..])))
    })
}

fn number(bytes: &[u8]) -> u32 {
    let mut field = [0; 4];
    field.copy_from_slice(&bytes[..4]);
    u32::from_be_bytes(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment_scan::SegmentScan;
    use crate::small_world::{batches, closed_of};
    use broker_storage::BatchView;

    #[test]
    fn a_scan_from_the_position_meets_the_batch() {
        let bytes = batches(10, 50);
        let mut scan = SegmentScan::new(closed_of(10, &bytes), 200);
        scan.feed(&bytes).unwrap();
        let found = scan.finish().unwrap();
        let base = Offset::new(10);
        let mut positions = Vec::new();
        for value in 10..60 {
            let at = position_of(&found.offset_index, base, Offset::new(value));
            let view = BatchView::parse(&bytes[at as usize..]).unwrap();
            assert!(view.base_offset.value() <= value);
            positions.push(at);
            let before = offset_before(&found.time_index, base, Timestamp::from_ms(value));
            assert!(before.value() <= value.max(10), "{before} for {value}");
        }
        assert!(positions.is_sorted() && positions.last().unwrap() > &1_000);
        assert_eq!(position_of(&[], base, Offset::new(30)), 0);
        assert_eq!(offset_before(&[], base, Timestamp::from_ms(30)), base);
    }
}
