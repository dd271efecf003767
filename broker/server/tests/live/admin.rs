//! The admin service over real sockets, with the client that everybody else uses.

use std::net::SocketAddr;
use std::time::Duration;

use broker_admin::tonic::transport::Channel;
use broker_admin::tonic::{Code, Status};
use broker_admin::v1::admin_client::AdminClient;
use broker_admin::v1::{
    AddVoterRequest, BrokerStatusRequest, CancelRebalanceRequest, CaughtUpRequest, CordonRequest,
    DescribeQuorumRequest, DrainRequest, LifecycleState, Listener, LogDirsRequest, LogDirsResponse,
    ObstacleKind, Obstacles, PlanRebalanceRequest, RebalanceMode, RemoveVoterRequest, SafeToStopRequest,
    StartRebalanceRequest, WatchRebalanceRequest,
};
use broker_controller::Outcome;
use broker_model::BrokerId;
use broker_server::admin_service::{AdminNode, AdminService, AdminServiceConfig, PlaintextNetwork};
use broker_server::config::{self, ProcessRoles};
use broker_server::network::ListenerName;

use crate::broker::LiveBroker;
use crate::hostile::attack::alone;
use crate::topics::create;

const LISTENER: (&str, &str) = ("eddyline.admin.listener", "127.0.0.1:0");

fn start(directory: &std::path::Path) -> (LiveBroker, AdminClient<Channel>) {
    let broker = LiveBroker::start(directory, &[LISTENER], |_| {});
    let client = broker.wait_for(connect(broker.admin_service_address()));
    (broker, client)
}

async fn connect(address: SocketAddr) -> AdminClient<Channel> {
    AdminClient::connect(format!("http://{address}")).await.unwrap()
}

/// Kinds of what stands in the way, each with how often.
fn kinds(obstacles: Option<Obstacles>) -> Vec<(ObstacleKind, u64)> {
    let counts = obstacles.unwrap().counts;
    counts.iter().map(|count| (count.kind(), count.count)).collect()
}

#[test]
fn a_node_tells_how_it_is() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let (broker, mut client) = start(directory.path());
    create(&mut broker.connect(), "orders", 3, &[]);
    let status = broker.wait_for(client.broker_status(BrokerStatusRequest {}));
    let status = status.unwrap().into_inner();
    assert_eq!(status.state(), LifecycleState::Running);
    assert_eq!((status.node_id, status.active_controller_id), (1, Some(1)));
    assert!(status.is_active_controller && !status.is_cordoned);
    assert_eq!((status.leading, status.following, status.offline), (3, 0, 0));
    assert_eq!((status.under_replicated, status.under_min_isr), (0, 0));
    assert!(status.metadata_offset > 0);
    let lost = kinds(status.if_stopped);
    assert_eq!(lost, [(ObstacleKind::PartitionLosesAllReplicas, 3)]);
}

#[test]
fn a_node_that_starts_or_stops_tells_so_and_nothing_else() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let config = AdminServiceConfig::parse("127.0.0.1:0", PlaintextNetwork::Refused).unwrap();
    let broker = LiveBroker::start(directory.path(), &[], |settings| {
        assert!(settings.admin_service.is_none())
    });
    broker.wait_for(async {
        let service = AdminService::start(&config, node()).unwrap();
        let mut client = connect(service.address()).await;
        let state = async |client: &mut AdminClient<Channel>| {
            let status = client.broker_status(BrokerStatusRequest {}).await;
            status.unwrap().into_inner().state()
        };
        assert_eq!(state(&mut client).await, LifecycleState::Starting);
        let asked = client.log_dirs(LogDirsRequest::default()).await;
        assert_eq!(asked.unwrap_err().code(), Code::Unavailable);
        let asked = SafeToStopRequest {
            node_ids: vec![1],
            ..SafeToStopRequest::default()
        };
        assert_eq!(
            client.safe_to_stop(asked).await.unwrap_err().code(),
            Code::Unavailable
        );
        let asked = client
            .caught_up(CaughtUpRequest {
                node_id: 1,
                ..CaughtUpRequest::default()
            })
            .await;
        assert_eq!(asked.unwrap_err().code(), Code::Unavailable);
        service.stopping();
        assert_eq!(state(&mut client).await, LifecycleState::Stopping);
        service.stop(Duration::from_secs(5)).await;
        let gone = client.broker_status(BrokerStatusRequest {}).await;
        assert!(gone.is_err());
    });
}

