//! Plans of small clusters.

use std::collections::HashMap;
use std::sync::Arc;

use broker_metadata::client_quota_record::EntityData;
use broker_metadata::image::PartitionRegistration;
use broker_metadata::messages::{
    AccessControlEntryRecord, ClientQuotaRecord, ConfigRecord, FeatureLevelRecord, PartitionRecord,
    ProducerIdsRecord, RegisterBrokerRecord, TopicRecord, UserScramCredentialRecord,
};
use broker_metadata::{
    ConfigResource, ConfigResourceType, DeletedTopic, LeaderRecoveryState, MetadataDelta, MetadataRecord,
    MetadataVersion, bootstrap_records, deleted_topics, names,
};
use broker_model::{BrokerEpoch, LogStartOffset};
use bytes::Bytes;

use super::*;
use crate::backup::BackupWriter;
use crate::small_world::{id, manifest, segment};

fn offset(value: i64) -> Offset {
    Offset::new(value)
}

fn topic() -> TopicId {
    TopicId::new(id(9))
}

fn image_of(records: Vec<MetadataRecord>) -> MetadataImage {
    let empty = MetadataImage::empty();
    let mut delta = MetadataDelta::new(&empty);
    for record in bootstrap_records(MetadataVersion::LATEST).iter().chain(&records) {
        delta.replay(record).unwrap();
    }
    delta.apply(empty.provenance).0
}

fn broker(number: i32) -> MetadataRecord {
    let record = RegisterBrokerRecord {
        broker_id: number,
        broker_epoch: 77,
        fenced: false,
        incarnation_id: id(number as u64),
        log_dirs: vec![id(50)],
        ..RegisterBrokerRecord::default()
    };
    record.into()
}

fn partition(number: i32, replicas: &[i32], epoch: i32) -> MetadataRecord {
    let record = PartitionRecord {
        partition_id: number,
        topic_id: topic().uuid(),
        replicas: replicas.to_vec(),
        isr: replicas[..1].to_vec(),
        leader: replicas[0],
        leader_epoch: epoch,
        partition_epoch: 3,
        directories: vec![id(50); replicas.len()],
        ..PartitionRecord::default()
    };
    record.into()
}

fn topic_record() -> MetadataRecord {
    let record = TopicRecord {
        name: "events".into(),
        topic_id: topic().uuid(),
        ..TopicRecord::default()
    };
    record.into()
}

/// Topic `events` with five partitions on brokers 1 and 2.
fn image() -> MetadataImage {
    let ids = ProducerIdsRecord {
        next_producer_id: 5_000,
        ..ProducerIdsRecord::default()
    };
    let mut records = vec![broker(1), broker(2), topic_record()];
    records.extend((0..5).map(|number| partition(number, &[1, 2], 7)));
    records.push(ids.into());
    image_of(records)
}

fn writer(number: i32, at: i64) -> BackupWriter {
    BackupWriter {
        cluster_id: ClusterId::new("cluster-a"),
        generation: RestoreGeneration::FIRST,
        broker: BrokerId::new(number),
        broker_epoch: BrokerEpoch::new(77),
        nonce: id(1),
        written_at: Timestamp::from_ms(at),
    }
}

fn metadata(epoch: i32, at: i64) -> MetadataBackup {
    MetadataBackup {
        writer: writer(1, 5),
        offset: offset(at),
        epoch,
        checkpoint: Bytes::new(),
    }
}

fn mark(number: i32, epoch: i32, (start, end, reserved): (i64, i64, i64)) -> PartitionMark {
    PartitionMark {
        topic_id: topic(),
        partition: PartitionIndex::new(number),
        leader_epoch: LeaderEpoch::new(epoch),
        start: offset(start),
        end: offset(end),
        reserved: offset(reserved),
        seen_at: Timestamp::from_ms(4),
    }
}

fn logs(number: i32, partitions: Vec<PartitionMark>) -> LogsBackup {
    LogsBackup {
        writer: writer(number, 5),
        partitions,
        groups: Vec::new(),
    }
}

fn committed(topic: &str, at: i64) -> CommittedOffset {
    CommittedOffset {
        group: "readers".to_owned(),
        topic: topic.to_owned(),
        topic_id: Uuid::ZERO,
        partition: 4,
        offset: at,
        leader_epoch: -1,
        metadata: String::new(),
        committed_at_ms: 1,
        expires_at_ms: -1,
    }
}

