//! A follower and what a leader answers it.

use super::*;
use crate::small_world::*;

fn follow(leader_epoch: i32) -> Follower {
    Follower::new(log(), broker(1), epoch(leader_epoch))
}

#[test]
fn a_follower_has_the_leaders_bytes_and_its_high_watermark() {
    let mut leader = lead(log(), 0, &[1, 2]);
    let mut follower = follow(0);
    append(&mut leader, 3);
    append(&mut leader, 2);
    replicate(&mut leader, &mut follower, 2, 1);
    assert_eq!(content(follower.log()), content(leader.log()));
    assert_eq!(
        follower.log().high_watermark().value(),
        0,
        "the leader learns of it with the next fetch"
    );
    replicate(&mut leader, &mut follower, 2, 2);
    assert_eq!(high_watermark(&leader), 5);
    replicate(&mut leader, &mut follower, 2, 3);
    assert_eq!(follower.log().high_watermark().value(), 5);
}

#[test]
fn what_an_old_leader_wrote_alone_is_cut() {
    let mut old = lead(log(), 1, &[1, 2]);
    let mut second = follow(1);
    append(&mut old, 10);
    replicate(&mut old, &mut second, 2, 1);
    append(&mut old, 2);
    let mut leader = lead(second.into_log(), 2, &[1, 2]);
    append(&mut leader, 5);
    let mut follower = Follower::new(old.resign(), broker(2), epoch(2));
    assert_eq!(
        replicate(&mut leader, &mut follower, 2, 2),
        Truncation::To(Offset::new(10))
    );
    assert_eq!(replicate(&mut leader, &mut follower, 2, 3), Truncation::None);
    assert_eq!(content(follower.log()), content(leader.log()));
}

/// KIP-279: 1 leads epoch 1 and writes alone; 2 leads epoch 2 and writes alone; 3 leads epoch 3 with neither's.
#[test]
fn histories_that_parted_twice_meet_where_both_agree() {
    let mut first = lead(log(), 1, &[1, 2]);
    let (mut second, mut third) = (follow(1), follow(1));
    append(&mut first, 4);
    replicate(&mut first, &mut second, 2, 1);
    replicate(&mut first, &mut third, 3, 1);
    append(&mut first, 6);
    let mut second = lead(second.into_log(), 2, &[1, 2]);
    append(&mut second, 3);
    let mut third = lead(third.into_log(), 3, &[1, 2]);
    append(&mut third, 1);
    for old in [first, second] {
        let mut follower = Follower::new(old.resign(), broker(3), epoch(3));
        for step in 0..4 {
            replicate(&mut third, &mut follower, 2, step);
        }
        assert_eq!(content(follower.log()), content(third.log()));
    }
}

#[test]
fn a_follower_ahead_of_a_leader_that_lost_its_end_is_cut_to_it() {
    let mut leader = lead(log(), 0, &[1]);
    append(&mut leader, 4);
    let mut ahead = lead(log(), 0, &[1]);
    append(&mut ahead, 4);
    append(&mut ahead, 4);
    let mut follower = Follower::new(ahead.resign(), broker(1), epoch(0));
    let (start, end) = (leader.log().log_start(), leader.log().log_end().offset());
    assert_eq!(
        follower.out_of_range(start, end, at(1)).unwrap(),
        Truncation::To(Offset::new(4))
    );
}

#[test]
fn a_follower_behind_the_leaders_log_start_begins_there() {
    let mut follower = follow(0);
    let start = LogStartOffset::at(Offset::new(100));
    let restarted = follower.out_of_range(start, Offset::new(150), at(1)).unwrap();
    assert_eq!(restarted, Truncation::Restarted(Offset::new(100)));
    assert_eq!(follower.fetch_position().fetch_offset, Offset::new(100));
}

