//! What becomes of a topic for each thing that its object can say and its cluster can be; the deletion matrix.

use proptest::prelude::*;

use super::*;

fn topic(spec: &str) -> Topic {
    let text = format!(
        "apiVersion: kafka.eddyline.dev/v1alpha1\nkind: Topic\nmetadata: {{name: payments, namespace: team, generation: 1}}\n\
         spec: {{clusterRef: {{name: orders}}, {spec}}}"
    );
    serde_yaml::from_str(&text).unwrap()
}

fn facts(existing: Option<TopicFact>) -> TopicFacts {
    TopicFacts {
        now: Timestamp::UNIX_EPOCH,
        cluster: Fact::Known(ClusterOfTopic {
            available: true,
            brokers: 3,
            ..ClusterOfTopic::default()
        }),
        granted: Fact::Known(true),
        older: Fact::Absent,
        topic: existing.map_or(Fact::Absent, Fact::Known),
        tier: Fact::Absent,
        deletion_enabled: Fact::Known(true),
    }
}

fn existing(partitions: i32, replicas: i32, config: &[(&str, &str)]) -> TopicFact {
    TopicFact {
        id: "topic-id".to_owned(),
        partitions,
        replicas: (replicas, replicas),
        moving: 0,
        config: config
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn reason(plan: &TopicPlan) -> &'static str {
    match &plan.flow {
        Flow::Done => "",
        Flow::Working { reason, .. } | Flow::Stalled { reason, .. } => reason,
    }
}

fn events(plan: &TopicPlan) -> Vec<&'static str> {
    plan.events.iter().map(|event| event.reason).collect()
}

#[test]
fn a_topic_that_is_not_there_is_made_with_the_defaults_of_its_cluster() {
    let mut facts = facts(None);
    let Fact::Known(cluster) = &mut facts.cluster else {
        panic!("known")
    };
    cluster.defaults.replicas = Some(2);
    let plan = plan(&topic("partitions: 6, config: {retention.ms: 5}"), &facts);
    let TopicRequest::Create {
        name,
        partitions,
        replicas,
        config,
    } = &plan.requests[0]
    else {
        panic!("{plan:?}")
    };
    assert_eq!(
        (name.as_str(), *partitions, *replicas),
        ("payments", Some(6), Some(2))
    );
    assert_eq!(config["retention.ms"], "5");
    assert_eq!(plan.finalizer, None);
}

#[test]
fn only_who_waits_for_the_object_of_the_cluster_is_woken_by_it_alone() {
    let waits = |cluster: Fact<ClusterOfTopic>| {
        let facts = TopicFacts {
            cluster,
            ..facts(None)
        };
        plan(&topic(""), &facts).waits_for_cluster()
    };
    let silent = Fact::Known(ClusterOfTopic {
        brokers: 3,
        ..ClusterOfTopic::default()
    });
    assert!(waits(silent) && waits(Fact::Absent));
    let serves = Fact::Known(ClusterOfTopic {
        available: true,
        brokers: 3,
        ..ClusterOfTopic::default()
    });
    assert!(!waits(serves) && !waits(Fact::Unknown("not listed".to_owned())));
}

#[test]
fn a_tiered_topic_is_made_and_kept_so() {
    let spec = "tiering: {localRetention: {time: 1d}}, config: {retention.ms: 5}";
    let made = plan(&topic(spec), &facts(None));
    let TopicRequest::Create { config, .. } = &made.requests[0] else {
        panic!("{made:?}")
    };
    let expected = [
        ("local.retention.ms", "86400000"),
        ("remote.storage.enable", "true"),
        ("retention.ms", "5"),
    ];
    let pairs: Vec<_> = config
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(pairs, expected);
    let kept = plan(&topic(spec), &facts(Some(existing(1, 1, &expected))));
    assert!(kept.requests.is_empty(), "{kept:?}");
}

#[test]
fn a_topic_that_exists_is_adopted_once() {
    let mut topic = topic("partitions: 3");
    let facts = facts(Some(existing(3, 3, &[])));
    let first = plan(&topic, &facts);
    assert_eq!(events(&first), ["AdoptedExisting"]);
    topic.status = first.status;
    assert!(plan(&topic, &facts).is_quiet());
}

