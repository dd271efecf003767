//! The committed definitions are fresh, small, documented, without defaults, and begin unhealthy.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use operator_api::crd::{self, Definition};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crds")
}

fn definitions() -> Vec<Definition> {
    crd::definitions().expect("the definitions can be written")
}

fn schema(definition: &Definition) -> &Value {
    &definition.value["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
}

/// Calls the visitor with every schema below one, with its path.
fn walk(path: &str, schema: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    visit(path, schema);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        walk(&format!("{path}.{name}"), property, visit);
    }
    for (suffix, part) in [("[]", "items"), ("{}", "additionalProperties")] {
        if schema[part].is_object() {
            walk(&format!("{path}{suffix}"), &schema[part], visit);
        }
    }
}

fn offenders(wrong: impl Fn(&str, &Value) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for definition in definitions() {
        walk(definition.kind, schema(&definition), &mut |path, value| {
            if wrong(path, value) {
                found.push(path.to_owned());
            }
        });
    }
    found
}

#[test]
fn committed_definitions_are_fresh() {
    let mut files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for definition in definitions() {
        let committed = std::fs::read_to_string(folder().join(definition.file)).unwrap();
        assert!(
            committed == definition.text().unwrap(),
            "run `cargo crds`: {} is stale",
            definition.file
        );
        files.remove(definition.file);
    }
    assert!(files.is_empty(), "nothing writes {files:?}");
}

#[test]
fn definitions_fit_into_an_annotation() {
    for definition in definitions() {
        let limit = if definition.kind == "KafkaCluster" {
            150_000
        } else {
            40_000
        };
        let json = definition.value.to_string().len();
        let yaml = definition.text().unwrap().len();
        assert!(
            json.max(yaml) < limit,
            "{}: {json} bytes as JSON, {yaml} as YAML",
            definition.kind
        );
    }
}

#[test]
fn every_field_is_documented() {
    let silent = offenders(|path, value| {
        let field = path.contains('.') && !path.ends_with(']') && !path.ends_with('}');
        let told = [".metadata", ".spec", ".status"]
            .iter()
            .any(|top| path.ends_with(top));
        field && !told && value["description"].as_str().is_none_or(str::is_empty)
    });
    assert_eq!(silent, [""; 0]);
}

#[test]
fn only_the_status_of_a_new_object_has_a_default() {
    let defaults = offenders(|_, value| !value["default"].is_null());
    assert_eq!(
        defaults,
        ["KafkaCluster.status", "Topic.status", "KafkaRebalance.status"]
    );
}

#[test]
fn a_new_object_does_not_read_as_healthy() {
    for definition in definitions() {
        let seed = &schema(&definition)["properties"]["status"]["default"];
        assert_eq!(seed["observedGeneration"], -1);
        assert_eq!(seed["conditions"][0]["type"], "Ready");
        assert_eq!(seed["conditions"][0]["status"], "Unknown");
    }
}

#[test]
fn schemas_are_structural_and_have_no_unsigned_numbers() {
    let wrong = offenders(|_, value| {
        value["nullable"] == true
            || value["format"]
                .as_str()
                .is_some_and(|format| format.starts_with("uint"))
            || ["oneOf", "anyOf", "allOf", "$ref"]
                .iter()
                .any(|word| !value[word].is_null())
    });
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn lists_and_maps_that_users_write_are_bounded() {
    let endless = offenders(|path, value| {
        let spec = path.contains(".spec");
        let list = value["type"] == "array" && value["maxItems"].is_null();
        let map = value["additionalProperties"].is_object() && value["maxProperties"].is_null();
        spec && (list || map)
    });
    assert_eq!(endless, [""; 0]);
}

#[test]
fn removing_a_chart_leaves_the_definitions_and_with_them_the_clusters() {
    for definition in definitions() {
        let annotations = &definition.value["metadata"]["annotations"];
        assert_eq!(annotations["helm.sh/resource-policy"], "keep");
        assert!(
            annotations["argocd.argoproj.io/sync-options"]
                .as_str()
                .unwrap()
                .contains("Prune=false")
        );
    }
}

#[test]
fn short_names_are_not_those_of_other_operators() {
    let taken = [
        "k", "kt", "ku", "knp", "kc", "kctr", "kmm2", "kb", "kr", "sps", "ka", "np", "brk", "rpu", "grp",
        "rpr", "sc", "sl", "rpcn", "kafka",
    ];
    for definition in definitions() {
        let names = &definition.value["spec"]["names"];
        assert!(!taken.contains(&names["shortNames"][0].as_str().unwrap()));
        assert_eq!(names["categories"], serde_json::json!(["eddyline"]));
    }
}

#[test]
fn every_message_of_a_rule_names_a_fix() {
    for rule in operator_api::rules::RULES {
        assert!(rule.message.len() > 20, "{}: {}", rule.kind, rule.message);
        assert!(
            !rule.message.ends_with('.') && !rule.message.contains("  "),
            "{}",
            rule.message
        );
    }
}

#[test]
fn the_smallest_cluster_has_eight_lines() {
    let text = "apiVersion: kafka.eddyline.dev/v1alpha1\nkind: KafkaCluster\nmetadata:\n  name: dev\nspec:\n  brokers:\n    \
                replicas: 1\n    storage: {size: 10Gi}\n";
    let cluster: operator_api::KafkaCluster = serde_yaml::from_str(text).unwrap();
    assert_eq!(cluster.spec.brokers.replicas, 1);
    assert_eq!(text.lines().count(), 8);
}

#[test]
fn a_number_and_its_text_are_the_same_wish() {
    let spec = "{clusterRef: {name: a}, config: {retention.ms: 604800000000, cleanup.policy: compact}}";
    let topic: operator_api::TopicSpec = serde_yaml::from_str(spec).unwrap();
    let config = topic.config.unwrap();
    assert_eq!(config["retention.ms"].to_string(), "604800000000");
    assert_eq!(config["cleanup.policy"].to_string(), "compact");
}

#[test]
fn what_is_not_set_is_not_written() {
    let cluster = operator_api::KafkaClusterSpec::default();
    let text = serde_json::to_string(&cluster).unwrap();
    assert_eq!(text, r#"{"brokers":{"replicas":0,"storage":{}}}"#);
}
