//! How long a record waits for its acknowledgement when the broker is half as busy as Kafka can be.

use super::throughput::{Arena, load_of, warm};
use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::producer_perf::{self, Load};
use crate::side::{Pair, Side};

pub const METHOD: &str = "12 partitions, 1 KiB, acks=all, none. Kafka's largest rate is measured first (median of three), then both \
                          brokers get half of it for 20 s a run.";
const PARTITIONS: i32 = 12;
const RECORD_SIZE: u64 = 1024;
const SECONDS: u64 = 20;

pub async fn measure(lab: &Lab) -> Result<Vec<Row>, Failure> {
    let mut arena = Arena::open(lab, "latency").await?;
    warm(lab, &mut arena).await?;
    let rate = half_of_kafkas_rate(lab, &mut arena).await?;
    eprintln!("half of Kafka's rate: {rate} records/s");
    let mut by_tool = <[Pair<Samples>; 3]>::default();
    for _ in 0..lab.runs {
        for side in Side::BOTH {
            let topic = arena.topic(side, PARTITIONS).await?;
            let load = Load {
                records: lab.scaled(rate * SECONDS),
                warm_up: rate * 2,
                rate: Some(rate),
                ..load_of(lab, &topic, RECORD_SIZE, "none")
            };
            let report = producer_perf::run(lab, arena.side(side)?.0, load)?;
            eprintln!("{}: {report:?}", side.name());
            for (samples, figure) in by_tool.iter_mut().zip([report.p50, report.p99, report.p999]) {
                samples.of(side).0.push(figure);
            }
            arena.forget(side, &topic).await?;
        }
    }
    arena.close()?;
    let rows = by_tool
        .into_iter()
        .zip(["p50", "p99", "p99.9"])
        .map(|(samples, what)| Row {
            what: format!("{what} by Kafka's tool, {rate} records/s"),
            unit: "ms",
            samples,
            goals: match what {
                "p50" => vec![Goal::None],
                _ => vec![Goal::RatioAtMost(0.5)],
            },
        });
    Ok(rows.collect())
}

async fn half_of_kafkas_rate(lab: &Lab, arena: &mut Arena) -> Result<u64, Failure> {
    let mut rates = Samples::default();
    for _ in 0..lab.runs.min(3) {
        let topic = arena.topic(Side::Kafka, PARTITIONS).await?;
        let load = load_of(lab, &topic, RECORD_SIZE, "none");
        let report = producer_perf::run(lab, arena.side(Side::Kafka)?.0, load)?;
        rates.0.push(report.rate);
        arena.forget(Side::Kafka, &topic).await?;
    }
    Ok((rates.median().ok_or("no rate")? / 2.0) as u64)
}
