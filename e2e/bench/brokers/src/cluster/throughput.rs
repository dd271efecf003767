//! How much Kafka's own producer gets into three replicas, and what it costs all three brokers.

use std::time::Duration;

use broker_client::Client;

use super::ledger::Ledger;
use super::nodes::Nodes;
use super::{Matter, goes_on};
use crate::Failure;
use crate::cases::load_of;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::load;
use crate::producer_perf::{self, Report};
use crate::side::{Pair, Side};

const GIB: f64 = (1_u64 << 30) as f64;
/// Partitions of a topic: four for each broker to lead.
pub const PARTITIONS: i32 = 12;
/// Copies of each.
pub const REPLICAS: i16 = 3;

/// Both clusters, running.
#[derive(Debug)]
pub struct Ring {
    sides: Pair<Option<(Nodes, Client)>>,
    topics: usize,
}

impl Ring {
    /// Starts both and loads them until the JVM has compiled what is hot.
    pub async fn open(lab: &Lab, name: &str) -> Result<Self, Failure> {
        let mut sides = Pair::default();
        for side in Side::BOTH {
            let nodes = Nodes::begin(lab, side, name).await?;
            let client = nodes.client().await?;
            *sides.of(side) = Some((nodes, client));
        }
        let mut ring = Self { sides, topics: 0 };
        for side in Side::BOTH {
            for record_size in [100, 1024] {
                let topic = ring.topic(side).await?;
                let load = load_of(lab, &topic, record_size, "none");
                producer_perf::run(lab, &ring.side(side)?.0.bootstrap(), load)?;
                ring.forget(side, &topic).await?;
            }
        }
        Ok(ring)
    }

    /// One of them, with a client.
    pub fn side(&mut self, side: Side) -> Result<(&Nodes, &Client), Failure> {
        let (nodes, client) = self.sides.of(side).as_ref().ok_or("the cluster was stopped")?;
        Ok((nodes, client))
    }

    /// Makes a new topic on one side that holds a record in each partition.
    pub async fn topic(&mut self, side: Side) -> Result<String, Failure> {
        self.topics += 1;
        let name = format!("bench-{}", self.topics);
        let client = self.side(side)?.1;
        load::create_topic(client, &name, PARTITIONS, REPLICAS).await?;
        load::produce_one_each(client, &name, PARTITIONS).await?;
        Ok(name)
    }

    /// Deletes a topic and waits until the disk has what is dirty.
    pub async fn forget(&mut self, side: Side, topic: &str) -> Result<(), Failure> {
        self.side(side)?.1.delete_topic(topic).await?;
        tokio::task::block_in_place(rustix::fs::sync);
        Ok(())
    }

    /// Ends both and removes their data.
    pub fn close(mut self) -> Result<(), Failure> {
        for side in Side::BOTH {
            if let Some((nodes, _)) = self.sides.of(side).take() {
                nodes.clear()?;
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Figures {
    rate: Pair<Samples>,
    produce: Pair<Samples>,
    both: Pair<Samples>,
}

pub async fn measure(lab: &Lab, ledger: &mut Ledger) -> Result<Vec<Row>, Failure> {
    let mut ring = Ring::open(lab, "throughput").await?;
    let mut rows = Vec::new();
    let mut costs = Vec::new();
    let mut by_size = [100, 1024].map(|size| (size, Figures::default()));
    let mut done = 0;
    while goes_on(lab, Matter::Throughput, done) {
        for (record_size, figures) in &mut by_size {
            for side in Side::BOTH {
                measure_once(lab, &mut ring, (side, *record_size), (figures, ledger)).await?;
            }
        }
        done += 1;
    }
    for (record_size, figures) in by_size {
        let row = |what: &str, unit, samples, goals| Row {
            what: format!("{what}, {record_size} B"),
            unit,
            samples,
            goals,
        };
        rows.push(row(
            "produce throughput, 12 partitions",
            "MiB/s",
            figures.rate,
            vec![Goal::RatioAtLeast(1.0)],
        ));
        let half = || vec![Goal::RatioAtMost(0.5)];
        costs.push(row(
            "CPU of all brokers, produce",
            "s/GiB",
            figures.produce,
            half(),
        ));
        costs.push(row(
            "CPU of all brokers, produce and one reader",
            "s/GiB",
            figures.both,
            half(),
        ));
    }
    ring.close()?;
    rows.extend(costs);
    Ok(rows)
}

async fn measure_once(
    lab: &Lab,
    ring: &mut Ring,
    (side, record_size): (Side, u64),
    (figures, ledger): (&mut Figures, &mut Ledger),
) -> Result<(), Failure> {
    let topic = ring.topic(side).await?;
    let load = load_of(lab, &topic, record_size, "none");
    let (nodes, client) = ring.side(side)?;
    let before = nodes.cpu_time()?;
    let report: Report = producer_perf::run(lab, &nodes.bootstrap(), load)?;
    let between = nodes.cpu_time()?;
    // Each partition holds a record more, which was acknowledged, too.
    let ones = u64::try_from(PARTITIONS)?;
    let acknowledged = report.records + load.warm_up + ones;
    let read = load::drain(client, &topic, PARTITIONS, acknowledged).await?;
    let after = nodes.cpu_time()?;
    ledger.enter(side, acknowledged, read.records);
    let gibibytes = ((load.records + load.warm_up) * record_size) as f64 / GIB;
    let per_gibibyte = |time: Duration| time.as_secs_f64() / gibibytes;
    figures.rate.of(side).0.push(report.megabytes);
    figures.produce.of(side).0.push(per_gibibyte(between - before));
    figures.both.of(side).0.push(per_gibibyte(after - before));
    eprintln!(
        "{record_size} B {}: {report:?}, {:?} + {:?} CPU",
        side.name(),
        between - before,
        after - between
    );
    ring.forget(side, &topic).await
}
