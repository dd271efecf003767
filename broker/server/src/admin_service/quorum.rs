//! `DescribeQuorum`, `AddVoter` and `RemoveVoter`: the voters, through the requests that Kafka has for them (KIP-853).

use broker_admin::tonic::Status;
use broker_admin::v1::{
    AddVoterRequest, AddVoterResponse, DescribeQuorumResponse, Listener, QuorumMember, RemoveVoterRequest,
    RemoveVoterResponse,
};
use broker_metadata::metadata_log::VoterEndpoint;
use broker_model::{Timestamp, Uuid};
use broker_protocol::messages::{AddRaftVoterRequest, RemoveRaftVoterRequest};
use broker_protocol::{ErrorCode, add_raft_voter_request};
use broker_raft::{RaftRequest, RaftResponse, ReplicaStanding};

use super::CALL_DEADLINE;
use super::calls::unavailable;
use crate::broker::Broker;

/// Listeners that a voter may have.
const LISTENERS_MAX: usize = 16;

/// The quorum as its leader sees it.
pub(super) async fn describe(broker: &Broker) -> Result<DescribeQuorumResponse, Status> {
    let described = broker.metadata.describe_quorum().await;
    let described = described.map_err(|error| unavailable(broker, &error))?;
    let standing = &described.standing;
    let listeners = |member: &ReplicaStanding| {
        let mut endpoints = standing.endpoints.iter();
        let found = endpoints.find(|(replica, _)| *replica == member.replica);
        found.map_or(Vec::new(), |(_, endpoints)| {
            endpoints.iter().map(listener).collect()
        })
    };
    let member = |member: &ReplicaStanding| QuorumMember {
        node_id: member.replica.id.value(),
        directory_id: member.replica.directory_id.uuid().to_string(),
        log_end_offset: member.log_end.map(broker_model::Offset::value),
        last_fetch_ms: member.last_fetch.map(Timestamp::as_ms),
        last_caught_up_ms: member.last_caught_up.map(Timestamp::as_ms),
        listeners: listeners(member),
    };
    Ok(DescribeQuorumResponse {
        leader_id: described.leader.value(),
        leader_epoch: described.leader_epoch.value(),
        high_watermark: described.high_watermark.offset().value(),
        voters: standing.voters.iter().map(member).collect(),
        observers: standing.observers.iter().map(member).collect(),
    })
}

fn listener(endpoint: &VoterEndpoint) -> Listener {
    Listener {
        name: endpoint.name.clone(),
        host: endpoint.host.clone(),
        port: endpoint.port.into(),
    }
}

/// Makes a controller a voter.
pub(super) async fn add(broker: &Broker, asked: AddVoterRequest) -> Result<AddVoterResponse, Status> {
    if asked.listeners.is_empty() || asked.listeners.len() > LISTENERS_MAX {
        let text = format!("give between 1 and {LISTENERS_MAX} listeners");
        return Err(Status::invalid_argument(text));
    }
    let listeners: Result<Vec<_>, Status> = asked.listeners.iter().map(wire_listener).collect();
    let request = AddRaftVoterRequest {
        cluster_id: Some(broker.cluster_id.to_string().as_str().into()),
        timeout_ms: timeout_ms(),
        voter_id: asked.node_id,
        voter_directory_id: directory_id(&asked.directory_id)?,
        listeners: listeners?,
        ..AddRaftVoterRequest::default()
    };
    match ask(
        broker,
        *AddRaftVoterRequest::VERSIONS.end(),
        RaftRequest::AddRaftVoter(request),
    )
    .await?
    {
        RaftResponse::AddRaftVoter(answer) => {
            let message = answer.error_message.as_ref().map(|message| message.as_str());
            outcome(answer.error_code, message).map(|()| AddVoterResponse {})
        }
        _ => Err(Status::internal("the quorum answered something else")),
    }
}

/// Takes the vote from a controller.
pub(super) async fn remove(
    broker: &Broker,
    asked: RemoveVoterRequest,
) -> Result<RemoveVoterResponse, Status> {
    let request = RemoveRaftVoterRequest {
        cluster_id: Some(broker.cluster_id.to_string().as_str().into()),
        voter_id: asked.node_id,
        voter_directory_id: directory_id(&asked.directory_id)?,
        ..RemoveRaftVoterRequest::default()
    };
    match ask(
        broker,
        *RemoveRaftVoterRequest::VERSIONS.end(),
        RaftRequest::RemoveRaftVoter(request),
    )
    .await?
    {
        RaftResponse::RemoveRaftVoter(answer) => {
            let message = answer.error_message.as_ref().map(|message| message.as_str());
            outcome(answer.error_code, message).map(|()| RemoveVoterResponse {})
        }
        _ => Err(Status::internal("the quorum answered something else")),
    }
}

async fn ask(broker: &Broker, version: i16, request: RaftRequest) -> Result<RaftResponse, Status> {
    let asked = broker.metadata.ask_quorum(version, request).await;
    asked.map_err(|error| unavailable(broker, &error))
}

fn timeout_ms() -> i32 {
    i32::try_from(CALL_DEADLINE.as_millis()).unwrap_or(i32::MAX)
}

fn wire_listener(listener: &Listener) -> Result<add_raft_voter_request::Listener, Status> {
    let port = u16::try_from(listener.port).ok().filter(|port| *port != 0);
    Ok(add_raft_voter_request::Listener {
        name: listener.name.as_str().into(),
        host: listener.host.as_str().into(),
        port: port.ok_or_else(|| Status::invalid_argument("a port is between 1 and 65535"))?,
        ..add_raft_voter_request::Listener::default()
    })
}

fn directory_id(text: &str) -> Result<Uuid, Status> {
    let refused = || Status::invalid_argument("directory_id is no id as DescribeQuorum shows it");
    text.parse().map_err(|_| refused())
}

/// What a Kafka error code means for the caller.
fn outcome(code: i16, message: Option<&str>) -> Result<(), Status> {
    let Some(error) = ErrorCode::from_i16(code) else {
        return Err(Status::unknown(format!("error code {code}")));
    };
    let text = format!("{}: {}", error.name(), message.unwrap_or(error.message()));
    match error {
        ErrorCode::None => Ok(()),
        ErrorCode::DuplicateVoter => Err(Status::already_exists(text)),
        ErrorCode::VoterNotFound => Err(Status::not_found(text)),
        ErrorCode::InvalidRequest | ErrorCode::InvalidVoterKey | ErrorCode::InconsistentClusterId => {
            Err(Status::invalid_argument(text))
        }
        ErrorCode::RequestTimedOut => Err(Status::deadline_exceeded(text)),
        ErrorCode::NotLeaderOrFollower | ErrorCode::NotController => Err(Status::unavailable(text)),
        _ => Err(Status::failed_precondition(text)),
    }
}
