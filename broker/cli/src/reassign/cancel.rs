//! `reassign cancel`.

use std::path::PathBuf;

use broker_client::Reassignment;
use broker_protocol::ErrorCode;
use clap::{ArgGroup, Args};
use serde::Serialize;

use super::plan_file::PlanFile;
use super::status::clear_throttles;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// What is undone.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("which").required(true))]
pub(crate) struct CancelArgs {
    /// The plan that was begun
    #[arg(group = "which")]
    plan: Option<PathBuf>,
    /// Everything that is under way
    #[arg(long, group = "which")]
    all: bool,
    /// Leave the limits of copying as they are
    #[arg(long)]
    preserve_throttles: bool,
}

#[derive(Debug, Serialize)]
struct Cancelled {
    partitions: Vec<CancelledPartition>,
}

#[derive(Debug, Serialize)]
struct CancelledPartition {
    topic: String,
    partition: i32,
    status: &'static str,
}

/// Undoes what is under way; what is not is no failure.
pub(crate) async fn cancel(cluster: &ClusterArgs, args: &CancelArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let plan = match &args.plan {
        Some(path) => PlanFile::read(path)?,
        None => {
            let ongoing = client.list_reassignments(None).await?;
            PlanFile::new(ongoing.into_iter().map(|one| (one.partition, one.replicas)))
        }
    };
    let mut cancelled = Cancelled {
        partitions: Vec::new(),
    };
    let keys = plan.keys();
    let changes: Vec<_> = keys
        .iter()
        .map(|key| (key.clone(), Reassignment::Cancel))
        .collect();
    let outcomes = match changes.is_empty() {
        true => Vec::new(),
        false => client.alter_reassignments(&changes).await?,
    };
    let mut failures = Vec::new();
    for (key, outcome) in outcomes {
        let status = match outcome {
            Ok(()) => "cancelled",
            Err(error) if error.code() == Some(ErrorCode::NoReassignmentInProgress) => "was not under way",
            Err(error) => {
                failures.push(error.into());
                continue;
            }
        };
        cancelled.partitions.push(CancelledPartition {
            topic: key.topic.to_string(),
            partition: key.partition.value(),
            status,
        });
    }
    if !args.preserve_throttles && failures.is_empty() && !keys.is_empty() {
        clear_throttles(&client, &plan).await?;
    }
    if failures.is_empty() || !cancelled.partitions.is_empty() {
        cluster.output.print(&cancelled)?;
    }
    CliError::of_many("reassignments", keys.len(), failures, cluster.output)
}

impl Shown for Cancelled {
    fn text(&self) -> String {
        if self.partitions.is_empty() {
            return "nothing is under way\n".to_owned();
        }
        let mut table = Table::new(&["TOPIC", "PARTITION", "STATUS"]);
        for row in &self.partitions {
            table.row([
                row.topic.clone(),
                row.partition.to_string(),
                row.status.to_owned(),
            ]);
        }
        table.to_string()
    }
}
