//! `perf consume`: how fast records are read, and with `--latency` how old they were when they came.

use std::collections::BTreeMap;
use std::time::Duration;

use broker_client::{Client, FetchOptions, Fetcher, OffsetSpec};
use broker_model::{IsolationLevel, Offset, TopicPartition};
use clap::{ArgGroup, Args};
use serde::Serialize;
use tokio::time::Instant;

use super::latency::{Latencies, Percentiles};
use crate::clock;
use crate::connect::ClusterArgs;
use crate::duration::parse_duration;
use crate::error::CliError;
use crate::interrupt::interrupted;
use crate::output::Shown;
use crate::progress::Progress;
use crate::size::{self, parse_size};

/// How often the reasons to stop are looked at while nothing comes.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What is read, and until when.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("length").required(true).multiple(true))]
pub(crate) struct PerfConsumeArgs {
    /// Name of the topic
    topic: String,
    /// Stop after so many records
    #[arg(long, short = 'n', group = "length", value_name = "COUNT")]
    records: Option<u64>,
    /// Stop after so long
    #[arg(long, short, group = "length", value_name = "DURATION", value_parser = parse_duration)]
    duration: Option<Duration>,
    /// Stop when nothing has come for so long
    #[arg(long, default_value = "10s", value_name = "DURATION", value_parser = parse_duration)]
    idle: Duration,
    /// Begin at the end and read only what comes
    #[arg(long)]
    from_end: bool,
    /// Measure how old records are when they come, by their timestamps; both clocks must agree
    #[arg(long)]
    latency: bool,
    /// Leave out records of transactions that are open or aborted
    #[arg(long)]
    read_committed: bool,
    /// How long a broker may wait for more
    #[arg(long, default_value = "500ms", value_name = "DURATION", value_parser = parse_duration)]
    max_wait: Duration,
    /// Bytes that are worth an answer before that
    #[arg(long, default_value = "1", value_name = "SIZE", value_parser = parse_size)]
    min_bytes: usize,
    /// Most bytes of one answer
    #[arg(long, default_value = "50MiB", value_name = "SIZE", value_parser = parse_size)]
    max_bytes: usize,
    /// Most bytes of one partition in one answer
    #[arg(long, default_value = "1MiB", value_name = "SIZE", value_parser = parse_size)]
    partition_max_bytes: usize,
}

#[derive(Debug, Serialize)]
struct ConsumeReport {
    topic: String,
    records: u64,
    bytes: u64,
    fetched_bytes: u64,
    seconds: f64,
    seconds_to_first: Option<f64>,
    records_per_second: f64,
    bytes_per_second: f64,
    latency_ms: Option<Percentiles>,
}

/// Reads and prints the figures.
pub(crate) async fn consume(cluster: &ClusterArgs, args: &PerfConsumeArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let positions = positions(&client, args).await?;
    let mut run = Run::new(client, args, positions);
    let outcome = tokio::select! {
        outcome = run.until_over() => outcome,
        () = interrupted() => Ok(()),
    };
    let report = run.report();
    drop(run);
    cluster.output.print(&report)?;
    outcome
}

async fn positions(
    client: &Client,
    args: &PerfConsumeArgs,
) -> Result<BTreeMap<TopicPartition, Offset>, CliError> {
    let topic = client.topic(&args.topic).await?;
    let keys: Vec<TopicPartition> = topic.topic_partitions().collect();
    let spec = match args.from_end {
        true => OffsetSpec::Latest,
        false => OffsetSpec::Earliest,
    };
    let listed = client.list_same_offset(&keys, spec).await?;
    Ok(listed
        .into_iter()
        .filter_map(|(key, listed)| Some((key, listed.offset?)))
        .collect())
}

struct Run<'a> {
    args: &'a PerfConsumeArgs,
    fetcher: Fetcher,
    latencies: Latencies,
    progress: Progress,
    records: u64,
    bytes: u64,
    fetched_bytes: u64,
    start: Instant,
    first: Option<Duration>,
    last: Duration,
}

