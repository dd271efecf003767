//! `perf produce`: a load of records, and how long each took to be acknowledged.
//!
//! With `--rate` the schedule alone says when a record is due, and its time runs from then; without it, a record is
//! written when there is room for it, and its time runs from then.

use std::time::Duration;

use broker_client::{Client, Delivery, Producer, RecordToSend, StickyPartitioner};
use broker_model::TopicPartition;
use clap::{ArgGroup, Args};
use tokio::time::Instant;

use super::pacer::Pacer;
use super::payload::{Payload, PayloadKind};
use super::produce_report::{Intended, Measured};
use super::schedule::Schedule;
use crate::clock;
use crate::connect::ClusterArgs;
use crate::duration::parse_duration;
use crate::error::CliError;
use crate::interrupt::interrupted;
use crate::producer_args::ProducerArgs;
use crate::progress::Progress;
use crate::size::parse_size;

/// Records that are handed over before answers are looked at.
const AT_ONCE: u64 = 256;
/// Longest that the loop sleeps when nothing happens.
const IDLE: Duration = Duration::from_secs(1);
/// How often the progress line gets new percentiles.
const TELL_EVERY: Duration = Duration::from_secs(1);

const EXAMPLES: &str = "Examples:
  eddyline topic create load --partitions 6
  eddyline perf produce load --records 1000000 --record-size 100
  eddyline perf produce load --rate 10000 --duration 60s --warm-up 10s --linger 0s -o json";

/// The load.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("length").required(true).multiple(true))]
pub(crate) struct PerfProduceArgs {
    /// Name of the topic
    topic: String,
    /// Stop after so many records
    #[arg(long, short = 'n', group = "length", value_name = "COUNT")]
    records: Option<u64>,
    /// Stop after so long, warm-up included
    #[arg(long, short, group = "length", value_name = "DURATION", value_parser = parse_duration)]
    duration: Option<Duration>,
    /// Bytes of each value
    #[arg(long, short = 's', default_value = "1KiB", value_name = "SIZE", value_parser = parse_size)]
    record_size: usize,
    /// Records a second in all; without it as fast as possible
    #[arg(long, short, value_name = "PER-SECOND", value_parser = clap::value_parser!(u64).range(1..))]
    rate: Option<u64>,
    /// What values are made of
    #[arg(long, value_enum, default_value = "random")]
    payload: PayloadKind,
    /// Give records keys, out of so many different ones
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    keys: Option<u64>,
    /// Leave out of the figures what is due in this time after the start
    #[arg(long, default_value = "0s", value_name = "DURATION", value_parser = parse_duration)]
    warm_up: Duration,
    #[command(flatten)]
    producer: ProducerArgs,
}

/// Puts the load on the topic and prints the figures.
pub(crate) async fn produce(cluster: &ClusterArgs, args: &PerfProduceArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let mut load = Load::new(client, args).await?;
    tokio::select! {
        () = load.run() => {}
        () = interrupted() => {}
    }
    tokio::select! {
        () = load.finish() => {}
        () = interrupted() => {}
    }
    let Load {
        measured, progress, ..
    } = load;
    drop(progress);
    cluster.output.print(&measured.report(&args.topic, args.rate))?;
    measured.outcome(cluster.output)
}

struct Load<'a> {
    args: &'a PerfProduceArgs,
    producer: Producer<Intended>,
    partitions: Vec<TopicPartition>,
    partitioner: StickyPartitioner,
    payload: Payload,
    measured: Measured,
    progress: Progress,
    start: Instant,
    sent: u64,
    told: Duration,
}

impl<'a> Load<'a> {
    async fn new(client: Client, args: &'a PerfProduceArgs) -> Result<Self, CliError> {
        let topic = client.topic(&args.topic).await?;
        let partitions: Vec<TopicPartition> = topic.topic_partitions().collect();
        let options = args.producer.options(&client).await?;
        let count = u32::try_from(partitions.len()).unwrap_or(u32::MAX);
        Ok(Self {
            args,
            partitioner: StickyPartitioner::new(count, options.batch_size),
            producer: Producer::new(client, options).await?,
            partitions,
            payload: Payload::new(args.payload, args.record_size),
            measured: Measured::new(args.warm_up, args.record_size),
            progress: Progress::new(args.records, "records"),
            start: Instant::now(),
            sent: 0,
            told: Duration::ZERO,
        })
    }

    async fn run(&mut self) {
        self.start = Instant::now();
        match self.args.rate {
            Some(rate) => self.at_rate(Schedule::new(rate)).await,
            None => self.at_full_speed().await,
        }
    }

    async fn at_full_speed(&mut self) {
        while !self.is_over(self.start.elapsed()) {
            for _ in 0..AT_ONCE {
                if !self.producer.has_room() || self.is_over(Duration::ZERO) {
                    break;
                }
                self.append(self.start.elapsed());
            }
            let until = match self.producer.has_room() {
                true => Instant::now(),
                false => Instant::now() + IDLE,
            };
            let done = self.producer.drive(Some(until)).await;
            self.take_in(done);
        }
    }

    async fn at_rate(&mut self, schedule: Schedule) {
        let pacer = Pacer::new(schedule, self.start);
        let mut tick = 0;
        while !self.is_over(schedule.moment(tick)) {
            let due = schedule.moment(tick);
            if due > self.start.elapsed() {
                tokio::select! {
                    () = pacer.tick() => {}
                    done = self.producer.drive(Some(Instant::now() + IDLE)) => self.take_in(done),
                }
                continue;
            }
            for _ in 0..schedule.records(tick) {
                self.make_room().await;
                if !self.is_over(due) {
                    self.append(due);
                }
            }
            tick += 1;
        }
    }

    async fn make_room(&mut self) {
        while !self.producer.has_room() {
            let done = self.producer.drive(Some(Instant::now() + IDLE)).await;
            self.take_in(done);
        }
    }

    fn is_over(&self, at: Duration) -> bool {
        let enough = self.args.records.is_some_and(|records| self.sent >= records);
        enough || self.args.duration.is_some_and(|duration| at >= duration)
    }

    fn append(&mut self, intended: Intended) {
        let key = self.args.keys.map(|keys| (self.sent % keys).to_string());
        let value = self.payload.value();
        let record = RecordToSend {
            timestamp: clock::now(),
            key: key.as_deref().map(str::as_bytes),
            value: Some(value),
            headers: &[],
        };
        let place = self.partitioner.choose(record.key, value.len());
        self.producer
            .append(&self.partitions[place as usize], record, intended);
        self.sent += 1;
    }

    fn take_in(&mut self, done: Vec<Delivery<Intended>>) {
        let now = self.start.elapsed();
        for delivery in done {
            self.progress.advance(delivery.records as u64);
            self.measured.take_in(delivery, now);
        }
        if now.saturating_sub(self.told) >= TELL_EVERY {
            self.told = now;
            self.progress.say(self.measured.short());
        }
    }

    async fn finish(&mut self) {
        let Self {
            producer,
            measured,
            progress,
            start,
            ..
        } = self;
        producer
            .finish(|delivery| {
                progress.advance(delivery.records as u64);
                measured.take_in(delivery, start.elapsed());
            })
            .await;
    }
}
