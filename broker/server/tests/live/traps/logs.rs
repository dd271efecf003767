//! What a crash, a retry and a restart must not change.

use std::fs;
use std::io::Write;
use std::path::Path;

use broker_codec::batch::{BatchOptions, ProducerIdentity};
use broker_model::{ProducerEpoch, ProducerId, Sequence};
use bytes::Bytes;

use crate::broker::LiveBroker;
use crate::hostile::attack::alone;
use crate::topics;

const OUT_OF_ORDER_SEQUENCE_NUMBER: i16 = 45;
const INVALID_PRODUCER_EPOCH: i16 = 47;

/// What a killed process leaves, taken while it lives: the files as they are, without a clean stop.
fn as_after_a_kill(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => as_after_a_kill(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

fn of_producer(epoch: i16, sequence: i32, values: &[&[u8]]) -> Bytes {
    let producer = ProducerIdentity {
        id: ProducerId::new(4711),
        epoch: ProducerEpoch::new(epoch),
        base_sequence: Sequence::new(sequence),
    };
    topics::batch_of(
        BatchOptions {
            producer,
            ..BatchOptions::default()
        },
        values,
    )
}

/// T8: everything that was acknowledged is read again after a kill, and a torn tail is cut off.
#[test]
fn a_kill_loses_nothing_that_was_acknowledged_and_a_torn_tail_is_cut() {
    let _alone = alone();
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let live = LiveBroker::start(before.path(), &[], |_| {});
    let mut wire = live.connect();
    topics::create(&mut wire, "kept", 1, &[]);
    for number in 0..50_u8 {
        topics::produce(&mut wire, "kept", 0, topics::batch(&[&[number; 1000]]));
    }
    as_after_a_kill(before.path(), after.path());
    drop(live);
    let segment = after.path().join("kept-0/00000000000000000000.log");
    let half = &topics::batch(&[&[9; 1000]])[..500];
    fs::OpenOptions::new()
        .append(true)
        .open(&segment)
        .unwrap()
        .write_all(half)
        .unwrap();
    // An index that points past the torn tail, as one that was written before the log.
    let index = after.path().join("kept-0/00000000000000000000.index");
    fs::write(&index, [0, 0, 0, 60, 0x7f, 0, 0, 0]).unwrap();
    let live = LiveBroker::start(after.path(), &[], |_| {});
    let mut wire = live.connect();
    assert_eq!(topics::list_offset(&mut wire, "kept", 0, -1), (0, 50));
    for offset in 0..50_u8 {
        let fetched = wire.call(
            topics::BY_NAME,
            &topics::fetch_request("kept", 0, i64::from(offset)),
        );
        let records = fetched.responses[0].partitions[0]
            .records
            .clone()
            .unwrap()
            .to_bytes();
        assert!(
            records.windows(1000).any(|bytes| bytes == [offset; 1000]),
            "offset {offset}"
        );
    }
    let appended = topics::produce(&mut wire, "kept", 0, topics::batch(&[b"next"]));
    assert_eq!((appended.error_code, appended.base_offset), (0, 50));
}

/// T4: a retry is recognised by whoever has the log, also after a kill without a snapshot of the producers.
#[test]
fn a_retry_after_a_kill_gets_the_offset_of_the_first_time() {
    let _alone = alone();
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let live = LiveBroker::start(before.path(), &[], |_| {});
    let mut wire = live.connect();
    topics::create(&mut wire, "retried", 1, &[]);
    for sequence in 0..6 {
        let appended = topics::produce(&mut wire, "retried", 0, of_producer(0, sequence, &[b"x"]));
        assert_eq!(
            (appended.error_code, appended.base_offset),
            (0, i64::from(sequence))
        );
    }
    as_after_a_kill(before.path(), after.path());
    drop(live);
    let live = LiveBroker::start(after.path(), &[], |_| {});
    let mut wire = live.connect();
    for sequence in 1..6 {
        let retried = topics::produce(&mut wire, "retried", 0, of_producer(0, sequence, &[b"x"]));
        assert_eq!(
            (retried.error_code, retried.base_offset),
            (0, i64::from(sequence)),
            "one of the last five"
        );
    }
    let gap = topics::produce(&mut wire, "retried", 0, of_producer(0, 9, &[b"x"]));
    assert_eq!(gap.error_code, OUT_OF_ORDER_SEQUENCE_NUMBER);
    let bumped = topics::produce(&mut wire, "retried", 0, of_producer(1, 0, &[b"x"]));
    assert_eq!(
        (bumped.error_code, bumped.base_offset),
        (0, 6),
        "a new epoch begins at 0"
    );
    let old = topics::produce(&mut wire, "retried", 0, of_producer(0, 6, &[b"x"]));
    assert_eq!(old.error_code, INVALID_PRODUCER_EPOCH);
    assert_eq!(
        topics::list_offset(&mut wire, "retried", 0, -1),
        (0, 7),
        "nothing twice"
    );
}

/// T4: a sequence goes on at 0 after the largest one.
#[test]
fn a_sequence_wraps_after_the_largest() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let live = LiveBroker::start(directory.path(), &[], |_| {});
    let mut wire = live.connect();
    topics::create(&mut wire, "wrapped", 1, &[]);
    let last = topics::produce(
        &mut wire,
        "wrapped",
        0,
        of_producer(0, i32::MAX - 1, &[b"a", b"b"]),
    );
    assert_eq!(last.error_code, 0);
    let next = topics::produce(&mut wire, "wrapped", 0, of_producer(0, 0, &[b"c"]));
    assert_eq!((next.error_code, next.base_offset), (0, 2));
    let retried = topics::produce(
        &mut wire,
        "wrapped",
        0,
        of_producer(0, i32::MAX - 1, &[b"a", b"b"]),
    );
    assert_eq!((retried.error_code, retried.base_offset), (0, 0), "a duplicate");
}

/// 5.11: what a deleted topic left behind is never served under a topic of the same name.
#[test]
fn a_stray_folder_is_not_taken_for_a_topic() {
    let _alone = alone();
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let live = LiveBroker::start(before.path(), &[], |_| {});
    let mut wire = live.connect();
    topics::create(&mut wire, "mine", 1, &[]);
    topics::produce(&mut wire, "mine", 0, topics::batch(&[b"x"]));
    drop(live);
    as_after_a_kill(before.path(), after.path());
    // A folder whose topic id no topic has, under a name that is free.
    as_after_a_kill(&after.path().join("mine-0"), &after.path().join("stray-0"));
    let metadata = after.path().join("stray-0/partition.metadata");
    let text = fs::read_to_string(&metadata).unwrap();
    let id = text
        .lines()
        .find_map(|line| line.strip_prefix("topic_id: "))
        .unwrap();
    fs::write(&metadata, text.replace(id, "AAAAAAAAAAAAAAAAAAAAFg")).unwrap();
    let live = LiveBroker::start(after.path(), &[], |_| {});
    let mut wire = live.connect();
    topics::create(&mut wire, "stray", 1, &[]);
    assert_eq!(topics::list_offset(&mut wire, "stray", 0, -1), (0, 0));
    assert_eq!(topics::list_offset(&mut wire, "mine", 0, -1), (0, 1));
}
