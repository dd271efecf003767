//! What tools and frameworks ask for at their start, and gave up on when they did not get it.

use broker_protocol::ApiKey;
use broker_protocol::create_partitions_request::CreatePartitionsTopic;
use broker_protocol::create_topics_request::CreatableTopic;
use broker_protocol::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use broker_protocol::describe_configs_request::DescribeConfigsResource;
use broker_protocol::describe_configs_response::DescribeConfigsResult;
use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use broker_protocol::messages::{
    ApiVersionsRequest, CreatePartitionsRequest, CreateTopicsRequest, DeleteRecordsRequest,
    DescribeClusterRequest, DescribeConfigsRequest, IncrementalAlterConfigsRequest, MetadataRequest,
};

use crate::broker::LiveBroker;
use crate::hostile::attack::alone;
use crate::topics;
use crate::wire::Wire;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const INVALID_CONFIG: i16 = 40;

fn with_broker(test: impl FnOnce(&LiveBroker)) {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    test(&LiveBroker::start(directory.path(), &[], |_| {}));
}

fn describe(wire: &mut Wire, kind: i8, name: &str) -> DescribeConfigsResult {
    let request = DescribeConfigsRequest {
        resources: vec![DescribeConfigsResource {
            resource_type: kind,
            resource_name: name.into(),
            configuration_keys: None,
            ..Default::default()
        }],
        ..Default::default()
    };
    wire.call(4, &request).results.remove(0)
}

fn value_of(described: &DescribeConfigsResult, name: &str) -> Option<String> {
    let config = described.configs.iter().find(|config| &*config.name == name)?;
    config.value.as_ref().map(|value| value.to_string())
}

fn alter(wire: &mut Wire, topic: &str, name: &str, value: &str) -> i16 {
    let request = IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: TOPIC,
            resource_name: topic.into(),
            configs: vec![AlterableConfig {
                name: name.into(),
                config_operation: 0,
                value: Some(value.into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    wire.call(1, &request).responses[0].error_code
}

#[test]
fn a_broker_describes_all_its_configs() {
    with_broker(|live| {
        let described = describe(&mut live.connect(), BROKER, "1");
        assert!(
            described.configs.len() > 200,
            "{} configs",
            described.configs.len()
        );
        for asked_for in [
            "num.partitions",
            "default.replication.factor",
            "auto.create.topics.enable",
            "log.retention.ms",
        ] {
            assert!(
                described.configs.iter().any(|config| &*config.name == asked_for),
                "{asked_for}"
            );
        }
        assert_eq!(value_of(&described, "num.partitions").as_deref(), Some("1"));
    });
}

#[test]
fn minus_one_means_the_brokers_defaults() {
    with_broker(|live| {
        let mut wire = live.connect();
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: "defaults".into(),
                num_partitions: -1,
                replication_factor: -1,
                ..Default::default()
            }],
            timeout_ms: 10_000,
            ..Default::default()
        };
        let made = wire.call(7, &request);
        let made = &made.topics[0];
        assert_eq!(
            (made.error_code, made.num_partitions, made.replication_factor),
            (0, 1, 1)
        );
    });
}

#[test]
fn retention_for_ever_is_accepted_and_its_records_can_be_deleted() {
    with_broker(|live| {
        let mut wire = live.connect();
        for (topic, retention) in [("endless", "-1"), ("long-max", "9223372036854775807")] {
            topics::create(&mut wire, topic, 1, &[("retention.ms", retention)]);
            topics::produce(&mut wire, topic, 0, topics::batch(&[b"a", b"b", b"c"]));
            let request = DeleteRecordsRequest {
                topics: vec![DeleteRecordsTopic {
                    name: topic.into(),
                    partitions: vec![DeleteRecordsPartition {
                        partition_index: 0,
                        offset: 2,
                        ..Default::default()
                    }],
                    ..Default::default()
                }],
                timeout_ms: 10_000,
                ..Default::default()
            };
            let deleted = wire.call(2, &request);
            let deleted = &deleted.topics[0].partitions[0];
            assert_eq!((deleted.error_code, deleted.low_watermark), (0, 2), "{topic}");
        }
    });
}

