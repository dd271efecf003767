//! A damaged partition does not hold up a sound one where an answer has room for one of them only.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, Ordering};

use broker_client::{Client, ClientOptions, FetchOptions, Fetcher};
use broker_model::TopicPartition;
use broker_protocol::messages::FetchRequest;

use super::*;

/// Sorted and asked for behind [`TOPIC`].
const SOUND: &str = "tiered-sound";
/// Less than two batches.
const ROOM: i32 = 300;
const RECORDS: i64 = 20;

/// Two tiered topics; the remote objects of the first are gone.
fn one_of_two_damaged() -> World {
    let mut world = World::start(TIERED);
    world.produce(0..RECORDS);
    world.until_tiered();
    for name in world.names().iter().filter(|name| name.ends_with(".segment")) {
        world.broker.wait_for(world.store.remove(name));
    }
    create(&mut world.wire, SOUND, 1, TIERED);
    for offset in 0..RECORDS {
        let answer = produce(&mut world.wire, SOUND, 0, batch(&[value_at(offset).as_bytes()]));
        assert_eq!(answer.error_code, 0);
    }
    world.until("the sound one is remote only", |world| {
        let handle = world.broker.broker().partition_by_name(SOUND, 0).unwrap();
        handle
            .with_log(|log| log.segment_count() == 1 && log.local_log_start().value() > 0)
            .unwrap()
    });
    world
}

/// Of each partition of an answer, its error and whether it has records.
fn told(world: &mut World, request: &FetchRequest, session: &AtomicI32) -> Vec<(String, i16, bool)> {
    let answer = world.wire.call(BY_NAME, request);
    assert_eq!(answer.error_code, 0);
    session.store(answer.session_id, Ordering::Relaxed);
    let partition = |topic: &str, data: &PartitionData| {
        let size = data.records.as_ref().map_or(0, Records::size);
        (topic.to_owned(), data.error_code, size > 0)
    };
    let topics = answer.responses.iter();
    let all = topics.flat_map(|topic| {
        topic
            .partitions
            .iter()
            .map(move |data| partition(&topic.topic, data))
    });
    all.collect()
}

#[test]
fn the_next_fetch_of_a_session_begins_behind_the_damaged_partition() {
    let mut world = one_of_two_damaged();
    let mut full = fetch_request(TOPIC, 0, 0);
    full.max_bytes = ROOM;
    full.session_epoch = 0;
    full.topics.extend(fetch_request(SOUND, 0, 0).topics);
    let session = AtomicI32::new(0);
    let damaged = ErrorCode::KafkaStorageError.code();
    let first = told(&mut world, &full, &session);
    assert_eq!(
        first,
        [(TOPIC.to_owned(), damaged, false), (SOUND.to_owned(), 0, false)],
        "there is room for the first only"
    );
    let incremental = FetchRequest {
        session_id: session.load(Ordering::Relaxed),
        session_epoch: 1,
        topics: Vec::new(),
        ..full
    };
    assert!(incremental.session_id > 0);
    let second = told(&mut world, &incremental, &session);
    assert!(second.contains(&(SOUND.to_owned(), 0, true)), "{second:?}");
}

#[test]
fn a_client_of_two_partitions_reads_the_sound_one_to_its_end() {
    let world = one_of_two_damaged();
    let address = world.broker.address().to_string();
    let end = world.broker.wait_for(async {
        let client = Client::connect(&address, ClientOptions::default()).await.unwrap();
        let partitions = [TOPIC, SOUND].map(|topic| TopicPartition::new(topic, PartitionIndex::new(0)));
        let positions = partitions.map(|partition| (partition, Offset::ZERO));
        let options = FetchOptions {
            max_bytes: ROOM,
            ..FetchOptions::default()
        };
        let mut fetcher = Fetcher::new(client, options, BTreeMap::from(positions));
        let sound = TopicPartition::new(SOUND, PartitionIndex::new(0));
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while fetcher.positions()[&sound].value() < RECORDS && tokio::time::Instant::now() < deadline {
            fetcher.next(deadline).await.unwrap();
        }
        fetcher.positions()[&sound].value()
    });
    assert_eq!(end, RECORDS);
}
