//! Plays simulated clusters: `--seed N [--trace] [--planted BUG]` one, `--seeds N [--from M]` many; with `--tiering` what is old
//! of their topics lies in an object store.

use std::process::ExitCode;

use broker_sim::{Counts, Tiers};

#[derive(Debug, Default)]
struct Wanted {
    seed: Option<u64>,
    seeds: Option<u64>,
    from: u64,
    wants_trace: bool,
    has_remote_tier: bool,
    planted: Option<String>,
}

const USAGE: &str = "usage: broker-sim [--tiering] --seed N [--trace] [--planted BUG] | --seeds N [--from M]";

fn wanted() -> Option<Wanted> {
    let mut wanted = Wanted::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seed" => wanted.seed = Some(arguments.next()?.parse().ok()?),
            "--seeds" => wanted.seeds = Some(arguments.next()?.parse().ok()?),
            "--from" => wanted.from = arguments.next()?.parse().ok()?,
            "--planted" => wanted.planted = Some(arguments.next()?),
            "--trace" => wanted.wants_trace = true,
            "--tiering" => wanted.has_remote_tier = true,
            _ => return None,
        }
    }
    Some(wanted)
}

impl Wanted {
    fn tiers(&self) -> Tiers {
        match self.has_remote_tier {
            true => Tiers::LocalAndRemote,
            false => Tiers::LocalOnly,
        }
    }
}

fn main() -> ExitCode {
    let Some(wanted) = wanted() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match (wanted.seed, wanted.seeds) {
        (Some(seed), None) => one(seed, &wanted),
        (None, Some(seeds)) => many(wanted.from, seeds, wanted.tiers()),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn one(seed: u64, wanted: &Wanted) -> ExitCode {
    let Some((lines, result)) = broker_sim::trace(seed, wanted.tiers(), wanted.planted.as_deref()) else {
        eprintln!("there is no such bug to plant");
        return ExitCode::from(2);
    };
    if wanted.wants_trace {
        lines.iter().for_each(|line| println!("{line}"));
    }
    match result {
        Ok(counts) => {
            println!("{counts:?}");
            ExitCode::SUCCESS
        }
        Err(broken) => {
            println!("{broken}");
            ExitCode::FAILURE
        }
    }
}

fn many(from: u64, seeds: u64, tiers: Tiers) -> ExitCode {
    let mut total = Counts::default();
    let mut failed = 0;
    for seed in from..from.saturating_add(seeds) {
        match broker_sim::run(seed, tiers) {
            Ok(counts) => {
                total += counts;
                if (seed - from) % 1_000 == 999 {
                    eprintln!("up to seed {seed}: {failed} broken, {total:?}");
                }
            }
            Err(broken) => {
                println!("{broken}");
                failed += 1;
            }
        }
    }
    println!("{total:?}");
    println!("{seeds} runs, {failed} broken");
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
