//! What is served through a listener of which kind: everything else ends the connection, as an unknown API does.

use std::time::Duration;

use broker_protocol::ApiKey;
use broker_protocol::messages::{ApiVersionsRequest, MetadataRequest};

use crate::broker::LiveBroker;
use crate::wire::{Ending, Wire};

const SOON: Duration = Duration::from_secs(5);

fn live(test: impl FnOnce(&LiveBroker)) {
    let directory = tempfile::tempdir().unwrap();
    let live = LiveBroker::start(directory.path(), &[], |_| {});
    test(&live);
}

fn keys_of(wire: &mut Wire) -> Vec<i16> {
    let request = ApiVersionsRequest {
        client_software_name: "test".into(),
        client_software_version: "1".into(),
        ..ApiVersionsRequest::default()
    };
    let answer = wire.call(4, &request);
    answer.api_keys.iter().map(|row| row.api_key).collect()
}

fn is_refused(mut wire: Wire, api: ApiKey) {
    let mut frame = [api.code().to_be_bytes(), api.versions().end().to_be_bytes()].concat();
    frame.extend([0, 0, 0, 7, 255, 255, 0]);
    // The other side may close before the last byte was sent.
    let _sent = wire.send_frame(&frame);
    match wire.ending(SOON) {
        Ending::Closed => {}
        other => panic!("{api}: {other:?}"),
    }
}

#[test]
fn apis_of_controllers_are_refused_to_clients() {
    live(|live| {
        for api in ApiKey::ALL.into_iter().filter(|api| !api.is_on_broker()) {
            is_refused(live.connect(), api);
        }
        assert!(!keys_of(&mut live.connect()).contains(&ApiKey::BrokerHeartbeat.code()));
    });
}

#[test]
fn apis_of_clients_are_refused_by_controllers() {
    live(|live| {
        for api in ApiKey::ALL.into_iter().filter(|api| !api.is_on_controller()) {
            is_refused(live.connect_controller(), api);
        }
        let request = MetadataRequest::default();
        assert!(live.connect_controller().try_call(12, &request).is_err());
    });
}

#[test]
fn api_versions_tells_what_the_listener_serves() {
    live(|live| {
        let of_clients = keys_of(&mut live.connect());
        let of_controllers = keys_of(&mut live.connect_controller());
        assert!(of_clients.contains(&ApiKey::Produce.code()));
        assert!(!of_controllers.contains(&ApiKey::Produce.code()));
        assert!(of_controllers.contains(&ApiKey::CreateTopics.code()));
    });
}
