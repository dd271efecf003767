//! What the requests that alter configurations answer; the codes are Kafka's.

use broker_protocol::alter_configs_request;
use broker_protocol::incremental_alter_configs_request::AlterableConfig;

use super::*;
use crate::small_world::World;

fn world() -> World {
    let mut world = World::with_brokers(1);
    world.create("t", 1, 1);
    world
}

fn alter(world: &mut World, kind: i8, name: &str, configs: &[(&str, i8, Option<&str>)]) -> i16 {
    let configs = configs.iter().map(|(name, operation, value)| AlterableConfig {
        name: (*name).into(),
        config_operation: *operation,
        value: value.map(Into::into),
        ..AlterableConfig::default()
    });
    let resource = AlterConfigsResource {
        resource_type: kind,
        resource_name: name.into(),
        configs: configs.collect(),
        ..AlterConfigsResource::default()
    };
    let request = IncrementalAlterConfigsRequest {
        resources: vec![resource],
        ..IncrementalAlterConfigsRequest::default()
    };
    let outcome = world.controller.incremental_alter_configs(&request);
    world.commit(outcome).responses[0].error_code
}

fn value(world: &World, name: &str) -> Option<String> {
    let topic = ConfigResource::topic("t");
    world
        .controller
        .image()
        .configs
        .value(&topic, name)
        .map(|value| value.to_string())
}

#[test]
fn codes_of_incremental_alter_configs_are_kafkas() {
    let mut world = world();
    type Case = (
        i8,
        &'static str,
        &'static [(&'static str, i8, Option<&'static str>)],
        i16,
    );
    let cases: [Case; 14] = [
        (2, "t", &[("retention.ms", 0, Some("3600000"))], 0),
        (2, "t", &[("retention.ms", 1, None)], 0),
        (2, "t", &[("retention.ms", 2, Some("1"))], 40),
        (2, "t", &[("no.such", 0, Some("1"))], 40),
        (2, "t", &[("retention.ms", 0, Some("x"))], 40),
        (2, "t", &[("retention.ms", 0, None)], 42),
        (
            2,
            "t",
            &[("retention.ms", 0, Some("1")), ("retention.ms", 0, Some("2"))],
            42,
        ),
        (2, "t", &[("retention.ms", 9, Some("1"))], -1),
        (2, "nope", &[("retention.ms", 0, Some("1"))], 3),
        (4, "99", &[("log.cleaner.threads", 0, Some("2"))], 42),
        (4, "x", &[("log.cleaner.threads", 0, Some("2"))], 42),
        (4, "", &[("log.cleaner.threads", 0, Some("2"))], 0),
        (8, "1", &[("root", 0, Some("INFO"))], 42),
        (32, "", &[("consumer.session.timeout.ms", 0, Some("2"))], 42),
    ];
    for (kind, name, configs, expected) in cases {
        assert_eq!(
            alter(&mut world, kind, name, configs),
            expected,
            "{kind} {name} {configs:?}"
        );
    }
}

#[test]
fn a_list_is_appended_to_what_it_inherits_and_subtracted_from() {
    let mut world = world();
    alter(
        &mut world,
        2,
        "t",
        &[("cleanup.policy", 2, Some("compact,delete"))],
    );
    assert_eq!(value(&world, "cleanup.policy").as_deref(), Some("delete,compact"));
    alter(&mut world, 2, "t", &[("cleanup.policy", 3, Some("delete"))]);
    assert_eq!(value(&world, "cleanup.policy").as_deref(), Some("compact"));
}

#[test]
fn the_older_request_replaces_the_whole_set() {
    let mut world = world();
    alter(&mut world, 2, "t", &[("retention.ms", 0, Some("1"))]);
    let request = AlterConfigsRequest {
        resources: vec![alter_configs_request::AlterConfigsResource {
            resource_type: 2,
            resource_name: "t".into(),
            configs: vec![alter_configs_request::AlterableConfig {
                name: "cleanup.policy".into(),
                value: Some("compact".into()),
                ..alter_configs_request::AlterableConfig::default()
            }],
            ..alter_configs_request::AlterConfigsResource::default()
        }],
        ..AlterConfigsRequest::default()
    };
    let outcome = world.controller.alter_configs(&request);
    assert_eq!(world.commit(outcome).responses[0].error_code, 0);
    assert_eq!(value(&world, "retention.ms"), None);
    assert_eq!(value(&world, "cleanup.policy").as_deref(), Some("compact"));
}

