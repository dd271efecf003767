//! What an administrator asks of the cluster: topics, leaders, offsets, the quorum; over the repository's own client.
//!
//! The load runs over librdkafka; only these questions and one of the two final readers use our own client.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use broker_client::{
    Client, ClientError, ClientOptions, Connection, Endpoint, FetchOptions, Fetcher, NewTopic, OffsetSpec,
    PartitionInfo, QuorumListener, TopicSelection, Validation,
};
use broker_codec::StringBytes;
use broker_codec::batch::{RecordBatch, RecordBatchHeader};
use broker_model::{BrokerId, DirectoryId, Offset, PartitionIndex, TopicPartition};
use broker_protocol::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use broker_protocol::create_topics_request::CreatableTopic;
use broker_protocol::delete_topics_request::DeleteTopicState;
use broker_protocol::describe_configs_request::DescribeConfigsResource;
use broker_protocol::describe_quorum_request::{PartitionData, TopicData};
use broker_protocol::elect_leaders_request::TopicPartitions;
use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use broker_protocol::messages::{
    AlterPartitionReassignmentsRequest, CreateTopicsRequest, DeleteTopicsRequest, DescribeConfigsRequest,
    DescribeQuorumRequest, ElectLeadersRequest, IncrementalAlterConfigsRequest,
};
use history_checker::Batch;
use sha2::{Digest, Sha256};
use tokio::runtime::{Builder, Runtime};

use crate::error::LabError;

/// How a topic is named in requests about configurations.
const TOPIC_RESOURCE: i8 = 2;

/// An administrator with a thread of its own.
#[derive(Debug)]
pub struct Admin {
    runtime: Runtime,
    bootstrap: String,
    client: Option<Client>,
    patience: Duration,
}

/// The offsets that a leader tells of one partition.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// First offset.
    pub start: i64,
    /// High watermark.
    pub high: i64,
    /// Leader epoch that the answer carries.
    pub epoch: i32,
}

/// What one answer brought of a partition.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Offsets and values.
    pub records: Vec<(i64, String)>,
    /// The batches that they stand in.
    pub batches: Vec<Batch>,
    /// First offsets and digests of these batches.
    pub digests: Vec<(i64, String)>,
}

/// The leader of the metadata quorum, as one node says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// Its node.
    pub leader: i32,
    /// Its epoch.
    pub epoch: i32,
}

/// Patience of a client of ours.
pub fn options(call_timeout: Duration) -> ClientOptions {
    ClientOptions {
        client_id: StringBytes::from_static("faultlab"),
        connect_timeout: Duration::from_secs(1),
        request_timeout: call_timeout.min(Duration::from_secs(4)),
        call_timeout,
        metadata_max_age: Duration::from_secs(1),
        ..ClientOptions::default()
    }
}

fn batch_of(header: &RecordBatchHeader) -> Batch {
    Batch {
        from: header.base_offset.value(),
        to: header.next_offset().value(),
        producer: header.producer_id.value(),
        epoch: header.producer_epoch.value(),
        sequence: header.base_sequence.value(),
    }
}

/// First offset of a batch, and the SHA-256 of all its bytes.
pub fn digest_of(batch: &RecordBatch) -> (i64, String) {
    let digest = Sha256::digest(batch.bytes());
    let letters: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    (batch.header().base_offset.value(), letters)
}

impl Admin {
    /// One for the cluster behind these addresses.
    pub fn new(bootstrap: &str) -> Result<Self, LabError> {
        Ok(Self {
            runtime: Builder::new_current_thread().enable_all().build()?,
            bootstrap: bootstrap.to_owned(),
            client: None,
            patience: Duration::from_secs(8),
        })
    }

    /// One that gives up after a second.
    pub fn hasty(bootstrap: &str) -> Result<Self, LabError> {
        let mut admin = Self::new(bootstrap)?;
        admin.patience = Duration::from_secs(1);
        Ok(admin)
    }

