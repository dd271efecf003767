//! Requests on their way to the object store and back, and what goes wrong with them.
//!
//! | fault | what the broker sees | what the store did |
//! |---|---|---|
//! | refused at once (500, 503) | failed, soon | nothing |
//! | lost | failed, after its patience | nothing |
//! | answer lost | failed, after its patience | all of it |
//! | late | failed, after its patience | all of it, some seconds later: perhaps after a new leader's |
//! | tried twice | of a conditional PUT: refused, by its own first try | all of it |
//! | conflict (409) | of a conditional PUT: refused | nothing |
//! | short, flipped | of a GET: other bytes than there are | nothing |
//!
//! A node that is cut off from the others still reaches the store unless it is cut off from that, too.

use broker_model::Timestamp;
use bytes::Bytes;

use super::{Happening, Party, World};
use crate::checker::Violation;
use crate::machine::WALL_START_MS;
use crate::network::Place;
use crate::process::Event;
use crate::store::{ObjectStore, StoreAnswer, StoreRequest};
use crate::trace;

/// How long a broker waits for an answer.
const PATIENCE_MS: u64 = 1_500;
/// How late a request may arrive at most.
const LATE_MAX_MS: u64 = 9_000;

/// The store of a run, and how it is reached.
#[derive(Debug)]
pub(crate) struct Storage {
    pub(crate) store: ObjectStore,
    /// Requests of a thousand with which something goes wrong.
    pub(crate) faults: u64,
    /// Longest way there and back, if nothing goes wrong.
    pub(crate) delay_max_ms: u64,
    /// Until then nobody is answered.
    pub(crate) away_until: u64,
    /// Who comes to that step first is killed, or frozen with the request on its way.
    pub(crate) ambush: Option<Ambush>,
}

/// Where the way of a segment into the store is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    BeforePut,
    InFlight,
    AfterPut,
    BeforeCommit,
    AfterCommit,
    BeforeLocalDelete,
}

/// What is done to the node that comes to a step first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ambush {
    pub(crate) step: Step,
    /// How long it is away.
    pub(crate) pause_ms: u64,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    TriedTwice,
    Short,
    Flipped,
    /// It is served, and nobody is told.
    Silent,
}

impl Storage {
    pub(crate) fn new(store: ObjectStore, faults: u64, delay_max_ms: u64) -> Self {
        Self {
            store,
            faults,
            delay_max_ms,
            away_until: 0,
            ambush: None,
        }
    }
}

/// Where a request is a step.
fn steps_of(request: &StoreRequest) -> [Option<Step>; 2] {
    match request {
        StoreRequest::Put {
            condition: Some(_), ..
        } => [Some(Step::BeforeCommit), None],
        StoreRequest::Put { .. } => [Some(Step::BeforePut), Some(Step::InFlight)],
        _ => [None, None],
    }
}

impl World {
    /// Whether somebody waits for a node at that step; it is the node's last then.
    fn falls_into(&mut self, party: Party, step: Step) -> bool {
        let (Place::Node(node), Some(storage)) = (party.place, &mut self.storage) else {
            return false;
        };
        let Some(ambush) = storage.ambush.take_if(|ambush| ambush.step == step) else {
            return false;
        };
        self.counts.ambushes += 1;
        self.note(|| format!("n{node} comes to {step:?}"));
        self.put(0, Happening::Ambushed(node, ambush));
        true
    }

    pub(super) fn ambushed(&mut self, node: i32, ambush: Ambush) {
        match ambush.step {
            Step::InFlight => self.freeze(node, ambush.pause_ms),
            _ => self.kill(node, ambush.pause_ms),
        }
    }

    /// The wall clock of the store.
    fn store_clock(&self) -> Timestamp {
        Timestamp::from_ms(WALL_START_MS + i64::try_from(self.now).unwrap_or(i64::MAX))
    }

    pub(super) fn send_to_store(&mut self, party: Party, id: u64, request: StoreRequest) {
        let stopped = steps_of(&request).into_iter().flatten();
        let stopped: Vec<Step> = stopped.filter(|step| self.falls_into(party, *step)).collect();
        if stopped.iter().any(|step| *step != Step::InFlight) {
            return;
        }
        let is_cut = self.network.is_cut(party.place, Place::Store);
        let Some(storage) = &self.storage else {
            return;
        };
        let (faults, delay_max_ms) = (storage.faults, storage.delay_max_ms);
        let is_away = storage.away_until > self.now;
        self.counts.store_requests += 1;
        let fails = |after: u64| (after, StoreAnswer::Failed);
        if is_cut || is_away {
            let (after, answer) = fails(if self.chance.below(2) == 0 {
                20
            } else {
                PATIENCE_MS
            });
            self.counts.store_faults += 1;
            return self.tell_of_store(party, id, after, answer);
        }
        let there = self.chance.between(0, delay_max_ms);
        if !self.chance.strikes(faults) {
            return self.bring(party, id, there, request, Fate::Answered);
        }
        self.counts.store_faults += 1;
        match self.chance.below(8) {
            0 | 1 => {
                let (after, answer) = fails(there + 1);
                self.tell_of_store(party, id, after, answer);
            }
            2 => self.tell_of_store(party, id, PATIENCE_MS, StoreAnswer::Failed),
            kind @ (3 | 4) => {
                let late = match kind {
                    3 => there,
                    _ => self.chance.between(PATIENCE_MS, LATE_MAX_MS),
                };
                self.bring(party, id, late, request, Fate::Silent);
                self.tell_of_store(party, id, PATIENCE_MS, StoreAnswer::Failed);
            }
            _ => self.answer_wrongly(party, id, there, request),
        }
    }