#[test]
fn partitions_grow_and_never_shrink() {
    let grow = plan(&topic("partitions: 5"), &facts(Some(existing(3, 3, &[]))));
    assert!(matches!(
        grow.requests[0],
        TopicRequest::Grow { partitions: 5, .. }
    ));
    let shrink = plan(&topic("partitions: 2"), &facts(Some(existing(3, 3, &[]))));
    assert_eq!(
        (reason(&shrink), shrink.requests.len()),
        ("IncompatibleExisting", 0)
    );
    let adopted = plan(
        &topic("partitions: 2, adopt: true"),
        &facts(Some(existing(3, 3, &[]))),
    );
    assert_eq!(reason(&adopted), "");
    assert_eq!(adopted.status.unwrap().drift[0].field, "partitions");
}

#[test]
fn another_number_of_replicas_is_one_movement_at_a_time() {
    let mut fact = existing(3, 2, &[]);
    let change = plan(&topic("replicas: 3"), &facts(Some(fact.clone())));
    assert!(matches!(
        change.requests[0],
        TopicRequest::ChangeReplicas { replicas: 3, .. }
    ));
    fact.moving = 2;
    let moving = plan(&topic("replicas: 3"), &facts(Some(fact)));
    assert_eq!((reason(&moving), moving.requests.len()), ("Reassigning", 0));
    assert_eq!(moving.status.unwrap().reassignment.unwrap().partitions_left, 2);
}

#[test]
fn replicas_are_added_as_fast_as_the_cluster_says_and_the_limit_goes_with_the_movement() {
    let lists = [
        ("follower.replication.throttled.replicas", "0:2"),
        ("leader.replication.throttled.replicas", "0:1"),
    ];
    let mut facts = facts(Some(existing(1, 1, &[])));
    if let Fact::Known(cluster) = &mut facts.cluster {
        cluster.throttle = Some(1_000);
    }
    let spec = "replicas: 2, configPolicy: Observe";
    let asked = plan(&topic(spec), &facts).requests;
    assert!(
        matches!(
            &asked[..],
            [TopicRequest::ChangeReplicas {
                throttle: Some(1_000),
                ..
            }]
        ),
        "{asked:?}"
    );
    let mut requests = |fact: TopicFact, spec: &str| {
        facts.topic = Fact::Known(fact);
        plan(&topic(spec), &facts).requests
    };
    let moving = TopicFact {
        moving: 1,
        ..existing(1, 1, &lists)
    };
    assert!(requests(moving, spec).is_empty());
    let asked = requests(existing(1, 2, &lists), spec);
    let [TopicRequest::ChangeConfig { set, remove, .. }] = &asked[..] else {
        panic!("the lists are to go")
    };
    assert_eq!(
        (set.len(), &remove[..]),
        (0, &lists.map(|(name, _)| name.to_owned())[..])
    );
    let all = [("leader.replication.throttled.replicas", "*")];
    assert!(requests(existing(1, 2, &all), spec).is_empty());
    let declared = "replicas: 2, config: {leader.replication.throttled.replicas: \"0:1\"}";
    assert!(requests(existing(1, 2, &lists[1..]), declared).is_empty());
}

#[test]
fn undeclared_configuration_is_removed_kept_or_only_shown() {
    let fact = existing(1, 1, &[("cleanup.policy", "compact"), ("retention.ms", "1")]);
    let with = |policy: &str| {
        let spec = format!("config: {{retention.ms: 9}}, configPolicy: {policy}");
        plan(&topic(&spec), &facts(Some(fact.clone())))
    };
    let TopicRequest::ChangeConfig { set, remove, .. } = &with("Enforce").requests[0] else {
        panic!("Enforce")
    };
    assert_eq!(
        (set["retention.ms"].as_str(), remove.as_slice()),
        ("9", ["cleanup.policy".to_owned()].as_slice())
    );
    let TopicRequest::ChangeConfig { remove, .. } = &with("Merge").requests[0] else {
        panic!("Merge")
    };
    assert!(remove.is_empty());
    let observed = with("Observe");
    assert!(observed.requests.is_empty());
    assert_eq!(observed.status.unwrap().drift.len(), 2);
}

