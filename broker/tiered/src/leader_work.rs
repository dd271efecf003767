//! What the leader of a tiered partition does in its epoch, one thing after the other.
//!
//! ```text
//!  take the manifest over ─► move the starts ─► copy what is closed ─► delete what left ─► sweep, if there is a reason ─► rest
//!                                ▲                                                                                         │
//!                                └─────────────────────────────────────────────────────────────────────────────────────────┘
//!  the topic is deleted, or tiered no more:  empty the manifest ─► delete its objects ─► delete it ─► over
//! ```
//!
//! One thing at a time is wanted, and its answer leads to the next; who carries it out decides nothing. Owns the keeper
//! of the manifest, the pauses between failures, and when the folder is listed. Invariants: the log's start moves before
//! the manifest's, so that no reader is sent where nothing is; readers and the log are shown what was written only; an
//! object is deleted only after the manifest that does not name it any more was written, and a manifest only while it is
//! this epoch's; nothing is given up for a failure, it is tried again. Whether an epoch is still this broker's is known to who carries it out: it stops asking.

mod facts;

use std::sync::Arc;

use broker_model::{LogStartOffset, Offset, Timestamp, Uuid};

pub use facts::{LogFacts, orders_for};

use crate::ManifestError;
use crate::copy_plan::{CopyIdle, CopyTask, CopyVerdict, Copying};
use crate::manifest::{Manifest, ManifestWriter};
use crate::manifest_keeper::{
    KeeperEffect, KeeperEvent, Leadership, ManifestKeeper, ManifestPut, ManifestRead, PutCondition,
    RemoteExpectation, StepContext,
};
use crate::object_key::SegmentKey;
use crate::remote_segment::RemoteLogSegmentMetadata;
use crate::retention::deletable;
use crate::retry_budget::{RetryBudget, RetryLimits};
use crate::sweep::{ListedObject, SweepVerdict, sweep};

/// How soon it is looked again when the next segment waits for followers or a transaction.
const UNSTABLE_RETRY_MS: u64 = 1_000;
/// How soon at least a folder is listed again in which something is too young to tell whether it is an orphan.
const SWEEP_AGAIN_MS: u64 = 1_000;

/// Why the work goes on or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orders {
    /// Copy, delete by retention, publish.
    Tier,
    /// Delete everything that is remote, then end.
    GiveUpRemote,
    /// End.
    End,
}

/// How long what takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkSettings {
    /// `remote.log.manager.task.interval.ms`.
    pub task_interval_ms: u64,
    /// `remote.log.manager.task.retry.backoff.*`.
    pub retry: RetryLimits,
    /// `eddyline.remote.reader.grace.ms`.
    pub reader_grace_ms: u64,
    /// `eddyline.remote.orphan.grace.ms`.
    pub orphan_grace_ms: u64,
}

/// Orders, time and chance of a step.
#[derive(Clone, Copy, Debug)]
pub struct WorkContext {
    /// The orders of now.
    pub orders: Orders,
    /// `eddyline.remote.copy.paused`.
    pub copying: Copying,
    /// Never given twice.
    pub nonce: Uuid,
    /// The wall clock.
    pub now: Timestamp,
    /// The wall clock as far as it is believed when something is removed.
    pub now_for_removal: Timestamp,
    /// Any number.
    pub chance: u32,
}

