//! A bucket of a few topics, and one broker that looks after the folders of those that are deleted.

use broker_model::PartitionIndex;

use super::*;
use crate::object_key::RemotePartition;
use crate::small_world::{id, key, partition};

const SETTINGS: DeletedTopicsSettings = DeletedTopicsSettings {
    look_ms: 1_000,
    grace_ms: 100_000,
    retry: RetryLimits {
        first_ms: 500,
        most_ms: 8_000,
    },
};
/// What a listing gives at a time.
const LISTED_MAX: usize = 2;

fn topic(number: u64) -> TopicId {
    TopicId::new(id(number))
}

fn object(number: u64, index: i32, kind: ObjectKind) -> RemoteObject {
    RemoteObject {
        partition: RemotePartition {
            topic_id: topic(number),
            index: PartitionIndex::new(index),
            ..partition()
        },
        kind,
    }
}

fn segment(number: u64, index: i32, segment: u64) -> RemoteObject {
    object(number, index, ObjectKind::Segment(key(segment, 1)))
}

/// Two partitions with two segments each.
fn objects_of(number: u64) -> Vec<RemoteObject> {
    let of = |index| {
        [
            object(number, index, ObjectKind::Manifest),
            segment(number, index, 1),
            segment(number, index, 2),
        ]
    };
    [of(0), of(1)].concat()
}

struct World {
    bucket: Vec<RemoteObject>,
    deleted: BTreeSet<TopicId>,
    duty: Duty,
    now: MonotonicMs,
    /// Whose objects the store does not delete.
    broken: Option<TopicId>,
    listed: Vec<TopicId>,
    gone: Vec<RemoteObject>,
    sweeper: DeletedTopics,
    next: DeletedTopicsEffect,
}

impl World {
    /// Topics 1 to 3 have objects.
    fn new(deleted: &[u64]) -> Self {
        let mut world = Self {
            bucket: (1..=3).flat_map(objects_of).collect(),
            deleted: deleted.iter().copied().map(topic).collect(),
            duty: Duty::Sweeps,
            now: MonotonicMs::from_ms(5),
            broken: None,
            listed: Vec::new(),
            gone: Vec::new(),
            sweeper: DeletedTopics::new(SETTINGS),
            next: DeletedTopicsEffect::Rest(0),
        };
        world.restart();
        world
    }

    fn restart(&mut self) {
        self.sweeper = DeletedTopics::new(SETTINGS);
        self.step(DeletedTopicsEvent::Woken);
    }

    fn step(&mut self, event: DeletedTopicsEvent) {
        let facts = DeletedTopicsFacts {
            deleted: self.deleted.clone(),
            duty: self.duty,
            now: self.now,
            chance: 0,
        };
        self.next = self.sweeper.step(event, &facts);
    }

    /// Does what is wanted.
    fn carry_out(&mut self) {
        let event = match self.next.clone() {
            DeletedTopicsEffect::Rest(ms) => {
                self.now = self.now.plus_ms(ms);
                DeletedTopicsEvent::Woken
            }
            DeletedTopicsEffect::List(topic) => {
                self.listed.push(topic);
                assert!(self.listed.len() < 10_000, "it does nothing else");
                let its = self
                    .bucket
                    .iter()
                    .filter(|object| object.partition.topic_id == topic);
                DeletedTopicsEvent::Listed(its.take(LISTED_MAX).cloned().collect())
            }
            DeletedTopicsEffect::Delete(objects) => self.delete(objects),
            DeletedTopicsEffect::Forget(topic) => {
                self.deleted.remove(&topic);
                DeletedTopicsEvent::Done
            }
        };
        self.step(event);
    }

    fn delete(&mut self, objects: Vec<RemoteObject>) -> DeletedTopicsEvent {
        for object in objects {
            if Some(object.partition.topic_id) == self.broken {
                return DeletedTopicsEvent::Failed;
            }
            self.bucket.retain(|other| *other != object);
            self.gone.push(object);
        }
        DeletedTopicsEvent::Done
    }

    fn pass(&mut self, ms: u64) {
        let until = self.now.plus_ms(ms);
        while self.now < until {
            self.carry_out();
        }
    }

    fn left_of(&self, number: u64) -> usize {
        let its = self
            .bucket
            .iter()
            .filter(|object| object.partition.topic_id == topic(number));
        its.count()
    }
}

#[test]
fn a_deleted_topic_leaves_nothing_and_its_mark_goes_after_a_grace() {
    let mut world = World::new(&[2]);
    world.pass(LEADER_FIRST_MS + 1);
    assert_eq!((world.left_of(1), world.left_of(2), world.left_of(3)), (6, 0, 6));
    assert!(world.deleted.contains(&topic(2)), "a late upload may come");
    world.pass(SETTINGS.grace_ms + 1);
    assert_eq!(world.deleted, BTreeSet::new());
    assert_eq!(
        world.bucket,
        [objects_of(1), objects_of(3)].concat(),
        "of others nothing goes"
    );
}

