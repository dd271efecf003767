//! An open-loop load by `eddyline perf produce`: each record is timed from the moment it was due to its
//! acknowledgement, so that a stall costs everything that had to wait for it.

use std::time::Duration;

use crate::Failure;
use crate::lab::Lab;
use crate::process::output_within;

/// What is sent, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Pace<'a> {
    /// Where to.
    pub topic: &'a str,
    /// Records a second.
    pub rate: u64,
    /// Bytes of a value.
    pub record_size: u64,
    /// Seconds before those that count.
    pub warm_up: u64,
    /// Seconds that count.
    pub seconds: u64,
}

/// p50, p99 and p99.9 in milliseconds.
pub fn run(lab: &Lab, bootstrap: &str, pace: Pace<'_>) -> Result<[f64; 3], Failure> {
    let mut command = lab.eddyline(&["perf", "produce", pace.topic, "-o", "json"]);
    command
        .args(["--bootstrap", bootstrap, "--rate", &pace.rate.to_string()])
        .args(["--record-size", &pace.record_size.to_string()])
        .args(["--warm-up", &format!("{}s", pace.warm_up)])
        .args(["--duration", &format!("{}s", pace.warm_up + pace.seconds)]);
    let text = output_within(
        command,
        Duration::from_secs(2 * (pace.warm_up + pace.seconds) + 60),
    )?;
    let figures = ["p50", "p99", "p99.9"].map(|name| figure(&text, name));
    match figures {
        [Some(p50), Some(p99), Some(p999)] => Ok([p50, p99, p999]),
        _ => Err(format!("no percentiles in: {}", text.trim()).into()),
    }
}

/// The number behind a name in JSON.
fn figure(text: &str, name: &str) -> Option<f64> {
    let quoted = format!("\"{name}\"");
    let (_, rest) = text.split_once(&quoted)?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let end = rest.find([',', '}', '\n'])?;
    rest[..end].trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_told_apart() {
        let text = "{\"latency_ms\": {\"p99\": 3.5,\n \"p99.9\":12.25}}";
        assert_eq!(figure(text, "p99"), Some(3.5));
        assert_eq!(figure(text, "p99.9"), Some(12.25));
        assert_eq!(figure(text, "p50"), None);
    }
}
