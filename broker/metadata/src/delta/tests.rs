//! Records that contradict the image, and what a delta says it changed.

use broker_model::Uuid;

use super::*;
use crate::messages::{
    BrokerRegistrationChangeRecord, ConfigRecord, FeatureLevelRecord, PartitionChangeRecord, PartitionRecord,
    RegisterBrokerRecord, ZkMigrationStateRecord,
};

fn id(number: u8) -> Uuid {
    Uuid::from_bytes([number; 16])
}

fn topic(name: &str, number: u8) -> MetadataRecord {
    TopicRecord {
        name: name.into(),
        topic_id: id(number),
        ..TopicRecord::default()
    }
    .into()
}

fn partition(number: u8, index: i32) -> MetadataRecord {
    PartitionRecord {
        topic_id: id(number),
        partition_id: index,
        replicas: vec![1, 2],
        isr: vec![1, 2],
        leader: 1,
        leader_epoch: 0,
        partition_epoch: 0,
        ..PartitionRecord::default()
    }
    .into()
}

fn change(index: i32, change: impl FnOnce(&mut PartitionChangeRecord)) -> MetadataRecord {
    let mut record = PartitionChangeRecord {
        topic_id: id(1),
        partition_id: index,
        ..PartitionChangeRecord::default()
    };
    change(&mut record);
    record.into()
}

fn replayed(records: &[MetadataRecord]) -> Result<(MetadataImage, MetadataChanges), ReplayError> {
    let mut delta = MetadataDelta::new(&MetadataImage::empty());
    records.iter().try_for_each(|record| delta.replay(record))?;
    Ok(delta.apply(MetadataProvenance::EMPTY))
}

#[test]
fn a_change_of_leader_raises_both_epochs_and_any_other_change_one() {
    let records = [
        topic("t", 1),
        partition(1, 0),
        change(0, |c| c.isr = Some(vec![1])),
        change(0, |c| c.leader = 2),
    ];
    let (image, _) = replayed(&records).unwrap();
    let partition = image.topics.partition("t", PartitionIndex::new(0)).unwrap();
    assert_eq!((partition.leader, partition.isr.len()), (BrokerId::new(2), 1));
    assert_eq!(
        (partition.leader_epoch.value(), partition.partition_epoch.value()),
        (1, 2)
    );
}

#[test]
fn records_that_contradict_the_image_are_errors() {
    let register = || RegisterBrokerRecord {
        broker_id: 1,
        broker_epoch: 5,
        ..RegisterBrokerRecord::default()
    };
    let fence = BrokerRegistrationChangeRecord {
        broker_id: 1,
        broker_epoch: 4,
        fenced: 1,
        ..BrokerRegistrationChangeRecord::default()
    };
    let cases: Vec<Vec<MetadataRecord>> = vec![
        vec![topic("t", 1), topic("u", 1)],
        vec![topic("t", 1), topic("t", 2)],
        vec![partition(1, 0)],
        vec![topic("t", 1), partition(1, 1)],
        vec![topic("t", 1), partition(1, -1)],
        vec![topic("t", 1), change(0, |_| ())],
        vec![
            topic("t", 1),
            partition(1, 0),
            change(0, |c| c.directories = Some(vec![id(3)])),
        ],
        vec![
            topic("t", 1),
            partition(1, 0),
            change(0, |c| c.leader_recovery_state = 7),
        ],
        vec![fence.clone().into()],
        vec![register().into(), fence.into()],
        vec![
            ConfigRecord {
                resource_type: 3,
                ..ConfigRecord::default()
            }
            .into(),
        ],
        vec![
            FeatureLevelRecord {
                name: "metadata.version".into(),
                feature_level: 99,
                ..Default::default()
            }
            .into(),
        ],
        vec![
            ZkMigrationStateRecord {
                zk_migration_state: 2,
                ..Default::default()
            }
            .into(),
        ],
    ];
    for records in cases {
        assert!(replayed(&records).is_err(), "{records:?}");
    }
}

#[test]
fn changes_name_topics_and_partitions() {
    let (first, changes) = replayed(&[topic("t", 1), partition(1, 0), partition(1, 1)]).unwrap();
    let created = &changes.topics[&TopicId::new(id(1))];
    assert_eq!((created.fate, created.partitions.len()), (TopicFate::Created, 2));

    let mut delta = MetadataDelta::new(&first);
    delta.replay(&change(1, |c| c.leader = 2)).unwrap();
    let changed = &delta.changes().topics[&TopicId::new(id(1))];
    assert_eq!(changed.fate, TopicFate::Changed);
    assert_eq!(changed.partitions, BTreeSet::from([PartitionIndex::new(1)]));

    let remove = RemoveTopicRecord {
        topic_id: id(1),
        ..RemoveTopicRecord::default()
    };
    delta.replay(&remove.into()).unwrap();
    let deleted = &delta.changes().topics[&TopicId::new(id(1))];
    assert_eq!((deleted.fate, deleted.partitions.len()), (TopicFate::Deleted, 2));
}

#[test]
fn a_topic_that_came_and_went_is_no_change() {
    let remove = RemoveTopicRecord {
        topic_id: id(1),
        ..RemoveTopicRecord::default()
    };
    let (image, changes) = replayed(&[topic("t", 1), partition(1, 0), remove.into()]).unwrap();
    assert_eq!(
        (
            image.topics.len(),
            image.topics.partition_count(),
            changes.topics.len()
        ),
        (0, 0, 0)
    );
}

#[test]
fn the_image_that_a_delta_began_with_stays_as_it_was() {
    let (first, _) = replayed(&[topic("t", 1), partition(1, 0)]).unwrap();
    let before = first.clone();
    let mut delta = MetadataDelta::new(&first);
    delta.replay(&change(0, |c| c.leader = 2)).unwrap();
    delta.replay(&topic("u", 2)).unwrap();
    assert_eq!(first, before);
    assert_ne!(delta.image(), &before);
}

#[test]
fn two_images_differ_by_what_the_records_between_them_change() {
    let first = [
        topic("gone", 1),
        partition(1, 0),
        topic("stays", 2),
        partition(2, 0),
        partition(2, 1),
    ];
    let then = [
        RemoveTopicRecord {
            topic_id: id(1),
            ..RemoveTopicRecord::default()
        }
        .into(),
        topic("new", 3),
        partition(3, 0),
        partition(2, 2),
        RegisterBrokerRecord {
            broker_id: 7,
            ..RegisterBrokerRecord::default()
        }
        .into(),
        ConfigRecord {
            resource_type: 2,
            resource_name: "stays".into(),
            name: "retention.ms".into(),
            value: Some("1".into()),
            ..ConfigRecord::default()
        }
        .into(),
    ];
    let replayed = |image: &MetadataImage, records: &[MetadataRecord]| {
        let mut delta = MetadataDelta::new(image);
        for record in records {
            delta.replay(record).unwrap();
        }
        delta.apply(MetadataProvenance::EMPTY)
    };
    let (before, _) = replayed(&MetadataImage::empty(), &first);
    let (after, changes) = replayed(&before, &then);
    assert_eq!(MetadataChanges::between(&before, &after), changes);
    assert_eq!(
        MetadataChanges::between(&after, &after),
        MetadataChanges::default()
    );
}
