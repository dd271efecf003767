//! Rules of the accumulator: when a batch goes, in which order, and when there is room again.

use broker_model::PartitionIndex;

use super::*;

fn partition(index: i32) -> TopicPartition {
    TopicPartition::new("t", PartitionIndex::new(index))
}

fn options() -> ProducerOptions {
    ProducerOptions {
        batch_size: 100,
        linger: Duration::from_millis(5),
        ..ProducerOptions::default()
    }
}

fn gathering() -> (Accumulator<u8>, Instant) {
    (
        Accumulator::new(options(), Some((ProducerId::new(7), ProducerEpoch::new(0)))),
        Instant::now(),
    )
}

fn record(value: &[u8]) -> RecordToSend<'_> {
    RecordToSend {
        value: Some(value),
        ..RecordToSend::default()
    }
}

/// Epoch and sequence of a batch.
fn number(batch: &Batch<u8>) -> (i16, i32) {
    let numbered = batch.numbered.unwrap();
    (numbered.epoch.value(), numbered.base_sequence.value())
}

#[test]
fn a_batch_waits_for_its_size_or_its_linger() {
    let (mut accumulator, now) = gathering();
    accumulator.append(&partition(0), record(b"small"), 0, now);
    assert!(accumulator.due(now).is_empty());
    assert_eq!(accumulator.next_deadline(), Some(now + Duration::from_millis(5)));
    accumulator.append(&partition(1), record(&[0; 200]), 0, now);
    assert_eq!(accumulator.due(now), [partition(1)]);
    assert_eq!(
        accumulator.due(now + Duration::from_millis(5)),
        [partition(0), partition(1)]
    );
}

#[test]
fn flushing_leaves_nothing_waiting() {
    let (mut accumulator, now) = gathering();
    accumulator.append(&partition(0), record(b"small"), 0, now);
    accumulator.set_flushing(true);
    assert_eq!(accumulator.due(now), [partition(0)]);
    let batch = accumulator.take(&partition(0)).unwrap();
    assert!(!accumulator.is_idle());
    accumulator.delivered(&batch);
    assert!(accumulator.is_idle());
}

#[test]
fn equal_tokens_are_counted_together() {
    let (mut accumulator, now) = gathering();
    for token in [1, 1, 2] {
        accumulator.append(&partition(0), record(b"x"), token, now);
    }
    accumulator.set_flushing(true);
    accumulator.due(now);
    let delivery = accumulator.take(&partition(0)).unwrap().into_delivery(Ok(None));
    assert_eq!(delivery.tokens, [(1, 2), (2, 1)]);
    assert_eq!(delivery.records, 3);
}

#[test]
fn sequences_go_on_from_batch_to_batch() {
    let (mut accumulator, now) = gathering();
    for _ in 0..4 {
        accumulator.append(&partition(0), record(&[0; 60]), 0, now);
    }
    accumulator.append(&partition(0), record(&[0; 200]), 0, now);
    accumulator.set_flushing(true);
    accumulator.due(now);
    let numbers: Vec<(i16, i32)> = std::iter::from_fn(|| accumulator.take(&partition(0)))
        .map(|batch| number(&batch))
        .collect();
    assert_eq!(numbers, [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4)]);
}

#[test]
fn a_batch_that_is_sent_again_goes_first_and_alone() {
    let (mut accumulator, now) = gathering();
    for _ in 0..3 {
        accumulator.append(&partition(0), record(&[0; 200]), 0, now);
    }
    let first = accumulator.take(&partition(0)).unwrap();
    let second = accumulator.take(&partition(0)).unwrap();
    let rest = now + Duration::from_millis(50);
    accumulator.again(second, rest);
    assert!(accumulator.due(rest).is_empty(), "the first is still on its way");
    accumulator.again(first, rest);
    assert!(accumulator.due(now).is_empty(), "it rests");
    assert_eq!(accumulator.due(rest), [partition(0)]);
    let again = accumulator.take(&partition(0)).unwrap();
    assert_eq!(again.order, 1);
    assert!(accumulator.due(rest).is_empty(), "alone");
    accumulator.delivered(&again);
    assert_eq!(accumulator.due(rest), [partition(0)]);
}

