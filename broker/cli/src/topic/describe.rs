//! `topic describe`.

use std::collections::BTreeMap;

use broker_client::{
    Client, ClientError, ConfigEntry, ConfigResource, ConfigResourceType, OffsetSpec, PartitionInfo,
    TopicInfo,
};
use broker_model::{BrokerId, Offset, PartitionIndex, TopicPartition};
use clap::Args;
use serde::Serialize;

use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// What is described.
#[derive(Args, Clone, Debug)]
pub(crate) struct DescribeArgs {
    /// Names of the topics
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Show all configuration, not only what differs from the default
    #[arg(long)]
    all_configs: bool,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Descriptions {
    topics: Vec<TopicDescription>,
}

#[derive(Debug, Serialize)]
struct TopicDescription {
    name: String,
    id: String,
    is_internal: bool,
    replicas: usize,
    configs: BTreeMap<String, Option<String>>,
    partitions: Vec<PartitionRow>,
}

#[derive(Debug, Serialize)]
struct PartitionRow {
    partition: i32,
    leader: Option<i32>,
    leader_epoch: i32,
    replicas: Vec<i32>,
    isr: Vec<i32>,
    offline: Vec<i32>,
    log_start_offset: Option<i64>,
    log_end_offset: Option<i64>,
}

/// Prints one description after the other; a topic that cannot be described does not stop the others.
pub(crate) async fn describe(cluster: &ClusterArgs, args: &DescribeArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let mut described = Descriptions { topics: Vec::new() };
    let mut failures = Vec::new();
    for name in &args.topics {
        match describe_one(&client, args, name).await {
            Ok(topic) => described.topics.push(topic),
            Err(error) => failures.push(error.into()),
        }
    }
    if !described.topics.is_empty() {
        cluster.output.print(&described)?;
    }
    CliError::of_many("topics", args.topics.len(), failures, cluster.output)
}

async fn describe_one(
    client: &Client,
    args: &DescribeArgs,
    name: &str,
) -> Result<TopicDescription, ClientError> {
    let topic = client.topic(name).await?;
    let resource = ConfigResource {
        kind: ConfigResourceType::Topic,
        name: name.to_owned(),
    };
    let configs = client.describe_configs(&resource).await?;
    let is_wanted = |entry: &ConfigEntry| args.all_configs || entry.source == "DYNAMIC_TOPIC_CONFIG";
    let partitions: Vec<TopicPartition> = topic
        .partitions
        .iter()
        .filter(|partition| partition.leader.is_some())
        .map(|partition| TopicPartition::new(name, partition.index))
        .collect();
    let start = offsets(client, &partitions, OffsetSpec::Earliest).await?;
    let end = offsets(client, &partitions, OffsetSpec::Latest).await?;
    let row = |partition: &PartitionInfo| {
        let at = |offsets: &BTreeMap<PartitionIndex, Offset>| offsets.get(&partition.index).copied();
        PartitionRow::new(partition, at(&start), at(&end))
    };
    Ok(TopicDescription {
        name: topic.name.clone(),
        id: topic.id.to_string(),
        is_internal: topic.is_internal,
        replicas: replicas(&topic),
        configs: configs
            .into_iter()
            .filter(is_wanted)
            .map(|entry| (entry.name, entry.value))
            .collect(),
        partitions: topic.partitions.iter().map(row).collect(),
    })
}

async fn offsets(
    client: &Client,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
) -> Result<BTreeMap<PartitionIndex, Offset>, ClientError> {
    let listed = client.list_same_offset(partitions, spec).await?;
    let known = listed
        .into_iter()
        .filter_map(|(key, listed)| Some((key.partition, listed.offset?)));
    Ok(known.collect())
}

fn replicas(topic: &TopicInfo) -> usize {
    let counts = topic.partitions.iter().map(|partition| partition.replicas.len());
    counts.max().unwrap_or(0)
}

impl PartitionRow {
    fn new(partition: &PartitionInfo, start: Option<Offset>, end: Option<Offset>) -> Self {
        let ids = |brokers: &[BrokerId]| brokers.iter().map(|broker| broker.value()).collect();
        Self {
            partition: partition.index.value(),
            leader: partition.leader.map(BrokerId::value),
            leader_epoch: partition.leader_epoch.value(),
            replicas: ids(&partition.replicas),
            isr: ids(&partition.isr),
            offline: ids(&partition.offline),
            log_start_offset: start.map(Offset::value),
            log_end_offset: end.map(Offset::value),
        }
    }
}

impl Shown for Descriptions {
    fn text(&self) -> String {
        let texts: Vec<String> = self.topics.iter().map(TopicDescription::text).collect();
        texts.join("\n")
    }
}

impl TopicDescription {
    fn text(&self) -> String {
        let mut text = format!("topic       {}\n", self.name);
        text += &format!("id          {}\n", self.id);
        text += &format!(
            "partitions  {} with {} replicas\n",
            self.partitions.len(),
            self.replicas
        );
        let mut heading = "configs";
        for (name, value) in &self.configs {
            text += &format!("{heading:<12}{name}={}\n", value.as_deref().unwrap_or(""));
            heading = "";
        }
        let mut table = Table::new(&[
            "PARTITION",
            "LEADER",
            "EPOCH",
            "REPLICAS",
            "ISR",
            "OFFLINE",
            "START",
            "END",
        ]);
        for row in &self.partitions {
            table.row(row.cells());
        }
        format!("{text}\n{table}")
    }
}

impl PartitionRow {
    fn cells(&self) -> [String; 8] {
        let ids = |brokers: &[i32]| {
            let texts: Vec<String> = brokers.iter().map(i32::to_string).collect();
            texts.join(",")
        };
        let known = |offset: Option<i64>| offset.map_or("-".to_owned(), |offset| offset.to_string());
        [
            self.partition.to_string(),
            self.leader.map_or("none".to_owned(), |leader| leader.to_string()),
            self.leader_epoch.to_string(),
            ids(&self.replicas),
            ids(&self.isr),
            ids(&self.offline),
            known(self.log_start_offset),
            known(self.log_end_offset),
        ]
    }
}
