//! Errors of rendering.

/// An object could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A part of a template is no Kubernetes object of its type.
    #[error("spec.{path} of pool {pool} cannot be used: {reason}")]
    Template {
        /// The pool.
        pool: String,
        /// The field of the template.
        path: &'static str,
        /// What the decoder said.
        reason: String,
    },
    /// A rendered object is no JSON.
    #[error("{kind} {name} cannot be written: {reason}")]
    Unwritable {
        /// Its kind.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What the serializer said.
        reason: String,
    },
}
