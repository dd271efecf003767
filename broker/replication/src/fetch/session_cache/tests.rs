//! What a session names again, what it forgets, and which session makes room for another.

use std::sync::Arc;

use broker_model::{HighWatermark, LogStartOffset, Offset, PartitionIndex, TopicId, Uuid};

use super::super::fetch_session::Inclusion;
use super::*;

const AT: MonotonicMs = MonotonicMs::from_ms(0);

fn key(partition: i32) -> PartitionKey {
    PartitionKey {
        topic: FetchTopic::Name(Arc::from("orders")),
        partition: PartitionIndex::new(partition),
    }
}

fn wanted(partition: i32) -> FetchPartition {
    FetchPartition {
        key: key(partition),
        fetch_offset: Offset::ZERO,
        current_leader_epoch: None,
        last_fetched_epoch: None,
        max_bytes: 1_000,
        log_start: LogStartOffset::default(),
    }
}

fn request(session_id: SessionId, session_epoch: i32, partitions: &[i32]) -> SessionRequest {
    SessionRequest {
        session_id,
        session_epoch,
        partitions: partitions.iter().map(|partition| wanted(*partition)).collect(),
        forgotten: Vec::new(),
        privilege: Privilege::Consumer,
    }
}

fn outcome(high_watermark: i64, content: Inclusion) -> PartitionOutcome {
    PartitionOutcome {
        high_watermark: HighWatermark::at(Offset::new(high_watermark)),
        log_start_offset: LogStartOffset::at(Offset::ZERO),
        content,
        turn: match content {
            Inclusion::Records => Turn::Had,
            Inclusion::OnlyOffsets | Inclusion::Notice => Turn::Waits,
        },
    }
}

fn cache(slots: usize) -> FetchSessionCache {
    FetchSessionCache::new(SessionCacheLimits {
        slots,
        ..SessionCacheLimits::default()
    })
}

fn open(cache: &mut FetchSessionCache, partitions: &[i32], at_ms: u64) -> SessionId {
    let opened = cache.begin(
        request(SessionId::NONE, 0, partitions),
        MonotonicMs::from_ms(at_ms),
        at_ms + 1,
    );
    match opened.expect("a new session is never refused").0 {
        FetchContext::Full(id) => id,
        other => panic!("expected a session, got {other:?}"),
    }
}

fn read_order(cache: &mut FetchSessionCache, id: SessionId, epoch: i32) -> Vec<i32> {
    let (_, partitions) = cache
        .begin(request(id, epoch, &[]), AT, 7)
        .expect("the session goes on");
    partitions
        .iter()
        .map(|partition| partition.key.partition.value())
        .collect()
}

#[test]
fn an_incremental_response_names_only_what_changed() {
    let mut cache = cache(10);
    let id = open(&mut cache, &[0, 1], 0);
    let told = [
        (key(0), outcome(5, Inclusion::OnlyOffsets)),
        (key(1), outcome(5, Inclusion::OnlyOffsets)),
    ];
    assert_eq!(cache.finish(FetchContext::Full(id), &told), [true, true]);
    let (context, partitions) = cache.begin(request(id, 1, &[]), AT, 7).expect("known session");
    assert_eq!(partitions.len(), 2);
    let told = [
        (key(0), outcome(5, Inclusion::OnlyOffsets)),
        (key(1), outcome(6, Inclusion::OnlyOffsets)),
    ];
    assert_eq!(cache.finish(context, &told), [false, true]);
}

#[test]
fn records_and_errors_are_always_named() {
    let mut cache = cache(10);
    let id = open(&mut cache, &[0, 1], 0);
    let told = [
        (key(0), outcome(5, Inclusion::Records)),
        (key(1), outcome(5, Inclusion::Notice)),
    ];
    cache.finish(FetchContext::Full(id), &told);
    let (context, _) = cache.begin(request(id, 1, &[]), AT, 7).expect("known session");
    assert_eq!(cache.finish(context, &told), [true, true]);
}

#[test]
fn a_partition_that_returned_records_is_read_last_next_time() {
    let mut cache = cache(10);
    let id = open(&mut cache, &[0, 1, 2], 0);
    cache.finish(
        FetchContext::Full(id),
        &[(key(0), outcome(5, Inclusion::Records))],
    );
    assert_eq!(read_order(&mut cache, id, 1), [1, 2, 0]);
}

