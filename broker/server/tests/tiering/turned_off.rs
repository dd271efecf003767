//! Configurations of the remote tier that change while it is used, and a broker that is started without it.

use super::*;

const TIMED_OUT: i16 = ErrorCode::RequestTimedOut as i16;

impl World {
    /// Stops the broker and starts one on its data that has no remote tier, for as long as `meanwhile` takes.
    fn without_a_tier(self, meanwhile: impl FnOnce(&mut Wire)) -> Self {
        let tier = ["remote.log.storage.system.enable", "eddyline.remote.store"];
        let configs: Vec<_> = BROKER
            .iter()
            .filter(|(name, _)| !tier.contains(name))
            .copied()
            .collect();
        self.restart_after(|data| {
            let broker = LiveBroker::start(data.path(), &configs, |_| {});
            meanwhile(&mut broker.connect());
        })
    }
}

/// Asks where times are, of partitions of the topic.
pub(super) fn times(partitions: i32, timeout_ms: i32) -> ListOffsetsRequest {
    let partition = |partition_index| ListOffsetsPartition {
        partition_index,
        current_leader_epoch: -1,
        timestamp: 0,
        ..Default::default()
    };
    ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: TOPIC.into(),
            partitions: (0..partitions).map(partition).collect(),
            ..Default::default()
        }],
        timeout_ms,
        ..Default::default()
    }
}

pub(super) fn errors_of(wire: &mut Wire, version: i16, request: &ListOffsetsRequest) -> Vec<i16> {
    let answer = wire.call(version, request);
    let partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
    partitions.map(|partition| partition.error_code).collect()
}

#[test]
fn a_broker_whose_tier_was_turned_off_sends_no_consumer_past_what_is_there() {
    let mut world = World::start(TIERED);
    let written = world.produce(0..40);
    world.until_tiered();
    let local_start = world.offsets().1;
    let storage_error = ErrorCode::KafkaStorageError.code();
    let mut world = world.without_a_tier(|wire| {
        let mut fetch = |offset| {
            let mut answer = wire.call(BY_NAME, &fetch_request(TOPIC, 0, offset));
            answer.responses.remove(0).partitions.remove(0)
        };
        assert_eq!(fetch(0).error_code, storage_error);
        let local = fetch(local_start);
        assert!(local.error_code == 0 && local.records.is_some());
        assert_eq!(errors_of(wire, 11, &times(1, 0)), [storage_error]);
    });
    assert!(world.read_from(0, 40) == written, "it is all there again");
}

#[test]
fn searches_for_times_wait_together_and_no_longer_than_the_client_says() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    // Without a limit of its own it would be waited for an hour.
    world.configure_brokers(&[("remote.list.offsets.request.timeout.ms", "3600000")]);
    world.store.begin(Fault::HoldsSegmentReads);
    assert_eq!(errors_of(&mut world.wire, 11, &times(1, 300)), [TIMED_OUT]);
    // What the brokers are told while they run acts for older clients.
    world.configure_brokers(&[("remote.list.offsets.request.timeout.ms", "300")]);
    world.until("the configuration acts", |world| {
        let remote = world.broker.broker().remote.clone().unwrap();
        remote.limits().list_offsets_wait_max == Duration::from_millis(300)
    });
    assert_eq!(errors_of(&mut world.wire, 9, &times(1, 0)), [TIMED_OUT]);
    world.store.end(Fault::HoldsSegmentReads);
    assert_eq!(world.list_offset(0).0, 0);
}

#[test]
fn partitions_are_searched_at_the_same_time() {
    const COUNT: i32 = 6;
    let mut world = World::start(TIERED);
    let more = "many";
    create(&mut world.wire, more, COUNT, TIERED);
    for partition in 0..COUNT {
        for offset in 0..20 {
            produce(
                &mut world.wire,
                more,
                partition,
                batch(&[value_at(offset).as_bytes()]),
            );
        }
    }
    world.until("all of them are tiered", |world| {
        (0..COUNT).all(|partition| {
            let handle = world.broker.broker().partition_by_name(more, partition).unwrap();
            handle
                .with_log(|log| log.segment_count() == 1 && log.local_log_start().value() > 0)
                .unwrap()
        })
    });
    let mut request = times(COUNT, 0);
    request.topics[0].name = more.into();
    world.store.begin(Fault::HoldsSegmentReads);
    let mut wire = world.broker.connect();
    let asked = std::thread::spawn(move || errors_of(&mut wire, 11, &request));
    // One that waits for another would hold one read, or those of one segment.
    world.until("all are asked for", |world| {
        world.store.held() >= usize::try_from(COUNT).unwrap()
    });
    world.store.end(Fault::HoldsSegmentReads);
    assert_eq!(asked.join().unwrap(), [0; COUNT as usize]);
}

#[test]
fn pools_and_waits_change_while_they_are_used() {
    let mut world = World::start_with(&[("remote.fetch.max.wait.ms", "3600000")], TIERED);
    world.produce(0..40);
    world.until_tiered();
    let threads = "remote.log.reader.threads";
    assert_eq!(
        world.configure_of(4, "", &[(threads, "21")]),
        ErrorCode::InvalidRequest,
        "more than twice as many"
    );
    world.configure_brokers(&[
        (threads, "20"),
        ("remote.log.manager.copier.thread.pool.size", "5"),
        ("remote.fetch.max.wait.ms", "100"),
    ]);
    world.until("the configuration acts", |world| {
        let remote = world.broker.broker().remote.clone().unwrap();
        remote.reading().size == 20 && remote.limits().copies == 5
    });
    world.store.begin(Fault::HoldsSegmentReads);
    // For an hour, by what the broker was started with.
    let answer = world.fetch(0);
    assert!(answer.error_code == 0 && answer.records.is_none_or(|records| records.to_bytes().is_empty()));
    assert!(world.store.held() > 0, "it was not waited for");
    world.store.end(Fault::HoldsSegmentReads);
}
