//! How long a record waits for three replicas when the brokers are half as busy as Kafka's can be.

use super::throughput::Ring;
use super::{Matter, goes_on};
use crate::Failure;
use crate::cases::load_of;
use crate::eddyline_perf::{self, Pace};
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::producer_perf;
use crate::side::{Pair, Side};

const RECORD_SIZE: u64 = 1024;
const SECONDS: u64 = 12;

pub async fn measure(lab: &Lab) -> Result<Vec<Row>, Failure> {
    let mut ring = Ring::open(lab, "latency").await?;
    let rate = half_of_kafkas_rate(lab, &mut ring).await?;
    eprintln!("half of Kafka's rate: {rate} records/s");
    let mut percentiles = [(); 3].map(|()| Pair::<Samples>::default());
    let mut done = 0;
    while goes_on(lab, Matter::Latency, done) {
        done += 1;
        for side in Side::BOTH {
            let topic = ring.topic(side).await?;
            let pace = Pace {
                topic: &topic,
                rate,
                record_size: RECORD_SIZE,
                warm_up: 2,
                seconds: lab.scaled(SECONDS),
            };
            let figures = eddyline_perf::run(lab, &ring.side(side)?.0.bootstrap(), pace)?;
            eprintln!("{} paced: {figures:?}", side.name());
            for (samples, figure) in percentiles.iter_mut().zip(figures) {
                samples.of(side).0.push(figure);
            }
            ring.forget(side, &topic).await?;
        }
    }
    ring.close()?;
    let named = percentiles.into_iter().zip(["p50", "p99", "p99.9"]);
    let row = |(samples, what)| Row {
        what: format!("{what} at {rate} records/s of 1 KiB"),
        unit: "ms",
        samples,
        goals: match what {
            "p99" => vec![Goal::RatioAtMost(0.7)],
            _ => vec![Goal::None],
        },
    };
    Ok(named.map(row).collect())
}

async fn half_of_kafkas_rate(lab: &Lab, ring: &mut Ring) -> Result<u64, Failure> {
    let mut rates = Samples::default();
    for _ in 0..lab.runs {
        let topic = ring.topic(Side::Kafka).await?;
        let load = load_of(lab, &topic, RECORD_SIZE, "none");
        let report = producer_perf::run(lab, &ring.side(Side::Kafka)?.0.bootstrap(), load)?;
        rates.0.push(report.rate);
        ring.forget(Side::Kafka, &topic).await?;
    }
    Ok((rates.median().ok_or("no rate")? / 2.0) as u64)
}
