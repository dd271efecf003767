//! FetchSnapshot (59), as follower: piece after piece, then the snapshot takes the place of the log (KIP-630).
//!
//! While the driver puts it in place nothing is fetched. Invariant: only a snapshot that reaches further than this
//! log, by epoch and then by offset, is ever put in its place.

use broker_codec::StringBytes;
use broker_metadata::metadata_log::{CLUSTER_METADATA_TOPIC, SnapshotId};
use broker_model::{BrokerId, Offset};
use broker_protocol::ErrorCode;
use broker_protocol::fetch_snapshot_request::{self, PartitionSnapshot as Piece, TopicSnapshot};
use broker_protocol::fetch_snapshot_response::PartitionSnapshot;
use broker_protocol::messages::{FetchSnapshotRequest, FetchSnapshotResponse};

use super::{Flow, LeaderHint, error_of};
use crate::epoch_state::{EpochState, FetchingSnapshot};
use crate::event::RaftRequest;
use crate::raft::Raft;
use crate::{Effect, OffsetAndEpoch, RaftError, Role, Snapshot, SnapshotVoters};

impl Raft {
    pub(crate) fn begin_snapshot(&mut self, id: SnapshotId) {
        if OffsetAndEpoch::from(id) <= self.log.end_offset() {
            return;
        }
        if let EpochState::Follower(follower) = &mut self.state {
            follower.snapshot = Some(FetchingSnapshot { id, position: 0 });
            self.effects.push(Effect::BeginSnapshot(id));
        }
    }

    pub(crate) fn fetch_snapshot_request(&self, snapshot: FetchingSnapshot) -> RaftRequest {
        let me = self.settings.replica;
        RaftRequest::FetchSnapshot(FetchSnapshotRequest {
            cluster_id: self.cluster_id(),
            replica_id: me.id.value(),
            max_bytes: self.settings.snapshot_bytes_max,
            topics: vec![TopicSnapshot {
                name: StringBytes::from_static(CLUSTER_METADATA_TOPIC),
                partitions: vec![Piece {
                    current_leader_epoch: self.election.epoch.value(),
                    snapshot_id: fetch_snapshot_request::SnapshotId {
                        end_offset: snapshot.id.end_offset.value(),
                        epoch: snapshot.id.epoch,
                        ..fetch_snapshot_request::SnapshotId::default()
                    },
                    position: i64::try_from(snapshot.position).unwrap_or(i64::MAX),
                    replica_directory_id: me.directory_id.uuid(),
                    ..Piece::default()
                }],
                ..TopicSnapshot::default()
            }],
            ..FetchSnapshotRequest::default()
        })
    }

    pub(crate) fn on_fetch_snapshot_response(
        &mut self,
        node: BrokerId,
        response: FetchSnapshotResponse,
    ) -> Result<(), RaftError> {
        let partition = response.topics.first().and_then(|topic| topic.partitions.first());
        let Some(partition) = partition.filter(|_| response.error_code == 0) else {
            self.back_off(node);
            return Ok(());
        };
        let leader = &partition.current_leader;
        let hint = LeaderHint::of(leader.leader_id, leader.leader_epoch, &response.node_endpoints);
        let error = error_of(partition.error_code);
        match self.on_any_response(error, &hint)? {
            Flow::Done => {}
            Flow::Proceed if error == ErrorCode::None => self.take_piece(node, partition),
            Flow::Proceed => {
                // The leader has a newer snapshot by now: the next fetch says which.
                self.forget_snapshot();
                self.back_off(node);
            }
            Flow::Retry => self.back_off(node),
        }
        Ok(())
    }

    fn take_piece(&mut self, node: BrokerId, piece: &PartitionSnapshot) {
        let EpochState::Follower(follower) = &mut self.state else {
            return;
        };
        let Some(fetching) = &mut follower.snapshot else {
            return;
        };
        let bytes = piece.unaligned_records.clone();
        let size = u64::try_from(piece.size).unwrap_or(0);
        let position = fetching.position;
        let reached = position.saturating_add(bytes.size() as u64);
        let asked_for = fetching.id.end_offset.value() == piece.snapshot_id.end_offset
            && fetching.id.epoch == piece.snapshot_id.epoch
            && u64::try_from(piece.position) == Ok(position);
        if !asked_for || bytes.is_empty() || reached > size {
            self.forget_snapshot();
            self.back_off(node);
            return;
        }
        fetching.position = reached;
        let id = fetching.id;
        let timeout = self.settings.timeouts.fetch_timeout_ms;
        follower.fetch_deadline = self.now.monotonic.plus_ms(timeout);
        self.effects.push(Effect::WriteSnapshot { id, position, bytes });
        if reached == size {
            self.forget_snapshot();
            self.installing = Some(id);
            self.effects.push(Effect::InstallSnapshot(id));
        }
    }

    fn forget_snapshot(&mut self) {
        if let EpochState::Follower(follower) = &mut self.state {
            follower.snapshot = None;
        }
    }

    pub(crate) fn on_snapshot_installed(
        &mut self,
        snapshot: Snapshot,
        voters: SnapshotVoters,
    ) -> Result<(), RaftError> {
        if self.installing != Some(snapshot.id) || self.role() == Role::Leader {
            return Err(RaftError::UnexpectedSnapshot(snapshot.id));
        }
        self.installing = None;
        let voters_at = self.log.voters().latest_offset();
        self.log.begin_with(snapshot, voters);
        self.announce_voters(voters_at);
        self.raise_high_watermark(snapshot.id.end_offset);
        Ok(())
    }

    pub(crate) fn on_snapshot_rejected(&mut self, id: SnapshotId) {
        if self.installing == Some(id) {
            self.installing = None;
        }
    }

    pub(crate) fn on_log_trimmed(&mut self, start: Offset) -> Result<(), RaftError> {
        self.log
            .trim_to(start)
            .ok_or(RaftError::UnexpectedSnapshot(SnapshotId {
                end_offset: start,
                epoch: 0,
            }))
    }
}
