//! Many partitions: how long it takes to make them, to start with them, and until another controller serves them.

use std::time::{Duration, Instant};

use broker_client::{Client, NewTopic, Producer, ProducerOptions, RecordToSend, TopicSelection, Validation};

use super::ledger::Ledger;
use super::nodes::{Nodes, connected};
use super::throughput::REPLICAS;
use super::{Matter, goes_on};
use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::load;
use crate::side::{Pair, Side};

const TOPICS: usize = 1_000;
const PARTITIONS: i32 = 3;
/// Clients that make topics at the same time, one topic a request.
const MAKERS: usize = 10;
/// Topics and partitions that make it 10,000 partitions.
const MORE: (usize, i32) = (70, 100);
/// Longest wait for a record, and for a new controller.
const WITHIN: Duration = Duration::from_secs(180);

#[derive(Default)]
struct Figures {
    made: Pair<Samples>,
    usable: Pair<Samples>,
    stopped: Pair<Samples>,
    in_service: Pair<Samples>,
    started: Pair<Samples>,
    controller: Pair<Samples>,
}

pub async fn measure(lab: &Lab, ledger: &mut Ledger) -> Result<Vec<Row>, Failure> {
    let mut figures = Figures::default();
    measure_once(lab, Side::Eddyline, &mut figures, ledger).await?;
    // One run of Kafka's takes longer than all of ours.
    measure_once(lab, Side::Kafka, &mut figures, ledger).await?;
    let mut done = 1;
    while goes_on(lab, Matter::Topics, done) {
        measure_once(lab, Side::Eddyline, &mut figures, ledger).await?;
        done += 1;
    }
    let topics = lab.scaled(TOPICS as u64);
    let partitions = topics * PARTITIONS as u64 + lab.scaled(MORE.0 as u64) * MORE.1 as u64;
    let row = |what: &str, samples, goals| Row {
        what: what.to_owned(),
        unit: "s",
        samples,
        goals,
    };
    let half = || vec![Goal::RatioAtMost(0.5)];
    Ok(vec![
        row(
            &format!("{topics} topics × 3 partitions made, 10 clients"),
            figures.made,
            half(),
        ),
        row(
            "the same until each partition has taken a record",
            figures.usable,
            half(),
        ),
        row(
            "SIGTERM to all three that hold them",
            figures.stopped,
            vec![Goal::None],
        ),
        row(
            "start of three that hold them, until all are in service",
            figures.in_service,
            vec![Goal::None],
        ),
        row(
            "the same until each partition has taken a record",
            figures.started,
            vec![Goal::AtMost(3.0)],
        ),
        row(
            &format!(
                "{partitions} partitions: `kill -9` of the active controller until another makes a topic"
            ),
            figures.controller,
            vec![Goal::AtMost(1.0)],
        ),
    ])
}

async fn measure_once(
    lab: &Lab,
    side: Side,
    figures: &mut Figures,
    ledger: &mut Ledger,
) -> Result<(), Failure> {
    let mut nodes = Nodes::begin(lab, side, "topics").await?;
    let topics = lab.scaled(TOPICS as u64) as usize;
    let start = Instant::now();
    make(&nodes, topics, (PARTITIONS, REPLICAS), "topic").await?;
    let made = start.elapsed().as_secs_f64();
    let client = nodes.client().await?;
    one_each(&client, topics).await?;
    let usable = start.elapsed().as_secs_f64();
    drop(client);
    figures.made.of(side).0.push(made);
    figures.usable.of(side).0.push(usable);
    eprintln!(
        "{}: {topics} topics made {made:.3} s, usable {usable:.3} s",
        side.name()
    );

    let stopped = tokio::task::block_in_place(|| nodes.stop_all())?;
    figures
        .stopped
        .of(side)
        .0
        .extend(stopped.map(|time| time.as_secs_f64()));
    tokio::task::block_in_place(rustix::fs::sync);
    let start = Instant::now();
    nodes.launch_all(lab)?;
    nodes.all_in_service().await?;
    let in_service = start.elapsed().as_secs_f64();
    let client = nodes.client().await?;
    one_each(&client, topics).await?;
    let started = start.elapsed().as_secs_f64();
    figures.in_service.of(side).0.push(in_service);
    figures.started.of(side).0.push(started);
    eprintln!(
        "{}: stop {stopped:?}, in service {in_service:.3} s, each took a record {started:.3} s",
        side.name()
    );
    let partitions = u64::try_from(PARTITIONS)? * topics as u64;
    ledger.enter(side, 2 * partitions, held(&client, topics).await?);
    let controller = another_controller(lab, &mut nodes).await?;
    figures.controller.of(side).0.push(controller);
    eprintln!("{}: another controller {controller:.3} s", side.name());
    nodes.clear()
}