/// What is wanted next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkEffect {
    /// Read the manifest; answered by [`WorkEvent::Read`].
    ReadManifest,
    /// Write it; answered by [`WorkEvent::Put`].
    PutManifest(Box<Manifest>, PutCondition),
    /// Show it to readers, and tell the log where the remote part ends; [`WorkEvent::Done`].
    Publish(Arc<Manifest>),
    /// Look at the log; [`WorkEvent::Log`] or [`WorkEvent::NotLed`].
    Look,
    /// Move the start of the log as far as its high watermark allows; [`WorkEvent::Started`], `Failed` or `NotLed`.
    MoveStart(LogStartOffset),
    /// Copy the segment into an object; [`WorkEvent::Copied`], `Gone`, `Failed` or `NotLed`.
    Copy(CopyTask),
    /// Delete an object; `Done` or `Failed`.
    Delete(SegmentKey),
    /// List the partition's folder; [`WorkEvent::Listed`] or `Failed`.
    List,
    /// Let the log begin with its local part; `Done`.
    BeginLocally,
    /// Tell the log that nothing of it is remote; `Done`.
    ForgetRemote,
    /// Delete the manifest; `Done` or `Failed`.
    DeleteManifest,
    /// Wait; [`WorkEvent::Woken`].
    Rest(Rest),
    /// Show readers nothing more, and wait for other orders than to tier; `Woken`.
    AwaitOrders,
    /// Nothing more, ever.
    Over,
}

/// A time in which nothing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// So many ms, unless there is work or another order.
    UntilWork(u64),
    /// So many ms, because the store failed; only [`Orders::End`] ends it before.
    AfterFailure(u64),
}

/// What happened.
#[derive(Clone, Debug)]
pub enum WorkEvent {
    /// The manifest, as the store has it.
    Read(ManifestRead),
    /// What the store says of a write of the manifest.
    Put(ManifestPut),
    /// It is done.
    Done,
    /// It could not be done now.
    Failed,
    /// The log is gone or led elsewhere, or in another epoch.
    NotLed,
    /// The local segment is gone.
    Gone,
    /// The log as it is.
    Log(Box<LogFacts>),
    /// Where the log starts now.
    Started(LogStartOffset),
    /// What the object holds.
    Copied(Box<RemoteLogSegmentMetadata>),
    /// What lies in the folder.
    Listed(Vec<ListedObject>),
    /// The wait is over.
    Woken,
}

/// What an operator is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The manifest is gone though the log begins in the remote tier.
    ManifestMissing,
    /// Another leader owns the manifest.
    Lost(ManifestWriter),
    /// The offsets between both are nowhere.
    Gap {
        /// Where the remote part ends.
        remote_end: Offset,
        /// Where the local one begins.
        local_start: Offset,
    },
    /// The manifest does not take a copy.
    CopyRefused(ManifestError),
    /// So many objects that nothing names are deleted.
    Orphans(usize),
    /// The manifest names nothing beside so many segments of earlier leaders.
    Doubtful(usize),
}

/// What follows once the manifest is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Begin,
    Copy,
    Sweep,
    Fail,
    Rest,
    Forget,
}

/// What an answer is awaited for.
#[derive(Clone, Debug)]
enum State {
    Keeping(Then),
    Pausing(Then),
    /// Until the manifest is looked for again that should be there.
    Missing,
    Publishing(Then),
    LookingForStart,
    MovingStart,
    LookingForCopies,
    Copying,
    Deleting {
        due: Vec<SegmentKey>,
        done: usize,
    },
    Listing,
    BeginningLocally,
    Forgetting,
    DeletingAll(Vec<SegmentKey>),
    ListingAll,
    DeletingUnnamed(Vec<SegmentKey>),
    ReadingOwn,
    DeletingManifest,
    Resting,
    /// Nothing is left of the partition.
    GivenUp,
    Over,
}

/// The work of one leader epoch.
#[derive(Clone, Debug)]
pub struct LeaderWork {
    leadership: Leadership,
    keeper: ManifestKeeper,
    settings: WorkSettings,
    budget: RetryBudget,
    state: State,
    /// When the folder is listed next; none while nothing gives a reason.
    sweep_at: Option<Timestamp>,
    /// How long nothing is to be copied.
    idle_ms: u64,
    notices: Vec<Notice>,
}

