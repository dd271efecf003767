//! What a keeper does at each answer of the store.

use broker_model::{LogEndOffset, Offset};

use super::*;
use crate::small_world::{epochs, id, manifest, partition, segment, writer};

mod interleavings;

fn context(nonce: u64) -> StepContext {
    StepContext {
        nonce: id(nonce),
        now: Timestamp::from_ms(1_000),
    }
}

/// Begins to lead in epoch 9 with one epoch from offset 0 on.
fn begin(remote: RemoteExpectation) -> ManifestKeeper {
    let (keeper, effect) = ManifestKeeper::begin(Leadership {
        partition: partition(),
        broker: BrokerId::new(1),
        epoch: LeaderEpoch::new(9),
        log_start: LogStartOffset::at(Offset::ZERO),
        lineage: Lineage::new(epochs(&[(1, 0)]), LogEndOffset::at(Offset::new(1_000))),
        remote,
    });
    assert_eq!(effect, KeeperEffect::Read);
    keeper
}

fn etag(text: &str) -> ETag {
    ETag(text.to_owned())
}

fn found(manifest: &Manifest, tag: &str) -> KeeperEvent {
    KeeperEvent::Read(ManifestRead::Found(Box::new(manifest.clone()), etag(tag)))
}

/// An older leader's manifest of one segment.
fn older() -> Manifest {
    let mut older = manifest(&[segment(1, (0, 100), &[(1, 0)])]);
    older.writer = writer(4, 40);
    older
}

/// A keeper that owns [`older`], as written with nonce 1.
fn held() -> ManifestKeeper {
    let mut keeper = begin(RemoteExpectation::MayBeEmpty);
    keeper.step(found(&older(), "a"), context(1));
    let settled = keeper.step(KeeperEvent::Put(ManifestPut::Done(etag("b"))), context(2));
    assert_eq!(settled, Some(KeeperEffect::Settled));
    keeper
}

#[track_caller]
fn put_of(effect: Option<KeeperEffect>) -> (Manifest, PutCondition) {
    match effect {
        Some(KeeperEffect::Put(manifest, condition)) => (*manifest, condition),
        other => panic!("no put: {other:?}"),
    }
}

fn add_second(keeper: &mut ManifestKeeper, nonce: u64) -> Option<KeeperEffect> {
    keeper.change(context(nonce), |manifest, _| {
        manifest.add(segment(2, (100, 200), &[(1, 0)])).unwrap();
    })
}

#[test]
fn a_new_leader_writes_its_epoch_over_what_it_read() {
    let mut keeper = begin(RemoteExpectation::HoldsSegments);
    let (taken, condition) = put_of(keeper.step(found(&older(), "a"), context(1)));
    assert_eq!(condition, PutCondition::Unchanged(etag("a")));
    assert_eq!(taken.writer, writer(9, 1));
    assert_eq!(taken.segments(), older().segments());
    assert_eq!(keeper.held(), None, "not before the store has it");
}

#[test]
fn the_first_leader_of_a_partition_makes_its_manifest() {
    let mut keeper = begin(RemoteExpectation::MayBeEmpty);
    let (made, condition) = put_of(keeper.step(KeeperEvent::Read(ManifestRead::Absent), context(1)));
    assert_eq!(condition, PutCondition::Absent);
    assert_eq!(made.segments(), []);
}

#[test]
fn a_manifest_that_must_be_there_is_never_made_anew() {
    let mut keeper = begin(RemoteExpectation::HoldsSegments);
    let absent = KeeperEvent::Read(ManifestRead::Absent);
    assert_eq!(keeper.step(absent, context(1)), Some(KeeperEffect::Missing));
    assert_eq!(
        keeper.step(KeeperEvent::Resume, context(2)),
        Some(KeeperEffect::Read)
    );
}

#[test]
fn a_leader_that_is_late_loses_to_a_later_one() {
    let mut later = older();
    later.writer = writer(10, 40);
    let mut keeper = begin(RemoteExpectation::MayBeEmpty);
    let lost = Some(KeeperEffect::Lost(LostTo { writer: later.writer }));
    assert_eq!(keeper.step(found(&later, "a"), context(1)), lost);
    assert_eq!(add_second(&mut keeper, 2), None, "and changes nothing any more");
    assert_eq!(keeper.step(KeeperEvent::Resume, context(3)), None);
}

