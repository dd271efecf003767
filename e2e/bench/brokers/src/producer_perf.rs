//! Load by Kafka's own `ProducerPerformance`, and its figures.

use std::time::Duration;

use crate::Failure;
use crate::lab::Lab;
use crate::process::output_within;

/// Longest time of one load.
const LOAD_WITHIN: Duration = Duration::from_secs(240);

/// What the tool sends.
#[derive(Clone, Copy, Debug)]
pub struct Load<'a> {
    /// Where to.
    pub topic: &'a str,
    /// What values are.
    pub payload: Payload,
    /// Number of records that count.
    pub records: u64,
    /// Records before those, which do not count.
    pub warm_up: u64,
    /// `compression.type`.
    pub compression: &'a str,
    /// Records a second; as many as possible without it.
    pub rate: Option<u64>,
    /// One more property of the producer.
    pub property: Option<&'a str>,
}

/// What values are made of.
#[derive(Clone, Copy, Debug)]
pub enum Payload {
    /// So many bytes.
    Bytes(u64),
    /// The number of the record as text, so that each can be found again.
    Numbers,
}

/// What the tool reports; times in milliseconds, from `send` to the answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Records that were acknowledged.
    pub records: u64,
    /// Records a second.
    pub rate: f64,
    /// MB (2²⁰) of values a second.
    pub megabytes: f64,
    /// Longest latency.
    pub max: f64,
    /// Median latency.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p999: f64,
}

/// Runs one load to its end.
pub fn run(lab: &Lab, bootstrap: &str, load: Load<'_>) -> Result<Report, Failure> {
    let mut command = lab.java("tools", &["-Xms512m", "-Xmx512m", "-XX:+UseG1GC"]);
    let rate = load.rate.map_or("-1".to_owned(), |rate| rate.to_string());
    command
        .arg("org.apache.kafka.tools.ProducerPerformance")
        .args(["--topic", load.topic, "--throughput", &rate])
        .args(["--num-records", &(load.records + load.warm_up).to_string()])
        .args(["--warmup-records", &load.warm_up.to_string()])
        .args(["--reporting-interval", "600000", "--command-property"])
        .arg(format!("bootstrap.servers={bootstrap}"))
        .arg("acks=all")
        .arg(format!("compression.type={}", load.compression))
        .args(load.property)
        .args(&lab.producer_properties);
    match load.payload {
        Payload::Bytes(size) => command.args(["--record-size", &size.to_string()]),
        Payload::Numbers => command.arg("--payload-monotonic"),
    };
    let text = output_within(command, LOAD_WITHIN)?;
    let line = text.lines().rfind(|line| line.contains("99.9th"));
    let report = line.and_then(parse);
    report.ok_or_else(|| format!("no summary in: {}", text.trim()).into())
}

/// Reads a summary line: figures, each followed by what it is.
fn parse(line: &str) -> Option<Report> {
    let before = |what: &str| -> Option<f64> {
        let head = &line[..line.find(what)?];
        let figure = head.rsplit([' ', '(', ',']).find(|word| !word.is_empty())?;
        figure.parse().ok()
    };
    Some(Report {
        records: line.split_whitespace().next()?.parse().ok()?,
        rate: before(" records/sec")?,
        megabytes: before(" MB/sec")?,
        max: before(" ms max")?,
        p50: before(" ms 50th")?,
        p99: before(" ms 99th")?,
        p999: before(" ms 99.9th")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_line_is_read() {
        let line = "500000 records sent, 61728.4 records/sec (60.28 MB/sec), 3.77 ms avg latency, \
                    241.00 ms max latency, 2 ms 50th, 10 ms 95th, 32 ms 99th, 125 ms 99.9th.";
        let report = parse(line).unwrap();
        assert_eq!(
            parse(&line.replace("records sent", "steady state records sent"))
                .unwrap()
                .records,
            500_000
        );
        assert_eq!((report.records, report.max), (500_000, 241.0));
        assert_eq!((report.rate, report.megabytes), (61728.4, 60.28));
        assert_eq!((report.p50, report.p99, report.p999), (2.0, 32.0, 125.0));
    }
}