impl LeaderWork {
    /// Begins to lead. Who only deletes expects nothing to be there.
    pub fn begin(
        mut leadership: Leadership,
        settings: WorkSettings,
        context: &WorkContext,
    ) -> (Self, WorkEffect) {
        if context.orders == Orders::GiveUpRemote {
            leadership.remote = RemoteExpectation::MayBeEmpty;
        }
        let (keeper, effect) = ManifestKeeper::begin(leadership.clone());
        let mut work = Self {
            leadership,
            keeper,
            settings,
            budget: RetryBudget::new(settings.retry),
            state: State::Over,
            // Whoever led before may have left an upload behind.
            sweep_at: Some(after(context.now, settings.orphan_grace_ms)),
            idle_ms: settings.task_interval_ms,
            notices: Vec::new(),
        };
        let effect = work.keep(Some(effect), Then::Begin, context);
        (work, effect)
    }

    /// What an operator is to be told, once.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Whether it is over because nothing is left. Should the topic be tiered again in this epoch, the work begins anew.
    pub fn has_given_up(&self) -> bool {
        matches!(self.state, State::GivenUp)
    }

    /// Takes the answer to what was wanted; what is wanted next.
    pub fn step(&mut self, event: WorkEvent, context: &WorkContext) -> WorkEffect {
        let state = std::mem::replace(&mut self.state, State::Over);
        match (state, event) {
            (State::Over, _) => WorkEffect::Over,
            (State::Keeping(then), WorkEvent::Read(read)) => {
                self.tell(KeeperEvent::Read(read), then, context)
            }
            (State::Keeping(then), WorkEvent::Put(put)) => self.tell(KeeperEvent::Put(put), then, context),
            (State::Pausing(_) | State::Missing, WorkEvent::Woken) if context.orders == Orders::End => {
                WorkEffect::Over
            }
            (State::Missing, WorkEvent::Woken) if context.orders == Orders::GiveUpRemote => {
                self.begin_to_give_up(context)
            }
            (State::Missing, WorkEvent::Woken) => self.tell(KeeperEvent::Resume, Then::Begin, context),
            (State::Pausing(then), WorkEvent::Woken) => self.tell(KeeperEvent::Resume, then, context),
            (State::Publishing(then), WorkEvent::Done) => self.go_on(then, context),
            (_, WorkEvent::NotLed) => self.await_orders(context),
            (State::LookingForStart, WorkEvent::Log(facts)) => self.move_start(&facts, context),
            (State::MovingStart, WorkEvent::Started(start)) => {
                let moved = |manifest: &mut Manifest, now| manifest.start_at(start, now);
                self.change(moved, Then::Copy, context)
            }
            (State::MovingStart, WorkEvent::Failed) => self.look_for_copies(context),
            (State::LookingForCopies, WorkEvent::Log(facts)) => self.copy_next(&facts, context),
            (State::Copying, WorkEvent::Copied(segment)) => self.name_copy(*segment, context),
            (State::Copying, WorkEvent::Gone) => self.look_for_copies(context),
            (State::Copying, WorkEvent::Failed) => self.copy_failed(context),
            (State::Deleting { due, done }, WorkEvent::Done) => self.delete_next(due, done + 1, context),
            (State::Deleting { due, done }, WorkEvent::Failed) => {
                let forgotten = |manifest: &mut Manifest, _| manifest.forget(&due[..done]);
                self.change(forgotten, Then::Fail, context)
            }
            (State::Listing, WorkEvent::Listed(listed)) => self.swept(&listed, context),
            (State::Listing, WorkEvent::Failed) => self.rest(context),
            (State::BeginningLocally, WorkEvent::Done) => {
                self.change(Manifest::empty_out, Then::Forget, context)
            }
            (State::Forgetting, WorkEvent::Done) => self.delete_all(),
            (State::DeletingAll(left), WorkEvent::Done) => self.delete_all_of(left),
            (State::ListingAll, WorkEvent::Listed(listed)) => self.delete_unnamed(&listed),
            (State::DeletingUnnamed(left), WorkEvent::Done) => self.delete_rest(left),
            (State::ReadingOwn, WorkEvent::Read(read)) => self.delete_own(read, context),
            (State::DeletingManifest, WorkEvent::Done) => self.wait(State::GivenUp, WorkEffect::Over),
            (
                State::DeletingAll(_)
                | State::ListingAll
                | State::DeletingUnnamed(_)
                | State::DeletingManifest,
                WorkEvent::Failed,
            ) => self.fail(context),
            // The end of a rest; and to look anew is right after any other answer.
            _ => self.begin_pass(context),
        }
    }

