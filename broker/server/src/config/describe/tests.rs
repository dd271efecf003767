//! What is told of resources is what Kafka 4.4 told: `testdata/described_configs.json` holds its recorded answers.

use std::collections::BTreeSet;

use broker_metadata::messages::ConfigRecord;
use broker_metadata::{ConfigResourceType, MetadataDelta, MetadataImage};
use broker_model::BrokerId;
use serde_json::{Value, json};

use super::*;
use crate::config::{Settings, StaticConfigs};

const RECORDED: &str = include_str!("../../../testdata/described_configs.json");

fn recorded(case: &str) -> Vec<Value> {
    let cases: Value = serde_json::from_str(RECORDED).unwrap();
    cases[case].as_array().unwrap().clone()
}

fn as_recorded(configs: &[DescribeConfigsResourceResult]) -> Vec<Value> {
    let synonym = |synonym: &DescribeConfigsSynonym| json!({"name": &*synonym.name, "value": synonym.value.as_deref(), "source": synonym.source});
    let mut described: Vec<Value> = configs
        .iter()
        .map(|config| {
            json!({
                "name": &*config.name,
                "value": config.value.as_deref(),
                "readOnly": config.read_only,
                "configSource": config.config_source,
                "isSensitive": config.is_sensitive,
                "synonyms": config.synonyms.iter().map(synonym).collect::<Vec<_>>(),
                "configType": config.config_type,
            })
        })
        .collect();
    described.sort_by_key(|config| config["name"].as_str().map(str::to_owned));
    described
}

/// A node that was started with settings, in a cluster where all brokers have `min.insync.replicas=1`, as a new
/// cluster of Kafka has.
fn described(
    started_with: &[(&str, &str)],
    names: &[&str],
    describe: impl FnOnce(&EffectiveConfigs<'_>, &DescribeOptions<'_>) -> Vec<DescribeConfigsResourceResult>,
) -> Vec<Value> {
    let mut settings = Settings::new();
    for (name, value) in started_with {
        settings.set(*name, *value);
    }
    let statics = StaticConfigs::new(BrokerId::new(1), settings);
    let record = ConfigRecord {
        resource_type: ConfigResourceType::Broker.code(),
        name: "min.insync.replicas".into(),
        value: Some("1".into()),
        ..ConfigRecord::default()
    };
    let image = MetadataImage::default();
    let mut delta = MetadataDelta::new(&image);
    delta.replay(&record.into()).unwrap();
    let (image, _) = delta.apply(image.provenance);
    let names: BTreeSet<&str> = names.iter().copied().collect();
    let options = DescribeOptions {
        names: &names,
        synonyms: Synonyms::Told,
        documentation: Documentation::LeftOut,
    };
    as_recorded(&describe(&statics.at(&image), &options))
}

#[track_caller]
fn same(ours: &[Value], case: &str) {
    let kafka = recorded(case);
    for (ours, kafka) in ours.iter().zip(&kafka) {
        assert_eq!(ours, kafka);
    }
    assert_eq!(ours.len(), kafka.len());
}

#[test]
fn a_new_topic_is_described_as_recorded() {
    let ours = described(&[], &[], |broker, options| {
        describe_topic(broker, &Configs::new(), options)
    });
    same(&ours, "describeconfigs-topic-all");
}

#[test]
fn a_group_is_described_as_recorded() {
    let ours = described(&[], &[], |broker, options| {
        describe_group(broker, &Configs::new(), options)
    });
    same(&ours, "describeconfigs-group");
}

#[test]
fn a_subscription_is_described_as_recorded() {
    let ours = described(&[], &[], |_, options| {
        describe_client_metrics(&Configs::new(), options)
    });
    same(&ours, "describeconfigs-client-metrics");
}

#[test]
fn single_configs_of_a_broker_are_described_as_recorded() {
    let names = ["log.retention.ms", "log.retention.hours", "num.io.threads"];
    same(
        &described(&[], &names, describe_broker),
        "describeconfigs-broker-one-key",
    );
    same(
        &described(&[], &[], describe_all_brokers),
        "describeconfigs-broker-empty-default",
    );
}

#[test]
fn what_a_topic_sets_stands_first() {
    let own = Configs::from([("retention.ms".into(), " 7 ".into())]);
    let started = [("log.retention.ms", "9"), ("log.retention.hours", "1")];
    let ours = described(&started, &["retention.ms"], |broker, options| {
        describe_topic(broker, &own, options)
    });
    let synonyms: Vec<_> = ours[0]["synonyms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|synonym| {
            (
                synonym["name"].as_str().unwrap(),
                synonym["value"].as_str().unwrap(),
                synonym["source"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        (ours[0]["value"].as_str(), ours[0]["configSource"].as_i64()),
        (Some("7"), Some(1))
    );
    assert_eq!(
        synonyms,
        [
            ("retention.ms", "7", 1),
            ("log.retention.ms", "9", 4),
            ("log.retention.hours", "1", 4),
            ("log.retention.hours", "168", 5)
        ]
    );
}

#[test]
fn what_nobody_knows_and_what_is_secret_is_not_shown() {
    let started = [("ssl.key.password", "hush"), ("my.plugin.token", "hush")];
    let ours = described(
        &started,
        &["ssl.key.password", "my.plugin.token"],
        describe_broker,
    );
    assert_eq!(ours.len(), 2);
    for config in ours {
        assert!(config["isSensitive"].as_bool().unwrap());
        assert!(!config.to_string().contains("hush"), "{config}");
    }
}