/// Makes topics, several clients at a time, until all of them are known to every broker and have leaders.
async fn make(
    nodes: &Nodes,
    count: usize,
    (partitions, replicas): (i32, i16),
    prefix: &str,
) -> Result<(), Failure> {
    let mut makers = Vec::with_capacity(MAKERS);
    for maker in 0..MAKERS {
        let names = (maker..count)
            .step_by(MAKERS)
            .map(|number| format!("{prefix}-{number}"));
        let topic = |name| NewTopic {
            name,
            partitions: Some(partitions),
            replicas: Some(replicas),
            configs: Vec::new(),
        };
        makers.push((nodes.client().await?, names.map(topic).collect::<Vec<_>>()));
    }
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let make = |(client, topics): (Client, Vec<NewTopic>)| {
                let runtime = runtime.clone();
                scope.spawn(move || runtime.block_on(make_in_turn(client, topics)))
            };
            let makers: Vec<_> = makers.into_iter().map(make).collect();
            makers
                .into_iter()
                .try_for_each(|maker| maker.join().map_err(|_| "a maker panicked")?)
        })
    })?;
    for address in nodes.addresses() {
        knows_all(&connected(&address).await?, count, prefix).await?;
    }
    Ok(())
}

async fn make_in_turn(client: Client, topics: Vec<NewTopic>) -> Result<(), Failure> {
    for topic in topics {
        client.create_topic(&topic, Validation::AndApply).await?;
    }
    Ok(())
}

async fn knows_all(client: &Client, count: usize, prefix: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + WITHIN;
    while Instant::now() < deadline {
        let known = client.refresh(TopicSelection::All).await?;
        let ready = known.topics.values().filter(|topic| {
            let has_leader = |partition: &broker_client::PartitionInfo| partition.leader.is_some();
            topic.name.starts_with(prefix) && topic.partitions.iter().all(has_leader)
        });
        if ready.count() >= count {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Err("a broker does not know all topics".into())
}

/// Sends a record to every partition and waits for all the answers.
async fn one_each(client: &Client, topics: usize) -> Result<(), Failure> {
    let options = ProducerOptions {
        linger: Duration::ZERO,
        ..ProducerOptions::default()
    };
    client.refresh(TopicSelection::All).await?;
    let mut producer = Producer::<()>::new(client.clone(), options).await?;
    let record = RecordToSend {
        value: Some(b"one record"),
        ..RecordToSend::default()
    };
    for (topic, index) in partitions(topics) {
        producer.append(&load::partition(&topic, index), record, ());
    }
    let mut refused = None;
    let finish = producer.finish(|delivery| refused = delivery.outcome.err().or(refused.take()));
    tokio::time::timeout(WITHIN, finish).await?;
    refused.map_or(Ok(()), |error| Err(error.into()))
}

fn partitions(topics: usize) -> impl Iterator<Item = (String, i32)> {
    (0..topics).flat_map(|topic| (0..PARTITIONS).map(move |index| (format!("topic-{topic}"), index)))
}

/// Records that can be read in all partitions.
async fn held(client: &Client, topics: usize) -> Result<u64, Failure> {
    let wanted = 2 * partitions(topics).count() as u64;
    let all = partitions(topics).map(|(topic, index)| load::partition(&topic, index));
    Ok(load::drain_of(client, all.collect(), wanted).await?.records)
}

/// With 10,000 partitions, from the end of the active controller until another has made a topic.
async fn another_controller(lab: &Lab, nodes: &mut Nodes) -> Result<f64, Failure> {
    let (topics, partitions) = MORE;
    make(nodes, lab.scaled(topics as u64) as usize, (partitions, 1), "more").await?;
    let client = nodes.client().await?;
    let active = client
        .describe_quorum()
        .await?
        .leader
        .ok_or("nobody leads the quorum")?;
    let survivors = nodes.bootstrap_without(active);
    let client = connected(&survivors).await?;
    client.describe_cluster().await?;
    let topic = NewTopic {
        name: "after".to_owned(),
        partitions: Some(1),
        replicas: Some(1),
        configs: Vec::new(),
    };
    let start = Instant::now();
    nodes.kill(active)?;
    while let Err(error) = client.create_topic(&topic, Validation::AndApply).await {
        if error.to_string().contains("already exists") {
            break;
        }
        if start.elapsed() > WITHIN {
            return Err(error.into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(start.elapsed().as_secs_f64())
}