#[test]
fn throttles_of_a_movement_that_goes_on_are_left_alone() {
    let fact = existing(1, 1, &[("leader.replication.throttled.replicas", "0:1")]);
    let moving = TopicFact { moving: 1, ..fact };
    assert!(plan(&topic(""), &facts(Some(moving))).requests.is_empty());
}

#[test]
fn the_older_of_two_objects_has_the_topic() {
    let mut facts = facts(Some(existing(3, 3, &[])));
    facts.older = Fact::Known("team/first".to_owned());
    let plan = plan(&topic("partitions: 9"), &facts);
    assert_eq!((reason(&plan), plan.requests.len()), ("ResourceConflict", 0));
    assert_eq!(plan.status.unwrap().topic_id, None);
}

#[test]
fn topics_of_the_cluster_itself_are_refused() {
    let plan = plan(
        &topic("topicName: __consumer_offsets"),
        &facts(Some(existing(50, 3, &[]))),
    );
    assert_eq!((reason(&plan), plan.requests.len()), ("InternalTopic", 0));
}

/// GitOps tools take a stalled object for a failed one, and brokers that start a second later are no failure.
#[test]
fn a_topic_that_comes_before_all_brokers_waits_for_them() {
    let early = too_early(&topic(""), &facts(None), "2 can take replicas");
    assert!(matches!(
        early.flow,
        Flow::Working {
            reason: "WaitingForBrokers",
            ..
        }
    ));
    assert!(early.status.is_some());
    let lasting = refused(&topic(""), &facts(None), "no");
    assert!(matches!(
        lasting.flow,
        Flow::Stalled {
            reason: "Refused",
            ..
        }
    ));
}

#[test]
fn a_namespace_without_a_grant_gets_no_topic() {
    let mut facts = facts(None);
    facts.granted = Fact::Known(false);
    let plan = plan(&topic(""), &facts);
    assert_eq!((reason(&plan), plan.requests.len()), ("NotPermitted", 0));
}

#[test]
fn a_topic_that_comes_before_its_cluster_waits() {
    let mut facts = facts(None);
    facts.cluster = Fact::Absent;
    assert_eq!(reason(&plan(&topic(""), &facts)), "ClusterNotFound");
}

#[test]
fn limits_of_the_cluster_hold() {
    let mut facts = facts(None);
    let Fact::Known(cluster) = &mut facts.cluster else {
        panic!("known")
    };
    cluster.limits.max_partitions_per_topic = Some(10);
    cluster.limits.min_replicas = Some(2);
    assert_eq!(reason(&plan(&topic("partitions: 11"), &facts)), "LimitExceeded");
    assert_eq!(reason(&plan(&topic("replicas: 1"), &facts)), "LimitExceeded");
    assert_eq!(
        reason(&plan(&topic("replicas: 4"), &facts)),
        "InsufficientBrokers"
    );
}

#[test]
fn a_topic_that_somebody_deleted_is_made_anew_and_that_is_told() {
    let mut topic = topic("");
    topic.status = Some(TopicStatus {
        topic_id: Some("old".to_owned()),
        ..TopicStatus::default()
    });
    assert_eq!(events(&plan(&topic, &facts(None))), ["TopicRecreated"]);
}

#[test]
fn what_is_observed_or_only_created_is_not_changed() {
    let fact = existing(1, 1, &[("a", "b")]);
    for policy in ["Observe", "CreateOnly"] {
        let spec = format!("partitions: 9, managementPolicy: {policy}");
        let plan = plan(&topic(&spec), &facts(Some(fact.clone())));
        assert!(plan.requests.is_empty(), "{policy}");
        assert_eq!(plan.status.unwrap().drift.len(), 2, "{policy}");
    }
    assert_eq!(
        reason(&plan(&topic("managementPolicy: Observe"), &facts(None))),
        "TopicNotFound"
    );
}

