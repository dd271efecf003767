//! A leader and its followers in a small world.

use broker_model::{Acks, LogStartOffset, Offset, PartitionEpoch};

use super::*;
use crate::purgatory::{DelayedFetch, DelayedProduce};
use crate::small_world::*;

fn accepted(partition: &mut Partition<Count>, members: &[i32], partition_epoch: i32) {
    let answer = IsrAnswer::Accepted {
        in_sync: members.iter().map(|number| broker(*number)).collect(),
        partition_epoch: PartitionEpoch::new(partition_epoch),
    };
    partition.isr_answered(PartitionEpoch::new(0), answer, monotonic(11_002));
}

#[test]
fn the_high_watermark_is_the_smallest_log_end_of_the_in_sync_replicas() {
    let mut partition = lead(log(), 0, &[1, 2, 3]);
    append(&mut partition, 10);
    assert_eq!(
        high_watermark(&partition),
        0,
        "followers that never fetched hold it back"
    );
    fetch_at(&mut partition, 2, 10, 1_000);
    fetch_at(&mut partition, 3, 4, 1_000);
    assert_eq!(high_watermark(&partition), 4);
    fetch_at(&mut partition, 3, 10, 1_000);
    assert_eq!(high_watermark(&partition), 10);
}

#[test]
fn a_lagging_follower_is_proposed_out_and_counts_until_the_controller_agrees() {
    let mut partition = lead(log(), 0, &[1, 2]);
    append(&mut partition, 5);
    fetch_at(&mut partition, 2, 5, 1_000);
    append(&mut partition, 5);
    fetch_at(&mut partition, 3, 10, 1_000);
    assert_eq!(
        partition.propose_shrink(monotonic(11_000)),
        None,
        "the lag time is not over"
    );
    let proposal = partition.propose_shrink(monotonic(11_001));
    assert_eq!(proposal, None, "a proposal to add 3 is on its way");
    partition.isr_answered(PartitionEpoch::new(0), IsrAnswer::Refused, monotonic(11_001));
    let proposal = partition.propose_shrink(monotonic(11_001)).unwrap();
    assert_eq!(proposal.in_sync, [(broker(1), None)]);
    assert_eq!(high_watermark(&partition), 5, "2 is in sync until the answer");
    accepted(&mut partition, &[1], 1);
    assert_eq!(high_watermark(&partition), 10);
}

#[test]
fn a_follower_joins_when_it_has_what_is_committed_and_this_epochs_start() {
    let mut before = lead(log(), 0, &[1]);
    append(&mut before, 10);
    let mut partition = lead(before.resign(), 1, &[1]);
    assert_eq!(fetch_at(&mut partition, 2, 9, 1_000), None);
    let proposal = fetch_at(&mut partition, 2, 10, 2_000).unwrap();
    assert_eq!(proposal.in_sync, [(broker(1), None), (broker(2), None)]);
    assert_eq!(
        fetch_at(&mut partition, 3, 10, 2_000),
        None,
        "one proposal at a time"
    );
    accepted(&mut partition, &[1, 2], 1);
    assert!(fetch_at(&mut partition, 3, 10, 2_000).is_some());
}

#[test]
fn a_follower_that_keeps_nothing_is_proposed_out_before_the_lag_time_and_in_when_it_keeps_something() {
    let mut partition = lead(log(), 0, &[1, 2, 3]);
    append(&mut partition, 5);
    fetch_at(&mut partition, 3, 5, 1_000);
    for ms in [1_000, 1_050, 1_150, 1_350, 1_750] {
        assert_eq!(give_at(&mut partition, 2, 0, ms), None);
    }
    let proposal = give_at(&mut partition, 2, 0, 2_550).unwrap();
    assert_eq!(proposal.in_sync, [(broker(1), None), (broker(3), None)]);
    accepted(&mut partition, &[1, 3], 1);
    assert_eq!(high_watermark(&partition), 5, "nobody waits for it any more");
    append(&mut partition, 5);
    fetch_at(&mut partition, 3, 10, 3_000);
    assert_eq!(give_at(&mut partition, 2, 0, 3_000), None);
    assert_eq!(high_watermark(&partition), 10, "not even for it to join");
    assert!(fetch_at(&mut partition, 2, 10, 3_100).is_some());
}

