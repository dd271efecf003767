//! Groups: which there are, who is in them, and their removal.
//!
//! Classic groups and those of the consumer protocol (KIP-848) are described by different APIs; the newer one is
//! asked first, and a broker or group that does not know it is asked in the older way.

use std::collections::BTreeMap;

use broker_model::{BrokerId, PartitionIndex, TopicPartition};
use broker_protocol::messages::{
    ConsumerGroupDescribeRequest, ConsumerProtocolAssignment, DeleteGroupsRequest, DescribeGroupsRequest,
    ListGroupsRequest,
};
use broker_protocol::{
    ErrorCode, consumer_group_describe_response, decode_versioned, describe_groups_response,
};

use crate::error::Asked;
use crate::{Client, ClientError, Connection, Lane, TopicSelection};

/// A group in a list.
#[derive(Clone, Debug)]
pub struct ListedGroup {
    /// Its name.
    pub id: String,
    /// What its members speak: `consumer`, `connect` …
    pub protocol_type: String,
    /// Its state in Kafka's words; empty from brokers before 2.6.
    pub state: String,
    /// `classic`, `consumer` …; empty from brokers before 3.8.
    pub kind: String,
    /// Its coordinator.
    pub coordinator: BrokerId,
}

/// A group with its members.
#[derive(Clone, Debug)]
pub struct GroupDescription {
    /// Its name.
    pub id: String,
    /// `classic` or `consumer`.
    pub kind: &'static str,
    /// Its state in Kafka's words.
    pub state: String,
    /// What its members speak.
    pub protocol_type: String,
    /// Who decides which member reads what.
    pub assignor: String,
    /// Host and port of its coordinator.
    pub coordinator: String,
    /// Its members.
    pub members: Vec<GroupMember>,
}

/// A member of a group.
#[derive(Clone, Debug)]
pub struct GroupMember {
    /// Identity that the coordinator gave it.
    pub id: String,
    /// Identity that it keeps over restarts, if it is a static member.
    pub instance_id: Option<String>,
    /// What it calls itself.
    pub client_id: String,
    /// Where it connects from.
    pub host: String,
    /// What it reads.
    pub partitions: Vec<TopicPartition>,
}

impl GroupDescription {
    /// Whether the group has no members, so that its offsets can be changed from outside.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl Client {
    /// All groups of all brokers by name.
    ///
    /// # Errors
    /// A broker does not answer: the list would not be whole.
    pub async fn list_groups(&self) -> Result<Vec<ListedGroup>, ClientError> {
        let brokers = self.refresh(TopicSelection::NoTopics).await?;
        let mut groups = BTreeMap::new();
        for broker in brokers.brokers.keys() {
            let response = self
                .retried(async || {
                    let response = self.call_broker(*broker, &ListGroupsRequest::default()).await?;
                    self.asked::<ListGroupsRequest>()
                        .verdict("all groups", response.error_code, None)?;
                    Ok(response)
                })
                .await?;
            for group in response.groups {
                let listed = ListedGroup {
                    id: group.group_id.into(),
                    protocol_type: group.protocol_type.into(),
                    state: group.group_state.into(),
                    kind: group.group_type.into(),
                    coordinator: *broker,
                };
                groups.insert(listed.id.clone(), listed);
            }
        }
        Ok(groups.into_values().collect())
    }

    /// One group with its members.
    ///
    /// # Errors
    /// It does not exist, or its coordinator cannot be reached.
    pub async fn describe_group(&self, group: &str) -> Result<GroupDescription, ClientError> {
        self.retried(async || {
            let connection = self.coordinator(group, Lane::General).await?;
            match describe_consumer_group(&connection, group).await {
                Err(error) if is_other_kind(&error) => describe_classic_group(&connection, group).await,
                outcome => outcome,
            }
        })
        .await
    }