    fn answer_wrongly(&mut self, party: Party, id: u64, there: u64, request: StoreRequest) {
        let is_first = self.chance.below(2) == 0;
        match (&request, is_first) {
            (StoreRequest::Get { .. }, true) => self.bring(party, id, there, request, Fate::Short),
            (StoreRequest::Get { .. }, false) => self.bring(party, id, there, request, Fate::Flipped),
            (
                StoreRequest::Put {
                    condition: Some(_), ..
                },
                true,
            ) => {
                self.bring(party, id, there, request, Fate::TriedTwice);
            }
            (
                StoreRequest::Put {
                    condition: Some(_), ..
                },
                false,
            ) => {
                self.tell_of_store(party, id, there + 1, StoreAnswer::Refused);
            }
            _ => self.bring(party, id, there, request, Fate::TriedTwice),
        }
    }

    fn bring(&mut self, party: Party, id: u64, after: u64, request: StoreRequest, fate: Fate) {
        let request = Box::new(request);
        self.put(
            after,
            Happening::ReachesStore {
                party,
                id,
                request,
                fate,
            },
        );
    }

    fn tell_of_store(&mut self, party: Party, id: u64, after: u64, answer: StoreAnswer) {
        let answer = Box::new(answer);
        self.put(after, Happening::StoreAnswers { party, id, answer });
    }

    pub(super) fn reaches_store(
        &mut self,
        party: Party,
        id: u64,
        request: &StoreRequest,
        fate: Fate,
    ) -> Result<(), Violation> {
        let now = self.store_clock();
        let Some(storage) = &mut self.storage else {
            return Ok(());
        };
        let mut answer = self.checker.watch_store(&mut storage.store, request, now)?;
        if fate == Fate::TriedTwice {
            answer = self.checker.watch_store(&mut storage.store, request, now)?;
        }
        let back = storage.delay_max_ms;
        if matches!(answer, StoreAnswer::Written(_)) {
            let step = match steps_of(request)[0] {
                Some(Step::BeforeCommit) => Step::AfterCommit,
                _ => Step::AfterPut,
            };
            self.falls_into(party, step);
        }
        self.note(|| {
            let request = trace::store_request(request);
            format!("store <- {:?} {id} {fate:?} {request}", party.place)
        });
        let answer = match (fate, answer) {
            (Fate::Silent, _) => return Ok(()),
            (Fate::Short, StoreAnswer::Got(bytes, etag)) => {
                let kept = self.chance.below(bytes.len() as u64);
                StoreAnswer::Got(bytes.slice(..usize::try_from(kept).unwrap_or(0)), etag)
            }
            (Fate::Flipped, StoreAnswer::Got(bytes, etag)) => StoreAnswer::Got(self.flip(&bytes), etag),
            (_, answer) => answer,
        };
        let after = self.chance.between(0, back);
        self.tell_of_store(party, id, after, answer);
        Ok(())
    }

    /// Another bit somewhere.
    fn flip(&mut self, bytes: &Bytes) -> Bytes {
        let mut flipped = bytes.to_vec();
        let bit = self.chance.below(flipped.len() as u64 * 8);
        if let Some(byte) = flipped.get_mut(usize::try_from(bit / 8).unwrap_or(0)) {
            *byte ^= 1 << (bit % 8);
        }
        flipped.into()
    }

    pub(super) fn store_answers(
        &mut self,
        party: Party,
        id: u64,
        answer: Box<StoreAnswer>,
    ) -> Result<(), Violation> {
        match self.thaws(party) {
            Some(later) => {
                self.put(later, Happening::StoreAnswers { party, id, answer });
                Ok(())
            }
            None => {
                let was_written = matches!(*answer, StoreAnswer::Written(_));
                self.step_process(party, Event::Store { id, answer: *answer })?;
                if was_written {
                    self.falls_into(party, Step::BeforeLocalDelete);
                }
                Ok(())
            }
        }
    }
}