    fn client(&mut self) -> Result<Client, ClientError> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let client = self
            .runtime
            .block_on(Client::connect(&self.bootstrap, options(self.patience)))?;
        self.client = Some(client.clone());
        Ok(client)
    }

    /// Forgets connections: the next question opens new ones.
    pub fn hang_up(&mut self) {
        self.client = None;
    }

    /// Brokers that are registered and not fenced.
    pub fn brokers(&mut self) -> Result<Vec<i32>, LabError> {
        let client = self.client()?;
        let metadata = self.runtime.block_on(client.refresh(TopicSelection::NoTopics))?;
        Ok(metadata.brokers.keys().map(|id| id.value()).collect())
    }

    /// The broker that coordinates a group.
    pub fn coordinator(&mut self, group: &str) -> Result<i32, LabError> {
        let client = self.client()?;
        Ok(self.runtime.block_on(client.find_coordinator(group))?.value())
    }

    /// Makes a topic.
    pub fn create(&mut self, topic: &NewTopic) -> Result<(), LabError> {
        let client = self.client()?;
        self.runtime
            .block_on(client.create_topic(topic, Validation::AndApply))?;
        Ok(())
    }

    /// Deletes a topic.
    pub fn delete(&mut self, topic: &str) -> Result<(), LabError> {
        let client = self.client()?;
        Ok(self.runtime.block_on(client.delete_topic(topic))?)
    }

    /// The partitions of a topic as one broker tells them now.
    pub fn partitions(&mut self, topic: &str) -> Result<Vec<PartitionInfo>, LabError> {
        let client = self.client()?;
        let metadata = self
            .runtime
            .block_on(client.refresh(TopicSelection::Named(&[topic])))?;
        Ok(metadata
            .topics
            .get(topic)
            .map(|topic| topic.partitions.clone())
            .unwrap_or_default())
    }

    /// Has a partition's replicas move to those nodes, or the move that is under way cancelled.
    pub fn reassign(
        &mut self,
        topic: &str,
        partition: i32,
        replicas: Option<&[i32]>,
    ) -> Result<(), LabError> {
        let client = self.client()?;
        let request = AlterPartitionReassignmentsRequest {
            timeout_ms: 4000,
            topics: vec![ReassignableTopic {
                name: topic.into(),
                partitions: vec![ReassignablePartition {
                    partition_index: partition,
                    replicas: replicas.map(<[i32]>::to_vec),
                    ..ReassignablePartition::default()
                }],
                ..ReassignableTopic::default()
            }],
            ..AlterPartitionReassignmentsRequest::default()
        };
        let response = self.runtime.block_on(client.call_controller(&request))?;
        let of_partition = response
            .responses
            .first()
            .and_then(|topic| topic.partitions.first());
        let error = of_partition.map_or(0, |partition| partition.error_code);
        match (response.error_code, error) {
            (0, 0) => Ok(()),
            codes => Err(LabError::Unusable(format!(
                "a reassignment was refused with {codes:?}"
            ))),
        }
    }

    /// Has every partition of a topic led by the first of its replicas, where that can be.
    pub fn prefer_leaders(&mut self, topic: &str, partitions: i32) -> Result<(), LabError> {
        let client = self.client()?;
        let request = ElectLeadersRequest {
            topic_partitions: Some(vec![TopicPartitions {
                topic: topic.into(),
                partitions: (0..partitions).collect(),
                ..TopicPartitions::default()
            }]),
            timeout_ms: 4000,
            ..ElectLeadersRequest::default()
        };
        self.runtime.block_on(client.call_controller(&request))?;
        Ok(())
    }

    /// Names of all topics.
    pub fn topics(&mut self) -> Result<Vec<String>, LabError> {
        let client = self.client()?;
        let metadata = self.runtime.block_on(client.refresh(TopicSelection::All))?;
        Ok(metadata.topics.keys().cloned().collect())
    }

    /// How far the log of each partition goes, as its leader says.
    pub fn extents(&mut self, topic: &str, partitions: i32) -> Result<Vec<Extent>, LabError> {
        let client = self.client()?;
        let keys: Vec<_> = (0..partitions)
            .map(|index| TopicPartition::new(topic, PartitionIndex::new(index)))
            .collect();
        let asked = async {
            let starts = client.list_same_offset(&keys, OffsetSpec::Earliest).await?;
            let ends = client.list_same_offset(&keys, OffsetSpec::Latest).await?;
            Ok::<_, ClientError>((starts, ends))
        };
        let (starts, ends) = self.runtime.block_on(asked)?;
        let extent = |((_, start), (_, end)): (
            &(_, broker_client::ListedOffset),
            &(_, broker_client::ListedOffset),
        )| Extent {
            start: start.offset.map_or(0, Offset::value),
            high: end.offset.map_or(0, Offset::value),
            epoch: end.leader_epoch.value(),
        };
        Ok(starts.iter().zip(&ends).map(extent).collect())
    }

    /// Who leads the metadata quorum, as the node at that address says.
    pub fn quorum_at(&mut self, host: &str, port: u16) -> Result<Quorum, LabError> {
        let endpoint = Endpoint {
            host: host.to_owned(),
            port,
        };
        let request = DescribeQuorumRequest {
            topics: vec![TopicData {
                topic_name: StringBytes::from_static("__cluster_metadata"),
                partitions: vec![PartitionData::default()],
                ..TopicData::default()
            }],
            ..DescribeQuorumRequest::default()
        };
        let options = options(self.patience);
        let asked = async { Connection::open(&endpoint, &options).await?.call(&request).await };
        let response = self.runtime.block_on(asked)?;
        let partition = response.topics.first().and_then(|topic| topic.partitions.first());
        let leads = partition.filter(|partition| partition.error_code == 0 && partition.leader_id >= 0);
        let nobody = || LabError::Unusable(format!("{host}:{port} knows no leader of the quorum"));
        leads
            .map(|partition| Quorum {
                leader: partition.leader_id,
                epoch: partition.leader_epoch,
            })
            .ok_or_else(nobody)
    }

    /// All records of one partition: offsets and values.
    pub fn read_one(
        &mut self,
        topic: &str,
        partition: i32,
        within: Duration,
    ) -> Result<Vec<(i64, String)>, LabError> {
        let client = self.client()?;
        let key = [TopicPartition::new(topic, PartitionIndex::new(partition))];
        let asked = async {
            let starts = client.list_same_offset(&key, OffsetSpec::Earliest).await?;
            let ends = client.list_same_offset(&key, OffsetSpec::Latest).await?;
            Ok::<_, ClientError>((starts, ends))
        };
        let (starts, ends) = self.runtime.block_on(asked)?;
        let first = |listed: &[(_, broker_client::ListedOffset)]| {
            listed
                .first()
                .and_then(|(_, one)| one.offset)
                .map_or(0, Offset::value)
        };
        let nothing = Extent {
            start: 0,
            high: 0,
            epoch: 0,
        };
        let mut extents = vec![nothing; usize::try_from(partition).unwrap_or(0)];
        extents.push(Extent {
            start: first(&starts),
            high: first(&ends),
            epoch: 0,
        });
        let mut all = Vec::new();
        let complete = self.read_all(topic, &extents, |_, found| all.extend(found.records), within)?;
        match complete {
            true => Ok(all),
            false => Err(LabError::TooLate {
                what: format!("that {topic}-{partition} is read"),
                seconds: within.as_secs(),
            }),
        }
    }

    /// Makes, or deletes, many topics with one request; answers how many are not as wanted now.
    pub fn change_many(&mut self, names: &[String], exist: bool) -> Result<usize, LabError> {
        let client = self.client()?;
        let refused = match exist {
            true => {
                let topic = |name: &String| CreatableTopic {
                    name: name.as_str().into(),
                    num_partitions: 1,
                    replication_factor: 3,
                    ..CreatableTopic::default()
                };
                let request = CreateTopicsRequest {
                    topics: names.iter().map(topic).collect(),
                    timeout_ms: 8000,
                    ..CreateTopicsRequest::default()
                };
                let made = self.runtime.block_on(client.call_controller(&request))?;
                // 36: it is there already, by an attempt whose answer was lost.
                made.topics
                    .iter()
                    .filter(|one| ![0, 36].contains(&one.error_code))
                    .count()
            }
            false => {
                let topic = |name: &String| DeleteTopicState {
                    name: Some(name.as_str().into()),
                    ..DeleteTopicState::default()
                };
                let request = DeleteTopicsRequest {
                    topics: names.iter().map(topic).collect(),
                    timeout_ms: 8000,
                    ..DeleteTopicsRequest::default()
                };
                let gone = self.runtime.block_on(client.call_controller(&request))?;
                // 3: it is gone already.
                gone.responses
                    .iter()
                    .filter(|one| ![0, 3].contains(&one.error_code))
                    .count()
            }
        };
        Ok(refused)
    }

    /// Sets one configuration of a topic.
    pub fn configure(&mut self, topic: &str, name: &str, value: &str) -> Result<(), LabError> {
        let client = self.client()?;
        let request = IncrementalAlterConfigsRequest {
            resources: vec![AlterConfigsResource {
                resource_type: TOPIC_RESOURCE,
                resource_name: topic.into(),
                configs: vec![AlterableConfig {
                    name: name.into(),
                    config_operation: 0,
                    value: Some(value.into()),
                    ..AlterableConfig::default()
                }],
                ..AlterConfigsResource::default()
            }],
            ..IncrementalAlterConfigsRequest::default()
        };
        let response = self.runtime.block_on(client.call_controller(&request))?;
        match response.responses.first().map(|one| one.error_code) {
            Some(0) => Ok(()),
            code => Err(LabError::Unusable(format!("{name} was refused with {code:?}"))),
        }
    }

    /// A configuration of a topic as the node at that address says.
    pub fn configured_at(
        &mut self,
        (host, port): (&str, u16),
        topic: &str,
        name: &str,
    ) -> Result<Option<String>, LabError> {
        let endpoint = Endpoint {
            host: host.to_owned(),
            port,
        };
        let request = DescribeConfigsRequest {
            resources: vec![DescribeConfigsResource {
                resource_type: TOPIC_RESOURCE,
                resource_name: topic.into(),
                configuration_keys: Some(vec![name.into()]),
                ..DescribeConfigsResource::default()
            }],
            ..DescribeConfigsRequest::default()
        };
        let options = options(self.patience);
        let asked = async { Connection::open(&endpoint, &options).await?.call(&request).await };
        let response = self.runtime.block_on(asked)?;
        let entry = response.results.first().and_then(|one| one.configs.first());
        Ok(entry
            .and_then(|entry| entry.value.as_ref())
            .map(|value| value.to_string()))
    }

    /// Takes the vote from a node's directory.
    pub fn remove_voter(&mut self, node: i32, directory: DirectoryId) -> Result<(), LabError> {
        let client = self.client()?;
        Ok(self
            .runtime
            .block_on(client.remove_voter(BrokerId::new(node), directory))?)
    }

    /// Lets a node vote that follows already, at the same addresses as the others' listeners are named.
    pub fn add_voter(&mut self, node: i32, host: &str, port: u16) -> Result<(), LabError> {
        let client = self.client()?;
        let asked = async {
            let quorum = client.describe_quorum().await?;
            let follows = quorum.observers.iter().find(|one| one.id == BrokerId::new(node));
            let listener = QuorumListener {
                name: "CONTROLLER".to_owned(),
                host: host.to_owned(),
                port,
            };
            match follows {
                Some(observer) => client
                    .add_voter(observer.id, observer.directory_id, &[listener])
                    .await
                    .map(|()| true),
                None => Ok(false),
            }
        };
        match self.runtime.block_on(asked)? {
            true => Ok(()),
            false => Err(LabError::Unusable(format!(
                "node {node} does not follow the quorum"
            ))),
        }
    }

    /// Nodes that vote, with their directories.
    pub fn voters(&mut self) -> Result<Vec<(i32, DirectoryId)>, LabError> {
        let client = self.client()?;
        let quorum = self.runtime.block_on(client.describe_quorum())?;
        Ok(quorum
            .voters
            .iter()
            .map(|one| (one.id.value(), one.directory_id))
            .collect())
    }

    /// All records of a topic from its start up to its high watermarks.
    pub fn read_all(
        &mut self,
        topic: &str,
        extents: &[Extent],
        mut sink: impl FnMut(i32, Found),
        within: Duration,
    ) -> Result<bool, LabError> {
        let client = self.client()?;
        let key =
            |index: usize| TopicPartition::new(topic, PartitionIndex::new(i32::try_from(index).unwrap_or(0)));
        let mut left: BTreeMap<TopicPartition, i64> = BTreeMap::new();
        let mut positions = BTreeMap::new();
        for (index, extent) in extents
            .iter()
            .enumerate()
            .filter(|(_, extent)| extent.high > extent.start)
        {
            left.insert(key(index), extent.high);
            positions.insert(key(index), Offset::new(extent.start));
        }
        let deadline = Instant::now() + within;
        let read = async {
            let mut fetcher = Fetcher::new(client, FetchOptions::default(), positions);
            while !left.is_empty() && Instant::now() < deadline {
                let until = tokio::time::Instant::now() + Duration::from_secs(2);
                for fetched in fetcher.next(until).await? {
                    let records = fetched.outcome?;
                    let mut found = Found::default();
                    for batch in records.batches() {
                        let batch = batch?;
                        found.batches.push(batch_of(batch.header()));
                        found.digests.push(digest_of(&batch));
                    }
                    // Which bytes came is told, also of a batch that cannot be read.
                    let values = records.records();
                    for record in values.iter().flatten() {
                        let value = record.value.as_deref().unwrap_or_default();
                        let value = crate::load::value_of(value);
                        found.records.push((record.offset.value(), value));
                    }
                    sink(fetched.partition.partition.value(), found);
                    values?;
                    let next = records.next_offset()?.value();
                    if left.get(&fetched.partition).is_some_and(|high| next >= *high) {
                        left.remove(&fetched.partition);
                        fetcher.pause(&fetched.partition);
                    }
                }
            }
            Ok::<_, ClientError>(left.is_empty())
        };
        Ok(self.runtime.block_on(read)?)
    }
}
