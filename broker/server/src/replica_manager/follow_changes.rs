//! Which partitions follow whom, as far as the fetchers have not been told: at most one change a partition.

use std::collections::HashMap;

use broker_model::{BrokerId, LeaderEpoch};
use broker_replication::fetch::ReplicaKey;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::partition_handle::Role;

/// A leader elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaderElsewhere {
    /// Who leads.
    pub leader: BrokerId,
    /// In which epoch.
    pub leader_epoch: LeaderEpoch,
}

impl LeaderElsewhere {
    /// Whom a replica of this role fetches from; nobody if it leads or if there is no leader.
    pub(super) fn of(role: &Role) -> Option<Self> {
        match role {
            Role::Follow { leader, leader_epoch } if *leader != BrokerId::NONE => Some(Self {
                leader: *leader,
                leader_epoch: *leader_epoch,
            }),
            Role::Follow { .. } | Role::Lead(_) => None,
        }
    }
}

/// The changes that wait.
#[derive(Debug, Default)]
pub struct FollowChanges {
    waiting: Mutex<HashMap<ReplicaKey, Option<LeaderElsewhere>>>,
    arrived: Notify,
}

impl FollowChanges {
    /// From now on the partition is fetched from that leader, or from nobody; an older change is void.
    pub(super) fn note(&self, key: ReplicaKey, leader: Option<LeaderElsewhere>) {
        self.waiting.lock().insert(key, leader);
        self.arrived.notify_one();
    }

    /// Takes out all that wait.
    pub fn take(&self) -> HashMap<ReplicaKey, Option<LeaderElsewhere>> {
        std::mem::take(&mut *self.waiting.lock())
    }

    /// Waits until there is one.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }
}
