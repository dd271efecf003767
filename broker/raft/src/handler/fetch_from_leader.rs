//! Fetch (1) of the metadata log, as follower: the request to the leader and what its answer does to this log.
//!
//! A fetch position is a promise: everything before it is on this device. So none is sent while a write is under
//! way. Invariant: nothing below the high watermark is ever cut off; a leader that wants it does not have what is
//! committed, and this member stops.

use broker_codec::StringBytes;
use broker_metadata::metadata_log::{CLUSTER_METADATA_TOPIC, CLUSTER_METADATA_TOPIC_ID, SnapshotId};
use broker_model::{BrokerId, LeaderEpoch, Offset};
use broker_protocol::ErrorCode;
use broker_protocol::fetch_request::{FetchPartition, FetchTopic, ReplicaState};
use broker_protocol::fetch_response::PartitionData;
use broker_protocol::messages::{FetchRequest, FetchResponse};

use super::{Flow, LeaderHint, error_of};
use crate::connections::Asked;
use crate::epoch_state::{EpochState, LeaderContact};
use crate::event::RaftRequest;
use crate::raft::Raft;
use crate::{Destination, Effect, OffsetAndEpoch, RaftError};

impl Raft {
    /// Sends to the leader what this follower needs most.
    pub(crate) fn send_to_leader(&mut self) {
        let EpochState::Follower(follower) = &self.state else {
            return;
        };
        let to = follower.leader.clone();
        if let Some(snapshot) = follower.snapshot {
            let request = self.fetch_snapshot_request(snapshot);
            self.send(to, Asked::FetchSnapshot, request);
        } else if self.wants_update() {
            self.send_update_voter(to);
        } else if self.wants_to_join() {
            self.send_join(to);
        } else if self.log.flushed() == self.log.end_offset().offset {
            let request = self.fetch_request();
            self.send(to, Asked::Fetch, request);
        }
    }

    pub(crate) fn fetch_request(&self) -> RaftRequest {
        let (me, end) = (self.settings.replica, self.log.end_offset());
        let committed = self.high_watermark.unwrap_or(Offset::NONE);
        RaftRequest::Fetch(FetchRequest {
            cluster_id: self.cluster_id(),
            replica_state: ReplicaState {
                replica_id: me.id.value(),
                ..ReplicaState::default()
            },
            max_wait_ms: i32::try_from(self.settings.timeouts.fetch_max_wait_ms).unwrap_or(i32::MAX),
            max_bytes: self.settings.fetch_bytes_max,
            topics: vec![FetchTopic {
                topic: StringBytes::from_static(CLUSTER_METADATA_TOPIC),
                topic_id: CLUSTER_METADATA_TOPIC_ID.uuid(),
                partitions: vec![FetchPartition {
                    current_leader_epoch: self.election.epoch.value(),
                    fetch_offset: end.offset.value(),
                    last_fetched_epoch: end.epoch.value(),
                    log_start_offset: self.log.start().value(),
                    partition_max_bytes: self.settings.fetch_bytes_max,
                    replica_directory_id: me.directory_id.uuid(),
                    high_watermark: committed.value(),
                    ..FetchPartition::default()
                }],
                ..FetchTopic::default()
            }],
            ..FetchRequest::default()
        })
    }

    /// The next node to ask for the leader: bootstrap servers and voters in turn.
    pub(crate) fn next_to_ask(&mut self) -> Option<Destination> {
        let bootstrap = (0..)
            .zip(&self.settings.bootstrap_servers)
            .map(|(index, server)| Destination {
                id: BrokerId::new(-2 - index),
                address: server.clone(),
            });
        let voters = self
            .voters()
            .iter()
            .filter(|voter| voter.id != self.settings.replica.id);
        let voters = voters.filter_map(|voter| self.destination(voter.id));
        let known: Vec<Destination> = voters.chain(bootstrap).collect();
        let next = self.discovery.checked_rem(known.len())?;
        self.discovery = self.discovery.wrapping_add(1);
        known.into_iter().nth(next)
    }

    pub(crate) fn on_fetch_response(
        &mut self,
        node: BrokerId,
        response: FetchResponse,
    ) -> Result<(), RaftError> {
        let partition = response
            .responses
            .first()
            .and_then(|topic| topic.partitions.first());
        let Some(partition) = partition.filter(|_| response.error_code == 0) else {
            self.back_off(node);
            return Ok(());
        };
        let leader = &partition.current_leader;
        let hint = LeaderHint::of(leader.leader_id, leader.leader_epoch, &response.node_endpoints);
        let error = error_of(partition.error_code);
        match self.on_any_response(error, &hint)? {
            Flow::Done => Ok(()),
            Flow::Proceed if error == ErrorCode::None => self.take_fetched(node, partition),
            Flow::Proceed | Flow::Retry => {
                self.back_off(node);
                Ok(())
            }
        }
    }

    fn take_fetched(&mut self, node: BrokerId, partition: &PartitionData) -> Result<(), RaftError> {
        let EpochState::Follower(follower) = &mut self.state else {
            return Ok(());
        };
        follower.contact = LeaderContact::Confirmed;
        let timeout = self.settings.timeouts.fetch_timeout_ms;
        follower.fetch_deadline = self.now.monotonic.plus_ms(timeout);
        let (diverging, snapshot) = (&partition.diverging_epoch, &partition.snapshot_id);
        if diverging.epoch >= 0 {
            let end = OffsetAndEpoch::new(
                Offset::new(diverging.end_offset),
                LeaderEpoch::new(diverging.epoch),
            );
            return self.truncate(end);
        }
        if snapshot.epoch >= 0 && snapshot.end_offset >= 0 {
            self.begin_snapshot(SnapshotId {
                end_offset: Offset::new(snapshot.end_offset),
                epoch: snapshot.epoch,
            });
            return Ok(());
        }
        let records = partition.records.clone().unwrap_or_default();
        if self.append_to_log(&records.to_bytes()).is_err() {
            // Damaged on its way, or not what was asked for: nothing of it was taken, so it is asked for again.
            self.back_off(node);
            return Ok(());
        }
        let committed = Offset::new(partition.high_watermark);
        self.leader_high_watermark = self.leader_high_watermark.max(Some(committed));
        self.follow_high_watermark();
        Ok(())
    }

    /// Moves this follower's high watermark to what the leader said, as far as it is on this device.
    pub(crate) fn follow_high_watermark(&mut self) {
        if let Some(committed) = self.leader_high_watermark {
            let reached = committed.min(self.log.flushed());
            if reached >= Offset::ZERO {
                self.raise_high_watermark(reached);
            }
        }
    }

    fn truncate(&mut self, leader_end: OffsetAndEpoch) -> Result<(), RaftError> {
        let to = self.log.truncation_point(leader_end).max(Offset::ZERO);
        if let Some(high_watermark) = self.high_watermark.filter(|committed| to < *committed) {
            return Err(RaftError::TruncationOfCommitted {
                leader: self.election.leader.unwrap_or(BrokerId::NONE),
                to,
                high_watermark,
            });
        }
        if to < self.log.end_offset().offset {
            let voters_at = self.log.voters().latest_offset();
            self.log.truncate_to(to);
            self.effects.push(Effect::Truncate(to));
            self.announce_voters(voters_at);
        }
        Ok(())
    }
}