#[test]
fn a_partition_for_which_room_was_held_in_vain_is_read_last_next_time() {
    let mut cache = cache(10);
    let id = open(&mut cache, &[0, 1, 2], 0);
    let held = |content| PartitionOutcome {
        turn: Turn::Had,
        ..outcome(5, content)
    };
    let told = [
        (key(0), held(Inclusion::Notice)),
        (key(1), held(Inclusion::OnlyOffsets)),
        (key(2), outcome(5, Inclusion::Notice)),
    ];
    cache.finish(FetchContext::Full(id), &told);
    assert_eq!(read_order(&mut cache, id, 1), [2, 0, 1]);
}

#[test]
fn forgotten_partitions_are_not_read_and_their_slots_are_used_again() {
    let mut cache = cache(10);
    let id = open(&mut cache, &[0, 1, 2], 0);
    let mut next = request(id, 1, &[3]);
    next.forgotten = vec![key(1), key(9)];
    let (_, partitions) = cache.begin(next, AT, 7).expect("known session");
    let numbers: Vec<i32> = partitions
        .iter()
        .map(|partition| partition.key.partition.value())
        .collect();
    assert_eq!(numbers, [0, 2, 3]);
    assert_eq!(cache.size(), (1, 3));
}

#[test]
fn epochs_are_checked_and_wrap_to_one() {
    let mut cache = cache(10);
    let id = open(&mut cache, &[0], 0);
    let wrong = cache.begin(request(id, 2, &[]), AT, 7);
    assert_eq!(
        wrong,
        Err(FetchSessionError::InvalidEpoch {
            id,
            expected: 1,
            actual: 2
        })
    );
    let unknown = SessionId::new(id.value() + 1);
    assert_eq!(
        cache.begin(request(unknown, 1, &[]), AT, 7),
        Err(FetchSessionError::IdNotFound(unknown))
    );
    assert_eq!(epoch_after(i32::MAX), 1);
}

#[test]
fn a_session_keeps_to_names_or_to_ids() {
    let mut cache = cache(10);
    let id = open(&mut cache, &[0], 0);
    let mut next = request(id, 1, &[1]);
    next.partitions[0].key.topic = FetchTopic::Id(TopicId::new(Uuid::from_bytes([1; 16])));
    assert_eq!(
        cache.begin(next, AT, 7),
        Err(FetchSessionError::TopicIdMismatch(id))
    );
}

#[test]
fn the_final_epoch_and_an_emptied_session_end_it() {
    let mut cache = cache(10);
    let id = open(&mut cache, &[0], 0);
    let (context, partitions) = cache.begin(request(id, -1, &[0]), AT, 7).expect("ends");
    assert_eq!((context, partitions.len()), (FetchContext::Sessionless, 1));
    assert_eq!(cache.size(), (0, 0));
    let id = open(&mut cache, &[0], 0);
    let mut emptied = request(id, 1, &[]);
    emptied.forgotten = vec![key(0)];
    assert_eq!(
        cache.begin(emptied, AT, 7).expect("ends").0,
        FetchContext::Sessionless
    );
    assert_eq!(cache.size(), (0, 0));
}

#[test]
fn full_slots_turn_newcomers_away_until_a_session_is_stale() {
    let mut cache = cache(1);
    let first = open(&mut cache, &[0], 0);
    let early = cache.begin(
        request(SessionId::NONE, 0, &[1]),
        MonotonicMs::from_ms(120_000),
        9,
    );
    assert_eq!(early.expect("served").0, FetchContext::Sessionless);
    let late = open(&mut cache, &[1], 120_001);
    assert_ne!(late, first);
    assert_eq!(
        cache.begin(request(first, 1, &[]), AT, 7),
        Err(FetchSessionError::IdNotFound(first))
    );
}

#[test]
fn a_larger_session_replaces_a_smaller_old_one_that_is_in_use() {
    let mut cache = cache(1);
    let small = open(&mut cache, &[0], 0);
    cache
        .begin(request(small, 1, &[]), MonotonicMs::from_ms(119_000), 7)
        .expect("in use");
    let large = cache.begin(
        request(SessionId::NONE, 0, &[1, 2]),
        MonotonicMs::from_ms(120_500),
        8,
    );
    assert!(matches!(large.expect("served").0, FetchContext::Full(_)));
}

#[test]
fn remembered_partitions_stay_within_their_budget() {
    let limits = SessionCacheLimits {
        partitions_max: 3,
        ..SessionCacheLimits::default()
    };
    let mut cache = FetchSessionCache::new(limits);
    open(&mut cache, &[0, 1], 0);
    let refused = cache
        .begin(request(SessionId::NONE, 0, &[2, 3]), AT, 8)
        .expect("served");
    assert_eq!((refused.0, refused.1.len()), (FetchContext::Sessionless, 2));
    assert_eq!(cache.size(), (1, 2));
}
