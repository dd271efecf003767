//! One partition's registration: who holds it, who leads it, and in which epoch.
//!
//! Invariant: `replicas` and `directories` are equally long; a leader is a member of the in-sync set, unless the
//! partition was elected unclean and recovers; every change raises the partition epoch, every change of leader also
//! the leader epoch.

use broker_model::{BrokerId, DirectoryId, LeaderEpoch, PartitionEpoch, Uuid};

use crate::ReplayError;
use crate::messages::{PartitionChangeRecord, PartitionRecord};

/// Directory ids that stand for no single directory (KIP-858).
pub mod directory {
    use broker_model::{DirectoryId, Uuid};

    /// The broker has not said yet which directory holds the replica; also what records before KIP-858 mean.
    pub const MIGRATING: DirectoryId = DirectoryId::new(Uuid::ZERO);
    /// The broker may choose.
    pub const UNASSIGNED: DirectoryId = reserved(1);
    /// The directory is lost.
    pub const LOST: DirectoryId = reserved(2);

    const fn reserved(number: u8) -> DirectoryId {
        let mut bytes = [0; 16];
        bytes[15] = number;
        DirectoryId::new(Uuid::from_bytes(bytes))
    }
}

/// Whether the leader may lack records that were acknowledged (KIP-704).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeaderRecoveryState {
    /// 0: elected from the in-sync set.
    #[default]
    Recovered,
    /// 1: elected unclean and not yet repaired.
    Recovering,
}

impl LeaderRecoveryState {
    /// Reads the value in records.
    pub const fn from_record(value: i8) -> Option<Self> {
        match value {
            0 => Some(Self::Recovered),
            1 => Some(Self::Recovering),
            _ => None,
        }
    }

    /// The value in records.
    pub const fn record(self) -> i8 {
        match self {
            Self::Recovered => 0,
            Self::Recovering => 1,
        }
    }
}

/// In a change of a partition: the leader stays.
const NO_LEADER_CHANGE: i32 = -2;
/// In a change of a partition: the recovery state stays.
const NO_RECOVERY_CHANGE: i8 = -1;

/// Everything that the cluster has agreed on about one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionRegistration {
    /// Brokers that hold it, the preferred leader first.
    pub replicas: Vec<BrokerId>,
    /// Directory of each replica, in the same order.
    pub directories: Vec<DirectoryId>,
    /// Replicas that hold every acknowledged record.
    pub isr: Vec<BrokerId>,
    /// Replicas that a reassignment takes away.
    pub removing_replicas: Vec<BrokerId>,
    /// Replicas that a reassignment adds.
    pub adding_replicas: Vec<BrokerId>,
    /// Replicas outside the in-sync set that hold everything below the high watermark (KIP-966).
    pub elr: Vec<BrokerId>,
    /// Members of the last set of eligible leaders.
    pub last_known_elr: Vec<BrokerId>,
    /// Who leads; [`BrokerId::NONE`] when nobody can.
    pub leader: BrokerId,
    /// Whether the leader was elected unclean.
    pub leader_recovery_state: LeaderRecoveryState,
    /// Counts the leaders.
    pub leader_epoch: LeaderEpoch,
    /// Counts the changes.
    pub partition_epoch: PartitionEpoch,
}

impl PartitionRegistration {
    /// Whether somebody leads.
    pub fn has_leader(&self) -> bool {
        self.leader != BrokerId::NONE
    }

    /// Who should lead when everything is well.
    pub fn preferred_leader(&self) -> BrokerId {
        self.replicas.first().copied().unwrap_or(BrokerId::NONE)
    }

    /// Whether a reassignment is under way.
    pub fn is_reassigning(&self) -> bool {
        !self.adding_replicas.is_empty() || !self.removing_replicas.is_empty()
    }

    /// Directory of the broker's replica, when it has one.
    pub fn directory_of(&self, broker: BrokerId) -> Option<DirectoryId> {
        let place = self.replicas.iter().position(|replica| *replica == broker)?;
        self.directories.get(place).copied()
    }

    /// Whether the broker has a replica that is believed to lie in another directory than `own`, where it keeps it: until
    /// the controller is told, the broker may neither lead it nor be in sync.
    pub fn is_elsewhere(&self, broker: BrokerId, own: DirectoryId) -> bool {
        self.directory_of(broker).is_some_and(|believed| believed != own)
    }

