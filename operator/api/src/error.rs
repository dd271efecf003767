//! Errors of writing the custom resource definitions.

/// A definition could not be written as text.
#[derive(Debug, thiserror::Error)]
pub enum CrdError {
    /// The schema of a kind is no JSON or no YAML.
    #[error("the schema of {kind} cannot be written: {reason}")]
    Unwritable {
        /// The kind.
        kind: &'static str,
        /// What the serializer said.
        reason: String,
    },
    /// A rule names a place that the schema does not have.
    #[error("{kind} has no {path}, for which there is a rule")]
    NoSuchPath {
        /// The kind.
        kind: &'static str,
        /// Path of properties below the root.
        path: String,
    },
}
