//! How much lies where: asks every broker for its log directories (DescribeLogDirs), as any client could.
//!
//! A broker that does not answer in time is named and not waited for: a plan without its sizes is worth more than none.

use std::collections::BTreeMap;
use std::time::Duration;

use broker_client::{Client, ClientOptions, LogDirDescription};
use broker_controller::balancer::PartitionLoad;
use broker_metadata::MetadataImage;
use broker_model::{BrokerId, PartitionIndex, TopicId};
use tokio::task::JoinSet;

use crate::network::ListenerName;

/// Time for one broker.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the brokers said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sizes {
    /// What partitions cost, as far as it is known: the largest of their replicas.
    pub(super) loads: BTreeMap<(TopicId, PartitionIndex), PartitionLoad>,
    /// Bytes that the directories of brokers can hold.
    pub(super) capacities: BTreeMap<BrokerId, u64>,
    /// Brokers that did not answer.
    pub(crate) silent: Vec<BrokerId>,
}

/// Asks all registered brokers at a time.
pub(super) async fn ask_sizes(image: &MetadataImage, listener: &ListenerName) -> Sizes {
    let mut sizes = Sizes::default();
    let mut answers = JoinSet::new();
    for broker in image.cluster.brokers.values() {
        match broker.listener(listener.as_str()) {
            Some(endpoint) if broker.is_active() => {
                let (id, address) = (broker.id, format!("{}:{}", endpoint.host, endpoint.port));
                answers.spawn(async move { (id, ask(id, &address).await) });
            }
            _ => sizes.silent.push(broker.id),
        }
    }
    while let Some(answer) = answers.join_next().await {
        match answer {
            Ok((id, Some(directories))) => sizes.note(image, id, &directories),
            Ok((id, None)) => sizes.silent.push(id),
            Err(error) => tracing::error!(%error, "a broker's sizes were not asked"),
        }
    }
    sizes.silent.sort_unstable();
    sizes
}

async fn ask(broker: BrokerId, address: &str) -> Option<Vec<LogDirDescription>> {
    let options = ClientOptions {
        connect_timeout: PATIENCE,
        request_timeout: PATIENCE,
        call_timeout: PATIENCE,
        ..ClientOptions::default()
    };
    let asked = async {
        let client = Client::connect(address, options).await?;
        client.describe_log_dirs(broker).await
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(directories)) => Some(directories),
        Ok(Err(error)) => {
            tracing::warn!(%broker, %error, "a broker does not tell its sizes");
            None
        }
        Err(_) => {
            tracing::warn!(%broker, "a broker does not tell its sizes in time");
            None
        }
    }
}

impl Sizes {
    fn note(&mut self, image: &MetadataImage, broker: BrokerId, directories: &[LogDirDescription]) {
        let bytes = |count: i64| u64::try_from(count).unwrap_or(0);
        let online = directories.iter().filter(|directory| directory.error.is_none());
        let totals: Option<Vec<u64>> = online.map(|directory| directory.total_bytes.map(bytes)).collect();
        if let Some(totals) = totals.filter(|totals| !totals.is_empty()) {
            self.capacities
                .insert(broker, totals.into_iter().fold(0, u64::saturating_add));
        }
        for (partition, size) in directories.iter().flat_map(|directory| &directory.partitions) {
            let Some(topic) = image.topics.id_of(&partition.topic) else {
                continue;
            };
            let load = self.loads.entry((topic, partition.partition)).or_default();
            load.bytes = load.bytes.max(bytes(*size));
        }
    }
}
