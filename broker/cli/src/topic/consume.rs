//! `topic consume`: records to the standard output, in the order in which they come.
//!
//! Invariant: with `--max-messages` exactly so many are shown; with `--until-end` all that were there when it
//! started, and perhaps some of those that came meanwhile.

mod as_member;
mod reading;
mod render;
mod start;
mod template;

use std::collections::BTreeMap;
use std::time::Duration;

use broker_client::{Client, OffsetSpec};
use broker_model::{IsolationLevel, Offset, PartitionIndex, TopicPartition};
use clap::Args;

use crate::connect::ClusterArgs;
use crate::duration::parse_duration;
use crate::error::CliError;
use crate::interrupt::interrupted;
use crate::output::OutputFormat;
use reading::{Reading, Stop};
use render::{Encoding, Renderer};
use start::Start;
use template::{PLACES, Template};

const EXAMPLES: &str = "Examples:
  eddyline topic consume numbers --until-end
  eddyline topic consume numbers --from -10 --format '%p/%o %k=%v\\n'
  eddyline topic consume numbers --group readers --max-messages 100 -o json";

/// What is read, and how it is shown.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ConsumeArgs {
    /// Names of the topics
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Where to begin: beginning, end, an offset, -N for the last N records, a moment, or 10m for 10 minutes ago
    ///
    /// A moment is 2026-01-31T18:00:00Z or @ and milliseconds since 1970. For a group it says where to begin in
    /// partitions for which the group has no offset.
    #[arg(
        long,
        short,
        default_value = "beginning",
        allow_hyphen_values = true,
        value_name = "PLACE"
    )]
    from: Start,
    /// Read as a member of this group, and commit what was shown
    #[arg(long, short)]
    group: Option<String>,
    /// Read only these partitions; can be given several times
    #[arg(long, short, value_delimiter = ',', conflicts_with = "group")]
    partition: Vec<i32>,
    /// End after so many records
    #[arg(long, short = 'n', value_name = "COUNT")]
    max_messages: Option<u64>,
    /// End when everything has been read that was there at the start
    #[arg(long, short = 'e')]
    until_end: bool,
    /// End when nothing has come for so long
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    idle: Option<Duration>,
    /// Leave out records of transactions that are open or aborted
    #[arg(long)]
    read_committed: bool,
    #[arg(long, value_name = "TEMPLATE", help = format!("Show records so: {PLACES}"))]
    format: Option<Template>,
    /// How bytes of keys and values are shown, but for JSON and YAML
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,
}

/// Reads and shows records until an end is reached or the program is interrupted.
pub(crate) async fn consume(cluster: &ClusterArgs, args: &ConsumeArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let renderer = renderer(cluster.output, args);
    let stop = Stop {
        remaining: args.max_messages,
        idle: args.idle,
        end: None,
    };
    let reading = Reading::new(client.clone(), renderer, args.isolation(), stop);
    match &args.group {
        Some(group) => as_member::read(client, args, group, reading).await,
        None => read_all(&client, args, reading).await,
    }
}

async fn read_all(client: &Client, args: &ConsumeArgs, mut reading: Reading) -> Result<(), CliError> {
    let partitions = args.partitions(client).await?;
    let begin = args.from.resolve(client, &partitions).await?;
    let end = args.end(client, &partitions).await?;
    reading.assign(begin, end);
    tokio::select! {
        outcome = reading.until_stop() => outcome,
        () = interrupted() => Ok(()),
    }
}

fn renderer(output: OutputFormat, args: &ConsumeArgs) -> Renderer {
    match (&args.format, output) {
        (Some(template), _) => Renderer::Template(template.clone(), args.encoding),
        (None, OutputFormat::Table) => Renderer::Value(args.encoding),
        (None, OutputFormat::Json) => Renderer::Json,
        (None, OutputFormat::Yaml) => Renderer::Yaml,
    }
}

impl ConsumeArgs {
    fn isolation(&self) -> IsolationLevel {
        match self.read_committed {
            true => IsolationLevel::ReadCommitted,
            false => IsolationLevel::ReadUncommitted,
        }
    }

    /// Where reading ends, if it does.
    async fn end(
        &self,
        client: &Client,
        partitions: &[TopicPartition],
    ) -> Result<Option<BTreeMap<TopicPartition, Offset>>, CliError> {
        let last = match self.read_committed {
            true => OffsetSpec::LastStable,
            false => OffsetSpec::Latest,
        };
        match self.until_end {
            true => Ok(Some(start::listed(client, partitions, last).await?)),
            false => Ok(None),
        }
    }

    async fn partitions(&self, client: &Client) -> Result<Vec<TopicPartition>, CliError> {
        let mut all = Vec::new();
        for name in &self.topics {
            let topic = client.topic(name).await?;
            for wanted in &self.partition {
                let wanted = PartitionIndex::new(*wanted);
                if !topic.partitions.iter().any(|known| known.index == wanted) {
                    return Err(CliError::Usage(format!(
                        "topic {name} has no partition {wanted}: it has {}, counted from 0",
                        topic.partitions.len()
                    )));
                }
            }
            all.extend(
                topic.topic_partitions().filter(|key| {
                    self.partition.is_empty() || self.partition.contains(&key.partition.value())
                }),
            );
        }
        Ok(all)
    }
}