#[test]
fn only_the_folders_of_marked_topics_are_looked_at() {
    let mut world = World::new(&[1, 3]);
    world.pass(3 * SETTINGS.grace_ms);
    let listed: BTreeSet<_> = world.listed.iter().copied().collect();
    assert_eq!(listed, BTreeSet::from([topic(1), topic(3)]));
    assert_eq!(world.bucket, objects_of(2));
}

#[test]
fn what_is_not_of_the_topic_stays_also_if_a_listing_shows_it() {
    let mut world = World::new(&[2]);
    world.pass(LEADER_FIRST_MS - 1);
    while world.next != DeletedTopicsEffect::List(topic(2)) {
        world.carry_out();
    }
    world.step(DeletedTopicsEvent::Listed(objects_of(1)));
    assert!(
        matches!(world.next, DeletedTopicsEffect::Rest(_)),
        "{:?}",
        world.next
    );
}

#[test]
fn manifests_go_when_no_segment_is_left() {
    let found = objects_of(2);
    let segments = deletable(topic(2), found.clone());
    assert_eq!(segments.len(), 4);
    assert!(segments.iter().all(|object| object.kind != ObjectKind::Manifest));
    let manifests: Vec<_> = found
        .into_iter()
        .filter(|object| !segments.contains(object))
        .collect();
    assert_eq!(deletable(topic(2), manifests.clone()), manifests);
}

#[test]
fn the_leader_of_a_deleted_topic_comes_first() {
    let mut world = World::new(&[2]);
    world.pass(LEADER_FIRST_MS - 1_000);
    assert_eq!((world.left_of(2), world.listed.len()), (6, 0));
}

#[test]
fn what_arrives_late_goes_too_and_is_waited_for_again() {
    let mut world = World::new(&[2]);
    let late = segment(2, 1, 9);
    world.pass(SETTINGS.grace_ms - 1_000);
    assert_eq!(world.left_of(2), 0);
    world.bucket.push(late.clone());
    world.pass(SETTINGS.grace_ms);
    assert!(world.gone.contains(&late));
    assert!(
        world.deleted.contains(&topic(2)),
        "a grace after what was found last"
    );
    world.pass(SETTINGS.grace_ms);
    assert_eq!(world.deleted, BTreeSet::new());
}

#[test]
fn who_is_stopped_anywhere_goes_on_after_a_restart() {
    for steps in 0..40 {
        let mut world = World::new(&[1, 2]);
        world.pass(LEADER_FIRST_MS - 1);
        for _step in 0..steps {
            world.carry_out();
        }
        world.restart();
        world.pass(3 * SETTINGS.grace_ms);
        assert_eq!(world.bucket, objects_of(3), "{steps} steps");
        assert_eq!(world.deleted, BTreeSet::new());
    }
}

#[test]
fn a_topic_that_comes_into_being_again_is_left_alone_from_then_on() {
    let mut world = World::new(&[2]);
    world.pass(LEADER_FIRST_MS - 1);
    while world.next != DeletedTopicsEffect::List(topic(2)) {
        world.carry_out();
    }
    world.deleted.clear();
    world.pass(3 * SETTINGS.grace_ms);
    assert_eq!((world.left_of(2), world.gone.len()), (6, 0));
}

#[test]
fn a_folder_that_cannot_be_emptied_keeps_no_other_from_it() {
    let mut world = World::new(&[1, 2, 3]);
    world.broken = Some(topic(1));
    world.pass(3 * SETTINGS.grace_ms);
    assert_eq!((world.left_of(1), world.left_of(2), world.left_of(3)), (6, 0, 0));
    assert_eq!(world.deleted, BTreeSet::from([topic(1)]));
    let tries = world.listed.iter().filter(|listed| **listed == topic(1)).count();
    assert!((20..500).contains(&tries), "{tries} tries");
    world.broken = None;
    world.pass(3 * SETTINGS.grace_ms);
    assert_eq!((world.bucket.len(), world.deleted.len()), (0, 0));
}

#[test]
fn one_broker_sweeps_and_the_next_takes_over() {
    let mut world = World::new(&[2]);
    world.duty = Duty::Rests;
    world.restart();
    world.pass(3 * SETTINGS.grace_ms);
    assert_eq!((world.left_of(2), world.listed.len()), (6, 0));
    world.duty = Duty::Sweeps;
    world.pass(3 * SETTINGS.grace_ms);
    assert_eq!((world.left_of(2), world.deleted.len()), (0, 0));
}

#[test]
fn a_mark_that_was_taken_back_is_not_asked_about_again_before_the_image_says_so() {
    let mut world = World::new(&[2]);
    while !matches!(world.next, DeletedTopicsEffect::Forget(_)) {
        world.carry_out();
    }
    let before = world.listed.len();
    world.step(DeletedTopicsEvent::Done);
    world.pass(SETTINGS.grace_ms - 1);
    assert_eq!(world.listed.len(), before);
}

#[test]
fn who_is_relieved_between_listing_and_deleting_deletes_nothing() {
    let mut world = World::new(&[2]);
    while world.next != DeletedTopicsEffect::List(topic(2)) {
        world.carry_out();
    }
    world.duty = Duty::Rests;
    world.pass(SETTINGS.grace_ms);
    assert_eq!(world.gone.len(), 0);
}
