//! Fetch (1) of the metadata log, as leader: a fetch brings records, and tells how far the fetcher is (KIP-595).
//!
//! The fetch position is compared with this log's epochs: a fetcher whose log differs is told where, one that is
//! behind the log's start is told which snapshot to get. Only a position that agrees counts for the high watermark.

use broker_codec::{Records, StringBytes};
use broker_metadata::metadata_log::{CLUSTER_METADATA_TOPIC, CLUSTER_METADATA_TOPIC_ID};
use broker_model::{BrokerId, DirectoryId, HighWatermark, LeaderEpoch, Offset};
use broker_protocol::ErrorCode;
use broker_protocol::fetch_request::FetchPartition;
use broker_protocol::fetch_response::{
    EpochEndOffset, FetchableTopicResponse, LeaderIdAndEpoch, PartitionData, SnapshotId,
};
use broker_protocol::messages::{FetchRequest, FetchResponse};

use crate::effect::RecordsResponse;
use crate::epoch_state::EpochState;
use crate::event::{RaftResponse, RequestToken};
use crate::fetch_purgatory::PendingFetch;
use crate::log_view::ValidOffsetAndEpoch;
use crate::raft::Raft;
use crate::{Effect, OffsetAndEpoch, ReplicaKey, Role};

/// First version that names topics by id.
const FIRST_WITH_TOPIC_IDS: i16 = 13;
/// First version that tells where the leader listens.
const FIRST_WITH_ENDPOINTS: i16 = 16;
/// Longest time that a fetcher may ask to wait.
const WAIT_MAX_MS: i32 = 60_000;

/// Whether a fetch that brings nothing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    Wait,
    AnswerNow,
}

impl Raft {
    pub(crate) fn on_fetch(&mut self, token: RequestToken, api_version: i16, request: &FetchRequest) {
        if !self.is_our_cluster(request.cluster_id.as_ref()) {
            return self.refuse_fetch(token, ErrorCode::InconsistentClusterId);
        }
        let Some(partition) = only_partition(request) else {
            return self.refuse_fetch(token, ErrorCode::InvalidRequest);
        };
        let id = match request.replica_state.replica_id {
            ..0 => request.replica_id,
            id => id,
        };
        let wait = u64::try_from(request.max_wait_ms.min(WAIT_MAX_MS)).unwrap_or(0);
        let bytes_max = request.max_bytes.min(partition.partition_max_bytes).max(0);
        let fetch = PendingFetch {
            token,
            api_version,
            replica: ReplicaKey::new(
                BrokerId::new(id),
                DirectoryId::new(partition.replica_directory_id),
            ),
            epoch: partition.current_leader_epoch,
            fetch_offset: Offset::new(partition.fetch_offset),
            last_fetched_epoch: partition.last_fetched_epoch,
            high_watermark: Offset::new(partition.high_watermark),
            bytes_max: bytes_max.unsigned_abs(),
            deadline: self.now.monotonic.plus_ms(wait),
        };
        let malformed = request.max_wait_ms < 0
            || partition.fetch_offset < 0
            || partition.last_fetched_epoch < 0
            || (partition.current_leader_epoch >= 0
                && partition.last_fetched_epoch > partition.current_leader_epoch);
        if malformed {
            let response = self.fetch_response(&fetch, ErrorCode::InvalidRequest, ValidOffsetAndEpoch::Valid);
            self.respond_fetch(token, response);
        } else if wait == 0 {
            self.serve_fetch(fetch, Patience::AnswerNow);
        } else {
            self.serve_fetch(fetch, Patience::Wait);
        }
    }

