//! `faultlab`: starts real brokers, loads them, hurts them, and has the checker judge what clients saw.
//!
//! A run prints its seed first; the same seed makes the same choices. Exit code 0 only if no test failed. Needs root
//! for network namespaces; without them links cannot be cut, and the tests that do say so.

mod admin;
mod cases;
mod cluster;
mod disturbance;
mod error;
mod history;
mod images;
mod leftovers;
mod load;
mod network;
mod node;
mod program;
mod random;
mod report;
mod resent;
mod store;
mod tracer;
mod witness;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::{Args, Parser, Subcommand, ValueEnum};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::cases::{CASES, Case};
use crate::error::LabError;
use crate::random::Random;
use crate::report::{Row, Verdict, markdown};
use crate::store::Programs;
use crate::world::{Pace, Settings, World};

/// Hurts a cluster of real brokers and looks what its clients see.
#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the tests
    List,
    /// Runs tests
    Run(RunArguments),
    /// Judges a history
    Check {
        /// The history, JSON lines
        history: PathBuf,
    },
    /// Feeds the checker a history for every anomaly
    SelfTest,
    /// Asks a broker what becomes of records that a producer sends again
    Resent {
        /// A broker of any Kafka, HOST:PORT
        bootstrap: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
    Markdown,
}

#[derive(Debug, Args)]
struct RunArguments {
    /// Run these only, such as T5
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// What decides every choice; the time without it
    #[arg(long)]
    seed: Option<u64>,
    /// Begin no test after so many minutes; the seed decides the order then
    #[arg(long)]
    minutes: Option<u64>,
    /// Short phases and few repeats
    #[arg(long)]
    short: bool,
    /// Keep logs and histories of tests that pass, too
    #[arg(long)]
    keep: bool,
    /// Records each of the six producers sends in a second
    #[arg(long, default_value_t = 500)]
    rate: u64,
    /// How to print the result
    #[arg(long, short, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// The broker
    #[arg(long, env = "EDDYLINE", default_value = "target/debug/eddyline")]
    eddyline: PathBuf,
    /// Where brokers keep their data meanwhile
    #[arg(long, default_value = "e2e/.cache/faults")]
    scratch: PathBuf,
    /// Where e2e/suites/tiering/install put an object store
    #[arg(long, default_value = "e2e/.cache/tiering")]
    store_tools: PathBuf,
    /// MinIO's server, as the object store instead of moto
    #[arg(long)]
    minio: Option<PathBuf>,
    /// The suites, for the proxy before the object store
    #[arg(long, default_value = "e2e/suites")]
    suites: PathBuf,
}

fn main() -> ExitCode {
    let outcome = match CommandLine::parse().what {
        What::List => {
            for case in CASES {
                println!("{:4} {} nodes  {}", case.id, case.nodes, case.title);
            }
            Ok(true)
        }
        What::Run(arguments) => run(&arguments),
        What::Check { history } => judge(&history),
        What::SelfTest => self_test(),
        What::Resent { bootstrap } => resent::experiment(&bootstrap),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("faultlab: {error}");
            ExitCode::from(2)
        }
    }
}

fn judge(history: &Path) -> Result<bool, LabError> {
    let report = history_checker::check(history, history_checker::Limits::default())?;
    print!("{report}");
    Ok(report.is_good())
}

fn self_test() -> Result<bool, LabError> {
    let mut sound = true;
    for (name, found) in history_checker::self_test::run()? {
        let promised = history_checker::self_test::promised(name);
        let good = promised.into_iter().eq(found.iter().map(String::as_str));
        sound &= good;
        println!(
            "{} {name}: {}",
            if good { "ok" } else { "FAILED" },
            found.join(", ")
        );
    }
    Ok(sound)
}

fn chosen(arguments: &RunArguments, seed: u64) -> Result<Vec<&'static Case>, LabError> {
    let mut cases = Vec::new();
    for name in &arguments.only {
        let found = CASES.iter().find(|case| case.id.eq_ignore_ascii_case(name));
        cases.push(found.ok_or_else(|| LabError::Unusable(format!("there is no test {name}")))?);
    }
    if cases.is_empty() {
        cases = CASES.iter().collect();
    }
    if arguments.minutes.is_some() {
        Random::new(seed, "order").shuffle(&mut cases);
    }
    Ok(cases)
}

/// As many files and connections as the system lets us have: a crowd of clients needs them, here and in brokers.
fn let_open_files() {
    let now = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: now.maximum,
        maximum: now.maximum,
    };
    if now.current != now.maximum && setrlimit(Resource::Nofile, most).is_err() {
        eprintln!("the limit of open files cannot be raised");
    }
}

fn run(arguments: &RunArguments) -> Result<bool, LabError> {
    let clock = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let seed = arguments.seed.unwrap_or(clock % 100_000);
    eprintln!("seed {seed}");
    leftovers::watch()?;
    let_open_files();
    std::fs::create_dir_all(&arguments.scratch)?;
    let settings = Settings {
        binary: arguments.eddyline.canonicalize()?,
        scratch: arguments
            .scratch
            .canonicalize()?
            .join(std::process::id().to_string()),
        keep: arguments.scratch.canonicalize()?.join("failed"),
        seed,
        pace: if arguments.short { Pace::SHORT } else { Pace::WHOLE },
        rate: arguments.rate,
        programs: Programs {
            tools: arguments.store_tools.clone(),
            minio: arguments.minio.clone(),
            suites: arguments.suites.clone(),
        },
        keep_all: arguments.keep,
    };
    let until = arguments
        .minutes
        .map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let mut rows = Vec::new();
    for case in chosen(arguments, seed)? {
        if until.is_some_and(|until| Instant::now() > until) {
            break;
        }
        let row = one(case, &settings);
        match arguments.output {
            Output::Text => print!("{}", row.show()),
            Output::Json | Output::Markdown => eprint!("{}", row.show()),
        }
        rows.push(row);
    }
    std::fs::remove_dir_all(&settings.scratch).ok();
    let count = |verdict: Verdict| rows.iter().filter(|row| row.verdict == verdict).count();
    let (passed, failed, not) = (
        count(Verdict::Passed),
        count(Verdict::Failed),
        count(Verdict::NotExercised),
    );
    match arguments.output {
        Output::Text => println!("{passed} passed, {failed} failed, {not} not exercised; seed {seed}"),
        Output::Json => println!(
            "{}",
            serde_json::to_string_pretty(&rows).map_err(std::io::Error::from)?
        ),
        Output::Markdown => print!("{}", markdown(&rows, &format!("faultlab run --seed {seed}"))),
    }
    Ok(failed == 0)
}

/// Runs a test on a thread of its own, which lives in the network of its cluster.
fn one(case: &'static Case, settings: &Settings) -> Row {
    let began = Instant::now();
    let settings = settings.clone();
    let world = std::thread::spawn(move || World::run(case, &settings));
    let outcome = world
        .join()
        .unwrap_or_else(|_| Err(LabError::Unusable("the lab itself panicked".to_owned())));
    Row::new(case, began.elapsed().as_secs(), outcome)
}
