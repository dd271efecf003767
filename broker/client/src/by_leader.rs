//! Sorts partitions by the broker that leads them, and by topic, for requests that carry many.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_model::{BrokerId, TopicPartition};

use crate::{Client, ClientError};

impl Client {
    /// The partitions by leader; topics that are not known are asked for.
    ///
    /// # Errors
    /// A topic does not exist, or a partition has no leader.
    pub(crate) async fn by_leader(
        &self,
        partitions: impl IntoIterator<Item = TopicPartition>,
    ) -> Result<BTreeMap<BrokerId, Vec<TopicPartition>>, ClientError> {
        let mut sorted: BTreeMap<BrokerId, Vec<TopicPartition>> = BTreeMap::new();
        for partition in partitions {
            let leader = match self.leader(&partition) {
                Some(leader) => leader,
                None => self.find_leader(&partition).await?,
            };
            sorted.entry(leader).or_default().push(partition);
        }
        Ok(sorted)
    }

    /// The broker that leads the partition, asked for if it is not known.
    ///
    /// # Errors
    /// The topic does not exist, or the partition has no leader.
    pub async fn find_leader(&self, partition: &TopicPartition) -> Result<BrokerId, ClientError> {
        self.topic(&partition.topic).await?;
        self.leader(partition).ok_or_else(|| ClientError::NoLeader {
            partition: partition.clone(),
        })
    }
}

/// The partitions by topic, in order.
pub(crate) fn by_topic(partitions: &[TopicPartition]) -> BTreeMap<Arc<str>, Vec<&TopicPartition>> {
    let mut topics: BTreeMap<Arc<str>, Vec<&TopicPartition>> = BTreeMap::new();
    for partition in partitions {
        topics
            .entry(Arc::clone(&partition.topic))
            .or_default()
            .push(partition);
    }
    topics
}
