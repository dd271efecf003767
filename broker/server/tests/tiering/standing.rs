//! What the admin service tells about the remote tier, and copying that is paused.

use broker_admin::v1::admin_client::AdminClient;
use broker_admin::v1::{StoreState, TierStatusRequest, TierStatusResponse};

use super::*;

impl World {
    fn status(&self) -> TierStatusResponse {
        let address = self.broker.admin_service_address();
        let asked = async {
            let mut client = AdminClient::connect(format!("http://{address}")).await.unwrap();
            let request = TierStatusRequest::default();
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
