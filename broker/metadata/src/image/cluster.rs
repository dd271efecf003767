//! Brokers and controllers that have registered (KIP-631, KIP-919).

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_model::{BrokerEpoch, BrokerId, DirectoryId, Uuid};

use super::directory;
use crate::ReplayError;
use crate::messages::{
    BrokerRegistrationChangeRecord, FenceBrokerRecord, RegisterBrokerRecord, RegisterControllerRecord,
    UnfenceBrokerRecord, UnregisterBrokerRecord, UnregisterControllerRecord,
};
use crate::register_broker_record::{BrokerEndpoint, BrokerFeature};
use crate::register_controller_record::{ControllerEndpoint, ControllerFeature};

/// Where a node listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Name of the listener.
    pub name: Arc<str>,
    /// Host to connect to.
    pub host: Arc<str>,
    /// Port to connect to.
    pub port: u16,
    /// 0 plaintext, 1 TLS, 2 SASL over plaintext, 3 SASL over TLS.
    pub security_protocol: i16,
}

/// Lowest and highest level of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    /// Lowest supported level.
    pub minimum: i16,
    /// Highest supported level.
    pub maximum: i16,
}

/// What a broker said about itself, and what the controller thinks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerRegistration {
    /// The broker.
    pub id: BrokerId,
    /// Identity of this registration: the offset of its record.
    pub epoch: BrokerEpoch,
    /// Identity of the process.
    pub incarnation_id: Uuid,
    /// Where it listens, as advertised.
    pub listeners: Vec<Endpoint>,
    /// Which levels of features it supports.
    pub supported_features: BTreeMap<Arc<str>, VersionRange>,
    /// Its rack.
    pub rack: Option<Arc<str>>,
    /// Whether clients must not be sent to it.
    pub fenced: bool,
    /// Whether it is stopping.
    pub in_controlled_shutdown: bool,
    /// Whether it was a ZooKeeper broker on its way.
    pub is_migrating_zk_broker: bool,
    /// Its log directories.
    pub directories: Vec<DirectoryId>,
    /// Directories that take no new replicas; absent when the broker has not said.
    pub cordoned_directories: Option<Vec<DirectoryId>>,
}

impl BrokerRegistration {
    /// Where it listens under that listener's name.
    pub fn listener(&self, name: &str) -> Option<&Endpoint> {
        self.listeners.iter().find(|endpoint| &*endpoint.name == name)
    }

    /// Whether clients may be sent to it.
    pub const fn is_active(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }

    /// Whether a replica in that directory can be used: the broker has it, or has yet to say where the replica lies.
    pub fn has_online_directory(&self, id: DirectoryId) -> bool {
        match id {
            directory::UNASSIGNED | directory::MIGRATING => true,
            directory::LOST => false,
            // A registration from before KIP-858 names none.
            id => self.directories.is_empty() || self.directories.contains(&id),
        }
    }

    /// Whether it takes no new replicas, because every one of its directories is cordoned (KIP-1066).
    pub fn is_cordoned(&self) -> bool {
        let cordoned = self.cordoned_directories.as_deref().unwrap_or_default();
        !self.directories.is_empty() && self.directories.iter().all(|id| cordoned.contains(id))
    }

    fn from_record(record: &RegisterBrokerRecord) -> Self {
        let listeners = record.end_points.iter().map(|endpoint| Endpoint {
            name: endpoint.name.as_str().into(),
            host: endpoint.host.as_str().into(),
            port: endpoint.port,
            security_protocol: endpoint.security_protocol,
        });
        let features = record.features.iter().map(|feature| {
            let range = VersionRange {
                minimum: feature.min_supported_version,
                maximum: feature.max_supported_version,
            };
            (Arc::from(feature.name.as_str()), range)
        });
        Self {
            id: BrokerId::new(record.broker_id),
            epoch: BrokerEpoch::new(record.broker_epoch),
            incarnation_id: record.incarnation_id,
            listeners: listeners.collect(),
            supported_features: features.collect(),
            rack: record.rack.as_ref().map(|rack| rack.as_str().into()),
            fenced: record.fenced,
            in_controlled_shutdown: record.in_controlled_shutdown,
            is_migrating_zk_broker: record.is_migrating_zk_broker,
            directories: directories(&record.log_dirs),
            cordoned_directories: record.cordoned_log_dirs.as_deref().map(directories),
        }
    }

