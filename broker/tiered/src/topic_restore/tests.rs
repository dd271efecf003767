//! Plans for one topic, and what is fetched for it.

use broker_metadata::messages::{ConfigRecord, PartitionRecord, TopicRecord};
use broker_metadata::{
    ConfigResourceType, GROUP_METADATA_TOPIC, MetadataDelta, MetadataRecord, MetadataVersion, TopicSource,
    bootstrap_records,
};
use broker_model::{BrokerEpoch, BrokerId, ClusterId};

use super::*;
use crate::backup::{BackupWriter, PartitionMark, RestoreGeneration};
use crate::small_world::{epochs, id, manifest, segment, writer};

const NAME: &str = "events";

fn offset(value: i64) -> Offset {
    Offset::new(value)
}

/// The topic that the manifests of the small world are of.
fn topic() -> TopicId {
    TopicId::new(id(9))
}

/// Topic `events` with four partitions, of which the first has one replica and the last was led in epoch 40.
fn image() -> MetadataImage {
    let made = |name: &str, id: TopicId| TopicRecord {
        name: name.into(),
        topic_id: id.uuid(),
        ..TopicRecord::default()
    };
    let config = |name: &str, value: &str| ConfigRecord {
        resource_type: ConfigResourceType::Topic.code(),
        resource_name: NAME.into(),
        name: name.into(),
        value: Some(value.into()),
        ..ConfigRecord::default()
    };
    let partition = |index: i32, leader_epoch: i32| PartitionRecord {
        partition_id: index,
        topic_id: topic().uuid(),
        replicas: if index == 0 { vec![1] } else { vec![1, 2] },
        isr: vec![1],
        leader: 1,
        leader_epoch,
        directories: vec![id(50); if index == 0 { 1 } else { 2 }],
        ..PartitionRecord::default()
    };
    let mut records: Vec<MetadataRecord> = bootstrap_records(MetadataVersion::LATEST);
    records.push(made(NAME, topic()).into());
    records.push(made("other", TopicId::new(id(10))).into());
    records.push(made(GROUP_METADATA_TOPIC, TopicId::new(id(11))).into());
    records.push(config("retention.ms", "1000").into());
    records.push(config("segment.ms", "7").into());
    records.extend((0..4).map(|index| partition(index, if index == 3 { 40 } else { 7 }).into()));
    let empty = MetadataImage::empty();
    let mut delta = MetadataDelta::new(&empty);
    for record in &records {
        delta.replay(record).unwrap();
    }
    delta.apply(empty.provenance).0
}

/// What a broker told of partition 3, which ended at 250 and may have given offsets up to two million since.
fn logs() -> Vec<LogsBackup> {
    let at = Timestamp::from_ms(5);
    let mark = PartitionMark {
        topic_id: topic(),
        partition: PartitionIndex::new(3),
        leader_epoch: LeaderEpoch::new(41),
        start: Offset::ZERO,
        end: offset(250),
        reserved: offset(2_000_000),
        seen_at: at,
    };
    let writer = BackupWriter {
        cluster_id: ClusterId::new("cluster-a"),
        generation: RestoreGeneration::FIRST,
        broker: BrokerId::new(1),
        broker_epoch: BrokerEpoch::new(77),
        nonce: id(1),
        written_at: at,
    };
    vec![LogsBackup {
        writer,
        partitions: vec![mark],
        groups: Vec::new(),
    }]
}

fn two() -> Manifest {
    manifest(&[
        segment(1, (0, 100), &[(3, 0)]),
        segment(2, (100, 200), &[(3, 0), (5, 150)]),
    ])
}

fn plan(manifests: &[(i32, Manifest)], name: &str) -> Result<TopicRestorePlan, TopicRestoreRefused> {
    let placed = manifests.iter();
    let placed = placed.map(|(index, manifest)| ((topic(), PartitionIndex::new(*index)), manifest.clone()));
    let facts = TopicRestoreFacts {
        image: &image(),
        logs: &logs(),
        manifests: &placed.collect(),
    };
    let overrides = BTreeMap::from([("retention.ms".into(), "-1".into())]);
    topic_restore_plan(&facts, name, overrides)
}

