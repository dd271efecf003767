//! A leader at a store that answers, fails, and forgets to answer.

use broker_model::{BrokerId, LastStableOffset, LeaderEpoch, LogEndOffset, RecoveryPoint};
use broker_storage::{ClosedSegment, LogConfig};

use super::*;
use crate::lineage::Lineage;
use crate::manifest_keeper::ETag;
use crate::small_world::{epochs, id, manifest, partition, segment};

const SETTINGS: WorkSettings = WorkSettings {
    task_interval_ms: 30_000,
    retry: RetryLimits {
        first_ms: 100,
        most_ms: 1_000,
    },
    reader_grace_ms: 500,
    orphan_grace_ms: 10_000,
};

/// Answers as the world would: the store takes everything, the log has closed segments of 100 offsets.
struct Scene {
    work: LeaderWork,
    orders: Orders,
    now: i64,
    nonce: u64,
    closed: Vec<ClosedSegment>,
    log_start: i64,
    retention_bytes: Option<u64>,
    /// What was wanted, in order.
    wanted: Vec<String>,
}

fn closed(base: i64) -> ClosedSegment {
    ClosedSegment {
        base_offset: Offset::new(base),
        next_offset: Offset::new(base + 100),
        size_in_bytes: 1_000,
        max_timestamp: Timestamp::from_ms(0),
    }
}

impl Scene {
    fn begin(orders: Orders, segments: i64) -> (Self, WorkEffect) {
        let leadership = Leadership {
            partition: partition(),
            broker: BrokerId::new(1),
            epoch: LeaderEpoch::new(9),
            log_start: LogStartOffset::at(Offset::ZERO),
            lineage: Lineage::new(epochs(&[(1, 0)]), LogEndOffset::at(Offset::new(100_000))),
            remote: RemoteExpectation::MayBeEmpty,
        };
        let context = context_of(orders, 1_000, 0);
        let (work, effect) = LeaderWork::begin(leadership, SETTINGS, &context);
        let scene = Self {
            work,
            orders,
            now: 1_000,
            nonce: 0,
            closed: (0..segments).map(|number| closed(number * 100)).collect(),
            log_start: 0,
            retention_bytes: None,
            wanted: Vec::new(),
        };
        (scene, effect)
    }

    fn step(&mut self, event: WorkEvent) -> WorkEffect {
        self.nonce += 1;
        self.work
            .step(event, &context_of(self.orders, self.now, self.nonce))
    }

    fn facts(&self, durable_until: i64) -> Box<LogFacts> {
        Box::new(LogFacts {
            config: Arc::new(LogConfig {
                remote_storage_enable: true,
                retention_ms: None,
                retention_bytes: self.retention_bytes,
                ..LogConfig::default()
            }),
            log_start: LogStartOffset::at(Offset::new(self.log_start)),
            closed: self.closed.clone(),
            active_size: 10,
            last_stable: LastStableOffset::at(Offset::MAX),
            recovery_point: RecoveryPoint::at(Offset::new(durable_until)),
            cleaned_until: None,
        })
    }

    /// Everything goes well until the work rests or is over; what it ends with.
    fn run(&mut self, mut effect: WorkEffect, mut stored: Option<Manifest>) -> WorkEffect {
        let mut copies = 10;
        for _ in 0..200 {
            self.wanted.push(word_of(&effect));
            let event = match effect {
                WorkEffect::ReadManifest => WorkEvent::Read(match stored.clone() {
                    Some(stored) => ManifestRead::Found(Box::new(stored), ETag("a".to_owned())),
                    None => ManifestRead::Absent,
                }),
                WorkEffect::PutManifest(manifest, _) => {
                    stored = Some(*manifest);
                    WorkEvent::Put(ManifestPut::Done(ETag("b".to_owned())))
                }
                WorkEffect::Look => WorkEvent::Log(self.facts(100_000)),
                WorkEffect::MoveStart(start) => {
                    self.log_start = start.value();
                    WorkEvent::Started(start)
                }
                WorkEffect::Copy(task) => {
                    copies += 1;
                    let span = (task.start_offset.value(), task.segment.next_offset.value());
                    WorkEvent::Copied(Box::new(segment(copies, span, &[(1, 0)])))
                }
                WorkEffect::List => WorkEvent::Listed(Vec::new()),
                WorkEffect::Publish(_)
                | WorkEffect::Delete(_)
                | WorkEffect::BeginLocally
                | WorkEffect::ForgetRemote
                | WorkEffect::DeleteManifest => WorkEvent::Done,
                WorkEffect::Rest(_) | WorkEffect::AwaitOrders | WorkEffect::Over => return effect,
            };
            effect = self.step(event);
        }
        panic!("it never rests: {:?}", self.wanted);
    }
}

