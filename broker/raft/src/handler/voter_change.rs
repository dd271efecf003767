//! Changes of the voter set, one at a time (KIP-853).
//!
//! A new set differs from the old one in one voter, so any majority of the one meets any majority of the other, and
//! counts from the moment it is in the log. Three rules make that safe: the leader has committed a record of its own
//! epoch (an older leader's change cannot come back behind it); the record of the set before is committed; no change
//! is being made.

use broker_metadata::metadata_log::ControlRecord;
use broker_model::Offset;
use broker_protocol::ErrorCode;
use broker_protocol::messages::{AddRaftVoterResponse, RemoveRaftVoterResponse};

use crate::epoch_state::{ChangeKind, ChangeStage, EpochState, PendingVoterChange};
use crate::event::{RaftResponse, RequestToken};
use crate::raft::Raft;
use crate::{Effect, RaftError, Role, VoterSet};

/// Why a change is not made: the code, and a sentence for the administrator.
pub(crate) type Refusal = (ErrorCode, String);

impl Raft {
    /// Whether the voters may be changed now.
    pub(crate) fn check_voter_change(&self) -> Result<(), Refusal> {
        let EpochState::Leader(leader) = &self.state else {
            return Err(not_leader());
        };
        if leader.pending.is_some() {
            return Err((
                ErrorCode::RequestTimedOut,
                "another change of the voters is being made".to_owned(),
            ));
        }
        let Some(high_watermark) = leader.high_watermark else {
            return Err((
                ErrorCode::RequestTimedOut,
                "the leader has not committed a record of its epoch yet".to_owned(),
            ));
        };
        if self.kraft_version() < 1 {
            return Err((
                ErrorCode::UnsupportedVersion,
                format!(
                    "the voters cannot be changed at kraft.version {}",
                    self.kraft_version()
                ),
            ));
        }
        match self.log.voters().latest_offset() {
            Some(offset) if offset < high_watermark => Ok(()),
            offset => Err((
                ErrorCode::RequestTimedOut,
                format!(
                    "the last change of the voters, at offset {}, is not committed; the high watermark is {high_watermark}",
                    offset.unwrap_or(Offset::NONE)
                ),
            )),
        }
    }

    /// Writes the new voters; they count at once. The offset of their record.
    pub(crate) fn append_voters(&mut self, voters: &VoterSet) -> Result<Offset, RaftError> {
        let offset = self.append_controls(&[ControlRecord::KRaftVoters(voters.to_record())])?;
        self.complete_parked_fetches();
        Ok(offset)
    }

    /// Answers the change whose record is committed now.
    pub(crate) fn complete_pending_change(&mut self, high_watermark: Offset) {
        let Some(leader) = self.leader_state() else {
            return;
        };
        let committed = leader.pending.take_if(
            |pending| matches!(pending.stage, ChangeStage::Commit(offset) if offset < high_watermark),
        );
        if let Some(pending) = committed {
            self.respond_change(pending.kind, pending.token, Ok(()));
        }
    }

    /// Answers the change that this node can no longer bring about; it may happen all the same.
    pub(crate) fn refuse_pending_change(&mut self, pending: Option<PendingVoterChange>) {
        if let Some(pending) = pending {
            self.respond_change(pending.kind, pending.token, Err(not_leader()));
        }
    }

    /// Gives up waiting for a change that takes too long.
    pub(crate) fn poll_pending_change(&mut self) {
        let now = self.now.monotonic;
        let Some(leader) = self.leader_state() else {
            return;
        };
        if let Some(pending) = leader.pending.take_if(|pending| pending.deadline <= now) {
            let refusal = (
                ErrorCode::RequestTimedOut,
                ErrorCode::RequestTimedOut.message().to_owned(),
            );
            self.respond_change(pending.kind, pending.token, Err(refusal));
        }
        self.send_api_versions();
    }

    pub(crate) fn respond_change(
        &mut self,
        kind: ChangeKind,
        token: RequestToken,
        result: Result<(), Refusal>,
    ) {
        let (error, message) = match result {
            Ok(()) => (ErrorCode::None, None),
            Err((error, message)) => (error, Some(message.into())),
        };
        let error_code = error.code();
        let response = match kind {
            ChangeKind::Add => RaftResponse::AddRaftVoter(AddRaftVoterResponse {
                error_code,
                error_message: message,
                ..AddRaftVoterResponse::default()
            }),
            ChangeKind::Remove => RaftResponse::RemoveRaftVoter(RemoveRaftVoterResponse {
                error_code,
                error_message: message,
                ..RemoveRaftVoterResponse::default()
            }),
        };
        self.effects.push(Effect::Respond { token, response });
    }

    /// Refuses what is only for a leader of our cluster.
    pub(crate) fn check_change_request(
        &self,
        cluster_id: Option<&broker_codec::StringBytes>,
    ) -> Result<(), Refusal> {
        if !self.is_our_cluster(cluster_id) {
            let error = ErrorCode::InconsistentClusterId;
            return Err((error, error.message().to_owned()));
        }
        if self.role() == Role::Leader {
            Ok(())
        } else {
            Err(not_leader())
        }
    }
}

fn not_leader() -> Refusal {
    let error = ErrorCode::NotLeaderOrFollower;
    (error, error.message().to_owned())
}