#[test]
fn deleted_records_are_deleted_here_too() {
    let mut leader = lead(log(), 0, &[1, 2]);
    let mut follower = follow(0);
    append(&mut leader, 3);
    append(&mut leader, 3);
    for step in 0..3 {
        replicate(&mut leader, &mut follower, 2, step);
    }
    leader.delete_records(Some(Offset::new(3))).unwrap();
    replicate(&mut leader, &mut follower, 2, 4);
    assert_eq!(follower.log().log_start().value(), 3);
}

#[test]
fn only_a_newer_epoch_changes_the_leader() {
    let mut follower = follow(3);
    assert!(!follower.follow(broker(9), epoch(2)));
    assert_eq!(follower.leader(), broker(1));
    assert!(follower.follow(broker(2), epoch(4)));
    assert_eq!(follower.fetch_position().current_leader_epoch, epoch(4));
}

/// A leader that never wrote in its epoch leaves a mark of it in its own log alone.
#[test]
fn an_epoch_without_records_does_not_keep_a_follower_from_fetching() {
    let mut first = lead(log(), 1, &[1, 2]);
    let mut second = follow(1);
    append(&mut first, 4);
    replicate(&mut first, &mut second, 2, 1);
    let silent = lead(first.resign(), 2, &[1, 2]);
    let mut leader = lead(second.into_log(), 3, &[1, 2]);
    append(&mut leader, 1);
    let mut follower = Follower::new(silent.resign(), broker(2), epoch(3));
    for step in 2..5 {
        replicate(&mut leader, &mut follower, 2, step);
    }
    assert_eq!(content(follower.log()), content(leader.log()));
}

#[test]
fn an_answer_is_void_once_the_epoch_or_the_log_end_is_another() {
    let mut leader = lead(log(), 1, &[1, 2]);
    let mut follower = follow(1);
    append(&mut leader, 3);
    let asked = follower.fetch_position();
    assert!(follower.is_at(&asked));
    replicate(&mut leader, &mut follower, 2, 1);
    assert!(!follower.is_at(&asked), "it was answered already");
    let asked = follower.fetch_position();
    follower.follow(broker(2), epoch(2));
    assert!(!follower.is_at(&asked), "the old leader has no say any more");
}

/// What a leader sends to whom asks for its log start.
fn read_at_start(leader: &crate::Partition<Count>) -> Bytes {
    let limits = broker_storage::ReadLimits {
        max_bytes: 1 << 20,
        upper: broker_storage::FetchIsolation::LogEnd,
        min_one: broker_storage::MinOneBatch::Yes,
    };
    let start = leader.log().log_start().offset();
    let read = leader.log().read(start, limits).unwrap();
    read.records.fetch().unwrap().to_bytes()
}

/// Records before 4 were deleted, 4 is inside of the batch 3-5 of epoch 1, and this log has other records from 3 on.
#[test]
fn a_follower_of_another_history_begins_anew_where_the_leaders_log_start_is_inside_of_a_batch() {
    let mut old = lead(log(), 0, &[1, 2]);
    let mut second = follow(0);
    append(&mut old, 3);
    replicate(&mut old, &mut second, 2, 1);
    for _ in 0..3 {
        append(&mut old, 1);
    }
    let mut leader = lead(second.into_log(), 1, &[1]);
    append(&mut leader, 3);
    leader.delete_records(Some(Offset::new(4))).unwrap();
    let start = leader.log().log_start();
    let mut follower = Follower::new(old.resign(), broker(1), epoch(1));
    let diverging = DivergingEpoch {
        epoch: epoch(0),
        end_offset: start.offset(),
    };
    let cut = follower.truncate(diverging, at(1)).unwrap();
    assert_eq!(cut, Truncation::To(start.offset()));
    let records = read_at_start(&leader);
    assert_eq!(
        follower.begins_before(&records, LogStartOffset::at(Offset::ZERO)),
        None
    );
    assert_eq!(follower.begins_before(&records, start), Some(Offset::new(3)));
    follower.begin_at(Offset::new(3), at(1)).unwrap();
    let high_watermark = leader.log().high_watermark();
    follower.append(&records, high_watermark, start, at(1)).unwrap();
    assert_eq!(follower.log().log_end(), leader.log().log_end());
    assert_eq!(follower.log().log_start(), start);
}

