//! What is done about the folders of topics that are deleted, until nothing lies there (ADR 15).
//!
//! A topic's leader deletes its objects when it hears of the deletion. It may be down then, or its store; its disks may be
//! lost, or it copies without having heard. So every deleted topic stays marked in the metadata, and the living broker with
//! the smallest number looks after its folder:
//!
//! ```text
//!  marked ── a moment for its leader ──► list ──► segments? delete them ─┐
//!                                         ▲ │ ──► manifests? delete them ┤
//!                                         └─┼──────────────────────────-─┘
//!                                           └───► nothing, and nothing for a grace: take the mark back
//! ```
//!
//! Owns when which folder is looked at next. Invariants: only folders of marked topics are looked at, which is positive
//! knowledge that the topic was deleted; that the metadata do not have a topic is never enough. Nothing is deleted that
//! is no segment or manifest of that topic. A mark is taken back only after a listing that found nothing, a grace after
//! anything was known to lie there: what a leader that heard late uploads in that time goes, too. Everything may be done
//! twice, by two brokers or after a restart, and goes on where it was.

use std::collections::{BTreeMap, BTreeSet};

use broker_model::{MonotonicMs, TopicId};

use crate::object_key::{ObjectKind, RemoteObject};
use crate::retry_budget::{RetryBudget, RetryLimits};

/// A topic's leader has this long before anybody else looks.
const LEADER_FIRST_MS: u64 = 60_000;

/// How long what takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletedTopicsSettings {
    /// `remote.log.manager.task.interval.ms`.
    pub look_ms: u64,
    /// `eddyline.remote.orphan.grace.ms`: longer than any upload takes.
    pub grace_ms: u64,
    /// `remote.log.manager.task.retry.backoff.*`.
    pub retry: RetryLimits,
}

/// Whether it is this broker that looks after the folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// It is.
    Sweeps,
    /// Another one does.
    Rests,
}

/// What the metadata say, with time and chance of a step.
#[derive(Clone, Debug)]
pub struct DeletedTopicsFacts {
    /// Topics that are marked as deleted and are not there.
    pub deleted: BTreeSet<TopicId>,
    /// Whose turn it is.
    pub duty: Duty,
    /// The clock.
    pub now: MonotonicMs,
    /// Any number.
    pub chance: u32,
}

/// What is wanted next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletedTopicsEffect {
    /// List some objects of a topic's folder; [`DeletedTopicsEvent::Listed`] or `Failed`.
    List(TopicId),
    /// Delete them; `Done` or `Failed`.
    Delete(Vec<RemoteObject>),
    /// Take the mark back: nothing is left; `Done` or `Failed`.
    Forget(TopicId),
    /// Wait so many ms; `Woken`.
    Rest(u64),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletedTopicsEvent {
    /// Objects of the folder: all, or as many as are taken at a time. Empty only if there is none.
    Listed(Vec<RemoteObject>),
    /// It is done.
    Done,
    /// It could not be done now.
    Failed,
    /// The wait is over.
    Woken,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    /// Since when nothing is known to have been there.
    quiet_since: MonotonicMs,
    look_at: MonotonicMs,
}

/// What an answer is awaited for.
#[derive(Clone, Copy, Debug)]
enum State {
    Resting,
    Listing(TopicId),
    Deleting(TopicId),
    Forgetting(TopicId),
}

/// The folders of deleted topics, as one broker looks after them.
#[derive(Clone, Debug)]
pub struct DeletedTopics {
    settings: DeletedTopicsSettings,
    known: BTreeMap<TopicId, Known>,
    budget: RetryBudget,
    state: State,
}

impl DeletedTopics {
    /// Knows of none yet; begins with [`DeletedTopicsEvent::Woken`].
    pub fn new(settings: DeletedTopicsSettings) -> Self {
        Self {
            settings,
            known: BTreeMap::new(),
            budget: RetryBudget::new(settings.retry),
            state: State::Resting,
        }
    }

