//! `reassign status`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use broker_client::{Client, OngoingReassignment};
use broker_model::BrokerId;
use clap::Args;
use serde::Serialize;

use super::plan::listed;
use super::plan_file::{PlanFile, PlannedPartition};
use super::planner::Assignment;
use super::start::current;
use super::throttle;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// Of what.
#[derive(Args, Clone, Debug)]
pub(crate) struct StatusArgs {
    /// The plan that was begun; without it everything that is under way is shown
    plan: Option<PathBuf>,
    /// Leave the limits of copying as they are, though all is done
    #[arg(long)]
    preserve_throttles: bool,
}

#[derive(Debug, Serialize)]
struct Status {
    partitions: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    topic: String,
    partition: i32,
    status: &'static str,
    replicas: String,
    adding: String,
    removing: String,
}

const UNDER_WAY: &str = "under way";
const DONE: &str = "done";

/// Shows how far it is; when the whole plan is done, the limits of copying go.
pub(crate) async fn status(cluster: &ClusterArgs, args: &StatusArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let Some(path) = &args.plan else {
        let ongoing = client.list_reassignments(None).await?;
        return cluster.output.print(&Status {
            partitions: ongoing.iter().map(under_way).collect(),
        });
    };
    let plan = PlanFile::read(path)?;
    let ongoing = client.list_reassignments(Some(&plan.keys())).await?;
    let now = current(&client, &plan).await?;
    let partitions: Vec<Row> = plan
        .partitions
        .iter()
        .map(|planned| row(planned, &now, &ongoing))
        .collect();
    if !args.preserve_throttles && partitions.iter().all(|row| row.status == DONE) {
        clear_throttles(&client, &plan).await?;
    }
    cluster.output.print(&Status { partitions })
}

/// Takes the limits away on all brokers that live, and the topics of the plan.
///
/// # Errors
/// A broker or topic refuses.
pub(super) async fn clear_throttles(client: &Client, plan: &PlanFile) -> Result<(), CliError> {
    let known = client.describe_cluster().await?.brokers;
    let live: BTreeSet<BrokerId> = known
        .iter()
        .filter(|broker| !broker.is_fenced)
        .map(|broker| broker.id)
        .collect();
    Ok(throttle::clear(client, &live, &plan.keys()).await?)
}

fn under_way(ongoing: &OngoingReassignment) -> Row {
    Row {
        topic: ongoing.partition.topic.to_string(),
        partition: ongoing.partition.partition.value(),
        status: UNDER_WAY,
        replicas: listed(&ongoing.replicas),
        adding: listed(&ongoing.adding),
        removing: listed(&ongoing.removing),
    }
}

fn row(planned: &PlannedPartition, now: &Assignment, ongoing: &[OngoingReassignment]) -> Row {
    let key = planned.key();
    if let Some(found) = ongoing.iter().find(|one| one.partition == key) {
        return under_way(found);
    }
    let replicas = now.iter().find(|(other, _)| *other == key);
    let replicas = replicas.map(|(_, ids)| ids.as_slice()).unwrap_or_default();
    Row {
        topic: planned.topic.clone(),
        partition: planned.partition,
        status: match replicas == planned.brokers() {
            true => DONE,
            false => "not as planned",
        },
        replicas: listed(replicas),
        adding: String::new(),
        removing: String::new(),
    }
}

impl Shown for Status {
    fn text(&self) -> String {
        if self.partitions.is_empty() {
            return "nothing is under way\n".to_owned();
        }
        let mut table = Table::new(&["TOPIC", "PARTITION", "STATUS", "REPLICAS", "ADDING", "REMOVING"]);
        for row in &self.partitions {
            table.row([
                row.topic.clone(),
                row.partition.to_string(),
                row.status.to_owned(),
                row.replicas.clone(),
                row.adding.clone(),
                row.removing.clone(),
            ]);
        }
        table.to_string()
    }
}
