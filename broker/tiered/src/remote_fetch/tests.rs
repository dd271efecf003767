//! Reads of one small segment, with pieces that come whole, damaged, or not at all.

use broker_storage::MinOneBatch;

use super::*;
use crate::manifest::Manifest;
use crate::segment_scan::SegmentScan;
use crate::small_world::{batches, closed_of, manifest, segment};

/// A segment of 50 batches of one record each, from offset 0 on, and its log file and offset index.
fn copied() -> (Manifest, Bytes, Bytes) {
    let file = batches(0, 50);
    let mut scan = SegmentScan::new(closed_of(0, &file), 200);
    scan.feed(&file).unwrap();
    let scanned = scan.finish().unwrap();
    let mut named = segment(1, (0, 50), &[(1, 0)]);
    named.layout = ObjectLayout::of(file.len() as u64, [&scanned.offset_index, &[], &[], &[], &[]]);
    (manifest(&[named]), file.into(), scanned.offset_index.into())
}

fn wanted(from: i64, upper: i64) -> WantedRecords {
    WantedRecords {
        from: Offset::new(from),
        upper: Offset::new(upper),
        limits: ReadLimits {
            max_bytes: 300,
            upper: broker_storage::FetchIsolation::HighWatermark,
            min_one: MinOneBatch::Yes,
        },
    }
}

fn begin(manifest: &Manifest, from: i64, upper: i64) -> (RemoteFetch, FetchEffect) {
    RemoteFetch::begin(Arc::new(manifest.clone()), wanted(from, upper), ChunkSize::of(1))
}

fn asks(effect: &FetchEffect) -> Vec<Piece> {
    match effect {
        FetchEffect::Ask(_, pieces) => pieces.clone(),
        other => panic!("{other:?}"),
    }
}

fn flipped(file: &Bytes, at: usize) -> Bytes {
    let mut bytes = file.to_vec();
    bytes[at] ^= 1;
    bytes.into()
}

#[test]
fn the_index_then_chunks_are_asked_for_and_whole_batches_served() {
    let (manifest, file, index) = copied();
    let (mut fetch, effect) = begin(&manifest, 20, 50);
    assert_eq!(asks(&effect), [Piece::Part(ObjectPart::OffsetIndex)]);
    let effect = fetch.step(Ok(vec![index]));
    assert_eq!(asks(&effect), [Piece::Chunk(0)]);
    let FetchEffect::Served(found) = fetch.step(Ok(vec![file.clone()])) else {
        panic!("it is served");
    };
    let size = file.len() / 50;
    let count = 300 / size;
    assert_eq!(found.records, file.slice(20 * size..(20 + count) * size));
    assert_eq!(found.next_offset, Some(Offset::new(20 + count as i64)));
}

#[test]
fn damage_is_asked_for_once_more_and_then_told() {
    let (manifest, file, index) = copied();
    let bad = flipped(&file, 20 * file.len() / 50 + 70);
    for (second, is_served) in [(file.clone(), true), (bad.clone(), false)] {
        let (mut fetch, _) = begin(&manifest, 20, 50);
        fetch.step(Ok(vec![index.clone()]));
        let forget = fetch.step(Ok(vec![bad.clone()]));
        assert!(matches!(forget, FetchEffect::Forget(..)), "{forget:?}");
        let again = fetch.step(Ok(Vec::new()));
        assert_eq!(asks(&again), [Piece::Part(ObjectPart::OffsetIndex)]);
        fetch.step(Ok(vec![index.clone()]));
        let last = fetch.step(Ok(vec![second]));
        match is_served {
            true => assert!(matches!(last, FetchEffect::Served(_)), "{last:?}"),
            false => assert!(
                matches!(last, FetchEffect::Refused(RemoteReadError::Damaged(_))),
                "{last:?}"
            ),
        }
    }
}

#[test]
fn a_store_that_does_not_answer_is_no_damage() {
    let (manifest, _, _) = copied();
    let (mut fetch, _) = begin(&manifest, 20, 50);
    let silent = RemoteReadError::Store("503".to_owned());
    let refused = fetch.step(Err(silent.clone()));
    assert!(matches!(refused, FetchEffect::Refused(error) if error == silent));
}

#[test]
fn nothing_is_asked_for_where_nothing_is() {
    let (mut manifest, _, _) = copied();
    for (from, upper) in [(50, 60), (20, 20)] {
        let (_, effect) = begin(&manifest, from, upper);
        assert!(
            matches!(&effect, FetchEffect::Served(found) if found.records.is_empty()),
            "{effect:?}"
        );
    }
    manifest.start_at(
        broker_model::LogStartOffset::at(Offset::new(30)),
        broker_model::Timestamp::from_ms(0),
    );
    let (_, effect) = begin(&manifest, 20, 50);
    let start = Offset::new(30);
    assert!(matches!(effect, FetchEffect::Refused(RemoteReadError::BelowStart(found)) if found == start));
}

#[test]
fn a_reader_begins_anew_once_its_segment_left_the_manifest() {
    let (manifest, _, _) = copied();
    let (fetch, _) = begin(&manifest, 20, 50);
    let start_at = |start| {
        let mut later = manifest.clone();
        let start = broker_model::LogStartOffset::at(Offset::new(start));
        later.start_at(start, broker_model::Timestamp::from_ms(0));
        later
    };
    assert!(!fetch.is_outdated_by(&manifest));
    assert!(!fetch.is_outdated_by(&start_at(30)), "some of it is still named");
    assert!(fetch.is_outdated_by(&start_at(50)));
}

#[test]
fn a_local_part_that_begins_behind_what_was_read_is_read_up_to_once_more() {
    let (manifest, ..) = copied();
    let (_, FetchEffect::Served(found)) = begin(&manifest, 50, 60) else {
        panic!("nothing is remote there");
    };
    let [before, end, behind] = [49, 50, 51].map(Offset::new);
    assert_eq!(found.remote_end, end);
    assert!(found.joins(before, None) && found.joins(end, None));
    assert!(
        !found.joins(behind, None),
        "what lies between was copied and given up meanwhile"
    );
    assert!(!found.joins(behind, Some(before)));
    assert!(found.joins(behind, Some(end)), "nobody has more to tell");
}

#[test]
fn a_marker_that_both_parts_tell_of_is_told_once() {
    let entry = |first, last| AbortedTransaction {
        producer_id: broker_model::ProducerId::new(7),
        first_offset: Offset::new(first),
        last_offset: Offset::new(last),
        last_stable_offset: Offset::new(last + 1),
    };
    let mut found = RemoteRecords {
        aborted: vec![entry(3, 9)],
        ..RemoteRecords::default()
    };
    found.take_local(vec![entry(3, 9), entry(5, 60)]);
    assert_eq!(found.aborted, [entry(3, 9), entry(5, 60)]);
}
