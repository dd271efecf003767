//! `group delete`: whole groups, or what they have read of some topics.

use broker_client::{Client, ClientError};
use broker_model::TopicPartition;
use broker_protocol::ErrorCode;
use clap::Args;
use serde::Serialize;

use crate::confirm::ConfirmArgs;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;

/// What is deleted.
#[derive(Args, Clone, Debug)]
pub(crate) struct DeleteArgs {
    /// Names of the groups
    #[arg(required = true, value_name = "GROUP")]
    groups: Vec<String>,
    /// Delete only the offsets in this topic; can be given several times
    #[arg(long, short)]
    topic: Vec<String>,
    /// A group that does not exist is fine
    #[arg(long)]
    if_exists: bool,
    #[command(flatten)]
    confirm: ConfirmArgs,
}

#[derive(Debug, Serialize)]
struct Deleted {
    deleted: Vec<String>,
}

/// Deletes one by one; one that fails does not stop the others.
pub(crate) async fn delete(cluster: &ClusterArgs, args: &DeleteArgs) -> Result<(), CliError> {
    let names = args.groups.join(" ");
    let what = match args.topic.is_empty() {
        true => format!("deleting {names} with all offsets"),
        false => format!("deleting the offsets of {names} in {}", args.topic.join(" ")),
    };
    args.confirm.confirm(&what, &names)?;
    let client = cluster.connect().await?;
    let mut result = Deleted { deleted: Vec::new() };
    let mut failures = Vec::new();
    for name in &args.groups {
        let outcome = match args.topic.is_empty() {
            true => client.delete_group(name).await,
            false => delete_offsets(&client, name, &args.topic).await,
        };
        match outcome {
            Ok(()) => result.deleted.push(name.clone()),
            Err(error) if args.if_exists && error.code() == Some(ErrorCode::GroupIdNotFound) => {}
            Err(error) => failures.push(error.into()),
        }
    }
    if failures.len() < args.groups.len() {
        cluster.output.print(&result)?;
    }
    CliError::of_many("groups", args.groups.len(), failures, cluster.output)
}

async fn delete_offsets(client: &Client, group: &str, topics: &[String]) -> Result<(), ClientError> {
    let committed = client.committed_offsets(group).await?;
    let partitions: Vec<TopicPartition> = committed
        .into_iter()
        .map(|committed| committed.partition)
        .filter(|key| topics.iter().any(|topic| **topic == *key.topic))
        .collect();
    match partitions.is_empty() {
        true => Ok(()),
        false => client.delete_committed_offsets(group, &partitions).await,
    }
}

impl Shown for Deleted {
    fn text(&self) -> String {
        self.deleted
            .iter()
            .map(|name| format!("deleted {name}\n"))
            .collect()
    }
}