fn groups(number: i32, epoch: i32, offsets: Vec<CommittedOffset>) -> LogsBackup {
    let mark = GroupsMark {
        partition: PartitionIndex::new(11),
        leader_epoch: LeaderEpoch::new(epoch),
        seen_at: Timestamp::from_ms(4),
        offsets,
    };
    LogsBackup {
        groups: vec![mark],
        ..logs(number, Vec::new())
    }
}

fn plan_of(
    logs: &[LogsBackup],
    manifests: Vec<Manifest>,
    brokers: Option<&[BrokerId]>,
) -> (RestorePlan, MetadataImage) {
    let image = image();
    (plan_in(&image, logs, manifests, brokers), image)
}

fn plan_in(
    image: &MetadataImage,
    logs: &[LogsBackup],
    manifests: Vec<Manifest>,
    brokers: Option<&[BrokerId]>,
) -> RestorePlan {
    let place = |manifest: &Manifest| (manifest.partition.topic_id, manifest.partition.index);
    let manifests: HashMap<_, _> = manifests
        .into_iter()
        .map(|manifest| (place(&manifest), manifest))
        .collect();
    let facts = RestoreFacts {
        generation: RestoreGeneration::new(2),
        metadata: &metadata(1, 1),
        image,
        logs,
        manifests: &manifests,
        brokers,
    };
    let context = PlanContext {
        nonce: id(99),
        now: Timestamp::from_ms(100),
    };
    restore_plan(&facts, context)
}

/// A partition of the topic as the metadata have it.
fn registration(image: &MetadataImage, number: i32) -> Arc<PartitionRegistration> {
    let topic = image.topics.by_id(topic()).unwrap();
    topic.partition(PartitionIndex::new(number)).unwrap().clone()
}

fn partition_of(plan: &RestorePlan, number: i32) -> &RestoredPartition {
    &plan.partitions[usize::try_from(number).unwrap()]
}

/// Offsets 100 to 300 in the remote tier.
fn copied() -> Manifest {
    let mut copied = manifest(&[
        segment(1, (0, 100), &[(3, 0)]),
        segment(2, (100, 200), &[(3, 0), (5, 150)]),
        segment(3, (200, 300), &[(5, 150)]),
    ]);
    copied.start_at(LogStartOffset::at(offset(100)), Timestamp::from_ms(1));
    copied
}

#[test]
fn a_partition_goes_on_behind_everything_that_it_can_have_given() {
    let (plan, _) = plan_of(
        &[logs(1, vec![mark(3, 7, (100, 340, 1_000_340))])],
        vec![copied()],
        None,
    );
    let restored = partition_of(&plan, 3);
    assert_eq!(
        (restored.log_start, restored.local_start, restored.resume),
        (offset(100), offset(300), offset(1_000_340))
    );
    assert_eq!((restored.lost.from, restored.lost.count()), (offset(300), 40));
    let epochs: Vec<_> = restored
        .epochs
        .iter()
        .map(|entry| (entry.epoch.value(), entry.start_offset.value()))
        .collect();
    assert_eq!(epochs, [(3, 0), (5, 150)]);
}

#[test]
fn a_copy_that_is_newer_than_the_last_backup_counts() {
    let (plan, _) = plan_of(
        &[logs(1, vec![mark(3, 7, (100, 210, 220))])],
        vec![copied()],
        None,
    );
    let restored = partition_of(&plan, 3);
    assert_eq!((restored.local_start, restored.lost.count()), (offset(300), 0));
    assert_eq!(restored.resume, offset(1_000_300));
}

#[test]
fn the_reservation_of_an_earlier_leader_counts_too() {
    let told = [
        logs(1, vec![mark(3, 7, (100, 340, 9_000_000))]),
        logs(2, vec![mark(3, 8, (100, 320, 1_000_320))]),
    ];
    let (plan, _) = plan_of(&told, vec![copied()], None);
    let restored = partition_of(&plan, 3);
    assert_eq!(
        (restored.resume, restored.lost.until),
        (offset(9_000_000), offset(320))
    );
}

