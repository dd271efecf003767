//! Which objects a file holds.
//!
//! Owns nothing. Invariants: a field that the kind does not have is an error, as with `kubectl apply`; there is exactly
//! one cluster; what is of another kind is named and left out.

use operator_api::{GROUP, KafkaCluster, Topic, VERSION};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Objects {
    /// The cluster.
    pub(crate) cluster: KafkaCluster,
    /// Its topics, in the order of the file.
    pub(crate) topics: Vec<Topic>,
    /// Objects that mean nothing here, as kind and name.
    pub(crate) left_out: Vec<String>,
}

/// Reads the documents of a file; the error says which one is wrong, and where.
pub(crate) fn read(text: &str) -> Result<Objects, String> {
    let (mut clusters, mut topics, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for (document, number) in serde_yaml::Deserializer::from_str(text).zip(1..) {
        let value =
            Value::deserialize(document).map_err(|error| format!("document {number} is no YAML: {error}"))?;
        if value.is_null() {
            continue;
        }
        let label = label(&value, number);
        match value["kind"].as_str() {
            Some("KafkaCluster") => clusters.push(object::<KafkaCluster>(value, &label)?),
            Some("Topic") => topics.push(object::<Topic>(value, &label)?),
            Some(_) => left_out.push(label),
            None => return Err(format!("document {number} has no kind")),
        }
    }
    match <[KafkaCluster; 1]>::try_from(clusters) {
        Ok([cluster]) => Ok(Objects {
            cluster,
            topics,
            left_out,
        }),
        Err(clusters) if clusters.is_empty() => {
            Err("there is no KafkaCluster in it: the smallest has a name and brokers".to_owned())
        }
        Err(clusters) => Err(format!(
            "there are {} KafkaClusters in it: put each into a file of its own",
            clusters.len()
        )),
    }
}

fn label(value: &Value, number: i32) -> String {
    let kind = value["kind"].as_str().unwrap_or("document");
    match value["metadata"]["name"].as_str() {
        Some(name) => format!("{kind} {name}"),
        None => format!("{kind} (document {number})"),
    }
}

fn object<T: DeserializeOwned + Serialize>(value: Value, label: &str) -> Result<T, String> {
    let version = format!("{GROUP}/{VERSION}");
    if value["apiVersion"] != version.as_str() {
        return Err(format!("{label}: set apiVersion to {version}"));
    }
    if value["metadata"]["name"].as_str().is_none_or(str::is_empty) {
        return Err(format!("{label}: set metadata.name"));
    }
    let object: T = serde_json::from_value(value.clone()).map_err(|error| format!("{label}: {error}"))?;
    let known = serde_json::to_value(&object).map_err(|error| format!("{label}: {error}"))?;
    match unknown_field(&value["spec"], &known["spec"], "spec") {
        Some(path) => Err(format!("{label}: there is no field {path}")),
        None => Ok(object),
    }
}

/// The first field that was written and not understood. What says nothing (null, an empty list) may be left out.
fn unknown_field(written: &Value, known: &Value, path: &str) -> Option<String> {
    match written {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            let path = format!("{path}.{name}");
            match known.get(name) {
                Some(known) => unknown_field(value, known, &path),
                None => (!says_nothing(value)).then_some(path),
            }
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(place, item)| unknown_field(item, known.get(place)?, &format!("{path}[{place}]"))),
        _ => None,
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEV: &str = "apiVersion: kafka.eddyline.dev/v1alpha1\nkind: KafkaCluster\nmetadata: {name: dev}\nspec: {brokers: {replicas: 1, storage: {size: 10Gi}}}\n";

    fn wrong(text: &str) -> String {
        read(text).unwrap_err()
    }

    #[test]
    fn every_example_can_be_run() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/kubernetes");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if text.contains("kind: KafkaCluster") {
                read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                seen += 1;
            }
        }
        assert!(seen >= 2, "{seen} examples");
    }

    #[test]
    fn a_field_that_does_not_exist_is_named() {
        let misspelt = DEV.replace("replicas", "replcias");
        assert_eq!(wrong(&misspelt), "KafkaCluster dev: missing field `replicas`");
        let more = DEV.replace("replicas: 1", "replicas: 1, replcias: 3");
        assert_eq!(
            wrong(&more),
            "KafkaCluster dev: there is no field spec.brokers.replcias"
        );
    }

    #[test]
    fn there_is_one_cluster() {
        assert!(wrong("").contains("no KafkaCluster"));
        assert!(wrong(&format!("{DEV}---\n{DEV}")).contains("2 KafkaClusters"));
        assert!(wrong("apiVersion: v1\nmetadata: {}\n").contains("no kind"));
    }

    #[test]
    fn the_group_and_a_name_are_asked_for() {
        assert!(wrong(&DEV.replace("v1alpha1", "v9")).contains("apiVersion"));
        assert!(wrong(&DEV.replace("{name: dev}", "{}")).contains("metadata.name"));
    }

    #[test]
    fn other_kinds_are_named_and_left_out() {
        let text = format!("{DEV}---\n---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: kafka}}\n");
        assert_eq!(read(&text).unwrap().left_out, ["Namespace kafka"]);
    }
}
