//! What a cluster with a bucket says about it.

use std::collections::BTreeMap;

use super::{THREE, with};
use crate::fact::Fact;
use crate::facts::{TierBytes, TierFact, TierTrouble};
use crate::world::World;

const CONDITION: &str = "TieringHealthy";

fn fine(remote_bytes: i64) -> TierFact {
    TierFact {
        enabled: true,
        used: true,
        held: TierBytes {
            local_bytes: 10,
            remote_bytes,
            lag_bytes: 3,
            lag_ms: 25_500,
        },
        ..TierFact::default()
    }
}

fn bad(trouble: TierTrouble, said: &str) -> TierFact {
    TierFact {
        used: false,
        trouble: Some((trouble, said.to_owned())),
        ..fine(100)
    }
}

fn tiered(told: [Fact<TierFact>; 3]) -> World {
    let mut world = World::settled(&with("tiering: {bucket: logs}"));
    world.tier = (0..).zip(told).collect();
    world.settle();
    world
}

fn message(world: &World) -> String {
    let status = world.cluster.status.clone().unwrap();
    let mut conditions = status.conditions.into_iter();
    conditions
        .find(|condition| condition.type_ == CONDITION)
        .unwrap()
        .message
}

#[test]
fn bytes_of_all_brokers_are_added_up_and_the_longest_lag_counts() {
    let world = tiered([
        Fact::Known(fine(100)),
        Fact::Known(fine(200)),
        Fact::Known(fine(300)),
    ]);
    assert_eq!(world.condition(CONDITION), "True StoreAnswers");
    let tiering = world.cluster.status.unwrap().tiering.unwrap();
    assert_eq!((tiering.local_bytes, tiering.remote_bytes), (30, 600));
    assert_eq!((tiering.copy_lag_bytes, tiering.copy_lag_seconds), (9, 20));
}

#[test]
fn each_trouble_has_its_reason_and_tells_what_the_store_said() {
    for (trouble, reason) in [
        (TierTrouble::OtherCluster, "False BucketOfAnotherCluster"),
        (TierTrouble::NoConditions, "False ConditionalWritesIgnored"),
        (TierTrouble::Configuration, "False StoreMisconfigured"),
        (TierTrouble::Credentials, "False CredentialsRefused"),
        (TierTrouble::Denied, "False AccessDenied"),
        (TierTrouble::NoBucket, "False BucketMissing"),
        (TierTrouble::Region, "False WrongRegion"),
        (TierTrouble::Clock, "False ClockSkewed"),
        (TierTrouble::Full, "False StoreFull"),
        (TierTrouble::Unreachable, "False StoreUnreachable"),
    ] {
        let world = tiered([
            Fact::Known(fine(1)),
            Fact::Known(bad(trouble, "the words")),
            Fact::Unknown("it restarts".to_owned()),
        ]);
        assert_eq!(world.condition(CONDITION), reason);
        assert_eq!(message(&world), "broker 1: the words");
        assert_eq!(world.condition("Ready"), "True Available", "producing goes on");
    }
}

#[test]
fn what_somebody_has_to_do_comes_before_what_may_pass() {
    let world = tiered([
        Fact::Known(bad(TierTrouble::Unreachable, "no answer")),
        Fact::Known(bad(TierTrouble::Credentials, "no such key")),
        Fact::Known(fine(1)),
    ]);
    assert_eq!(world.condition(CONDITION), "False CredentialsRefused");
}

#[test]
fn refused_records_are_told_first_and_with_their_cause() {
    let blocked = TierFact {
        produce_blocked: true,
        ..bad(TierTrouble::Unreachable, "no answer")
    };
    let world = tiered([Fact::Known(fine(1)), Fact::Known(blocked), Fact::Known(fine(1))]);
    assert_eq!(world.condition(CONDITION), "False DiskBudgetReached");
    let message = message(&world);
    assert!(message.starts_with("brokers 1 refuse") && message.ends_with("broker 1: no answer"));
}

