//! Membership in a consumer group by the classic protocol: join, sync, heartbeat, leave.
//!
//! State: the identity and the generation that the coordinator gave us. The caller drives: it joins, beats in time,
//! and joins again when a beat says so; meanwhile nothing of ours runs. Rebalances are eager: who joins again gives
//! up everything first, so that no two members read a partition. The leader of a generation assigns by range, the
//! assignor that every client of Kafka knows. Offsets are committed with [`Membership::committer`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use broker_codec::StringBytes;
use broker_model::{GenerationId, PartitionIndex, TopicPartition};
use broker_protocol::consumer_protocol_assignment::TopicPartition as AssignedTopic;
use broker_protocol::join_group_request::JoinGroupRequestProtocol;
use broker_protocol::leave_group_request::MemberIdentity;
use broker_protocol::messages::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, HeartbeatRequest, JoinGroupRequest,
    JoinGroupResponse, LeaveGroupRequest, SyncGroupRequest,
};
use broker_protocol::sync_group_request::SyncGroupRequestAssignment;
use broker_protocol::{ApiKey, ErrorCode, decode_versioned, encode_versioned};
use bytes::Bytes;
use tokio::time::sleep;

use crate::error::Asked;
use crate::range_assignor::assign;
use crate::{Client, ClientError, Committer, Connection, Lane};

const PROTOCOL_TYPE: &str = "consumer";
const ASSIGNOR: &str = "range";
/// Version of the consumer protocol in which we subscribe and assign: what it adds later we do not use.
const CONSUMER_PROTOCOL: i16 = 1;
/// First version of LeaveGroup that takes several members.
const LEAVE_IN_BATCHES: i16 = 3;

/// Which group, and how a member of it behaves.
#[derive(Clone, Debug)]
pub struct MembershipOptions {
    /// The group.
    pub group: String,
    /// What is read.
    pub topics: Vec<String>,
    /// After how long without a heartbeat the coordinator takes a member for gone.
    pub session_timeout: Duration,
    /// How long a rebalance waits for its members.
    pub rebalance_timeout: Duration,
    /// How often the caller beats.
    pub heartbeat_interval: Duration,
}

impl MembershipOptions {
    /// Of that group, with the timeouts of Kafka's consumer.
    pub fn new(group: &str, topics: &[String]) -> Self {
        Self {
            group: group.to_owned(),
            topics: topics.to_vec(),
            session_timeout: Duration::from_secs(45),
            rebalance_timeout: Duration::from_secs(60),
            heartbeat_interval: Duration::from_secs(3),
        }
    }
}

/// What a heartbeat, or a commit, says about our place in the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// We are in and keep what we have.
    Member,
    /// The group is about to assign anew: commit, then join again.
    Rebalancing,
    /// We are out, and others may read what we had: join again without committing.
    Lost,
}

impl Standing {
    /// What an error of the coordinator means for a member; none for errors that are about something else.
    pub fn of(error: &ClientError) -> Option<Self> {
        match error.code()? {
            ErrorCode::RebalanceInProgress => Some(Self::Rebalancing),
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration | ErrorCode::FencedInstanceId => {
                Some(Self::Lost)
            }
            _ => None,
        }
    }
}

/// A member of a group, or one that wants to be.
#[derive(Debug)]
pub struct Membership {
    client: Client,
    options: MembershipOptions,
    member: StringBytes,
    generation: GenerationId,
}

impl Membership {
    /// Not a member yet: see [`Membership::join`].
    pub fn new(client: Client, options: MembershipOptions) -> Self {
        Self {
            client,
            options,
            member: StringBytes::EMPTY,
            generation: GenerationId::NONE,
        }
    }

    /// How this member behaves.
    pub fn options(&self) -> &MembershipOptions {
        &self.options
    }

    /// In whose name offsets are committed.
    pub fn committer(&self) -> Committer {
        Committer::Member {
            member: self.member.clone(),
            generation: self.generation,
        }
    }

    /// Joins, or joins again; what is read from now on. Waits as long as the group rebalances.
    ///
    /// # Errors
    /// The coordinator cannot be reached or refuses, or a topic does not exist.
    pub async fn join(&mut self) -> Result<Vec<TopicPartition>, ClientError> {
        loop {
            let client = self.client.clone();
            let error = match client.retried(async || self.join_once().await).await {
                Ok(assigned) => return Ok(assigned),
                Err(error) => error,
            };
            match (error.code(), Standing::of(&error)) {
                // We have been given an identity to join with.
                (Some(ErrorCode::MemberIdRequired), _) => continue,
                (_, Some(Standing::Lost)) => self.forget(),
                (_, Some(Standing::Rebalancing)) => {}
                _ => return Err(error),
            }
            sleep(self.client.options().back_off).await;
        }
    }

