//! `reassign start`.

use std::path::PathBuf;

use broker_client::{Client, Reassignment, TopicSelection};
use clap::Args;
use serde::Serialize;

use super::plan::listed;
use super::plan_file::PlanFile;
use super::planner::Assignment;
use super::throttle;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::size::parse_size;
use crate::table::Table;

/// What is begun.
#[derive(Args, Clone, Debug)]
pub(crate) struct StartArgs {
    /// The plan, as `reassign plan -o json` or kafka-reassign-partitions --generate writes it
    plan: PathBuf,
    /// Bytes a second that each broker may copy; taken away by `reassign status` once all is done
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    throttle: Option<usize>,
    /// Write a plan that leads back into this file first
    #[arg(long, value_name = "FILE")]
    rollback: Option<PathBuf>,
    /// Begin although something is under way; where a partition is in both plans, this one counts
    #[arg(long)]
    additional: bool,
}

#[derive(Debug, Serialize)]
struct Started {
    partitions: Vec<StartedPartition>,
}

#[derive(Debug, Serialize)]
struct StartedPartition {
    topic: String,
    partition: i32,
    from: String,
    to: String,
}

/// Begins what the plan says.
pub(crate) async fn start(cluster: &ClusterArgs, args: &StartArgs) -> Result<(), CliError> {
    let plan = PlanFile::read(&args.plan)?;
    let client = cluster.connect().await?;
    let now = current(&client, &plan).await?;
    if !args.additional && !client.list_reassignments(None).await?.is_empty() {
        let why = "a reassignment is under way: wait for it, cancel it, or add --additional";
        return Err(CliError::Impossible(why.to_owned()));
    }
    if let Some(path) = &args.rollback {
        std::fs::write(path, PlanFile::new(now.clone()).text()).map_err(|source| CliError::Stream {
            what: "write the plan that leads back",
            source,
        })?;
    }
    let planned: Assignment = plan
        .partitions
        .iter()
        .map(|one| (one.key(), one.brokers()))
        .collect();
    if let Some(rate) = args.throttle {
        throttle::set(&client, &now, &planned, rate as u64).await?;
    }
    let changes: Vec<_> = planned
        .iter()
        .map(|(key, replicas)| (key.clone(), Reassignment::To(replicas.clone())))
        .collect();
    let outcomes = client.alter_reassignments(&changes).await?;
    let (total, mut failures) = (outcomes.len(), Vec::new());
    let mut started = Started {
        partitions: Vec::new(),
    };
    for (key, outcome) in outcomes {
        match outcome {
            Ok(()) => {
                let of = |all: &Assignment| {
                    all.iter()
                        .find(|(other, _)| *other == key)
                        .map(|(_, ids)| listed(ids))
                };
                started.partitions.push(StartedPartition {
                    topic: key.topic.to_string(),
                    partition: key.partition.value(),
                    from: of(&now).unwrap_or_default(),
                    to: of(&planned).unwrap_or_default(),
                });
            }
            Err(error) => failures.push(error.into()),
        }
    }
    if failures.is_empty() || !started.partitions.is_empty() {
        cluster.output.print(&started)?;
    }
    CliError::of_many("reassignments", total, failures, cluster.output)
}

/// Where the partitions of the plan lie now.
///
/// # Errors
/// One of them does not exist.
pub(super) async fn current(client: &Client, plan: &PlanFile) -> Result<Assignment, CliError> {
    let metadata = client.refresh(TopicSelection::All).await?;
    let mut now = Assignment::new();
    for key in plan.keys() {
        let known = metadata.partition(&key);
        let known = known.ok_or_else(|| CliError::Impossible(format!("there is no partition {key}")))?;
        now.push((key, known.replicas.clone()));
    }
    Ok(now)
}

impl Shown for Started {
    fn text(&self) -> String {
        let mut table = Table::new(&["TOPIC", "PARTITION", "FROM", "TO"]);
        for row in &self.partitions {
            table.row([
                row.topic.clone(),
                row.partition.to_string(),
                row.from.clone(),
                row.to.clone(),
            ]);
        }
        table.to_string()
    }
}