#[test]
fn what_was_only_local_is_lost_and_its_offsets_are_not_given_again() {
    let (plan, _) = plan_of(
        &[logs(1, vec![mark(4, 7, (50, 80, 1_000_080))])],
        Vec::new(),
        None,
    );
    let restored = partition_of(&plan, 4);
    assert_eq!(
        (restored.log_start, restored.local_start, restored.resume),
        (offset(1_000_080), offset(1_000_080), offset(1_000_080))
    );
    assert_eq!((restored.lost.from, restored.lost.count()), (offset(50), 30));
    assert_eq!(plan.lost(), 30);
}

#[test]
fn a_partition_that_nobody_told_of_goes_on_far_ahead() {
    let (plan, _) = plan_of(&[], vec![copied()], None);
    assert_eq!(partition_of(&plan, 3).resume, offset(1_000_300));
    assert_eq!(partition_of(&plan, 3).lost.seen_at, None);
    assert_eq!(partition_of(&plan, 4).resume, offset(1_000_000));
}

#[test]
fn a_group_never_stands_behind_where_producing_goes_on() {
    let told = [
        logs(1, vec![mark(4, 7, (0, 80, 90))]),
        groups(
            2,
            3,
            vec![committed("events", 5_000_000), committed("events", 20)],
        ),
    ];
    let (plan, _) = plan_of(&told, Vec::new(), None);
    assert_eq!(partition_of(&plan, 4).resume, offset(5_000_000));
}

#[test]
fn groups_are_taken_from_the_last_leader() {
    let (older, newer) = (committed("events", 10), committed("events", 20));
    for told in [
        [
            groups(1, 3, vec![newer.clone()]),
            groups(2, 2, vec![older.clone()]),
        ],
        [
            groups(1, 2, vec![older.clone()]),
            groups(2, 3, vec![newer.clone()]),
        ],
    ] {
        let (plan, _) = plan_of(&told, Vec::new(), None);
        assert_eq!(
            plan.groups[&PartitionIndex::new(11)],
            std::slice::from_ref(&newer)
        );
    }
}

#[test]
fn the_epoch_is_behind_every_one_that_is_known() {
    for (told, written) in [(7, 9), (12, 12)] {
        let (plan, _) = plan_of(
            &[logs(1, vec![mark(3, told, (0, 340, 350))])],
            vec![copied()],
            None,
        );
        assert_eq!(
            partition_of(&plan, 3).leader_epoch.value(),
            written + EPOCHS_AHEAD
        );
    }
    assert_eq!(
        partition_of(&plan_of(&[], Vec::new(), None).0, 0)
            .leader_epoch
            .value(),
        7 + EPOCHS_AHEAD
    );
}

#[test]
fn replicas_go_to_brokers_that_there_are() {
    let ids = |numbers: &[i32]| numbers.iter().copied().map(BrokerId::new).collect::<Vec<_>>();
    assert_eq!(kept_replicas(&ids(&[1, 2]), &ids(&[1, 2, 3]), 2), ids(&[1, 2]));
    assert_eq!(kept_replicas(&ids(&[1, 2]), &ids(&[2, 5, 6]), 1), ids(&[2, 5]));
    assert_eq!(kept_replicas(&ids(&[1, 2, 3]), &ids(&[7]), 4), ids(&[7]));
}

#[test]
fn nobody_leads_and_every_replica_may_lead_first() {
    let (plan, before) = plan_of(&[], vec![copied()], None);
    let restored = image_of(restored_records(&before, &plan));
    let partition = registration(&restored, 3);
    assert!(!partition.has_leader());
    assert_eq!(partition.elr, [BrokerId::new(1), BrokerId::new(2)]);
    assert_eq!(partition.isr, [], "nobody is waited for");
    assert_eq!(
        partition.partition_epoch.value(),
        4,
        "what was known of it is old"
    );
    assert_eq!(partition.leader_epoch, partition_of(&plan, 3).leader_epoch);
    for broker in restored.cluster.brokers.values() {
        assert!(broker.fenced && broker.directories.is_empty());
        assert_eq!(broker.epoch, RESTORED_EPOCH);
    }
    assert_eq!(restored.producer_ids.next_producer_id.value(), 1_005_000);
    assert_eq!(
        (generation_of(&before).value(), generation_of(&restored).value()),
        (0, 3)
    );
}

