//! Transactions in both tiers: a consumer that reads committed records sees those of aborted ones nowhere.

use std::collections::HashSet;

use broker_codec::batch::{
    BatchAttributes, BatchBuilder, ControlRecordType, ProducerIdentity, end_txn_marker_batch,
};
use broker_model::{Acks, CoordinatorEpoch, LeaderEpoch, ProducerEpoch, ProducerId, Sequence, Timestamp};
use broker_replication::LeaderAppend;
use broker_storage::AppendOrigin;

use super::*;

const READ_COMMITTED: i8 = 1;
const EPOCH: ProducerEpoch = ProducerEpoch::new(0);

/// Producers of transactions, as their coordinator lets them append; the broker's clients have none yet.
#[derive(Default)]
struct Transactions {
    sequences: std::collections::HashMap<i64, i32>,
    committed: Vec<String>,
}

impl Transactions {
    fn append(&self, world: &World, records: &Bytes, origin: AppendOrigin) {
        let broker = world.broker.broker();
        let handle = broker.partition_by_name(TOPIC, 0).unwrap();
        let append = LeaderAppend {
            acks: Acks::Leader,
            origin,
            now: broker.clock.now(),
            request_version: None,
            unpack_max: usize::MAX,
        };
        handle
            .with(|partition| partition.append_as_leader(records, append).unwrap())
            .unwrap();
    }

    fn write(&mut self, world: &World, producer: i64, values: &[String]) {
        for value in values {
            let sequence = self.sequences.entry(producer).or_default();
            let mut builder = BatchBuilder::new(BatchOptions {
                attributes: BatchAttributes::default().transactional(),
                producer: ProducerIdentity {
                    id: ProducerId::new(producer),
                    epoch: EPOCH,
                    base_sequence: Sequence::new(*sequence),
                },
                ..BatchOptions::default()
            });
            *sequence += 1;
            let value = format!("{value:0>120}");
            builder.append(
                Timestamp::from_ms(1_700_000_000_000),
                None,
                Some(value.as_bytes()),
            );
            self.append(world, &builder.build().unwrap(), AppendOrigin::Client);
        }
    }

    fn end(&mut self, world: &World, producer: i64, how: ControlRecordType) {
        let producer = (ProducerId::new(producer), EPOCH);
        let place = (
            Offset::ZERO,
            LeaderEpoch::FIRST,
            Timestamp::from_ms(1_700_000_000_000),
        );
        let marker = end_txn_marker_batch(how, producer, CoordinatorEpoch::new(0), place).unwrap();
        self.append(world, &marker, AppendOrigin::Coordinator);
    }

    /// Short transactions of three producers, every second one aborted, while a long one of a fourth is open.
    fn many(&mut self, world: &World, round: usize) {
        for index in 0..20 {
            let producer = 1 + (index % 3) as i64;
            let values: Vec<String> = (0..2).map(|part| format!("{round}-{index}-{part}")).collect();
            self.write(world, 9, &[format!("{round}-{index}-long")]);
            self.write(world, producer, &values);
            if index % 2 == 0 {
                self.end(world, producer, ControlRecordType::Abort);
            } else {
                self.end(world, producer, ControlRecordType::Commit);
                self.committed
                    .extend(values.iter().map(|value| format!("{value:0>120}")));
            }
        }
        self.end(world, 9, ControlRecordType::Abort);
    }
}

/// What a consumer with `isolation.level=read_committed` delivers, and what it leaves out.
#[derive(Default)]
pub(super) struct Committed {
    pub(super) delivered: Vec<(i64, String)>,
    left_out: usize,
}

impl Committed {
    /// Takes the answer to a fetch at an offset, as Kafka's consumer does.
    pub(super) fn take(&mut self, answer: &PartitionData, from: i64) {
        let bytes = answer.records.as_ref().map(Records::to_bytes).unwrap_or_default();
        let mut begun = answer.aborted_transactions.clone().unwrap_or_default();
        begun.sort_by_key(|aborted| std::cmp::Reverse(aborted.first_offset));
        let mut aborted = HashSet::new();
        for batch in broker_codec::batch::batches(&bytes) {
            let batch = batch.unwrap();
            let header = *batch.header();
            let producer = header.producer_id.value();
            let last = header.next_offset().value() - 1;
            while begun.last().is_some_and(|next| next.first_offset <= last) {
                aborted.insert(begun.pop().unwrap().producer_id);
            }
            if header.is_control() {
                aborted.remove(&producer);
                continue;
            }
            let is_aborted = header.attributes.is_transactional() && aborted.contains(&producer);
            for record in batch.records(usize::MAX).unwrap() {
                let offset = record.offset.value();
                match (offset >= from, is_aborted) {
                    (true, false) => {
                        let value = String::from_utf8(record.value.unwrap().to_vec()).unwrap();
                        self.delivered.push((offset, value));
                    }
                    (true, true) => self.left_out += 1,
                    (false, _) => {}
                }
            }
        }
    }
}

