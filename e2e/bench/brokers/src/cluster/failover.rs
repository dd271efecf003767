//! How long senders wait when a leader is killed or stopped, and whether anything that was acknowledged is missing then.
//!
//! A run: Kafka's producer sends numbers into a topic of one partition, 5,000 a second; in the midst of it the leader is
//! hurt. The longest send that the producer saw is the outage. Afterwards the cluster is made whole and every number
//! is looked for.

use std::time::{Duration, Instant};

use broker_client::{Client, OffsetSpec, TopicSelection};
use broker_model::BrokerId;
use rustix::process::Signal;

use super::ledger::Ledger;
use super::nodes::{Nodes, connected};
use super::throughput::REPLICAS;
use super::{Matter, goes_on};
use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::load;
use crate::producer_perf::{self, Load, Payload};
use crate::side::{Pair, Side};

const RATE: u64 = 5_000;
/// Records that are there before anything goes wrong.
const BEFORE: i64 = 10_000;
/// Longest wait for those.
const BEFORE_WITHIN: Duration = Duration::from_secs(60);
/// Longest wait for a new leader.
const LEADER_WITHIN: Duration = Duration::from_secs(60);
/// Topics that are made until one has the leader that is wanted.
const TOPICS_MAX: usize = 20;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// `kill -9` of a leader that is not the active controller.
    KillLeader,
    /// `kill -9` of a leader that is the active controller.
    KillController,
    /// SIGSTOP of a leader that is not the active controller.
    Freeze,
}

/// What was seen, in seconds.
#[derive(Clone, Copy, Debug)]
struct Outage {
    longest_send: f64,
    new_leader: Option<f64>,
}

/// Rows of the two kills.
pub async fn measure_kills(lab: &Lab, ledger: &mut Ledger) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut outages = [(); 2].map(|()| Pair::<Samples>::default());
    for side in Side::BOTH {
        let mut nodes = Nodes::begin(lab, side, "failover").await?;
        let mut done = 0;
        while goes_on_at(lab, side, Matter::Failover, done) {
            done += 1;
            for (fault, samples) in [Fault::KillLeader, Fault::KillController]
                .into_iter()
                .zip(&mut outages)
            {
                let outage = once(lab, &mut nodes, fault, ledger).await?;
                samples.of(side).0.push(outage.longest_send);
            }
        }
        nodes.clear()?;
    }
    let named = [("a leader", 1.0), ("the active controller with a leader", 2.0)];
    for (samples, (what, goal)) in outages.into_iter().zip(named) {
        rows.push(Row {
            what: format!("longest send after `kill -9` of {what}"),
            unit: "s",
            samples,
            goals: vec![Goal::AtMost(goal)],
        });
    }
    Ok(rows)
}

/// Rows of a leader that is stopped.
pub async fn measure_freeze(lab: &Lab, ledger: &mut Ledger) -> Result<Vec<Row>, Failure> {
    let (mut sends, mut leaders) = (Pair::<Samples>::default(), Pair::<Samples>::default());
    for side in Side::BOTH {
        let mut nodes = Nodes::begin(lab, side, "freeze").await?;
        let mut done = 0;
        while goes_on_at(lab, side, Matter::Freeze, done) {
            done += 1;
            let outage = once(lab, &mut nodes, Fault::Freeze, ledger).await?;
            sends.of(side).0.push(outage.longest_send);
            leaders.of(side).0.extend(outage.new_leader);
        }
        nodes.clear()?;
    }
    let row = |what: &str, samples, goal| Row {
        what: format!("SIGSTOP of a leader: {what}"),
        unit: "s",
        samples,
        goals: vec![Goal::AtMost(goal)],
    };
    Ok(vec![
        row("a new leader takes a write", leaders, 2.0),
        row("longest send with request.timeout.ms=2000", sends, 4.0),
    ])
}

/// Kafka's outages are long and not what is asked: one of each.
fn goes_on_at(lab: &Lab, side: Side, matter: Matter, done: usize) -> bool {
    goes_on(lab, matter, done) && (side == Side::Eddyline || done == 0)
}