#[test]
fn where_nobody_is_eligible_outside_of_the_in_sync_set_the_first_replica_leads_first() {
    let without = FeatureLevelRecord {
        name: names::ELIGIBLE_LEADER_REPLICAS_VERSION.into(),
        feature_level: 0,
        ..FeatureLevelRecord::default()
    };
    let before = image_of(vec![
        without.into(),
        broker(1),
        broker(2),
        topic_record(),
        partition(0, &[2, 1], 7),
    ]);
    let after = restored_records(&before, &plan_in(&before, &[], Vec::new(), None));
    let partition = registration(&image_of(after), 0);
    assert_eq!(partition.isr, [BrokerId::new(2)]);
    assert_eq!(partition.elr, []);
}

#[test]
fn a_reassignment_that_was_under_way_is_over() {
    let moving = PartitionRecord {
        partition_id: 0,
        topic_id: topic().uuid(),
        replicas: vec![3, 2, 1],
        isr: vec![1, 2],
        removing_replicas: vec![1],
        adding_replicas: vec![3],
        leader: 1,
        leader_epoch: 7,
        leader_recovery_state: 1,
        directories: vec![id(50); 3],
        ..PartitionRecord::default()
    };
    let before = image_of(vec![
        broker(1),
        broker(2),
        broker(3),
        topic_record(),
        moving.into(),
    ]);
    let after = restored_records(&before, &plan_in(&before, &[], Vec::new(), None));
    let partition = registration(&image_of(after), 0);
    assert_eq!(partition.replicas, [BrokerId::new(3), BrokerId::new(2)]);
    assert_eq!(partition.leader_recovery_state, LeaderRecoveryState::Recovered);
    assert_eq!(
        (&*partition.removing_replicas, &*partition.adding_replicas),
        (&[][..], &[][..])
    );
}

#[test]
fn what_was_noted_about_the_cluster_that_is_gone_stays_behind() {
    let note = |resource: &str, name: &str, value: &str| -> MetadataRecord {
        let record = ConfigRecord {
            resource_type: ConfigResourceType::Topic.code(),
            resource_name: resource.into(),
            name: name.into(),
            value: Some(value.into()),
            ..ConfigRecord::default()
        };
        record.into()
    };
    let (plan, _) = plan_of(&[], Vec::new(), None);
    let before = image_of(vec![
        note("eddyline/rebalance", "state", "moving"),
        note("events", "retention.ms", "7"),
    ]);
    let after = image_of(restored_records(&before, &plan));
    let value = |resource: &str, name: &str| {
        let value = after.configs.value(&ConfigResource::topic(resource), name);
        value.map(ToString::to_string)
    };
    assert_eq!(value("eddyline/rebalance", "state"), None);
    assert_eq!(value("events", "retention.ms").as_deref(), Some("7"));
}

#[test]
fn acls_users_and_quotas_come_back_as_they_were() {
    let (plan, _) = plan_of(&[], Vec::new(), None);
    let acl = AccessControlEntryRecord {
        id: id(31),
        resource_type: 2,
        resource_name: "events".into(),
        pattern_type: 3,
        principal: "User:alice".into(),
        host: "*".into(),
        operation: 3,
        permission_type: 3,
        ..AccessControlEntryRecord::default()
    };
    let user = UserScramCredentialRecord {
        name: "alice".into(),
        mechanism: 1,
        salt: Bytes::from_static(b"salt"),
        stored_key: Bytes::from_static(b"stored"),
        server_key: Bytes::from_static(b"server"),
        iterations: 8_192,
        ..UserScramCredentialRecord::default()
    };
    let quota = ClientQuotaRecord {
        entity: vec![EntityData {
            entity_type: "user".into(),
            entity_name: Some("alice".into()),
            ..EntityData::default()
        }],
        key: "producer_byte_rate".into(),
        value: 1_024.0,
        ..ClientQuotaRecord::default()
    };
    let before = image_of(vec![acl.into(), user.into(), quota.into()]);
    let after = image_of(restored_records(&before, &plan));
    assert_eq!(after.acls.entries.len(), 1);
    assert_eq!(after.acls, before.acls);
    assert_eq!(after.scram, before.scram);
    assert_ne!(after.scram, image_of(Vec::new()).scram);
    assert_eq!(after.client_quotas, before.client_quotas);
    assert_ne!(after.client_quotas, image_of(Vec::new()).client_quotas);
}