    fn begin_pass(&mut self, context: &WorkContext) -> WorkEffect {
        if self.keeper.held().is_none() {
            return WorkEffect::Over;
        }
        let (state, effect) = match context.orders {
            Orders::Tier => (State::LookingForStart, WorkEffect::Look),
            Orders::GiveUpRemote => (State::BeginningLocally, WorkEffect::BeginLocally),
            Orders::End => (State::Over, WorkEffect::Over),
        };
        self.wait(state, effect)
    }

    fn wait(&mut self, state: State, effect: WorkEffect) -> WorkEffect {
        self.state = state;
        effect
    }

    /// The log is gone or led elsewhere before the orders say so: when the topic was deleted, they say what is left.
    fn await_orders(&mut self, context: &WorkContext) -> WorkEffect {
        match context.orders {
            Orders::Tier => self.wait(State::Resting, WorkEffect::AwaitOrders),
            _ => self.begin_pass(context),
        }
    }

    fn tell(&mut self, event: KeeperEvent, then: Then, context: &WorkContext) -> WorkEffect {
        let effect = self.keeper.step(event, step_context(context));
        self.keep(effect, then, context)
    }

    fn change(
        &mut self,
        change: impl FnOnce(&mut Manifest, Timestamp),
        then: Then,
        context: &WorkContext,
    ) -> WorkEffect {
        let effect = self.keeper.change(step_context(context), change);
        self.keep(effect, then, context)
    }

    fn keep(&mut self, effect: Option<KeeperEffect>, then: Then, context: &WorkContext) -> WorkEffect {
        match effect {
            Some(KeeperEffect::Read) => self.wait(State::Keeping(then), WorkEffect::ReadManifest),
            Some(KeeperEffect::Put(manifest, condition)) => {
                let put = WorkEffect::PutManifest(manifest, condition);
                self.wait(State::Keeping(then), put)
            }
            Some(KeeperEffect::Pause) => self.pause(State::Pausing(then), context),
            Some(KeeperEffect::Missing) => {
                self.notices.push(Notice::ManifestMissing);
                self.pause(State::Missing, context)
            }
            Some(KeeperEffect::Lost(to)) => {
                self.notices.push(Notice::Lost(to.writer));
                WorkEffect::Over
            }
            Some(KeeperEffect::Settled) => {
                self.budget.succeeded();
                match self.keeper.held().cloned() {
                    Some(held) => self.wait(State::Publishing(then), WorkEffect::Publish(held)),
                    None => WorkEffect::Over,
                }
            }
            None => self.go_on(then, context),
        }
    }

    fn go_on(&mut self, then: Then, context: &WorkContext) -> WorkEffect {
        match then {
            Then::Begin => self.begin_pass(context),
            Then::Copy => self.look_for_copies(context),
            Then::Sweep => self.sweep_if_due(context),
            Then::Fail => self.fail(context),
            Then::Rest => self.rest(context),
            Then::Forget => self.wait(State::Forgetting, WorkEffect::ForgetRemote),
        }
    }

    /// Waits as long as failures in a row ask for.
    fn pause(&mut self, state: State, context: &WorkContext) -> WorkEffect {
        let pause = self.budget.failed(context.chance);
        self.wait(state, WorkEffect::Rest(Rest::AfterFailure(pause)))
    }