#[test]
fn the_finalizer_comes_before_the_topic_and_only_with_delete() {
    let plan = plan(&topic("deletionPolicy: Delete"), &facts(None));
    assert_eq!(plan.finalizer, Some(FinalizerChange::Add));
    assert!(plan.requests.is_empty());
}

fn deleted(spec: &str) -> Topic {
    let mut topic = topic(spec);
    topic.metadata.deletion_timestamp = Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(
        Timestamp::UNIX_EPOCH,
    ));
    topic.metadata.finalizers = Some(vec![
        "other/one".to_owned(),
        operator_api::labels::TOPIC_FINALIZER.to_owned(),
    ]);
    topic.status = Some(TopicStatus {
        topic_id: Some("topic-id".to_owned()),
        ..TopicStatus::default()
    });
    topic
}

type Change = fn(&mut TopicFacts);

fn of_cluster(facts: &mut TopicFacts, change: impl FnOnce(&mut ClusterOfTopic)) {
    let Fact::Known(cluster) = &mut facts.cluster else {
        panic!("the cluster is known")
    };
    change(cluster);
}

/// (what is the case, what becomes of the object, what is asked, event or reason)
const MATRIX: &[(Change, Option<FinalizerChange>, usize, &str)] = &[
    (|_| (), None, 1, "Deleting"),
    (
        |facts| facts.topic = Fact::Absent,
        Some(FinalizerChange::Remove),
        0,
        "",
    ),
    (
        |facts| facts.cluster = Fact::Absent,
        Some(FinalizerChange::Remove),
        0,
        "TopicLeftBehind",
    ),
    (
        |facts| of_cluster(facts, |cluster| cluster.terminating = true),
        Some(FinalizerChange::Remove),
        0,
        "TopicLeftBehind",
    ),
    (
        |facts| of_cluster(facts, |cluster| cluster.available = false),
        None,
        0,
        "WaitingForCluster",
    ),
    (
        |facts| facts.cluster = Fact::Unknown(String::new()),
        None,
        0,
        "Observing",
    ),
    (
        |facts| facts.topic = Fact::Unknown(String::new()),
        None,
        0,
        "Observing",
    ),
    (
        |facts| facts.older = Fact::Known("a/b".to_owned()),
        Some(FinalizerChange::Remove),
        0,
        "TopicLeftBehind",
    ),
    (
        |facts| facts.granted = Fact::Known(false),
        Some(FinalizerChange::Remove),
        0,
        "TopicLeftBehind",
    ),
    (
        |facts| facts.deletion_enabled = Fact::Known(false),
        None,
        0,
        "DeletionDisabled",
    ),
];

#[test]
fn the_deletion_matrix_holds() {
    for (index, (change, finalizer, requests, word)) in MATRIX.iter().enumerate() {
        let mut facts = facts(Some(existing(1, 1, &[])));
        change(&mut facts);
        let plan = plan(&deleted("deletionPolicy: Delete"), &facts);
        let said = plan.events.first().map_or(reason(&plan), |event| event.reason);
        assert_eq!(
            (plan.finalizer, plan.requests.len(), said),
            (*finalizer, *requests, *word),
            "row {index}"
        );
    }
}

#[test]
fn an_object_that_retains_its_topic_goes_at_once_whatever_the_cluster_is() {
    for (change, _, _, _) in MATRIX {
        let mut facts = facts(Some(existing(1, 1, &[])));
        change(&mut facts);
        let plan = plan(&deleted(""), &facts);
        assert_eq!(
            (plan.finalizer, plan.requests.len()),
            (Some(FinalizerChange::Remove), 0)
        );
    }
}

#[test]
fn a_topic_of_the_same_name_with_another_id_is_not_deleted() {
    let mut other = existing(1, 1, &[]);
    other.id = "another".to_owned();
    let plan = plan(&deleted("deletionPolicy: Delete"), &facts(Some(other)));
    assert_eq!((plan.requests.len(), events(&plan)), (0, vec!["TopicLeftBehind"]));
}