impl<'a> Run<'a> {
    fn new(client: Client, args: &'a PerfConsumeArgs, positions: BTreeMap<TopicPartition, Offset>) -> Self {
        let wire = |size: usize| i32::try_from(size).unwrap_or(i32::MAX);
        let options = FetchOptions {
            max_wait: args.max_wait,
            min_bytes: wire(args.min_bytes),
            max_bytes: wire(args.max_bytes),
            partition_max_bytes: wire(args.partition_max_bytes),
            isolation: match args.read_committed {
                true => IsolationLevel::ReadCommitted,
                false => IsolationLevel::ReadUncommitted,
            },
        };
        Self {
            args,
            fetcher: Fetcher::new(client, options, positions),
            latencies: Latencies::new(),
            progress: Progress::new(args.records, "records"),
            records: 0,
            bytes: 0,
            fetched_bytes: 0,
            start: Instant::now(),
            first: None,
            last: Duration::ZERO,
        }
    }

    async fn until_over(&mut self) -> Result<(), CliError> {
        while !self.is_over() {
            let fetched = self.fetcher.next(Instant::now() + LOOK_AGAIN).await?;
            let came = !fetched.is_empty();
            for partition in fetched {
                let records = partition.outcome?;
                self.fetched_bytes += records.size() as u64;
                let (count, bytes) = match self.args.latency {
                    true => self.measure(&records)?,
                    false => records.count()?,
                };
                self.records += count;
                self.bytes += bytes;
                self.progress.advance(count);
            }
            if came {
                self.last = self.start.elapsed();
                self.first.get_or_insert(self.last);
            }
        }
        Ok(())
    }

    /// Counts and takes the age of each record.
    fn measure(&mut self, fetched: &broker_client::FetchedRecords) -> Result<(u64, u64), CliError> {
        let now = clock::now();
        let (mut count, mut bytes) = (0, 0);
        for record in fetched.records()? {
            let age = u64::try_from(now.since_ms(record.timestamp)).unwrap_or(0);
            self.latencies.record(Duration::from_millis(age), 1);
            count += 1;
            let size = |part: &Option<bytes::Bytes>| part.as_ref().map_or(0, |part| part.len() as u64);
            bytes += size(&record.key) + size(&record.value);
        }
        Ok((count, bytes))
    }

    fn is_over(&self) -> bool {
        let elapsed = self.start.elapsed();
        let enough = self.args.records.is_some_and(|records| self.records >= records);
        let long = self.args.duration.is_some_and(|duration| elapsed >= duration);
        enough || long || elapsed.saturating_sub(self.last) >= self.args.idle
    }

    fn report(&self) -> ConsumeReport {
        let seconds = self.last.as_secs_f64();
        let per_second = |count: u64| match count {
            0 => 0.0,
            count => count as f64 / seconds.max(1e-6),
        };
        ConsumeReport {
            topic: self.args.topic.clone(),
            records: self.records,
            bytes: self.bytes,
            fetched_bytes: self.fetched_bytes,
            seconds,
            seconds_to_first: self.first.map(|first| first.as_secs_f64()),
            records_per_second: per_second(self.records),
            bytes_per_second: per_second(self.bytes),
            latency_ms: self.latencies.percentiles(),
        }
    }
}

impl Shown for ConsumeReport {
    fn text(&self) -> String {
        let mut text = format!("records     {:>12}\n", self.records);
        text += &format!("time        {:>12.3} s", self.seconds);
        if let Some(first) = self.seconds_to_first {
            text += &format!("  first after {first:.3} s");
        }
        text += &format!(
            "\nrate        {:>12.0} records/s  {}/s\n",
            self.records_per_second,
            size::short(self.bytes_per_second)
        );
        match &self.latency_ms {
            Some(percentiles) => {
                text + &format!(
                    "\nage of records when they came, to a millisecond\n{}",
                    percentiles.text()
                )
            }
            None => text,
        }
    }
}