    fn serve_fetch(&mut self, fetch: PendingFetch, patience: Patience) {
        if let Err(error) = self.check_leader_request(fetch.epoch) {
            let response = self.fetch_response(&fetch, error, ValidOffsetAndEpoch::Valid);
            return self.respond_fetch(fetch.token, response);
        }
        let position = OffsetAndEpoch::new(fetch.fetch_offset, LeaderEpoch::new(fetch.last_fetched_epoch));
        let valid = self.log.validate(position);
        self.heard_fetch(fetch.replica);
        if valid != ValidOffsetAndEpoch::Valid {
            let response = self.fetch_response(&fetch, ErrorCode::None, valid);
            return self.respond_fetch(fetch.token, response);
        }
        self.count_fetch(&fetch);
        if fetch.fetch_offset < self.log.end_offset().offset {
            let response = self.fetch_response(&fetch, ErrorCode::None, valid);
            self.effects
                .push(Effect::RespondWithRecords(Box::new(RecordsResponse {
                    token: fetch.token,
                    from: fetch.fetch_offset,
                    bytes_max: fetch.bytes_max,
                    response,
                })));
        } else if patience == Patience::AnswerNow || self.has_news_for(&fetch) {
            let response = self.fetch_response(&fetch, ErrorCode::None, valid);
            self.respond_fetch(fetch.token, response);
        } else if let Some(oldest) = self.parked_fetches.park(fetch) {
            let response = self.fetch_response(&oldest, ErrorCode::None, ValidOffsetAndEpoch::Valid);
            self.respond_fetch(oldest.token, response);
        }
    }

    /// Whether the fetcher does not know yet what is committed (KIP-1166).
    fn has_news_for(&self, fetch: &PendingFetch) -> bool {
        match &self.state {
            EpochState::Leader(leader) => leader.high_watermark > Some(fetch.high_watermark),
            _ => false,
        }
    }

    fn count_fetch(&mut self, fetch: &PendingFetch) {
        if fetch.replica.id.value() < 0 || fetch.replica.id == self.settings.replica.id {
            return;
        }
        let (now, log_end) = (self.now, self.log.end_offset().offset);
        let voters = self.log.voters().latest();
        if let EpochState::Leader(leader) = &mut self.state {
            if !leader.replicas.contains_key(&fetch.replica) {
                leader.forget_silent(voters, now);
            }
            leader.fetched(fetch.replica, fetch.fetch_offset, log_end, now);
        }
        self.advance_high_watermark();
    }

    /// Notes that a replica listens.
    pub(crate) fn heard_fetch(&mut self, replica: ReplicaKey) {
        let deadline = self
            .now
            .monotonic
            .plus_ms(self.settings.timeouts.check_quorum_ms());
        let (me, voters) = (self.settings.replica, self.log.voters().latest());
        if let EpochState::Leader(leader) = &mut self.state
            && leader.heard_from(replica, voters, me)
        {
            leader.check_quorum_deadline = deadline;
        }
    }

    /// Moves the high watermark of this leader as far as a majority allows.
    pub(crate) fn advance_high_watermark(&mut self) {
        let (me, flushed) = (self.settings.replica, self.log.flushed());
        let voters = self.log.voters().latest();
        let EpochState::Leader(leader) = &mut self.state else {
            return;
        };
        let (established, epoch) = (leader.high_watermark.is_some(), leader.epoch);
        let Some(advanced) = leader.advance(voters, me, flushed) else {
            return;
        };
        self.raise_high_watermark(advanced.min(flushed));
        if !established {
            self.effects.push(Effect::LeadershipEstablished(epoch));
        }
        self.complete_pending_change(advanced);
        self.complete_parked_fetches();
    }

    /// Reports what is committed and on this device; it never goes back.
    pub(crate) fn raise_high_watermark(&mut self, offset: Offset) {
        if self.high_watermark.is_none_or(|known| known < offset) {
            self.high_watermark = Some(offset);
            self.effects
                .push(Effect::HighWatermarkAdvanced(HighWatermark::at(offset)));
        }
    }

    /// What follows from records being on the device: a leader may count itself, a follower apply them and ask for
    /// more.
    pub(crate) fn on_flush(&mut self) {
        match &self.state {
            EpochState::Leader(leader) => {
                let known = leader.high_watermark;
                if let Some(known) = known {
                    self.raise_high_watermark(known.min(self.log.flushed()));
                }
                self.advance_high_watermark();
            }
            _ => self.follow_high_watermark(),
        }
    }

    /// Answers parked fetches for which something has changed.
    pub(crate) fn complete_parked_fetches(&mut self) {
        let end = self.log.end_offset().offset;
        for fetch in self.parked_fetches.take_all() {
            let waits = self.role() == Role::Leader
                && fetch.epoch == self.election.epoch.value()
                && fetch.fetch_offset >= end
                && !self.has_news_for(&fetch);
            if waits {
                self.parked_fetches.park(fetch);
            } else {
                self.answer_parked(fetch);
            }
        }
    }

