//! A member of the metadata quorum: events in, effects out.
//!
//! Owns the election state, the role, the view of the log, and what waits for an answer. Invariant: whatever of the
//! election state an effect depends on is persisted by an effect before it. Each API has its file under `handler`,
//! changes of role are in `transition`, what is due with time in `poll`.

use broker_codec::batch::{RecordBatch, stamp};
use broker_metadata::metadata_log::{BatchStamp, ControlRecord, QuorumState, SnapshotId, control_batch};
use broker_model::{BrokerId, HighWatermark, LeaderEpoch, MonotonicMs, Now, Offset};
use bytes::{Bytes, BytesMut};

use crate::connections::{Asked, Connections};
use crate::epoch_state::{Election, EpochState, LeaderState, Unattached};
use crate::event::{Event, InboundRequest, RaftRequest, RaftResponse, RequestFailure, RequestId};
use crate::fetch_purgatory::FetchPurgatory;
use crate::jitter::Jitter;
use crate::log_scan::scan;
use crate::{
    AppendError, Destination, Effect, LeaderAndEpoch, LogError, LogView, RaftError, RaftSettings, Role,
    SnapshotVoters, VoterSet,
};

/// Where appended records stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendedRecords {
    /// Offset of the first.
    pub base_offset: Offset,
    /// Offset after the last; they are committed when the high watermark reaches it in the same epoch.
    pub end_offset: Offset,
}

/// A member of the quorum.
#[derive(Debug)]
pub struct Raft {
    pub(crate) settings: RaftSettings,
    pub(crate) jitter: Jitter,
    pub(crate) now: Now,
    pub(crate) election: Election,
    pub(crate) state: EpochState,
    pub(crate) log: LogView,
    /// What this node knows to be committed and has on its device.
    pub(crate) high_watermark: Option<Offset>,
    /// What the leader last said to be committed; the log may not reach it yet.
    pub(crate) leader_high_watermark: Option<Offset>,
    /// The snapshot that the driver is putting in place of the log.
    pub(crate) installing: Option<SnapshotId>,
    pub(crate) connections: Connections,
    pub(crate) parked_fetches: FetchPurgatory,
    /// Counts the nodes asked for the leader, so that all are.
    pub(crate) discovery: usize,
    pub(crate) effects: Vec<Effect>,
}

impl Raft {
    /// Starts a member from what is on its disk.
    ///
    /// A node that led when it stopped does not lead that epoch again (it would append different records at the same
    /// offsets); one that voted keeps its vote.
    ///
    /// # Errors
    /// A record cannot be written; only for a member that is its only voter.
    pub fn new(
        settings: RaftSettings,
        stored: Option<QuorumState>,
        log: LogView,
        now: Now,
        effects: &mut Vec<Effect>,
    ) -> Result<Self, RaftError> {
        let stored = stored.map_or(Election::new(LeaderEpoch::new(0)), Election::restore);
        let log_epoch = log.end_offset().epoch;
        let election = if log_epoch > stored.epoch {
            Election::new(log_epoch)
        } else {
            stored
        };
        let committed = log.latest_snapshot().map(|snapshot| snapshot.id.end_offset);
        let mut raft = Self {
            jitter: Jitter::new(settings.seed),
            connections: Connections::new(&settings.timeouts),
            now,
            election,
            state: EpochState::Unattached(Unattached {
                election_deadline: now.monotonic,
            }),
            high_watermark: committed,
            leader_high_watermark: committed,
            log,
            installing: None,
            parked_fetches: FetchPurgatory::default(),
            discovery: 0,
            effects: Vec::new(),
            settings,
        };
        raft.start(stored)?;
        raft.poll()?;
        effects.append(&mut raft.effects);
        Ok(raft)
    }

    /// Takes what happened and appends what is to be done.
    ///
    /// # Errors
    /// The quorum's rules are broken; the member must not be used any more.
    pub fn step(&mut self, now: Now, event: Event, effects: &mut Vec<Effect>) -> Result<(), RaftError> {
        self.now = now;
        self.connections.expire(now.monotonic);
        self.handle(event)?;
        self.poll()?;
        effects.append(&mut self.effects);
        Ok(())
    }