    /// Takes the answer to what was wanted; what is wanted next.
    pub fn step(&mut self, event: DeletedTopicsEvent, facts: &DeletedTopicsFacts) -> DeletedTopicsEffect {
        self.learn(facts);
        let state = std::mem::replace(&mut self.state, State::Resting);
        let now = facts.now;
        match (state, event) {
            (State::Listing(topic), DeletedTopicsEvent::Listed(found)) => {
                self.budget.succeeded();
                self.listed(topic, found, facts)
            }
            // What was deleted may have been a part of it.
            (State::Deleting(topic), DeletedTopicsEvent::Done) => {
                self.look_at(topic, now);
                self.next(facts)
            }
            // The image says so soon; until then it is not asked again.
            (State::Forgetting(topic), DeletedTopicsEvent::Done) => {
                self.look_at(
                    topic,
                    now.plus_ms(self.settings.grace_ms.max(self.settings.look_ms)),
                );
                self.next(facts)
            }
            (
                State::Listing(topic) | State::Deleting(topic) | State::Forgetting(topic),
                DeletedTopicsEvent::Failed,
            ) => {
                let pause = self.budget.failed(facts.chance);
                self.look_at(topic, now.plus_ms(pause));
                DeletedTopicsEffect::Rest(pause)
            }
            _ => self.next(facts),
        }
    }

    /// Takes over which topics are marked.
    fn learn(&mut self, facts: &DeletedTopicsFacts) {
        self.known.retain(|topic, _| facts.deleted.contains(topic));
        let leader_first = self.settings.grace_ms.min(LEADER_FIRST_MS);
        for topic in &facts.deleted {
            self.known.entry(*topic).or_insert(Known {
                quiet_since: facts.now,
                look_at: facts.now.plus_ms(leader_first),
            });
        }
    }

    fn look_at(&mut self, topic: TopicId, at: MonotonicMs) {
        if let Some(known) = self.known.get_mut(&topic) {
            known.look_at = at;
        }
    }

    fn listed(
        &mut self,
        topic: TopicId,
        found: Vec<RemoteObject>,
        facts: &DeletedTopicsFacts,
    ) -> DeletedTopicsEffect {
        let (Duty::Sweeps, Some(known)) = (facts.duty, self.known.get_mut(&topic)) else {
            return self.next(facts);
        };
        let due = deletable(topic, found);
        if !due.is_empty() {
            known.quiet_since = facts.now;
            self.state = State::Deleting(topic);
            return DeletedTopicsEffect::Delete(due);
        }
        let forget_at = known.quiet_since.plus_ms(self.settings.grace_ms);
        if facts.now < forget_at {
            known.look_at = forget_at;
            return self.next(facts);
        }
        self.state = State::Forgetting(topic);
        DeletedTopicsEffect::Forget(topic)
    }

    /// The folder that waits the longest, or a rest.
    fn next(&mut self, facts: &DeletedTopicsFacts) -> DeletedTopicsEffect {
        let look_ms = self.settings.look_ms.max(1);
        let first = self.known.iter().min_by_key(|(_, known)| known.look_at);
        let Some((topic, known)) = first.filter(|_| facts.duty == Duty::Sweeps) else {
            return DeletedTopicsEffect::Rest(look_ms);
        };
        if known.look_at > facts.now {
            let wait = known.look_at.since_ms(facts.now);
            return DeletedTopicsEffect::Rest(wait.min(look_ms));
        }
        self.state = State::Listing(*topic);
        DeletedTopicsEffect::List(*topic)
    }
}

/// What goes next of a folder: segments, and manifests when there is none, so that what is left explains itself.
fn deletable(topic: TopicId, found: Vec<RemoteObject>) -> Vec<RemoteObject> {
    let its = found
        .into_iter()
        .filter(|object| object.partition.topic_id == topic);
    let is_segment = |object: &RemoteObject| matches!(object.kind, ObjectKind::Segment(_));
    let (segments, manifests): (Vec<_>, Vec<_>) = its.partition(is_segment);
    match segments.is_empty() {
        true => manifests,
        false => segments,
    }
}

#[cfg(test)]
mod tests;
