//! What the admin service tells about the remote tier, and copying that is paused.

use broker_admin::v1::admin_client::AdminClient;
use broker_admin::v1::{StoreState, StoreTrouble, TierStatusRequest, TierStatusResponse};

use super::*;

impl World {
    fn status(&self) -> TierStatusResponse {
        self.status_of(&[])
    }

    fn status_of(&self, topics: &[&str]) -> TierStatusResponse {
        let address = self.broker.admin_service_address();
        let asked = async {
            let mut client = AdminClient::connect(format!("http://{address}")).await.unwrap();
            let request = TierStatusRequest {
                topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
                ..TierStatusRequest::default()
            };
            client.tier_status(request).await.unwrap().into_inner()
        };
        self.broker.wait_for(asked)
    }
}

#[test]
fn the_admin_service_tells_what_topics_have_in_both_tiers_and_whether_the_store_answers() {
    let mut world = World::start(TIERED);
    let written = world.produce(0..40);
    world.until_tiered();
    world.read_from(0, 20);
    let status = world.status();
    assert!(status.enabled && !status.paused && !status.produce_blocked);
    assert_eq!(status.store(), StoreState::Used);
    let topic = &status.topics[0];
    assert_eq!((topic.name.as_str(), topic.partitions), (TOPIC, 1));
    assert_eq!((topic.lag_bytes, topic.lag_segments, topic.lag_ms), (0, 0, 0));
    assert_eq!(topic.local_bytes + topic.remote_bytes, written.len() as u64);
    assert_eq!(status.copied_bytes, topic.remote_bytes);
    assert!(
        status.put_requests >= 2 * topic.remote_segments,
        "an object and a manifest a segment"
    );
    assert!(status.get_requests > 0 && status.cache_misses > 0 && status.read_bytes > 0);

    world.store.begin(Fault::Down);
    world.produce(40..80);
    world.until("the store is known to fail", |world| {
        let status = world.status();
        status.store() == StoreState::Failing && status.topics[0].lag_segments > 1
    });
    let status = world.status();
    assert!(
        status.store_error.contains("the store is down"),
        "{}",
        status.store_error
    );
    assert!(status.failing_since_ms.is_some() && status.failed_requests > 0);
    assert!(status.topics[0].lag_bytes > 1_000 && status.topics[0].lag_ms > 0);
    world.store.end(Fault::Down);
    world.until("the store is used again", |world| {
        world.status().store() == StoreState::Used
    });
}

#[test]
fn copying_that_is_paused_goes_on_when_it_is_resumed() {
    let mut world = World::start(TIERED);
    world.configure_brokers(&[("eddyline.remote.copy.paused", "true")]);
    world.until("it is known", |world| world.status().paused);
    let written = world.produce(0..40);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(
        (world.segments(), world.offsets().1),
        (0, 0),
        "nothing is copied, and nothing goes"
    );
    world.configure_brokers(&[("eddyline.remote.copy.paused", "false")]);
    world.until_tiered();
    assert!(world.read_from(0, 40) == written);
}

#[test]
fn one_topic_is_told_when_one_is_asked_for_and_all_of_them_together_always() {
    let mut world = World::start(TIERED);
    create(&mut world.wire, "another", 1, TIERED);
    world.produce(0..40);
    world.until_tiered();
    let status = world.status_of(&["another"]);
    let names: Vec<_> = status.topics.iter().map(|topic| topic.name.as_str()).collect();
    assert_eq!(names, ["another"]);
    let total = status.total.unwrap();
    assert_eq!((total.name.as_str(), total.partitions), ("", 2));
    assert_eq!(
        total.remote_bytes,
        world.status_of(&[TOPIC]).topics[0].remote_bytes
    );
    assert!(total.remote_bytes > 0);
}

#[test]
fn what_is_wrong_with_a_store_is_told_for_as_long_as_it_is() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    assert_eq!(world.status().trouble(), StoreTrouble::Unspecified);
    world.store.begin(Fault::Down);
    world.produce(40..80);
    world.until("its trouble is told", |world| {
        world.status().trouble() == StoreTrouble::Unreachable
    });
    world.store.end(Fault::Down);
    world.until("it is over", |world| {
        world.status().trouble() == StoreTrouble::Unspecified
    });
}

#[test]
fn a_request_that_is_refused_once_is_no_trouble_of_the_store() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let failed_before = world.status().failed_requests;
    world.store.begin(Fault::RefusesOnePut);
    world.produce(40..80);
    world.until("one was refused, and it is tried again", |world| {
        world.store.waiting() > 0
    });
    let status = world.status();
    assert_eq!(status.failed_requests, failed_before + 1);
    assert_eq!(
        (status.store(), status.trouble(), status.failing_since_ms),
        (StoreState::Used, StoreTrouble::Unspecified, None)
    );
    world.store.end(Fault::RefusesOnePut);
    world.until_tiered();
    assert_eq!(world.status().store(), StoreState::Used);
}

#[test]
fn the_backup_is_as_old_as_the_store_is_away() {
    let mut world = World::start(TIERED);
    let young = |world: &mut World| world.status().backup_age_ms.is_some_and(|age| age < 5_000);
    world.until("it is up to date", young);
    world.store.begin(Fault::Down);
    // Ends of logs are news, and cannot be written.
    world.produce(0..40);
    world.until("it is old", |world| {
        world
            .broker
            .metric("eddyline_remote_backup_age_seconds{object=\"logs\"}")
            >= 6.0
    });
    world.store.end(Fault::Down);
    world.until("it is up to date again", young);
}

#[test]
fn metrics_name_what_the_manifests_hold_and_how_busy_readers_are() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let count = world.broker.metric(&format!(
        "kafka_server_brokertopicmetrics_remotelogmetadatacount{{topic=\"{TOPIC}\"}}"
    ));
    assert_eq!(count as u64, world.status().topics[0].remote_segments);
    assert!(count > 0.0);
    let idle = "kafka_log_remote_remotestoragethreadpool_remotelogreaderavgidlepercent";
    assert_eq!(world.broker.metric(idle), 1.0);
}
