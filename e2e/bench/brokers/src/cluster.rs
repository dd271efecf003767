//! Three brokers of ours beside three of Kafka, each of them also a controller: what of it is measured, and the table.
//!
//! Owns the order of the matters and the count of acknowledged records over all of them; how each is measured is in the
//! modules below. Invariant: a matter that fails leaves a line that says so, and the others are measured all the same.

mod dev;
mod failover;
mod latency;
mod ledger;
mod nodes;
mod throughput;
mod topics;

use crate::Failure;
use crate::figures::Row;
use crate::lab::Lab;
use crate::{machine, report};
use ledger::Ledger;

/// What is measured of three brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Matter {
    /// Produce throughput, and the processor time for it
    Throughput,
    /// Latency at half of Kafka's rate
    Latency,
    /// A broker is killed
    Failover,
    /// A broker is stopped
    Freeze,
    /// 1,000 topics are made and held, and 10,000 partitions change their controller
    Topics,
    /// `eddyline dev --brokers 3`
    Dev,
}

impl Matter {
    /// All of them in the order of the table.
    pub const ALL: [Self; 6] = [
        Self::Throughput,
        Self::Latency,
        Self::Failover,
        Self::Freeze,
        Self::Topics,
        Self::Dev,
    ];
}

/// Minutes after the start behind which nothing is repeated, so that all of it takes fifteen even on a busy machine.
const REPEATED_UNTIL: [(Matter, f64); 5] = [
    (Matter::Throughput, 3.5),
    (Matter::Latency, 6.0),
    (Matter::Failover, 8.0),
    (Matter::Freeze, 9.5),
    (Matter::Topics, 12.0),
];

/// Whether there is time for a run after `done` of them.
fn goes_on(lab: &Lab, matter: Matter, done: usize) -> bool {
    let until = REPEATED_UNTIL.iter().find(|(of, _)| *of == matter);
    done == 0 || (done < lab.runs && until.is_none_or(|(_, minutes)| !lab.is_past(*minutes)))
}

const METHOD: &str = "Three nodes each, broker and controller in one process, min.insync.replicas=2, else Kafka's defaults; replication \
factor 3 and acks=all everywhere. Load by Kafka's own `ProducerPerformance` (throughput, outages; its \"max latency\" is the longest send) and by \
`eddyline perf produce` (latency; from the moment at which a record was due). Both sides run beside each other and take turns in throughput and \
latency; else only the measured side runs. Producers, brokers and the rest of the system share the machine, so throughput is what the client can do with \
what the brokers leave to it.";

/// Measures, and prints the table as it grows.
pub async fn report(lab: &Lab, matters: &[Matter]) -> Result<(), Failure> {
    print!("\n{METHOD}\n\n{}", report::TABLE_HEAD);
    let mut ledger = Ledger::default();
    for matter in matters {
        eprintln!("== {matter:?}, load {}", machine::load());
        let rows = match measure(*matter, lab, &mut ledger).await {
            Ok(rows) => rows,
            Err(failure) => {
                eprintln!("{matter:?} failed: {failure}");
                let reason = failure.to_string().replace(['|', '\n'], " ");
                println!("| {matter:?} | – | not measured | – | – | {reason} |");
                continue;
            }
        };
        rows.iter().for_each(|row| print!("{}", report::line(row)));
    }
    print!("{}", report::line(&ledger.row()));
    println!("\nLoad average at the end: {}", machine::load());
    Ok(())
}

async fn measure(matter: Matter, lab: &Lab, ledger: &mut Ledger) -> Result<Vec<Row>, Failure> {
    match matter {
        Matter::Throughput => throughput::measure(lab, ledger).await,
        Matter::Latency => latency::measure(lab).await,
        Matter::Failover => failover::measure_kills(lab, ledger).await,
        Matter::Freeze => failover::measure_freeze(lab, ledger).await,
        Matter::Topics => topics::measure(lab, ledger).await,
        Matter::Dev => dev::measure(lab),
    }
}
