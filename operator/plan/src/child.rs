//! A rendered child, and whether the one that Kubernetes has is different.
//!
//! It is if its fingerprint is another, or if something that we render was changed by somebody else. What others add
//! (defaults, labels, sidecars) is theirs, or two writers would fight for ever.

use serde_json::{Map, Value};

use operator_api::labels;

use crate::error::RenderError;
use crate::fingerprint;
use crate::validate::bytes;

/// Kind and name of a child.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ChildKey {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl ChildKey {
    /// The key of a kind and a name.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            name: name.into(),
        }
    }
}

/// A rendered child.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// Kind and name.
    pub key: ChildKey,
    /// The whole object, to be applied by the server.
    pub object: Value,
}

impl Child {
    /// Writes a typed object as a child and gives it its fingerprint.
    pub(crate) fn render<T: serde::Serialize>(
        kind: &'static str,
        name: &str,
        object: &T,
    ) -> Result<Self, RenderError> {
        let mut object = serde_json::to_value(object).map_err(|error| RenderError::Unwritable {
            kind,
            name: name.to_owned(),
            reason: error.to_string(),
        })?;
        let print = fingerprint::of(&object);
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            let annotations = metadata
                .entry("annotations")
                .or_insert_with(|| Value::Object(Map::new()));
            annotations[labels::RENDERED] = Value::String(print);
        }
        Ok(Self {
            key: ChildKey::new(kind, name),
            object,
        })
    }

    /// Whether the live object must be written.
    #[must_use]
    pub fn differs_from(&self, live: &Value) -> bool {
        !holds(live, &self.object)
    }
}

/// UID of a live object.
#[must_use]
pub fn uid(live: &Value) -> Option<&str> {
    live["metadata"]["uid"].as_str()
}

/// An annotation of a live object.
#[must_use]
pub fn annotation<'a>(live: &'a Value, name: &str) -> Option<&'a str> {
    live["metadata"]["annotations"][name].as_str()
}

/// Whether everything that is wanted is there. Lists of named items may hold more items; other lists are compared by
/// place.
fn holds(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => wanted.iter().all(|(key, value)| {
            live.get(key).is_some_and(|live| {
                holds(live, value) || (QUANTITIES.contains(&key.as_str()) && same_quantities(live, value))
            })
        }),
        (Value::Array(live), Value::Array(wanted)) => holds_items(live, wanted),
        (live, wanted) => live == wanted,
    }
}

/// Fields that hold quantities, which the API server writes in a form of its own: 1024Mi comes back as 1Gi.
const QUANTITIES: [&str; 3] = ["requests", "limits", "sizeLimit"];

fn same_quantities(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, value)| live.get(key).is_some_and(|live| same_quantities(live, value))),
        (Value::String(live), Value::String(wanted)) => {
            live == wanted || (thousandths(live).is_some() && thousandths(live) == thousandths(wanted))
        }
        _ => false,
    }
}

/// Thousandths of a quantity; `None` for one that is finer or larger than anybody writes.
fn thousandths(quantity: &str) -> Option<i64> {
    if let Some(milli) = quantity.strip_suffix('m') {
        return milli.parse().ok();
    }
    if let Some((whole, part)) = quantity.split_once('.') {
        let digits = part.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let unit = thousandths(&format!("1{}", &part[digits.len()..]))?;
        let scale = 10_i64.checked_pow(u32::try_from(digits.len()).ok()?)?;
        let number = whole
            .parse::<i64>()
            .ok()?
            .checked_mul(scale)?
            .checked_add(digits.parse().ok()?)?;
        let exact = number.checked_mul(unit)?;
        return (exact % scale == 0).then_some(exact / scale);
    }
    bytes(quantity)?.checked_mul(1000)
}

fn holds_items(live: &[Value], wanted: &[Value]) -> bool {
    let named = wanted.iter().all(|item| item["name"].is_string());
    if named && !wanted.is_empty() {
        return wanted.iter().all(|item| {
            live.iter()
                .any(|other| other["name"] == item["name"] && holds(other, item))
        });
    }
    live.len() == wanted.len() && live.iter().zip(wanted).all(|(live, wanted)| holds(live, wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn child(object: Value) -> Child {
        Child::render("ConfigMap", "a", &object).unwrap()
    }

    #[test]
    fn a_child_that_is_there_is_not_written_again() {
        let child = child(json!({"metadata": {"name": "a"}, "data": {"x": "1"}}));
        assert!(!child.differs_from(&child.object));
    }

    #[test]
    fn what_others_add_is_left_to_them() {
        let child = child(json!({"metadata": {"name": "a"}, "ports": [{"name": "p", "port": 1}]}));
        let mut live = child.object.clone();
        live["metadata"]["labels"] = json!({"policy": "mutated"});
        live["ports"] = json!([{"name": "p", "port": 1, "protocol": "TCP"}, {"name": "sidecar", "port": 2}]);
        assert!(!child.differs_from(&live));
    }

    #[test]
    fn a_quantity_that_the_api_server_writes_in_its_own_form_is_the_same() {
        for (wanted, live) in [
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("0.5", "500m"),
            ("1.5Gi", "1536Mi"),
            ("2", "2"),
        ] {
            let child = child(json!({"metadata": {"name": "a"}, "limits": {"memory": wanted}}));
            let mut object = child.object.clone();
            object["limits"]["memory"] = json!(live);
            assert!(!child.differs_from(&object), "{wanted} {live}");
            object["limits"]["memory"] = json!("3");
            assert!(child.differs_from(&object), "{wanted} 3");
        }
    }

    #[test]
    fn what_others_change_is_written_again() {
        let child = child(json!({"metadata": {"name": "a"}, "data": {"x": "1"}}));
        let mut live = child.object.clone();
        live["data"]["x"] = json!("2");
        assert!(child.differs_from(&live));
    }

    #[test]
    fn a_field_that_is_not_rendered_any_more_is_noticed_by_the_fingerprint() {
        let old = child(json!({"metadata": {"name": "a"}, "data": {"x": "1", "y": "2"}}));
        let new = child(json!({"metadata": {"name": "a"}, "data": {"x": "1"}}));
        assert!(new.differs_from(&old.object));
    }
}
