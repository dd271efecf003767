//! Which names a topic may have.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_metadata::image::TopicsImage;
use broker_protocol::ErrorCode;

use crate::ApiError;

/// Longest name: with a partition number and a suffix for deletion it still is a file name.
const LENGTH_MAX: usize = 249;

/// Checks the characters of a name.
pub(super) fn check_name(name: &str) -> Result<(), ApiError> {
    let is_legal = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let why = if name.is_empty() {
        "it is empty".to_owned()
    } else if name == "." || name == ".." {
        format!("'{name}' would be a path")
    } else if name.len() > LENGTH_MAX {
        format!(
            "it has {} characters and {LENGTH_MAX} are allowed: '{name}'",
            name.len()
        )
    } else if !name.chars().all(is_legal) {
        format!("'{name}' has characters other than ASCII letters, digits, '.', '_' and '-'")
    } else {
        return Ok(());
    };
    Err(ApiError::new(
        ErrorCode::InvalidTopicException,
        format!("The topic name is invalid: {why}."),
    ))
}

/// Names that would be one in metrics, where `.` becomes `_`.
pub(super) struct Collisions {
    by_metric_name: BTreeMap<String, Arc<str>>,
}

impl Collisions {
    /// Collects the names that exist, unless no new name can collide.
    pub(super) fn new<'a>(topics: &TopicsImage, mut new_names: impl Iterator<Item = &'a str>) -> Self {
        let mut by_metric_name = BTreeMap::new();
        if new_names.any(can_collide) {
            let names = topics
                .iter()
                .map(|topic| &topic.name)
                .filter(|name| can_collide(name));
            by_metric_name.extend(names.map(|name| (name.replace('.', "_"), Arc::clone(name))));
        }
        Self { by_metric_name }
    }

    pub(super) fn check(&self, name: &str) -> Result<(), ApiError> {
        let existing = self.by_metric_name.get(&name.replace('.', "_"));
        match existing.filter(|existing| can_collide(name) && &***existing != name) {
            None => Ok(()),
            Some(existing) => Err(ApiError::new(
                ErrorCode::InvalidTopicException,
                format!("Topic '{name}' and the existing '{existing}' would have the same name in metrics."),
            )),
        }
    }
}

fn can_collide(name: &str) -> bool {
    name.contains(['.', '_'])
}
