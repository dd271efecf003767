//! Leaders that follow one another, some of them late, at one store whose answers get lost: every order by chance.
//!
//! The world knows the true history of the log. After every step the manifest in the store must be whole, name only
//! objects that exist, and never fall back to an older leader; what the newest leader holds must be its own history.

use std::collections::{BTreeMap, BTreeSet};

use broker_model::{LogEndOffset, Offset};
use broker_storage::EpochEntry;

use super::*;
use crate::object_key::SegmentKey;
use crate::remote_segment::{RemoteLogSegmentId, RemoteLogSegmentMetadata};
use crate::retention::deletable;
use crate::sweep::{ListedObject, SweepVerdict, sweep};

/// Time that readers are given before an object is deleted, and an upload before it is an orphan.
const GRACE_MS: u64 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conditions {
    Honoured,
    Ignored,
}

/// What is on its way to the store.
#[derive(Clone, Debug)]
enum Request {
    Read,
    Put(Box<Manifest>, PutCondition),
    Upload(Box<RemoteLogSegmentMetadata>),
    Delete(SegmentKey),
    List,
}

struct Leader {
    keeper: ManifestKeeper,
    epoch: i32,
    history: Vec<EpochEntry>,
    end: i64,
    /// At most one thing is asked of the store at a time.
    asked: Option<Request>,
    pauses: bool,
}

struct World {
    state: u64,
    now: i64,
    nonce: u64,
    conditions: Conditions,
    /// Percent of answers that get lost.
    losses: u64,
    stored: Option<(Manifest, u64)>,
    versions: u64,
    written: BTreeSet<Uuid>,
    objects: BTreeMap<SegmentKey, i64>,
    leaders: Vec<Leader>,
    /// Writes whose sender was told that nobody knows: they may still arrive.
    late: Vec<(Box<Manifest>, PutCondition)>,
}

impl World {
    fn new(seed: u64, conditions: Conditions) -> Self {
        let mut world = Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            now: 1_000,
            nonce: 0,
            conditions,
            losses: 25,
            stored: None,
            versions: 0,
            written: BTreeSet::new(),
            objects: BTreeMap::new(),
            leaders: Vec::new(),
            late: Vec::new(),
        };
        world.elect();
        world
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % bound.max(1)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn context(&mut self) -> StepContext {
        self.nonce += 1;
        StepContext {
            nonce: id(self.nonce),
            now: Timestamp::from_ms(self.now),
        }
    }

    /// A new leader with the history of the last one, or, one time in four, with only a beginning of it.
    fn elect(&mut self) {
        let (mut history, mut end) = self
            .leaders
            .last()
            .map_or((Vec::new(), 0), |last| (last.history.clone(), last.end));
        if self.percent(25) {
            end = i64::try_from(self.below(end.unsigned_abs() + 1)).unwrap();
            history.retain(|entry| entry.start_offset.value() < end);
        }
        let epoch = i32::try_from(self.leaders.len()).unwrap() + 1;
        history.retain(|entry| entry.start_offset.value() < end);
        history.extend(epochs(&[(epoch, end)]));
        let (keeper, effect) = ManifestKeeper::begin(Leadership {
            partition: partition(),
            broker: BrokerId::new(epoch),
            epoch: LeaderEpoch::new(epoch),
            log_start: LogStartOffset::at(Offset::ZERO),
            lineage: Lineage::new(history.clone(), LogEndOffset::at(Offset::new(end))),
            remote: RemoteExpectation::MayBeEmpty,
        });
        assert_eq!(effect, KeeperEffect::Read);
        self.leaders.push(Leader {
            keeper,
            epoch,
            history,
            end,
            asked: Some(Request::Read),
            pauses: false,
        });
    }

    fn step(&mut self) -> Result<(), String> {
        self.now += 1;
        let newest = self.leaders.len() - 1;
        match self.below(20) {
            0 if self.leaders.len() < 6 => self.elect(),
            1..=3 => self.leaders[newest].end += 7,
            4 if !self.late.is_empty() => {
                let at = usize::try_from(self.below(self.late.len() as u64)).unwrap();
                let (manifest, condition) = self.late.swap_remove(at);
                self.apply(&manifest, &condition);
            }
            _ => {
                let at = usize::try_from(self.below(self.leaders.len() as u64)).unwrap();
                self.turn(at);
            }
        }
        self.check()
    }

