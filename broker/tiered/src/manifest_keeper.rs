//! How a leader comes to own a partition's manifest, changes it, and learns that it does not own it any more.
//!
//! ```text
//!              begin                    read: older writer             put done
//!   (leader) ────────► Reading ───────────────────────► Writing ─────────────────────► Held ──► change ─► Writing
//!                        │ ▲                              │  ▲                           
//!        newer writer    │ └──── try again ── failed      │  └ read: not ours, same as before (put again)
//!            ▼           │                                ▼
//!          Lost ◄────────┴──────────────────────────── Checking  (the answer was lost, or said "somebody else won")
//! ```
//!
//! A new leader takes the manifest by writing it with its own epoch, on the condition that it is as it was read. From
//! then on the condition of every older leader's write fails. Invariants: while an epoch holds the manifest no older
//! one changes it; a change is told as done only after it is in the bucket. An answer that was lost is never guessed:
//! the object is read back, and the nonce says whose write it is. A write that is repeated repeats its bytes, so that
//! one that was only late changes nothing.

use std::sync::Arc;

use broker_model::{BrokerId, LeaderEpoch, LogStartOffset, Timestamp, Uuid};

use crate::lineage::Lineage;
use crate::manifest::{Manifest, ManifestWriter};
use crate::object_key::RemotePartition;

/// What a store calls one state of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(pub String);

/// Under which condition an object is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutCondition {
    /// There is none.
    Absent,
    /// It is as it was read.
    Unchanged(ETag),
}

/// What a store answered to a GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestRead {
    /// The manifest.
    Found(Box<Manifest>, ETag),
    /// There is none.
    Absent,
    /// The store did not answer, with an error that may pass, or with something that is no manifest.
    Failed,
}

/// What a store answered to a conditional PUT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestPut {
    /// It is written.
    Done(ETag),
    /// The condition did not hold. A retry inside the store's client may have met its own first try.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeeperEvent {
    /// Answer to [`KeeperEffect::Read`].
    Read(ManifestRead),
    /// Answer to [`KeeperEffect::Put`].
    Put(ManifestPut),
    /// What [`KeeperEffect::Pause`] asked for is over.
    Resume,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeeperEffect {
    /// Read the manifest; answered by [`KeeperEvent::Read`].
    Read,
    /// Write it; answered by [`KeeperEvent::Put`].
    Put(Box<Manifest>, PutCondition),
    /// Wait as long as the retry budget says; answered by [`KeeperEvent::Resume`].
    Pause,
    /// The manifest is gone though it must be there: say so, wait as for [`KeeperEffect::Pause`], and look again.
    Missing,
    /// The manifest is as [`ManifestKeeper::held`] says now.
    Settled,
    /// Another leader owns it; nothing may be copied or deleted any more.
    Lost(LostTo),
}

/// Who owns a manifest instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostTo {
    /// Its last writer.
    pub writer: ManifestWriter,
}

/// What is written, and what it replaces.
#[derive(Clone, Debug)]
struct Writing {
    next: Manifest,
    condition: PutCondition,
    /// Writer of what it replaces; `None` when there was nothing.
    before: Option<ManifestWriter>,
}

#[derive(Clone, Debug)]
enum State {
    Reading,
    Writing(Box<Writing>),
    /// Reading back after a write whose answer says nothing.
    Checking(Box<Writing>),
    Held(Arc<Manifest>, ETag),
    Lost,
}

/// What a keeper knows of its leader.
#[derive(Clone, Debug)]
pub struct Leadership {
    /// The partition.
    pub partition: RemotePartition,
    /// This broker.
    pub broker: BrokerId,
    /// Its epoch as leader.
    pub epoch: LeaderEpoch,
    /// Where its log starts, for a partition that has no manifest yet.
    pub log_start: LogStartOffset,
    /// Its history.
    pub lineage: Lineage,
    /// What its log says about the remote tier.
    pub remote: RemoteExpectation,
}

/// What a leader's log says about the remote tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteExpectation {
    /// Everything is local: there may be no manifest yet.
    MayBeEmpty,
    /// The log starts before its local part does: a manifest that is missing was deleted by hand, and an empty one in
    /// its place would give up what it named.
    HoldsSegments,
}

/// Owns the manifest of one partition while this broker leads it.
#[derive(Clone, Debug)]
pub struct ManifestKeeper {
    leadership: Leadership,
    state: State,
}

/// Chance and time of a step.
#[derive(Clone, Copy, Debug)]
pub struct StepContext {
    /// Never given twice.
    pub nonce: Uuid,
    /// The wall clock.
    pub now: Timestamp,
}

impl ManifestKeeper {
    /// Of a broker that begins to lead.
    pub fn begin(leadership: Leadership) -> (Self, KeeperEffect) {
        let keeper = Self {
            leadership,
            state: State::Reading,
        };
        (keeper, KeeperEffect::Read)
    }

