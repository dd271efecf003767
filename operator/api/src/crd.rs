//! The custom resource definitions as they are written into `crds/`: derived from the types, then given what the
//! derivation cannot say.
//!
//! Added here: the CEL rules, the status of a new object, list maps of conditions, and what keeps Helm and Argo CD from
//! removing a definition (and with it every object of the kind). Taken away: `nullable`, because an unset field is
//! absent and a `null` would pass for set in CEL.

use kube::CustomResourceExt;
use serde_json::{Map, Value, json};

use crate::error::CrdError;
use crate::rules::{CelRule, RULES};
use crate::{KafkaCluster, KafkaRebalance, Topic, condition};

/// First line of every file that is written.
pub const HEADER: &str = "# Written by `cargo crds` from operator/api; do not edit.\n";

/// One definition.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its kind.
    pub kind: &'static str,
    /// Name of its file in `crds/`.
    pub file: &'static str,
    /// The definition.
    pub value: Value,
}

impl Definition {
    /// Text of the file.
    ///
    /// # Errors
    ///
    /// [`CrdError::Unwritable`] if the serializer refuses it.
    pub fn text(&self) -> Result<String, CrdError> {
        let body = serde_yaml::to_string(&self.value).map_err(|error| unwritable(self.kind, &error))?;
        Ok(format!("{HEADER}{body}"))
    }
}

/// Every definition.
///
/// # Errors
///
/// [`CrdError`] if a rule stands at a place that a kind does not have.
pub fn definitions() -> Result<Vec<Definition>, CrdError> {
    Ok(vec![
        definition::<KafkaCluster>("KafkaCluster", "kafkaclusters.yaml")?,
        definition::<Topic>("Topic", "topics.yaml")?,
        definition::<KafkaRebalance>("KafkaRebalance", "kafkarebalances.yaml")?,
    ])
}

fn unwritable(kind: &'static str, error: &dyn std::fmt::Display) -> CrdError {
    CrdError::Unwritable {
        kind,
        reason: error.to_string(),
    }
}

fn definition<K: CustomResourceExt>(kind: &'static str, file: &'static str) -> Result<Definition, CrdError> {
    let mut value = serde_json::to_value(K::crd()).map_err(|error| unwritable(kind, &error))?;
    value["metadata"]["annotations"] = json!({
        "argocd.argoproj.io/sync-options": "ServerSideApply=true,Prune=false",
        "helm.sh/resource-policy": "keep",
    });
    let schema = &mut value["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    tidy(schema);
    schema["properties"]["metadata"] = json!({ "type": "object" });
    let status = &mut schema["properties"]["status"];
    status["default"] = condition::seed();
    status["properties"]["conditions"]["x-kubernetes-list-type"] = json!("map");
    status["properties"]["conditions"]["x-kubernetes-list-map-keys"] = json!(["type"]);
    for rule in RULES.iter().filter(|rule| rule.kind == kind) {
        add_rule(schema, rule)?;
    }
    Ok(Definition { kind, file, value })
}

/// Removes what the derivation adds and a structural schema should not have.
fn tidy(schema: &mut Value) {
    let mut left = vec![schema];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(object) => {
                clean(object);
                left.extend(object.values_mut());
            }
            Value::Array(items) => left.extend(items.iter_mut()),
            _ => {}
        }
    }
}

fn clean(object: &mut Map<String, Value>) {
    if object.get("nullable") == Some(&Value::Bool(true)) {
        object.remove("nullable");
    }
    if object.get("title").is_some_and(Value::is_string) {
        object.remove("title");
    }
    if let Some(Value::Array(choices)) = object.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(Value::String(description)) = object.get_mut("description") {
        *description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

fn add_rule(schema: &mut Value, rule: &CelRule) -> Result<(), CrdError> {
    let missing = || CrdError::NoSuchPath {
        kind: rule.kind,
        path: rule.path.to_owned(),
    };
    let mut place = schema;
    for part in rule.path.split('.').filter(|part| !part.is_empty()) {
        let name = part.trim_end_matches("[]");
        place = place
            .get_mut("properties")
            .and_then(|properties| properties.get_mut(name))
            .ok_or_else(missing)?;
        if part.ends_with("[]") {
            place = place.get_mut("items").ok_or_else(missing)?;
        }
    }
    let object = place.as_object_mut().ok_or_else(missing)?;
    let rules = object
        .entry("x-kubernetes-validations")
        .or_insert_with(|| json!([]));
    if let Value::Array(rules) = rules {
        rules.push(json!({ "rule": rule.rule, "message": rule.message }));
    }
    Ok(())
}
