//! What can go wrong in a pass, and in words what a person can do about it.

use std::sync::Arc;

use broker_admin::tonic::{Code, Status};
use broker_client::ClientError;

use crate::permissions;

/// A pass that could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Kubernetes' API refused or did not answer.
    #[error("{}", told(verb, resource, name, source))]
    Kubernetes {
        /// What was asked for.
        verb: &'static str,
        /// Of which resource, with its group.
        resource: String,
        /// Of which object, with its namespace; empty for a list.
        name: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// An object cannot be read or written as what it is.
    #[error("{kind} {name} cannot be read: {source}")]
    Unreadable {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
        /// What the decoder said.
        source: serde_json::Error,
    },
    /// The brokers refused or did not answer over Kafka's protocol.
    #[error("Kafka of {cluster}: {source}")]
    Kafka {
        /// The cluster, as namespace/name.
        cluster: String,
        /// Why.
        source: Arc<ClientError>,
    },
    /// The admin service of a node refused or did not answer.
    #[error("the admin service of {cluster} refused {call}: {}", .source.message())]
    Admin {
        /// The cluster, as namespace/name.
        cluster: String,
        /// What was asked.
        call: &'static str,
        /// Why.
        source: Box<Status>,
    },
    /// A pass took too long.
    #[error("the pass took longer than {seconds} s and was given up")]
    Late {
        /// How long it may take.
        seconds: u64,
    },
    /// The program cannot start or has to end.
    #[error("{0}")]
    Ended(String),
}

fn told(verb: &str, resource: &str, name: &str, source: &kube::Error) -> String {
    match source {
        kube::Error::Api(status) if status.is_forbidden() => {
            format!(
                "the operator may not {verb} {resource}: {}",
                permissions::remedy(verb, resource)
            )
        }
        kube::Error::Api(status) => format!("{verb} {resource} {name}: {}", status.message),
        other => format!("{verb} {resource} {name}: {other}"),
    }
}

/// How a failed pass goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RetryClass {
    /// Somebody else wrote first: look again at once.
    Conflict,
    /// The operator lacks a permission: a person has to act.
    Forbidden,
    /// Anything that may be better next time.
    Transient,
}

impl OperatorError {
    /// How the pass goes on.
    #[must_use]
    pub fn class(&self) -> RetryClass {
        match self {
            Self::Kubernetes { source, .. } => match source.as_ref() {
                kube::Error::Api(status) if status.is_conflict() => RetryClass::Conflict,
                kube::Error::Api(status) if status.is_forbidden() => RetryClass::Forbidden,
                _ => RetryClass::Transient,
            },
            _ => RetryClass::Transient,
        }
    }

    /// Whether the object that was asked for is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Kubernetes { source, .. }
            if matches!(source.as_ref(), kube::Error::Api(status) if status.is_not_found()))
    }

    /// Whether a node knows nothing of what was asked for.
    #[must_use]
    pub fn is_unknown_to_brokers(&self) -> bool {
        matches!(self, Self::Admin { source, .. } if source.code() == Code::NotFound)
    }

    /// Whether the active controller refuses what was asked for, and would again.
    #[must_use]
    pub fn is_refused_by_brokers(&self) -> bool {
        let refused = |status: &Status| {
            let is_code = matches!(status.code(), Code::NotFound | Code::FailedPrecondition);
            is_code && broker_admin::elsewhere(status).is_none()
        };
        matches!(self, Self::Admin { source, .. } if refused(source))
    }
}
