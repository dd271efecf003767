//! Compares an answer with the recorded ones and tells what differs, path by path.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Observation;
use super::explained::{Explanation, Kind};
use super::normal_form;
use super::recorded::Recorded;

/// What differs at one place of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where, from the root of the answer.
    pub path: String,
    /// What Kafka said.
    pub expected: String,
    /// What this broker said.
    pub actual: String,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As Kafka.
    Same,
    /// Different, and it is known why.
    Explained(Kind, String),
    /// Different.
    Different(Vec<Difference>),
}

/// Judges one case. The variant with the fewest differences counts.
#[must_use]
pub fn judge(seen: &Observation, recorded: &Recorded, explanations: &[Explanation]) -> Verdict {
    let closest = recorded
        .of(&seen.case)
        .iter()
        .map(|variant| {
            let mut differences = Vec::new();
            if variant["outcome"] == seen.answer["outcome"] {
                compare("", variant, &seen.answer, &mut differences);
            } else {
                differences.push(Difference {
                    path: "outcome".to_owned(),
                    expected: shortened(variant),
                    actual: shortened(&seen.answer),
                });
            }
            differences
        })
        .min_by_key(Vec::len);
    let Some(mut differences) = closest else {
        return Verdict::Different(vec![Difference {
            path: String::new(),
            expected: "nothing is recorded".to_owned(),
            actual: String::new(),
        }]);
    };
    if differences.is_empty() {
        return Verdict::Same;
    }
    let mut reasons = Vec::new();
    differences.retain(|difference| {
        let explanation = explanations
            .iter()
            .find(|one| one.covers(&seen.case, &difference.path));
        reasons.extend(explanation.map(|one| (one.kind, one.reason.clone())));
        explanation.is_none()
    });
    reasons.sort();
    match (differences.is_empty(), reasons.into_iter().next()) {
        (true, Some((kind, reason))) => Verdict::Explained(kind, reason),
        _ => Verdict::Different(differences),
    }
}

fn compare(path: &str, expected: &Value, actual: &Value, out: &mut Vec<Difference>) {
    match (expected, actual) {
        (Value::Object(left), Value::Object(right)) => {
            for name in left
                .keys()
                .chain(right.keys().filter(|name| !left.contains_key(*name)))
            {
                let absent = Value::from("(absent)");
                let inner = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                let side = |fields: &serde_json::Map<String, Value>| {
                    fields.get(name).cloned().unwrap_or_else(|| absent.clone())
                };
                compare(&inner, &side(left), &side(right), out);
            }
        }
        (Value::Array(left), Value::Array(right)) if named(left).is_some() && named(right).is_some() => {
            let (left, right) = (named(left).unwrap_or_default(), named(right).unwrap_or_default());
            let absent = Value::from("(absent)");
            for name in left
                .keys()
                .chain(right.keys().filter(|name| !left.contains_key(*name)))
            {
                let (one, other) = (left.get(name).copied(), right.get(name).copied());
                compare(
                    &format!("{path}[{name}]"),
                    one.unwrap_or(&absent),
                    other.unwrap_or(&absent),
                    out,
                );
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (one, other)) in left.iter().zip(right).enumerate() {
                compare(&format!("{path}[{index}]"), one, other, out);
            }
        }
        _ if expected == actual => {}
        // Kafka leaves the sentence out of many errors; saying more is no difference.
        (Value::Null, Value::String(text)) if text == normal_form::WORDS => {}
        _ => out.push(Difference {
            path: path.to_owned(),
            expected: shortened(expected),
            actual: shortened(actual),
        }),
    }
}

/// The elements by what identifies them, if every one has such a field of its own.
fn named(elements: &[Value]) -> Option<BTreeMap<String, &Value>> {
    const KEYS: &[&str] = &[
        "name",
        "api_key",
        "topic",
        "partition_index",
        "partition",
        "group_id",
        "index",
        "member_id",
    ];
    let key = KEYS.iter().find(|key| {
        elements
            .iter()
            .all(|element| element.get(**key).is_some_and(|value| !value.is_null()))
    })?;
    let map: BTreeMap<String, &Value> = elements
        .iter()
        .map(|element| {
            (
                element[*key]
                    .as_str()
                    .map_or_else(|| element[*key].to_string(), str::to_owned),
                element,
            )
        })
        .collect();
    (map.len() == elements.len()).then_some(map)
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 300 {
        text
    } else {
        text.chars().take(300).chain("…".chars()).collect()
    }
}
