//! The admin services of three nodes: who answers, and what outlives the one that answered.

use broker_admin::ACTIVE_CONTROLLER;
use broker_admin::tonic::{Code, Status};
use broker_admin::v1::{
    AddVoterRequest, CancelRebalanceRequest, CaughtUpRequest, ClusterStatusRequest, CordonRequest,
    DescribeQuorumRequest, DrainRequest, MoveLeadersAwayRequest, PlanRebalanceRequest, RebalanceMode,
    RemoveVoterRequest, SafeToStopRequest, SpreadToRequest, StartRebalanceRequest, WatchRebalanceRequest,
};
use broker_client::{Client, ClientOptions, Producer, ProducerOptions, RecordToSend};
use broker_controller::{Rebalance, RebalanceStatus};
use broker_model::{BrokerId, PartitionIndex, Timestamp, TopicPartition};
use broker_protocol::ErrorCode;
use broker_server::boot::RunningBroker;

use crate::world::{Cluster, Voters};

const LISTENER: &[(&str, &str)] = &[("eddyline.admin.listener", "127.0.0.1:0")];

/// Puts a call with an empty request to a service, and keeps what it was refused with.
macro_rules! refusals {
    ($client:ident: $($call:ident($request:ident),)*) => {
        vec![$((stringify!($call), $client.$call($request::default()).await.err())),*]
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_active_controller_answers_is_refused_elsewhere_with_its_id() {
    let cluster = Cluster::start_with(Voters::InTheLog, LISTENER).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    let active = cluster.controller().await;
    let elsewhere = (1..=3).find(|id| *id != active).unwrap();
    let mut client = cluster.admin(elsewhere).await;
    let refusals: Vec<(&str, Option<Status>)> = refusals!(client:
        safe_to_stop(SafeToStopRequest),
        caught_up(CaughtUpRequest),
        cluster_status(ClusterStatusRequest),
        move_leaders_away(MoveLeadersAwayRequest),
        describe_quorum(DescribeQuorumRequest),
        add_voter(AddVoterRequest),
        remove_voter(RemoveVoterRequest),
        cordon(CordonRequest),
        uncordon(CordonRequest),
        drain(DrainRequest),
        spread_to(SpreadToRequest),
        plan_rebalance(PlanRebalanceRequest),
        start_rebalance(StartRebalanceRequest),
        watch_rebalance(WatchRebalanceRequest),
        cancel_rebalance(CancelRebalanceRequest),
    );
    for (call, refused) in refusals {
        let refused = refused.unwrap_or_else(|| panic!("{call} was answered by node {elsewhere}"));
        assert_eq!(refused.code(), Code::FailedPrecondition, "{call}: {refused}");
        let named = refused.metadata().get(ACTIVE_CONTROLLER);
        let named = named.and_then(|id| id.to_str().ok());
        assert_eq!(named, Some(active.to_string().as_str()), "{call}: {refused}");
    }
    cluster.stop().await;
}

/// Writes one record of so many bytes, which are not packed.
async fn write(cluster: &Cluster, topic: &str, bytes: usize) {
    let address = cluster.node(1).addresses()[0].1.to_string();
    let client = Client::connect(&address, ClientOptions::default()).await.unwrap();
    let mut producer: Producer<()> = Producer::new(client, ProducerOptions::default()).await.unwrap();
    let partition = TopicPartition::new(topic, PartitionIndex::new(0));
    let value = vec![b'x'; bytes];
    let record = RecordToSend {
        timestamp: Timestamp::from_ms(1_795_252_000_000),
        key: None,
        value: Some(&value),
        headers: &[],
    };
    producer.append(&partition, record, ());
    producer
        .finish(|delivery| assert!(delivery.outcome.is_ok(), "{:?}", delivery.outcome))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_says_how_much_it_copies() {
    let cluster = Cluster::start_with(Voters::InTheLog, LISTENER).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    for topic in ["written", "empty"] {
        assert_eq!(cluster.create_topic_on(&[1, 2], topic).await, ErrorCode::None);
    }
    write(&cluster, "written", 100_000).await;
    let mut client = cluster.admin(cluster.controller().await).await;
    let plan = PlanRebalanceRequest {
        mode: RebalanceMode::RemoveBrokers.into(),
        broker_ids: vec![2],
        ..PlanRebalanceRequest::default()
    };
    let plan = client.plan_rebalance(plan).await.unwrap().into_inner();
    assert_eq!(plan.unmeasured_broker_ids, Vec::<i32>::new());
    let bytes = |topic: &str| {
        let of_it = plan.movements.iter().find(|movement| movement.topic == topic);
        of_it.map(|movement| movement.bytes)
    };
    assert_eq!(bytes("empty"), Some(0));
    assert!(
        bytes("written").is_some_and(|bytes| (100_000..110_000).contains(&bytes)),
        "{plan:?}"
    );
    assert_eq!(Some(plan.bytes), bytes("written"));
    cluster.stop().await;
}

/// What the node knows of the last plan.
fn plan_at(node: &RunningBroker) -> Option<Rebalance> {
    Rebalance::load(&node.broker().image.load()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_outlives_the_controller_that_started_it() {
    let mut cluster = Cluster::start_with(Voters::InTheLog, LISTENER).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    assert_eq!(cluster.create_topic(1, "t").await, ErrorCode::None);
    let added = cluster.add("broker").await;
    cluster.everybody_sees(&[1, 2, 3, added]).await;
    let active = cluster.controller().await;
    let mut client = cluster.admin(active).await;
    let plan = PlanRebalanceRequest {
        mode: RebalanceMode::AddBrokers.into(),
        broker_ids: vec![added],
        ..PlanRebalanceRequest::default()
    };
    let plan = client.plan_rebalance(plan).await.unwrap().into_inner();
    // Nothing can be moved to a broker that is gone, so the plan is not over before its controller is.
    cluster.stop_node(added).await;
    let start = StartRebalanceRequest {
        plan_id: plan.plan_id,
        ..StartRebalanceRequest::default()
    };
    let started = client.start_rebalance(start).await.unwrap().into_inner();
    drop(client);
    cluster.stop_node(active).await;
    let others: Vec<i32> = (1..=3).filter(|id| *id != active).collect();
    cluster.everybody_sees(&others).await;
    let is_plan = |node: &RunningBroker, status| {
        plan_at(node).is_some_and(|plan| plan.id.to_string() == started.rebalance_id && plan.status == status)
    };
    cluster
        .until("the others know of the plan, and that it is not over", |node| {
            is_plan(node, RebalanceStatus::Running)
        })
        .await;
    cluster.start_node(added).await;
    cluster.start_node(active).await;
    cluster
        .until("the plan is carried out", |node| {
            let image = node.broker().image.load();
            let held = image.topics.indexes().of(BrokerId::new(added));
            is_plan(node, RebalanceStatus::Finished) && held.is_some_and(|held| !held.held.is_empty())
        })
        .await;
    cluster.stop().await;
}