    pub(crate) fn from_record(record: &PartitionRecord) -> Result<Self, ReplayError> {
        let directories = if record.directories.is_empty() {
            vec![directory::MIGRATING; record.replicas.len()]
        } else {
            directory_ids(&record.directories)
        };
        Ok(Self {
            replicas: broker_ids(&record.replicas),
            directories,
            isr: broker_ids(&record.isr),
            removing_replicas: broker_ids(&record.removing_replicas),
            adding_replicas: broker_ids(&record.adding_replicas),
            elr: broker_ids(record.eligible_leader_replicas.as_deref().unwrap_or_default()),
            last_known_elr: broker_ids(record.last_known_elr.as_deref().unwrap_or_default()),
            leader: BrokerId::new(record.leader),
            leader_recovery_state: recovery_state(record.leader_recovery_state)?,
            leader_epoch: LeaderEpoch::new(record.leader_epoch),
            partition_epoch: PartitionEpoch::new(record.partition_epoch),
        })
    }

    /// The registration after the change.
    ///
    /// # Errors
    /// The record holds a value that no registration has.
    pub fn merge(&self, change: &PartitionChangeRecord) -> Result<Self, ReplayError> {
        let ids = |new: &Option<Vec<i32>>, old: &Vec<BrokerId>| match new {
            Some(new) => broker_ids(new),
            None => old.clone(),
        };
        let replicas = ids(&change.replicas, &self.replicas);
        let directories = match &change.directories {
            Some(new) => directory_ids(new),
            None if replicas.len() == self.directories.len() => self.directories.clone(),
            // A record older than KIP-858 changes replicas without a word on directories.
            None => vec![directory::MIGRATING; replicas.len()],
        };
        let (leader, leader_epoch) = if change.leader == NO_LEADER_CHANGE {
            (self.leader, self.leader_epoch)
        } else {
            (BrokerId::new(change.leader), self.leader_epoch.next())
        };
        Ok(Self {
            replicas,
            directories,
            isr: ids(&change.isr, &self.isr),
            removing_replicas: ids(&change.removing_replicas, &self.removing_replicas),
            adding_replicas: ids(&change.adding_replicas, &self.adding_replicas),
            elr: ids(&change.eligible_leader_replicas, &self.elr),
            last_known_elr: ids(&change.last_known_elr, &self.last_known_elr),
            leader,
            leader_recovery_state: match change.leader_recovery_state {
                NO_RECOVERY_CHANGE => self.leader_recovery_state,
                state => recovery_state(state)?,
            },
            leader_epoch,
            partition_epoch: self.partition_epoch.next(),
        })
    }

    /// The record that makes this registration; which of its fields are written depends on the metadata version.
    pub fn to_record(&self, topic: Uuid, partition: i32) -> PartitionRecord {
        let optional = |ids: &[BrokerId]| (!ids.is_empty()).then(|| raw_ids(ids));
        PartitionRecord {
            partition_id: partition,
            topic_id: topic,
            replicas: raw_ids(&self.replicas),
            isr: raw_ids(&self.isr),
            removing_replicas: raw_ids(&self.removing_replicas),
            adding_replicas: raw_ids(&self.adding_replicas),
            leader: self.leader.value(),
            leader_recovery_state: self.leader_recovery_state.record(),
            leader_epoch: self.leader_epoch.value(),
            partition_epoch: self.partition_epoch.value(),
            directories: self.directories.iter().map(|id| id.uuid()).collect(),
            eligible_leader_replicas: optional(&self.elr),
            last_known_elr: optional(&self.last_known_elr),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

fn recovery_state(value: i8) -> Result<LeaderRecoveryState, ReplayError> {
    LeaderRecoveryState::from_record(value).ok_or(ReplayError::UnknownValue {
        field: "leader recovery state",
        value: value.into(),
    })
}

fn broker_ids(raw: &[i32]) -> Vec<BrokerId> {
    raw.iter().map(|id| BrokerId::new(*id)).collect()
}

fn directory_ids(raw: &[Uuid]) -> Vec<DirectoryId> {
    raw.iter().map(|id| DirectoryId::new(*id)).collect()
}

pub(crate) fn raw_ids(ids: &[BrokerId]) -> Vec<i32> {
    ids.iter().map(|id| id.value()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_is_elsewhere_unless_its_own_directory_is_named() {
        let id = |byte| DirectoryId::new(Uuid::from_bytes([byte; 16]));
        let record = |directories: Vec<DirectoryId>| PartitionRecord {
            replicas: vec![1, 2],
            directories: directories.iter().map(|id| id.uuid()).collect(),
            ..PartitionRecord::default()
        };
        let registration =
            PartitionRegistration::from_record(&record(vec![id(7), directory::UNASSIGNED])).unwrap();
        assert!(!registration.is_elsewhere(BrokerId::new(1), id(7)));
        assert!(
            registration.is_elsewhere(BrokerId::new(1), id(8)),
            "its disk was exchanged"
        );
        assert!(
            registration.is_elsewhere(BrokerId::new(2), id(7)),
            "it has not said where"
        );
        assert!(!registration.is_elsewhere(BrokerId::new(3), id(7)), "it has none");
    }
}
