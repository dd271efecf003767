//! The metadata quorum: KRaft's consensus as a state machine, events in and effects out (KIP-595, KIP-630, KIP-853,
//! KIP-996).
//!
//! [`Raft`] decides who leads, what is committed, which voters count, when a log is cut and when a snapshot takes its
//! place. It owns no file, socket, clock or thread, and its chance is a seed. Records of metadata pass through it
//! unread; what they mean is `broker-metadata`'s and `broker-controller`'s business.
//!
//! # How a driver uses it
//!
//! ```text
//!   start   flush the log on disk: what a killed process left in the page cache is not on the device yet
//!           LogView::new(configured voters)
//!           LogView::begin_with(the snapshot at which the log on disk begins)        if there is one
//!           LogView::restore(bytes of the log, segment after segment)
//!           LogView::holds(the newest snapshot)?  if not: delete the log, LogView::begin_with(that snapshot)
//!           LogView::keep_snapshot(each newer snapshot)
//!           Raft::new(settings, quorum-state, log view, now)                          ──► effects
//!
//!   loop    next event: request, response or failure, flush, snapshot, tick at deadline()
//!           Raft::step(now, event)                                                    ──► effects
//!           for each effect, in order: do it
//! ```
//!
//! The contract of effects, on which safety rests:
//! 1. They are executed in their order. `PersistQuorumState` is on the device before the next one begins: a vote
//!    that is told and then forgotten can be given twice.
//! 2. `Append` and `Truncate` change the log in their order. `Event::Flushed` is reported when a write, and all before
//!    it, are on the device; never before. A write that fails ends the process: the log is unknown from there on.
//! 3. What is read for `RespondWithRecords` comes from the log as it is after the effects before.
//! 4. `Send` may get lost, be late or arrive twice. Its `Response` is reported at most once; when none can come any
//!    more, `RequestFailed` is, and it says whether the connection broke, because that is how a dead leader is noticed
//!    before the fetch timeout.
//! 5. Records are applied to the image below `HighWatermarkAdvanced` only. A controller acts from
//!    `LeadershipEstablished` on and until `LeaderChanged`.
//!
//! [`Raft::append`] takes the controller's records; they are committed when the high watermark reaches their end while
//! the epoch is still the same.

mod connections;
mod effect;
mod epoch_history;
mod epoch_state;
mod error;
mod event;
mod fetch_purgatory;
mod handler;
mod jitter;
mod log_scan;
mod log_view;
mod poll;
mod raft;
mod replica_key;
mod settings;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod small_world;
mod standing;
mod transition;
mod voter_history;
mod voter_set;

pub use effect::{Destination, Effect, RecordsResponse, SnapshotResponse};
pub use epoch_state::Role;
pub use error::{AppendError, LogError, RaftError};
pub use event::{Event, InboundRequest, RaftRequest, RaftResponse, RequestFailure, RequestId, RequestToken};
pub use log_view::{LogView, Snapshot, WriteId};
pub use raft::{AppendedRecords, Raft};
pub use replica_key::{LeaderAndEpoch, OffsetAndEpoch, ReplicaKey};
pub use settings::{AutoJoin, HostAndPort, RaftSettings, RaftTimeouts};
pub use standing::{QuorumStanding, ReplicaStanding};
pub use voter_history::SnapshotVoters;
pub use voter_set::VoterSet;