fn node() -> AdminNode {
    let set = [("log.dirs".to_owned(), "/tmp/none".to_owned())];
    let config = config::load(None, std::iter::empty(), &set).unwrap();
    AdminNode {
        id: BrokerId::new(1),
        roles: ProcessRoles::Combined,
        topic_settings: config.boot_settings().topic_settings,
        inter_broker_listener: ListenerName::new("PLAINTEXT"),
    }
}

#[test]
fn a_lone_broker_is_not_safe_to_stop_and_says_why() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let (broker, mut client) = start(directory.path());
    create(&mut broker.connect(), "orders", 3, &[]);
    let mut ask = |node_ids: &[i32], max_obstacles| {
        let request = SafeToStopRequest {
            node_ids: node_ids.to_vec(),
            max_obstacles,
        };
        let answer = broker.wait_for(client.safe_to_stop(request))?;
        Ok::<_, Status>(answer.into_inner())
    };
    let answer = ask(&[1], 2).unwrap();
    assert!(!answer.safe);
    let obstacles = answer.obstacles.unwrap();
    let texts: Vec<_> = obstacles.named.iter().map(|named| named.text.as_str()).collect();
    let expected = [
        "0 of 1 voters would be left up to date, and that is no majority",
        "orders-0 has no replica elsewhere",
    ];
    assert_eq!(texts, expected);
    assert_eq!(
        (&*obstacles.named[1].topic, obstacles.named[1].partition),
        ("orders", Some(0))
    );
    let expected = [
        (ObstacleKind::QuorumWouldLoseMajority, 1),
        (ObstacleKind::PartitionLosesAllReplicas, 3),
    ];
    assert_eq!(kinds(Some(obstacles)), expected);
    let unknown = ask(&[7], 0).unwrap();
    assert!(!unknown.safe);
    assert_eq!(kinds(unknown.obstacles), [(ObstacleKind::UnknownNode, 1)]);
    assert_eq!(ask(&[], 0).unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(ask(&[1; 1_001], 0).unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(ask(&[i32::MAX; 100_000], 0).unwrap_err().code(), Code::OutOfRange);
}

#[test]
fn a_broker_that_is_heard_has_caught_up_and_an_unknown_one_has_not() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let (broker, mut client) = start(directory.path());
    let mut ask = |node_id| {
        let request = CaughtUpRequest {
            node_id,
            max_obstacles: 0,
        };
        broker.wait_for(client.caught_up(request)).unwrap().into_inner()
    };
    let own = ask(1);
    assert!(own.caught_up, "{own:?}");
    let answer = ask(9);
    assert!(!answer.caught_up);
    assert_eq!(kinds(answer.obstacles), [(ObstacleKind::UnknownNode, 1)]);
}

