//! Three whole nodes on loopback: they find one another, register, are let in, and any of them takes what the active
//! controller decides.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built fails its test")]

#[path = "cluster/admin.rs"]
mod admin;
#[path = "cluster/mute.rs"]
mod mute;
#[path = "cluster/tiering.rs"]
mod tiering;
#[path = "cluster/world.rs"]
mod world;

use broker_controller::Rebalance;
use broker_model::{BrokerId, PartitionIndex};
use broker_protocol::ErrorCode;
use broker_server::boot::RunningBroker;
use broker_server::drivers::broker_lifecycle::BrokerState;

use world::{Cluster, Voters};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_with_fixed_voters_become_a_cluster() {
    becomes_a_cluster(Voters::Fixed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_whose_voters_stand_in_the_log_become_a_cluster() {
    becomes_a_cluster(Voters::InTheLog).await;
}

async fn becomes_a_cluster(voters: Voters) {
    let cluster = Cluster::start(voters).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    for id in 1..=3 {
        let name = format!("through-{id}");
        assert_eq!(cluster.create_topic(id, &name).await, ErrorCode::None, "{id}");
        cluster
            .until("every node knows the topic", |node| has_topic(node, &name))
            .await;
    }
    cluster
        .until("the controller knows which directory holds what", |node| {
            let image = node.broker().image.load();
            let own = &image.cluster.broker(BrokerId::new(3)).unwrap().directories;
            (0..3).all(|index| {
                let found = image.topics.partition("through-2", PartitionIndex::new(index));
                let directory = found.and_then(|partition| partition.directory_of(BrokerId::new(3)));
                own.len() == 2 && directory.is_some_and(|directory| own.contains(&directory))
            })
        })
        .await;
    assert_eq!(
        cluster.create_topic(2, "through-1").await,
        ErrorCode::TopicAlreadyExists
    );
    assert_eq!(cluster.delete_topic(3, "through-1").await, ErrorCode::None);
    cluster
        .until("nobody knows it any more", |node| !has_topic(node, "through-1"))
        .await;
    let described = cluster.describe_quorum(1).await;
    for id in 2..=3 {
        assert_eq!(cluster.describe_quorum(id).await, described, "asked through {id}");
    }
    assert_eq!(described.1, [1, 2, 3]);
    cluster.stop().await;
}

fn has_topic(node: &RunningBroker, name: &str) -> bool {
    node.broker().image.load().topics.by_name(name).is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_loses_and_regains_a_node() {
    let mut cluster = Cluster::start(Voters::Fixed).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    assert_eq!(cluster.create_topic(1, "t").await, ErrorCode::None);
    let leader = cluster.controller().await;
    cluster.stop_node(leader).await;
    let others: Vec<i32> = (1..=3).filter(|id| *id != leader).collect();
    cluster.everybody_sees(&others).await;
    cluster
        .until("the others lead every partition", |node| {
            let image = node.broker().image.load();
            (0..3).all(|index| {
                let found = image.topics.partition("t", PartitionIndex::new(index));
                found.is_some_and(|partition| others.contains(&partition.leader.value()))
            })
        })
        .await;
    assert_eq!(cluster.create_topic(others[0], "u").await, ErrorCode::None);
    cluster.start_node(leader).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    assert_eq!(
        *cluster.node(leader).broker().lifecycle.state().borrow(),
        BrokerState::Running
    );
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_of_one_role_join_a_cluster_that_runs() {
    let mut cluster = Cluster::start(Voters::InTheLog).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    let broker = cluster.add("broker").await;
    let controller = cluster.add("controller").await;
    cluster.everybody_sees(&[1, 2, 3, broker]).await;
    assert!(cluster.node(broker).controller_addresses().is_empty());
    assert!(cluster.node(controller).addresses().is_empty());
    assert_eq!(cluster.create_topic(broker, "t").await, ErrorCode::None);
    cluster
        .until("all know it, those that serve no clients, too", |node| {
            has_topic(node, "t")
        })
        .await;
    let (_, voters, observers) = cluster.describe_quorum(broker).await;
    assert_eq!((voters, observers), (vec![1, 2, 3], vec![broker, controller]));
    cluster
        .until("the controller has said where it is found", |node| {
            let image = node.broker().image.load();
            image.cluster.controllers.contains_key(&BrokerId::new(controller))
        })
        .await;
    cluster.stop().await;
}

/// The metadata place its replica on the disk that is gone, until it says otherwise (T44).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_whose_only_disk_was_exchanged_comes_back_in_sync_and_can_lead() {
    let mut cluster = Cluster::start(Voters::InTheLog).await;
    let broker = cluster.add("broker").await;
    cluster.everybody_sees(&[1, 2, 3, broker]).await;
    assert_eq!(
        cluster.create_topic_on(&[broker, 1, 2], "t").await,
        ErrorCode::None
    );
    cluster.stop_node(broker).await;
    let disk = cluster.exchange_disk(broker);
    cluster.start_node(broker).await;
    let is_back = |node: &RunningBroker| {
        let image = node.broker().image.load();
        let id = BrokerId::new(broker);
        let found = image.topics.partition("t", PartitionIndex::new(0));
        found.is_some_and(|found| found.directory_of(id) == Some(disk) && found.isr.contains(&id))
    };
    cluster
        .until("its replica is on the new disk and in sync", is_back)
        .await;
    let elected = cluster.elect_preferred("t").await;
    assert!(
        matches!(elected, ErrorCode::None | ErrorCode::ElectionNotNeeded),
        "{elected:?}"
    );
    cluster
        .until("it leads", |node| {
            let image = node.broker().image.load();
            let found = image.topics.partition("t", PartitionIndex::new(0));
            found.is_some_and(|found| found.leader == BrokerId::new(broker))
        })
        .await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_was_forgotten_registers_again() {
    let cluster = Cluster::start(Voters::Fixed).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    let before = cluster.node(2).broker().lifecycle.epoch();
    assert_eq!(cluster.unregister_broker(1, 2).await, ErrorCode::None);
    cluster
        .until("2 has another epoch, and is let in", |node| {
            let image = node.broker().image.load();
            let found = image.cluster.broker(BrokerId::new(2));
            found.is_some_and(|broker| broker.epoch > before && !broker.fenced)
        })
        .await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_broker_gets_its_share_unasked_where_the_continuous_mode_is_on() {
    let every_second = [("eddyline.rebalance.interval.seconds", "1")];
    let mut cluster = Cluster::start_with(Voters::InTheLog, &every_second).await;
    cluster.everybody_sees(&[1, 2, 3]).await;
    assert_eq!(cluster.create_topic(1, "t").await, ErrorCode::None);
    let broker = cluster.add("broker").await;
    let held = |node: &RunningBroker, id: i32| {
        let image = node.broker().image.load();
        let held = image.topics.indexes().of(BrokerId::new(id));
        held.map_or(0, |held| held.held.len())
    };
    cluster
        .until(
            "2 of the 9 replicas are on the fourth broker, and nothing moves",
            |node| {
                let settled = node.broker().image.load().topics.indexes().reassigning.is_empty();
                settled && held(node, broker) == 2 && (1..=3).all(|id| held(node, id) >= 2)
            },
        )
        .await;
    // Not how much it planned: a broker that a busy machine kept waiting has given leaders away by then.
    let plan = Rebalance::load(&cluster.node(1).broker().image.load());
    assert!(plan.unwrap().is_some_and(|plan| plan.planned > 0));
    cluster.stop().await;
}