    /// The record that makes this registration.
    pub fn to_record(&self) -> RegisterBrokerRecord {
        let raw = |ids: &[DirectoryId]| ids.iter().map(|id| id.uuid()).collect();
        RegisterBrokerRecord {
            broker_id: self.id.value(),
            is_migrating_zk_broker: self.is_migrating_zk_broker,
            incarnation_id: self.incarnation_id,
            broker_epoch: self.epoch.value(),
            end_points: self.listeners.iter().map(broker_endpoint).collect(),
            features: self.supported_features.iter().map(broker_feature).collect(),
            rack: self.rack.as_deref().map(Into::into),
            fenced: self.fenced,
            in_controlled_shutdown: self.in_controlled_shutdown,
            log_dirs: raw(&self.directories),
            cordoned_log_dirs: self.cordoned_directories.as_deref().map(raw),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

/// What a controller said about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerRegistration {
    /// The controller.
    pub id: BrokerId,
    /// Identity of the process.
    pub incarnation_id: Uuid,
    /// Where it listens.
    pub listeners: Vec<Endpoint>,
    /// Which levels of features it supports.
    pub supported_features: BTreeMap<Arc<str>, VersionRange>,
    /// Whether it could take over from ZooKeeper.
    pub zk_migration_ready: bool,
}

impl ControllerRegistration {
    fn from_record(record: &RegisterControllerRecord) -> Self {
        let listeners = record.end_points.iter().map(|endpoint| Endpoint {
            name: endpoint.name.as_str().into(),
            host: endpoint.host.as_str().into(),
            port: endpoint.port,
            security_protocol: endpoint.security_protocol,
        });
        let features = record.features.iter().map(|feature| {
            let range = VersionRange {
                minimum: feature.min_supported_version,
                maximum: feature.max_supported_version,
            };
            (Arc::from(feature.name.as_str()), range)
        });
        Self {
            id: BrokerId::new(record.controller_id),
            incarnation_id: record.incarnation_id,
            listeners: listeners.collect(),
            supported_features: features.collect(),
            zk_migration_ready: record.zk_migration_ready,
        }
    }

    /// The record that makes this registration.
    pub fn to_record(&self) -> RegisterControllerRecord {
        let endpoints = self.listeners.iter().map(|endpoint| ControllerEndpoint {
            name: (&*endpoint.name).into(),
            host: (&*endpoint.host).into(),
            port: endpoint.port,
            security_protocol: endpoint.security_protocol,
            unknown_tagged_fields: Vec::new(),
        });
        let features = self
            .supported_features
            .iter()
            .map(|(name, range)| ControllerFeature {
                name: (&**name).into(),
                min_supported_version: range.minimum,
                max_supported_version: range.maximum,
                unknown_tagged_fields: Vec::new(),
            });
        RegisterControllerRecord {
            controller_id: self.id.value(),
            incarnation_id: self.incarnation_id,
            zk_migration_ready: self.zk_migration_ready,
            end_points: endpoints.collect(),
            features: features.collect(),
            unknown_tagged_fields: Vec::new(),
        }
    }
}

/// All registered nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClusterImage {
    /// Brokers by id.
    pub brokers: Arc<BTreeMap<BrokerId, Arc<BrokerRegistration>>>,
    /// Controllers by id.
    pub controllers: Arc<BTreeMap<BrokerId, Arc<ControllerRegistration>>>,
}

impl ClusterImage {
    /// Finds a broker.
    pub fn broker(&self, id: BrokerId) -> Option<&Arc<BrokerRegistration>> {
        self.brokers.get(&id)
    }

    /// Whether the broker is registered and clients may be sent to it.
    pub fn is_active(&self, id: BrokerId) -> bool {
        self.broker(id).is_some_and(|broker| broker.is_active())
    }

    /// The living broker with the smallest number: who does what one of all is to do, as every broker knows by itself.
    pub fn first_active(&self) -> Option<BrokerId> {
        let mut active = self.brokers.values().filter(|broker| broker.is_active());
        active.next().map(|broker| broker.id)
    }