    fn fail(&mut self, context: &WorkContext) -> WorkEffect {
        self.pause(State::Resting, context)
    }

    fn rest(&mut self, context: &WorkContext) -> WorkEffect {
        match context.orders {
            Orders::Tier => {
                let rest = Rest::UntilWork(self.idle_ms);
                self.wait(State::Resting, WorkEffect::Rest(rest))
            }
            _ => self.begin_pass(context),
        }
    }

    /// Brings both starts together and moves them over what retention lets go.
    fn move_start(&mut self, facts: &LogFacts, context: &WorkContext) -> WorkEffect {
        let Some(manifest) = self.keeper.held() else {
            return WorkEffect::Over;
        };
        let start = facts.wanted_start(manifest, context.now_for_removal);
        self.wait(State::MovingStart, WorkEffect::MoveStart(start))
    }

    fn look_for_copies(&mut self, context: &WorkContext) -> WorkEffect {
        match context.orders {
            Orders::Tier => self.wait(State::LookingForCopies, WorkEffect::Look),
            _ => self.begin_pass(context),
        }
    }

    fn copy_next(&mut self, facts: &LogFacts, context: &WorkContext) -> WorkEffect {
        let Some(manifest) = self.keeper.held() else {
            return WorkEffect::Over;
        };
        let idle = match facts.next_copy(manifest.remote_end(), context.copying, context.now) {
            CopyVerdict::Copy(task) => return self.wait(State::Copying, WorkEffect::Copy(task)),
            CopyVerdict::Nothing(idle) => idle,
        };
        self.idle_ms = self.settings.task_interval_ms;
        match idle {
            CopyIdle::OpenTransaction => self.idle_ms = self.idle_ms.min(UNSTABLE_RETRY_MS),
            CopyIdle::Gap {
                remote_end,
                local_start,
            } => self.notices.push(Notice::Gap {
                remote_end,
                local_start,
            }),
            CopyIdle::UpToDate | CopyIdle::Disabled | CopyIdle::NotCleaned | CopyIdle::Lag => {}
        }
        self.delete_left(context)
    }

    fn name_copy(&mut self, segment: RemoteLogSegmentMetadata, context: &WorkContext) -> WorkEffect {
        let mut refused = None;
        let named = |manifest: &mut Manifest, _| refused = manifest.add(segment).err();
        let effect = self.keeper.change(step_context(context), named);
        match refused {
            None => self.keep(effect, Then::Copy, context),
            Some(error) => {
                self.notices.push(Notice::CopyRefused(error));
                self.copy_failed(context)
            }
        }
    }

    /// What was sent of it may lie there.
    fn copy_failed(&mut self, context: &WorkContext) -> WorkEffect {
        self.sweep_at = Some(after(context.now, self.settings.orphan_grace_ms));
        self.fail(context)
    }

    /// Deletes objects whose time for readers is over, then forgets them.
    fn delete_left(&mut self, context: &WorkContext) -> WorkEffect {
        let Some(manifest) = self.keeper.held() else {
            return WorkEffect::Over;
        };
        let due = deletable(manifest, self.settings.reader_grace_ms, context.now_for_removal);
        match due.is_empty() {
            true => self.sweep_if_due(context),
            false => self.delete_next(due, 0, context),
        }
    }

    fn delete_next(&mut self, due: Vec<SegmentKey>, done: usize, context: &WorkContext) -> WorkEffect {
        match due.get(done).copied() {
            Some(key) => self.wait(State::Deleting { due, done }, WorkEffect::Delete(key)),
            None => {
                let forgotten = |manifest: &mut Manifest, _| manifest.forget(&due);
                self.change(forgotten, Then::Sweep, context)
            }
        }
    }

    /// Looks for objects that nobody names, once after each reason for it.
    fn sweep_if_due(&mut self, context: &WorkContext) -> WorkEffect {
        match self.sweep_at.is_some_and(|due| context.now_for_removal >= due) {
            true => self.wait(State::Listing, WorkEffect::List),
            false => self.rest(context),
        }
    }

