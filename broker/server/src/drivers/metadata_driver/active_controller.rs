//! The controller while this node leads, and the answers that wait for their records to be committed.
//!
//! Invariant: its image is that of the whole log, committed or not; whatever it answers is released when the high
//! watermark has passed what it was decided on, and never if this node stops leading before.

use std::collections::VecDeque;

use broker_controller::{BrokerSessions, QuorumController, UpkeepSchedule};
use broker_metadata::MetadataRecord;
use broker_model::{LeaderEpoch, MonotonicMs, Offset};

/// What became of a decision.
#[derive(Debug)]
pub(super) enum Settled {
    /// Its records are committed, and with them all that it was decided on.
    Committed,
    /// This node leads no longer; another one may commit the records or cut them off.
    Lost,
    /// The records could not be written.
    NotWritten(String),
}

/// Tells whoever asked.
pub(super) type Release = Box<dyn FnOnce(Settled) + Send>;

/// A decision that was made and is not written yet.
pub(super) struct Decided {
    pub(super) records: Vec<MetadataRecord>,
    pub(super) release: Release,
}

/// When an answer may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// When the records are committed: it changed nothing.
    Commit,
    /// When they are in this node's image, too.
    Publication,
}

struct Waiting {
    end: Offset,
    after: After,
    release: Release,
}

/// The controller of one epoch.
pub(super) struct ActiveController {
    pub(super) controller: QuorumController,
    pub(super) sessions: BrokerSessions,
    pub(super) upkeep: UpkeepSchedule,
    pub(super) epoch: LeaderEpoch,
    waiting: VecDeque<Waiting>,
}

impl ActiveController {
    pub(super) fn new(
        controller: QuorumController,
        sessions: BrokerSessions,
        upkeep: UpkeepSchedule,
        epoch: LeaderEpoch,
    ) -> Self {
        Self {
            controller,
            sessions,
            upkeep,
            epoch,
            waiting: VecDeque::new(),
        }
    }

    /// When it has something to do unasked.
    pub(super) fn next_deadline(&self) -> MonotonicMs {
        let upkeep = self.upkeep.next_deadline();
        self.sessions
            .next_expiry()
            .map_or(upkeep, |expiry| expiry.min(upkeep))
    }

    /// Keeps an answer until everything before `end` is committed.
    pub(super) fn hold(&mut self, end: Offset, after: After, release: Release) {
        self.waiting.push_back(Waiting { end, after, release });
    }

    /// Takes the answers out that the commit releases.
    pub(super) fn committed(&mut self, high_watermark: Offset) -> Vec<Release> {
        let (due, rest): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|waiting| waiting.after == After::Commit && waiting.end <= high_watermark);
        self.waiting = rest;
        due.into_iter().map(|waiting| waiting.release).collect()
    }

    /// Takes the answers out that are given when the image holds everything before `end`.
    pub(super) fn published_with(&mut self, end: Offset) -> Vec<Release> {
        let mut due = Vec::new();
        while let Some(waiting) = self
            .waiting
            .pop_front_if(|waiting| waiting.after == After::Publication && waiting.end <= end)
        {
            due.push(waiting.release);
        }
        due
    }

    /// Tells everybody who waits that this node does not lead any more.
    pub(super) fn dismiss(self) {
        for waiting in self.waiting {
            (waiting.release)(Settled::Lost);
        }
    }
}
