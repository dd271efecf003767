//! `group reset`: where a group that is not running reads on.
//!
//! Facts are gathered first, then [`plan`] computes every new offset from them, then all are committed at once or,
//! without `--execute`, none. The modes and their edge cases are those of Kafka's tool.

mod plan;
mod plan_file;
mod scope;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use broker_client::{Client, CommittedOffset, Committer, OffsetSpec};
use broker_model::{LeaderEpoch, Offset, Timestamp, TopicPartition};
use broker_protocol::ErrorCode;
use clap::{ArgGroup, Args};
use serde::Serialize;

use crate::clock;
use crate::connect::ClusterArgs;
use crate::datetime::parse_datetime;
use crate::duration::parse_duration;
use crate::error::CliError;
use crate::output::{Shown, write_out};
use crate::table::Table;
use plan::{Facts, Target};
use scope::TopicScope;

const EXAMPLES: &str = "Examples:
  eddyline group reset readers --topic numbers --to-earliest
  eddyline group reset readers --all-topics --by-duration 1h --execute
  eddyline group reset readers --all-topics --to-current --export > plan.csv";

/// Which group, which partitions, whereto.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("target").required(true))]
#[command(group = ArgGroup::new("scope"))]
pub(crate) struct ResetArgs {
    /// Name of the group
    group: String,
    /// Reset in this topic, or in these of its partitions; can be given several times
    #[arg(long, short, group = "scope", value_name = "TOPIC[:0,1…]")]
    topic: Vec<TopicScope>,
    /// Reset in all topics for which the group has offsets
    #[arg(long, group = "scope")]
    all_topics: bool,
    /// To the first record that the log still has
    #[arg(long, group = "target")]
    to_earliest: bool,
    /// To after the last record
    #[arg(long, group = "target")]
    to_latest: bool,
    /// To this offset, or the nearest that the log has
    #[arg(long, group = "target", value_name = "OFFSET", value_parser = clap::value_parser!(i64).range(0..))]
    to_offset: Option<i64>,
    /// To the first record that is not older than this moment
    #[arg(long, group = "target", value_name = "MOMENT", value_parser = parse_datetime)]
    to_datetime: Option<Timestamp>,
    /// To the first record that is not older than so long ago
    #[arg(long, group = "target", value_name = "DURATION", value_parser = parse_duration)]
    by_duration: Option<Duration>,
    /// So many records on, or back if negative
    #[arg(long, group = "target", value_name = "COUNT", allow_negative_numbers = true)]
    shift_by: Option<i64>,
    /// To where it is; useful with --export
    #[arg(long, group = "target")]
    to_current: bool,
    /// To the offsets in a file as --export writes it
    #[arg(long, group = "target", value_name = "FILE", conflicts_with = "scope")]
    from_file: Option<PathBuf>,
    /// Only show what would be done; this is what happens without --execute
    #[arg(long, conflicts_with = "execute")]
    dry_run: bool,
    /// Do it
    #[arg(long)]
    execute: bool,
    /// Show the new offsets as lines of topic,partition,offset
    #[arg(long)]
    export: bool,
}

#[derive(Debug, Serialize)]
struct ResetPlan {
    group: String,
    executed: bool,
    offsets: Vec<PlannedOffset>,
}

#[derive(Debug, Serialize)]
struct PlannedOffset {
    topic: String,
    partition: i32,
    current: Option<i64>,
    new: i64,
}

/// Computes the plan, carries it out if that is wanted, and prints it.
pub(crate) async fn reset(cluster: &ClusterArgs, args: &ResetArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    refuse_members(&client, &args.group).await?;
    let committed: BTreeMap<TopicPartition, Offset> = client
        .committed_offsets(&args.group)
        .await?
        .into_iter()
        .map(|committed| (committed.partition, committed.offset))
        .collect();
    let targets = args.targets(&client, &committed).await?;
    let facts = gather(&client, &targets, &committed).await?;
    let planned = plan::plan(&facts)?;
    if args.execute {
        let offsets: Vec<CommittedOffset> = planned.iter().map(|(key, to)| to_commit(key, *to)).collect();
        client
            .commit_offsets(&args.group, &Committer::Administrator, &offsets)
            .await?;
    }
    let result = ResetPlan::new(args, &committed, &planned);
    match args.export {
        true => write_out(plan_file::write(&planned).as_bytes())?,
        false => cluster.output.print(&result)?,
    }
    if !args.execute {
        eprintln!("nothing was changed; add --execute to do it");
    }
    Ok(())
}

