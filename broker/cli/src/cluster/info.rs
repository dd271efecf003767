//! `cluster info`.

use broker_client::{ClusterBroker, ClusterDescription, LogDirDescription, TopicSelection};
use clap::Args;
use serde::Serialize;

use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// What is shown.
#[derive(Args, Clone, Debug)]
pub(crate) struct InfoArgs {
    /// Show the log directories of each broker too
    #[arg(long)]
    log_dirs: bool,
}

#[derive(Debug, Serialize)]
struct ClusterInfo {
    cluster_id: String,
    controller: Option<i32>,
    topics: usize,
    partitions: usize,
    brokers: Vec<BrokerInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_dirs: Option<Vec<LogDirInfo>>,
}

#[derive(Debug, Serialize)]
struct BrokerInfo {
    id: i32,
    host: String,
    port: u16,
    rack: Option<String>,
    is_fenced: bool,
    is_controller: bool,
}

#[derive(Debug, Serialize)]
struct LogDirInfo {
    broker: i32,
    path: String,
    error: Option<String>,
    partitions: usize,
    log_bytes: i64,
    total_bytes: Option<i64>,
    usable_bytes: Option<i64>,
}

/// Asks the cluster about itself and prints what it says.
pub(crate) async fn info(cluster: &ClusterArgs, args: &InfoArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let description = client.describe_cluster().await?;
    let metadata = client.refresh(TopicSelection::All).await?;
    let partitions = metadata.topics.values().map(|topic| topic.partitions.len());
    let mut info = ClusterInfo::new(&description, metadata.topics.len(), partitions.sum());
    if args.log_dirs {
        let mut log_dirs = Vec::new();
        for broker in description.brokers.iter().filter(|broker| !broker.is_fenced) {
            let described = client.describe_log_dirs(broker.id).await?;
            log_dirs.extend(described.iter().map(|dir| LogDirInfo::new(broker, dir)));
        }
        info.log_dirs = Some(log_dirs);
    }
    cluster.output.print(&info)
}

impl ClusterInfo {
    fn new(description: &ClusterDescription, topics: usize, partitions: usize) -> Self {
        let broker = |broker: &ClusterBroker| BrokerInfo {
            id: broker.id.value(),
            host: broker.endpoint.host.clone(),
            port: broker.endpoint.port,
            rack: broker.rack.clone(),
            is_fenced: broker.is_fenced,
            is_controller: description.controller == Some(broker.id),
        };
        Self {
            cluster_id: description.cluster_id.clone(),
            controller: description.controller.map(broker_model::BrokerId::value),
            topics,
            partitions,
            brokers: description.brokers.iter().map(broker).collect(),
            log_dirs: None,
        }
    }
}

impl LogDirInfo {
    fn new(broker: &ClusterBroker, dir: &LogDirDescription) -> Self {
        Self {
            broker: broker.id.value(),
            path: dir.path.clone(),
            error: dir.error.clone(),
            partitions: dir.partitions.len(),
            log_bytes: dir.partitions.iter().map(|(_, bytes)| bytes).sum(),
            total_bytes: dir.total_bytes,
            usable_bytes: dir.usable_bytes,
        }
    }
}

impl Shown for ClusterInfo {
    fn text(&self) -> String {
        let controller = self.controller.map_or("none".to_owned(), |id| id.to_string());
        let mut brokers = Table::new(&["BROKER", "HOST", "PORT", "RACK", "STATE"]);
        for broker in &self.brokers {
            let state = match (broker.is_fenced, broker.is_controller) {
                (true, _) => "fenced",
                (false, true) => "controller",
                (false, false) => "active",
            };
            brokers.row([
                broker.id.to_string(),
                broker.host.clone(),
                broker.port.to_string(),
                broker.rack.clone().unwrap_or_default(),
                state.to_owned(),
            ]);
        }
        let mut text = format!(
            "cluster     {}\ncontroller  {controller}\ntopics      {} with {} partitions\n\n{brokers}",
            self.cluster_id, self.topics, self.partitions
        );
        if let Some(dirs) = &self.log_dirs {
            text += &format!("\n{}", log_dir_table(dirs));
        }
        text
    }
}

fn log_dir_table(dirs: &[LogDirInfo]) -> Table {
    let mut table = Table::new(&[
        "BROKER",
        "LOG DIRECTORY",
        "PARTITIONS",
        "LOG BYTES",
        "DISK BYTES",
        "FREE BYTES",
        "ERROR",
    ]);
    let known = |bytes: Option<i64>| bytes.map_or("-".to_owned(), |bytes| bytes.to_string());
    for dir in dirs {
        table.row([
            dir.broker.to_string(),
            dir.path.clone(),
            dir.partitions.to_string(),
            dir.log_bytes.to_string(),
            known(dir.total_bytes),
            known(dir.usable_bytes),
            dir.error.clone().unwrap_or_default(),
        ]);
    }
    table
}