    /// Lets a leader's request reach the store, or lets it think of a new one.
    fn turn(&mut self, at: usize) {
        if let Some(request) = self.leaders[at].asked.take() {
            self.serve(at, request);
        } else if self.leaders[at].pauses {
            self.leaders[at].pauses = false;
            self.tell(at, KeeperEvent::Resume);
        } else if let Some(held) = self.leaders[at].keeper.held().cloned() {
            self.work(at, &held);
        }
    }

    fn serve(&mut self, at: usize, request: Request) {
        let lost = self.percent(self.losses);
        match request {
            Request::Read if lost => self.tell(at, KeeperEvent::Read(ManifestRead::Failed)),
            Request::Read => {
                let read = match &self.stored {
                    None => ManifestRead::Absent,
                    Some((manifest, version)) => {
                        ManifestRead::Found(Box::new(manifest.clone()), etag(&version.to_string()))
                    }
                };
                self.tell(at, KeeperEvent::Read(read));
            }
            Request::Put(manifest, condition) if lost => {
                if self.percent(50) {
                    self.apply(&manifest, &condition);
                } else {
                    self.late.push((manifest, condition));
                }
                self.tell(at, KeeperEvent::Put(ManifestPut::Unknown));
            }
            Request::Put(manifest, condition) => {
                let put = self.apply(&manifest, &condition);
                self.tell(at, KeeperEvent::Put(put));
            }
            Request::Upload(segment) => {
                self.objects.insert(key_of(&segment), self.now);
                if !lost {
                    self.change(at, |manifest, _| drop(manifest.add(*segment)));
                }
            }
            Request::Delete(key) => {
                self.objects.remove(&key);
                if !lost {
                    self.change(at, |manifest, _| manifest.forget(&[key]));
                }
            }
            Request::List => self.sweep(at),
        }
    }

    fn apply(&mut self, manifest: &Manifest, condition: &PutCondition) -> ManifestPut {
        let holds = match (condition, &self.stored) {
            (PutCondition::Absent, stored) => stored.is_none(),
            (PutCondition::Unchanged(tag), Some((_, version))) => tag.0 == version.to_string(),
            (PutCondition::Unchanged(_), None) => false,
        };
        if !holds && self.conditions == Conditions::Honoured {
            return ManifestPut::Refused;
        }
        self.versions += 1;
        self.written.insert(manifest.writer.nonce);
        self.stored = Some((manifest.clone(), self.versions));
        ManifestPut::Done(etag(&self.versions.to_string()))
    }

    fn tell(&mut self, at: usize, event: KeeperEvent) {
        let context = self.context();
        let effect = self.leaders[at].keeper.step(event, context);
        self.follow(at, effect);
    }

    fn change(&mut self, at: usize, change: impl FnOnce(&mut Manifest, Timestamp)) {
        let context = self.context();
        let effect = self.leaders[at].keeper.change(context, change);
        self.follow(at, effect);
    }

    fn follow(&mut self, at: usize, effect: Option<KeeperEffect>) {
        let leader = &mut self.leaders[at];
        match effect {
            Some(KeeperEffect::Read) => leader.asked = Some(Request::Read),
            Some(KeeperEffect::Put(manifest, condition)) => {
                leader.asked = Some(Request::Put(manifest, condition))
            }
            Some(KeeperEffect::Pause | KeeperEffect::Missing) => leader.pauses = true,
            Some(KeeperEffect::Settled | KeeperEffect::Lost(_)) | None => {}
        }
    }

    /// What a leader that holds the manifest does next.
    fn work(&mut self, at: usize, held: &Manifest) {
        let remote_end = held.remote_end().value();
        let request = match self.below(6) {
            0 => {
                let span = u64::try_from(remote_end - held.log_start().value()).unwrap();
                let start = held.log_start().value() + i64::try_from(self.below(span + 1)).unwrap();
                self.change(at, |manifest, now| {
                    manifest.start_at(LogStartOffset::at(Offset::new(start)), now);
                });
                return;
            }
            1 => match deletable(held, GRACE_MS, Timestamp::from_ms(self.now)).first() {
                Some(key) => Request::Delete(*key),
                None => return,
            },
            2 => Request::List,
            _ if self.leaders[at].end > remote_end => {
                Request::Upload(Box::new(self.next_segment(at, remote_end)))
            }
            _ => return,
        };
        self.leaders[at].asked = Some(request);
    }