#[test]
fn a_topic_goes_on_where_nobody_has_seen_an_offset_and_later_than_any_epoch() {
    let plan = plan(&[(3, two())], NAME).unwrap();
    let PlannedPartition {
        begin,
        lost,
        segments,
        size_in_bytes,
    } = plan.partitions[3];
    let expected = (Offset::ZERO, offset(200), offset(2_000_000));
    assert_eq!((begin.log_start, begin.remote_end, begin.resume), expected);
    assert_eq!((lost.from, lost.until), (offset(200), offset(250)));
    assert_eq!((segments, size_in_bytes), (2, 2_000));
    assert_eq!(
        plan.leader_epoch,
        LeaderEpoch::new(1_041),
        "of the partition that was led latest"
    );
    assert_eq!((plan.source, plan.replication_factor), (topic(), 2));
}

#[test]
fn a_partition_that_was_never_copied_begins_empty_behind_all_that_was_seen() {
    let plan = plan(&[(3, two())], NAME).unwrap();
    let begin = plan.partitions[0].begin;
    assert!(begin.is_sound() && begin.resume > Offset::ZERO);
    assert_eq!((begin.log_start, begin.remote_end), (begin.resume, begin.resume));
}

#[test]
fn the_configuration_comes_along_but_for_what_is_overridden_and_says_that_it_is_tiered() {
    let plan = plan(&[(3, two())], NAME).unwrap();
    let configs: Vec<_> = plan
        .configs
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let expected = [
        ("remote.storage.enable", "true"),
        ("retention.ms", "-1"),
        ("segment.ms", "7"),
    ];
    assert_eq!(configs, expected);
}

#[test]
fn a_topic_that_cannot_come_back_is_refused() {
    let unknown = plan(&[], "event").unwrap_err();
    assert!(
        unknown.to_string().contains("it knows events, other."),
        "{unknown}"
    );
    let internal = TopicRestoreRefused::Internal(GROUP_METADATA_TOPIC.to_owned());
    assert_eq!(plan(&[], GROUP_METADATA_TOPIC), Err(internal));
    let nothing = TopicRestoreRefused::NothingRemote(NAME.to_owned());
    assert_eq!(plan(&[], NAME), Err(nothing.clone()));
    assert_eq!(plan(&[(3, manifest(&[]))], NAME), Err(nothing));
}

#[test]
fn what_is_older_than_retention_is_told_before_it_is_deleted() {
    let limits = |age_ms| RetentionLimits {
        age_ms,
        size_in_bytes: None,
    };
    let now = Timestamp::from_ms(1_150);
    assert_eq!(
        expires_at_once(&two(), limits(Some(1_000)), now),
        Some(offset(100))
    );
    assert_eq!(expires_at_once(&two(), limits(None), now), None);
}

/// A partition that was planned from 50 to 200.
fn begun() -> BegunPartition {
    BegunPartition {
        source: TopicSource {
            location: "s3://old/prefix".to_owned(),
            cluster_id: ClusterId::new("cluster-a"),
            topic_id: topic(),
        },
        leader_epoch: LeaderEpoch::new(1_041),
        begin: PartitionBegin {
            log_start: offset(50),
            remote_end: offset(200),
            resume: offset(2_000_000),
        },
    }
}

fn own() -> RemotePartition {
    RemotePartition {
        cluster_id: ClusterId::new("cluster-b"),
        topic_id: TopicId::new(id(70)),
        index: PartitionIndex::new(3),
    }
}

fn spans(import: &Import) -> Vec<(i64, i64)> {
    let segments = import.manifest.segments().iter();
    segments
        .map(|segment| (segment.start_offset.value(), segment.next_offset.value()))
        .collect()
}

fn fetched(there: &Manifest) -> Import {
    let import = import(there, &begun(), own(), writer(1_042, 5)).unwrap();
    assert_eq!(import.manifest.check(), Ok(()));
    assert_eq!(import.objects.len(), import.manifest.segments().len());
    import
}