#[test]
fn it_recovers_by_itself_and_is_looked_at_more_often_until_then() {
    let mut world = tiered([
        Fact::Known(bad(TierTrouble::Unreachable, "no answer")),
        Fact::Known(fine(1)),
        Fact::Known(fine(1)),
    ]);
    let again = |world: &mut World| {
        let plan = world.pass();
        plan.look_again_after(world.cluster.status.as_ref())
    };
    assert_eq!(again(&mut world), 15);
    world.tier.insert(0, Fact::Known(fine(1)));
    world.settle();
    assert_eq!(world.condition(CONDITION), "True StoreAnswers");
    assert_eq!(again(&mut world), 60);
    let mut plain = World::settled(THREE);
    assert_eq!(again(&mut plain), 600);
}

#[test]
fn who_does_not_answer_changes_nothing() {
    let mut world = tiered([
        Fact::Known(fine(100)),
        Fact::Known(fine(100)),
        Fact::Known(fine(100)),
    ]);
    world.tier.insert(1, Fact::Unknown("it restarts".to_owned()));
    for _ in 0..30 {
        world.pass(); // of five seconds: numbers may be told anew
    }
    assert_eq!(world.condition(CONDITION), "True StoreAnswers");
    let kept = world.cluster.status.clone().unwrap().tiering.unwrap();
    assert_eq!(kept.remote_bytes, 300, "of two brokers would be too little");
    for id in 0..3 {
        world.tier.insert(id, Fact::Unknown("no answer".to_owned()));
    }
    world.settle();
    assert_eq!(world.condition(CONDITION), "Unknown Observing");
    assert_eq!(
        world
            .cluster
            .status
            .clone()
            .unwrap()
            .tiering
            .unwrap()
            .remote_bytes,
        300
    );
}

#[test]
fn a_cluster_without_a_bucket_says_nothing_of_one() {
    let mut world = World::settled(THREE);
    world.tier = BTreeMap::from([(0, Fact::Known(TierFact::default()))]);
    world.settle();
    assert_eq!(world.condition(CONDITION), "");
    assert_eq!(world.cluster.status.clone().unwrap().tiering, None);
    let untold = tiered([Fact::Known(TierFact::default()), Fact::Absent, Fact::Absent]);
    assert_eq!(
        untold.condition(CONDITION),
        "Unknown Observing",
        "no broker has it yet"
    );
}

#[test]
fn answers_that_differ_in_words_only_write_nothing() {
    let mut world = tiered([
        Fact::Known(bad(TierTrouble::Denied, "request 1")),
        Fact::Known(fine(1)),
        Fact::Known(fine(1)),
    ]);
    world
        .tier
        .insert(0, Fact::Known(bad(TierTrouble::Denied, "request 2")));
    assert!(world.pass().is_quiet());
    assert_eq!(message(&world), "broker 0: request 1");
    world
        .tier
        .insert(0, Fact::Known(bad(TierTrouble::NoBucket, "request 3")));
    world.settle();
    assert_eq!(message(&world), "broker 0: request 3");
}

#[test]
fn records_that_are_refused_for_another_word_of_the_store_write_nothing() {
    let blocked = |said: &str| {
        Fact::Known(TierFact {
            produce_blocked: true,
            ..bad(TierTrouble::Unreachable, said)
        })
    };
    let mut world = tiered([blocked("request 1"), Fact::Known(fine(1)), Fact::Known(fine(1))]);
    world.tier.insert(0, blocked("request 2"));
    assert!(world.pass().is_quiet());
    assert!(message(&world).ends_with("request 1"));
}

#[test]
fn a_cluster_under_load_writes_its_bytes_once_a_minute_and_at_rest_never() {
    let mut world = tiered([Fact::Known(fine(0)), Fact::Known(fine(0)), Fact::Known(fine(0))]);
    let began = world.facts().now.as_second();
    let mut writes = 0;
    for pass in 1..=100 {
        world.tier.insert(0, Fact::Known(fine(pass * 1_000_000)));
        writes += i64::from(!world.pass().is_quiet());
    }
    let minutes = (world.facts().now.as_second() - began) / 60;
    assert!(
        (1..=minutes + 1).contains(&writes),
        "{writes} writes in {minutes} minutes"
    );
    world.settle();
    assert!((0..100).all(|_| world.pass().is_quiet()));
}