    /// Removes a group with its offsets.
    ///
    /// # Errors
    /// It does not exist, or has members.
    pub async fn delete_group(&self, group: &str) -> Result<(), ClientError> {
        let request = DeleteGroupsRequest {
            groups_names: vec![group.into()],
            ..DeleteGroupsRequest::default()
        };
        self.retried(async || {
            let connection = self.coordinator(group, Lane::General).await?;
            let response = connection.call(&request).await?;
            let asked = Asked::of::<DeleteGroupsRequest>(&connection);
            let result = asked.only(response.results)?;
            asked.verdict(
                format_args!("group {group}"),
                result.error_code,
                result.error_message.as_ref(),
            )
        })
        .await
    }
}

fn is_other_kind(error: &ClientError) -> bool {
    let code = matches!(
        error.code(),
        Some(ErrorCode::GroupIdNotFound | ErrorCode::UnsupportedVersion)
    );
    code || matches!(error, ClientError::UnsupportedApi { .. })
}

async fn describe_consumer_group(
    connection: &Connection,
    group: &str,
) -> Result<GroupDescription, ClientError> {
    let request = ConsumerGroupDescribeRequest {
        group_ids: vec![group.into()],
        ..ConsumerGroupDescribeRequest::default()
    };
    let response = connection.call(&request).await?;
    let asked = Asked::of::<ConsumerGroupDescribeRequest>(connection);
    let found = asked.only(response.groups)?;
    asked.verdict(
        format_args!("group {group}"),
        found.error_code,
        found.error_message.as_ref(),
    )?;
    Ok(GroupDescription {
        id: group.to_owned(),
        kind: "consumer",
        state: found.group_state.into(),
        protocol_type: "consumer".to_owned(),
        assignor: found.assignor_name.into(),
        coordinator: connection.host().to_owned(),
        members: found
            .members
            .into_iter()
            .map(GroupMember::of_consumer_group)
            .collect(),
    })
}

async fn describe_classic_group(
    connection: &Connection,
    group: &str,
) -> Result<GroupDescription, ClientError> {
    let request = DescribeGroupsRequest {
        groups: vec![group.into()],
        ..DescribeGroupsRequest::default()
    };
    let response = connection.call(&request).await?;
    let asked = Asked::of::<DescribeGroupsRequest>(connection);
    let found = asked.only(response.groups)?;
    let subject = format!("group {group}");
    asked.verdict(&subject, found.error_code, found.error_message.as_ref())?;
    if found.group_state == "Dead" {
        return Err(asked.refused(subject, ErrorCode::GroupIdNotFound));
    }
    Ok(GroupDescription {
        id: group.to_owned(),
        kind: "classic",
        state: found.group_state.into(),
        protocol_type: found.protocol_type.into(),
        assignor: found.protocol_data.into(),
        coordinator: connection.host().to_owned(),
        members: found
            .members
            .into_iter()
            .map(GroupMember::of_classic_group)
            .collect(),
    })
}

impl GroupMember {
    fn of_consumer_group(member: consumer_group_describe_response::Member) -> Self {
        let topics = member.assignment.topic_partitions.iter();
        let partitions = topics
            .flat_map(|topic| on_topic(&topic.topic_name, &topic.partitions))
            .collect();
        Self {
            id: member.member_id.into(),
            instance_id: member.instance_id.map(String::from),
            client_id: member.client_id.into(),
            host: member.client_host.into(),
            partitions,
        }
    }

    /// The assignment is the members' own business; one that is not the consumer protocol's shows as none.
    fn of_classic_group(member: describe_groups_response::DescribedGroupMember) -> Self {
        let assignment = decode_versioned::<ConsumerProtocolAssignment>(member.member_assignment);
        let topics = assignment
            .map(|(_, assignment)| assignment.assigned_partitions)
            .unwrap_or_default();
        Self {
            id: member.member_id.into(),
            instance_id: member.group_instance_id.map(String::from),
            client_id: member.client_id.into(),
            host: member.client_host.into(),
            partitions: topics
                .iter()
                .flat_map(|topic| on_topic(&topic.topic, &topic.partitions))
                .collect(),
        }
    }
}

fn on_topic(topic: &str, partitions: &[i32]) -> Vec<TopicPartition> {
    let name: std::sync::Arc<str> = topic.into();
    partitions
        .iter()
        .map(|index| TopicPartition::new(name.clone(), PartitionIndex::new(*index)))
        .collect()
}
