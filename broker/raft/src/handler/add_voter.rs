//! AddRaftVoter (80): one voter more (KIP-853).
//!
//! The new voter is asked which `kraft.version` it supports and has to have caught up as an observer, so that its
//! vote does not hold up the high watermark.

use broker_metadata::metadata_log::Voter;
use broker_model::{BrokerId, DirectoryId};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{AddRaftVoterRequest, ApiVersionsRequest, ApiVersionsResponse};

use super::endpoints;
use super::voter_change::Refusal;
use crate::connections::Asked;
use crate::epoch_state::{AddAck, ChangeKind, ChangeStage, EpochState, PendingVoterChange};
use crate::event::{InboundRequest, RaftRequest};
use crate::raft::Raft;
use crate::{Destination, RaftError, ReplicaKey, VoterSet};

/// Name of the feature that is the format of the quorum.
const KRAFT_VERSION: &str = "kraft.version";
/// What a client that asks for versions says that it is.
const SOFTWARE_NAME: &str = "eddyline";
/// Its version.
const SOFTWARE_VERSION: &str = env!("CARGO_PKG_VERSION");

impl Raft {
    pub(crate) fn on_add_voter(&mut self, inbound: InboundRequest) -> Result<(), RaftError> {
        let RaftRequest::AddRaftVoter(request) = &inbound.request else {
            return Ok(());
        };
        let token = inbound.token;
        match self.check_add_voter(request) {
            Err(refusal) => self.respond_change(ChangeKind::Add, token, Err(refusal)),
            Ok((voter, to)) => {
                let wait = u64::try_from(request.timeout_ms).unwrap_or(0);
                let wait = if wait == 0 {
                    self.settings.timeouts.request_timeout_ms
                } else {
                    wait
                };
                let pending = PendingVoterChange {
                    kind: ChangeKind::Add,
                    token,
                    deadline: self.now.monotonic.plus_ms(wait),
                    stage: ChangeStage::AskVersions {
                        voter,
                        address: to.address,
                        ack: if request.ack_when_committed {
                            AddAck::WhenCommitted
                        } else {
                            AddAck::WhenAppended
                        },
                    },
                };
                if let Some(leader) = self.leader_state() {
                    leader.pending = Some(pending);
                }
            }
        }
        Ok(())
    }

    fn check_add_voter(&self, request: &AddRaftVoterRequest) -> Result<(Voter, Destination), Refusal> {
        self.check_change_request(request.cluster_id.as_ref())?;
        let invalid = |message: &str| (ErrorCode::InvalidRequest, message.to_owned());
        if request.voter_id < 0 || request.voter_directory_id == broker_model::Uuid::ZERO {
            return Err(invalid("the request names no voter with a directory"));
        }
        let named = request
            .listeners
            .iter()
            .map(|listener| (listener.name.clone(), listener.host.clone(), listener.port));
        let endpoints = endpoints(named);
        let id = BrokerId::new(request.voter_id);
        let on_our_listener = endpoints
            .iter()
            .any(|endpoint| endpoint.name == self.settings.listener);
        let address = self.settings.address(&endpoints).filter(|_| on_our_listener);
        let address = address.ok_or_else(|| {
            invalid(&format!(
                "the voter has no endpoint on listener {}",
                self.settings.listener
            ))
        })?;
        self.check_voter_change()?;
        if self.voters().get(id).is_some() {
            return Err(duplicate(id));
        }
        let voter = Voter {
            id,
            directory_id: DirectoryId::new(request.voter_directory_id),
            endpoints,
            kraft_version_range: (0, 0),
        };
        Ok((voter, Destination { id, address }))
    }

    /// Asks the new voter what it supports, once it can be asked.
    pub(crate) fn send_api_versions(&mut self) {
        let EpochState::Leader(leader) = &self.state else {
            return;
        };
        let Some(PendingVoterChange {
            stage: ChangeStage::AskVersions { voter, address, .. },
            ..
        }) = &leader.pending
        else {
            return;
        };
        if self.connections.is_ready(voter.id) {
            let to = Destination {
                id: voter.id,
                address: address.clone(),
            };
            let request = ApiVersionsRequest {
                client_software_name: SOFTWARE_NAME.into(),
                client_software_version: SOFTWARE_VERSION.into(),
                ..ApiVersionsRequest::default()
            };
            self.send(to, Asked::ApiVersions, RaftRequest::ApiVersions(request));
        }
    }

