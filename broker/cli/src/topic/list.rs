//! `topic list`.

use broker_client::{TopicInfo, TopicSelection};
use clap::Args;
use serde::Serialize;

use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// Which topics are listed.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListArgs {
    /// List the topics in which the cluster keeps its own state too
    #[arg(long)]
    internal: bool,
    /// List only topics whose name holds this text
    #[arg(value_name = "TEXT")]
    filter: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct TopicList {
    topics: Vec<ListedTopic>,
}

#[derive(Debug, Serialize)]
struct ListedTopic {
    name: String,
    id: String,
    partitions: usize,
    replicas: usize,
    under_replicated: usize,
    leaderless: usize,
    is_internal: bool,
}

/// Prints the topics by name.
pub(crate) async fn list(cluster: &ClusterArgs, args: &ListArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let metadata = client.refresh(TopicSelection::All).await?;
    let wanted = |topic: &&TopicInfo| {
        let named = args.filter.as_ref().is_none_or(|text| topic.name.contains(text));
        named && (args.internal || !topic.is_internal)
    };
    let topics = metadata.topics.values().filter(wanted).map(ListedTopic::new);
    cluster.output.print(&TopicList {
        topics: topics.collect(),
    })
}

impl ListedTopic {
    fn new(topic: &TopicInfo) -> Self {
        let partitions = topic.partitions.iter();
        Self {
            name: topic.name.clone(),
            id: topic.id.to_string(),
            partitions: topic.partitions.len(),
            replicas: partitions.clone().map(|p| p.replicas.len()).max().unwrap_or(0),
            under_replicated: partitions
                .clone()
                .filter(|p| p.isr.len() < p.replicas.len())
                .count(),
            leaderless: partitions.filter(|p| p.leader.is_none()).count(),
            is_internal: topic.is_internal,
        }
    }

    fn state(&self) -> String {
        match (self.leaderless, self.under_replicated) {
            (0, 0) => String::new(),
            (0, count) => format!("{count} under-replicated"),
            (count, _) => format!("{count} without leader"),
        }
    }
}

impl Shown for TopicList {
    fn text(&self) -> String {
        let mut table = Table::new(&["NAME", "PARTITIONS", "REPLICAS", "PROBLEMS"]);
        for topic in &self.topics {
            table.row([
                topic.name.clone(),
                topic.partitions.to_string(),
                topic.replicas.to_string(),
                topic.state(),
            ]);
        }
        table.to_string()
    }
}
