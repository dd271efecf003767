//! A leader and a follower on another broker: this broker leads, the test is the follower and speaks its protocol.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built fails its test")]

use std::path::Path;
use std::time::Duration;

use broker_client::{Client, ClientOptions, Connection, Endpoint};
use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_controller::{ApiError, BrokerRegistrationRequest, Outcome, QuorumController};
use broker_metadata::PartitionRegistration;
use broker_metadata::image::Endpoint as Advertised;
use broker_model::{BrokerEpoch, BrokerId, DirectoryId, PartitionIndex, Timestamp, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use broker_protocol::fetch_request::{FetchPartition, FetchTopic, ReplicaState};
use broker_protocol::fetch_response::PartitionData;
use broker_protocol::messages::{CreateTopicsRequest, FetchRequest, ProduceRequest};
use broker_protocol::produce_request::{PartitionProduceData, TopicProduceData};
use broker_server::boot::{self, RunningBroker};
use broker_server::clock::Clock;
use broker_server::config;
use broker_server::format::{AlreadyFormatted, format};
use broker_storage::RealFs;
use tempfile::TempDir;

const FOLLOWER: BrokerId = BrokerId::new(2);
const LAG_MAX_MS: u64 = 600;
/// No lag time that ends within a test.
const LONG_LAG_MAX_MS: u64 = 600_000;
const PATIENCE_MS: i32 = 60_000;

struct World {
    broker: RunningBroker,
    client: Client,
    follower: Connection,
    follower_epoch: BrokerEpoch,
}

impl World {
    /// Broker 1 runs, broker 2 is registered and alive, and topic `t` is led by 1 and followed by 2.
    async fn start(data: &Path, min_in_sync: &str) -> Self {
        Self::start_with(data, min_in_sync, LAG_MAX_MS).await
    }

    async fn start_with(data: &Path, min_in_sync: &str, lag_max_ms: u64) -> Self {
        let lag = lag_max_ms.to_string();
        let overrides = [
            ("listeners", "PLAINTEXT://127.0.0.1:0"),
            ("eddyline.http.listener", ""),
            ("replica.lag.time.max.ms", lag.as_str()),
            ("log.dirs", data.to_str().unwrap()),
        ];
        let overrides = overrides.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let config = config::load(None, std::iter::empty(), &overrides).unwrap();
        let clock = Clock::start();
        format(
            &RealFs,
            &config.format_request(None, AlreadyFormatted::Keep, clock.wall()),
        )
        .unwrap();
        let broker = boot::start(config.boot_settings(), clock).await.unwrap();
        let address = broker.addresses()[0].1.to_string();
        let client = Client::connect(&address, ClientOptions::default()).await.unwrap();
        let follower_epoch = register(&broker).await;
        create_topic(&client, min_in_sync).await;
        let endpoint = Endpoint {
            host: "127.0.0.1".to_owned(),
            port: broker.addresses()[0].1.port(),
        };
        let follower = Connection::open(&endpoint, &ClientOptions::default())
            .await
            .unwrap();
        Self {
            broker,
            client,
            follower,
            follower_epoch,
        }
    }

    fn registration(&self) -> PartitionRegistration {
        let image = self.broker.broker().image.load();
        let found = image.topics.partition("t", PartitionIndex::new(0));
        PartitionRegistration::clone(found.unwrap())
    }

    async fn in_sync_becomes(&self, members: &[i32]) {
        let wanted: Vec<BrokerId> = members.iter().map(|id| BrokerId::new(*id)).collect();
        let becomes = async {
            while self.registration().isr != wanted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let outcome = tokio::time::timeout(Duration::from_secs(60), becomes).await;
        assert!(
            outcome.is_ok(),
            "in sync are {:?}, not {wanted:?}",
            self.registration().isr
        );
    }

    /// Has the controller decide about the follower.
    async fn decide(
        &self,
        decision: fn(&QuorumController, BrokerId, BrokerEpoch) -> Result<Outcome<()>, ApiError>,
    ) {
        let (metadata, epoch) = (&self.broker.broker().metadata, self.follower_epoch);
        let decided = metadata.decide(move |controller, _, _| decision(controller, FOLLOWER, epoch).unwrap());
        decided.await.unwrap();
    }

    async fn fetch(&self, offset: i64) -> PartitionData {
        self.fetch_for(offset, 50).await
    }

    async fn fetch_for(&self, offset: i64, max_wait_ms: i32) -> PartitionData {
        let image = self.broker.broker().image.load();
        let topic_id = image.topics.by_name("t").unwrap().id.uuid();
        let request = FetchRequest {
            replica_state: ReplicaState {
                replica_id: FOLLOWER.value(),
                replica_epoch: self.follower_epoch.value(),
                ..ReplicaState::default()
            },
            max_wait_ms,
            min_bytes: 1,
            max_bytes: 1 << 20,
            session_epoch: -1,
            topics: vec![FetchTopic {
                topic_id,
                partitions: vec![FetchPartition {
                    partition: 0,
                    current_leader_epoch: self.registration().leader_epoch.value(),
                    fetch_offset: offset,
                    last_fetched_epoch: -1,
                    log_start_offset: 0,
                    partition_max_bytes: 1 << 20,
                    ..FetchPartition::default()
                }],
                ..FetchTopic::default()
            }],
            ..FetchRequest::default()
        };
        let response = self.follower.call(&request).await.unwrap();
        response.responses[0].partitions[0].clone()
    }

    /// Produces one record with acks=all; answers error and offset.
    async fn produce(&self, timeout_ms: i32) -> (i16, i64) {
        let mut batch = BatchBuilder::new(BatchOptions::default());
        batch.append(Timestamp::from_ms(1_000_000_000_000), None, Some(b"v"));
        let image = self.broker.broker().image.load_full();
        let request = ProduceRequest {
            acks: -1,
            timeout_ms,
            topic_data: vec![TopicProduceData {
                topic_id: image.topics.by_name("t").unwrap().id.uuid(),
                partition_data: vec![PartitionProduceData {
                    index: 0,
                    records: Some(batch.build().unwrap().into()),
                    ..PartitionProduceData::default()
                }],
                ..TopicProduceData::default()
            }],
            ..ProduceRequest::default()
        };
        let response = self.client.call_any(&request).await.unwrap();
        let answer = &response.responses[0].partition_responses[0];
        (answer.error_code, answer.base_offset)
    }

    async fn stop(self) {
        drop((self.client, self.follower));
        self.broker.stop(Duration::from_secs(5)).await;
    }
}

async fn register(broker: &RunningBroker) -> BrokerEpoch {
    let request = BrokerRegistrationRequest {
        id: FOLLOWER,
        incarnation_id: Uuid::from_bytes([2; 16]),
        listeners: vec![Advertised {
            name: "PLAINTEXT".into(),
            host: "127.0.0.1".into(),
            port: 1,
            security_protocol: 0,
        }],
        rack: None,
        directories: vec![DirectoryId::new(Uuid::from_bytes([102; 16]))],
    };
    let metadata = &broker.broker().metadata;
    let registered = metadata.decide(move |controller, _, _| controller.register_broker(&request).unwrap());
    let epoch = registered.await.unwrap();
    let unfenced =
        metadata.decide(move |controller, _, _| controller.unfence_broker(FOLLOWER, epoch).unwrap());
    unfenced.await.unwrap();
    epoch
}

async fn create_topic(client: &Client, min_in_sync: &str) {
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: "t".into(),
            num_partitions: -1,
            replication_factor: -1,
            assignments: vec![CreatableReplicaAssignment {
                partition_index: 0,
                broker_ids: vec![1, FOLLOWER.value()],
                ..CreatableReplicaAssignment::default()
            }],
            configs: vec![CreatableTopicConfig {
                name: "min.insync.replicas".into(),
                value: Some(min_in_sync.into()),
                ..CreatableTopicConfig::default()
            }],
            ..CreatableTopic::default()
        }],
        timeout_ms: 10_000,
        ..CreateTopicsRequest::default()
    };
    let created = client.call_any(&request).await.unwrap();
    assert_eq!(
        created.topics[0].error_code, 0,
        "{:?}",
        created.topics[0].error_message
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acks_all_waits_for_the_follower() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path(), "1").await;
    let mut produced = Box::pin(world.produce(10_000));
    let early = tokio::time::timeout(Duration::from_millis(100), &mut produced).await;
    assert!(early.is_err(), "answered before the follower has the record");
    let fetched = world.fetch(0).await;
    assert!(
        fetched.records.is_some_and(|records| !records.is_empty()),
        "followers read to the log end"
    );
    let still = tokio::time::timeout(Duration::from_millis(50), &mut produced).await;
    assert!(
        still.is_err(),
        "the follower was given the record, and has not said that it has it"
    );
    let fetched = world.fetch(1).await;
    assert_eq!(produced.await, (0, 0));
    assert_eq!((fetched.error_code, fetched.high_watermark), (0, 1));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_produce_that_nobody_replicates_times_out() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path(), "1").await;
    assert_eq!(world.produce(50).await.0, ErrorCode::RequestTimedOut.code());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_lags_leaves_the_in_sync_set_and_joins_again() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path(), "1").await;
    world.in_sync_becomes(&[1, 2]).await;
    assert_eq!(
        world.produce(10_000).await,
        (0, 0),
        "acknowledged once the follower is left out"
    );
    assert_eq!(world.registration().isr, [BrokerId::new(1)]);
    world.fetch(0).await;
    world.fetch(1).await;
    world.in_sync_becomes(&[1, 2]).await;
    world.stop().await;
}

