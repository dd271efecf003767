//! The ConfigMap of a pool: one properties file for each node, and how controllers are formatted.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use super::{RenderInput, properties};
use crate::child::Child;
use crate::error::RenderError;
use crate::validate::ValidatedPool;

/// Key of the argument with which controllers are formatted.
pub(super) const FORMAT_QUORUM: &str = "format-quorum";

/// Name of the ConfigMap of a pool.
pub(super) fn name(input: &RenderInput<'_>, pool: &ValidatedPool) -> String {
    format!("{}-config", input.cluster.stateful_set(&pool.name))
}

pub(super) fn of_pool(input: &RenderInput<'_>, pool: &ValidatedPool) -> Result<Child, RenderError> {
    let name = name(input, pool);
    let mut data: BTreeMap<String, String> = input
        .pods(pool)
        .into_iter()
        .map(|(ordinal, _, pod)| {
            (
                format!("{pod}.properties"),
                properties::file(input, pool, ordinal),
            )
        })
        .collect();
    if pool.controllers > 0 {
        data.insert(FORMAT_QUORUM.to_owned(), properties::format_quorum(input));
    }
    let map = ConfigMap {
        metadata: input.metadata(&name, "config"),
        data: Some(data),
        ..ConfigMap::default()
    };
    Child::render("ConfigMap", &name, &map)
}