    fn next_segment(&mut self, at: usize, start: i64) -> RemoteLogSegmentMetadata {
        self.nonce += 1;
        let leader = &self.leaders[at];
        let next = leader.end.min(start + 10);
        let mut covered: Vec<EpochEntry> = Vec::new();
        for entry in &leader.history {
            if entry.start_offset.value() <= start {
                covered.clear();
            }
            if entry.start_offset.value() < next {
                covered.push(*entry);
            }
        }
        RemoteLogSegmentMetadata {
            id: RemoteLogSegmentId::new(id(self.nonce)),
            copied_in: LeaderEpoch::new(leader.epoch),
            epochs: covered,
            ..segment(0, (start, next), &[])
        }
    }

    fn sweep(&mut self, at: usize) {
        let Some(held) = self.leaders[at].keeper.held().cloned() else {
            return;
        };
        let listed: Vec<ListedObject> = self
            .objects
            .iter()
            .map(|(key, written)| ListedObject {
                name: format!("{}-{}.segment", key.copied_in, key.id),
                last_modified: Timestamp::from_ms(*written),
                size_in_bytes: 1_000,
            })
            .collect();
        let now = Timestamp::from_ms(self.now);
        if let SweepVerdict::Orphans { orphans, .. } = sweep(&held, &listed, &[], GRACE_MS, now) {
            self.change(at, |manifest, now| manifest.adopt_orphans(orphans, now));
        }
    }

    fn check(&self) -> Result<(), String> {
        if let Some((manifest, _)) = &self.stored {
            manifest.check().map_err(|error| error.to_string())?;
            for segment in manifest.segments() {
                if !self.objects.contains_key(&key_of(segment)) {
                    return Err(format!("{} is named and missing", segment.id));
                }
            }
        }
        for leader in &self.leaders {
            let Some(held) = leader.keeper.held() else {
                continue;
            };
            if !self.written.contains(&held.writer.nonce) {
                return Err(format!("epoch {} holds what was never written", leader.epoch));
            }
            check_history(leader, held)?;
        }
        let newest = self.leaders.last().and_then(|leader| leader.keeper.held());
        let stored = self.stored.as_ref().map(|(manifest, _)| manifest);
        match newest {
            Some(held) if Some(&**held) != stored => {
                Err("what the newest leader holds is not in the store".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Lets everything settle without losses, and looks whether the newest leader gets all of its log there and
    /// nothing else stays.
    fn settle(&mut self) -> Result<(), String> {
        self.losses = 0;
        let newest = self.leaders.len() - 1;
        for _ in 0..4_000 {
            self.now += 1;
            self.turn(newest);
            self.check()?;
            let leader = &self.leaders[newest];
            let Some(held) = leader.keeper.held() else {
                continue;
            };
            let everything = held.remote_end().value() >= leader.end;
            let named = self.objects.keys().all(|key| held.names(*key));
            if everything && named && leader.asked.is_none() {
                return Ok(());
            }
        }
        Err("the newest leader does not get its log to the store".to_owned())
    }
}

fn key_of(segment: &RemoteLogSegmentMetadata) -> SegmentKey {
    SegmentKey {
        copied_in: segment.copied_in,
        id: segment.id,
    }
}

/// Every offset that a leader's manifest answers for was written in the epoch that the leader's own log says (I19).
fn check_history(leader: &Leader, held: &Manifest) -> Result<(), String> {
    for segment in held.segments() {
        for offset in segment.start_offset.value()..segment.next_offset.value() {
            let remote = epoch_at(&segment.epochs, offset);
            let own = epoch_at(&leader.history, offset);
            if remote != own || offset >= leader.end {
                return Err(format!(
                    "epoch {}: offset {offset} is of {remote:?} in the store and of {own:?} in the log",
                    leader.epoch
                ));
            }
        }
    }
    Ok(())
}

fn epoch_at(epochs: &[EpochEntry], offset: i64) -> Option<LeaderEpoch> {
    let written = epochs
        .iter()
        .rev()
        .find(|entry| entry.start_offset.value() <= offset);
    written.map(|entry| entry.epoch)
}

fn run(seed: u64, conditions: Conditions) -> Result<(), String> {
    let mut world = World::new(seed, conditions);
    for _ in 0..400 {
        world.step()?;
    }
    world.settle()
}

#[test]
fn no_order_of_leaders_uploads_and_lost_answers_breaks_a_manifest() {
    for seed in 0..1_500 {
        if let Err(broken) = run(seed, Conditions::Honoured) {
            panic!("seed {seed}: {broken}");
        }
    }
}

#[test]
fn with_a_store_that_overwrites_they_break_it() {
    let broken = (0..100)
        .filter(|seed| run(*seed, Conditions::Ignored).is_err())
        .count();
    assert!(broken > 50, "{broken} of 100 seeds were noticed");
}
