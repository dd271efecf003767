//! What is left in the bucket of a topic that is deleted: nothing, whoever hears of it and whenever the store is back.

use super::*;

use broker_metadata::deleted_topics;

/// Nobody looks after what a leader leaves, for as long as a test takes.
const LEADER_ONLY: Configs = &[("eddyline.remote.orphan.grace.ms", "3600000")];
const OTHER: &str = "other";

impl World {
    /// Whether a topic is remembered whose objects are to go.
    fn is_remembered(&self) -> bool {
        !deleted_topics(&self.broker.broker().image.load()).is_empty()
    }

    /// Where the topic's objects lie.
    fn folder(&self) -> String {
        let names = self.names();
        let segment = names.iter().find(|name| name.ends_with(".segment")).unwrap();
        segment.rsplit_once('/').unwrap().0.to_owned()
    }

    /// Waits until what is closed of another topic is remote, too; its objects.
    fn tier_another(&mut self) -> Vec<String> {
        let before = self.segments();
        create(&mut self.wire, OTHER, 1, TIERED);
        for offset in 0..20 {
            let answer = produce(&mut self.wire, OTHER, 0, batch(&[value_at(offset).as_bytes()]));
            assert_eq!(answer.error_code, 0);
        }
        self.until("another topic is tiered", |world| world.segments() > before);
        let handle = self.broker.broker().partition_by_name(OTHER, 0).unwrap();
        self.until("all of it", |_| {
            handle.with_log(|log| log.segment_count()).unwrap() == 1
        });
        let id = self.broker.broker().image.load().topics.id_of(OTHER).unwrap();
        let is_its = |name: &String| name.contains(&id.to_string());
        self.names().into_iter().filter(is_its).collect()
    }

    #[track_caller]
    fn until_it_is_deleted_here(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while self.broker.broker().partition_by_name(TOPIC, 0).is_ok() {
            assert!(Instant::now() < deadline, "the topic stays");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[track_caller]
    fn until_it_is_forgotten(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.is_remembered() {
            assert!(Instant::now() < deadline, "a deleted topic is remembered");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_topic_that_is_deleted_while_the_store_cannot_be_used_takes_its_objects_along_later() {
    let mut world = World::start_with(LEADER_ONLY, TIERED);
    world.produce(0..40);
    world.until_tiered();
    world.store.begin(Fault::Down);
    let mut world = world.restart();
    world.delete_topic();
    let gone = |world: &World| world.broker.broker().partition_by_name(TOPIC, 0).is_err();
    let deadline = Instant::now() + PATIENCE;
    while !gone(&world) {
        assert!(Instant::now() < deadline, "the topic stays");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(world.segments() > 0);
    world.store.end(Fault::Down);
    world.until_no_object_is_left();
}

#[test]
fn a_deleted_topic_takes_its_objects_along() {
    let mut world = World::start_with(LEADER_ONLY, TIERED);
    world.produce(0..40);
    world.until_tiered();
    assert!(world.segments() > 0);
    world.delete_topic();
    world.until_no_object_is_left();
}

#[test]
fn a_topic_that_is_deleted_while_the_store_is_away_leaves_nothing_also_if_its_leader_restarts() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let of_other = world.tier_another();
    assert!(of_other.len() > 1 && world.names().len() > of_other.len() + 1);
    world.store.begin(Fault::Down);
    world.delete_topic();
    world.until_it_is_deleted_here();
    let world = world.restart();
    let world = world.restart();
    assert!(world.is_remembered() && world.names().len() > of_other.len() + 1);
    world.store.end(Fault::Down);
    world.until_there_are_left(&of_other);
    world.until_it_is_forgotten();
    assert_eq!(world.names(), of_other, "of the other topic nothing goes");
}

#[test]
fn what_a_later_leader_uploaded_goes_with_the_topic_and_what_no_broker_wrote_stays() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let folder = world.folder();
    world.store.begin(Fault::Down);
    world.delete_topic();
    let late = format!("{folder}/99-AAAAAAAAAAAAAAAAAAAACQ.segment");
    let foreign = format!("{folder}/notes.txt");
    for name in [&late, &foreign] {
        world.broker.wait_for(world.store.place(name));
    }
    world.store.end(Fault::Down);
    world.until_there_are_left(std::slice::from_ref(&foreign));
    world.until_it_is_forgotten();
}

#[test]
fn objects_of_a_topic_that_the_metadata_do_not_have_stay_unless_it_was_deleted() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let folder = world.folder();
    let (cluster, _) = folder.split_once('/').unwrap();
    let unknown = ["1-AAAAAAAAAAAAAAAAAAAACQ.segment", "manifest"]
        .map(|name| format!("{cluster}/AAAAAAAAAAAAAAAAAAAACQ/0/{name}"));
    for name in &unknown {
        world.broker.wait_for(world.store.place(name));
    }
    world.delete_topic();
    world.until_it_is_forgotten();
    world.until_there_are_left(&unknown);
}