    /// The manifest, while it is owned and no change of it is under way.
    pub fn held(&self) -> Option<&Arc<Manifest>> {
        match &self.state {
            State::Held(manifest, _) => Some(manifest),
            _ => None,
        }
    }

    /// Takes an answer of the store.
    pub fn step(&mut self, event: KeeperEvent, context: StepContext) -> Option<KeeperEffect> {
        let state = std::mem::replace(&mut self.state, State::Reading);
        let (state, effect) = match (state, event) {
            (State::Reading, KeeperEvent::Read(read)) => self.take(read, context),
            (State::Writing(writing), KeeperEvent::Put(ManifestPut::Done(etag))) => settle(*writing, etag),
            (State::Writing(writing), KeeperEvent::Put(ManifestPut::Refused | ManifestPut::Unknown)) => {
                (State::Checking(writing), Some(KeeperEffect::Read))
            }
            (State::Checking(writing), KeeperEvent::Read(read)) => self.read_back(writing, read),
            (state @ (State::Reading | State::Checking(_)), KeeperEvent::Resume) => {
                (state, Some(KeeperEffect::Read))
            }
            // An answer to what was asked before this state; it says nothing about now.
            (state, _) => (state, None),
        };
        self.state = state;
        effect
    }

    /// Changes the manifest. Nothing happens unless it is held and the change changes something.
    pub fn change(
        &mut self,
        context: StepContext,
        change: impl FnOnce(&mut Manifest, Timestamp),
    ) -> Option<KeeperEffect> {
        let State::Held(manifest, etag) = &self.state else {
            return None;
        };
        let mut next = (**manifest).clone();
        change(&mut next, context.now);
        if next == **manifest {
            return None;
        }
        let before = Some(manifest.writer);
        let condition = PutCondition::Unchanged(etag.clone());
        let (state, effect) = self.write(next, condition, before, context);
        self.state = state;
        effect
    }

    /// Takes over what was read, unless a later leader wrote it.
    fn take(&self, read: ManifestRead, context: StepContext) -> (State, Option<KeeperEffect>) {
        let own = &self.leadership;
        match read {
            ManifestRead::Failed => (State::Reading, Some(KeeperEffect::Pause)),
            ManifestRead::Absent if own.remote == RemoteExpectation::HoldsSegments => {
                (State::Reading, Some(KeeperEffect::Missing))
            }
            ManifestRead::Absent => {
                let writer = self.writer(context.nonce);
                let next = Manifest::empty(own.partition.clone(), writer, own.log_start);
                self.write(next, PutCondition::Absent, None, context)
            }
            ManifestRead::Found(found, _) if found.writer.epoch > own.epoch => lost(found.writer),
            ManifestRead::Found(mut found, etag) => {
                let before = Some(found.writer);
                found.cut_to(&own.lineage, context.now);
                self.write(*found, PutCondition::Unchanged(etag), before, context)
            }
        }
    }

    /// Learns whether a write happened whose answer said nothing.
    fn read_back(&self, writing: Box<Writing>, read: ManifestRead) -> (State, Option<KeeperEffect>) {
        let (writer, etag) = match read {
            ManifestRead::Failed => return (State::Checking(writing), Some(KeeperEffect::Pause)),
            // Deleted by hand: what this leader knows is all that is known.
            ManifestRead::Absent => {
                let condition = PutCondition::Absent;
                return put(Box::new(Writing {
                    condition,
                    before: None,
                    ..*writing
                }));
            }
            ManifestRead::Found(found, etag) => (found.writer, etag),
        };
        if writer.nonce == writing.next.writer.nonce {
            settle(*writing, etag)
        } else if Some(writer) == writing.before {
            put(writing)
        } else if writer.epoch >= self.leadership.epoch {
            lost(writer)
        } else {
            // An older leader was faster than this one's first write: from the start.
            (State::Reading, Some(KeeperEffect::Read))
        }
    }

    fn write(
        &self,
        mut next: Manifest,
        condition: PutCondition,
        before: Option<ManifestWriter>,
        context: StepContext,
    ) -> (State, Option<KeeperEffect>) {
        next.writer = self.writer(context.nonce);
        put(Box::new(Writing {
            next,
            condition,
            before,
        }))
    }

    fn writer(&self, nonce: Uuid) -> ManifestWriter {
        ManifestWriter {
            broker: self.leadership.broker,
            epoch: self.leadership.epoch,
            nonce,
        }
    }
}

fn put(writing: Box<Writing>) -> (State, Option<KeeperEffect>) {
    let effect = KeeperEffect::Put(Box::new(writing.next.clone()), writing.condition.clone());
    (State::Writing(writing), Some(effect))
}

fn settle(writing: Writing, etag: ETag) -> (State, Option<KeeperEffect>) {
    (
        State::Held(Arc::new(writing.next), etag),
        Some(KeeperEffect::Settled),
    )
}

fn lost(writer: ManifestWriter) -> (State, Option<KeeperEffect>) {
    (State::Lost, Some(KeeperEffect::Lost(LostTo { writer })))
}

#[cfg(test)]
mod tests;