#[test]
fn there_is_room_again_once_batches_are_delivered() {
    let small = ProducerOptions {
        buffer_memory: 300,
        ..options()
    };
    let (mut accumulator, now) = (Accumulator::new(small, None), Instant::now());
    accumulator.append(&partition(0), record(&[0; 300]), 0, now);
    assert!(!accumulator.has_room());
    let batch = accumulator.take(&partition(0)).unwrap();
    assert!(!accumulator.has_room());
    accumulator.delivered(&batch);
    assert!(accumulator.has_room());
}

/// Five batches of one record, three of them on their way.
fn three_of_five() -> (Accumulator<u8>, Instant, [Batch<u8>; 3]) {
    let (mut accumulator, now) = gathering();
    for _ in 0..5 {
        accumulator.append(&partition(0), record(&[0; 200]), 0, now);
    }
    let taken = [(); 3].map(|()| accumulator.take(&partition(0)).unwrap());
    (accumulator, now, taken)
}

#[test]
fn after_a_batch_was_given_up_the_later_ones_count_from_0_in_a_new_epoch() {
    let (mut accumulator, now, [first, second, third]) = three_of_five();
    accumulator.given_up(&first);
    assert!(accumulator.due(now).is_empty(), "two are still on their way");
    for refused in [third, second] {
        accumulator.again_after_gap(refused, now);
    }
    let mut numbers = Vec::new();
    while let Some(batch) = accumulator.take(&partition(0)) {
        numbers.push((batch.order, number(&batch)));
        accumulator.delivered(&batch);
    }
    assert_eq!(numbers, [(2, (1, 0)), (3, (1, 1)), (4, (1, 2)), (5, (1, 3))]);
    assert!(accumulator.is_idle());
}

#[test]
fn an_older_batch_keeps_its_number_when_a_later_one_is_given_up() {
    let (mut accumulator, now, [first, second, third]) = three_of_five();
    accumulator.again(first, now);
    accumulator.given_up(&second);
    accumulator.again(third, now);
    let mut numbers = Vec::new();
    while let Some(batch) = accumulator.take(&partition(0)) {
        numbers.push((batch.order, number(&batch)));
        accumulator.delivered(&batch);
    }
    assert_eq!(numbers, [(1, (0, 0)), (3, (1, 0)), (4, (1, 1)), (5, (1, 2))]);
}

#[test]
fn until_the_broker_has_taken_the_first_batch_no_other_follows() {
    let (mut accumulator, now) = gathering();
    for _ in 0..3 {
        accumulator.append(&partition(0), record(&[0; 200]), 0, now);
    }
    let first = accumulator.take(&partition(0)).unwrap();
    assert!(accumulator.due(now).is_empty());
    accumulator.delivered(&first);
    accumulator.take(&partition(0)).unwrap();
    assert_eq!(accumulator.due(now), [partition(0)]);
}

#[test]
fn a_batch_that_is_too_large_goes_on_as_two_with_all_its_records() {
    let (mut accumulator, now) = gathering();
    for token in [1, 2, 2] {
        accumulator.append(&partition(0), record(&[token; 20]), token, now);
    }
    accumulator.append(&partition(0), record(&[0; 200]), 3, now);
    accumulator.append(&partition(0), record(&[0; 200]), 4, now);
    let mut whole = accumulator.take(&partition(0)).unwrap();
    let Content::Gathered(builder) = whole.content else {
        panic!("not packed yet")
    };
    whole.content = Content::Packed {
        bytes: builder.build().unwrap(),
        numbered: whole.numbered,
    };
    accumulator.cut(whole).unwrap();
    let mut tokens = Vec::new();
    while let Some(batch) = accumulator.take(&partition(0)) {
        tokens.push((number(&batch), batch.tokens.clone()));
        accumulator.delivered(&batch);
    }
    assert_eq!(
        tokens,
        [
            ((1, 0), vec![(1, 1)]),
            ((1, 1), vec![(2, 1)]),
            ((1, 2), vec![(2, 1), (3, 1)]),
            ((1, 4), vec![(4, 1)])
        ]
    );
    assert!(accumulator.is_idle());
    assert_eq!(accumulator.held, 0);
}

