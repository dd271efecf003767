//! The race of the codec, which is a program of its own beside this one.

use std::process::Command;
use std::time::Duration;

use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::process::output_within;
use crate::side::Pair;

pub const METHOD: &str = "Decode and encode of a Fetch response with 1,000 partitions and a Produce request with 100, by our codec \
                          (first column) and by the `kafka-protocol` crate (second column); records of 0 B to 16 KiB a partition.";
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../codec/Cargo.toml");
const WITHIN: Duration = Duration::from_secs(900);

pub fn measure(_: &Lab) -> Result<Vec<Row>, Failure> {
    let mut race = Command::new("cargo");
    race.args([
        "run",
        "--release",
        "--quiet",
        "--locked",
        "--manifest-path",
        MANIFEST,
    ]);
    let text = output_within(race, WITHIN)?;
    let rows: Vec<Row> = text.lines().filter_map(row).collect();
    if rows.is_empty() {
        return Err(format!("no figures in: {text}").into());
    }
    Ok(rows)
}

/// Reads "name, count partitions   size   ours   theirs   ratio …".
fn row(line: &str) -> Option<Row> {
    let (name, figures) = line.split_once(" partitions")?;
    let mut figures = figures.split_whitespace();
    let size = figures.next()?.parse::<u64>().ok()?;
    let mut micros = || Some(figures.next()?.parse::<f64>().ok()? / 1000.0);
    let (ours, theirs) = (micros()?, micros()?);
    Some(Row {
        what: format!("{name} partitions, {size} B"),
        unit: "µs",
        samples: Pair {
            ours: Samples(vec![ours]),
            theirs: Samples(vec![theirs]),
        },
        goals: vec![Goal::RatioAtMost(1.0)],
    })
}
