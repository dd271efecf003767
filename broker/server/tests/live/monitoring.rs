//! What `/metrics` and `/readyz` say of a broker that works.

use broker_protocol::messages::MetadataRequest;

use crate::broker::LiveBroker;
use crate::hostile::attack::alone;
use crate::topics;

/// Bytes of the one batch that is appended.
const SIZE: f64 = 85.0;

const EXPECTED: &[(&str, f64)] = &[
    (
        "kafka_server_brokertopicmetrics_messagesin_total{topic=\"counted\"}",
        3.0,
    ),
    (
        "kafka_server_brokertopicmetrics_bytesin_total{topic=\"counted\"}",
        SIZE,
    ),
    (
        "kafka_server_brokertopicmetrics_bytesout_total{topic=\"counted\"}",
        SIZE,
    ),
    (
        "kafka_server_brokertopicmetrics_totalproducerequests_total{topic=\"counted\"}",
        2.0,
    ),
    (
        "kafka_server_brokertopicmetrics_failedproducerequests_total{topic=\"counted\"}",
        1.0,
    ),
    (
        "kafka_server_brokertopicmetrics_totalfetchrequests_total{topic=\"counted\"}",
        2.0,
    ),
    (
        "kafka_server_brokertopicmetrics_failedfetchrequests_total{topic=\"counted\"}",
        1.0,
    ),
    ("kafka_topic_partitions{topic=\"counted\"}", 2.0),
    (
        "kafka_topic_partition_current_offset{topic=\"counted\",partition=\"1\"}",
        3.0,
    ),
    ("kafka_log_log_size{topic=\"counted\",partition=\"1\"}", SIZE),
    ("kafka_server_replicamanager_partitioncount", 2.0),
    ("kafka_server_replicamanager_underreplicatedpartitions", 0.0),
    (
        "kafka_network_requestmetrics_requests_total{request=\"Produce\"}",
        2.0,
    ),
    (
        "kafka_network_requestmetrics_totaltime_seconds_count{request=\"Fetch\"}",
        2.0,
    ),
    (
        "kafka_server_socket_server_metrics_connection_count{listener=\"PLAINTEXT\"}",
        1.0,
    ),
    ("kafka_server_kafkaserver_brokerstate", 3.0),
];

#[test]
fn metrics_count_what_clients_did() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let live = LiveBroker::start(directory.path(), &[], |_| {});
    let mut wire = live.connect();
    topics::create(&mut wire, "counted", 2, &[]);
    let batch = topics::batch(&[b"a", b"b", b"c"]);
    topics::produce(&mut wire, "counted", 1, batch.clone());
    wire.call(topics::BY_NAME, &topics::fetch_request("counted", 1, 0));
    wire.call(topics::BY_NAME, &topics::fetch_request("counted", 1, 99));
    topics::produce(&mut wire, "counted", 1, batch.slice(..30));
    assert_eq!(batch.len() as f64, SIZE);
    for (metric, value) in EXPECTED {
        assert_eq!(live.metric(metric), *value, "{metric}");
    }
}

#[test]
fn every_line_is_a_comment_or_a_sample() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let live = LiveBroker::start(directory.path(), &[], |_| {});
    topics::create(&mut live.connect(), "shown", 1, &[]);
    let text = live.http("/metrics");
    let samples: Vec<_> = text
        .split("\r\n\r\n")
        .nth(1)
        .unwrap_or_default()
        .lines()
        .collect();
    let is_metric = |line: &&str| {
        line.starts_with('#')
            || line
                .rsplit_once(' ')
                .is_some_and(|(_, value)| value.parse::<f64>().is_ok())
    };
    assert!(
        samples.iter().all(is_metric),
        "every line is a comment or a sample"
    );
}

#[test]
fn a_broker_is_ready_while_it_serves() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let live = LiveBroker::start(directory.path(), &[], |_| {});
    assert!(live.http("/readyz").starts_with("HTTP/1.1 200"));
    assert!(live.http("/healthz").starts_with("HTTP/1.1 200"));
    live.connect().call(9, &MetadataRequest::default());
    assert!(live.http("/nothing").starts_with("HTTP/1.1 404"));
}
