//! How long a record waits for its acknowledgement when the broker is half as busy as Kafka can be.

use super::throughput::{Arena, load_of, warm};
use crate::Failure;
use crate::eddyline_perf::{self, Pace};
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::producer_perf::{self, Load};
use crate::side::{Pair, Side};

pub const METHOD: &str = "12 partitions, 1 KiB, acks=all, none, and the producer's defaults (linger.ms=5 is in every figure). Kafka's largest rate is measured first (median of \
                          three), then both brokers get half of it for 20 s a run. `eddyline perf produce` times every record from \
                          the moment at which it was due to its acknowledgement; Kafka's tool from `send`.";
const PARTITIONS: i32 = 12;
const RECORD_SIZE: u64 = 1024;
const SECONDS: u64 = 20;

/// Percentiles of one way to measure.
#[derive(Default)]
struct Percentiles([Pair<Samples>; 3]);

impl Percentiles {
    fn push(&mut self, side: Side, figures: [f64; 3]) {
        for (samples, figure) in self.0.iter_mut().zip(figures) {
            samples.of(side).0.push(figure);
        }
    }

    fn rows(self, how: &str) -> Vec<Row> {
        let named = self.0.into_iter().zip(["p50", "p99", "p99.9"]);
        let row = |(samples, what)| Row {
            what: format!("{what}, {how}"),
            unit: "ms",
            samples,
            goals: match what {
                "p50" => vec![Goal::None],
                _ => vec![Goal::RatioAtMost(0.5)],
            },
        };
        named.map(row).collect()
    }
}

pub async fn measure(lab: &Lab) -> Result<Vec<Row>, Failure> {
    let mut arena = Arena::open(lab, "latency").await?;
    warm(lab, &mut arena).await?;
    let rate = half_of_kafkas_rate(lab, &mut arena).await?;
    eprintln!("half of Kafka's rate: {rate} records/s");
    let (mut paced, mut by_tool) = (Percentiles::default(), Percentiles::default());
    for _ in 0..lab.runs {
        for side in Side::BOTH {
            paced.push(side, paced_once(lab, &mut arena, side, rate).await?);
            by_tool.push(side, by_tool_once(lab, &mut arena, side, rate).await?);
        }
    }
    arena.close()?;
    let mut rows = paced.rows(&format!("eddyline perf, {rate} records/s"));
    rows.extend(by_tool.rows(&format!("Kafka's tool, {rate} records/s")));
    Ok(rows)
}

async fn paced_once(lab: &Lab, arena: &mut Arena, side: Side, rate: u64) -> Result<[f64; 3], Failure> {
    let topic = arena.topic(side, PARTITIONS).await?;
    let pace = Pace {
        topic: &topic,
        rate,
        record_size: RECORD_SIZE,
        warm_up: 2,
        seconds: lab.scaled(SECONDS),
    };
    let figures = eddyline_perf::run(lab, &arena.side(side)?.0.bootstrap, pace)?;
    eprintln!("{} paced: {figures:?}", side.name());
    arena.forget(side, &topic).await?;
    Ok(figures)
}

async fn by_tool_once(lab: &Lab, arena: &mut Arena, side: Side, rate: u64) -> Result<[f64; 3], Failure> {
    let topic = arena.topic(side, PARTITIONS).await?;
    let load = Load {
        records: lab.scaled(rate * SECONDS),
        warm_up: rate * 2,
        rate: Some(rate),
        ..load_of(lab, &topic, RECORD_SIZE, "none")
    };
    let report = producer_perf::run(lab, &arena.side(side)?.0.bootstrap, load)?;
    eprintln!("{}: {report:?}", side.name());
    arena.forget(side, &topic).await?;
    Ok([report.p50, report.p99, report.p999])
}

async fn half_of_kafkas_rate(lab: &Lab, arena: &mut Arena) -> Result<u64, Failure> {
    let mut rates = Samples::default();
    for _ in 0..lab.runs.min(3) {
        let topic = arena.topic(Side::Kafka, PARTITIONS).await?;
        let load = load_of(lab, &topic, RECORD_SIZE, "none");
        let report = producer_perf::run(lab, &arena.side(Side::Kafka)?.0.bootstrap, load)?;
        rates.0.push(report.rate);
        arena.forget(Side::Kafka, &topic).await?;
    }
    Ok((rates.median().ok_or("no rate")? / 2.0) as u64)
}