#[test]
fn topics_whose_objects_are_to_go_are_remembered_and_our_other_notes_are_not() {
    let (plan, _) = plan_of(&[], Vec::new(), None);
    let deleted = DeletedTopic {
        id: TopicId::new(id(41)),
        name: "orders".to_owned(),
    };
    let note = ConfigRecord {
        resource_type: ConfigResourceType::Topic.code(),
        resource_name: "eddyline/rebalance".into(),
        name: "state".into(),
        value: Some("x".into()),
        ..ConfigRecord::default()
    };
    let before = image_of(vec![deleted.mark(), note.into()]);
    let after = image_of(restored_records(&before, &plan));
    assert_eq!(deleted_topics(&after), [deleted]);
    assert_eq!(
        after.configs.iter().count(),
        2,
        "the generation, and the deleted topic"
    );
}

#[test]
fn a_cluster_can_be_restored_twice() {
    let (plan, before) = plan_of(&[], Vec::new(), None);
    let once = image_of(restored_records(&before, &plan));
    let twice = image_of(restored_records(
        &once,
        &RestorePlan {
            generation: RestoreGeneration::new(4),
            ..plan
        },
    ));
    assert_eq!(generation_of(&twice).value(), 4);
}

#[test]
fn the_newest_metadata_are_those_of_the_last_epoch() {
    let newest = newest_metadata(vec![metadata(3, 90), metadata(4, 10), metadata(4, 9)]).unwrap();
    assert_eq!((newest.epoch, newest.offset), (4, offset(10)));
    assert_eq!(newest_metadata(Vec::new()), None);
}

#[test]
fn a_cluster_that_wrote_a_moment_ago_is_not_taken_over() {
    let writers = [writer(1, 1_000), writer(2, 9_000)];
    let at = |now| require_silence(&writers, Timestamp::from_ms(now), 500);
    assert_eq!(at(9_500), Ok(()));
    assert!(
        matches!(at(9_499), Err(RestoreRefused::Alive { broker, age_ms: 499, .. }) if broker.value() == 2)
    );
    assert!(at(8_000).is_err(), "a clock that goes after is no silence");
    let gone = require_silence(&writers, Timestamp::from_ms(8_000), 0);
    assert_eq!(gone, Ok(()), "it is known to be gone");
}

#[test]
fn a_plan_is_read_as_it_was_written() {
    let told = [
        logs(1, vec![mark(3, 7, (100, 340, 1_000_340))]),
        groups(2, 3, vec![committed("events", 20)]),
    ];
    let (plan, _) = plan_of(&told, vec![copied()], None);
    let bytes = Bytes::from(plan.to_bytes(b"\nsnapshot"));
    let parsed = RestorePlan::parse(&bytes, &plan.cluster_id);
    assert_eq!(parsed, Ok((plan, Bytes::from_static(b"\nsnapshot"))));
    assert!(RestorePlan::parse(&bytes, &ClusterId::new("cluster-b")).is_err());
}

#[test]
fn a_plan_is_void_once_a_backup_was_written_again() {
    let told = [logs(1, vec![mark(3, 7, (100, 340, 1_000_340))])];
    let (plan, _) = plan_of(&told, vec![copied()], None);
    assert!(plan.is_of(&metadata(1, 1), &told));
    let mut later = told;
    later[0].writer.nonce = id(1_234);
    assert!(!plan.is_of(&metadata(1, 1), &later));
    assert!(!plan.is_of(&metadata(1, 1), &[]));
}

#[test]
fn a_broker_is_late_only_while_it_was_never_there() {
    let (plan, before) = plan_of(&[], Vec::new(), None);
    let (first, second) = (BrokerId::new(1), BrokerId::new(2));
    assert!(
        !plan.awaits(first, &before),
        "the cluster that was lost waits for nobody"
    );
    let mut records = restored_records(&before, &plan);
    assert!(plan.awaits(first, &image_of(records.clone())));
    records.push(broker(1));
    let since = image_of(records);
    assert!(!plan.awaits(first, &since) && plan.awaits(second, &since));
    assert!(!plan.awaits(BrokerId::new(3), &since));
    let another = RestorePlan { nonce: id(7), ..plan };
    assert!(
        !another.awaits(second, &since),
        "the cluster lives by another plan"
    );
}
