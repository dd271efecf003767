//! `group list`.

use broker_client::ListedGroup;
use clap::Args;
use serde::Serialize;

use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// Which groups are listed.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListArgs {
    /// List only groups whose name holds this text
    #[arg(value_name = "TEXT")]
    filter: Option<String>,
    /// List only groups in these states, such as Stable or Empty; can be given several times
    #[arg(long, value_delimiter = ',')]
    state: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct GroupList {
    groups: Vec<GroupRow>,
}

#[derive(Debug, Serialize)]
struct GroupRow {
    group: String,
    state: String,
    #[serde(rename = "type")]
    kind: String,
    protocol_type: String,
    coordinator: i32,
}

/// Prints the groups of all brokers by name.
pub(crate) async fn list(cluster: &ClusterArgs, args: &ListArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let groups = client.list_groups().await?;
    let wanted = groups.into_iter().filter(|group| args.wants(group));
    cluster.output.print(&GroupList {
        groups: wanted.map(GroupRow::new).collect(),
    })
}

impl ListArgs {
    fn wants(&self, group: &ListedGroup) -> bool {
        let named = self.filter.as_ref().is_none_or(|text| group.id.contains(text));
        let of_state = |state: &String| state.eq_ignore_ascii_case(&group.state);
        named && (self.state.is_empty() || self.state.iter().any(of_state))
    }
}

impl GroupRow {
    fn new(group: ListedGroup) -> Self {
        Self {
            group: group.id,
            state: group.state,
            kind: group.kind,
            protocol_type: group.protocol_type,
            coordinator: group.coordinator.value(),
        }
    }
}

impl Shown for GroupList {
    fn text(&self) -> String {
        let mut table = Table::new(&["GROUP", "STATE", "TYPE", "PROTOCOL", "COORDINATOR"]);
        for group in &self.groups {
            table.row([
                group.group.clone(),
                group.state.clone(),
                group.kind.clone(),
                group.protocol_type.clone(),
                group.coordinator.to_string(),
            ]);
        }
        table.to_string()
    }
}
