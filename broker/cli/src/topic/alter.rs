//! `topic alter`: more partitions, other configuration.

use broker_client::{ConfigChange, ConfigOperation, ConfigResource, ConfigResourceType, Validation};
use clap::{ArgGroup, Args};
use serde::Serialize;

use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::key_value::KeyValue;
use crate::output::Shown;

/// What is changed.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("change").required(true).multiple(true))]
pub(crate) struct AlterArgs {
    /// Name of the topic
    topic: String,
    /// New number of partitions; it can only grow, and keys then meet other partitions
    #[arg(long, short, group = "change", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// Configuration to set; can be given several times
    #[arg(long, short, group = "change", value_name = "NAME=VALUE")]
    config: Vec<KeyValue>,
    /// Configuration that goes back to its default; can be given several times
    #[arg(long, group = "change", value_name = "NAME")]
    delete_config: Vec<String>,
    /// Only ask the cluster whether it would do it
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Altered {
    topic: String,
    partitions: Option<i32>,
    configs_set: Vec<String>,
    configs_deleted: Vec<String>,
    status: &'static str,
}

/// Changes configuration first, because adding partitions cannot be taken back.
pub(crate) async fn alter(cluster: &ClusterArgs, args: &AlterArgs) -> Result<(), CliError> {
    let (validation, status) = match args.dry_run {
        true => (Validation::Only, "would be altered"),
        false => (Validation::AndApply, "altered"),
    };
    let client = cluster.connect().await?;
    let set = args.config.iter().map(|pair| ConfigChange {
        name: pair.key.clone(),
        operation: ConfigOperation::Set(pair.value.clone()),
    });
    let deleted = args.delete_config.iter().map(|name| ConfigChange {
        name: name.clone(),
        operation: ConfigOperation::Delete,
    });
    let changes: Vec<ConfigChange> = set.chain(deleted).collect();
    if !changes.is_empty() {
        let resource = ConfigResource {
            kind: ConfigResourceType::Topic,
            name: args.topic.clone(),
        };
        client.alter_configs(&resource, &changes, validation).await?;
    }
    if let Some(partitions) = args.partitions {
        client
            .create_partitions(&args.topic, partitions, validation)
            .await?;
    }
    cluster.output.print(&Altered {
        topic: args.topic.clone(),
        partitions: args.partitions,
        configs_set: args.config.iter().map(|pair| pair.key.clone()).collect(),
        configs_deleted: args.delete_config.clone(),
        status,
    })
}

impl Shown for Altered {
    fn text(&self) -> String {
        let partitions = self.partitions.map(|count| format!("{count} partitions"));
        let set = self.configs_set.iter().map(|name| format!("{name} set"));
        let deleted = self
            .configs_deleted
            .iter()
            .map(|name| format!("{name} back to its default"));
        let changes: Vec<String> = partitions.into_iter().chain(set).chain(deleted).collect();
        format!("{} {}: {}\n", self.status, self.topic, changes.join(", "))
    }
}
