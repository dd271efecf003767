//! `topic delete`.

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
    /// Names of the topics
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// A topic that does not exist is fine
    #[arg(long)]
    if_exists: bool,
    #[command(flatten)]
    confirm: ConfirmArgs,
}

#[derive(Debug, Serialize)]
struct Deleted {
    deleted: Vec<String>,
}

/// Deletes the topics one by one; one that fails does not stop the others.
pub(crate) async fn delete(cluster: &ClusterArgs, args: &DeleteArgs) -> Result<(), CliError> {
    let names = args.topics.join(" ");
    args.confirm
        .confirm(&format!("deleting {names} with all records"), &names)?;
    let client = cluster.connect().await?;
    let mut result = Deleted { deleted: Vec::new() };
    let mut failures = Vec::new();
    for name in &args.topics {
        match client.delete_topic(name).await {
            Ok(()) => result.deleted.push(name.clone()),
            Err(error) if args.if_exists && error.code() == Some(ErrorCode::UnknownTopicOrPartition) => {}
            Err(error) => failures.push(error.into()),
        }
    }
    if failures.len() < args.topics.len() {
        cluster.output.print(&result)?;
    }
    CliError::of_many("topics", args.topics.len(), failures, cluster.output)
}

impl Shown for Deleted {
    fn text(&self) -> String {
        self.deleted
            .iter()
            .map(|name| format!("deleted {name}\n"))
            .collect()
    }
}
