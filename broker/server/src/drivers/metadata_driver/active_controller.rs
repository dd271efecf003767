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

/// Answers with the offsets that they wait for, which never go down.
type Waiting = VecDeque<(Offset, Release)>;

/// The controller of one epoch.
pub(super) struct ActiveController {
    pub(super) controller: QuorumController,
    pub(super) sessions: BrokerSessions,
    pub(super) upkeep: UpkeepSchedule,
    pub(super) epoch: LeaderEpoch,
    until_committed: Waiting,
    until_published: Waiting,
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
            until_committed: VecDeque::new(),
            until_published: VecDeque::new(),
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
        match after {
            After::Commit => self.until_committed.push_back((end, release)),
            After::Publication => self.until_published.push_back((end, release)),
        }
    }

    /// Takes the answers out that the commit releases.
    pub(super) fn committed(&mut self, high_watermark: Offset) -> Vec<Release> {
        due(&mut self.until_committed, high_watermark)
    }

    /// Takes the answers out that are given when the image holds everything before `end`.
    pub(super) fn published_with(&mut self, end: Offset) -> Vec<Release> {
        due(&mut self.until_published, end)
    }

    /// Tells everybody who waits that this node does not lead any more.
    pub(super) fn dismiss(self) {
        for (_, release) in self.until_committed.into_iter().chain(self.until_published) {
            release(Settled::Lost);
        }
    }
}

fn due(waiting: &mut Waiting, end: Offset) -> Vec<Release> {
    std::iter::from_fn(|| waiting.pop_front_if(|(until, _)| *until <= end))
        .map(|(_, release)| release)
        .collect()
}
