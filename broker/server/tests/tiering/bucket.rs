//! A bucket that is looked at without a broker: what is a finding and what is not.

use super::*;

use broker_server::bucket_report::{BucketProblem, Verification, Weight, manifests, verified};

fn at(world: &World, prefix: &str) -> StoreLocation {
    StoreLocation::Given {
        objects: world.store.clone(),
        prefix: prefix.to_owned(),
    }
}

fn verify(world: &World) -> Verification {
    world.broker.wait_for(verified(&at(world, ""))).unwrap()
}

#[test]
fn a_place_where_no_cluster_lies_is_no_sound_bucket() {
    let mut world = World::start(TIERED);
    world.produce(0..20);
    world.until_tiered();
    assert!(verify(&world).segments > 0);
    let elsewhere = at(&world, "another/prefix");
    let refused = world.broker.wait_for(verified(&elsewhere)).unwrap_err();
    assert!(matches!(refused, BucketProblem::NoCluster(_)), "{refused}");
    let refused = world.broker.wait_for(manifests(&elsewhere)).unwrap_err();
    assert!(refused.to_string().contains("another/prefix"), "{refused}");
    let nowhere = world.data.path().join("nowhere");
    let refused = world
        .broker
        .wait_for(verified(&StoreLocation::Folder(nowhere.clone())));
    assert!(matches!(refused, Err(BucketProblem::NoCluster(_))));
    assert!(!nowhere.exists(), "who looks makes nothing");
}

#[test]
fn what_is_given_up_while_a_bucket_is_verified_is_no_loss() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let before = world.segments();
    world.store.begin(Fault::HoldsSegmentReads);
    let place = at(&world, "");
    let verification = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(verified(&place)).unwrap()
    });
    world.until("a segment is read", |world| world.store.held() > 0);
    world.delete_records(30);
    world.until("objects are gone", |world| world.segments() < before);
    world.store.end(Fault::HoldsSegmentReads);
    let verification = verification.join().unwrap();
    assert_eq!(verification.harmful(), 0, "{verification:?}");
    let names = world.names();
    let last = names.iter().rfind(|name| name.ends_with(".segment")).unwrap();
    world.broker.wait_for(world.store.remove(last));
    assert!(verify(&world).harmful() > 0, "what is still named is");
}

#[test]
fn what_a_deleted_topic_has_left_is_no_loss() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    // Its leader does not come to say that nothing is named any more.
    world.store.begin(Fault::Down);
    world.delete_topic();
    let deadline = Instant::now() + PATIENCE;
    while world.broker.broker().partition_by_name(TOPIC, 0).is_ok() {
        assert!(Instant::now() < deadline, "the topic stays");
        std::thread::sleep(Duration::from_millis(20));
    }
    let world = world.restart();
    let names = world.names();
    let segment = names.iter().find(|name| name.ends_with(".segment")).unwrap();
    world.broker.wait_for(world.store.remove(segment));
    world.store.begin(Fault::RefusesDeletes);
    world.store.end(Fault::Down);
    loop {
        let verification = verify(&world);
        let findings = &verification.findings;
        if verification.harmful() == 0 && findings.len() == 1 {
            assert!(findings[0].what.contains("deleted"), "{findings:?}");
            break;
        }
        // The last backup does not know of the deletion yet.
        assert!(Instant::now() < deadline, "{findings:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    world.store.end(Fault::RefusesDeletes);
    world.until_no_object_is_left();
}

#[test]
fn a_manifest_that_cannot_be_read_hides_no_other() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let names = world.names();
    let (cluster, _) = names[0].split_once('/').unwrap();
    let edited = format!("{cluster}/AAAAAAAAAAAAAAAAAAAACQ/0/manifest");
    world.broker.wait_for(world.store.place(&edited));
    let found = world.broker.wait_for(manifests(&at(&world, ""))).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found.iter().filter(|(_, manifest)| manifest.is_err()).count(), 1);
    let verification = verify(&world);
    assert_eq!(verification.harmful(), 1, "{verification:?}");
    assert!(verification.segments > 0);
}

#[test]
fn a_batch_that_lies_elsewhere_than_it_was_written_is_found() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    assert_eq!(verify(&world).harmful(), 0);
    let names = world.names();
    let name = names.iter().find(|name| name.ends_with(".segment")).unwrap();
    let mut bytes = world.broker.wait_for(world.store.bytes(name));
    let batch = 12 + usize::try_from(u32::from_be_bytes(bytes[8..12].try_into().unwrap())).unwrap();
    let offset = |bytes: &[u8], at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap());
    let follows = |at: &usize| offset(&bytes, *at) == offset(&bytes, 0) + (*at / batch) as u64;
    let last = (0..)
        .map(|number| number * batch)
        .take_while(follows)
        .last()
        .unwrap();
    assert!(last > 0);
    // No checksum covers where a batch lies.
    bytes[last + 7] += 1;
    world.broker.wait_for(world.store.replace(name, bytes));
    let verification = verify(&world);
    assert_eq!(verification.harmful(), 1, "{verification:?}");
    assert!(
        verification
            .findings
            .iter()
            .all(|found| found.weight == Weight::Harmful)
    );
}

#[test]
fn a_batch_that_names_another_epoch_is_found() {
    let mut world = World::start(TIERED);
    world.produce(0..40);
    world.until_tiered();
    let names = world.names();
    let name = names.iter().find(|name| name.ends_with(".segment")).unwrap();
    let mut bytes = world.broker.wait_for(world.store.bytes(name));
    bytes[15] += 1;
    world.broker.wait_for(world.store.replace(name, bytes));
    let verification = verify(&world);
    assert_eq!(verification.harmful(), 1, "{verification:?}");
    assert!(
        verification.findings[0].what.contains("epoch"),
        "{verification:?}"
    );
}
