//! Consumer groups on a running broker: what is committed outlives it, and nobody waits in vain.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built fails its test")]

use std::path::Path;
use std::time::Duration;

use broker_client::{
    Asked, Client, ClientError, ClientOptions, CommittedOffset, Committer, Connection, Endpoint,
};
use broker_model::{LeaderEpoch, Offset, PartitionIndex, TopicPartition};
use broker_protocol::ErrorCode;
use broker_protocol::create_topics_request::CreatableTopic;
use broker_protocol::delete_topics_request::DeleteTopicState;
use broker_protocol::join_group_request::JoinGroupRequestProtocol;
use broker_protocol::messages::{
    CreateTopicsRequest, DeleteTopicsRequest, FindCoordinatorRequest, HeartbeatRequest,
    InitProducerIdRequest, JoinGroupRequest, JoinGroupResponse, SyncGroupRequest,
};
use broker_server::boot::{self, RunningBroker};
use broker_server::clock::Clock;
use broker_server::config;
use broker_server::format::{AlreadyFormatted, format};
use broker_storage::RealFs;
use tempfile::TempDir;

const GRACE: Duration = Duration::from_secs(5);

struct World {
    broker: RunningBroker,
    client: Client,
    address: Endpoint,
}

impl World {
    async fn start(data: &Path) -> Self {
        Self::start_with(data, &[]).await
    }

    async fn start_with(data: &Path, more: &[(&str, &str)]) -> Self {
        let overrides = [
            ("node.id", "1"),
            ("listeners", "PLAINTEXT://127.0.0.1:0"),
            ("eddyline.http.listener", "127.0.0.1:0"),
            ("offsets.topic.replication.factor", "1"),
            ("offsets.topic.num.partitions", "3"),
            ("group.initial.rebalance.delay.ms", "0"),
            ("log.dirs", data.to_str().unwrap()),
        ];
        let overrides = overrides.iter().chain(more);
        let overrides: Vec<(String, String)> = overrides
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let config = config::load(None, std::iter::empty(), &overrides).unwrap();
        let clock = Clock::start();
        let request = config.format_request(None, AlreadyFormatted::Keep, clock.wall());
        format(&RealFs, &request).unwrap();
        let broker = boot::start(config.boot_settings(), clock).await.unwrap();
        let address = broker.addresses()[0].1.to_string();
        let client = Client::connect(&address, ClientOptions::default()).await.unwrap();
        let address = Endpoint::parse_list(&address).unwrap().remove(0);
        Self {
            broker,
            client,
            address,
        }
    }

    async fn stop(self) {
        drop(self.client);
        self.broker.stop(GRACE).await;
    }

    async fn create_topic(&self, name: &str) {
        let topic = CreatableTopic {
            name: name.into(),
            num_partitions: 1,
            replication_factor: 1,
            ..CreatableTopic::default()
        };
        let request = CreateTopicsRequest {
            topics: vec![topic],
            timeout_ms: 10_000,
            ..CreateTopicsRequest::default()
        };
        let created = self.client.call_any(&request).await.unwrap();
        assert_eq!(created.topics[0].error_code, 0);
    }

    async fn commit(&self, group: &str, topic: &str, offset: i64) {
        let offsets = [CommittedOffset {
            partition: TopicPartition::new(topic, PartitionIndex::new(0)),
            offset: Offset::new(offset),
            leader_epoch: LeaderEpoch::NONE,
            metadata: String::new(),
        }];
        let nobody = Committer::Administrator;
        let committed = self.client.commit_offsets(group, &nobody, &offsets).await;
        committed.unwrap();
    }

    async fn committed(&self, group: &str) -> Vec<i64> {
        let offsets = self.client.committed_offsets(group).await.unwrap();
        offsets.iter().map(|offset| offset.offset.value()).collect()
    }

    /// A connection of its own to the coordinator.
    async fn connect(&self, group: &str) -> Connection {
        let found = self
            .client
            .retried(async || self.client.find_coordinator(group).await);
        found.await.unwrap();
        Connection::open(&self.address, &ClientOptions::default())
            .await
            .unwrap()
    }

    /// Becomes the only member of a new group; answers its id. Its generation is 1.
    async fn lead(&self, connection: &Connection, group: &str) -> String {
        let member = self.member_id(connection, group).await;
        let joined = connection.call(&join_of(group, &member)).await.unwrap();
        assert_eq!((joined.error_code, joined.generation_id), (0, 1));
        let sync = SyncGroupRequest {
            group_id: group.into(),
            generation_id: 1,
            member_id: joined.member_id,
            protocol_type: joined.protocol_type,
            protocol_name: joined.protocol_name,
            ..SyncGroupRequest::default()
        };
        assert_eq!(connection.call(&sync).await.unwrap().error_code, 0);
        member
    }

    /// The id that a group gives to a newcomer, once its coordinator is there.
    async fn member_id(&self, connection: &Connection, group: &str) -> String {
        let given = self.client.retried(async || {
            let answer = connection.call(&join_of(group, "")).await?;
            match answer.error_code == ErrorCode::MemberIdRequired.code() {
                true => Ok(answer.member_id.to_string()),
                false => Err(refusal(connection, answer.error_code)),
            }
        });
        given.await.unwrap()
    }

    async fn heartbeat(&self, group: &str, member: &str) -> i16 {
        let request = HeartbeatRequest {
            group_id: group.into(),
            generation_id: 1,
            member_id: member.into(),
            ..HeartbeatRequest::default()
        };
        self.client.call_any(&request).await.unwrap().error_code
    }

