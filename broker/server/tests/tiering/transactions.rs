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

impl World {
    /// What a consumer with `isolation.level=read_committed` delivers, and what it leaves out.
    fn read_committed(&mut self, end: i64) -> (Vec<String>, usize) {
        let (mut delivered, mut left_out, mut offset) = (Vec::new(), 0, 0);
        let deadline = Instant::now() + PATIENCE;
        while offset < end {
            assert!(Instant::now() < deadline, "nothing at {offset}");
            let mut request = fetch_request(TOPIC, 0, offset);
            request.isolation_level = READ_COMMITTED;
            request.topics[0].partitions[0].partition_max_bytes = 3_000;
            let mut answer = self.wire.call(BY_NAME, &request);
            let answer = answer.responses.remove(0).partitions.remove(0);
            assert_eq!(answer.error_code, 0, "at {offset}");
            let bytes = answer.records.as_ref().map(Records::to_bytes).unwrap_or_default();
            if bytes.is_empty() {
                continue;
            }
            let mut begun = answer.aborted_transactions.unwrap_or_default();
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
                for record in batch.records(usize::MAX).unwrap() {
                    let is_new = record.offset.value() >= offset;
                    match (is_new, aborted.contains(&producer)) {
                        (true, false) => {
                            delivered.push(String::from_utf8(record.value.unwrap().to_vec()).unwrap());
                        }
                        (true, true) => left_out += 1,
                        (false, _) => {}
                    }
                }
            }
            offset = next_offset(&bytes);
        }
        (delivered, left_out)
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