impl World {
    /// The answer to a fetch with `read_committed` that has records, or says that there are none.
    pub(super) fn fetch_committed(&mut self, offset: i64) -> PartitionData {
        let mut request = fetch_request(TOPIC, 0, offset);
        request.isolation_level = READ_COMMITTED;
        request.topics[0].partitions[0].partition_max_bytes = 2_000;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut answer = self.wire.call(BY_NAME, &request);
            let answer = answer.responses.remove(0).partitions.remove(0);
            assert_eq!(answer.error_code, 0, "at {offset}");
            let is_empty = answer.records.as_ref().is_none_or(|records| records.size() == 0);
            if !is_empty || answer.last_stable_offset <= offset {
                return answer;
            }
            assert!(Instant::now() < deadline, "nothing at {offset}");
        }
    }

    /// What a consumer finds between two offsets.
    pub(super) fn committed_between(&mut self, mut from: i64, end: i64) -> Committed {
        let mut found = Committed::default();
        while from < end {
            let answer = self.fetch_committed(from);
            found.take(&answer, from);
            let bytes = answer.records.as_ref().map(Records::to_bytes).unwrap_or_default();
            assert!(!bytes.is_empty(), "nothing is stable at {from}");
            from = next_offset(&bytes);
        }
        found
    }

    fn read_committed(&mut self, end: i64) -> (Vec<String>, usize) {
        let found = self.committed_between(0, end);
        let values = found.delivered.into_iter().map(|(_, value)| value);
        (values.collect(), found.left_out)
    }
}

#[test]
fn records_of_aborted_transactions_are_left_out_in_both_tiers() {
    let mut world = World::start(TIERED);
    let mut transactions = Transactions::default();
    transactions.many(&world, 1);
    // Twenty records of the long transaction, forty of the others and their ends.
    let end = 20 + 40 + 20 + 1;
    assert_eq!(world.read_committed(end), (transactions.committed.clone(), 40));
    world.until_tiered();
    assert_eq!(world.read_committed(end), (transactions.committed.clone(), 40));
    transactions.many(&world, 2);
    assert_eq!(
        world.read_committed(2 * end),
        (transactions.committed.clone(), 80),
        "across the seam"
    );
    let mut world = world.restart();
    assert_eq!(
        world.read_committed(2 * end),
        (transactions.committed.clone(), 80)
    );
    world.until("all of it is remote", |world| world.offsets().1 > end + 70);
    assert_eq!(world.read_committed(2 * end), (transactions.committed, 80));
}

#[test]
fn a_marker_that_is_copied_and_given_up_while_the_store_answers_is_known_to_the_reader() {
    let mut world = World::start(TIERED);
    let mut transactions = Transactions::default();
    let values: Vec<String> = (0..20).map(|index| index.to_string()).collect();
    transactions.write(&world, 9, &values);
    transactions.end(&world, 9, ControlRecordType::Abort);
    world.until_tiered();
    let local_start = world.offsets().1;
    assert!(local_start <= 20, "the marker is local: {local_start}");
    let reader = world.fetch_held(0, READ_COMMITTED);
    world.produce(21..41);
    world.until("the marker is remote only", |world| world.offsets().1 > 21);
    world.store.end(Fault::HoldsSegmentReads);
    let answer = reader.join().unwrap();
    let records = answer.records.as_ref().map(Records::size).unwrap_or_default();
    assert!(answer.error_code == 0 && records > 0, "{answer:?}");
    let aborted = answer.aborted_transactions.unwrap();
    let aborted: Vec<_> = aborted
        .iter()
        .map(|aborted| (aborted.producer_id, aborted.first_offset))
        .collect();
    assert_eq!(aborted, [(9, 0)]);
}
