//! Volumes: grown while they are in use, deleted only when nobody can need them.

use super::decide::{Decision, not_yet};
use super::view::View;
use super::{Grow, Step};
use crate::fact::Fact;
use crate::flow::Flow;
use crate::validate::{Storage, ValidatedPool, bytes};
use operator_api::access::DeletionPolicy;

/// Whether a StatefulSet makes claims of another size than it should, which Kubernetes does not let it change.
pub(super) fn template_differs(view: &View<'_>, pool: &ValidatedPool) -> bool {
    let Storage::Claim { size, .. } = &pool.storage else {
        return false;
    };
    view.live.get(&pool.name).is_some_and(|live| {
        live.claim_size
            .as_ref()
            .is_some_and(|live| bytes(live) != bytes(size))
    })
}

/// Claims that ask for less than they should.
pub(super) fn grow(view: &View<'_>) -> Option<Decision> {
    let mut grows = Vec::new();
    for claim in view.claims() {
        let Some(Storage::Claim { size, .. }) = view.cluster.pool(&claim.pool).map(|pool| &pool.storage)
        else {
            continue;
        };
        if !view.cluster.desired_nodes().contains(&claim.node_id) || bytes(&claim.requested) >= bytes(size) {
            continue;
        }
        match &claim.expandable {
            Fact::Known(true) => grows.push(Grow {
                claim: claim.name.clone(),
                uid: claim.uid.clone(),
                size: size.clone(),
            }),
            Fact::Known(false) | Fact::Absent => {
                return Some(Decision::stall(
                    "VolumeExpansionUnsupported",
                    format!(
                        "the StorageClass of claim {} does not let it grow: set allowVolumeExpansion: true in it, or \
                         add a pool in spec.nodePools with larger disks",
                        claim.name
                    ),
                ));
            }
            Fact::Unknown(reason) => {
                return Some(Decision::wait(
                    "Observing",
                    format!("StorageClass of claim {}: {reason}", claim.name),
                ));
            }
        }
    }
    (!grows.is_empty()).then(|| {
        let message = format!("enlarging {} volumes while they are in use", grows.len());
        Decision::Grow(grows, Flow::working("ExpandingVolumes", message))
    })
}

/// StatefulSets whose claims have another size: made anew around their pods, which go on running.
pub(super) fn replace_stateful_set(view: &View<'_>) -> Option<Decision> {
    let pool = view
        .cluster
        .pools
        .iter()
        .find(|pool| template_differs(view, pool))?;
    let live = view.live.get(&pool.name)?;
    if !view.approved {
        return not_yet(view, view.kafka()?);
    }
    Some(Decision::Take(Step::ReplaceStatefulSet {
        stateful_set: live.stateful_set.clone(),
        uid: live.uid.clone(),
    }))
}

/// Claims of nodes that are gone, one at a time and only with `deletionPolicy: Delete`.
///
/// The node must be wanted by nobody, have no pod, be unknown to the cluster as broker and as voter, and the claim must
/// have been seen unused at this moment.
pub(super) fn delete(view: &View<'_>) -> Option<Decision> {
    if view.cluster.deletion_policy != DeletionPolicy::Delete {
        return None;
    }
    let kafka = view.kafka()?;
    let quorum = kafka.quorum.known()?;
    let (desired, nodes) = (view.cluster.desired_nodes(), view.live_nodes());
    let claim = view.claims().iter().find(|claim| {
        let node = claim.node_id;
        !desired.contains(&node)
            && !nodes.contains(&node)
            && view.pod(node).is_none()
            && !kafka.brokers.contains_key(&node)
            && !quorum.voters.contains_key(&node)
    })?;
    match &claim.mounted {
        Fact::Known(false) => {}
        Fact::Known(true) => {
            return Some(Decision::wait(
                "DeletingVolumes",
                format!("claim {} is still in use", claim.name),
            ));
        }
        Fact::Absent | Fact::Unknown(_) => {
            return Some(Decision::wait(
                "Observing",
                format!("nobody knows whether claim {} is in use", claim.name),
            ));
        }
    }
    if let Some(decision) = not_yet(view, kafka) {
        return Some(decision);
    }
    Some(Decision::Take(Step::DeleteVolume {
        claim: claim.name.clone(),
        uid: claim.uid.clone(),
        node_id: claim.node_id,
    }))
}
