//! A cluster in this process: every node has its own directory, runtime tasks and sockets.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use broker_admin::tonic::transport::Channel;
use broker_admin::v1::admin_client::AdminClient;
use broker_client::{ClientOptions, Connection, Endpoint};
use broker_metadata::metadata_log::{Voter, VoterEndpoint};
use broker_model::{BrokerId, ClusterId, DirectoryId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::create_topics_request::{CreatableReplicaAssignment, CreatableTopic};
use broker_protocol::delete_topics_request::DeleteTopicState;
use broker_protocol::describe_quorum_request::{PartitionData, TopicData};
use broker_protocol::describe_quorum_response::ReplicaState;
use broker_protocol::elect_leaders_request::TopicPartitions;
use broker_protocol::messages::{
    CreateTopicsRequest, DeleteTopicsRequest, DescribeQuorumRequest, ElectLeadersRequest,
    UnregisterBrokerRequest,
};
use broker_server::boot::{self, RunningBroker};
use broker_server::clock::Clock;
use broker_server::config::{self, BrokerConfig};
use broker_server::format::{AlreadyFormatted, FormatRequest, FormatVoters, format};
use broker_storage::{RealFs, read_meta_properties};
use tempfile::TempDir;

const GRACE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// Where it stands who votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voters {
    /// In every node's configuration (`kraft.version` 0).
    Fixed,
    /// In the log, from the bootstrap snapshot on.
    InTheLog,
}

struct Node {
    config: BrokerConfig,
    running: Option<RunningBroker>,
    data: TempDir,
}

/// Three nodes that are broker and controller each.
pub(crate) struct Cluster {
    nodes: Vec<Node>,
    ports: [u16; 3],
}

impl Cluster {
    pub(crate) async fn start(voters: Voters) -> Self {
        Self::start_with(voters, &[]).await
    }

    /// With more configuration on each of them.
    pub(crate) async fn start_with(voters: Voters, more: &[(&str, &str)]) -> Self {
        Self::start_on(free_ports(), voters, |_| {
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect()
        })
        .await
    }

    /// With controllers on these ports, and more configuration on each of them.
    pub(crate) async fn start_on<'a>(
        ports: [u16; 3],
        voters: Voters,
        more: impl Fn(i32) -> Vec<(&'a str, String)>,
    ) -> Self {
        let mut nodes = Vec::new();
        for id in 1..=3 {
            let data = tempfile::tempdir().unwrap();
            let config = configuration(id, &ports, (voters, more(id)), &data);
            format_node(&config, |request| {
                if voters == Voters::InTheLog {
                    request.voters = FormatVoters::Initial(ports.iter().zip(1..).map(voter).collect());
                }
            });
            nodes.push(Node {
                config,
                running: None,
                data,
            });
        }
        let mut cluster = Self { nodes, ports };
        let [first, second, third] = [1, 2, 3].map(|id| cluster.boot(id));
        let (first, second, third) = tokio::join!(first, second, third);
        for (node, running) in cluster.nodes.iter_mut().zip([first, second, third]) {
            node.running = Some(running);
        }
        cluster
    }

    /// Adds a node that was not there from the beginning, in one role; returns its number.
    pub(crate) async fn add(&mut self, role: &str) -> i32 {
        let servers = addresses(&self.ports).join(",");
        self.add_with(role, ("controller.quorum.bootstrap.servers", servers))
            .await
    }

    /// Adds a broker that reaches the controllers, whose configuration is fixed, at other ports than their own.
    pub(crate) async fn add_behind(&mut self, ports: &[u16; 3]) -> i32 {
        self.add_with("broker", fixed_voters(ports)).await
    }