    /// Tells the coordinator that we are here, and hears whether we still belong.
    ///
    /// # Errors
    /// The coordinator cannot be reached, or refuses for another reason than our standing.
    pub async fn heartbeat(&mut self) -> Result<Standing, ClientError> {
        let request = HeartbeatRequest {
            group_id: self.group(),
            generation_id: self.generation.value(),
            member_id: self.member.clone(),
            ..HeartbeatRequest::default()
        };
        let (client, group) = (&self.client, &self.options.group);
        let beaten = client
            .retried(async || {
                let connection = client.coordinator(group, Lane::Group).await?;
                let response = connection.call(&request).await?;
                verdict::<HeartbeatRequest>(&connection, group, response.error_code)
            })
            .await;
        match beaten {
            Ok(()) => Ok(Standing::Member),
            Err(error) => Standing::of(&error).ok_or(error),
        }
    }

    /// Leaves, so that the others need not wait for the session to end. Does nothing before the first join.
    ///
    /// # Errors
    /// The coordinator cannot be reached.
    pub async fn leave(&mut self) -> Result<(), ClientError> {
        if self.member.is_empty() {
            return Ok(());
        }
        let group = &self.options.group;
        let connection = self.client.coordinator(group, Lane::Group).await?;
        let mut request = LeaveGroupRequest {
            group_id: self.group(),
            ..LeaveGroupRequest::default()
        };
        if connection.version_of::<LeaveGroupRequest>(i16::MAX)? >= LEAVE_IN_BATCHES {
            request.members = vec![MemberIdentity {
                member_id: self.member.clone(),
                ..MemberIdentity::default()
            }];
        } else {
            request.member_id = self.member.clone();
        }
        let response = connection.call(&request).await?;
        let left = verdict::<LeaveGroupRequest>(&connection, group, response.error_code);
        self.forget();
        match left {
            Err(error) if Standing::of(&error).is_none() => Err(error),
            _ => Ok(()),
        }
    }

    fn group(&self) -> StringBytes {
        self.options.group.as_str().into()
    }

    fn forget(&mut self) {
        self.member = StringBytes::EMPTY;
        self.generation = GenerationId::NONE;
    }

    async fn join_once(&mut self) -> Result<Vec<TopicPartition>, ClientError> {
        let connection = self.client.coordinator(&self.options.group, Lane::Group).await?;
        let request = self.join_request(&connection)?;
        let joined = connection
            .call_parked(&request, i16::MAX, self.options.rebalance_timeout)
            .await?;
        if !joined.member_id.is_empty() {
            self.member = joined.member_id.clone();
        }
        verdict::<JoinGroupRequest>(&connection, &self.options.group, joined.error_code)?;
        self.generation = GenerationId::new(joined.generation_id);
        let leads = joined.leader == self.member && !joined.skip_assignment;
        let assignments = match leads {
            true => self.assignments(&connection, &joined).await?,
            false => Vec::new(),
        };
        self.sync(&connection, assignments).await
    }

    fn join_request(&self, connection: &Connection) -> Result<JoinGroupRequest, ClientError> {
        let subscription = ConsumerProtocolSubscription {
            topics: self
                .options
                .topics
                .iter()
                .map(|topic| topic.as_str().into())
                .collect(),
            ..ConsumerProtocolSubscription::default()
        };
        let metadata = encode_versioned(&subscription, CONSUMER_PROTOCOL)
            .map_err(|source| unsayable(connection, ApiKey::JoinGroup, source))?;
        let ms = |span: Duration| i32::try_from(span.as_millis()).unwrap_or(i32::MAX);
        Ok(JoinGroupRequest {
            group_id: self.group(),
            session_timeout_ms: ms(self.options.session_timeout),
            rebalance_timeout_ms: ms(self.options.rebalance_timeout),
            member_id: self.member.clone(),
            protocol_type: PROTOCOL_TYPE.into(),
            protocols: vec![JoinGroupRequestProtocol {
                name: ASSIGNOR.into(),
                metadata,
                ..JoinGroupRequestProtocol::default()
            }],
            ..JoinGroupRequest::default()
        })
    }