/// Offsets of a group that runs are its members' own.
async fn refuse_members(client: &Client, group: &str) -> Result<(), CliError> {
    match client.describe_group(group).await {
        Ok(described) if described.is_empty() => Ok(()),
        Ok(described) => Err(CliError::Impossible(format!(
            "group {group} is {} with {} members, and they decide where it reads; stop them first",
            described.state,
            described.members.len()
        ))),
        // A group comes into being with its first offsets.
        Err(error) if error.code() == Some(ErrorCode::GroupIdNotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

impl ResetArgs {
    async fn targets(
        &self,
        client: &Client,
        committed: &BTreeMap<TopicPartition, Offset>,
    ) -> Result<BTreeMap<TopicPartition, Target>, CliError> {
        if let Some(path) = &self.from_file {
            let offsets = plan_file::read(path, &self.group)?;
            return Ok(offsets
                .into_iter()
                .map(|(key, to)| (key, Target::Offset(to)))
                .collect());
        }
        let target = self.target();
        let keys = match self.topic.is_empty() {
            false => scope::partitions(client, &self.topic).await?,
            true if self.all_topics => scope::of_committed(client, committed).await?,
            true => {
                return Err(CliError::Usage(
                    "say which topics are meant: --topic NAME, or --all-topics for all that the group has read"
                        .to_owned(),
                ));
            }
        };
        Ok(keys.into_iter().map(|key| (key, target)).collect())
    }

    fn target(&self) -> Target {
        let ago = |span: Duration| {
            let ms = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            Target::Time(clock::now().plus_ms(-ms))
        };
        let by_value = [
            self.to_offset.map(|offset| Target::Offset(Offset::new(offset))),
            self.to_datetime.map(Target::Time),
            self.by_duration.map(ago),
            self.shift_by.map(Target::Shift),
        ];
        by_value.into_iter().flatten().next().unwrap_or({
            match (self.to_earliest, self.to_latest) {
                (true, _) => Target::Earliest,
                (false, true) => Target::Latest,
                (false, false) => Target::Current,
            }
        })
    }
}

/// What each target needs to know about its log.
async fn gather(
    client: &Client,
    targets: &BTreeMap<TopicPartition, Target>,
    committed: &BTreeMap<TopicPartition, Offset>,
) -> Result<Vec<Facts>, CliError> {
    let keys: Vec<TopicPartition> = targets.keys().cloned().collect();
    let earliest = client.list_same_offset(&keys, OffsetSpec::Earliest).await?;
    let latest = client.list_same_offset(&keys, OffsetSpec::Latest).await?;
    let timed: Vec<(TopicPartition, OffsetSpec)> = targets
        .iter()
        .filter_map(|(key, target)| match target {
            Target::Time(moment) => Some((key.clone(), OffsetSpec::AtTime(*moment))),
            _ => None,
        })
        .collect();
    let at_time: BTreeMap<TopicPartition, Option<Offset>> = client
        .list_offsets(&timed)
        .await?
        .into_iter()
        .map(|(key, listed)| (key, listed.offset))
        .collect();
    let facts = targets.iter().zip(earliest).zip(latest);
    Ok(facts
        .map(|(((key, target), (_, earliest)), (_, latest))| Facts {
            partition: key.clone(),
            target: *target,
            committed: committed.get(key).copied(),
            earliest: earliest.offset.unwrap_or(Offset::ZERO),
            latest: latest.offset.unwrap_or(Offset::ZERO),
            at_time: at_time.get(key).copied().flatten(),
        })
        .collect())
}

fn to_commit(partition: &TopicPartition, offset: Offset) -> CommittedOffset {
    CommittedOffset {
        partition: partition.clone(),
        offset,
        leader_epoch: LeaderEpoch::NONE,
        metadata: String::new(),
    }
}

impl ResetPlan {
    fn new(
        args: &ResetArgs,
        committed: &BTreeMap<TopicPartition, Offset>,
        planned: &[(TopicPartition, Offset)],
    ) -> Self {
        let offset = |(key, to): &(TopicPartition, Offset)| PlannedOffset {
            topic: key.topic.to_string(),
            partition: key.partition.value(),
            current: committed.get(key).map(|offset| offset.value()),
            new: to.value(),
        };
        Self {
            group: args.group.clone(),
            executed: args.execute,
            offsets: planned.iter().map(offset).collect(),
        }
    }
}

impl Shown for ResetPlan {
    fn text(&self) -> String {
        let mut table = Table::new(&["GROUP", "TOPIC", "PARTITION", "CURRENT", "NEW", "CHANGE"]);
        for row in &self.offsets {
            let change = row.current.map(|current| row.new - current);
            table.row([
                self.group.clone(),
                row.topic.clone(),
                row.partition.to_string(),
                row.current.map_or("-".to_owned(), |offset| offset.to_string()),
                row.new.to_string(),
                change.map_or("-".to_owned(), |change| format!("{change:+}")),
            ]);
        }
        table.to_string()
    }
}
