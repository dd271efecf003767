//! Kafka's metrics of the remote tier tell what is so.

use super::*;

const DELETE_LAG: &str = "kafka_server_brokertopicmetrics_remotedeletelag";
const MANAGER: &str = "kafka_log_remote_remotelogmanager_";
const WAITS: &str = "kafka_server_remotelogmanager_remote_";

impl World {
    pub(super) fn of_topic(&self, name: &str) -> f64 {
        self.broker.metric(&format!("{name}{{topic=\"{TOPIC}\"}}"))
    }

    fn of_partition(&self, name: &str, topic: &str) -> f64 {
        let labels = format!("{{topic=\"{topic}\",partition=\"0\"}}");
        self.broker.metric(&format!("{name}{labels}"))
    }
}

#[test]
fn what_is_to_be_deleted_is_told_in_segments_and_in_bytes() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let lag = |world: &World| {
        let [segments, bytes] =
            ["segments", "bytes"].map(|unit| world.of_topic(&format!("{DELETE_LAG}{unit}")) as u64);
        (segments, bytes)
    };
    assert_eq!(lag(&world), (0, 0));
    let objects = world.segments() as u64;
    let stored = world.broker.wait_for(world.store.segment_bytes());
    world.store.begin(Fault::RefusesDeletes);
    world.delete_records(world.offsets().1);
    world.until("everything remote leaves", |world| {
        lag(world) == (objects, stored)
    });
    world.store.end(Fault::RefusesDeletes);
    world.until("it is deleted", |world| lag(world) == (0, 0));
}

#[test]
fn what_is_done_for_a_topic_is_counted_for_it() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let kafkas = |world: &World, what: &str| {
        world.of_topic(&format!("kafka_server_brokertopicmetrics_remote{what}_total"))
    };
    let requests = |world: &World, kind: &str, topic: &str| {
        let labels = format!("{{request=\"{kind}\",topic=\"{topic}\"}}");
        let name = format!("eddyline_remote_store_requests_total{labels}");
        world.broker.metric(&name)
    };
    let segments = world.segments() as f64;
    assert_eq!(kafkas(&world, "copyrequests"), segments);
    assert!(kafkas(&world, "copybytes") > 0.0);
    assert!(
        requests(&world, "put", TOPIC) >= segments + 1.0,
        "with the manifest"
    );
    assert!(requests(&world, "put", "") > 0.0, "the store was tried");
    let gets = requests(&world, "get", TOPIC);
    assert_eq!(kafkas(&world, "fetchrequests"), 0.0);
    world.read_from(0, 20);
    assert!(kafkas(&world, "fetchrequests") > 0.0 && kafkas(&world, "fetchbytes") > 0.0);
    assert!(requests(&world, "get", TOPIC) > gets);
    let misses = world.of_topic("eddyline_remote_cache_misses_total");
    assert!(misses > 0.0);
    let hits = world.of_topic("eddyline_remote_cache_hits_total");
    world.read_from(0, 20);
    assert!(world.of_topic("eddyline_remote_cache_hits_total") > hits);
    world.until("all that was counted was counted for the topic, too", |world| {
        let (cache, _) = world.broker.broker().remote.as_ref().unwrap().cache_counts();
        let counted =
            ["hits", "misses"].map(|what| world.of_topic(&format!("eddyline_remote_cache_{what}_total")));
        counted == [(cache.hits + cache.shared) as f64, cache.misses as f64]
    });
    assert_eq!(kafkas(&world, "deleterequests"), 0.0);
    world.delete_records(world.offsets().1);
    world.until("all objects are deleted", |world| {
        kafkas(world, "deleterequests") == segments
    });
    assert_eq!(requests(&world, "delete", TOPIC), segments);
}

