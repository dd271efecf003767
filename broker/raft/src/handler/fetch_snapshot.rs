//! FetchSnapshot (59), as leader: pieces of a snapshot's file (KIP-630).
//!
//! A replica that fetches a snapshot listens to the leader as one that fetches records does.

use broker_metadata::metadata_log::{CLUSTER_METADATA_TOPIC, SnapshotId};
use broker_model::{BrokerId, DirectoryId, Offset};
use broker_protocol::ErrorCode;
use broker_protocol::fetch_snapshot_request::{self, PartitionSnapshot as Piece};
use broker_protocol::fetch_snapshot_response::{self, LeaderIdAndEpoch, PartitionSnapshot, TopicSnapshot};
use broker_protocol::messages::{FetchSnapshotRequest, FetchSnapshotResponse};

use super::only;
use crate::effect::SnapshotResponse;
use crate::event::{RaftResponse, RequestToken};
use crate::raft::Raft;
use crate::{Effect, ReplicaKey, Snapshot};

/// First version that tells where the leader listens.
const FIRST_WITH_ENDPOINTS: i16 = 1;

impl Raft {
    pub(crate) fn on_fetch_snapshot(
        &mut self,
        token: RequestToken,
        api_version: i16,
        request: &FetchSnapshotRequest,
    ) {
        let response = match self.check_fetch_snapshot(request) {
            Err(response) => response,
            Ok(piece) => match self.find_piece(piece) {
                Err(error) => self.fetch_snapshot_response(
                    api_version,
                    PartitionSnapshot {
                        error_code: error.code(),
                        ..PartitionSnapshot::default()
                    },
                ),
                Ok((snapshot, position)) => {
                    let replica = ReplicaKey::new(
                        BrokerId::new(request.replica_id),
                        DirectoryId::new(piece.replica_directory_id),
                    );
                    self.heard_fetch(replica);
                    let response = self.piece_response(api_version, snapshot, position);
                    let bytes_max = request.max_bytes.max(0).unsigned_abs();
                    self.effects
                        .push(Effect::RespondWithSnapshot(Box::new(SnapshotResponse {
                            token,
                            id: snapshot.id,
                            position,
                            bytes_max,
                            response,
                        })));
                    return;
                }
            },
        };
        let response = RaftResponse::FetchSnapshot(response);
        self.effects.push(Effect::Respond { token, response });
    }

    fn check_fetch_snapshot<'a>(
        &self,
        request: &'a FetchSnapshotRequest,
    ) -> Result<&'a Piece, FetchSnapshotResponse> {
        let refusal = |error: ErrorCode| FetchSnapshotResponse {
            error_code: error.code(),
            ..FetchSnapshotResponse::default()
        };
        if !self.is_our_cluster(request.cluster_id.as_ref()) {
            return Err(refusal(ErrorCode::InconsistentClusterId));
        }
        let parts = |topic: &'a fetch_snapshot_request::TopicSnapshot| {
            (topic.name.as_str(), topic.partitions.as_slice())
        };
        only(&request.topics, parts, |piece| piece.partition)
            .ok_or_else(|| refusal(ErrorCode::InvalidRequest))
    }

    fn find_piece(&self, piece: &Piece) -> Result<(Snapshot, u64), ErrorCode> {
        self.check_leader_request(piece.current_leader_epoch)?;
        let id = SnapshotId {
            end_offset: Offset::new(piece.snapshot_id.end_offset),
            epoch: piece.snapshot_id.epoch,
        };
        let snapshot = self.log.snapshot(id).ok_or(ErrorCode::SnapshotNotFound)?;
        match u64::try_from(piece.position) {
            Ok(position) if position < snapshot.size => Ok((snapshot, position)),
            _ => Err(ErrorCode::PositionOutOfRange),
        }
    }

    fn piece_response(&self, api_version: i16, snapshot: Snapshot, position: u64) -> FetchSnapshotResponse {
        let as_i64 = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.fetch_snapshot_response(
            api_version,
            PartitionSnapshot {
                snapshot_id: fetch_snapshot_response::SnapshotId {
                    end_offset: snapshot.id.end_offset.value(),
                    epoch: snapshot.id.epoch,
                    ..fetch_snapshot_response::SnapshotId::default()
                },
                size: as_i64(snapshot.size),
                position: as_i64(position),
                ..PartitionSnapshot::default()
            },
        )
    }

    fn fetch_snapshot_response(
        &self,
        api_version: i16,
        mut partition: PartitionSnapshot,
    ) -> FetchSnapshotResponse {
        partition.current_leader = LeaderIdAndEpoch {
            leader_id: self.leader_id(),
            leader_epoch: self.election.epoch.value(),
            ..LeaderIdAndEpoch::default()
        };
        FetchSnapshotResponse {
            topics: vec![TopicSnapshot {
                name: CLUSTER_METADATA_TOPIC.into(),
                partitions: vec![partition],
                ..TopicSnapshot::default()
            }],
            node_endpoints: self.leader_endpoint(api_version, FIRST_WITH_ENDPOINTS),
            ..FetchSnapshotResponse::default()
        }
    }
}