    async fn until(&self, group: &str, state: &str) {
        let connection = self.connect(group).await;
        let reached = self.client.retried(async || {
            let described = self.client.describe_group(group).await?;
            match described.state == state {
                true => Ok(()),
                false => Err(refusal(&connection, ErrorCode::CoordinatorLoadInProgress.code())),
            }
        });
        reached.await.unwrap();
    }

    async fn producer_id(&self) -> i64 {
        let request = InitProducerIdRequest {
            transactional_id: None,
            producer_id: -1,
            producer_epoch: -1,
            ..InitProducerIdRequest::default()
        };
        let given = self.client.call_any(&request).await.unwrap();
        assert_eq!((given.error_code, given.producer_epoch), (0, 0));
        given.producer_id
    }
}

fn refusal(connection: &Connection, code: i16) -> ClientError {
    let asked = Asked::of::<JoinGroupRequest>(connection);
    asked.verdict(format_args!("the group"), code, None).unwrap_err()
}

fn join_of(group: &str, member: &str) -> JoinGroupRequest {
    JoinGroupRequest {
        group_id: group.into(),
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 30_000,
        member_id: member.into(),
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            ..JoinGroupRequestProtocol::default()
        }],
        ..JoinGroupRequest::default()
    }
}

/// What is on disk at this moment, as a killed process leaves it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_to_ask_makes_the_offsets_topic_and_asks_again() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path()).await;
    let elsewhere = ErrorCode::NotCoordinator.code();
    assert_eq!(world.heartbeat("g", "m").await, elsewhere, "nobody asked yet");
    let request = FindCoordinatorRequest {
        coordinator_keys: vec!["g".into()],
        ..FindCoordinatorRequest::default()
    };
    let found = world.client.call_any(&request).await.unwrap();
    let not_yet = ErrorCode::CoordinatorNotAvailable.code();
    assert_eq!(found.coordinators[0].error_code, not_yet);
    world.connect("g").await;
    let image = world.broker.broker().image.load();
    let topic = image.topics.by_name("__consumer_offsets").unwrap();
    assert_eq!(topic.indexed_partitions().count(), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_outlive_a_clean_stop_and_a_kill() {
    let (data, killed) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let world = World::start(data.path()).await;
    world.create_topic("t").await;
    for (group, offset) in [("a", 1), ("b", 2), ("c", 3), ("a", 4)] {
        world.commit(group, "t", offset).await;
    }
    copy(data.path(), killed.path());
    world.stop().await;
    for directory in [&data, &killed] {
        let world = World::start(directory.path()).await;
        for (group, offset) in [("a", 4), ("b", 2), ("c", 3)] {
            assert_eq!(world.committed(group).await, [offset], "{group}");
        }
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packed_offsets_are_read_in_small_pieces() {
    let data = TempDir::new().unwrap();
    let packed = [
        ("offsets.topic.compression.codec", "4"),
        ("offsets.load.buffer.size", "1"),
    ];
    let world = World::start_with(data.path(), &packed).await;
    world.create_topic("t").await;
    for offset in 1..=20 {
        world.commit("g", "t", offset).await;
    }
    world.stop().await;
    let world = World::start_with(data.path(), &packed).await;
    assert_eq!(world.committed("g").await, [20]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_outlive_the_broker() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path()).await;
    let connection = world.connect("g").await;
    let member = world.lead(&connection, "g").await;
    world.stop().await;
    let world = World::start(data.path()).await;
    world.until("g", "Stable").await;
    assert_eq!(world.heartbeat("g", &member).await, 0);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_stops_keeps_nobody_waiting_for_other_members() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path()).await;
    let connection = world.connect("g").await;
    world.lead(&connection, "g").await;
    let newcomer = world.member_id(&connection, "g").await;
    let waiting: tokio::task::JoinHandle<Result<JoinGroupResponse, ClientError>> =
        tokio::spawn(async move { connection.call(&join_of("g", &newcomer)).await });
    world.until("g", "PreparingRebalance").await;
    let stopped = tokio::time::timeout(GRACE, world.stop()).await;
    assert!(stopped.is_ok(), "it waited for the rebalance");
    match waiting.await.unwrap() {
        Ok(answer) => assert_eq!(answer.error_code, ErrorCode::NotCoordinator.code()),
        // The answer and the end of the connection race.
        Err(error) => assert!(matches!(error, ClientError::Closed { .. }), "{error}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_of_a_deleted_topic_are_forgotten() {
    let data = TempDir::new().unwrap();
    let world = World::start(data.path()).await;
    world.create_topic("t").await;
    world.create_topic("u").await;
    world.commit("g", "t", 1).await;
    world.commit("g", "u", 2).await;
    let request = DeleteTopicsRequest {
        topics: vec![DeleteTopicState {
            name: Some("t".into()),
            ..DeleteTopicState::default()
        }],
        timeout_ms: 10_000,
        ..DeleteTopicsRequest::default()
    };
    assert_eq!(
        world.client.call_any(&request).await.unwrap().responses[0].error_code,
        0
    );
    let connection = world.connect("g").await;
    let forgotten = world
        .client
        .retried(async || match world.committed("g").await[..] {
            [2] => Ok(()),
            _ => Err(refusal(&connection, ErrorCode::CoordinatorLoadInProgress.code())),
        });
    forgotten.await.unwrap();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_producer_id_is_given_twice() {
    let data = TempDir::new().unwrap();
    let mut given = Vec::new();
    for _ in 0..2 {
        let world = World::start(data.path()).await;
        given.push(world.producer_id().await);
        given.push(world.producer_id().await);
        world.stop().await;
    }
    assert!(given.is_sorted_by(|a, b| a < b), "{given:?}");
}