#[test]
fn sizes_come_page_by_page() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let (broker, mut client) = start(directory.path());
    create(&mut broker.connect(), "b", 2, &[]);
    create(&mut broker.connect(), "a", 3, &[]);
    let mut ask = |max_partitions, page_token: &str| {
        let page_token = page_token.to_owned();
        let request = LogDirsRequest {
            max_partitions,
            page_token,
        };
        let answer = broker.wait_for(client.log_dirs(request))?;
        Ok::<LogDirsResponse, Status>(answer.into_inner())
    };
    let all = ask(0, "").unwrap();
    assert_eq!((all.directories.len(), all.directories[0].partitions), (1, 5));
    assert!(all.directories[0].online && all.directories[0].total_bytes > Some(0));
    assert_eq!(all.next_page_token, "");
    let mut paged = Vec::new();
    let mut token = String::new();
    loop {
        let page = ask(2, &token).unwrap();
        assert_eq!(
            page.directories[0].partitions, 5,
            "the directories are whole on every page"
        );
        paged.extend(page.partitions);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let names: Vec<_> = paged
        .iter()
        .map(|size| (size.topic.as_str(), size.partition))
        .collect();
    assert_eq!(names, [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)]);
    assert_eq!(paged, all.partitions);
    for wrong in ["x", "a/x", "/", "a/99999999999"] {
        assert_eq!(
            ask(0, wrong).unwrap_err().code(),
            Code::InvalidArgument,
            "{wrong}"
        );
    }
}

#[test]
fn voters_change_by_kafkas_rules() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let (broker, mut client) = start(directory.path());
    let quorum = broker.wait_for(client.describe_quorum(DescribeQuorumRequest {}));
    let quorum = quorum.unwrap().into_inner();
    assert_eq!(
        (quorum.leader_id, quorum.voters.len(), quorum.observers.len()),
        (1, 1, 0)
    );
    let alone = &quorum.voters[0];
    assert_eq!(alone.node_id, 1);
    assert!(alone.log_end_offset >= Some(quorum.high_watermark) && alone.last_caught_up_ms.is_some());
    assert_eq!(alone.listeners[0].name, "CONTROLLER");
    let remove = RemoveVoterRequest {
        node_id: 1,
        directory_id: alone.directory_id.clone(),
    };
    let refused = broker.wait_for(client.remove_voter(remove)).unwrap_err();
    assert_eq!(
        refused.code(),
        Code::NotFound,
        "as Kafka answers for the last voter"
    );
    let remove = RemoveVoterRequest {
        node_id: 2,
        directory_id: "-".to_owned(),
    };
    let refused = broker.wait_for(client.remove_voter(remove)).unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let listener = |port| Listener {
        name: "CONTROLLER".to_owned(),
        host: "127.0.0.1".to_owned(),
        port,
    };
    let mut add = |listeners: Vec<Listener>| {
        let request = AddVoterRequest {
            node_id: 2,
            directory_id: alone.directory_id.clone(),
            listeners,
        };
        broker.wait_for(client.add_voter(request)).unwrap_err()
    };
    assert_eq!(add(Vec::new()).code(), Code::InvalidArgument);
    assert_eq!(add(vec![listener(0)]).code(), Code::InvalidArgument);
    assert_eq!(add(vec![listener(65_536)]).code(), Code::InvalidArgument);
}

#[test]
fn it_listens_where_others_reach_it_only_when_told() {
    let everywhere = AdminServiceConfig::parse(":0", PlaintextNetwork::Refused).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let refused = runtime.block_on(async { AdminService::start(&everywhere, node()).map(drop) });
    let text = refused.unwrap_err().to_string();
    assert!(text.contains("eddyline.admin.allow.plaintext"), "{text}");
    let load = |more: &[(&str, &str)]| {
        let set = [
            ("log.dirs", "/tmp/x"),
            ("eddyline.admin.listener", "0.0.0.0:9645"),
        ];
        let all = set
            .iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let all: Vec<_> = all.collect();
        config::load(None, std::iter::empty(), &all).map(|config| config.admin_service)
    };
    let text = load(&[]).unwrap_err().to_string();
    assert!(text.contains("eddyline.admin.allow.plaintext=true"), "{text}");
    let allowed = load(&[("eddyline.admin.allow.plaintext", "true")]).unwrap();
    assert_eq!(allowed.unwrap().plaintext, PlaintextNetwork::Allowed);
}

