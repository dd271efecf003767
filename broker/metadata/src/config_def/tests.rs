//! Rules of the config tables: they say what Kafka's say, and refuse what Kafka refuses.

use super::*;

fn scopes() -> [(&'static str, &'static [&'static ConfigDef]); 4] {
    [
        ("topic", topic_configs()),
        ("broker", broker_configs()),
        ("group", group_configs()),
        ("client metrics", client_metrics_configs()),
    ]
}

#[test]
fn every_name_stands_once_in_its_scope() {
    for (scope, rows) in scopes() {
        for pair in rows.windows(2) {
            assert!(pair[0].name < pair[1].name, "{scope}: {}", pair[1].name);
        }
    }
}

/// Defaults that are ours and not Kafka's: name, ours, Kafka's (ADR 13).
/// A cluster without a remote tier.
const UNTIERED: RemoteContext = RemoteContext {
    system: RemoteSystem::Disabled,
    before: TieredBefore::No,
    readers: TopicReaders::Clients,
};

const OWN_DEFAULTS: [(&str, &str, &str); 3] = [
    ("broker.heartbeat.interval.ms", "500", "2000"),
    ("broker.session.timeout.ms", "1500", "9000"),
    ("controller.quorum.fetch.timeout.ms", "1200", "2000"),
];

/// Names, types and defaults of Kafka 4.4, one line each, as a real broker describes them.
#[test]
fn the_tables_say_what_kafka_says() {
    let expected = include_str!("../../testdata/config-defs-4.4.0.txt");
    let mut lines = String::new();
    for (scope, rows) in scopes() {
        for row in rows {
            let default = match row.default {
                DefaultValue::Required => "required".to_owned(),
                DefaultValue::Null => "null".to_owned(),
                DefaultValue::Value(text) => format!("={}", kafkas_default(row.name, text)),
            };
            let (kind, importance) = (row.kind, row.importance);
            lines.push_str(&format!("{scope} {} {kind} {importance:?} {default}\n", row.name));
        }
    }
    for (ours, kafkas) in lines.lines().zip(expected.lines()) {
        assert_eq!(ours, kafkas);
    }
    assert_eq!(lines.lines().count(), expected.lines().count());
}

fn kafkas_default<'a>(name: &str, text: &'a str) -> &'a str {
    let own = OWN_DEFAULTS.iter().find(|(own, ..)| *own == name);
    own.map_or(text, |(_, ours, kafkas)| {
        assert_eq!(text, *ours, "{name}");
        kafkas
    })
}

#[test]
fn every_default_is_valid_by_its_own_row() {
    for (scope, rows) in scopes() {
        for row in rows {
            // Kafka's own default of these is the empty list that it would refuse from anybody else.
            if matches!(row.validator, Validator::NonEmptyDistinct) {
                continue;
            }
            if let Some(text) = row.default_text() {
                assert!(row.validate(text).is_ok(), "{scope} {}", row.name);
                assert_eq!(row.canonical(text), text, "{scope} {}", row.name);
            }
        }
    }
}

#[test]
fn every_synonym_is_a_broker_config() {
    for (_, rows) in scopes() {
        for synonym in rows.iter().flat_map(|row| row.synonyms) {
            assert!(broker_config(synonym.name()).is_some(), "{synonym:?}");
        }
    }
}