    pub(crate) fn expire_parked_fetches(&mut self) {
        for fetch in self.parked_fetches.take_expired(self.now.monotonic) {
            self.answer_parked(fetch);
        }
    }

    /// Answers a fetch that waited. It said how far the replica is when it came, so it is not counted again.
    fn answer_parked(&mut self, fetch: PendingFetch) {
        let error = self.check_leader_request(fetch.epoch).err();
        let response = self.fetch_response(
            &fetch,
            error.unwrap_or(ErrorCode::None),
            ValidOffsetAndEpoch::Valid,
        );
        if error.is_none() && fetch.fetch_offset < self.log.end_offset().offset {
            self.effects
                .push(Effect::RespondWithRecords(Box::new(RecordsResponse {
                    token: fetch.token,
                    from: fetch.fetch_offset,
                    bytes_max: fetch.bytes_max,
                    response,
                })));
        } else {
            self.respond_fetch(fetch.token, response);
        }
    }

    fn refuse_fetch(&mut self, token: RequestToken, error: ErrorCode) {
        let response = FetchResponse {
            error_code: error.code(),
            ..FetchResponse::default()
        };
        self.respond_fetch(token, response);
    }

    fn respond_fetch(&mut self, token: RequestToken, response: FetchResponse) {
        let response = RaftResponse::Fetch(response);
        self.effects.push(Effect::Respond { token, response });
    }

    fn fetch_response(
        &self,
        fetch: &PendingFetch,
        error: ErrorCode,
        valid: ValidOffsetAndEpoch,
    ) -> FetchResponse {
        let committed = match &self.state {
            EpochState::Leader(leader) if error == ErrorCode::None => leader.high_watermark,
            _ => None,
        };
        let mut partition = PartitionData {
            error_code: error.code(),
            high_watermark: committed.unwrap_or(Offset::NONE).value(),
            log_start_offset: self.log.start().value(),
            current_leader: LeaderIdAndEpoch {
                leader_id: self.leader_id(),
                leader_epoch: self.election.epoch.value(),
                ..LeaderIdAndEpoch::default()
            },
            records: Some(Records::default()),
            ..PartitionData::default()
        };
        match valid {
            ValidOffsetAndEpoch::Valid => {}
            ValidOffsetAndEpoch::Diverging(end) => {
                partition.diverging_epoch = EpochEndOffset {
                    epoch: end.epoch.value(),
                    end_offset: end.offset.value(),
                    ..EpochEndOffset::default()
                };
            }
            ValidOffsetAndEpoch::Snapshot(id) => {
                partition.snapshot_id = SnapshotId {
                    end_offset: id.end_offset.value(),
                    epoch: id.epoch,
                    ..SnapshotId::default()
                };
            }
        }
        FetchResponse {
            responses: vec![topic_response(fetch.api_version, partition)],
            node_endpoints: self.leader_endpoint(fetch.api_version, FIRST_WITH_ENDPOINTS),
            ..FetchResponse::default()
        }
    }
}

/// Names the topic as the version does: by name, or by id.
fn topic_response(api_version: i16, partition: PartitionData) -> FetchableTopicResponse {
    let mut topic = FetchableTopicResponse {
        partitions: vec![partition],
        ..FetchableTopicResponse::default()
    };
    if api_version >= FIRST_WITH_TOPIC_IDS {
        topic.topic_id = CLUSTER_METADATA_TOPIC_ID.uuid();
    } else {
        topic.topic = StringBytes::from_static(CLUSTER_METADATA_TOPIC);
    }
    topic
}

fn only_partition(request: &FetchRequest) -> Option<&FetchPartition> {
    let [topic] = request.topics.as_slice() else {
        return None;
    };
    let named = topic.topic_id == CLUSTER_METADATA_TOPIC_ID.uuid() || topic.topic == CLUSTER_METADATA_TOPIC;
    match topic.partitions.as_slice() {
        [partition] if named && partition.partition == 0 => Some(partition),
        _ => None,
    }
}