#[test]
fn a_cordon_is_kept_through_heartbeats_until_it_is_lifted() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let often = ("broker.heartbeat.interval.ms", "50");
    let broker = LiveBroker::start(directory.path(), &[LISTENER, often], |_| {});
    let mut client = broker.wait_for(connect(broker.admin_service_address()));
    let is_cordoned = |client: &mut AdminClient<Channel>| {
        let status = broker.wait_for(client.broker_status(BrokerStatusRequest {}));
        status.unwrap().into_inner().is_cordoned
    };
    let one = || CordonRequest { broker_ids: vec![1] };
    broker.wait_for(client.cordon(one())).unwrap();
    assert!(is_cordoned(&mut client), "from the answer on");
    wait_for_a_heartbeat(&broker);
    assert!(is_cordoned(&mut client));
    broker.wait_for(client.uncordon(one())).unwrap();
    assert!(!is_cordoned(&mut client));
    let unknown = CordonRequest { broker_ids: vec![9] };
    let refused = broker.wait_for(client.cordon(unknown)).unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let nobody = broker
        .wait_for(client.cordon(CordonRequest::default()))
        .unwrap_err();
    assert_eq!(nobody.code(), Code::InvalidArgument);
}

/// Until the broker has said something that it knew all about that was decided before.
fn wait_for_a_heartbeat(broker: &LiveBroker) {
    let id = BrokerId::new(1);
    let decided = broker.broker().image.load().provenance.last_contained_offset;
    let heard = || {
        let asked = broker
            .broker()
            .metadata
            .decide_with_sessions(move |_, sessions, _, _| Outcome::answer(sessions.metadata_offset(id)));
        broker.wait_for(asked).unwrap()
    };
    while heard() < Some(decided) {
        std::thread::yield_now();
    }
}

#[test]
fn a_drain_that_cannot_be_done_cordons_nobody() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let (broker, mut client) = start(directory.path());
    create(&mut broker.connect(), "orders", 3, &[]);
    let request = DrainRequest {
        broker_ids: vec![1],
        limits: None,
    };
    let refused = broker.wait_for(client.drain(request)).unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    assert_eq!(refused.message(), "no broker takes replicas");
    let status = broker.wait_for(client.broker_status(BrokerStatusRequest {}));
    assert!(!status.unwrap().into_inner().is_cordoned);
}

#[test]
fn a_balanced_cluster_has_nothing_to_start_and_nothing_to_watch() {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let (broker, mut client) = start(directory.path());
    create(&mut broker.connect(), "orders", 3, &[]);
    let ask = |mode: RebalanceMode, broker_ids: Vec<i32>| PlanRebalanceRequest {
        mode: mode.into(),
        broker_ids,
        ..PlanRebalanceRequest::default()
    };
    let plan = broker.wait_for(client.plan_rebalance(ask(RebalanceMode::Full, Vec::new())));
    let plan = plan.unwrap().into_inner();
    assert_eq!((plan.movements_total, plan.bytes), (0, 0));
    assert_eq!(plan.unmeasured_broker_ids, Vec::<i32>::new());
    let start = |plan_id: String| StartRebalanceRequest {
        plan_id,
        limits: None,
    };
    let refused = broker
        .wait_for(client.start_rebalance(start(plan.plan_id)))
        .unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    for unknown in ["", "x", "AAAAAAAAAAAAAAAAAAAAAA"] {
        let refused = broker.wait_for(client.start_rebalance(start(unknown.to_owned())));
        assert_eq!(refused.unwrap_err().code(), Code::NotFound, "{unknown}");
    }
    for wrong in [
        ask(RebalanceMode::Unspecified, Vec::new()),
        ask(RebalanceMode::Full, vec![1]),
        ask(RebalanceMode::AddBrokers, Vec::new()),
    ] {
        let refused = broker.wait_for(client.plan_rebalance(wrong)).unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
    }
    let watched = broker.wait_for(client.watch_rebalance(WatchRebalanceRequest::default()));
    assert_eq!(watched.unwrap_err().code(), Code::NotFound);
    let cancelled = broker.wait_for(client.cancel_rebalance(CancelRebalanceRequest {}));
    assert_eq!(cancelled.unwrap_err().code(), Code::FailedPrecondition);
}
