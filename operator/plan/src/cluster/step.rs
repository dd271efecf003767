//! Steps that disturb something, and how they are recorded before they are taken.

use k8s_openapi::jiff::Timestamp;
use operator_api::kafka_cluster::{Operation, OperationType};

/// A step that disturbs something. One at a time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Delete a pod, so that it comes back as it should be.
    RestartNode {
        /// Name of the pod.
        pod: String,
        /// UID that it must still have.
        uid: String,
        /// Its node.
        node_id: i32,
        /// Why.
        why: String,
    },
    /// Take the last node of a pool away for good.
    RemoveNode {
        /// The StatefulSet.
        stateful_set: String,
        /// UID that it must still have.
        uid: String,
        /// Replicas that it is left with.
        replicas: i32,
        /// The node.
        node_id: i32,
    },
    /// Make a controller a voter.
    AddVoter {
        /// The controller.
        node_id: i32,
        /// Identity of its directory.
        directory: String,
        /// Host and port at which it listens.
        host: String,
    },
    /// Take the vote from a controller.
    RemoveVoter {
        /// The controller.
        node_id: i32,
        /// Identity of its directory.
        directory: String,
    },
    /// Delete a StatefulSet and leave its pods, so that it is made anew around them.
    ReplaceStatefulSet {
        /// Its name.
        stateful_set: String,
        /// UID that it must still have.
        uid: String,
    },
    /// Delete the claim of a node that is gone.
    DeleteVolume {
        /// Name of the claim.
        claim: String,
        /// UID that it must still have.
        uid: String,
        /// The node that it belonged to.
        node_id: i32,
    },
    /// Stop every node.
    Hibernate,
}

impl Step {
    /// Reason of the condition `Reconciling` while it is taken.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::RestartNode { .. } => "RollingRestart",
            Self::RemoveNode { .. } => "RemovingNode",
            Self::AddVoter { .. } => "AddingVoters",
            Self::RemoveVoter { .. } => "RemovingVoters",
            Self::ReplaceStatefulSet { .. } => "ApplyingResources",
            Self::DeleteVolume { .. } => "DeletingVolumes",
            Self::Hibernate => "Hibernating",
        }
    }

    /// The step in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::RestartNode { node_id, why, .. } => format!("restart node {node_id} ({why})"),
            Self::RemoveNode { node_id, .. } => format!("remove node {node_id}"),
            Self::AddVoter { node_id, .. } => format!("make controller {node_id} a voter"),
            Self::RemoveVoter { node_id, .. } => format!("take the vote from controller {node_id}"),
            Self::ReplaceStatefulSet { stateful_set, .. } => {
                format!("make StatefulSet {stateful_set} anew around its pods")
            }
            Self::DeleteVolume { claim, node_id, .. } => {
                format!("delete claim {claim} of node {node_id}, which is gone")
            }
            Self::Hibernate => "stop all nodes".to_owned(),
        }
    }

    fn key(&self) -> (OperationType, Option<i32>, Option<&str>) {
        match self {
            Self::RestartNode { node_id, uid, .. } => (OperationType::RestartNode, Some(*node_id), Some(uid)),
            Self::RemoveNode { node_id, uid, .. } => (OperationType::RemoveNode, Some(*node_id), Some(uid)),
            Self::AddVoter {
                node_id, directory, ..
            } => (OperationType::AddVoter, Some(*node_id), Some(directory)),
            Self::RemoveVoter { node_id, directory } => {
                (OperationType::RemoveVoter, Some(*node_id), Some(directory))
            }
            Self::ReplaceStatefulSet { uid, .. } => (OperationType::ReplaceStatefulSet, None, Some(uid)),
            Self::DeleteVolume { node_id, uid, .. } => {
                (OperationType::DeleteVolume, Some(*node_id), Some(uid))
            }
            Self::Hibernate => (OperationType::Hibernate, None, None),
        }
    }

    /// Whether this very step, for this very object, is on record.
    #[must_use]
    pub fn is_recorded_in(&self, operation: Option<&Operation>) -> bool {
        operation.is_some_and(|operation| {
            let (kind, node_id, uid) = self.key();
            operation.operation_type == kind
                && operation.node_id == node_id
                && operation.target_uid.as_deref() == uid
        })
    }

    /// How it is recorded.
    #[must_use]
    pub fn operation(&self, now: Timestamp) -> Operation {
        let (operation_type, node_id, uid) = self.key();
        Operation {
            operation_type,
            step: self.words(),
            node_id,
            target_uid: uid.map(str::to_owned),
            started_at: now.to_string(),
            blocked_by: None,
        }
    }
}