fn context_of(orders: Orders, now: i64, nonce: u64) -> WorkContext {
    WorkContext {
        orders,
        copying: Copying::Enabled,
        nonce: id(1_000 + nonce),
        now: Timestamp::from_ms(now),
        now_for_removal: Timestamp::from_ms(now),
        chance: 0,
    }
}

fn word_of(effect: &WorkEffect) -> String {
    let text = match effect {
        WorkEffect::PutManifest(manifest, _) => format!("put {}", manifest.remote_end()),
        WorkEffect::Publish(manifest) => format!("publish {}", manifest.remote_end()),
        WorkEffect::Copy(task) => format!("copy {}", task.start_offset),
        WorkEffect::MoveStart(start) => format!("start {start}"),
        WorkEffect::Delete(_) => "delete".to_owned(),
        other => format!("{other:?}"),
    };
    text.to_lowercase()
}

fn two() -> Manifest {
    manifest(&[segment(1, (0, 100), &[(1, 0)]), segment(2, (100, 200), &[(1, 0)])])
}

/// Of an older leader.
fn stored(mut manifest: Manifest) -> Manifest {
    manifest.writer.epoch = LeaderEpoch::new(4);
    manifest
}

#[test]
fn a_leader_takes_the_manifest_over_then_copies_in_order_and_shows_only_what_is_written() {
    let (mut scene, effect) = Scene::begin(Orders::Tier, 2);
    let rest = scene.run(effect, None);
    assert_eq!(rest, WorkEffect::Rest(Rest::UntilWork(30_000)));
    let wanted = [
        "readmanifest",
        "put 0",
        "publish 0",
        "look",
        "start 0",
        "look",
        "copy 0",
        "put 100",
        "publish 100",
        "look",
        "copy 100",
        "put 200",
        "publish 200",
        "look",
    ];
    assert_eq!(scene.wanted[..scene.wanted.len() - 1], wanted);
}

#[test]
fn what_a_power_cut_may_take_is_not_copied() {
    let (mut scene, mut effect) = Scene::begin(Orders::Tier, 2);
    while !matches!(effect, WorkEffect::Copy(_) | WorkEffect::Rest(_)) {
        let event = match effect {
            WorkEffect::ReadManifest => WorkEvent::Read(ManifestRead::Absent),
            WorkEffect::PutManifest(..) => WorkEvent::Put(ManifestPut::Done(ETag("b".to_owned()))),
            WorkEffect::Look => WorkEvent::Log(scene.facts(99)),
            WorkEffect::MoveStart(start) => WorkEvent::Started(start),
            _ => WorkEvent::Done,
        };
        effect = scene.step(event);
    }
    assert_eq!(
        effect,
        WorkEffect::Rest(Rest::UntilWork(1_000)),
        "and it is looked again soon"
    );
}

#[test]
fn the_start_moves_in_the_log_then_in_the_manifest_then_objects_go_and_are_forgotten_last() {
    let (mut scene, effect) = Scene::begin(Orders::Tier, 2);
    scene.retention_bytes = Some(1_000);
    scene.run(effect, Some(stored(two())));
    assert_eq!(
        scene.wanted[3..7],
        ["look", "start 100", "put 200", "publish 200"]
    );
    assert!(
        !scene.wanted.contains(&"delete".to_owned()),
        "readers are given time"
    );
    scene.now += 500;
    scene.wanted.clear();
    let woken = scene.step(WorkEvent::Woken);
    scene.run(woken, None);
    assert_eq!(
        scene.wanted[..6],
        ["look", "start 100", "look", "delete", "put 200", "publish 200"]
    );
}