/// The cluster does what it is asked.
fn execute(facts: &mut TopicFacts, requests: &[TopicRequest]) {
    for request in requests {
        let mut fact = facts.topic.known().cloned().unwrap_or_default();
        match request.clone() {
            TopicRequest::Create {
                partitions,
                replicas,
                config,
                ..
            } => {
                fact = existing(partitions.unwrap_or(1), replicas.unwrap_or(1), &[]);
                fact.config = config;
            }
            TopicRequest::Grow { partitions, .. } => fact.partitions = partitions,
            TopicRequest::ChangeReplicas { replicas, .. } => fact.replicas = (replicas, replicas),
            TopicRequest::ChangeConfig { set, remove, .. } => {
                fact.config.extend(set);
                fact.config.retain(|key, _| !remove.contains(key));
            }
            TopicRequest::Delete { .. } => {
                facts.topic = Fact::Absent;
                continue;
            }
        }
        facts.topic = Fact::Known(fact);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_topic_ends_as_described_and_quiet(
        partitions in prop::option::of(1..9_i32),
        replicas in prop::option::of(1..4_i32),
        value in 0..3_i32,
        policy in 0..3_usize,
        before in prop::option::of((1..9_i32, 1..4_i32, 0..3_i32)),
    ) {
        let mut spec = format!("config: {{a: {value}}}, configPolicy: {}", ["Enforce", "Merge", "Observe"][policy]);
        if let Some(partitions) = partitions { spec += &format!(", partitions: {partitions}"); }
        if let Some(replicas) = replicas { spec += &format!(", replicas: {replicas}"); }
        let mut topic = topic(&spec);
        let mut facts = facts(before.map(|(partitions, replicas, b)| {
            existing(partitions, replicas, &[("b", &b.to_string())])
        }));
        for _ in 0..6 {
            let plan = plan(&topic, &facts);
            execute(&mut facts, &plan.requests);
            if plan.status.is_some() { topic.status = plan.status; }
        }
        let plan = plan(&topic, &facts);
        prop_assert!(plan.is_quiet(), "{:?}", plan);
        prop_assert!(plan.flow == Flow::Done || reason(&plan) == "IncompatibleExisting");
    }

    #[test]
    fn nothing_is_deleted_on_an_unknown_fact(what in 0..5_usize) {
        let mut facts = facts(Some(existing(1, 1, &[])));
        let reason = || "hidden".to_owned();
        match what {
            0 => facts.cluster = Fact::Unknown(reason()),
            1 => facts.granted = Fact::Unknown(reason()),
            2 => facts.older = Fact::Unknown(reason()),
            3 => facts.topic = Fact::Unknown(reason()),
            _ => facts.deletion_enabled = Fact::Unknown(reason()),
        }
        let plan = plan(&deleted("deletionPolicy: Delete"), &facts);
        prop_assert_eq!((plan.finalizer, plan.requests.len()), (None, 0));
    }
}

#[test]
fn a_tiered_topic_shows_its_bytes_and_keeps_them_while_nobody_tells() {
    let shown = |tiering: &str, tier: Fact<TierBytes>, old: Option<i64>| {
        let mut topic = topic(&format!("partitions: 1{tiering}"));
        if let Some(remote_bytes) = old {
            topic.status = Some(operator_api::topic::TopicStatus {
                tiering: Some(operator_api::tiering::TieringStatus {
                    remote_bytes,
                    ..Default::default()
                }),
                ..Default::default()
            });
        }
        let facts = TopicFacts {
            tier,
            ..facts(Some(existing(1, 1, &[])))
        };
        let status = plan(&topic, &facts).status.unwrap();
        status.tiering.map(|tiering| tiering.remote_bytes)
    };
    let bytes = Fact::Known(TierBytes {
        remote_bytes: 7,
        ..TierBytes::default()
    });
    let silent = || Fact::Unknown("no answer".to_owned());
    assert_eq!(shown(", tiering: {}", bytes, None), Some(7));
    assert_eq!(shown(", tiering: {}", silent(), Some(5)), Some(5));
    assert_eq!(shown("", silent(), Some(5)), None, "it is tiered no more");
}