/// The last fetch of a broker that stops in order was parked while it could still join; it is answered afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fetch_that_a_stopping_broker_leaves_behind_holds_nothing_up() {
    let data = TempDir::new().unwrap();
    let world = World::start_with(data.path(), "1", LONG_LAG_MAX_MS).await;
    let mut parked = Box::pin(world.fetch_for(0, PATIENCE_MS / 4));
    let early = tokio::time::timeout(Duration::from_millis(200), &mut parked).await;
    assert!(early.is_err(), "there is nothing to fetch");
    world.decide(QuorumController::begin_controlled_shutdown).await;
    world.in_sync_becomes(&[1]).await;
    assert_eq!(world.produce(PATIENCE_MS).await, (0, 0));
    assert_eq!(parked.await.error_code, 0);
    assert_eq!(world.produce(PATIENCE_MS).await, (0, 1), "it does not come back");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_fenced_while_it_catches_up_holds_nothing_up() {
    let data = TempDir::new().unwrap();
    let world = World::start_with(data.path(), "1", LONG_LAG_MAX_MS).await;
    world.decide(QuorumController::fence_broker).await;
    world.in_sync_becomes(&[1]).await;
    assert_eq!(world.produce(PATIENCE_MS).await, (0, 0));
    world.decide(QuorumController::unfence_broker).await;
    world.fetch(0).await;
    let mut produced = Box::pin(world.produce(PATIENCE_MS));
    let early = tokio::time::timeout(Duration::from_millis(200), &mut produced).await;
    assert!(early.is_err(), "the follower is about to join");
    world.decide(QuorumController::fence_broker).await;
    assert_eq!(produced.await, (0, 1));
    assert_eq!(world.registration().isr, [BrokerId::new(1)]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_few_in_sync_replicas_acknowledge_nothing() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path(), "2").await;
    let (error, _) = world.produce(10_000).await;
    let refusals = [
        ErrorCode::NotEnoughReplicasAfterAppend,
        ErrorCode::RequestTimedOut,
    ]
    .map(ErrorCode::code);
    assert!(refusals.contains(&error), "{error}");
    world.in_sync_becomes(&[1]).await;
    assert_eq!(world.produce(1_000).await.0, ErrorCode::NotEnoughReplicas.code());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_holds_no_replica_is_refused() {
    let data = TempDir::new().unwrap();
    let mut world = World::start(data.path(), "1").await;
    world.follower_epoch = BrokerEpoch::new(-1);
    let image = world.broker.broker().image.load_full();
    let request = FetchRequest {
        replica_state: ReplicaState {
            replica_id: 9,
            ..ReplicaState::default()
        },
        max_bytes: 1 << 20,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic_id: image.topics.by_name("t").unwrap().id.uuid(),
            partitions: vec![FetchPartition {
                partition_max_bytes: 1 << 20,
                last_fetched_epoch: -1,
                current_leader_epoch: -1,
                ..FetchPartition::default()
            }],
            ..FetchTopic::default()
        }],
        ..FetchRequest::default()
    };
    let response = world.follower.call(&request).await.unwrap();
    let refused = response.responses[0].partitions[0].error_code;
    assert_eq!(refused, ErrorCode::NotLeaderOrFollower.code());
    world.stop().await;
}
