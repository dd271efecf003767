//! The quorum of controllers: who leads, who votes, how far each is, and who joins or leaves (KIP-595, KIP-853).

use broker_model::{BrokerId, DirectoryId, LeaderEpoch, Offset, Timestamp};
use broker_protocol::add_raft_voter_request::Listener;
use broker_protocol::describe_quorum_request::{PartitionData, TopicData};
use broker_protocol::describe_quorum_response::ReplicaState;
use broker_protocol::messages::{AddRaftVoterRequest, DescribeQuorumRequest, RemoveRaftVoterRequest};

use crate::{Client, ClientError};

/// The topic whose one partition is the metadata log.
const METADATA_TOPIC: &str = "__cluster_metadata";

/// The quorum as its leader describes it.
#[derive(Clone, Debug)]
pub struct QuorumDescription {
    /// Who leads, if anybody does.
    pub leader: Option<BrokerId>,
    /// In which epoch.
    pub leader_epoch: LeaderEpoch,
    /// Everything below is committed.
    pub high_watermark: Offset,
    /// Those who vote.
    pub voters: Vec<QuorumReplica>,
    /// Those who follow without a vote.
    pub observers: Vec<QuorumReplica>,
    /// Where those who vote listen; older clusters do not tell.
    pub listeners: Vec<(BrokerId, Vec<QuorumListener>)>,
}

/// One copy of the metadata log.
#[derive(Clone, Debug)]
pub struct QuorumReplica {
    /// The node.
    pub id: BrokerId,
    /// Its directory; zero where voters are fixed by configuration.
    pub directory_id: DirectoryId,
    /// How far it is, if the leader knows.
    pub log_end: Option<Offset>,
    /// When it last asked for more, if the leader knows.
    pub last_fetch: Option<Timestamp>,
    /// When it last had everything, if the leader knows.
    pub last_caught_up: Option<Timestamp>,
}

/// Where a controller listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumListener {
    /// Name of the listener.
    pub name: String,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl QuorumReplica {
    fn new(state: &ReplicaState) -> Self {
        let time = |ms: i64| (ms >= 0).then(|| Timestamp::from_ms(ms));
        Self {
            id: BrokerId::new(state.replica_id),
            directory_id: DirectoryId::new(state.replica_directory_id),
            log_end: (state.log_end_offset >= 0).then(|| Offset::new(state.log_end_offset)),
            last_fetch: time(state.last_fetch_timestamp),
            last_caught_up: time(state.last_caught_up_timestamp),
        }
    }
}

impl Client {
    /// Who leads the quorum, who votes, and how far each is.
    ///
    /// # Errors
    /// No broker answers, or nobody leads.
    pub async fn describe_quorum(&self) -> Result<QuorumDescription, ClientError> {
        let request = DescribeQuorumRequest {
            topics: vec![TopicData {
                topic_name: METADATA_TOPIC.into(),
                partitions: vec![PartitionData::default()],
                ..TopicData::default()
            }],
            ..DescribeQuorumRequest::default()
        };
        self.retried(async || {
            let response = self.call_any(&request).await?;
            let asked = self.asked::<DescribeQuorumRequest>();
            asked.verdict("the quorum", response.error_code, response.error_message.as_ref())?;
            let topic = asked.only(response.topics)?;
            let quorum = asked.only(topic.partitions)?;
            asked.verdict("the quorum", quorum.error_code, quorum.error_message.as_ref())?;
            let listeners = response.nodes.iter().map(|node| {
                let listener = |known: &broker_protocol::describe_quorum_response::Listener| QuorumListener {
                    name: known.name.to_string(),
                    host: known.host.to_string(),
                    port: known.port,
                };
                (
                    BrokerId::new(node.node_id),
                    node.listeners.iter().map(listener).collect(),
                )
            });
            let leader = BrokerId::new(quorum.leader_id);
            Ok(QuorumDescription {
                leader: (leader != BrokerId::NONE).then_some(leader),
                leader_epoch: LeaderEpoch::new(quorum.leader_epoch),
                high_watermark: Offset::new(quorum.high_watermark),
                voters: quorum.current_voters.iter().map(QuorumReplica::new).collect(),
                observers: quorum.observers.iter().map(QuorumReplica::new).collect(),
                listeners: listeners.collect(),
            })
        })
        .await
    }

    /// Lets a controller vote that follows already.
    ///
    /// # Errors
    /// It votes already, is not there, lags, or another change of the voters is under way.
    pub async fn add_voter(
        &self,
        id: BrokerId,
        directory_id: DirectoryId,
        listeners: &[QuorumListener],
    ) -> Result<(), ClientError> {
        let listener = |known: &QuorumListener| Listener {
            name: known.name.as_str().into(),
            host: known.host.as_str().into(),
            port: known.port,
            ..Listener::default()
        };
        let request = AddRaftVoterRequest {
            cluster_id: None,
            timeout_ms: self.server_timeout_ms(),
            voter_id: id.value(),
            voter_directory_id: directory_id.uuid(),
            listeners: listeners.iter().map(listener).collect(),
            ack_when_committed: true,
            ..AddRaftVoterRequest::default()
        };
        let response = self.call_any(&request).await?;
        let asked = self.asked::<AddRaftVoterRequest>();
        let (code, message) = (response.error_code, response.error_message.as_ref());
        asked.verdict(format_args!("controller {id}"), code, message)
    }

    /// Takes the vote from a controller.
    ///
    /// # Errors
    /// It does not vote, is the last one, or another change of the voters is under way.
    pub async fn remove_voter(&self, id: BrokerId, directory_id: DirectoryId) -> Result<(), ClientError> {
        let request = RemoveRaftVoterRequest {
            cluster_id: None,
            voter_id: id.value(),
            voter_directory_id: directory_id.uuid(),
            ..RemoveRaftVoterRequest::default()
        };
        let response = self.call_any(&request).await?;
        let asked = self.asked::<RemoveRaftVoterRequest>();
        let (code, message) = (response.error_code, response.error_message.as_ref());
        asked.verdict(format_args!("controller {id}"), code, message)
    }
}
