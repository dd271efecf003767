//! `config describe`.

use broker_client::ConfigEntry;
use clap::Args;
use serde::Serialize;

use super::ResourceArgs;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// What is described.
#[derive(Args, Clone, Debug)]
pub(crate) struct DescribeArgs {
    #[command(flatten)]
    resource: ResourceArgs,
    /// Show what has its default too
    #[arg(long)]
    all: bool,
    /// Show only this configuration; can be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Show what each is for
    #[arg(long)]
    docs: bool,
}

#[derive(Debug, Serialize)]
struct Description {
    resource: String,
    configs: Vec<ConfigRow>,
}

#[derive(Debug, Serialize)]
struct ConfigRow {
    name: String,
    value: Option<String>,
    source: &'static str,
    is_default: bool,
    is_read_only: bool,
    is_sensitive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation: Option<String>,
}

/// Prints the configuration by name.
pub(crate) async fn describe(cluster: &ClusterArgs, args: &DescribeArgs) -> Result<(), CliError> {
    let resource = args.resource.resource()?;
    let client = cluster.connect().await?;
    let mut entries = client.describe_configs(&resource).await?;
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    for name in &args.only {
        if !entries.iter().any(|entry| entry.name == *name) {
            return Err(CliError::Impossible(format!(
                "{resource} has no configuration {name}; --all shows which there are"
            )));
        }
    }
    let wanted = entries.into_iter().filter(|entry| args.wants(entry));
    cluster.output.print(&Description {
        resource: resource.to_string(),
        configs: wanted.map(|entry| ConfigRow::new(entry, args.docs)).collect(),
    })
}

impl DescribeArgs {
    fn wants(&self, entry: &ConfigEntry) -> bool {
        match self.only.is_empty() {
            true => self.all || !entry.is_default,
            false => self.only.contains(&entry.name),
        }
    }
}

impl ConfigRow {
    fn new(entry: ConfigEntry, docs: bool) -> Self {
        Self {
            name: entry.name,
            value: entry.value,
            source: entry.source,
            is_default: entry.is_default,
            is_read_only: entry.is_read_only,
            is_sensitive: entry.is_sensitive,
            documentation: entry.documentation.filter(|_| docs),
        }
    }

    fn shown_value(&self) -> String {
        match (&self.value, self.is_sensitive) {
            (Some(value), _) => value.clone(),
            (None, true) => "(secret)".to_owned(),
            (None, false) => String::new(),
        }
    }
}

impl Shown for Description {
    fn text(&self) -> String {
        if self.configs.is_empty() {
            return format!("{}: everything has its default; --all shows it\n", self.resource);
        }
        let mut table = Table::new(&["NAME", "VALUE", "SOURCE", "CHANGES"]);
        for row in &self.configs {
            let changes = match row.is_read_only {
                true => "at a restart",
                false => "at once",
            };
            table.row([
                row.name.clone(),
                row.shown_value(),
                row.source.to_owned(),
                changes.to_owned(),
            ]);
        }
        let mut text = table.to_string();
        for row in &self.configs {
            if let Some(documentation) = &row.documentation {
                text += &format!("\n{}: {documentation}\n", row.name);
            }
        }
        text
    }
}