/// Records before 4 were deleted, and 4 is inside of the batch 3-5.
fn lead_from_inside_of_a_batch() -> crate::Partition<Count> {
    let mut leader = lead(log(), 0, &[1]);
    append(&mut leader, 3);
    append(&mut leader, 3);
    leader.delete_records(Some(Offset::new(4))).unwrap();
    leader
}

#[test]
fn a_new_follower_begins_with_the_batch_that_the_leaders_log_start_is_inside_of() {
    let leader = lead_from_inside_of_a_batch();
    let mut follower = follow(0);
    let (start, end) = (leader.log().log_start(), leader.log().log_end().offset());
    let restarted = follower.out_of_range(start, end, at(1)).unwrap();
    assert_eq!(restarted, Truncation::Restarted(start.offset()));
    let records = read_at_start(&leader);
    assert_eq!(follower.begins_before(&records, start), Some(Offset::new(3)));
    follower.begin_at(Offset::new(3), at(1)).unwrap();
    assert_eq!(follower.begins_before(&records, start), None);
    // The leader crashed meanwhile, and does not know any more what was deleted or committed.
    let (forgotten, unknown) = (LogStartOffset::at(Offset::ZERO), HighWatermark::at(Offset::ZERO));
    follower.append(&records, unknown, forgotten, at(1)).unwrap();
    assert_eq!(follower.log().high_watermark().offset(), start.offset());
    assert_eq!(follower.log().log_end().offset(), end);
    assert_eq!(follower.log().log_start(), start);
}

fn tiered_log() -> broker_storage::UnifiedLog {
    log_with(broker_storage::LogConfig {
        remote_storage_enable: true,
        ..broker_storage::LogConfig::default()
    })
}

/// A log with a remote tier starts no later for being cut, because what is before may be there. What the leader says was
/// deleted is nowhere.
#[test]
fn a_tiered_follower_begins_anew_where_its_leader_says_that_the_whole_log_does() {
    let leader = lead_from_inside_of_a_batch();
    let mut follower = Follower::new(tiered_log(), broker(1), epoch(0));
    let (start, end) = (leader.log().log_start(), leader.log().log_end().offset());
    follower.out_of_range(start, end, at(1)).unwrap();
    assert_eq!(follower.log().log_start(), start);
    // Another leader has not heard of that.
    let forgotten = LogStartOffset::at(Offset::ZERO);
    let records = read_at_start(&leader);
    assert_eq!(follower.begins_before(&records, forgotten), Some(Offset::new(3)));
    follower.begin_at(Offset::new(3), at(1)).unwrap();
    let unknown = HighWatermark::at(Offset::ZERO);
    follower.append(&records, unknown, forgotten, at(1)).unwrap();
    assert_eq!(
        (follower.log().log_start(), follower.log().log_end().offset()),
        (start, end)
    );
}

/// The local part begins behind the remote one, inside of a batch, and far behind where the whole log starts.
#[test]
fn a_follower_whose_local_part_is_empty_begins_with_the_batch_that_holds_its_end() {
    let leader = lead_from_inside_of_a_batch();
    let mut log = tiered_log();
    let tail = broker_storage::RemoteTail {
        log_start: LogStartOffset::at(Offset::ZERO),
        end: Offset::new(4),
        epochs: Vec::new(),
        producers: Vec::new(),
    };
    log.start_behind_remote(tail, at(1)).unwrap();
    let follower = Follower::new(log, broker(1), epoch(0));
    let start = LogStartOffset::at(Offset::ZERO);
    assert_eq!(
        follower.begins_before(&read_at_start(&leader), start),
        Some(Offset::new(3))
    );
}