#[test]
fn an_object_that_is_not_deleted_stays_named_and_is_tried_again() {
    let (mut scene, effect) = Scene::begin(Orders::Tier, 2);
    scene.retention_bytes = Some(1_000);
    scene.run(effect, Some(stored(two())));
    scene.now += 500;
    let mut effect = scene.step(WorkEvent::Woken);
    while !matches!(effect, WorkEffect::Delete(_)) {
        let event = match effect {
            WorkEffect::Look => WorkEvent::Log(scene.facts(100_000)),
            WorkEffect::MoveStart(start) => WorkEvent::Started(start),
            other => panic!("{other:?}"),
        };
        effect = scene.step(event);
    }
    let failed = scene.step(WorkEvent::Failed);
    assert_eq!(failed, WorkEffect::Rest(Rest::AfterFailure(100)));
    scene.wanted.clear();
    let woken = scene.step(WorkEvent::Woken);
    scene.run(woken, None);
    assert!(scene.wanted.contains(&"delete".to_owned()), "{:?}", scene.wanted);
}

#[test]
fn a_copy_that_fails_is_tried_again_and_the_folder_is_listed_later() {
    let (mut scene, mut effect) = Scene::begin(Orders::Tier, 1);
    scene.now = 8_000;
    while !matches!(effect, WorkEffect::Copy(_)) {
        let event = match effect {
            WorkEffect::ReadManifest => WorkEvent::Read(ManifestRead::Absent),
            WorkEffect::PutManifest(..) => WorkEvent::Put(ManifestPut::Done(ETag("b".to_owned()))),
            WorkEffect::Look => WorkEvent::Log(scene.facts(100_000)),
            WorkEffect::MoveStart(start) => WorkEvent::Started(start),
            _ => WorkEvent::Done,
        };
        effect = scene.step(event);
    }
    assert_eq!(
        scene.step(WorkEvent::Failed),
        WorkEffect::Rest(Rest::AfterFailure(100))
    );
    let woken = scene.step(WorkEvent::Woken);
    scene.run(woken, None);
    assert!(scene.wanted.contains(&"copy 0".to_owned()));
    assert!(
        !scene.wanted.contains(&"list".to_owned()),
        "an upload may be on its way"
    );
    scene.now = 18_000;
    scene.wanted.clear();
    let woken = scene.step(WorkEvent::Woken);
    scene.run(woken, None);
    assert!(scene.wanted.contains(&"list".to_owned()));
}

#[test]
fn what_is_given_up_is_emptied_then_deleted_and_the_manifest_goes_last() {
    let (mut scene, effect) = Scene::begin(Orders::GiveUpRemote, 2);
    assert_eq!(scene.run(effect, Some(stored(two()))), WorkEffect::Over);
    let wanted = [
        "readmanifest",
        "put 200",
        "publish 200",
        "beginlocally",
        "put 0",
        "publish 0",
        "forgetremote",
        "delete",
        "delete",
        "list",
        "readmanifest",
        "deletemanifest",
        "over",
    ];
    assert_eq!(scene.wanted, wanted);
}

/// Gives everything up as far as the listing of what is left in the folder.
fn given_up_but_for_the_folder() -> (Scene, Manifest) {
    let (mut scene, mut effect) = Scene::begin(Orders::GiveUpRemote, 0);
    let mut written = stored(two());
    while effect != WorkEffect::List {
        let event = match effect {
            WorkEffect::ReadManifest => WorkEvent::Read(ManifestRead::Found(
                Box::new(written.clone()),
                ETag("a".to_owned()),
            )),
            WorkEffect::PutManifest(manifest, _) => {
                written = *manifest;
                WorkEvent::Put(ManifestPut::Done(ETag("b".to_owned())))
            }
            _ => WorkEvent::Done,
        };
        effect = scene.step(event);
    }
    (scene, written)
}

#[test]
fn a_manifest_that_another_wrote_since_is_not_deleted() {
    let (mut scene, written) = given_up_but_for_the_folder();
    assert_eq!(
        scene.step(WorkEvent::Listed(Vec::new())),
        WorkEffect::ReadManifest
    );
    let mut unsure = scene.work.clone();
    let context = context_of(Orders::GiveUpRemote, 2_000, 50);
    let failed = unsure.step(WorkEvent::Read(ManifestRead::Failed), &context);
    assert_eq!(
        failed,
        WorkEffect::Rest(Rest::AfterFailure(100)),
        "it is tried again"
    );
    let gone = scene
        .work
        .clone()
        .step(WorkEvent::Read(ManifestRead::Absent), &context);
    assert_eq!(gone, WorkEffect::Over);
    let mut of_another = written;
    of_another.writer.epoch = LeaderEpoch::new(10);
    of_another.writer.nonce = id(7);
    let read = ManifestRead::Found(Box::new(of_another.clone()), ETag("c".to_owned()));
    assert_eq!(scene.step(WorkEvent::Read(read)), WorkEffect::Over);
    assert_eq!(scene.work.take_notices(), [Notice::Lost(of_another.writer)]);
}

