//! `config alter`.

use broker_client::{ConfigChange, ConfigOperation, Validation};
use clap::{ArgGroup, Args};
use serde::Serialize;

use super::ResourceArgs;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::key_value::KeyValue;
use crate::output::Shown;

/// What is changed.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("change").required(true).multiple(true))]
pub(crate) struct AlterArgs {
    #[command(flatten)]
    resource: ResourceArgs,
    /// Give it this value; can be given several times
    #[arg(long, short, group = "change", value_name = "NAME=VALUE")]
    set: Vec<KeyValue>,
    /// Let it go back to its default; can be given several times
    #[arg(long, short, group = "change", value_name = "NAME")]
    delete: Vec<String>,
    /// Add elements to a list; can be given several times
    #[arg(long, group = "change", value_name = "NAME=VALUE")]
    append: Vec<KeyValue>,
    /// Take elements out of a list; can be given several times
    #[arg(long, group = "change", value_name = "NAME=VALUE")]
    subtract: Vec<KeyValue>,
    /// Only ask the cluster whether it would do it
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Altered {
    resource: String,
    status: &'static str,
    changes: Vec<Change>,
}

#[derive(Debug, Serialize)]
struct Change {
    name: String,
    operation: &'static str,
    value: Option<String>,
}

/// Makes all changes or none.
pub(crate) async fn alter(cluster: &ClusterArgs, args: &AlterArgs) -> Result<(), CliError> {
    let resource = args.resource.resource()?;
    let changes = args.changes();
    let (validation, status) = match args.dry_run {
        true => (Validation::Only, "would be altered"),
        false => (Validation::AndApply, "altered"),
    };
    let client = cluster.connect().await?;
    client.alter_configs(&resource, &changes, validation).await?;
    cluster.output.print(&Altered {
        resource: resource.to_string(),
        status,
        changes: changes.into_iter().map(Change::new).collect(),
    })
}

impl AlterArgs {
    fn changes(&self) -> Vec<ConfigChange> {
        let each = |pairs: &[KeyValue], operation: fn(String) -> ConfigOperation| -> Vec<ConfigChange> {
            let change = |pair: &KeyValue| ConfigChange {
                name: pair.key.clone(),
                operation: operation(pair.value.clone()),
            };
            pairs.iter().map(change).collect()
        };
        let mut changes = each(&self.set, ConfigOperation::Set);
        changes.extend(each(&self.append, ConfigOperation::Append));
        changes.extend(each(&self.subtract, ConfigOperation::Subtract));
        changes.extend(self.delete.iter().map(|name| ConfigChange {
            name: name.clone(),
            operation: ConfigOperation::Delete,
        }));
        changes
    }
}

impl Change {
    fn new(change: ConfigChange) -> Self {
        let (operation, value) = match change.operation {
            ConfigOperation::Set(value) => ("set", Some(value)),
            ConfigOperation::Append(value) => ("append", Some(value)),
            ConfigOperation::Subtract(value) => ("subtract", Some(value)),
            ConfigOperation::Delete => ("delete", None),
        };
        Self {
            name: change.name,
            operation,
            value,
        }
    }
}

impl Shown for Altered {
    fn text(&self) -> String {
        let line = |change: &Change| match &change.value {
            Some(value) => format!(
                "{} {}: {} {}={value}\n",
                self.status, self.resource, change.operation, change.name
            ),
            None => format!(
                "{} {}: {} {}\n",
                self.status, self.resource, change.operation, change.name
            ),
        };
        self.changes.iter().map(line).collect()
    }
}