async fn once(lab: &Lab, nodes: &mut Nodes, fault: Fault, ledger: &mut Ledger) -> Result<Outage, Failure> {
    let client = nodes.client().await?;
    let (topic, leader) = topic_led_by(nodes, &client, fault).await?;
    let seconds = match nodes.side() {
        Side::Eddyline => 12,
        Side::Kafka => 28,
    };
    let records = RATE * seconds;
    let (outage, acknowledged) = {
        let load = Load {
            topic: &topic,
            payload: Payload::Numbers,
            records,
            warm_up: 0,
            compression: "none",
            rate: Some(RATE),
            property: (fault == Fault::Freeze).then_some("request.timeout.ms=2000"),
        };
        under_load(lab, nodes, (fault, leader, &client), load).await?
    };
    match fault {
        Fault::Freeze => nodes.signal(leader, Signal::CONT)?,
        Fault::KillLeader | Fault::KillController => nodes.launch_all(lab)?,
    }
    nodes.all_in_service().await?;
    let client = nodes.client().await?;
    load::wait_until_whole(&client, &topic).await?;
    let read = load::numbers(&client, &topic, records).await?;
    ledger.enter(nodes.side(), acknowledged, read);
    eprintln!(
        "{fault:?} {}: {outage:?}, {acknowledged} acknowledged, {read} read",
        nodes.side().name()
    );
    Ok(outage)
}

/// A new topic of one partition, and its leader, which fits to the fault.
async fn topic_led_by(
    nodes: &mut Nodes,
    client: &Client,
    fault: Fault,
) -> Result<(String, BrokerId), Failure> {
    for _ in 0..TOPICS_MAX {
        let controller = client.describe_quorum().await?.leader;
        let name = nodes.fresh_name("outage");
        load::create_topic(client, &name, 1, REPLICAS).await?;
        let leader = client.leader(&load::partition(&name, 0));
        let is_controller = leader == controller;
        if is_controller == (fault == Fault::KillController)
            && let Some(leader) = leader
        {
            return Ok((name, leader));
        }
    }
    Err(format!("none of {TOPICS_MAX} topics has the leader that is wanted").into())
}

async fn under_load(
    lab: &Lab,
    nodes: &mut Nodes,
    (fault, leader, client): (Fault, BrokerId, &Client),
    load: Load<'_>,
) -> Result<(Outage, u64), Failure> {
    let bootstrap = nodes.bootstrap();
    let survivors = connected(&nodes.bootstrap_without(leader)).await?;
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let sender = scope.spawn(|| producer_perf::run(lab, &bootstrap, load));
            let new_leader = runtime.block_on(async {
                until_loaded(client, load.topic).await?;
                let start = Instant::now();
                match fault {
                    Fault::Freeze => nodes.signal(leader, Signal::STOP)?,
                    Fault::KillLeader | Fault::KillController => nodes.kill(leader)?,
                }
                if fault != Fault::Freeze {
                    return Ok::<_, Failure>(None);
                }
                takes_a_write(&survivors, load.topic, leader).await?;
                Ok(Some(start.elapsed().as_secs_f64()))
            });
            let report = sender.join().map_err(|_| "the sender panicked")??;
            let outage = Outage {
                longest_send: report.max / 1e3,
                new_leader: new_leader?,
            };
            Ok((outage, report.records))
        })
    })
}

async fn until_loaded(client: &Client, topic: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + BEFORE_WITHIN;
    let partition = [load::partition(topic, 0)];
    while Instant::now() < deadline {
        let ends = client.list_same_offset(&partition, OffsetSpec::Latest).await?;
        let end = ends.first().and_then(|(_, end)| end.offset);
        if end.is_some_and(|end| end.value() >= BEFORE) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("the load did not begin".into())
}

/// Waits until another leader than `old` has taken a record of a producer that knows of it.
async fn takes_a_write(client: &Client, topic: &str, old: BrokerId) -> Result<(), Failure> {
    let deadline = Instant::now() + LEADER_WITHIN;
    let partition = load::partition(topic, 0);
    while Instant::now() < deadline {
        let known = client.refresh(TopicSelection::Named(&[topic])).await;
        let leader = known.ok().and_then(|known| known.partition(&partition)?.leader);
        if leader.is_some_and(|leader| leader != old)
            && load::produce_one_each(client, topic, 1).await.is_ok()
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err("no new leader took a write".into())
}
