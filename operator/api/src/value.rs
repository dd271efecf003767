//! Values that may be written as a number or as text: configurations and quantities.
//!
//! The schema says `x-kubernetes-int-or-string`, so that `retention.ms: 60000` and `retention.ms: "60000"` are the same
//! wish. Kubernetes' own type for this holds 32 bits, which is too little for milliseconds.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// An integer or a text.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum IntOrText {
    /// Written without quotes.
    Integer(i64),
    /// Written as text.
    Text(String),
}

impl fmt::Display for IntOrText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(formatter),
            Self::Text(value) => value.fmt(formatter),
        }
    }
}

impl From<&str> for IntOrText {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for IntOrText {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl JsonSchema for IntOrText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "IntOrText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "x-kubernetes-int-or-string": true })
    }
}

/// A part of a Kubernetes object that is handed on as it is. Its schema would be larger than the rest of the definition,
/// so the operator decodes it and answers a mistake with the reason `InvalidTemplate`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct KubernetesObject(pub serde_json::Map<String, serde_json::Value>);

impl Eq for KubernetesObject {}

impl JsonSchema for KubernetesObject {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "KubernetesObject".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true })
    }
}
