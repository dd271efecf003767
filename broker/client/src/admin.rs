//! The cluster as a whole: brokers, controller, log directories.

use broker_model::{BrokerId, PartitionIndex, TopicPartition};
use broker_protocol::messages::{DescribeClusterRequest, DescribeLogDirsRequest};

use crate::{Client, ClientError, Endpoint};

/// A cluster as its brokers describe it.
#[derive(Clone, Debug)]
pub struct ClusterDescription {
    /// Its id.
    pub cluster_id: String,
    /// The broker that takes admin calls, if any.
    pub controller: Option<BrokerId>,
    /// Its brokers by number.
    pub brokers: Vec<ClusterBroker>,
}

/// A broker in a description.
#[derive(Clone, Debug)]
pub struct ClusterBroker {
    /// Its number.
    pub id: BrokerId,
    /// Where clients reach it.
    pub endpoint: Endpoint,
    /// Its rack, if it has one.
    pub rack: Option<String>,
    /// Whether the controller has taken it out of service.
    pub is_fenced: bool,
}

/// A log directory of a broker.
#[derive(Clone, Debug)]
pub struct LogDirDescription {
    /// Its path.
    pub path: String,
    /// Why it cannot be used, if so.
    pub error: Option<String>,
    /// Size of the volume in bytes, if the broker tells.
    pub total_bytes: Option<i64>,
    /// What is free of it, if the broker tells.
    pub usable_bytes: Option<i64>,
    /// Bytes of each partition's log.
    pub partitions: Vec<(TopicPartition, i64)>,
}

impl Client {
    /// Who makes up the cluster.
    ///
    /// # Errors
    /// No broker answers.
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, ClientError> {
        let request = DescribeClusterRequest {
            include_fenced_brokers: true,
            ..DescribeClusterRequest::default()
        };
        let response = match self.call_any(&request).await {
            // Brokers before 4.0 cannot tell of fenced ones.
            Err(ClientError::Encode { .. }) => self.call_any(&DescribeClusterRequest::default()).await?,
            outcome => outcome?,
        };
        let asked = self.asked::<DescribeClusterRequest>();
        asked.verdict(
            "the cluster",
            response.error_code,
            response.error_message.as_ref(),
        )?;
        let controller = BrokerId::new(response.controller_id);
        let broker =
            |broker: broker_protocol::describe_cluster_response::DescribeClusterBroker| ClusterBroker {
                id: BrokerId::new(broker.broker_id),
                endpoint: Endpoint {
                    host: broker.host.into(),
                    port: u16::try_from(broker.port).unwrap_or(0),
                },
                rack: broker.rack.map(String::from),
                is_fenced: broker.is_fenced,
            };
        let mut brokers: Vec<_> = response.brokers.into_iter().map(broker).collect();
        brokers.sort_by_key(|broker| broker.id);
        Ok(ClusterDescription {
            cluster_id: response.cluster_id.into(),
            controller: (controller != BrokerId::NONE).then_some(controller),
            brokers,
        })
    }

    /// The log directories of a broker with everything in them.
    ///
    /// # Errors
    /// The broker cannot be reached, or it refuses.
    pub async fn describe_log_dirs(&self, broker: BrokerId) -> Result<Vec<LogDirDescription>, ClientError> {
        let request = DescribeLogDirsRequest {
            topics: None,
            ..DescribeLogDirsRequest::default()
        };
        let response = self.call_broker(broker, &request).await?;
        let asked = self.asked::<DescribeLogDirsRequest>();
        asked.verdict(format_args!("broker {broker}"), response.error_code, None)?;
        let known = |bytes: i64| (bytes >= 0).then_some(bytes);
        let directory = |result: broker_protocol::describe_log_dirs_response::DescribeLogDirsResult| {
            let subject = format!("directory {}", result.log_dir);
            let partitions = result.topics.iter().flat_map(|topic| {
                topic.partitions.iter().map(|partition| {
                    let index = PartitionIndex::new(partition.partition_index);
                    (
                        TopicPartition::new(topic.name.as_str(), index),
                        partition.partition_size,
                    )
                })
            });
            LogDirDescription {
                error: asked
                    .verdict(subject, result.error_code, None)
                    .err()
                    .map(|error| error.to_string()),
                total_bytes: known(result.total_bytes),
                usable_bytes: known(result.usable_bytes),
                partitions: partitions.collect(),
                path: result.log_dir.into(),
            }
        };
        Ok(response.results.into_iter().map(directory).collect())
    }
}
