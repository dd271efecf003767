//! Rules of fetched records: what is left out, what is told instead of shown.

use broker_codec::batch::{
    BatchAttributes, BatchBuilder, BatchOptions, ProducerIdentity, end_txn_marker_batch,
};
use broker_model::{
    CoordinatorEpoch, LeaderEpoch, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp,
};

use super::*;

fn batch(base: i64, values: &[&str], producer: Option<i64>) -> Bytes {
    let transactional = producer.map(|id| ProducerIdentity {
        id: ProducerId::new(id),
        epoch: ProducerEpoch::new(0),
        base_sequence: Sequence::FIRST,
    });
    let attributes = BatchAttributes::default();
    let mut builder = BatchBuilder::new(BatchOptions {
        base_offset: Offset::new(base),
        attributes: if producer.is_some() {
            attributes.transactional()
        } else {
            attributes
        },
        producer: transactional.unwrap_or(ProducerIdentity::NONE),
        ..BatchOptions::default()
    });
    for value in values {
        builder.append(Timestamp::from_ms(1), None, Some(value.as_bytes()));
    }
    builder.build().unwrap()
}

fn fetched(position: i64, batches: &[Bytes], aborted: &[(i64, i64)]) -> FetchedRecords {
    FetchedRecords {
        partition: TopicPartition::new("t", PartitionIndex::new(0)),
        position: Offset::new(position),
        high_watermark: Offset::ZERO,
        last_stable_offset: Offset::ZERO,
        log_start_offset: Offset::ZERO,
        records: batches.concat().into(),
        aborted: aborted
            .iter()
            .map(|(producer, first)| (*producer, Offset::new(*first)))
            .collect(),
    }
}

fn values(fetched: &FetchedRecords) -> Vec<String> {
    let records = fetched.records().unwrap();
    records
        .iter()
        .map(|record| String::from_utf8(record.value.clone().unwrap().to_vec()).unwrap())
        .collect()
}

#[test]
fn records_before_the_position_are_left_out() {
    let fetched = fetched(1, &[batch(0, &["a", "b", "c"], None)], &[]);
    assert_eq!(values(&fetched), ["b", "c"]);
    assert_eq!(fetched.count().unwrap(), (2, 2));
    assert_eq!(fetched.next_offset().unwrap(), Offset::new(3));
}

#[test]
fn a_batch_that_the_answer_cut_is_read_next_time() {
    let whole = batch(0, &["a"], None);
    let cut = batch(1, &["b"], None);
    let fetched = fetched(0, &[whole, cut.slice(..cut.len() - 1)], &[]);
    assert_eq!(values(&fetched), ["a"]);
    assert_eq!(fetched.next_offset().unwrap(), Offset::new(1));
}

#[test]
fn records_of_aborted_transactions_and_markers_are_left_out() {
    let marker = |base: i64, producer: i64, kind| {
        end_txn_marker_batch(
            kind,
            (ProducerId::new(producer), ProducerEpoch::new(0)),
            CoordinatorEpoch::new(0),
            (Offset::new(base), LeaderEpoch::new(0), Timestamp::from_ms(1)),
        )
        .unwrap()
    };
    let log = [
        batch(0, &["lost"], Some(7)),
        batch(1, &["kept"], Some(8)),
        marker(2, 7, ControlRecordType::Abort),
        marker(3, 8, ControlRecordType::Commit),
        batch(4, &["later"], Some(7)),
    ];
    let fetched = fetched(0, &log, &[(7, 0)]);
    assert_eq!(values(&fetched), ["kept", "later"]);
    assert_eq!(fetched.next_offset().unwrap(), Offset::new(5));
}

#[test]
fn a_flipped_byte_is_told_and_not_shown() {
    let mut bytes = batch(0, &["a"], None).to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    assert!(fetched(0, &[bytes.into()], &[]).records().is_err());
}

#[test]
fn headers_tell_every_whole_batch_also_one_that_is_not_seen() {
    let mut cut = batch(3, &["d"], None).to_vec();
    cut.truncate(40);
    let fetched = fetched(
        0,
        &[batch(0, &["a", "b"], Some(7)), batch(2, &["c"], None), cut.into()],
        &[(7, 0)],
    );
    assert_eq!(values(&fetched), ["c"]);
    let told: Vec<(i64, i64, i64)> = fetched
        .headers()
        .unwrap()
        .iter()
        .map(|header| {
            (
                header.base_offset.value(),
                header.next_offset().value(),
                header.producer_id.value(),
            )
        })
        .collect();
    assert_eq!(told, [(0, 2, 7), (2, 3, -1)]);
}
