//! `e2e-suite differential HOST:PORT [--record] [--only WORD]`: puts the recorded requests to a broker and tells what differs from Kafka.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use e2e_suite::differential::Observation;
use e2e_suite::differential::explained::{Explanation, Kind};
use e2e_suite::differential::recorded::Recorded;
use e2e_suite::differential::report::{Verdict, judge};
use e2e_suite::differential::script::Script;
use e2e_suite::wire::{Result, Schemas};
use serde_json::Value;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["differential", broker] => differential(broker, Purpose::Compare),
        ["differential", broker, "--record"] => differential(broker, Purpose::Record),
        _ => Err("usage: e2e-suite differential HOST:PORT [--record]".into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// What the answers are wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Compare,
    Record,
}

fn differential(broker: &str, purpose: Purpose) -> Result<bool> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = here.join("cases");
    let schemas = Schemas::load(&here.join("../../broker/schema/schemas"))?;
    let broker = broker.to_socket_addrs()?.next().ok_or("no such address")?;
    let seen = observe(
        &schemas,
        broker,
        &std::fs::read_to_string(cases.join("one-broker.jsonl"))?,
    )?;
    let mut recorded = Recorded::load(&cases.join("answers.jsonl"))?;
    if purpose == Purpose::Record {
        seen.iter().for_each(|one| recorded.add(one));
        recorded.save(&cases.join("answers.jsonl"))?;
        println!("{} cases recorded", seen.len());
        return Ok(true);
    }
    let explanations = Explanation::parse(&std::fs::read_to_string(cases.join("explained.tsv"))?)?;
    Ok(tell(&seen, &recorded, &explanations))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program outside the broker, with no clock to be handed"
)]
fn observe(schemas: &Schemas, broker: SocketAddr, steps: &str) -> Result<Vec<Observation>> {
    let run = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() % 1_000_000;
    let mut script = Script::new(schemas, broker, format!("r{run:06x}z"));
    let mut seen = Vec::new();
    for line in steps.lines() {
        let step: Value = serde_json::from_str(line)?;
        seen.extend(script.step(&step)?);
    }
    Ok(seen)
}

/// Prints every case that differs and a count of each kind.
fn tell(seen: &[Observation], recorded: &Recorded, explanations: &[Explanation]) -> bool {
    let (mut same, mut not_yet, mut meant, mut different) = (0, 0, 0, 0);
    for one in seen {
        match judge(one, recorded, explanations) {
            Verdict::Same => same += 1,
            Verdict::Explained(kind, reason) => {
                let word = if kind == Kind::NotYet { "not yet" } else { "meant" };
                if kind == Kind::NotYet {
                    not_yet += 1
                } else {
                    meant += 1
                }
                println!("{word}\t{}\t{}\t{reason}", one.api, one.case);
            }
            Verdict::Different(differences) => {
                different += 1;
                for difference in differences {
                    println!(
                        "different\t{}\t{}\t{}\tKafka {}\there {}",
                        one.api, one.case, difference.path, difference.expected, difference.actual
                    );
                }
            }
        }
    }
    println!(
        "{} cases: {same} as Kafka, {meant} meant, {not_yet} not yet, {different} different",
        seen.len()
    );
    different == 0
}