    pub(crate) fn register_broker(&mut self, record: &RegisterBrokerRecord) -> BrokerId {
        let broker = BrokerRegistration::from_record(record);
        let id = broker.id;
        Arc::make_mut(&mut self.brokers).insert(id, Arc::new(broker));
        id
    }

    pub(crate) fn unregister_broker(
        &mut self,
        record: &UnregisterBrokerRecord,
    ) -> Result<BrokerId, ReplayError> {
        let id = BrokerId::new(record.broker_id);
        self.registered(id, record.broker_epoch)?;
        Arc::make_mut(&mut self.brokers).remove(&id);
        Ok(id)
    }

    pub(crate) fn fence_broker(&mut self, record: &FenceBrokerRecord) -> Result<BrokerId, ReplayError> {
        let id = BrokerId::new(record.id);
        self.registered(id, record.epoch)?.fenced = true;
        Ok(id)
    }

    pub(crate) fn unfence_broker(&mut self, record: &UnfenceBrokerRecord) -> Result<BrokerId, ReplayError> {
        let id = BrokerId::new(record.id);
        self.registered(id, record.epoch)?.fenced = false;
        Ok(id)
    }

    pub(crate) fn change_broker(
        &mut self,
        record: &BrokerRegistrationChangeRecord,
    ) -> Result<BrokerId, ReplayError> {
        let id = BrokerId::new(record.broker_id);
        let fenced = match record.fenced {
            0 => None,
            1 => Some(true),
            -1 => Some(false),
            value => return Err(unknown("broker registration fencing", value)),
        };
        let stopping = match record.in_controlled_shutdown {
            0 => None,
            1 => Some(true),
            value => return Err(unknown("broker registration controlled shutdown", value)),
        };
        let broker = self.registered(id, record.broker_epoch)?;
        broker.fenced = fenced.unwrap_or(broker.fenced);
        broker.in_controlled_shutdown = stopping.unwrap_or(broker.in_controlled_shutdown);
        if !record.log_dirs.is_empty() {
            broker.directories = directories(&record.log_dirs);
        }
        if let Some(cordoned) = &record.cordoned_log_dirs {
            broker.cordoned_directories = Some(directories(cordoned));
        }
        Ok(id)
    }

    pub(crate) fn register_controller(&mut self, record: &RegisterControllerRecord) {
        let controller = ControllerRegistration::from_record(record);
        Arc::make_mut(&mut self.controllers).insert(controller.id, Arc::new(controller));
    }

    pub(crate) fn unregister_controller(
        &mut self,
        record: &UnregisterControllerRecord,
    ) -> Result<(), ReplayError> {
        let id = BrokerId::new(record.controller_id);
        let removed = Arc::make_mut(&mut self.controllers).remove(&id);
        removed.map(drop).ok_or(ReplayError::UnknownController(id))
    }

    fn registered(&mut self, id: BrokerId, epoch: i64) -> Result<&mut BrokerRegistration, ReplayError> {
        let broker = Arc::make_mut(&mut self.brokers)
            .get_mut(&id)
            .ok_or(ReplayError::UnknownBroker(id))?;
        if broker.epoch.value() != epoch {
            return Err(ReplayError::BrokerEpoch {
                id,
                registered: broker.epoch,
                given: BrokerEpoch::new(epoch),
            });
        }
        Ok(Arc::make_mut(broker))
    }
}

fn unknown(field: &'static str, value: i8) -> ReplayError {
    ReplayError::UnknownValue {
        field,
        value: value.into(),
    }
}

fn directories(raw: &[Uuid]) -> Vec<DirectoryId> {
    raw.iter().map(|id| DirectoryId::new(*id)).collect()
}

fn broker_endpoint(endpoint: &Endpoint) -> BrokerEndpoint {
    BrokerEndpoint {
        name: (&*endpoint.name).into(),
        host: (&*endpoint.host).into(),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
        unknown_tagged_fields: Vec::new(),
    }
}

fn broker_feature((name, range): (&Arc<str>, &VersionRange)) -> BrokerFeature {
    BrokerFeature {
        name: (&**name).into(),
        min_supported_version: range.minimum,
        max_supported_version: range.maximum,
        unknown_tagged_fields: Vec::new(),
    }
}
