//! RemoveRaftVoter (81): one voter less (KIP-853).
//!
//! A leader that is removed leads until the new set is committed, without counting itself, and then resigns.

use broker_model::{BrokerId, DirectoryId};
use broker_protocol::ErrorCode;
use broker_protocol::messages::RemoveRaftVoterRequest;

use super::voter_change::Refusal;
use crate::epoch_state::{ChangeKind, ChangeStage, PendingVoterChange};
use crate::event::{InboundRequest, RaftRequest};
use crate::raft::Raft;
use crate::{RaftError, ReplicaKey, VoterSet};

impl Raft {
    pub(crate) fn on_remove_voter(&mut self, inbound: InboundRequest) -> Result<(), RaftError> {
        let RaftRequest::RemoveRaftVoter(request) = &inbound.request else {
            return Ok(());
        };
        let token = inbound.token;
        match self.check_remove_voter(request) {
            Err(refusal) => self.respond_change(ChangeKind::Remove, token, Err(refusal)),
            Ok(voters) => {
                let offset = self.append_voters(&voters)?;
                let deadline = self
                    .now
                    .monotonic
                    .plus_ms(self.settings.timeouts.request_timeout_ms);
                if let Some(leader) = self.leader_state() {
                    leader.pending = Some(PendingVoterChange {
                        kind: ChangeKind::Remove,
                        token,
                        deadline,
                        stage: ChangeStage::Commit(offset),
                    });
                }
            }
        }
        Ok(())
    }

    fn check_remove_voter(&self, request: &RemoveRaftVoterRequest) -> Result<VoterSet, Refusal> {
        self.check_change_request(request.cluster_id.as_ref())?;
        let voter = ReplicaKey::new(
            BrokerId::new(request.voter_id),
            DirectoryId::new(request.voter_directory_id),
        );
        if request.voter_id < 0 || voter.directory_id.is_zero() {
            return Err((
                ErrorCode::InvalidRequest,
                "the request names no voter with a directory".to_owned(),
            ));
        }
        self.check_voter_change()?;
        self.voters().without(voter).ok_or_else(|| {
            (
                ErrorCode::VoterNotFound,
                format!("cannot remove {voter} from the set of voters"),
            )
        })
    }
}