    /// Appends one batch of metadata records as leader; `batch` is stamped with its offsets and the epoch.
    ///
    /// # Errors
    /// This node does not lead in that epoch, or the bytes are not one batch of metadata records.
    pub fn append(
        &mut self,
        epoch: LeaderEpoch,
        batch: &[u8],
        effects: &mut Vec<Effect>,
    ) -> Result<AppendedRecords, AppendError> {
        if self.role() != Role::Leader || self.election.epoch != epoch {
            return Err(AppendError::NotLeader {
                node: self.settings.replica.id,
                expected: epoch,
                epoch: self.election.epoch,
            });
        }
        let batch = RecordBatch::from_bytes(&Bytes::copy_from_slice(batch)).map_err(LogError::from)?;
        if batch.header().is_control() {
            return Err(AppendError::ControlRecords);
        }
        let base_offset = self.log.end_offset().offset;
        let mut stamped = BytesMut::from(batch.bytes().as_ref());
        stamp(&mut stamped, base_offset, epoch);
        self.append_to_log(&stamped.freeze())?;
        self.complete_parked_fetches();
        effects.append(&mut self.effects);
        Ok(AppendedRecords {
            base_offset,
            end_offset: self.log.end_offset().offset,
        })
    }

    /// When [`Event::Tick`] is due at the latest.
    pub fn deadline(&self) -> Option<MonotonicMs> {
        [
            self.role_deadline(),
            self.connections.deadline(),
            self.parked_fetches.deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The role.
    pub const fn role(&self) -> Role {
        self.state.role()
    }

    /// Who leads, as far as this node knows.
    pub const fn leader_and_epoch(&self) -> LeaderAndEpoch {
        self.election.leader_and_epoch()
    }

    /// Whether this node led and there are voters that it has not told yet that it does not any longer; a process
    /// that stops waits for them a little, so that they need not wait for a timeout.
    pub const fn is_leaving(&self) -> bool {
        matches!(&self.state, EpochState::Resigned(resigned) if !resigned.unacknowledged.is_empty())
    }

    /// Below which offset records are committed and on this device.
    pub fn high_watermark(&self) -> Option<HighWatermark> {
        self.high_watermark.map(HighWatermark::at)
    }

    /// The voters that count now, committed or not.
    pub fn voters(&self) -> &VoterSet {
        self.log.voters().latest()
    }

    /// What the head of a snapshot that ends there has to say about the quorum.
    pub fn voters_at(&self, end_offset: Offset) -> SnapshotVoters {
        self.log.voters().at(end_offset)
    }

    /// The `kraft.version` that holds now.
    pub fn kraft_version(&self) -> i16 {
        self.log.voters().kraft_version()
    }

    /// Facts about the log.
    pub const fn log(&self) -> &LogView {
        &self.log
    }

    fn handle(&mut self, event: Event) -> Result<(), RaftError> {
        match event {
            Event::Tick => Ok(()),
            Event::Request(request) => self.on_request(request),
            Event::Response { id, response } => self.on_response(id, response),
            Event::RequestFailed { id, failure } => {
                self.on_failure(id, failure);
                Ok(())
            }
            Event::Flushed(write) => {
                self.log.flushed_to(write);
                self.on_flush();
                Ok(())
            }
            Event::SnapshotCreated(snapshot) => {
                self.log.keep_snapshot(snapshot)?;
                Ok(())
            }
            Event::SnapshotInstalled { snapshot, voters } => self.on_snapshot_installed(snapshot, voters),
            Event::SnapshotRejected(id) => {
                self.on_snapshot_rejected(id);
                Ok(())
            }
            Event::LogTrimmed(start) => self.on_log_trimmed(start.offset()),
            Event::Resign(epoch) => self.on_resign(epoch),
        }
    }

    fn on_request(&mut self, inbound: InboundRequest) -> Result<(), RaftError> {
        let InboundRequest {
            token, api_version, ..
        } = inbound;
        let response = match &inbound.request {
            RaftRequest::Vote(request) => RaftResponse::Vote(self.on_vote(api_version, request)?),
            RaftRequest::BeginQuorumEpoch(request) => {
                RaftResponse::BeginQuorumEpoch(self.on_begin_quorum_epoch(api_version, request)?)
            }
            RaftRequest::EndQuorumEpoch(request) => {
                RaftResponse::EndQuorumEpoch(self.on_end_quorum_epoch(api_version, request)?)
            }
            RaftRequest::Fetch(request) => {
                self.on_fetch(token, api_version, request);
                return Ok(());
            }
            RaftRequest::FetchSnapshot(request) => {
                self.on_fetch_snapshot(token, api_version, request);
                return Ok(());
            }
            RaftRequest::AddRaftVoter(_) => return self.on_add_voter(inbound),
            RaftRequest::RemoveRaftVoter(_) => return self.on_remove_voter(inbound),
            RaftRequest::UpdateRaftVoter(request) => {
                RaftResponse::UpdateRaftVoter(self.on_update_voter(request)?)
            }
            RaftRequest::ApiVersions(_) => return Ok(()),
        };
        self.effects.push(Effect::Respond { token, response });
        Ok(())
    }

    /// Gives an answer to the API that asked; one that was not asked, or that is of another API, is dropped.
    fn on_response(&mut self, id: RequestId, response: RaftResponse) -> Result<(), RaftError> {
        let Some((node, asked)) = self.connections.asked(id) else {
            return Ok(());
        };
        self.connections.succeeded(node);
        match (asked, response) {
            (Asked::Vote, RaftResponse::Vote(response)) => self.on_vote_response(node, &response),
            (Asked::BeginQuorumEpoch, RaftResponse::BeginQuorumEpoch(response)) => {
                self.on_begin_quorum_epoch_response(node, &response)
            }
            (Asked::EndQuorumEpoch, RaftResponse::EndQuorumEpoch(response)) => {
                self.on_end_quorum_epoch_response(node, &response)
            }
            (Asked::Fetch, RaftResponse::Fetch(response)) => self.on_fetch_response(node, response),
            (Asked::FetchSnapshot, RaftResponse::FetchSnapshot(response)) => {
                self.on_fetch_snapshot_response(node, response)
            }
            (Asked::UpdateVoter, RaftResponse::UpdateRaftVoter(response)) => {
                self.on_update_voter_response(node, &response)
            }
            (Asked::ApiVersions, RaftResponse::ApiVersions(response)) => {
                self.on_api_versions_response(node, &response)
            }
            // Whether it was made is in the log.
            (Asked::VoterChange, RaftResponse::AddRaftVoter(_) | RaftResponse::RemoveRaftVoter(_)) => Ok(()),
            _ => {
                self.connections.failed(node, self.now.monotonic);
                Ok(())
            }
        }
    }

    fn on_failure(&mut self, id: RequestId, failure: RequestFailure) {
        let Some((node, asked)) = self.connections.asked(id) else {
            return;
        };
        self.connections.failed(node, self.now.monotonic);
        if asked == Asked::ApiVersions {
            self.abandon_add_voter(node);
        }
        if failure == RequestFailure::Disconnected {
            self.on_leader_disconnected(node);
        }
    }

    /// Appends batches that continue the log.
    pub(crate) fn append_to_log(&mut self, records: &Bytes) -> Result<(), LogError> {
        let (batches, size) = scan(records)?;
        if batches.is_empty() {
            return Ok(());
        }
        let voters_at = self.log.voters().latest_offset();
        self.log.check(&batches, self.election.epoch)?;
        for batch in &batches {
            self.log.take(batch);
        }
        let write = self.log.begin_write();
        self.effects.push(Effect::Append {
            write,
            records: records.slice(..size),
        });
        self.announce_voters(voters_at);
        Ok(())
    }

    /// Appends control records of this leader; the offset of the last.
    pub(crate) fn append_controls(&mut self, controls: &[ControlRecord]) -> Result<Offset, RaftError> {
        let stamp = BatchStamp {
            base_offset: self.log.end_offset().offset,
            leader_epoch: self.election.epoch,
            timestamp: self.now.wall,
        };
        let batch = control_batch(stamp, controls)?;
        self.append_to_log(&batch)?;
        Ok(self.log.end_offset().offset.minus(1))
    }

    /// Reports other voters than those whose record stood there.
    pub(crate) fn announce_voters(&mut self, before: Option<Offset>) {
        if self.log.voters().latest_offset() != before {
            self.effects.push(Effect::VotersChanged(self.voters().clone()));
        }
    }

    pub(crate) fn send(&mut self, to: Destination, asked: Asked, request: RaftRequest) {
        let id = self.connections.begin(&to, asked, self.now.monotonic);
        self.effects.push(Effect::Send { id, to, request });
    }

    /// Whether this member may ask for an election; not while a snapshot takes the place of its log.
    ///
    /// A voter that is removed may until it knows that to be committed (Ongaro 2014, §4.2.2): 1. Of the voters 1 and
    /// 2, leader 2 appends its own removal and stops before 1 has it. 2. Voter 1 needs the vote of 2, whose log is
    /// longer. 3. If 2 did not stand, nobody could ever lead.
    pub(crate) fn may_stand(&self) -> bool {
        let voters = self.log.voters();
        let is_open = voters.latest_offset() >= self.high_watermark;
        let was_voter = voters
            .previous()
            .is_some_and(|voters| voters.contains(self.settings.replica));
        self.installing.is_none() && (self.is_voter() || (is_open && was_voter))
    }

    pub(crate) fn is_voter(&self) -> bool {
        self.voters().contains(self.settings.replica)
    }

    /// Where a voter listens.
    pub(crate) fn destination(&self, id: BrokerId) -> Option<Destination> {
        let voter = self.voters().get(id)?;
        let address = self.settings.address(&voter.endpoints)?;
        Some(Destination { id, address })
    }

    pub(crate) fn leader_state(&mut self) -> Option<&mut LeaderState> {
        match &mut self.state {
            EpochState::Leader(leader) => Some(leader),
            _ => None,
        }
    }
}