#[test]
fn a_follower_that_keeps_nothing_does_not_come_back_while_nothing_is_committed_without_it() {
    let mut partition = Partition::lead(
        log(),
        leadership(0, in_sync(&[1, 2], 0)),
        settings(2),
        monotonic(0),
    );
    append(&mut partition, 5);
    for ms in [0, 100, 300, 700] {
        give_at(&mut partition, 2, 0, ms);
    }
    assert!(give_at(&mut partition, 2, 0, 1_500).is_some());
    accepted(&mut partition, &[1], 1);
    assert_eq!(high_watermark(&partition), 0);
    assert_eq!(give_at(&mut partition, 2, 0, 2_500), None);
    assert!(fetch_at(&mut partition, 2, 5, 2_600).is_some());
}

#[test]
fn a_fenced_broker_is_not_proposed() {
    let mut partition = lead(log(), 0, &[1]);
    let fetch = FollowerFetch {
        follower: broker(2),
        broker_epoch: None,
        fetch_offset: Offset::ZERO,
        log_start: LogStartOffset::default(),
        given: Given::Nothing,
        now: monotonic(1),
    };
    assert_eq!(
        partition.fetched_by(&fetch, Eligibility::Ineligible).unwrap(),
        None
    );
    assert!(
        partition
            .fetched_by(&fetch, Eligibility::Eligible)
            .unwrap()
            .is_some()
    );
}

#[test]
fn a_broker_without_a_replica_is_refused() {
    let mut partition = lead(log(), 0, &[1]);
    let fetch = FollowerFetch {
        follower: broker(9),
        broker_epoch: None,
        fetch_offset: Offset::ZERO,
        log_start: LogStartOffset::default(),
        given: Given::Nothing,
        now: monotonic(1),
    };
    assert_eq!(
        partition
            .fetched_by(&fetch, Eligibility::Eligible)
            .unwrap_err()
            .follower,
        broker(9)
    );
}

#[test]
fn the_high_watermark_waits_for_a_replica_that_is_about_to_join() {
    let mut partition = lead(log(), 0, &[1]);
    fetch_at(&mut partition, 2, 0, 1_000);
    partition.isr_answered(PartitionEpoch::new(0), IsrAnswer::Refused, monotonic(1_000));
    append(&mut partition, 10);
    assert_eq!(high_watermark(&partition), 0);
    fetch_at(&mut partition, 2, 10, 1_001);
    assert_eq!(high_watermark(&partition), 10);
}

#[test]
fn a_follower_that_the_controller_takes_out_is_not_waited_for() {
    let mut partition = lead(log(), 0, &[1, 2, 3]);
    append(&mut partition, 5);
    fetch_at(&mut partition, 2, 5, 1_000);
    fetch_at(&mut partition, 3, 5, 1_000);
    append(&mut partition, 5);
    fetch_at(&mut partition, 3, 10, 1_001);
    assert_eq!(high_watermark(&partition), 5, "2 is in sync");
    let without_2 = leadership(0, in_sync(&[1, 3], 1));
    partition.set_leadership(without_2, monotonic(1_002));
    assert_eq!(
        high_watermark(&partition),
        10,
        "2 was fenced and does not come back by itself"
    );
}

/// What the leader has waited for since the follower's last fetch.
fn waiting_for_2_to_join() -> (Partition<Count>, Count) {
    let mut partition = lead(log(), 0, &[1]);
    append(&mut partition, 5);
    assert_eq!(fetch_at(&mut partition, 2, 4, 1_000), None, "it lacks a record");
    append(&mut partition, 5);
    let woken = Count::default();
    partition.watch_high_watermark(DelayedProduce::new(Offset::new(10), woken.clone()));
    assert_eq!(high_watermark(&partition), 5, "2 is about to join");
    (partition, woken)
}

#[test]
fn a_follower_that_may_join_no_more_is_not_waited_for() {
    let (mut partition, woken) = waiting_for_2_to_join();
    partition.may_not_join(&[broker(3)], monotonic(1_001));
    assert_eq!((high_watermark(&partition), woken.times()), (5, 0));
    partition.may_not_join(&[broker(2)], monotonic(1_002));
    assert_eq!((high_watermark(&partition), woken.times()), (10, 1));
}

#[test]
fn a_follower_that_was_about_to_join_is_waited_for_no_longer_than_the_lag_time() {
    let (mut partition, woken) = waiting_for_2_to_join();
    assert_eq!(partition.look_after_followers(monotonic(LAG_MAX_MS)), None);
    assert_eq!((high_watermark(&partition), woken.times()), (5, 0));
    assert_eq!(partition.look_after_followers(monotonic(LAG_MAX_MS + 1)), None);
    assert_eq!((high_watermark(&partition), woken.times()), (10, 1));
}

