//! What a log says, read by another coordinator: one of ours, and one that a Kafka wrote.

use broker_codec::batch::{ControlRecordType, batches};
use broker_model::ProducerId;
use broker_protocol::ErrorCode;
use bytes::Bytes;

use super::world::{Join, SESSION_MS, World, commit_by, commit_of, sync_of};
use crate::{GroupConfig, GroupRecord, TransactionResult};

/// Partition 1 of `__consumer_offsets` as a Kafka 4.4.0 with four partitions left it.
const KAFKA_LOG: &[u8] = include_bytes!("../../../testdata/kafka-4.4.0/__consumer_offsets-1.log");

#[test]
fn members_and_assignments_outlive_their_coordinator() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    world.commit(&commit_by(&follower, 2, 5));
    let mut world = world.fail_over(GroupConfig::default());
    assert_eq!(world.state(), "Stable");
    assert_eq!(world.heartbeat(&leader, 2), 0);
    assert_eq!(world.sync(&sync_of(&follower, 2)).assignment, "second half");
    assert_eq!(world.commit(&commit_by(&follower, 2, 6)), 0);
    assert_eq!(world.committed("t", 0), 6);
}

#[test]
fn members_that_were_loaded_have_a_session_to_show_up() {
    let mut world = World::new();
    let member = world.stable_group();
    let mut world = world.fail_over(GroupConfig::default());
    world.pass_ms(SESSION_MS as u64 - 1);
    assert_eq!(world.state(), "Stable");
    world.pass_ms(1);
    assert_eq!(world.heartbeat(&member, 1), ErrorCode::UnknownMemberId.code());
}

#[test]
fn a_static_member_outlives_its_coordinator() {
    let mut world = World::new();
    let joined = world.join(&Join::new().instance("i"));
    world.sync(&super::world::sync_of_leader(
        &joined,
        &[(&joined.member_id, "all")],
    ));
    let mut world = world.fail_over(GroupConfig::default());
    let back = world.join(&Join::new().instance("i"));
    assert_eq!((back.generation_id, back.skip_assignment), (1, true));
}

#[test]
fn a_loaded_group_that_is_too_large_by_now_rebalances_and_sheds_who_comes_last() {
    let mut world = World::new();
    let (leader, follower) = world.stable_group_of_two();
    let mut world = world.fail_over(GroupConfig {
        max_size: 1,
        ..GroupConfig::default()
    });
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(world.heartbeat(&leader, 2), ErrorCode::RebalanceInProgress.code());
    let first = world.send_join(&Join::new().member(&follower));
    let last = world.join(&Join::new().member(&leader));
    assert_eq!(last.error_code, ErrorCode::GroupMaxSizeReached.code());
    assert_eq!(world.join_answer(first), None);
    world.pass_ms(60_000);
    assert_eq!(world.state(), "CompletingRebalance");
}

#[test]
fn a_commit_after_a_pending_one_wins_over_it() {
    let mut pending = World::new();
    pending.commit(&commit_of("t", 0, 5));
    let mut plain = World::new();
    plain.commit(&commit_of("t", 0, 9));
    let mut world = World::new();
    let (now, producer) = (world.now(), ProducerId::new(7));
    world.coordinator.load(now, producer, &pending.log[0]);
    world.coordinator.load(now, ProducerId::NONE, &plain.log[0]);
    world
        .coordinator
        .end_transaction(now, producer, TransactionResult::Committed);
    assert_eq!(world.committed("t", 0), 9);
}

/// What stands in the log that Kafka wrote.
enum Entry {
    /// A record, with its producer if it is part of a transaction.
    Record(ProducerId, Bytes, Option<Bytes>),
    /// The end of a transaction.
    Marker(ProducerId, TransactionResult),
}

fn kafka_log() -> Vec<Entry> {
    let mut entries = Vec::new();
    for batch in batches(&Bytes::from_static(KAFKA_LOG)) {
        let batch = batch.unwrap();
        let header = batch.header();
        let producer = match header.is_transactional() {
            true => header.producer_id,
            false => ProducerId::NONE,
        };
        for record in batch.records(1 << 20).unwrap() {
            let key = record.key.unwrap();
            entries.push(match header.is_control() {
                false => Entry::Record(producer, key, record.value),
                true if key[3] == ControlRecordType::Commit as u8 => {
                    Entry::Marker(producer, TransactionResult::Committed)
                }
                true => Entry::Marker(producer, TransactionResult::Aborted),
            });
        }
    }
    entries
}

#[test]
fn records_are_written_as_kafka_writes_them() {
    let mut count = 0;
    for entry in kafka_log() {
        if let Entry::Record(_, key, value) = entry {
            let record = GroupRecord::decode(key.clone(), value.clone()).unwrap();
            assert_eq!(record.encode().unwrap(), (key, value));
            count += 1;
        }
    }
    assert_eq!(count, 93);
}

#[test]
fn the_log_of_a_kafka_is_read() {
    let mut world = World::new();
    let now = world.now();
    for entry in kafka_log() {
        match entry {
            Entry::Record(producer, key, value) => {
                let record = GroupRecord::decode(key, value).unwrap();
                world.coordinator.load(now, producer, &record);
            }
            Entry::Marker(producer, result) => world.coordinator.end_transaction(now, producer, result),
        }
    }
    world.coordinator.finish_load(now);
    let state = |group: &str| world.coordinator.describe_group(5, &group.into()).group_state;
    assert_eq!(
        (state("perf2").as_str(), state("tmc3").as_str()),
        ("Empty", "Empty")
    );
    assert_eq!(state("cg1").as_str(), "Dead", "it was deleted");
    assert_eq!(world.committed_by("perf2", "c1", 0), 1_100);
    assert_eq!(
        world.committed_by("tmc3", "out", 2),
        50,
        "in a transaction that committed"
    );
    assert_eq!(world.committed_by("cg1", "c1", 0), -1);
}
