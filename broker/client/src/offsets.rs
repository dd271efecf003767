//! Where logs begin and end, and where a time lies in them.

use broker_model::{BrokerId, LeaderEpoch, Offset, PartitionIndex, Timestamp, TopicPartition};
use broker_protocol::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use broker_protocol::messages::ListOffsetsRequest;

use crate::by_leader::by_topic;
use crate::{Client, ClientError, TopicSelection};

/// Which offset of a log is asked for; the special numbers are Kafka's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The first that can be read.
    Earliest,
    /// The one that the next record gets, as readers see it.
    Latest,
    /// The first of a transaction that is still open, else as [`OffsetSpec::Latest`].
    LastStable,
    /// That of the record with the largest timestamp.
    MaxTimestamp,
    /// The first whose timestamp is not before this.
    AtTime(Timestamp),
}

impl OffsetSpec {
    /// Kafka asks for it with the isolation level of the whole request.
    const fn isolation(self) -> i8 {
        match self {
            Self::LastStable => 1,
            Self::Earliest | Self::Latest | Self::MaxTimestamp | Self::AtTime(_) => 0,
        }
    }

    const fn wire(self) -> i64 {
        match self {
            Self::Latest | Self::LastStable => -1,
            Self::Earliest => -2,
            Self::MaxTimestamp => -3,
            Self::AtTime(time) => time.as_ms(),
        }
    }
}

/// An answer about one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset; none if no record is as late as was asked.
    pub offset: Option<Offset>,
    /// The record's timestamp, where a time was asked for.
    pub timestamp: Timestamp,
    /// Epoch of the leader under which the record was appended.
    pub leader_epoch: LeaderEpoch,
}

impl Client {
    /// Looks up one offset per partition; in the order of the question.
    ///
    /// # Errors
    /// A partition does not exist, or its leader does not answer.
    pub async fn list_offsets(
        &self,
        partitions: &[(TopicPartition, OffsetSpec)],
    ) -> Result<Vec<(TopicPartition, ListedOffset)>, ClientError> {
        let mut found = Vec::with_capacity(partitions.len());
        let leaders = self
            .by_leader(partitions.iter().map(|(partition, _)| partition.clone()))
            .await?;
        for (_, keys) in leaders {
            for isolation in [0, 1] {
                let asked: Vec<_> = partitions
                    .iter()
                    .filter(|(key, spec)| keys.contains(key) && spec.isolation() == isolation)
                    .cloned()
                    .collect();
                found.extend(self.retried(async || self.list_at_leader(&asked).await).await?);
            }
        }
        let place = |key: &TopicPartition| partitions.iter().position(|(asked, _)| asked == key);
        found.sort_by_key(|(key, _)| place(key));
        Ok(found)
    }

    /// The same offset for all partitions.
    ///
    /// # Errors
    /// As [`Client::list_offsets`].
    pub async fn list_same_offset(
        &self,
        partitions: &[TopicPartition],
        spec: OffsetSpec,
    ) -> Result<Vec<(TopicPartition, ListedOffset)>, ClientError> {
        let asked: Vec<_> = partitions
            .iter()
            .map(|partition| (partition.clone(), spec))
            .collect();
        self.list_offsets(&asked).await
    }

    async fn list_at_leader(
        &self,
        partitions: &[(TopicPartition, OffsetSpec)],
    ) -> Result<Vec<(TopicPartition, ListedOffset)>, ClientError> {
        let Some((first, _)) = partitions.first() else {
            return Ok(Vec::new());
        };
        let leader = self.find_leader(first).await?;
        let outcome = self.list_at(leader, partitions).await;
        if outcome.as_ref().is_err_and(ClientError::is_retriable) {
            let mut topics: Vec<&str> = partitions.iter().map(|(key, _)| &*key.topic).collect();
            topics.dedup();
            self.refresh(TopicSelection::Named(&topics)).await?;
        }
        outcome
    }

    async fn list_at(
        &self,
        leader: BrokerId,
        partitions: &[(TopicPartition, OffsetSpec)],
    ) -> Result<Vec<(TopicPartition, ListedOffset)>, ClientError> {
        let keys: Vec<TopicPartition> = partitions.iter().map(|(key, _)| key.clone()).collect();
        let spec = |key: &TopicPartition| {
            partitions
                .iter()
                .find(|(asked, _)| asked == key)
                .map(|(_, spec)| spec.wire())
        };
        let partition = |key: &TopicPartition| ListOffsetsPartition {
            partition_index: key.partition.value(),
            timestamp: spec(key).unwrap_or(OffsetSpec::Latest.wire()),
            ..ListOffsetsPartition::default()
        };
        let topics = by_topic(&keys).into_iter().map(|(name, keys)| ListOffsetsTopic {
            name: (&*name).into(),
            partitions: keys.iter().map(|key| partition(key)).collect(),
            ..ListOffsetsTopic::default()
        });
        let request = ListOffsetsRequest {
            replica_id: -1,
            isolation_level: partitions.first().map_or(0, |(_, spec)| spec.isolation()),
            topics: topics.collect(),
            timeout_ms: self.server_timeout_ms(),
            ..ListOffsetsRequest::default()
        };
        let response = self.call_broker(leader, &request).await?;
        let asked = self.asked::<ListOffsetsRequest>();
        let mut found = Vec::new();
        for topic in response.topics {
            for result in topic.partitions {
                let key =
                    TopicPartition::new(topic.name.as_str(), PartitionIndex::new(result.partition_index));
                asked.verdict(&key, result.error_code, None)?;
                let listed = ListedOffset {
                    offset: (result.offset >= 0).then(|| Offset::new(result.offset)),
                    timestamp: Timestamp::from_ms(result.timestamp),
                    leader_epoch: LeaderEpoch::new(result.leader_epoch),
                };
                found.push((key, listed));
            }
        }
        Ok(found)
    }
}