#[test]
fn a_batch_of_one_record_cannot_be_cut() {
    let (mut accumulator, _, [first, ..]) = three_of_five();
    assert!(accumulator.cut(first).is_err());
}

/// Four batches of one record on their way, behind one that was delivered.
fn four_behind_one() -> (Accumulator<u8>, Instant, [Batch<u8>; 4]) {
    let (mut accumulator, now) = gathering();
    for _ in 0..7 {
        accumulator.append(&partition(0), record(&[0; 200]), 0, now);
    }
    let first = accumulator.take(&partition(0)).unwrap();
    accumulator.delivered(&first);
    let taken = [(); 4].map(|()| accumulator.take(&partition(0)).unwrap());
    (accumulator, now, taken)
}

/// Takes and delivers what is due, as long as there is any: order and number of each.
fn deliver_all(accumulator: &mut Accumulator<u8>, now: Instant) -> Vec<(u64, (i16, i32))> {
    let mut delivered = Vec::new();
    while accumulator.due(now) == [partition(0)] {
        let batch = accumulator.take(&partition(0)).unwrap();
        delivered.push((batch.order, number(&batch)));
        accumulator.delivered(&batch);
    }
    delivered
}

#[test]
fn a_batch_is_not_sent_again_before_all_are_back_whichever_answer_is_looked_at_first() {
    let (mut accumulator, now, [second, third, fourth, fifth]) = four_behind_one();
    accumulator.again(third, now);
    accumulator.delivered(&second);
    for refused in [fifth, fourth] {
        assert!(accumulator.due(now).is_empty(), "others are on their way");
        assert_eq!(accumulator.next_deadline(), None, "and nothing happens before");
        accumulator.again_after_gap(refused, now);
    }
    let numbers = [(3, (0, 2)), (4, (0, 3)), (5, (0, 4)), (6, (0, 5)), (7, (0, 6))];
    assert_eq!(deliver_all(&mut accumulator, now), numbers);
}

#[test]
fn what_follows_a_batch_that_is_tried_again_waits_until_it_is_back() {
    let (mut accumulator, now, [second, third, fourth, fifth]) = four_behind_one();
    accumulator.again(second, now);
    for refused in [third, fourth, fifth] {
        accumulator.again_after_gap(refused, now);
    }
    for place in 2..=5 {
        let again = accumulator.take(&partition(0)).unwrap();
        assert_eq!((again.order, number(&again)), (place, (0, place as i32 - 1)));
        assert!(
            accumulator.due(now).is_empty(),
            "nothing follows batch {place} yet"
        );
        accumulator.delivered(&again);
    }
    assert_eq!(accumulator.due(now), [partition(0)]);
}

#[test]
fn a_gap_that_nobody_can_fill_is_left_behind_in_a_new_epoch() {
    let (mut accumulator, now, [second, third, fourth, fifth]) = four_behind_one();
    // The broker has lost the first batch, which it had taken.
    for refused in [fourth, second, fifth, third] {
        accumulator.again_after_gap(refused, now);
    }
    let renumbered = [
        (2, (1, 0)),
        (3, (1, 1)),
        (4, (1, 2)),
        (5, (1, 3)),
        (6, (1, 4)),
        (7, (1, 5)),
    ];
    assert_eq!(deliver_all(&mut accumulator, now), renumbered);
    assert!(accumulator.is_idle());
}

#[test]
fn nothing_goes_so_far_ahead_that_the_broker_forgets_what_may_be_sent_again() {
    let (mut accumulator, now, [second, third, fourth, fifth]) = four_behind_one();
    let sixth = accumulator.take(&partition(0)).unwrap();
    for delivered in [third, fourth, fifth, sixth] {
        accumulator.delivered(&delivered);
        assert!(
            accumulator.due(now).is_empty(),
            "the seventh would be the sixth from the second"
        );
    }
    accumulator.delivered(&second);
    assert_eq!(accumulator.due(now), [partition(0)]);
}
