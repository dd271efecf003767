//! What becomes of topics that are tiered without saying so when their configurations change.

use broker_metadata::messages::{ConfigRecord, TopicRecord};
use broker_metadata::{MetadataDelta, MetadataRecord};
use broker_model::{BrokerId, Uuid};

use super::*;
use crate::config::Settings;

const TOPIC: &str = "orders";
const TIERS: (&str, &str) = ("remote.log.storage.system.enable", "true");
const ALL: (&str, &str) = ("eddyline.remote.topics", "true");
const COMPACT: (&str, &str) = ("cleanup.policy", "compact");
const ON: (&str, &str) = (REMOTE_STORAGE, "true");
const OFF: (&str, &str) = (REMOTE_STORAGE, "false");
const WITH_DATA: (&str, &str) = ("remote.log.delete.on.disable", "true");

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn rules(started_with: Pairs<'_>) -> ControllerConfigRules {
    let mut settings = Settings::new();
    for (name, value) in started_with {
        settings.set(*name, *value);
    }
    ControllerConfigRules::new(Arc::new(StaticConfigs::new(BrokerId::new(1), settings)))
}

fn configs(pairs: Pairs<'_>) -> Configs {
    let pair = |(name, value): &(&str, &str)| ((*name).into(), (*value).into());
    pairs.iter().map(pair).collect()
}

/// A cluster with one topic.
fn image(topic: &str, own: Pairs<'_>) -> MetadataImage {
    let made = TopicRecord {
        name: topic.into(),
        topic_id: Uuid::from_bytes([1; 16]),
        ..TopicRecord::default()
    };
    let configured = own.iter().map(|(name, value)| {
        MetadataRecord::from(ConfigRecord {
            resource_type: ConfigResourceType::Topic.code(),
            resource_name: topic.into(),
            name: (*name).into(),
            value: Some((*value).into()),
            ..ConfigRecord::default()
        })
    });
    let image = MetadataImage::default();
    let mut delta = MetadataDelta::new(&image);
    for record in std::iter::once(made.into()).chain(configured) {
        delta.replay(&record).unwrap();
    }
    delta.apply(image.provenance).0
}

/// What is added to the configurations that a topic is to have.
fn added(node: Pairs<'_>, before: Pairs<'_>, after: Pairs<'_>) -> Option<(&'static str, &'static str)> {
    let (image, topic) = (image(TOPIC, before), ConfigResource::topic(TOPIC));
    rules(node).keeping(&image, &topic, &configs(after))
}

fn refusal(node: Pairs<'_>, before: Pairs<'_>, after: Pairs<'_>) -> Option<String> {
    let (image, topic) = (image(TOPIC, before), ConfigResource::topic(TOPIC));
    let refused = rules(node).validate(&image, &topic, &configs(after));
    refused.err().and_then(|error| error.message)
}

#[test]
fn a_topic_that_is_tiered_by_default_says_so_once_it_is_compacted() {
    assert_eq!(added(&[TIERS, ALL], &[], &[COMPACT]), Some(ON));
    let both = ("cleanup.policy", "compact,delete");
    assert_eq!(added(&[TIERS, ALL], &[], &[both]), Some(ON));
    assert_eq!(
        refusal(&[TIERS, ALL], &[], &[COMPACT, ON]),
        None,
        "which is allowed"
    );
}

#[test]
fn nothing_is_added_where_nothing_would_be_lost() {
    let deletes = ("cleanup.policy", "delete");
    for (node, before, after) in [
        (&[TIERS][..], &[][..], &[COMPACT][..]),
        (&[ALL], &[], &[COMPACT]),
        (&[TIERS, ALL], &[], &[deletes]),
        (&[TIERS, ALL], &[COMPACT], &[COMPACT, deletes]),
        (&[TIERS, ALL], &[OFF], &[OFF, COMPACT]),
        (&[TIERS, ALL], &[ON], &[ON, COMPACT]),
    ] {
        assert_eq!(added(node, before, after), None, "{node:?} {before:?} {after:?}");
    }
    let created = rules(&[TIERS, ALL]).keeping(
        &image("another", &[]),
        &ConfigResource::topic(TOPIC),
        &configs(&[COMPACT]),
    );
    assert_eq!(created, None, "a topic that is made has nothing to lose");
}

#[test]
fn what_a_user_takes_back_is_not_said_again() {
    assert_eq!(added(&[TIERS, ALL], &[ON], &[COMPACT]), None);
    assert_eq!(added(&[TIERS, ALL], &[], &[COMPACT, OFF]), None);
}

#[test]
fn tiering_by_default_ends_only_with_the_remote_data() {
    let told = "without deleting remote data";
    for after in [&[OFF][..], &[OFF, COMPACT], &[COMPACT]] {
        let refused = refusal(&[TIERS, ALL], &[], after);
        assert!(refused.is_some_and(|why| why.contains(told)), "{after:?}");
    }
    assert_eq!(refusal(&[TIERS, ALL], &[], &[OFF, WITH_DATA]), None);
    assert_eq!(refusal(&[TIERS], &[], &[OFF]), None, "it never was");
    assert_eq!(refusal(&[TIERS, ALL], &[OFF], &[OFF]), None, "it is over already");
    assert_eq!(
        refusal(&[TIERS, ALL], &[ON], &[]),
        None,
        "it is tiered without saying so"
    );
    let refused = refusal(&[TIERS, ALL], &[ON, COMPACT], &[COMPACT]);
    assert!(refused.is_some_and(|why| why.contains(told)));
    let created = rules(&[TIERS, ALL]).validate(
        &image("another", &[]),
        &ConfigResource::topic(TOPIC),
        &configs(&[COMPACT]),
    );
    assert!(created.is_ok(), "{created:?}");
}

#[test]
fn the_policy_of_all_topics_does_not_end_the_tiering_of_those_that_do_not_say_so() {
    let refused = |node: Pairs<'_>, after: Pairs<'_>| {
        let all = ConfigResource::new(ConfigResourceType::Broker, "");
        let checked = rules(node).validate(&image(TOPIC, &[]), &all, &configs(after));
        checked.err().and_then(|error| error.message)
    };
    let compact = ("log.cleanup.policy", "compact");
    let why = refused(&[TIERS, ALL], &[compact]);
    assert!(why.is_some_and(|why| why.contains("eddyline.remote.topics")));
    assert_eq!(refused(&[TIERS, ALL], &[("log.cleanup.policy", "delete")]), None);
    assert_eq!(refused(&[TIERS], &[compact]), None);
    assert_eq!(refused(&[ALL], &[compact]), None);
    let from_start = [TIERS, ALL, compact];
    assert_eq!(refused(&from_start, &[compact]), None, "nothing changes");
}