#[test]
fn what_is_set_already_needs_no_record() {
    let mut world = world();
    alter(&mut world, 2, "t", &[("retention.ms", 0, Some("1"))]);
    let before = world.controller.loader().next_offset();
    assert_eq!(alter(&mut world, 2, "t", &[("retention.ms", 0, Some("1"))]), 0);
    assert_eq!(world.controller.loader().next_offset(), before);
}

/// `t` and `u` on three brokers, of which 3 is away and eligible in both.
fn eligible_world() -> World {
    let mut world = World::with_brokers(3);
    for topic in ["t", "u"] {
        world.create_on(topic, &[&[1, 2, 3]]);
        assert_eq!(
            alter(&mut world, 2, topic, &[("min.insync.replicas", 0, Some("3"))]),
            0
        );
    }
    world.fence(3);
    assert_eq!(eligible(&world), [1, 1]);
    world
}

fn eligible(world: &World) -> [usize; 2] {
    ["t", "u"].map(|topic| world.partition(topic, 0).elr.len())
}

#[test]
fn with_another_minimum_nobody_is_eligible_any_more() {
    let mut world = eligible_world();
    assert_eq!(alter(&mut world, 2, "t", &[("retention.ms", 0, Some("1"))]), 0);
    assert_eq!(eligible(&world), [1, 1], "another configuration changes nothing");
    assert_eq!(
        alter(&mut world, 2, "t", &[("min.insync.replicas", 0, Some("2"))]),
        0
    );
    assert_eq!(eligible(&world), [0, 1], "of that topic alone");

    let mut world = eligible_world();
    assert_eq!(
        alter(&mut world, 4, "", &[("min.insync.replicas", 0, Some("1"))]),
        0
    );
    assert_eq!(eligible(&world), [0, 0]);
    let mut world = eligible_world();
    assert_eq!(alter(&mut world, 2, "t", &[("min.insync.replicas", 1, None)]), 0);
    assert_eq!(eligible(&world), [0, 1], "taken back to the one that it inherits");
}

#[test]
fn what_keeps_a_topic_as_it_is_is_added_to_what_was_asked_for() {
    const POLICY: &str = "cleanup.policy";
    let replaced = |world: &mut World| {
        let request = AlterConfigsRequest {
            resources: vec![alter_configs_request::AlterConfigsResource {
                resource_type: 2,
                resource_name: "t".into(),
                configs: vec![alter_configs_request::AlterableConfig {
                    name: POLICY.into(),
                    value: Some("compact".into()),
                    ..alter_configs_request::AlterableConfig::default()
                }],
                ..alter_configs_request::AlterConfigsResource::default()
            }],
            ..AlterConfigsRequest::default()
        };
        let outcome = world.controller.alter_configs(&request);
        world.commit(outcome).responses[0].error_code
    };
    let changed = |world: &mut World| alter(world, 2, "t", &[(POLICY, 0, Some("compact"))]);
    let tiered = || {
        let mut world = World::with_remote_tier(1);
        world.create("t", 1, 1);
        world
    };
    for (mut world, kept) in [(tiered(), Some("true")), (world(), None)] {
        assert_eq!(changed(&mut world), 0);
        assert_eq!(value(&world, "remote.storage.enable").as_deref(), kept);
    }
    for (mut world, kept) in [(tiered(), Some("true")), (world(), None)] {
        assert_eq!(replaced(&mut world), 0);
        assert_eq!(value(&world, POLICY).as_deref(), Some("compact"));
        assert_eq!(value(&world, "remote.storage.enable").as_deref(), kept);
    }
}
