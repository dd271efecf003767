//! A follower's side of a fetch session, answered by the leader's side where that matters.

use broker_model::{LogStartOffset, Offset, Uuid};

use super::*;

fn key(partition: i32) -> ReplicaKey {
    ReplicaKey {
        topic: TopicId::new(Uuid::from_bytes([7; 16])),
        partition: PartitionIndex::new(partition),
    }
}

fn position(offset: i64, epoch: i32) -> FetchPosition {
    FetchPosition {
        fetch_offset: Offset::new(offset),
        last_fetched_epoch: None,
        current_leader_epoch: LeaderEpoch::new(epoch),
        log_start: LogStartOffset::default(),
    }
}

fn at(ms: u64) -> MonotonicMs {
    MonotonicMs::from_ms(ms)
}

const SESSION: SessionId = SessionId::new(77);

/// Follows partitions in epoch 1, all at offset 0.
fn following(count: i32) -> ReplicaFetchSession {
    let mut session = ReplicaFetchSession::new(1_000);
    for partition in 0..count {
        session.follow(key(partition), LeaderEpoch::new(1));
    }
    look_up(&mut session, 0, 0);
    session
}

/// Says that every partition whose position is asked for stands at `offset`.
fn look_up(session: &mut ReplicaFetchSession, offset: i64, ms: u64) {
    for key in session.to_look_up(at(ms)) {
        session.stands_at(key, position(offset, 1));
    }
}

fn partitions(fetch: &ReplicaFetch) -> Vec<i32> {
    fetch
        .partitions
        .iter()
        .map(|(key, _)| key.partition.value())
        .collect()
}

#[test]
fn after_the_first_request_only_what_moved_is_named() {
    let mut session = following(3);
    let first = session.next_fetch().unwrap();
    assert_eq!((first.session_id, first.session_epoch), (SessionId::NONE, 0));
    assert_eq!(partitions(&first), [0, 1, 2]);
    assert!(session.answered(SessionAnswer::Served(SESSION)));
    session.stepped(key(1), FetchStep::Taken, at(1));
    look_up(&mut session, 5, 1);
    let second = session.next_fetch().unwrap();
    assert_eq!((second.session_id, second.session_epoch), (SESSION, 1));
    assert_eq!(second.partitions, [(key(1), position(5, 1))]);
    session.answered(SessionAnswer::Served(SESSION));
    let third = session.next_fetch().unwrap();
    assert_eq!((third.session_epoch, partitions(&third)), (2, vec![]));
}

#[test]
fn a_partition_whose_delay_is_over_before_the_next_request_is_named_and_not_forgotten() {
    let mut session = following(2);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.stepped(key(1), FetchStep::TryLater, at(0));
    look_up(&mut session, 0, 5_000);
    let fetch = session.next_fetch().unwrap();
    assert_eq!((partitions(&fetch), fetch.forgotten), (vec![1], vec![]));
}

#[test]
fn a_partition_that_had_its_share_is_asked_for_again_when_it_may() {
    let mut session = following(2);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.stepped(key(1), FetchStep::HoldBack { until: at(700) }, at(0));
    assert!(session.is_held_back(&key(1)) && !session.is_held_back(&key(0)));
    look_up(&mut session, 0, 699);
    let without = session.next_fetch().unwrap();
    assert_eq!((partitions(&without), without.forgotten), (vec![], vec![key(1)]));
    session.answered(SessionAnswer::Served(SESSION));
    assert_eq!(session.next_retry(), Some(at(700)));
    look_up(&mut session, 9, 700);
    assert_eq!(partitions(&session.next_fetch().unwrap()), [1]);
    session.stepped(key(1), FetchStep::Taken, at(701));
    assert!(!session.is_held_back(&key(1)));
}

#[test]
fn a_session_that_the_leader_forgot_begins_anew_with_everything() {
    let mut session = following(2);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.next_fetch().unwrap();
    assert!(!session.answered(SessionAnswer::NotFound));
    let again = session.next_fetch().unwrap();
    assert_eq!((again.session_id, again.session_epoch), (SessionId::NONE, 0));
    assert_eq!(again.partitions.len(), 2);
}

#[test]
fn a_broken_connection_ends_the_old_session_and_names_everything() {
    let mut session = following(2);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.next_fetch().unwrap();
    session.connection_broke();
    let again = session.next_fetch().unwrap();
    assert_eq!((again.session_id, again.session_epoch), (SESSION, 0));
    assert_eq!(again.partitions.len(), 2);
}

