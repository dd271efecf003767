//! A controller that does not vote adds itself, when it is told to (`controller.quorum.auto.join.enable`, KIP-1186).
//!
//! A node whose disk was replaced finds its old replica among the voters: that one goes first, because a node votes
//! once. Both changes are asked of the leader as an administrator would, so its rules hold; what it refuses is asked
//! again a fetch timeout later.

use broker_protocol::add_raft_voter_request::Listener;
use broker_protocol::messages::{AddRaftVoterRequest, RemoveRaftVoterRequest};

use crate::connections::Asked;
use crate::epoch_state::EpochState;
use crate::event::RaftRequest;
use crate::raft::Raft;
use crate::{AutoJoin, Destination};

impl Raft {
    /// Whether this follower would like to vote and it is time to ask.
    pub(crate) fn wants_to_join(&self) -> bool {
        let EpochState::Follower(follower) = &self.state else {
            return false;
        };
        self.settings.auto_join == AutoJoin::On
            && follower.update_voter_at <= self.now.monotonic
            && !self.voters().is_empty()
            && !self.is_voter()
            && self.kraft_version() > 0
            && !self.settings.endpoints.is_empty()
    }

    pub(crate) fn send_join(&mut self, to: Destination) {
        let timeout_ms = self.settings.timeouts.fetch_timeout_ms;
        let again = self.now.monotonic.plus_ms(timeout_ms);
        if let EpochState::Follower(follower) = &mut self.state {
            follower.update_voter_at = again;
        }
        let me = self.settings.replica;
        let old = self.voters().get(me.id).map(|voter| voter.directory_id);
        let request = match old {
            Some(old) => RaftRequest::RemoveRaftVoter(RemoveRaftVoterRequest {
                cluster_id: self.cluster_id(),
                voter_id: me.id.value(),
                voter_directory_id: old.uuid(),
                ..RemoveRaftVoterRequest::default()
            }),
            None => RaftRequest::AddRaftVoter(self.join_request()),
        };
        self.send(to, Asked::VoterChange, request);
    }

    fn join_request(&self) -> AddRaftVoterRequest {
        let me = self.settings.replica;
        let listeners = self.settings.endpoints.iter().map(|endpoint| Listener {
            name: endpoint.name.as_str().into(),
            host: endpoint.host.as_str().into(),
            port: endpoint.port,
            ..Listener::default()
        });
        AddRaftVoterRequest {
            cluster_id: self.cluster_id(),
            timeout_ms: i32::try_from(self.settings.timeouts.request_timeout_ms).unwrap_or(i32::MAX),
            voter_id: me.id.value(),
            voter_directory_id: me.directory_id.uuid(),
            listeners: listeners.collect(),
            // It cannot fetch while it waits, and nothing is committed faster for that.
            ack_when_committed: false,
            ..AddRaftVoterRequest::default()
        }
    }
}