    fn swept(&mut self, listed: &[ListedObject], context: &WorkContext) -> WorkEffect {
        let Some(manifest) = self.keeper.held() else {
            return WorkEffect::Over;
        };
        let (grace, now) = (self.settings.orphan_grace_ms, context.now_for_removal);
        self.sweep_at = None;
        match sweep(manifest, listed, &[], grace, now) {
            SweepVerdict::Orphans { orphans, young } => {
                if young > 0 {
                    self.sweep_at = Some(after(now, grace.max(SWEEP_AGAIN_MS)));
                }
                if orphans.is_empty() {
                    return self.rest(context);
                }
                self.notices.push(Notice::Orphans(orphans.len()));
                let adopted = |manifest: &mut Manifest, now| manifest.adopt_orphans(orphans, now);
                self.change(adopted, Then::Rest, context)
            }
            SweepVerdict::Doubtful { segments } => {
                self.notices.push(Notice::Doubtful(segments));
                self.rest(context)
            }
        }
    }

    /// Nothing is read any more: everything that leaves is deleted at once, the manifest last.
    fn delete_all(&mut self) -> WorkEffect {
        let Some(manifest) = self.keeper.held() else {
            return WorkEffect::Over;
        };
        let left = manifest.leaving().iter().rev().map(|leaving| leaving.key);
        let left = left.collect();
        self.delete_all_of(left)
    }

    fn delete_all_of(&mut self, mut left: Vec<SegmentKey>) -> WorkEffect {
        match left.pop() {
            Some(key) => self.wait(State::DeletingAll(left), WorkEffect::Delete(key)),
            None => self.wait(State::ListingAll, WorkEffect::List),
        }
    }

    /// What an upload or a restore left there that never got into the manifest goes along; not what a later leader copied.
    fn delete_unnamed(&mut self, listed: &[ListedObject]) -> WorkEffect {
        let unnamed = listed.iter().filter_map(|object| SegmentKey::parse(&object.name));
        let own = self.leadership.epoch;
        self.delete_rest(unnamed.filter(|key| key.copied_in <= own).collect())
    }

    fn delete_rest(&mut self, mut left: Vec<SegmentKey>) -> WorkEffect {
        match left.pop() {
            Some(key) => self.wait(State::DeletingUnnamed(left), WorkEffect::Delete(key)),
            None => self.wait(State::ReadingOwn, WorkEffect::ReadManifest),
        }
    }

    /// A store deletes without a condition: the manifest is read once more, and goes only if nobody wrote it since.
    fn delete_own(&mut self, read: ManifestRead, context: &WorkContext) -> WorkEffect {
        let own = self.keeper.held().map(|held| held.writer.nonce);
        match read {
            ManifestRead::Found(found, _) if Some(found.writer.nonce) == own => {
                self.wait(State::DeletingManifest, WorkEffect::DeleteManifest)
            }
            ManifestRead::Found(found, _) => {
                self.notices.push(Notice::Lost(found.writer));
                WorkEffect::Over
            }
            ManifestRead::Absent => self.wait(State::GivenUp, WorkEffect::Over),
            ManifestRead::Failed => self.fail(context),
        }
    }

    /// Who only deletes needs no manifest, and begins again as one who expects none.
    fn begin_to_give_up(&mut self, context: &WorkContext) -> WorkEffect {
        self.leadership.remote = RemoteExpectation::MayBeEmpty;
        let (keeper, effect) = ManifestKeeper::begin(self.leadership.clone());
        self.keeper = keeper;
        self.keep(Some(effect), Then::Begin, context)
    }
}

fn step_context(context: &WorkContext) -> StepContext {
    StepContext {
        nonce: context.nonce,
        now: context.now,
    }
}

fn after(now: Timestamp, ms: u64) -> Timestamp {
    now.plus_ms(i64::try_from(ms).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