#[test]
fn what_a_later_leader_copied_is_not_given_up() {
    let (mut scene, written) = given_up_but_for_the_folder();
    let object = |number, epoch| ListedObject {
        name: format!("{epoch}-{}.segment", segment(number, (0, 100), &[(1, 0)]).id),
        last_modified: Timestamp::from_ms(0),
        size_in_bytes: 1_000,
    };
    let listed = WorkEvent::Listed(vec![object(1, 9), object(2, 10)]);
    let WorkEffect::Delete(deleted) = scene.step(listed) else {
        panic!("what is left of its own epoch goes");
    };
    assert_eq!(deleted.copied_in, LeaderEpoch::new(9));
    assert_eq!(scene.step(WorkEvent::Done), WorkEffect::ReadManifest);
    let read = ManifestRead::Found(Box::new(written), ETag("b".to_owned()));
    assert_eq!(scene.step(WorkEvent::Read(read)), WorkEffect::DeleteManifest);
}

#[test]
fn a_log_that_is_gone_is_waited_on_for_orders_and_then_given_up() {
    let (mut scene, effect) = Scene::begin(Orders::Tier, 0);
    scene.run(effect, Some(stored(two())));
    let look = scene.step(WorkEvent::Woken);
    assert_eq!(look, WorkEffect::Look);
    assert_eq!(scene.step(WorkEvent::NotLed), WorkEffect::AwaitOrders);
    scene.orders = Orders::GiveUpRemote;
    let woken = scene.step(WorkEvent::Woken);
    assert_eq!(scene.run(woken, None), WorkEffect::Over);
    assert_eq!(scene.wanted.last().map(String::as_str), Some("over"));
    assert!(scene.wanted.contains(&"deletemanifest".to_owned()));
}

#[test]
fn orders_that_came_during_a_pass_are_followed_without_a_rest() {
    let (mut scene, effect) = Scene::begin(Orders::Tier, 0);
    scene.run(effect, Some(stored(two())));
    scene.now += 20_000;
    let mut effect = scene.step(WorkEvent::Woken);
    while effect != WorkEffect::List {
        let event = match effect {
            WorkEffect::Look => WorkEvent::Log(scene.facts(100_000)),
            WorkEffect::MoveStart(start) => WorkEvent::Started(start),
            other => panic!("{other:?}"),
        };
        effect = scene.step(event);
    }
    scene.orders = Orders::GiveUpRemote;
    assert_eq!(scene.step(WorkEvent::Failed), WorkEffect::BeginLocally);
}

#[test]
fn a_leader_that_lost_the_manifest_says_so_and_ends() {
    let (mut scene, _) = Scene::begin(Orders::Tier, 1);
    let mut newer = two();
    newer.writer.epoch = LeaderEpoch::new(10);
    let read = ManifestRead::Found(Box::new(newer.clone()), ETag("c".to_owned()));
    assert_eq!(scene.step(WorkEvent::Read(read)), WorkEffect::Over);
    assert_eq!(scene.work.take_notices(), [Notice::Lost(newer.writer)]);
    assert_eq!(scene.step(WorkEvent::Woken), WorkEffect::Over, "for ever");
}

#[test]
fn who_only_deletes_expects_no_manifest_also_if_that_is_the_order_by_then() {
    let (mut scene, _) = Scene::begin(Orders::Tier, 1);
    scene.work.leadership.remote = RemoteExpectation::HoldsSegments;
    let (keeper, _) = ManifestKeeper::begin(scene.work.leadership.clone());
    scene.work.keeper = keeper;
    let missing = scene.step(WorkEvent::Read(ManifestRead::Absent));
    assert_eq!(missing, WorkEffect::Rest(Rest::AfterFailure(100)));
    assert_eq!(scene.work.take_notices(), [Notice::ManifestMissing]);
    assert_eq!(scene.step(WorkEvent::Woken), WorkEffect::ReadManifest);
    scene.step(WorkEvent::Read(ManifestRead::Absent));
    scene.orders = Orders::GiveUpRemote;
    let begun = scene.step(WorkEvent::Woken);
    assert_eq!(scene.run(begun, None), WorkEffect::Over);
}
