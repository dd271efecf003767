//! S21: a mistake of ours takes one connection or one decision, not the broker.

use std::sync::Arc;

use broker_protocol::messages::MetadataRequest;
use broker_server::drivers::metadata_driver::MetadataUnavailable;
use broker_storage::RealFs;
use broker_storage::testing::{FaultFs, FaultOperation};

use crate::broker::LiveBroker;
use crate::hostile::attack::alone;
use crate::topics;

#[test]
fn s21_a_panic_under_a_partitions_lock_takes_one_connection() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let faults = FaultFs::new(Arc::new(RealFs));
    let fs = Arc::new(faults.clone());
    let live = LiveBroker::start(directory.path(), &[], |settings| settings.fs = fs);
    let mut wire = live.connect();
    topics::create(&mut wire, "mined", 2, &[]);
    faults.lay_mine(FaultOperation::Write, "mined-0/");
    for _ in 0..2 {
        // The second time finds a partition whose lock was held when its holder panicked.
        let request = topics::produce_request("mined", 0, topics::batch(&[b"x"]));
        let ended = live.connect().try_call(topics::BY_NAME, &request);
        assert!(ended.is_err(), "the connection is closed");
    }
    let appended = topics::produce(&mut wire, "mined", 1, topics::batch(&[b"x"]));
    assert_eq!(appended.error_code, 0, "other partitions and connections go on");
    assert_eq!(live.broker().network.counters.panics.get(), 2);
    assert_eq!(live.metric("eddyline_network_handler_panics_total"), 2.0);
    assert!(live.http("/readyz").starts_with("HTTP/1.1 200"));
    faults.heal();
}

#[test]
fn s21_a_panic_while_deciding_about_metadata_takes_one_decision() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let live = LiveBroker::start(directory.path(), &[], |_| {});
    let decided = live.wait_for(
        live.broker()
            .metadata
            .decide::<()>(|_, _, _| panic!("a mistake of the controller")),
    );
    assert!(
        matches!(decided, Err(MetadataUnavailable::NotWritten(_))),
        "{decided:?}"
    );
    let mut wire = live.connect();
    topics::create(&mut wire, "after", 1, &[]);
    let metadata = wire.call(
        9,
        &MetadataRequest {
            topics: None,
            ..Default::default()
        },
    );
    assert_eq!(metadata.topics.len(), 1);
}