#[test]
fn a_leader_without_room_for_sessions_is_asked_for_everything_in_turn() {
    let mut session = following(3);
    let mut begins = Vec::new();
    for _ in 0..4 {
        let fetch = session.next_fetch().unwrap();
        assert_eq!((fetch.session_epoch, fetch.partitions.len()), (0, 3));
        begins.push(partitions(&fetch)[0]);
        session.answered(SessionAnswer::Served(SessionId::NONE));
    }
    assert_eq!(begins, [0, 1, 2, 0]);
}

#[test]
fn a_partition_that_failed_leaves_the_session_until_its_delay_is_over() {
    let mut session = following(2);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.stepped(key(0), FetchStep::TryLater, at(100));
    let without = session.next_fetch().unwrap();
    assert_eq!((partitions(&without), without.forgotten), (vec![], vec![key(0)]));
    assert_eq!(session.asked(&key(0)), None, "an answer that comes late is void");
    assert_eq!(session.next_retry(), Some(at(150)));
    look_up(&mut session, 3, 149);
    session.answered(SessionAnswer::Served(SESSION));
    assert_eq!(partitions(&session.next_fetch().unwrap()), [] as [i32; 0]);
    look_up(&mut session, 3, 150);
    assert_eq!(partitions(&session.next_fetch().unwrap()), [0]);
}

#[test]
fn delays_grow_to_the_backoff_and_shrink_with_success() {
    let mut session = following(1);
    let mut waits = Vec::new();
    for _ in 0..7 {
        session.stepped(key(0), FetchStep::TryLater, at(0));
        waits.push(session.next_retry().unwrap().as_ms());
    }
    assert_eq!(waits, [50, 100, 200, 400, 800, 1_000, 1_000]);
    session.stepped(key(0), FetchStep::Taken, at(0));
    session.stepped(key(0), FetchStep::TryLater, at(0));
    assert_eq!(session.next_retry(), Some(at(50)));
}

#[test]
fn a_fenced_partition_rests_until_a_new_epoch() {
    let mut session = following(2);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.stepped(key(1), FetchStep::Halt, at(1));
    look_up(&mut session, 0, 1_000_000);
    assert_eq!(session.next_fetch().unwrap().forgotten, [key(1)]);
    session.follow(key(1), LeaderEpoch::new(2));
    for key in session.to_look_up(at(2)) {
        session.stands_at(key, position(9, 2));
    }
    assert_eq!(
        session.next_fetch().unwrap().partitions,
        [(key(1), position(9, 2))]
    );
}

#[test]
fn a_new_epoch_of_the_same_leader_is_told_within_the_session() {
    let mut session = following(1);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.follow(key(0), LeaderEpoch::new(2));
    assert_eq!(
        session.asked(&key(0)),
        None,
        "what was asked for in the old epoch is void"
    );
    for key in session.to_look_up(at(2)) {
        session.stands_at(key, position(0, 2));
    }
    let fetch = session.next_fetch().unwrap();
    assert_eq!(fetch.partitions, [(key(0), position(0, 2))]);
    assert_eq!(fetch.forgotten, []);
}

#[test]
fn a_replica_that_was_given_back_in_the_same_epoch_is_asked_for_from_where_it_stands() {
    let mut session = following(1);
    session.stepped(key(0), FetchStep::Taken, at(0));
    look_up(&mut session, 500, 0);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.follow(key(0), LeaderEpoch::new(1));
    look_up(&mut session, 0, 1);
    assert_eq!(
        session.next_fetch().unwrap().partitions,
        [(key(0), position(0, 1))]
    );
}

#[test]
fn a_partition_that_left_is_forgotten_once() {
    let mut session = following(2);
    session.next_fetch().unwrap();
    session.answered(SessionAnswer::Served(SESSION));
    session.leave(&key(0));
    session.leave(&key(0));
    assert_eq!(session.next_fetch().unwrap().forgotten, [key(0)]);
    assert_eq!(session.next_fetch().unwrap().forgotten, []);
    session.leave(&key(1));
    assert_eq!(session.next_fetch(), None);
    assert!(session.is_empty());
}

#[test]
fn a_position_of_another_epoch_waits_for_the_news_of_it() {
    let mut session = ReplicaFetchSession::new(1_000);
    session.follow(key(0), LeaderEpoch::new(1));
    for key in session.to_look_up(at(0)) {
        session.stands_at(key, position(0, 2));
    }
    assert_eq!(session.next_fetch(), None);
    session.follow(key(0), LeaderEpoch::new(2));
    for key in session.to_look_up(at(0)) {
        session.stands_at(key, position(0, 2));
    }
    assert_eq!(partitions(&session.next_fetch().unwrap()), [0]);
}