    pub(crate) fn on_api_versions_response(
        &mut self,
        node: BrokerId,
        response: &ApiVersionsResponse,
    ) -> Result<(), RaftError> {
        let Some(mut pending) = self.take_asking(node) else {
            return Ok(());
        };
        let ChangeStage::AskVersions { mut voter, ack, .. } = pending.stage else {
            return Ok(());
        };
        let range = response
            .supported_features
            .iter()
            .find(|feature| feature.name == KRAFT_VERSION)
            .map_or((0, 0), |feature| (feature.min_version, feature.max_version));
        voter.kraft_version_range = range;
        let voters = match self.check_new_voter(voter, response.error_code) {
            Ok(voters) => voters,
            Err(refusal) => {
                self.respond_change(ChangeKind::Add, pending.token, Err(refusal));
                return Ok(());
            }
        };
        pending.stage = ChangeStage::Commit(self.append_voters(&voters)?);
        match (ack, self.leader_state()) {
            (AddAck::WhenCommitted, Some(leader)) => leader.pending = Some(pending),
            _ => self.respond_change(ChangeKind::Add, pending.token, Ok(())),
        }
        Ok(())
    }

    /// The voters with the new one.
    fn check_new_voter(&self, voter: Voter, error_code: i16) -> Result<VoterSet, Refusal> {
        if error_code != 0 {
            return Err((
                ErrorCode::RequestTimedOut,
                format!(
                    "node {} did not say what it supports: error {error_code}",
                    voter.id
                ),
            ));
        }
        let (min, max) = voter.kraft_version_range;
        if !(min..=max).contains(&self.kraft_version()) {
            return Err((
                ErrorCode::InvalidRequest,
                format!(
                    "node {} supports {KRAFT_VERSION} {min} to {max}, the cluster is at {}",
                    voter.id,
                    self.kraft_version()
                ),
            ));
        }
        let key = ReplicaKey::new(voter.id, voter.directory_id);
        if !self.is_caught_up(key) {
            return Err((
                ErrorCode::RequestTimedOut,
                format!("replica {key} is lagging behind"),
            ));
        }
        self.check_voter_change()?;
        let id = voter.id;
        self.voters().with(voter).ok_or_else(|| duplicate(id))
    }

    fn is_caught_up(&self, replica: ReplicaKey) -> bool {
        let EpochState::Leader(leader) = &self.state else {
            return false;
        };
        // Kafka allows an hour; but a replica that stopped fetching takes part in no majority, and a voter set that
        // needs it commits nothing more, not even its removal.
        let within = self.settings.timeouts.check_quorum_ms();
        leader.replicas.get(&replica).is_some_and(|progress| {
            let recent = progress
                .last_fetch
                .is_some_and(|fetch| self.now.monotonic.since_ms(fetch.monotonic) < within);
            recent && progress.last_caught_up.is_some()
        })
    }

    /// Takes the pending addition of that node, while it is asked for its versions.
    fn take_asking(&mut self, node: BrokerId) -> Option<PendingVoterChange> {
        self.leader_state()?.pending.take_if(
            |pending| matches!(&pending.stage, ChangeStage::AskVersions { voter, .. } if voter.id == node),
        )
    }

    /// Gives up an addition whose node cannot be asked.
    pub(crate) fn abandon_add_voter(&mut self, node: BrokerId) {
        if let Some(pending) = self.take_asking(node) {
            let refusal = (
                ErrorCode::RequestTimedOut,
                format!("node {node} cannot be reached"),
            );
            self.respond_change(ChangeKind::Add, pending.token, Err(refusal));
        }
    }
}

fn duplicate(id: BrokerId) -> Refusal {
    (
        ErrorCode::DuplicateVoter,
        format!("node {id} is already part of the set of voters"),
    )
}