#[test]
fn a_cluster_always_has_an_id() {
    with_broker(|live| {
        let mut wire = live.connect();
        let metadata = wire.call(2, &MetadataRequest::default());
        let cluster = wire.call(1, &DescribeClusterRequest::default());
        assert_eq!(cluster.cluster_id.len(), 22);
        assert_eq!(metadata.cluster_id.as_deref(), Some(&*cluster.cluster_id));
    });
}

#[test]
fn old_versions_of_metadata_are_served() {
    with_broker(|live| {
        let mut wire = live.connect();
        topics::create(&mut wire, "old", 1, &[]);
        for version in ApiKey::Metadata.versions().take_while(|version| *version <= 5) {
            let all = if version == 0 { Some(Vec::new()) } else { None };
            let metadata = wire.call(
                version,
                &MetadataRequest {
                    topics: all,
                    ..Default::default()
                },
            );
            assert_eq!(metadata.brokers.len(), 1, "version {version}");
            assert_eq!(metadata.topics.len(), 1, "version {version}");
        }
    });
}

#[test]
fn versions_reach_up_to_kafkas() {
    with_broker(|live| {
        let request = ApiVersionsRequest {
            client_software_name: "x".into(),
            client_software_version: "1".into(),
            ..Default::default()
        };
        let answer = live.connect().call(3, &request);
        let up_to = |api: ApiKey| {
            let row = answer.api_keys.iter().find(|row| row.api_key == api.code());
            row.map_or(-1, |row| row.max_version)
        };
        for (api, version) in [
            (ApiKey::Produce, 13),
            (ApiKey::Fetch, 18),
            (ApiKey::ListOffsets, 11),
            (ApiKey::Metadata, 13),
            (ApiKey::OffsetCommit, 10),
            (ApiKey::OffsetFetch, 10),
            (ApiKey::FindCoordinator, 6),
            (ApiKey::JoinGroup, 9),
            (ApiKey::CreateTopics, 7),
        ] {
            assert!(up_to(api) >= version, "{api} up to {}", up_to(api));
        }
    });
}

#[test]
fn a_topics_configs_change_one_at_a_time_and_are_described() {
    with_broker(|live| {
        let mut wire = live.connect();
        topics::create(&mut wire, "internal", 1, &[("cleanup.policy", "compact")]);
        assert_eq!(alter(&mut wire, "internal", "segment.ms", "60000"), 0);
        let described = describe(&mut wire, TOPIC, "internal");
        assert_eq!(value_of(&described, "cleanup.policy").as_deref(), Some("compact"));
        assert_eq!(value_of(&described, "segment.ms").as_deref(), Some("60000"));
    });
}

#[test]
fn an_unknown_config_is_refused_and_nothing_else_suffers() {
    with_broker(|live| {
        let mut wire = live.connect();
        topics::create(&mut wire, "mirrored", 1, &[]);
        assert_eq!(
            alter(&mut wire, "mirrored", "vendor.specific", "1"),
            INVALID_CONFIG
        );
        assert_eq!(alter(&mut wire, "mirrored", "retention.ms", "1000"), 0);
        let described = describe(&mut wire, TOPIC, "mirrored");
        assert_eq!(value_of(&described, "vendor.specific"), None);
    });
}

#[test]
fn partitions_can_be_added_while_the_topic_is_used() {
    with_broker(|live| {
        let mut wire = live.connect();
        topics::create(&mut wire, "growing", 1, &[]);
        assert_eq!(
            topics::produce(&mut wire, "growing", 0, topics::batch(&[b"x"])).error_code,
            0
        );
        let request = CreatePartitionsRequest {
            topics: vec![CreatePartitionsTopic {
                name: "growing".into(),
                count: 3,
                assignments: None,
                ..Default::default()
            }],
            timeout_ms: 10_000,
            ..Default::default()
        };
        assert_eq!(wire.call(3, &request).results[0].error_code, 0);
        assert_eq!(
            topics::produce(&mut wire, "growing", 2, topics::batch(&[b"x"])).error_code,
            0
        );
        assert_eq!(topics::list_offset(&mut wire, "growing", 0, -1), (0, 1));
    });
}