    /// What each member of the generation reads.
    async fn assignments(
        &self,
        connection: &Connection,
        joined: &JoinGroupResponse,
    ) -> Result<Vec<SyncGroupRequestAssignment>, ClientError> {
        let mut subscriptions: BTreeMap<&str, Vec<StringBytes>> = BTreeMap::new();
        for member in &joined.members {
            // Who subscribes in a way that we cannot read gets nothing, as in Kafka's leader.
            let topics = decode_versioned::<ConsumerProtocolSubscription>(member.metadata.clone())
                .map(|(_, subscription)| subscription.topics)
                .unwrap_or_default();
            subscriptions.insert(member.member_id.as_str(), topics);
        }
        let mut partitions = BTreeMap::new();
        for topic in subscriptions.values().flatten().collect::<BTreeSet<_>>() {
            match self.client.topic(topic).await {
                Ok(known) => {
                    let count = i32::try_from(known.partitions.len()).unwrap_or(i32::MAX);
                    partitions.insert(topic.as_str(), count);
                }
                Err(ClientError::NoSuchTopic { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let subscriptions = subscriptions
            .iter()
            .map(|(member, topics)| (*member, topics.iter().map(StringBytes::as_str).collect()))
            .collect();
        let assignment = |(member, topics): (&str, BTreeMap<&str, std::ops::Range<i32>>)| {
            let assigned = |(topic, range): (&str, std::ops::Range<i32>)| AssignedTopic {
                topic: topic.into(),
                partitions: range.collect(),
                ..AssignedTopic::default()
            };
            let assigned = ConsumerProtocolAssignment {
                assigned_partitions: topics.into_iter().map(assigned).collect(),
                ..ConsumerProtocolAssignment::default()
            };
            Ok(SyncGroupRequestAssignment {
                member_id: member.into(),
                assignment: encode_versioned(&assigned, CONSUMER_PROTOCOL)
                    .map_err(|source| unsayable(connection, ApiKey::SyncGroup, source))?,
                ..SyncGroupRequestAssignment::default()
            })
        };
        assign(&subscriptions, &partitions)
            .into_iter()
            .map(assignment)
            .collect()
    }

    async fn sync(
        &self,
        connection: &Connection,
        assignments: Vec<SyncGroupRequestAssignment>,
    ) -> Result<Vec<TopicPartition>, ClientError> {
        let request = SyncGroupRequest {
            group_id: self.group(),
            generation_id: self.generation.value(),
            member_id: self.member.clone(),
            protocol_type: Some(PROTOCOL_TYPE.into()),
            protocol_name: Some(ASSIGNOR.into()),
            assignments,
            ..SyncGroupRequest::default()
        };
        let synced = connection
            .call_parked(&request, i16::MAX, self.options.rebalance_timeout)
            .await?;
        verdict::<SyncGroupRequest>(connection, &self.options.group, synced.error_code)?;
        assigned_partitions(connection, synced.assignment)
    }
}

/// What the leader assigned to us; no bytes are no partitions.
fn assigned_partitions(
    connection: &Connection,
    assignment: Bytes,
) -> Result<Vec<TopicPartition>, ClientError> {
    if assignment.is_empty() {
        return Ok(Vec::new());
    }
    let decoded = decode_versioned::<ConsumerProtocolAssignment>(assignment);
    let (_, assignment) = decoded.map_err(|source| ClientError::Decode {
        host: connection.host().to_owned(),
        api: ApiKey::SyncGroup,
        version: CONSUMER_PROTOCOL,
        source,
    })?;
    let of_topic = |topic: AssignedTopic| {
        let name: std::sync::Arc<str> = topic.topic.as_str().into();
        let partition = move |index| TopicPartition::new(name.clone(), PartitionIndex::new(index));
        topic.partitions.into_iter().map(partition)
    };
    Ok(assignment
        .assigned_partitions
        .into_iter()
        .flat_map(of_topic)
        .collect())
}

fn verdict<R: broker_protocol::Request>(
    connection: &Connection,
    group: &str,
    code: i16,
) -> Result<(), ClientError> {
    Asked::of::<R>(connection).verdict(format_args!("group {group}"), code, None)
}

fn unsayable(connection: &Connection, api: ApiKey, source: broker_codec::EncodeError) -> ClientError {
    ClientError::Encode {
        host: connection.host().to_owned(),
        api,
        version: CONSUMER_PROTOCOL,
        source,
    }
}
