//! DescribeQuorum (55): how far voters and observers are, as the leader sees them (KIP-595, KIP-836, KIP-853).

use broker_model::{MonotonicMs, Timestamp};
use broker_protocol::describe_quorum_response::{PartitionData, ReplicaState};

use crate::ReplicaKey;
use crate::epoch_state::{EpochState, OBSERVER_SESSION_MS, ReplicaProgress};
use crate::raft::Raft;

impl Raft {
    /// The answer's partition; `None` when this node does not lead. `wall` is the time at which it is asked.
    pub fn describe_quorum(&self, wall: Timestamp) -> Option<PartitionData> {
        let EpochState::Leader(leader) = &self.state else {
            return None;
        };
        let me = self.settings.replica;
        let voters = self.voters().keys().map(|voter| {
            if voter.id == me.id {
                return ReplicaState {
                    replica_id: me.id.value(),
                    replica_directory_id: me.directory_id.uuid(),
                    log_end_offset: self.log.end_offset().offset.value(),
                    last_fetch_timestamp: wall.as_ms(),
                    last_caught_up_timestamp: wall.as_ms(),
                    ..ReplicaState::default()
                };
            }
            replica_state(voter, leader.progress(voter).copied().unwrap_or_default())
        });
        let observers = leader
            .replicas
            .iter()
            .filter(|(replica, progress)| !self.voters().contains(**replica) && self.is_recent(progress))
            .map(|(replica, progress)| replica_state(*replica, *progress));
        Some(PartitionData {
            leader_id: me.id.value(),
            leader_epoch: self.election.epoch.value(),
            high_watermark: leader.high_watermark.map_or(-1, |offset| offset.value()),
            current_voters: voters.collect(),
            observers: observers.collect(),
            ..PartitionData::default()
        })
    }

    fn is_recent(&self, progress: &ReplicaProgress) -> bool {
        let fetched = progress
            .last_fetch
            .map_or(MonotonicMs::default(), |fetch| fetch.monotonic);
        self.now.monotonic.since_ms(fetched) < OBSERVER_SESSION_MS
    }
}

fn replica_state(replica: ReplicaKey, progress: ReplicaProgress) -> ReplicaState {
    ReplicaState {
        replica_id: replica.id.value(),
        replica_directory_id: replica.directory_id.uuid(),
        log_end_offset: progress.end_offset.map_or(-1, |offset| offset.value()),
        last_fetch_timestamp: progress.last_fetch.map_or(-1, |fetch| fetch.wall.as_ms()),
        last_caught_up_timestamp: progress.last_caught_up.map_or(-1, Timestamp::as_ms),
        ..ReplicaState::default()
    }
}