#[test]
fn what_was_planned_is_fetched_under_names_of_this_cluster() {
    let import = fetched(&two());
    assert_eq!(spans(&import), [(0, 100), (100, 200)]);
    let manifest = &import.manifest;
    assert_eq!(
        (manifest.log_start().value(), manifest.remote_end()),
        (50, offset(200))
    );
    assert_eq!((&manifest.partition, manifest.writer), (&own(), writer(1_042, 5)));
    for (object, segment) in import.objects.iter().zip(manifest.segments()) {
        assert_eq!(object.to, segment.key());
        assert_eq!(object.to.copied_in, LeaderEpoch::new(1_041));
        assert_eq!(
            (object.from.copied_in, object.from.id),
            (LeaderEpoch::new(1), object.to.id)
        );
    }
    assert_eq!(manifest.segments()[1].epochs, epochs(&[(3, 0), (5, 150)]));
}

#[test]
fn whoever_leads_fetches_an_object_under_the_same_name() {
    let later = import(&two(), &begun(), own(), writer(1_060, 6)).unwrap();
    assert_eq!(later.objects, fetched(&two()).objects);
}

#[test]
fn what_the_other_cluster_copied_or_deleted_since_is_left_out() {
    let mut there = two();
    let longer = segment(3, (200, 300), &[(5, 150)]);
    there.add(longer).unwrap();
    assert_eq!(spans(&fetched(&there)), [(0, 100), (100, 200)]);
    there.start_at(LogStartOffset::at(offset(120)), Timestamp::from_ms(1));
    let import = fetched(&there);
    assert_eq!(spans(&import), [(100, 200)]);
    assert_eq!(import.manifest.log_start().value(), 120);
    there.start_at(LogStartOffset::at(offset(250)), Timestamp::from_ms(1));
    let import = fetched(&there);
    assert_eq!(
        (spans(&import), import.manifest.log_start().value()),
        (vec![], 200)
    );
}

#[test]
fn a_segment_that_ends_where_the_log_starts_is_not_fetched() {
    let mut begun = begun();
    begun.begin.log_start = offset(100);
    let import = import(&two(), &begun, own(), writer(1_042, 5)).unwrap();
    assert_eq!((spans(&import), import.objects.len()), (vec![(100, 200)], 1));
}

#[test]
fn a_segment_that_goes_on_behind_what_was_planned_answers_only_for_that() {
    let there = manifest(&[
        segment(1, (0, 100), &[(3, 0)]),
        segment(2, (100, 260), &[(3, 0), (5, 150), (6, 220)]),
    ]);
    let import = fetched(&there);
    assert_eq!(spans(&import), [(0, 100), (100, 200)]);
    assert_eq!(import.manifest.segments()[1].epochs, epochs(&[(3, 0), (5, 150)]));
}

#[test]
fn a_bucket_that_ends_earlier_than_what_was_planned_is_refused() {
    let there = manifest(&[segment(1, (0, 100), &[(3, 0)])]);
    let refused = import(&there, &begun(), own(), writer(1_042, 5));
    let shorter = ImportRefused::Shorter {
        found: offset(100),
        planned: offset(200),
    };
    assert_eq!(refused, Err(shorter));
}

#[test]
fn only_objects_that_lie_here_whole_are_not_fetched_again() {
    let objects = fetched(&two()).objects;
    let size = objects[0].layout.object_size();
    let left = |here: &[(SegmentKey, u64)]| missing(&objects, &here.iter().copied().collect()).count();
    assert_eq!(left(&[]), 2);
    assert_eq!(left(&[(objects[0].to, size)]), 1);
    assert_eq!(left(&[(objects[0].to, size - 1)]), 2, "it is another");
    assert_eq!(left(&[(objects[0].from, size)]), 2);
    assert_eq!(left(&[(objects[0].to, size), (objects[1].to, size)]), 0);
}
