//! Measures eddyline side by side with Apache Kafka on this machine and prints the table of `docs/performance.md`.
//!
//! Owns the order of the measurements: every case starts both brokers, warms both, and alternates between them;
//! medians count. Owns nothing of how a case is measured (`cases`). Everything listens on loopback, every wait is
//! bounded, and every process that is started here is ended here by its own id.

mod cases;
mod cluster;
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

use clap::{Parser, ValueEnum};

use crate::cases::Case;
use crate::cluster::Matter;
use crate::lab::Lab;

/// Anything that ends a measurement; the text says what failed.
type Failure = Box<dyn Error + Send + Sync>;

/// Measures eddyline side by side with Apache Kafka.
#[derive(Debug, Parser)]
struct Arguments {
    /// What to measure: throughput, efficiency, latency, startup, idle, codec, all of them without it; or `cluster` and
    /// then any of throughput, latency, failover, freeze, topics, dev
    what: Vec<String>,
    /// How often each measurement is taken on each broker; the median counts [default: 5, of clusters 3]
    #[arg(long)]
    runs: Option<usize>,
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

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Chosen {
    /// One broker against one.
    Single(Vec<Case>),
    /// Three against three.
    Cluster(Vec<Matter>),
}

impl Arguments {
    fn chosen(&self) -> Result<Chosen, String> {
        match self.what.split_first() {
            None => Ok(Chosen::Single(Case::ALL.to_vec())),
            Some((first, [])) if first == "cluster" => Ok(Chosen::Cluster(Matter::ALL.to_vec())),
            Some((first, rows)) if first == "cluster" => Ok(Chosen::Cluster(values(rows)?)),
            Some(_) => Ok(Chosen::Single(values(&self.what)?)),
        }
    }

    fn runs(&self) -> usize {
        let of_kind = match self.what.first() {
            Some(first) if first == "cluster" => 3,
            _ => 5,
        };
        self.runs.unwrap_or(of_kind)
    }
}

fn values<V: ValueEnum>(names: &[String]) -> Result<Vec<V>, String> {
    names
        .iter()
        .map(|name| V::from_str(name, true).map_err(|error| format!("{name}: {error}")))
        .collect()
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let chosen = arguments.chosen()?;
    let lab = Lab::open(&arguments)?;
    println!("{}", report::head(&arguments.command, &lab)?);
    let cases = match chosen {
        Chosen::Single(cases) => cases,
        Chosen::Cluster(matters) => return cluster::report(&lab, &matters).await,
    };
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
