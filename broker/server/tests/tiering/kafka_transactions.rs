//! A log that Apache Kafka wrote with transactions, in both tiers (T37): what is read is what Kafka had, byte for byte,
//! and what is left out is what Kafka's own consumer left out, wherever the local part begins.

use std::collections::BTreeSet;

use broker_storage::{AbortedTransaction, parse_transaction_index};

use super::transactions::Committed;
use super::*;

const NODE: &[u8] = include_bytes!("../../testdata/kafka-4.4-transactions.tar.zst");
const DELIVERED: &str = include_str!("../../testdata/kafka-4.4-transactions-delivered.txt");
const FETCHES: &str = include_str!("../../testdata/kafka-4.4-transactions-fetches.tsv");
/// Behind the last record; from `STABLE` on a transaction is open.
const END: i64 = 309;
const STABLE: i64 = 244;
/// The last segment that ends below `STABLE` ends here; no later one may be copied.
const COPIED: i64 = 215;

/// What Kafka left on its disk.
struct OfKafka {
    batches: Vec<u8>,
    aborted: Vec<AbortedTransaction>,
}

impl OfKafka {
    fn read(data: &TempDir) -> Self {
        let folder = data.path().join(format!("{TOPIC}-0"));
        let of = |extension: &str| {
            let entries = std::fs::read_dir(&folder).unwrap();
            let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            paths.retain(|path| path.extension().is_some_and(|found| found == extension));
            paths.sort();
            let contents = paths.iter().map(|path| std::fs::read(path).unwrap());
            contents.collect::<Vec<_>>().concat()
        };
        Self {
            batches: of("log"),
            aborted: parse_transaction_index(&of("txnindex")).unwrap(),
        }
    }

    /// Aborted transactions with records between the two offsets.
    fn aborted_between(&self, from: i64, to: i64) -> BTreeSet<(i64, i64)> {
        let within = |entry: &&AbortedTransaction| {
            entry.last_offset.value() >= from && entry.first_offset.value() < to
        };
        let ids = |entry: &AbortedTransaction| (entry.producer_id.value(), entry.first_offset.value());
        self.aborted.iter().filter(within).map(ids).collect()
    }
}

/// Offset and value of all that Kafka's consumer delivered.
fn delivered_by_kafka() -> Vec<(i64, String)> {
    let lines = DELIVERED.lines().map(|line| {
        let (offset, value) = line.split_once('\t').unwrap();
        let offset = offset.strip_prefix("Offset:").unwrap();
        (offset.parse().unwrap(), value.to_owned())
    });
    lines.collect()
}

/// What Kafka named at each offset.
fn named_by_kafka() -> Vec<BTreeSet<(i64, i64)>> {
    let lines = FETCHES.lines().map(|line| {
        let aborted = line.rsplit('\t').next().unwrap().split_whitespace();
        let pair = |pair: &str| {
            let (producer, first) = pair.split_once(':').unwrap();
            (producer.parse().unwrap(), first.parse().unwrap())
        };
        aborted.map(pair).collect()
    });
    lines.collect()
}

fn start_on_kafkas() -> (World, OfKafka) {
    let (data, store) = (tempfile::tempdir().unwrap(), faulty_store::shared());
    kafka_node::unpack(NODE, data.path());
    let kafka = OfKafka::read(&data);
    let broker = start(&data, &store, (&[], WHOLE));
    let wire = broker.connect();
    let world = World {
        broker,
        wire,
        store,
        data,
        more: &[],
    };
    (world, kafka)
}

impl World {
    /// Copies what may be copied, and keeps so many bytes of it on the disk.
    fn keep_locally(&mut self, bytes: &str, local_start: i64) {
        let configs = [
            ("remote.storage.enable", "true"),
            ("local.retention.bytes", bytes),
            ("file.delete.delay.ms", "0"),
        ];
        assert_eq!(self.configure(&configs), ErrorCode::None);
        self.until("the local part begins there", |world| {
            world.offsets() == (0, local_start, Some(COPIED))
        });
    }

