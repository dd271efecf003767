//! `topic produce`: a record for each line of the standard input.
//!
//! A thread reads and cuts lines, this task gathers and sends. Reading waits while the producer has no room, so that
//! memory stays bounded. Records that fail do not stop those after them; the exit code tells.

mod delivered;
mod input;
mod lines;

use std::io::IsTerminal;
use std::time::Duration;

use broker_client::{ClientOptions, Producer, RecordToSend, StickyPartitioner, TopicInfo};
use broker_model::{PartitionIndex, TopicPartition};
use clap::Args;
use tokio::time::Instant;

use crate::clock;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::interrupt::interrupted;
use crate::key_value::KeyValue;
use crate::producer_args::ProducerArgs;
use crate::progress::Progress;
use delivered::Delivered;
use input::{InputFormat, InputRecord};

/// Longest that the loop sleeps when nothing happens.
const IDLE: Duration = Duration::from_secs(1);

const EXAMPLES: &str = "Examples:
  seq 100 | eddyline topic produce numbers
  echo 'user-1:hello' | eddyline topic produce greetings -K : -H lang=en
  eddyline topic consume old -e -o json | eddyline topic produce new --input json";

/// What is written, and how.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ProduceArgs {
    /// Name of the topic
    topic: String,
    /// Partition for all records, whatever their keys
    #[arg(long, short)]
    partition: Option<i32>,
    /// What stands between key and value of a line; without it lines are values
    #[arg(long, short = 'K', value_name = "TEXT", conflicts_with = "key")]
    key_separator: Option<String>,
    /// Key of all records
    #[arg(long, short)]
    key: Option<String>,
    /// Header of all records; can be given several times
    #[arg(long, short = 'H', value_name = "NAME=VALUE")]
    header: Vec<KeyValue>,
    /// Text that stands for a null key or value
    #[arg(long, value_name = "TEXT")]
    null: Option<String>,
    /// What a line holds
    #[arg(long, value_enum, default_value = "text")]
    input: InputFormat,
    /// Fail if the topic does not exist, even if the broker would create it
    #[arg(long)]
    no_create: bool,
    /// Do not show what was written
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    producer: ProducerArgs,
}

/// Writes the lines of the standard input until it ends or the program is interrupted.
pub(crate) async fn produce(cluster: &ClusterArgs, args: &ProduceArgs) -> Result<(), CliError> {
    let options = ClientOptions {
        auto_create_topics: !args.no_create,
        ..ClientOptions::default()
    };
    let client = cluster.connect_with(options).await?;
    let topic = client.topic(&args.topic).await?;
    let options = args.producer.options(&client).await?;
    let router = Router::new(args, &topic)?;
    let producer = Producer::new(client.clone(), options).await?;
    let mut sending = Sending {
        args,
        router,
        producer,
        delivered: Delivered::new(&args.topic),
        progress: progress(),
    };
    let outcome = tokio::select! {
        outcome = sending.all_lines() => outcome,
        // What was read so far is still sent.
        () = interrupted() => Ok(()),
    };
    tokio::select! {
        () = sending.finish() => {}
        () = interrupted() => {}
    }
    let Sending {
        delivered, progress, ..
    } = sending;
    drop(progress);
    outcome?;
    if !args.quiet && delivered.any() {
        cluster.output.print(&delivered.summary())?;
    }
    delivered.outcome(cluster.output)
}

fn progress() -> Progress {
    if std::io::stdin().is_terminal() {
        eprintln!("One record a line; Ctrl-D ends.");
        return Progress::hidden();
    }
    Progress::new(None, "records")
}

/// Which partition a record goes to.
struct Router {
    partitions: Vec<TopicPartition>,
    fixed: Option<usize>,
    sticky: StickyPartitioner,
}

impl Router {
    fn new(args: &ProduceArgs, topic: &TopicInfo) -> Result<Self, CliError> {
        let partitions: Vec<TopicPartition> = topic.topic_partitions().collect();
        let count = u32::try_from(partitions.len()).unwrap_or(u32::MAX);
        let place = |wanted: i32| {
            let wanted = PartitionIndex::new(wanted);
            let found = partitions.iter().position(|key| key.partition == wanted);
            found.ok_or_else(|| {
                CliError::Usage(format!(
                    "topic {} has no partition {wanted}: it has {count}, counted from 0",
                    topic.name
                ))
            })
        };
        let fixed = args.partition.map(place).transpose()?;
        Ok(Self {
            fixed,
            partitions,
            sticky: StickyPartitioner::new(count, args.producer.batch_size),
        })
    }

    fn partition(&mut self, key: Option<&[u8]>, size: usize) -> &TopicPartition {
        let place = self
            .fixed
            .unwrap_or_else(|| self.sticky.choose(key, size) as usize);
        &self.partitions[place]
    }
}

struct Sending<'a> {
    args: &'a ProduceArgs,
    router: Router,
    producer: Producer<()>,
    delivered: Delivered,
    progress: Progress,
}

impl Sending<'_> {
    async fn all_lines(&mut self) -> Result<(), CliError> {
        let mut chunks = lines::of_stdin();
        let mut number = 0;
        loop {
            let room = self.producer.has_room();
            tokio::select! {
                chunk = chunks.recv(), if room => {
                    let Some(chunk) = chunk else { return Ok(()) };
                    for line in chunk? {
                        number += 1;
                        self.append(&line, number)?;
                    }
                }
                done = self.producer.drive(Some(Instant::now() + IDLE)) => {
                    for delivery in done {
                        self.progress.advance(delivery.records as u64);
                        self.delivered.take_in(delivery);
                    }
                }
            }
        }
    }

    fn append(&mut self, line: &[u8], number: u64) -> Result<(), CliError> {
        let record =
            InputRecord::parse(line, self.args).map_err(|reason| CliError::Input { line: number, reason })?;
        let size = record.size();
        let headers: Vec<(&[u8], Option<&[u8]>)> = record
            .headers
            .iter()
            .map(|(key, value)| (key.as_ref(), value.as_deref()))
            .collect();
        let to_send = RecordToSend {
            timestamp: record.timestamp.unwrap_or_else(clock::now),
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            headers: &headers,
        };
        let partition = self.router.partition(to_send.key, size);
        self.producer.append(partition, to_send, ());
        Ok(())
    }

    async fn finish(&mut self) {
        let Self {
            producer,
            delivered,
            progress,
            ..
        } = self;
        producer
            .finish(|delivery| {
                progress.advance(delivery.records as u64);
                delivered.take_in(delivery);
            })
            .await;
    }
}

#[cfg(test)]
impl ProduceArgs {
    /// As from the command line.
    fn of(words: &[&str]) -> Self {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            args: ProduceArgs,
        }
        let words = ["produce", "topic"].iter().chain(words);
        <Line as clap::Parser>::try_parse_from(words).unwrap().args
    }
}