#[track_caller]
fn refused(def: Option<&'static ConfigDef>, value: &str, message: &str) {
    let error = def.unwrap().validate(value).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn refusals_are_worded_as_kafkas() {
    let retention = topic_config("retention.ms");
    refused(
        retention,
        "abc",
        "Invalid value abc for configuration retention.ms: Not a number of type LONG",
    );
    refused(
        topic_config("segment.bytes"),
        "1",
        "Invalid value 1 for configuration segment.bytes: Value must be at least 1048576",
    );
    refused(
        topic_config("min.cleanable.dirty.ratio"),
        "1.5",
        "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1",
    );
    refused(
        topic_config("cleanup.policy"),
        "delete,burn",
        "Invalid value burn for configuration cleanup.policy: String must be one of: compact, delete",
    );
    refused(
        topic_config("preallocate"),
        "yes",
        "Invalid value yes for configuration preallocate: Expected value to be either true or false",
    );
    refused(
        topic_config("compression.gzip.level"),
        "0",
        "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1",
    );
}

#[test]
fn what_stands_twice_in_a_list_is_read_once() {
    let def = topic_config("cleanup.policy").unwrap();
    assert!(def.validate("delete, delete").is_ok());
    assert_eq!(def.canonical("delete, compact,delete"), "delete,compact");
    let pairs = topic_config("leader.replication.throttled.replicas").unwrap();
    assert_eq!(pairs.canonical("0:1,0:1"), "0:1,0:1");
}

#[test]
fn patterns_of_client_metrics_are_names_with_regular_expressions() {
    let answer = |text: &str| {
        validate_client_metrics_configs([("match", text)].into_iter()).map_err(|error| error.to_string())
    };
    for good in [
        "",
        "client_id=abc.*",
        "client_id=(a|b)[)] , client_source_port=\\d+",
    ] {
        assert_eq!(answer(good), Ok(()), "{good}");
    }
    for bad in [
        "client_id",
        "client_id=",
        "a=b",
        "client_id=a=b",
        "client_id=[",
        "client_id=(a",
        "client_id=a)",
        "client_id=*",
        "client_id=a\\",
    ] {
        assert_eq!(
            answer(bad),
            Err(format!("Illegal client matching pattern: {bad}"))
        );
    }
}

#[test]
fn throttled_replicas_are_pairs_or_a_star() {
    let def = topic_config("leader.replication.throttled.replicas").unwrap();
    for good in ["", "*", "0:1", "0:1, 2:3"] {
        assert!(def.validate(good).is_ok(), "{good}");
    }
    for bad in ["1", "0:", "0:1,*", "a:b", "0:1:2"] {
        assert!(def.validate(bad).is_err(), "{bad}");
    }
}

#[test]
fn offset_resets_are_words_or_iso_durations() {
    let def = group_config("share.auto.offset.reset").unwrap();
    for good in [
        "latest",
        "earliest",
        "by_duration:PT1H",
        "by_duration:P3DT4H5M0.5S",
    ] {
        assert!(def.validate(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "none",
        "by_duration:",
        "by_duration:P",
        "by_duration:-PT1H",
        "by_duration:PT1M1H",
    ] {
        assert!(def.validate(bad).is_err(), "{bad}");
    }
}

#[test]
fn values_are_shown_as_java_shows_them() {
    let show = |name, text| topic_config(name).unwrap().canonical(text);
    assert_eq!(show("retention.ms", " +007 "), "7");
    assert_eq!(show("cleanup.policy", "compact , delete"), "compact,delete");
    assert_eq!(show("preallocate", "TRUE"), "true");
    assert_eq!(show("min.cleanable.dirty.ratio", "1"), "1.0");
    assert_eq!(java_double(1e7), "1.0E7");
    assert_eq!(java_double(f64::MAX), "1.7976931348623157E308");
    assert_eq!(java_double(0.001), "0.001");
    assert_eq!(java_double(0.000_1), "1.0E-4");
}

#[test]
fn a_topic_is_refused_for_names_values_and_contradictions() {
    let check = |configs: &[(&str, &str)]| {
        let inherited = |def: &ConfigDef| def.default_text().map(str::to_owned);
        validate_topic_configs(configs.iter().copied(), inherited, UNTIERED)
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        check(&[("no.such", "1")]),
        Err("Unknown topic config name: no.such".to_owned())
    );
    assert!(check(&[("retention.ms", "-1"), ("min.compaction.lag.ms", "5")]).is_ok());
    assert_eq!(
        check(&[("min.compaction.lag.ms", "5"), ("max.compaction.lag.ms", "4")]),
        Err("conflict topic config setting min.compaction.lag.ms (5) > max.compaction.lag.ms (4)".to_owned())
    );
}

#[test]
fn a_group_stays_within_the_bounds_of_the_broker() {
    let broker = |name: &str| broker_config(name)?.default_text()?.parse().ok();
    let check = |name, value| {
        validate_group_configs([(name, value)].into_iter(), broker).map_err(|error| error.to_string())
    };
    assert!(check("consumer.session.timeout.ms", "50000").is_ok());
    assert_eq!(
        check("consumer.session.timeout.ms", "1"),
        Err("consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.".to_owned())
    );
    assert_eq!(
        check("nope", "1"),
        Err("Unknown group config name: nope".to_owned())
    );
}

#[test]
fn a_listener_prefix_is_no_part_of_the_name() {
    assert_eq!(
        without_listener_prefix("listener.name.internal.max.connections"),
        "max.connections"
    );
    assert_eq!(without_listener_prefix("max.connections"), "max.connections");
}
