//! Configurations that are changed on a running broker: they act at once, and again after a restart.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built fails its test")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use broker_client::{Client, ClientOptions};
use broker_protocol::create_topics_request::CreatableTopic;
use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use broker_protocol::messages::{CreateTopicsRequest, IncrementalAlterConfigsRequest};
use broker_server::boot::{self, RunningBroker};
use broker_server::clock::Clock;
use broker_server::config;
use broker_server::format::{AlreadyFormatted, format};
use broker_server::logging::LogLevel;
use broker_storage::{LogConfig, RealFs};
use tempfile::TempDir;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const LOGGER: i8 = 8;

struct World {
    broker: RunningBroker,
    client: Client,
}

impl World {
    async fn start(data: &Path) -> Self {
        let overrides = [
            ("listeners", "PLAINTEXT://127.0.0.1:0"),
            ("eddyline.http.listener", "127.0.0.1:0"),
            ("message.max.bytes", "1000"),
            ("log.dirs", data.to_str().unwrap()),
        ];
        let overrides = overrides.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let config = config::load(None, std::iter::empty(), &overrides).unwrap();
        let clock = Clock::start();
        let request = config.format_request(None, AlreadyFormatted::Keep, clock.wall());
        format(&RealFs, &request).unwrap();
        let broker = boot::start(config.boot_settings(), clock).await.unwrap();
        let address = broker.addresses()[0].1.to_string();
        let client = Client::connect(&address, ClientOptions::default()).await.unwrap();
        Self { broker, client }
    }

    async fn with_topic(data: &Path) -> Self {
        let world = Self::start(data).await;
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: "orders".into(),
                num_partitions: 1,
                replication_factor: 1,
                ..CreatableTopic::default()
            }],
            timeout_ms: 10_000,
            ..CreateTopicsRequest::default()
        };
        let created = world.client.call_any(&request).await.unwrap();
        assert_eq!(created.topics[0].error_code, 0);
        world
    }

    async fn stop(self) {
        drop(self.client);
        self.broker.stop(Duration::from_secs(5)).await;
    }

    async fn alter(&self, kind: i8, resource: &str, name: &str, value: Option<&str>) -> i16 {
        let request = set(kind, resource, (name, value));
        self.client.call_any(&request).await.unwrap().responses[0].error_code
    }

    fn log_config(&self) -> Arc<LogConfig> {
        let replicas = &self.broker.broker().replica_manager;
        let handle = replicas.partition_by_name("orders", 0).unwrap();
        handle.with(|partition| partition.log().config().clone()).unwrap()
    }
}

fn set(kind: i8, resource: &str, (name, value): (&str, Option<&str>)) -> IncrementalAlterConfigsRequest {
    IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: kind,
            resource_name: resource.into(),
            configs: vec![AlterableConfig {
                name: name.into(),
                config_operation: i8::from(value.is_none()),
                value: value.map(Into::into),
                ..AlterableConfig::default()
            }],
            ..AlterConfigsResource::default()
        }],
        ..IncrementalAlterConfigsRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_acts_on_a_live_log_and_survives_a_restart() {
    let data = TempDir::new().unwrap();
    let world = World::with_topic(data.path()).await;
    assert_eq!(world.log_config().max_message_bytes, 1000);
    assert_eq!(
        world.alter(BROKER, "", "message.max.bytes", Some("2000")).await,
        0
    );
    assert_eq!(world.log_config().max_message_bytes, 2000);
    assert_eq!(
        world.alter(BROKER, "1", "message.max.bytes", Some("3000")).await,
        0
    );
    assert_eq!(world.log_config().max_message_bytes, 3000);
    assert_eq!(
        world
            .alter(TOPIC, "orders", "max.message.bytes", Some("4000"))
            .await,
        0
    );
    assert_eq!(world.log_config().max_message_bytes, 4000);
    world.stop().await;
    let world = World::start(data.path()).await;
    assert_eq!(world.log_config().max_message_bytes, 4000);
    assert_eq!(world.alter(TOPIC, "orders", "max.message.bytes", None).await, 0);
    assert_eq!(world.log_config().max_message_bytes, 3000);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_of_connections_act_at_once_and_after_a_restart() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path()).await;
    let bound = |world: &World| world.broker.broker().network.quotas.bounds().max_per_ip;
    assert_eq!(
        world.alter(BROKER, "", "max.connections.per.ip", Some("7")).await,
        0
    );
    assert_eq!(bound(&world), 7);
    world.stop().await;
    let world = World::start(data.path()).await;
    assert_eq!(bound(&world), 7);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_whether_it_could_be_changed_changes_nothing() {
    let data = TempDir::new().unwrap();
    let world = World::with_topic(data.path()).await;
    let mut request = set(TOPIC, "orders", ("max.message.bytes", Some("9")));
    request.validate_only = true;
    let answer = world.client.call_any(&request).await.unwrap();
    assert_eq!(answer.responses[0].error_code, 0);
    assert_eq!(world.log_config().max_message_bytes, 1000);
    let mut request = set(LOGGER, "1", ("kafka.server.KafkaApis", Some("TRACE")));
    request.validate_only = true;
    let answer = world.client.call_any(&request).await.unwrap();
    assert_eq!(answer.responses[0].error_code, 0);
    let levels = &world.broker.broker().logger_levels;
    assert_ne!(levels.level_of("kafka.server.KafkaApis"), Some(LogLevel::Trace));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn loggers_and_topics_of_one_request_are_answered_in_its_order() {
    let data = TempDir::new().unwrap();
    let world = World::with_topic(data.path()).await;
    let mut request = set(LOGGER, "1", ("kafka.server.KafkaApis", Some("TRACE")));
    request
        .resources
        .extend(set(TOPIC, "nope", ("retention.ms", Some("1"))).resources);
    request
        .resources
        .extend(set(LOGGER, "2", ("root", Some("INFO"))).resources);
    request
        .resources
        .extend(set(TOPIC, "orders", ("retention.ms", Some("1"))).resources);
    let answer = world.client.call_any(&request).await.unwrap();
    let answers: Vec<_> = answer
        .responses
        .iter()
        .map(|response| (response.resource_name.as_str(), response.error_code))
        .collect();
    assert_eq!(answers, [("1", 0), ("nope", 3), ("2", 42), ("orders", 0)]);
    let levels = &world.broker.broker().logger_levels;
    assert_eq!(levels.level_of("kafka.server.KafkaApis"), Some(LogLevel::Trace));
    assert_eq!(world.log_config().retention_ms, Some(1));
    world.stop().await;
}
