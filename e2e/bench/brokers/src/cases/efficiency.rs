//! What a GiB costs: CPU time of the broker to take it and to hand it out once, and memory meanwhile.

use std::time::Duration;

use super::throughput::{Arena, load_of, warm};
use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::load;
use crate::producer_perf;
use crate::side::{Pair, Side};

pub const METHOD: &str = "Kafka's producer at full speed into 12 partitions (acks=all, none), then one reader of our own with a \
                          consumer's default fetch sizes. CPU is user and system time of the broker's process over both, per \
                          GiB of record values; memory is its largest resident set meanwhile.";
const GIB: f64 = (1_u64 << 30) as f64;
const MIB: f64 = (1_u64 << 20) as f64;
const PARTITIONS: i32 = 12;

#[derive(Default)]
struct Cost {
    cpu: Pair<Samples>,
    produce: Pair<Samples>,
    consume: Pair<Samples>,
    memory: Pair<Samples>,
}

pub async fn measure(lab: &Lab) -> Result<Vec<Row>, Failure> {
    let mut arena = Arena::open(lab, "efficiency").await?;
    warm(lab, &mut arena).await?;
    let mut rows = Vec::new();
    for record_size in [1024, 100] {
        let mut cost = Cost::default();
        for _ in 0..lab.runs {
            for side in Side::BOTH {
                measure_once(lab, &mut arena, (side, record_size), &mut cost).await?;
            }
        }
        let row = |what: &str, unit, samples, goals| Row {
            what: format!("{what}, {record_size} B"),
            unit,
            samples,
            goals,
        };
        rows.push(row("CPU, both", "s/GiB", cost.cpu, vec![Goal::RatioAtMost(0.5)]));
        rows.push(row("of it, produce", "s/GiB", cost.produce, vec![Goal::None]));
        rows.push(row("of it, consume", "s/GiB", cost.consume, vec![Goal::None]));
        let goals = vec![Goal::AtMost(150.0), Goal::RatioAtMost(0.2)];
        rows.push(row("resident memory", "MiB", cost.memory, goals));
    }
    arena.close()?;
    Ok(rows)
}

async fn measure_once(
    lab: &Lab,
    arena: &mut Arena,
    (side, record_size): (Side, u64),
    cost: &mut Cost,
) -> Result<(), Failure> {
    let topic = arena.topic(side, PARTITIONS).await?;
    let load = load_of(lab, &topic, record_size, "none");
    let records = load.records + load.warm_up;
    let (broker, client) = arena.side(side)?;
    let process = &broker.process;
    let before = process.cpu_time()?;
    let peak = tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let (stop, stopped) = std::sync::mpsc::channel::<()>();
            let sampler = scope.spawn(move || {
                let mut peak = 0;
                while stopped
                    .recv_timeout(Duration::from_millis(100))
                    .is_err_and(|error| error == std::sync::mpsc::RecvTimeoutError::Timeout)
                {
                    peak = peak.max(process.memory().map_or(0, |memory| memory.resident));
                }
                peak
            });
            let report = producer_perf::run(lab, &broker.bootstrap, load);
            drop(stop);
            let peak = sampler.join().unwrap_or(0);
            report.map(|_| peak)
        })
    })?;
    let between = process.cpu_time()?;
    let read = load::drain(client, &topic, PARTITIONS, records).await?;
    if read.records < records {
        return Err(format!("{} of {records} records were read", read.records).into());
    }
    let after = process.cpu_time()?;
    let peak = peak.max(process.memory()?.resident);
    let gibibytes = (records * record_size) as f64 / GIB;
    let per_gibibyte = |time: Duration| time.as_secs_f64() / gibibytes;
    cost.cpu.of(side).0.push(per_gibibyte(after - before));
    cost.produce.of(side).0.push(per_gibibyte(between - before));
    cost.consume.of(side).0.push(per_gibibyte(after - between));
    cost.memory.of(side).0.push(peak as f64 / MIB);
    eprintln!(
        "{record_size} B {}: {:?} produce, {:?} consume, {} MiB",
        side.name(),
        between - before,
        after - between,
        peak >> 20
    );
    arena.forget(side, &topic).await
}
