//! Logs of Kafka, loaded.

use broker_model::{BrokerId, LeaderEpoch, PartitionIndex, Timestamp};
use bytes::Bytes;

use super::*;
use crate::image::{ConfigResource, ConfigResourceType};
use crate::image_records;
use crate::messages::{BeginTransactionRecord, EndTransactionRecord, TopicRecord};
use crate::metadata_log::read_batches;

fn loaded(log: &'static [u8]) -> MetadataImage {
    let mut loader = MetadataLoader::new(MetadataImage::empty());
    for batch in read_batches(&Bytes::from_static(log)).unwrap() {
        loader.replay_batch(batch.batch()).unwrap();
    }
    assert!(!loader.in_transaction());
    loader.image().clone()
}

fn three_brokers() -> MetadataImage {
    loaded(include_bytes!(
        "../../testdata/cluster-metadata-three-brokers.log"
    ))
}

fn one_broker() -> MetadataImage {
    loaded(include_bytes!("../../testdata/cluster-metadata-one-broker.log"))
}

#[test]
fn a_log_of_one_broker_adds_up() {
    let image = one_broker();
    assert_eq!(image.features.metadata_version.name(), "4.4-IV2");
    assert!(image.features.elr_enabled());
    let names: Vec<_> = image.topics.iter().map(|topic| topic.name.to_string()).collect();
    assert_eq!(
        (names, image.topics.partition_count()),
        (vec!["t2".to_owned()], 2)
    );
    let broker = image.cluster.broker(BrokerId::new(1)).unwrap();
    assert_eq!(
        (broker.epoch.value(), broker.fenced, broker.in_controlled_shutdown),
        (23, true, true)
    );
    assert_eq!(
        (&*broker.listeners[0].host, broker.listeners[0].port),
        ("127.0.0.1", 19592)
    );
    // The controlled shutdown took the leader away and kept it eligible.
    let partition = image.topics.partition("t2", PartitionIndex::new(0)).unwrap();
    assert!(!partition.has_leader());
    assert_eq!(
        (partition.isr.len(), partition.elr.as_slice()),
        (0, &[BrokerId::new(1)][..])
    );
    assert_eq!(
        (partition.leader_epoch.value(), partition.partition_epoch.value()),
        (1, 1)
    );
}

#[test]
fn the_configuration_of_a_topic_goes_with_the_topic() {
    let image = one_broker();
    assert_eq!(image.configs.of_topic("t1"), None);
    let all_brokers = ConfigResource::new(ConfigResourceType::Broker, "");
    let value = image.configs.value(&all_brokers, "min.insync.replicas");
    assert_eq!(value.map(|value| &**value), Some("1"));
}

#[test]
fn a_log_of_three_brokers_adds_up() {
    let image = three_brokers();
    assert_eq!(image.provenance.last_contained_offset.value(), 2049);
    assert_eq!(image.topics.len(), 21);
    assert_eq!(image.cluster.brokers.len(), 1);
    assert_eq!(image.producer_ids.next_producer_id.value(), 3000);
    assert_eq!(image.client_quotas.entities.len(), 1);
    assert_eq!(image.scram.credentials.len(), 1);
}

#[test]
fn an_image_as_records_makes_the_same_image() {
    for image in [one_broker(), three_brokers()] {
        let mut delta = MetadataDelta::new(&MetadataImage::empty());
        for record in image_records(&image) {
            delta.replay(&record).unwrap();
        }
        let (again, _) = delta.apply(image.provenance);
        assert_eq!(again, image);
        assert_eq!(image_records(&again), image_records(&image));
    }
}

fn batch(base_offset: i64, records: Vec<MetadataRecord>) -> MetadataBatch {
    MetadataBatch {
        base_offset: Offset::new(base_offset),
        last_offset: Offset::new(base_offset + i64::try_from(records.len()).unwrap() - 1),
        leader_epoch: LeaderEpoch::FIRST.value(),
        append_timestamp: Timestamp::from_ms(1),
        records,
    }
}

fn topic(name: &str, id: u8) -> MetadataRecord {
    TopicRecord {
        name: name.into(),
        topic_id: broker_model::Uuid::from_bytes([id; 16]),
        ..TopicRecord::default()
    }
    .into()
}

#[test]
fn records_of_a_transaction_count_when_it_ends() {
    let mut loader = MetadataLoader::new(MetadataImage::empty());
    loader
        .replay_batch(&batch(
            0,
            vec![BeginTransactionRecord::default().into(), topic("a", 1)],
        ))
        .unwrap();
    assert!(loader.image().topics.is_empty());
    loader
        .replay_batch(&batch(
            2,
            vec![EndTransactionRecord::default().into(), topic("b", 2)],
        ))
        .unwrap();
    assert_eq!(loader.image().topics.len(), 2);
}

#[test]
fn an_aborted_transaction_leaves_nothing() {
    let mut loader = MetadataLoader::new(MetadataImage::empty());
    let abort = crate::messages::AbortTransactionRecord::default();
    let records = vec![
        BeginTransactionRecord::default().into(),
        topic("a", 1),
        abort.into(),
        topic("b", 2),
    ];
    loader.replay_batch(&batch(0, records)).unwrap();
    assert!(loader.image().topics.by_name("a").is_none());
    assert!(loader.image().topics.by_name("b").is_some());
}

#[test]
fn a_batch_that_was_loaded_before_is_refused() {
    let mut loader = MetadataLoader::new(MetadataImage::empty());
    loader.replay_batch(&batch(0, vec![topic("a", 1)])).unwrap();
    assert!(loader.replay_batch(&batch(0, vec![topic("b", 2)])).is_err());
}
