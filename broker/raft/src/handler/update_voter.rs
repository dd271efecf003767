//! UpdateRaftVoter (82): a voter's endpoints and supported versions as they are now (KIP-853).
//!
//! A voter that finds itself described differently in the log tells the leader; the answer does not wait for the
//! commit, because the voter will see its record.

use broker_metadata::metadata_log::Voter;
use broker_model::{BrokerId, DirectoryId};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{UpdateRaftVoterRequest, UpdateRaftVoterResponse};
use broker_protocol::update_raft_voter_request::{KRaftVersionFeature, Listener};
use broker_protocol::update_raft_voter_response::CurrentLeader;

use super::{Flow, LeaderHint, address, endpoints, error_of};
use crate::connections::Asked;
use crate::epoch_state::EpochState;
use crate::event::RaftRequest;
use crate::raft::Raft;
use crate::{Destination, RaftError, VoterSet};

impl Raft {
    pub(crate) fn on_update_voter(
        &mut self,
        request: &UpdateRaftVoterRequest,
    ) -> Result<UpdateRaftVoterResponse, RaftError> {
        let error = match self.check_update_voter(request) {
            Err(error) => error,
            Ok(voters) if voters == *self.voters() => ErrorCode::None,
            Ok(voters) => {
                self.append_voters(&voters)?;
                ErrorCode::None
            }
        };
        let mut current_leader = CurrentLeader {
            leader_id: self.leader_id(),
            leader_epoch: self.election.epoch.value(),
            ..CurrentLeader::default()
        };
        if let Some(leader) = self.leader_address() {
            current_leader.host = leader.address.host.into();
            current_leader.port = i32::from(leader.address.port);
        }
        Ok(UpdateRaftVoterResponse {
            error_code: error.code(),
            current_leader,
            ..UpdateRaftVoterResponse::default()
        })
    }

    fn check_update_voter(&self, request: &UpdateRaftVoterRequest) -> Result<VoterSet, ErrorCode> {
        if !self.is_our_cluster(request.cluster_id.as_ref()) {
            return Err(ErrorCode::InconsistentClusterId);
        }
        self.check_leader_request(request.current_leader_epoch)?;
        let named = request
            .listeners
            .iter()
            .map(|listener| (listener.name.clone(), listener.host.clone(), listener.port));
        let versions = &request.kraft_version_feature;
        let voter = Voter {
            id: BrokerId::new(request.voter_id),
            directory_id: DirectoryId::new(request.voter_directory_id),
            endpoints: endpoints(named),
            kraft_version_range: (versions.min_supported_version, versions.max_supported_version),
        };
        let (min, max) = voter.kraft_version_range;
        let named_ours = voter
            .endpoints
            .iter()
            .any(|endpoint| endpoint.name == self.settings.listener);
        if request.voter_id < 0
            || voter.directory_id.is_zero()
            || !named_ours
            || !(min..=max).contains(&self.kraft_version())
        {
            return Err(ErrorCode::InvalidRequest);
        }
        self.check_voter_change().map_err(|(error, _)| error)?;
        self.voters().updated(voter).ok_or(ErrorCode::VoterNotFound)
    }

    /// Whether this follower stands in the log with other endpoints or versions than it has.
    pub(crate) fn wants_update(&self) -> bool {
        let EpochState::Follower(follower) = &self.state else {
            return false;
        };
        let me = self.settings.replica;
        let recorded = self.voters().get(me.id).filter(|_| self.voters().contains(me));
        follower.update_voter_at <= self.now.monotonic
            && self.kraft_version() > 0
            && recorded.is_some_and(|voter| *voter != self.settings.as_voter(voter.directory_id))
    }

    pub(crate) fn send_update_voter(&mut self, to: Destination) {
        let again = self
            .now
            .monotonic
            .plus_ms(self.settings.timeouts.fetch_timeout_ms);
        if let EpochState::Follower(follower) = &mut self.state {
            follower.update_voter_at = again;
        }
        let (me, (min, max)) = (self.settings.replica, self.settings.kraft_version_range);
        let listeners = self.settings.endpoints.iter().map(|endpoint| Listener {
            name: endpoint.name.as_str().into(),
            host: endpoint.host.as_str().into(),
            port: endpoint.port,
            ..Listener::default()
        });
        let request = UpdateRaftVoterRequest {
            cluster_id: self.cluster_id(),
            current_leader_epoch: self.election.epoch.value(),
            voter_id: me.id.value(),
            voter_directory_id: me.directory_id.uuid(),
            listeners: listeners.collect(),
            kraft_version_feature: KRaftVersionFeature {
                min_supported_version: min,
                max_supported_version: max,
                ..KRaftVersionFeature::default()
            },
            ..UpdateRaftVoterRequest::default()
        };
        self.send(to, Asked::UpdateVoter, RaftRequest::UpdateRaftVoter(request));
    }

    pub(crate) fn on_update_voter_response(
        &mut self,
        node: BrokerId,
        response: &UpdateRaftVoterResponse,
    ) -> Result<(), RaftError> {
        let leader = &response.current_leader;
        let port = u16::try_from(leader.port)
            .ok()
            .filter(|_| !leader.host.is_empty());
        let hint = LeaderHint::new(
            leader.leader_id,
            leader.leader_epoch,
            port.map(|port| address(&leader.host, port)),
        );
        if self.on_any_response(error_of(response.error_code), &hint)? == Flow::Retry {
            self.back_off(node);
        }
        Ok(())
    }
}