    async fn add_with(&mut self, role: &str, quorum: (&'static str, String)) -> i32 {
        let id = i32::try_from(self.nodes.len() + 1).unwrap();
        let data = tempfile::tempdir().unwrap();
        let listener = match role {
            "controller" => "CONTROLLER://127.0.0.1:0",
            _ => "PLAINTEXT://127.0.0.1:0",
        };
        let config = load(&[
            ("process.roles", role.to_owned()),
            ("node.id", id.to_string()),
            ("listeners", listener.to_owned()),
            ("controller.listener.names", "CONTROLLER".to_owned()),
            ("eddyline.http.listener", String::new()),
            ("log.dirs", data.path().display().to_string()),
            quorum,
        ]);
        format_node(&config, |request| request.voters = FormatVoters::Elsewhere);
        self.nodes.push(Node {
            config,
            running: None,
            data,
        });
        self.start_node(id).await;
        id
    }

    fn boot(&self, id: i32) -> impl Future<Output = RunningBroker> + use<> {
        let settings = self.nodes[place(id)].config.boot_settings();
        async move {
            let booted = tokio::time::timeout(PATIENCE, boot::start(settings, Clock::start()));
            let booted = booted.await;
            booted
                .unwrap_or_else(|_| panic!("node {id} did not start in time"))
                .unwrap()
        }
    }

    pub(crate) async fn start_node(&mut self, id: i32) {
        let running = self.boot(id).await;
        self.nodes[place(id)].running = Some(running);
    }

    pub(crate) async fn stop_node(&mut self, id: i32) {
        let running = self.nodes[place(id)].running.take().unwrap();
        stop(running).await;
    }

    /// Puts an empty disk, formatted for the same node, in place of that of a node that does not run.
    pub(crate) fn exchange_disk(&mut self, id: i32) -> DirectoryId {
        let node = &self.nodes[place(id)];
        let data = node.data.path();
        std::fs::remove_dir_all(data).unwrap();
        std::fs::create_dir(data).unwrap();
        format_node(&node.config, |request| request.voters = FormatVoters::Elsewhere);
        let properties = read_meta_properties(&RealFs, data).unwrap();
        properties.unwrap().directory_id
    }

    pub(crate) async fn stop(self) {
        for node in self.nodes {
            if let Some(running) = node.running {
                stop(running).await;
            }
        }
    }

    pub(crate) fn node(&self, id: i32) -> &RunningBroker {
        self.nodes[place(id)].running.as_ref().unwrap()
    }

    fn running(&self) -> impl Iterator<Item = &RunningBroker> {
        self.nodes.iter().filter_map(|node| node.running.as_ref())
    }

    /// Waits until it is so on every node that runs.
    pub(crate) async fn until(&self, what: &str, is_so: impl Fn(&RunningBroker) -> bool) {
        let becomes = async {
            while !self.running().all(&is_so) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let outcome = tokio::time::timeout(PATIENCE, becomes).await;
        assert!(outcome.is_ok(), "it was waited in vain until {what}");
    }

    /// Waits until the images of all nodes that run have these brokers let in, and no others.
    pub(crate) async fn everybody_sees(&self, ids: &[i32]) {
        let what = format!("{ids:?} are let in");
        self.until(&what, |node| {
            let image = node.broker().image.load();
            let active = image.cluster.brokers.values().filter(|broker| broker.is_active());
            active.map(|broker| broker.id.value()).eq(ids.iter().copied())
        })
        .await;
    }

    /// The active controller.
    pub(crate) async fn controller(&self) -> i32 {
        let first = self.running().next().unwrap();
        let mut quorum = first.broker().metadata.quorum();
        let view = quorum.wait_for(|view| view.leader.is_some()).await.unwrap();
        view.leader.unwrap().value()
    }

    /// The admin service of a node, if its configuration opens one.
    pub(crate) async fn admin(&self, id: i32) -> AdminClient<Channel> {
        let address = self.node(id).admin_service_address().unwrap();
        AdminClient::connect(format!("http://{address}")).await.unwrap()
    }

    pub(crate) async fn connect(&self, id: i32) -> Connection {
        let port = self.node(id).addresses()[0].1.port();
        let host = "127.0.0.1".to_owned();
        Connection::open(&Endpoint { host, port }, &ClientOptions::default())
            .await
            .unwrap()
    }

    /// Creates a topic with three partitions of three replicas.
    pub(crate) async fn create_topic(&self, through: i32, name: &str) -> ErrorCode {
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: name.into(),
                num_partitions: 3,
                replication_factor: 3,
                ..CreatableTopic::default()
            }],
            timeout_ms: 10_000,
            ..CreateTopicsRequest::default()
        };
        let answer = self.connect(through).await.call(&request).await.unwrap();
        ErrorCode::from_i16(answer.topics[0].error_code).unwrap()
    }

    /// Creates a topic with one partition, on these brokers.
    pub(crate) async fn create_topic_on(&self, brokers: &[i32], name: &str) -> ErrorCode {
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                name: name.into(),
                num_partitions: -1,
                replication_factor: -1,
                assignments: vec![CreatableReplicaAssignment {
                    broker_ids: brokers.to_vec(),
                    ..CreatableReplicaAssignment::default()
                }],
                ..CreatableTopic::default()
            }],
            timeout_ms: 10_000,
            ..CreateTopicsRequest::default()
        };
        let answer = self.connect(1).await.call(&request).await.unwrap();
        ErrorCode::from_i16(answer.topics[0].error_code).unwrap()
    }

    /// Lets the preferred replica of partition 0 lead.
    pub(crate) async fn elect_preferred(&self, topic: &str) -> ErrorCode {
        let request = ElectLeadersRequest {
            topic_partitions: Some(vec![TopicPartitions {
                topic: topic.into(),
                partitions: vec![0],
                ..TopicPartitions::default()
            }]),
            timeout_ms: 10_000,
            ..ElectLeadersRequest::default()
        };
        let answer = self.connect(1).await.call(&request).await.unwrap();
        let results = &answer.replica_election_results;
        ErrorCode::from_i16(results[0].partition_result[0].error_code).unwrap()
    }

    pub(crate) async fn delete_topic(&self, through: i32, name: &str) -> ErrorCode {
        let request = DeleteTopicsRequest {
            topics: vec![DeleteTopicState {
                name: Some(name.into()),
                ..DeleteTopicState::default()
            }],
            timeout_ms: 10_000,
            ..DeleteTopicsRequest::default()
        };
        let answer = self.connect(through).await.call(&request).await.unwrap();
        ErrorCode::from_i16(answer.responses[0].error_code).unwrap()
    }

    pub(crate) async fn unregister_broker(&self, through: i32, id: i32) -> ErrorCode {
        let request = UnregisterBrokerRequest {
            broker_id: id,
            ..UnregisterBrokerRequest::default()
        };
        let answer = self.connect(through).await.call(&request).await.unwrap();
        ErrorCode::from_i16(answer.error_code).unwrap()
    }

    /// Leader, voters and observers of the quorum.
    pub(crate) async fn describe_quorum(&self, through: i32) -> (i32, Vec<i32>, Vec<i32>) {
        let request = DescribeQuorumRequest {
            topics: vec![TopicData {
                topic_name: "__cluster_metadata".into(),
                partitions: vec![PartitionData::default()],
                ..TopicData::default()
            }],
            ..DescribeQuorumRequest::default()
        };
        let answer = self.connect(through).await.call(&request).await.unwrap();
        let partition = &answer.topics[0].partitions[0];
        let ids = |states: &[ReplicaState]| {
            let mut ids: Vec<i32> = states.iter().map(|state| state.replica_id).collect();
            ids.sort_unstable();
            ids
        };
        let (voters, observers) = (ids(&partition.current_voters), ids(&partition.observers));
        (partition.leader_id, voters, observers)
    }
}

