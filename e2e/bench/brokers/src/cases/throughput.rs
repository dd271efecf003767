//! How much Kafka's own producer gets into each broker.

use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::{Broker, Lab, Site};
use crate::load;
use crate::producer_perf::{self, Load, Payload};
use crate::side::{Pair, Side};
use broker_client::Client;

pub const METHOD: &str = "Kafka's `ProducerPerformance` with its defaults and acks=all; a fifth of the records is sent before \
                          those that count. A new topic each run, and the disk is idle when it begins; both \
                          brokers run all the time and were warmed.";

/// Both brokers, running.
#[derive(Debug)]
pub struct Arena {
    sides: Pair<Option<(Site, Broker, Client)>>,
    topics: usize,
}

impl Arena {
    /// Starts both brokers.
    pub async fn open(lab: &Lab, name: &str) -> Result<Self, Failure> {
        let mut sides = Pair::default();
        for side in Side::BOTH {
            let site = lab.site(side, name)?;
            let (broker, client) = lab.start(&site).await?;
            *sides.of(side) = Some((site, broker, client));
        }
        Ok(Self { sides, topics: 0 })
    }

    /// One of them, with a client.
    pub fn side(&mut self, side: Side) -> Result<(&Broker, &Client), Failure> {
        let (_, broker, client) = self.sides.of(side).as_ref().ok_or("the broker was stopped")?;
        Ok((broker, client))
    }

    /// Makes a new topic on one side.
    pub async fn topic(&mut self, side: Side, partitions: i32) -> Result<String, Failure> {
        self.topics += 1;
        let name = format!("bench-{}", self.topics);
        let client = self.side(side)?.1;
        load::create_topic(client, &name, partitions, 1).await?;
        // Kafka tells of a topic a moment before it takes records for it.
        load::produce_one_each(client, &name, partitions).await?;
        Ok(name)
    }

    /// Deletes a topic and waits until the disk has what is dirty, so that one side's pages are not written during
    /// the other's run.
    pub async fn forget(&mut self, side: Side, topic: &str) -> Result<(), Failure> {
        self.side(side)?.1.delete_topic(topic).await?;
        tokio::task::block_in_place(rustix::fs::sync);
        Ok(())
    }

    /// Stops both brokers and removes their data.
    pub fn close(mut self) -> Result<(), Failure> {
        for side in Side::BOTH {
            if let Some((site, broker, _)) = self.sides.of(side).take() {
                broker.process.stop()?;
                site.clear()?;
            }
        }
        Ok(())
    }
}

/// A load that takes a few seconds.
pub fn load_of<'a>(lab: &Lab, topic: &'a str, record_size: u64, compression: &'a str) -> Load<'a> {
    let records = lab.scaled(if record_size > 500 { 400_000 } else { 2_000_000 });
    Load {
        topic,
        payload: Payload::Bytes(record_size),
        records,
        warm_up: records / 5,
        compression,
        rate: None,
        property: None,
    }
}

pub async fn measure(lab: &Lab) -> Result<Vec<Row>, Failure> {
    let mut arena = Arena::open(lab, "throughput").await?;
    warm(lab, &mut arena).await?;
    let mut rows = Vec::new();
    for (partitions, record_size) in [(1, 100), (1, 1024), (12, 100), (12, 1024)] {
        for compression in ["none", "lz4"] {
            let mut samples = Pair::<Samples>::default();
            for _ in 0..lab.runs {
                for side in Side::BOTH {
                    let topic = arena.topic(side, partitions).await?;
                    let load = load_of(lab, &topic, record_size, compression);
                    let report = producer_perf::run(lab, &arena.side(side)?.0.bootstrap, load)?;
                    eprintln!(
                        "{partitions} × {record_size} B {compression} {}: {report:?}",
                        side.name()
                    );
                    samples.of(side).0.push(report.megabytes);
                    arena.forget(side, &topic).await?;
                }
            }
            let plural = if partitions == 1 { "" } else { "s" };
            rows.push(Row {
                what: format!("{partitions} partition{plural}, {record_size} B, {compression}"),
                unit: "MiB/s",
                samples,
                goals: vec![Goal::RatioAtLeast(1.0)],
            });
        }
    }
    arena.close()?;
    Ok(rows)
}

/// Loads both brokers until the JVM has compiled what is hot.
pub async fn warm(lab: &Lab, arena: &mut Arena) -> Result<(), Failure> {
    for side in Side::BOTH {
        for compression in ["none", "lz4"] {
            let topic = arena.topic(side, 4).await?;
            let load = load_of(lab, &topic, 1024, compression);
            producer_perf::run(lab, &arena.side(side)?.0.bootstrap, load)?;
            arena.forget(side, &topic).await?;
        }
    }
    Ok(())
}