    /// Everything that a reader can learn is as it was with Kafka.
    fn reads_as_kafka(&mut self, kafka: &OfKafka) {
        assert!(self.read_from(0, END) == kafka.batches, "the bytes differ");
        let delivered = delivered_by_kafka();
        assert_eq!(self.committed_between(0, STABLE).delivered, delivered);
        for (from, named_by_kafka) in (0..STABLE).zip(named_by_kafka()) {
            let answer = self.fetch_committed(from);
            let bytes = answer.records.as_ref().map(Records::to_bytes).unwrap();
            let to = next_offset(&bytes);
            let aborted = answer.aborted_transactions.as_deref().unwrap_or_default();
            let named = aborted
                .iter()
                .map(|aborted| (aborted.producer_id, aborted.first_offset));
            let named: BTreeSet<_> = named.collect();
            assert_eq!(named.len(), aborted.len(), "at {from}: none is named twice");
            let needed = kafka.aborted_between(from, to);
            assert!(named.is_superset(&needed), "at {from}: {named:?} of {needed:?}");
            assert!(
                named.is_subset(&kafka.aborted_between(from, END)),
                "at {from}: {named:?}"
            );
            assert_eq!(
                named.intersection(&needed).collect::<Vec<_>>(),
                named_by_kafka.intersection(&needed).collect::<Vec<_>>(),
                "at {from}"
            );
            let mut read = Committed::default();
            read.take(&answer, from);
            let expected = delivered.iter().filter(|(offset, _)| (from..to).contains(offset));
            assert!(
                read.delivered.iter().eq(expected),
                "at {from}: {:?}",
                read.delivered
            );
        }
        assert_eq!(
            self.fetch_committed(STABLE)
                .records
                .map_or(0, |records| records.size()),
            0
        );
    }
}

#[test]
fn what_kafka_wrote_with_transactions_is_the_same_wherever_the_local_part_begins() {
    let (mut world, kafka) = start_on_kafkas();
    world.reads_as_kafka(&kafka);
    for (bytes, local_start) in [("20000", 62), ("9000", 185), ("1", COPIED)] {
        world.keep_locally(bytes, local_start);
        let count = |is_so: fn(&AbortedTransaction, i64) -> bool| {
            kafka
                .aborted
                .iter()
                .filter(|entry| is_so(entry, local_start))
                .count()
        };
        let counts = (
            count(|entry, start| entry.last_offset.value() < start),
            count(|entry, start| (entry.first_offset.value()..=entry.last_offset.value()).contains(&start)),
            count(|entry, start| entry.first_offset.value() >= start),
        );
        assert!(
            counts.0 > 2 && counts.1 > 0 && counts.2 > 2,
            "{counts:?} aborted around {local_start}"
        );
        world.reads_as_kafka(&kafka);
    }
    let mut world = world.restart();
    world.reads_as_kafka(&kafka);
}

#[test]
fn indexes_of_kafkas_transactions_that_were_lost_are_the_same_once_they_are_copied() {
    let data = tempfile::tempdir().unwrap();
    kafka_node::unpack(NODE, data.path());
    let kafka = OfKafka::read(&data);
    let folder = data.path().join(format!("{TOPIC}-0"));
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_str().unwrap();
        if name.ends_with("index") || name.ends_with(".snapshot") {
            std::fs::remove_file(path).unwrap();
        }
    }
    std::fs::remove_file(data.path().join(".kafka_cleanshutdown")).unwrap();
    let store = faulty_store::shared();
    let broker = start(&data, &store, (&[], WHOLE));
    let wire = broker.connect();
    let mut world = World {
        broker,
        wire,
        store,
        data,
        more: &[],
    };
    world.keep_locally("1", COPIED);
    world.reads_as_kafka(&kafka);
}
