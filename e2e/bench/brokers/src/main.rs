//! Measures eddyline side by side with Apache Kafka on this machine and prints the table of `docs/performance.md`.
//!
//! Owns the order of the measurements: every case starts both brokers, warms both, and alternates between them;
//! medians count. Owns nothing of how a case is measured (`cases`). Everything listens on loopback, every wait is
//! bounded, and every process that is started here is ended here by its own id.

mod cases;
mod eddyline_perf;
mod figures;
mod lab;
mod load;
mod machine;

mod process;
mod producer_perf;
mod report;
mod side;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;

use crate::cases::Case;
use crate::lab::Lab;

/// Anything that ends a measurement; the text says what failed.
type Failure = Box<dyn Error + Send + Sync>;

/// Measures eddyline side by side with Apache Kafka.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to measure; everything without it
    #[arg(value_enum)]
    what: Vec<Case>,
    /// How often each measurement is taken on each broker; the median counts
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// One short run of each: shows that the harness works, its figures say little
    #[arg(long)]
    quick: bool,
    /// The binary to measure
    #[arg(long, value_name = "FILE")]
    eddyline: PathBuf,
    /// Folder with Kafka's jars in broker/ and tools/
    #[arg(long, value_name = "DIR")]
    kafka_jars: PathBuf,
    /// Where brokers keep their data while they are measured
    #[arg(long, value_name = "DIR")]
    scratch: PathBuf,
    /// How the harness was called, for the report
    #[arg(long, value_name = "TEXT")]
    command: String,
    /// One more producer property for Kafka's tool, e.g. enable.idempotence=false
    #[arg(long, value_name = "K=V")]
    producer_property: Vec<String>,
    /// One more property for eddyline alone, e.g. eddyline.tail.cache.bytes=0
    #[arg(long, value_name = "K=V")]
    eddyline_property: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let cases = match arguments.what.as_slice() {
        [] => Case::ALL.to_vec(),
        named => named.to_vec(),
    };
    let lab = Lab::open(&arguments)?;
    println!("{}", report::head(&arguments.command, &lab)?);
    for case in cases {
        eprintln!("== {case:?}");
        let rows = match cases::measure(case, &lab).await {
            Ok(rows) => rows,
            Err(failure) => {
                eprintln!("{case:?} failed: {failure}");
                println!("**{}**: not measured: {failure}\n", case.title());
                continue;
            }
        };
        println!("{}", report::section(case, &rows));
    }
    Ok(())
}