#[test]
fn an_answer_that_was_lost_is_read_back_and_not_guessed() {
    let mut keeper = held();
    let (written, _) = put_of(add_second(&mut keeper, 3));
    let unknown = KeeperEvent::Put(ManifestPut::Unknown);
    assert_eq!(keeper.step(unknown, context(4)), Some(KeeperEffect::Read));
    assert_eq!(keeper.held(), None);
    let settled = keeper.step(found(&written, "c"), context(5));
    assert_eq!(settled, Some(KeeperEffect::Settled));
    assert_eq!(keeper.held().map(Arc::as_ref), Some(&written));
}

#[test]
fn a_write_that_did_not_happen_is_repeated_byte_for_byte() {
    let mut keeper = held();
    let before = Manifest::clone(keeper.held().unwrap());
    let first = put_of(add_second(&mut keeper, 3));
    keeper.step(KeeperEvent::Put(ManifestPut::Unknown), context(4));
    assert_eq!(put_of(keeper.step(found(&before, "b"), context(5))), first);
}

#[test]
fn a_refusal_may_be_about_ones_own_first_try() {
    let mut keeper = held();
    let (written, _) = put_of(add_second(&mut keeper, 3));
    keeper.step(KeeperEvent::Put(ManifestPut::Refused), context(4));
    let settled = keeper.step(found(&written, "c"), context(5));
    assert_eq!(settled, Some(KeeperEffect::Settled));
}

#[test]
fn a_refusal_by_a_later_leader_ends_it() {
    let mut keeper = held();
    add_second(&mut keeper, 3);
    keeper.step(KeeperEvent::Put(ManifestPut::Refused), context(4));
    let mut later = older();
    later.writer = writer(10, 99);
    let lost = Some(KeeperEffect::Lost(LostTo { writer: later.writer }));
    assert_eq!(keeper.step(found(&later, "c"), context(5)), lost);
}

#[test]
fn an_older_leader_that_was_faster_is_taken_over_from_the_start() {
    let mut keeper = begin(RemoteExpectation::MayBeEmpty);
    keeper.step(found(&older(), "a"), context(1));
    keeper.step(KeeperEvent::Put(ManifestPut::Refused), context(2));
    let mut faster = older();
    faster.add(segment(2, (100, 200), &[(1, 0)])).unwrap();
    faster.writer = writer(4, 41);
    let again = keeper.step(found(&faster, "b"), context(3));
    assert_eq!(again, Some(KeeperEffect::Read));
    let (taken, _) = put_of(keeper.step(found(&faster, "b"), context(4)));
    assert_eq!(taken.segments().len(), 2);
}

#[test]
fn a_manifest_that_was_deleted_by_hand_is_written_again_by_who_knows_it() {
    let mut keeper = held();
    let (written, _) = put_of(add_second(&mut keeper, 3));
    keeper.step(KeeperEvent::Put(ManifestPut::Refused), context(4));
    let absent = KeeperEvent::Read(ManifestRead::Absent);
    let again = put_of(keeper.step(absent, context(5)));
    assert_eq!(again, (written, PutCondition::Absent));
}

#[test]
fn a_store_that_fails_is_asked_again_and_nothing_is_forgotten() {
    let failed = || KeeperEvent::Read(ManifestRead::Failed);
    let mut keeper = begin(RemoteExpectation::MayBeEmpty);
    assert_eq!(keeper.step(failed(), context(1)), Some(KeeperEffect::Pause));
    assert_eq!(
        keeper.step(KeeperEvent::Resume, context(2)),
        Some(KeeperEffect::Read)
    );
    let mut keeper = held();
    let (written, _) = put_of(add_second(&mut keeper, 3));
    keeper.step(KeeperEvent::Put(ManifestPut::Unknown), context(4));
    assert_eq!(keeper.step(failed(), context(5)), Some(KeeperEffect::Pause));
    assert_eq!(
        keeper.step(KeeperEvent::Resume, context(6)),
        Some(KeeperEffect::Read)
    );
    keeper.step(found(&written, "c"), context(7));
    assert_eq!(keeper.held().map(Arc::as_ref), Some(&written));
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let mut keeper = held();
    assert_eq!(keeper.change(context(3), |_, _| {}), None);
    assert!(keeper.held().is_some());
}