/// On a task of its own, because stopping blocks its thread in places.
async fn stop(running: RunningBroker) {
    tokio::spawn(running.stop(GRACE)).await.unwrap();
}

fn place(id: i32) -> usize {
    usize::try_from(id - 1).unwrap()
}

/// Ports that nobody listens on, and that the system gives nobody who connects: those are 32768 and more.
pub(crate) fn free_ports() -> [u16; 3] {
    const FIRST: u16 = 10_000;
    const COUNT: u16 = 20_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let of_this_process = std::process::id().wrapping_mul(97);
    let mut tried = std::iter::repeat_with(|| {
        let turn = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let place = of_this_process.wrapping_add(turn) % u32::from(COUNT);
        FIRST + u16::try_from(place).unwrap()
    });
    [(); 3].map(|()| {
        let free = tried.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
        free.unwrap()
    })
}

fn directory(id: i32) -> DirectoryId {
    DirectoryId::new(Uuid::from_bytes([u8::try_from(id + 64).unwrap(); 16]))
}

fn voter((port, id): (&u16, i32)) -> Voter {
    Voter {
        id: BrokerId::new(id),
        directory_id: directory(id),
        endpoints: vec![VoterEndpoint {
            name: "CONTROLLER".to_owned(),
            host: "127.0.0.1".to_owned(),
            port: *port,
        }],
        kraft_version_range: (0, 1),
    }
}

fn addresses(ports: &[u16; 3]) -> Vec<String> {
    ports.iter().map(|port| format!("127.0.0.1:{port}")).collect()
}

fn fixed_voters(ports: &[u16; 3]) -> (&'static str, String) {
    let voters = addresses(ports);
    let voters = voters.iter().zip(1..);
    let voters: Vec<String> = voters.map(|(address, id)| format!("{id}@{address}")).collect();
    ("controller.quorum.voters", voters.join(","))
}

fn format_node(config: &BrokerConfig, change: impl FnOnce(&mut FormatRequest)) {
    let cluster_id = ClusterId::new(Uuid::from_bytes([7; 16]).to_string());
    let now = Clock::start().wall();
    let mut request = config.format_request(Some(cluster_id), AlreadyFormatted::Refuse, now);
    change(&mut request);
    format(&RealFs, &request).unwrap();
}

/// Node 3 has two log directories.
fn configuration(
    id: i32,
    ports: &[u16; 3],
    (voters, more): (Voters, Vec<(&str, String)>),
    data: &TempDir,
) -> BrokerConfig {
    let addresses = addresses(ports);
    let quorum = match voters {
        Voters::Fixed => fixed_voters(ports),
        Voters::InTheLog => ("controller.quorum.bootstrap.servers", addresses.join(",")),
    };
    let own = &addresses[place(id)];
    let data = data.path().display();
    let mut lines = vec![
        ("process.roles", "broker,controller".to_owned()),
        ("node.id", id.to_string()),
        ("listeners", format!("PLAINTEXT://127.0.0.1:0,CONTROLLER://{own}")),
        ("controller.listener.names", "CONTROLLER".to_owned()),
        ("eddyline.http.listener", String::new()),
        (
            "log.dirs",
            match id {
                3 => format!("{data}/a,{data}/b"),
                _ => data.to_string(),
            },
        ),
        quorum,
    ];
    lines.extend(more);
    load(&lines)
}

fn load(lines: &[(&str, String)]) -> BrokerConfig {
    let lines: Vec<(String, String)> = lines
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    config::load(None, std::iter::empty(), &lines).unwrap()
}
