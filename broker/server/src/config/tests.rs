//! From a file, the environment and the command line to a configuration.

use std::path::Path;

use broker_metadata::config_def::{self, Acts};

use super::load;

fn overrides(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn a_file_that_is_missing_is_named() {
    let missing = Path::new("/no/such/server.properties");
    let error = load(Some(missing), std::iter::empty(), &[]).unwrap_err();
    assert!(
        error.to_string().contains("/no/such/server.properties"),
        "{error}"
    );
}

#[test]
fn the_properties_of_a_container_start_a_broker() {
    let environment = overrides(&[
        ("KAFKA_NODE_ID", "3"),
        ("KAFKA_PROCESS_ROLES", "broker,controller"),
        (
            "KAFKA_LISTENERS",
            "PLAINTEXT://0.0.0.0:9092,CONTROLLER://localhost:9093",
        ),
        ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka:9092"),
        ("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
        (
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
            "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        ),
        ("KAFKA_CONTROLLER_QUORUM_VOTERS", "3@localhost:9093"),
        ("KAFKA_LOG_DIRS", "/data/a,/data/b"),
        ("KAFKA_NUM_PARTITIONS", "3"),
        ("KAFKA_HEAP_OPTS", "-Xmx1g"),
    ]);
    let config = load(None, environment.into_iter(), &[]).unwrap();
    let settings = config.boot_settings();
    assert_eq!(settings.node_id.value(), 3);
    assert_eq!(settings.directories.len(), 2);
    assert_eq!(settings.metadata_directory, Path::new("/data/a"));
    assert_eq!(settings.listeners.len(), 1);
    assert_eq!(settings.advertised.values().next().unwrap().host, "kafka");
    assert_eq!(settings.controller.default_partitions, 3);
}

#[test]
fn an_error_names_variable_or_command_line() {
    let environment = overrides(&[("KAFKA_NUM_PARTITIONS", "many")]);
    let error = load(None, environment.into_iter(), &overrides(&[("node.id", "-3")])).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(
            "environment variable KAFKA_NUM_PARTITIONS: num.partitions: Invalid value many for configuration \
             num.partitions: Not a number of type INT; correct it or leave it out; the default is 1"
        ),
        "{text}"
    );
    assert!(text.contains("command line: node.id: "), "{text}");
}

#[test]
fn a_node_is_not_started_with_a_local_part_that_is_kept_longer_than_the_whole() {
    let start = |tier: &str, local: &str, whole: (&str, &str)| {
        let lines = [
            ("remote.log.storage.system.enable", tier),
            ("eddyline.remote.store", "s3://bucket"),
            ("log.local.retention.ms", local),
            whole,
        ];
        load(None, std::iter::empty(), &overrides(&lines)).map(drop)
    };
    let minute = ("log.retention.minutes", "1");
    let refused = start("true", "60001", minute).unwrap_err().to_string();
    assert!(
        refused.contains("log.local.retention.ms: 60001: Value must not be more than"),
        "{refused}"
    );
    assert!(start("true", "-1", minute).is_err());
    for local in ["60000", "-2"] {
        start("true", local, minute).unwrap();
    }
    start("true", "-1", ("log.retention.ms", "-1")).unwrap();
    start("false", "60001", minute).unwrap();
}

/// Every source file of this crate, without its tests and comments.
fn sources() -> String {
    let mut waiting = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src"
    ))];
    let mut text = String::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if !path.ends_with("tests.rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            text.extend(code.lines().filter(|line| !line.trim_start().starts_with("//")));
        }
    }
    text
}

#[test]
fn a_broker_config_that_acts_is_read_somewhere() {
    let sources = sources();
    let inherited: Vec<&str> = config_def::topic_configs()
        .iter()
        .flat_map(|def| def.synonyms)
        .map(|synonym| synonym.name())
        .collect();
    let unread: Vec<&str> = config_def::broker_configs()
        .iter()
        .filter(|def| def.acts == Acts::Yes && !inherited.contains(&def.name))
        .map(|def| def.name)
        .filter(|name| !sources.contains(&format!("\"{name}\"")))
        .collect();
    assert_eq!(unread, [""; 0]);
}

#[test]
fn every_example_is_a_configuration_that_acts_as_a_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "properties") {
            continue;
        }
        let config = load(Some(&path), std::iter::empty(), &[]).unwrap();
        assert!(
            config.without_effect.is_empty(),
            "{}: {:?}",
            path.display(),
            config.without_effect
        );
        count += 1;
    }
    assert!(count >= 2);
}