#[test]
fn under_min_in_sync_the_high_watermark_stands_and_acks_all_is_refused() {
    let mut partition = lead(log(), 0, &[1]);
    partition.set_settings(settings(2), monotonic(0));
    append(&mut partition, 3);
    assert_eq!(high_watermark(&partition), 0);
    let refused = try_append(&mut partition, 1, Acks::All).unwrap_err();
    assert!(matches!(
        refused,
        LeaderAppendError::NotEnoughReplicas {
            in_sync: 1,
            required: 2,
            ..
        }
    ));
    partition.set_leadership(leadership(0, in_sync(&[1, 2], 1)), monotonic(0));
    fetch_at(&mut partition, 2, 3, 1_000);
    assert_eq!(high_watermark(&partition), 3);
}

#[test]
fn a_produce_is_acknowledged_when_all_in_sync_replicas_have_it() {
    let mut partition = lead(log(), 0, &[1, 2]);
    append(&mut partition, 5);
    let woken = Count::default();
    let required = Offset::new(5);
    partition.watch_high_watermark(DelayedProduce::new(required, woken.clone()));
    fetch_at(&mut partition, 2, 4, 1_000);
    assert_eq!(
        (woken.times(), partition.produce_progress(required)),
        (0, ProduceProgress::Waiting)
    );
    fetch_at(&mut partition, 2, 5, 1_000);
    assert_eq!(
        (woken.times(), partition.produce_progress(required)),
        (1, ProduceProgress::Acknowledged)
    );
}

#[test]
fn a_set_that_shrank_below_the_minimum_does_not_acknowledge() {
    let mut partition = lead(log(), 0, &[1, 2]);
    partition.set_settings(settings(2), monotonic(0));
    append(&mut partition, 5);
    fetch_at(&mut partition, 2, 5, 1_000);
    partition.set_leadership(leadership(0, in_sync(&[1], 1)), monotonic(1_000));
    assert_eq!(
        partition.produce_progress(Offset::new(5)),
        ProduceProgress::TooFewInSync
    );
}

#[test]
fn consumers_are_woken_by_what_is_committed_and_followers_by_what_is_written() {
    let mut partition = lead(log(), 0, &[1, 2]);
    let (consumer, follower) = (Count::default(), Count::default());
    partition.watch(DelayedFetch::new(1, consumer.clone()));
    partition.watch_log_end(DelayedFetch::new(1, follower.clone()));
    append(&mut partition, 1);
    assert_eq!((consumer.times(), follower.times()), (0, 1));
    fetch_at(&mut partition, 2, 1, 1_000);
    assert_eq!(consumer.times(), 1);
}

#[test]
fn bytes_of_appends_that_followers_lack_are_remembered_in_bounded_memory() {
    let mut partition = lead(log(), 0, &[1, 2]);
    for _ in 0..3_000 {
        append(&mut partition, 1);
    }
    assert!(partition.appends.len() <= 1_024);
    let consumer = Count::default();
    partition.watch(DelayedFetch::new(3_000 * 60, consumer.clone()));
    fetch_at(&mut partition, 2, 3_000, 1_000);
    assert_eq!(consumer.times(), 1, "no byte is forgotten");
}

#[test]
fn a_new_epoch_wakes_all_that_wait() {
    let mut partition = lead(log(), 0, &[1, 2]);
    let woken = Count::default();
    partition.watch(DelayedFetch::new(100, woken.clone()));
    partition.watch_log_end(DelayedFetch::new(100, woken.clone()));
    partition.watch_high_watermark(DelayedProduce::new(Offset::new(9), woken.clone()));
    partition.set_leadership(leadership(1, in_sync(&[1], 1)), monotonic(0));
    assert_eq!(woken.times(), 3);
}

/// The answer was faster than the metadata, which then take the follower away that was proposed in between.
#[test]
fn a_new_term_forgets_what_was_proposed_in_the_one_before() {
    let mut partition = lead(log(), 0, &[1, 2]);
    fetch_at(&mut partition, 3, 0, 1_000).expect("3 has everything");
    let mut next = leadership(1, in_sync(&[1, 2], 0));
    next.followers = vec![broker(2)];
    partition.set_leadership(next, monotonic(1_001));
    assert!(!partition.in_sync().is_changing());
    assert!(!partition.in_sync().may_contain(broker(3)));
}