#[test]
fn who_waits_for_a_rate_is_told() {
    let mut world = World::start(TIERED);
    let waits = |world: &World, what: &str| {
        let of = |figure: &str| {
            world
                .broker
                .metric(&format!("{WAITS}{what}_throttle_time_{figure}"))
        };
        (of("avg"), of("max"))
    };
    let idle = format!("{MANAGER}remotelogmanagertasksavgidlepercent");
    assert_eq!(world.broker.metric(&idle), 1.0);
    assert_eq!(
        (waits(&world, "copy"), waits(&world, "fetch")),
        ((0.0, 0.0), (0.0, 0.0))
    );
    let copies = "remote.log.manager.copy.max.bytes.per.second";
    world.configure_brokers(&[(copies, "2000")]);
    world.produce(0..40);
    world.until("a copy waits, and a copier is busy for it", |world| {
        world.broker.metric(&idle) < 1.0 && waits(world, "copy").1 > 100.0
    });
    let (average, longest) = waits(&world, "copy");
    assert!(
        average > 0.0 && average <= longest,
        "{average} ms of {longest} ms"
    );
    world.configure_brokers(&[(copies, "1000000000")]);
    world.until_tiered();
    world.until("all copiers are idle", |world| world.broker.metric(&idle) == 1.0);
    assert_eq!(waits(&world, "fetch"), (0.0, 0.0));
    world.configure_brokers(&[("remote.log.manager.fetch.max.bytes.per.second", "4000")]);
    world.read_from(0, 20);
    assert!(waits(&world, "fetch").1 > 100.0);
}

#[test]
fn reads_of_the_remote_tier_are_counted_with_their_times() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let times = |world: &World, of: &str| {
        world
            .broker
            .metric(&format!("{MANAGER}remotelogreaderfetchrateandtime_seconds_{of}"))
    };
    assert_eq!(times(&world, "count"), 0.0);
    let reader = world.fetch_held(0, 0);
    std::thread::sleep(Duration::from_millis(300));
    world.store.end(Fault::HoldsSegmentReads);
    assert_eq!(reader.join().unwrap().error_code, 0);
    assert_eq!(times(&world, "count"), 1.0);
    assert!(times(&world, "sum") >= 0.3);
    let added_up = world.of_topic("kafka_server_brokertopicmetrics_remotelogsizecomputationtime");
    assert!(added_up > 0.0);
}

#[test]
fn what_is_held_is_told_as_a_share_of_what_may_be_held() {
    let mut world = World::start(TIERED);
    let written = world.produce(0..40).len() as f64;
    world.until_tiered();
    let whole = format!("{MANAGER}retentionsizeinpercent");
    let local = format!("{MANAGER}localretentionsizeinpercent");
    let alone = "kafka_log_log_retentionsizeinpercent";
    let page = world.broker.http("/metrics");
    assert!(
        !page.contains(&whole) && !page.contains(alone),
        "there is no limit"
    );
    let limits = [("retention.bytes", "20000"), ("local.retention.bytes", "700")];
    assert_eq!(world.configure(&limits), ErrorCode::None);
    create(&mut world.wire, "plain", 1, &[("retention.bytes", "1000")]);
    let value = [7; 2_000];
    produce(&mut world.wire, "plain", 0, batch(&[&value]));
    let on_disk = world.of_partition("kafka_log_log_size", TOPIC);
    let share = |held: f64, limit: f64| (held * 100.0 / limit).floor();
    assert_eq!(world.of_partition(&whole, TOPIC), share(written, 20_000.0));
    assert_eq!(world.of_partition(&local, TOPIC), share(on_disk, 700.0));
    let plain = world.of_partition("kafka_log_log_size", "plain");
    assert_eq!(world.of_partition(alone, "plain"), share(plain, 1_000.0));
    assert!(plain > 2_000.0, "what is written is never deleted");
    assert!(
        !world
            .broker
            .http("/metrics")
            .contains(&format!("{alone}{{topic=\"{TOPIC}\"")),
        "a tiered log is told of with both tiers"
    );
}
