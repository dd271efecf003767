//! Registrations: a broker says who it is before it may do anything, a controller where it is found (KIP-631,
//! KIP-858, KIP-919, KIP-966).
//!
//! Invariants: one process at a time is registered under a broker's id; a broker that was not heard to stop in order,
//! or that comes back without a directory, is neither in sync nor eligible for what it may have lost; a broker that
//! cannot act on what the cluster has agreed on stays out. The same process may register again, to change what it
//! said, and keeps its epoch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_metadata::image::{BrokerRegistration, Endpoint, VersionRange, directory};
use broker_metadata::messages::UnregisterControllerRecord;
use broker_metadata::{ControllerRegistration, KRAFT_VERSION_LEVEL, MetadataRecord, feature, names};
use broker_model::{BrokerEpoch, BrokerId, DirectoryId, MonotonicMs};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{
    BrokerRegistrationRequest as WireRequest, BrokerRegistrationResponse, ControllerRegistrationRequest,
    ControllerRegistrationResponse, UnregisterControllerRequest, UnregisterControllerResponse,
};

use crate::leadership::BrokerEvent;
use crate::{ApiError, BrokerSessions, Outcome, QuorumController};

type Features = BTreeMap<Arc<str>, VersionRange>;

impl QuorumController {
    /// Answers BrokerRegistration (62). The caller tells the sessions of the epoch that is answered.
    pub fn broker_registration(
        &self,
        sessions: &BrokerSessions,
        cluster_id: &str,
        request: &WireRequest,
        now: MonotonicMs,
    ) -> Outcome<BrokerRegistrationResponse> {
        if request.cluster_id != cluster_id {
            return refused(ErrorCode::InconsistentClusterId);
        }
        match self.register_process(sessions, request, now) {
            Err(error) => refused(error.code),
            Ok(outcome) => Outcome::new(
                outcome.records,
                BrokerRegistrationResponse {
                    broker_epoch: outcome.response.value(),
                    ..BrokerRegistrationResponse::default()
                },
            ),
        }
    }

    fn register_process(
        &self,
        sessions: &BrokerSessions,
        request: &WireRequest,
        now: MonotonicMs,
    ) -> Result<Outcome<BrokerEpoch>, ApiError> {
        let id = BrokerId::new(request.broker_id);
        let existing = self.image().cluster.broker(id).map(|broker| &**broker);
        let is_same = existing.is_some_and(|old| old.incarnation_id == request.incarnation_id);
        if let Some(old) = existing
            && !is_same
            && !old.in_controlled_shutdown
            && sessions.is_alive(old, now)
        {
            let message = format!("Another process is registered as broker {id}, and it is alive.");
            return Err(ApiError::new(ErrorCode::DuplicateBrokerRegistration, message));
        }
        if request.is_migrating_zk_broker {
            let message = "Brokers that come from ZooKeeper cannot register.";
            return Err(ApiError::new(ErrorCode::BrokerIdNotRegistered, message));
        }
        let directories: Vec<_> = request.log_dirs.iter().map(|id| DirectoryId::new(*id)).collect();
        self.check_directories(id, &directories)?;
        let features = self.checked_features(request)?;
        let new = BrokerRegistration {
            id,
            epoch: BrokerEpoch::new(-1),
            incarnation_id: request.incarnation_id,
            listeners: request.listeners.iter().map(endpoint).collect(),
            supported_features: features,
            rack: request.rack.as_deref().map(Arc::from),
            fenced: true,
            in_controlled_shutdown: false,
            is_migrating_zk_broker: false,
            cordoned_directories: self.kept_cordons(existing, &directories),
            directories,
        };
        check_listeners(&new.listeners)?;
        Ok(match existing.filter(|_| is_same) {
            Some(old) => amended(old, new),
            None => self.registered_anew(existing, new, BrokerEpoch::new(request.previous_broker_epoch)),
        })
    }

    /// A process that was not registered before: what its predecessor was in sync with it may lead no more.
    pub(crate) fn registered_anew(
        &self,
        existing: Option<&BrokerRegistration>,
        new: BrokerRegistration,
        previous: BrokerEpoch,
    ) -> Outcome<BrokerEpoch> {
        let stopped_in_order = existing.is_some_and(|old| old.epoch == previous);
        let keeps_eligible = self.image().features.elr_enabled();
        let mut records = self.partitions_after_each(new.id, |partition| {
            let directory = partition.directory_of(new.id);
            let has_directory = directory.is_none_or(|directory| new.has_online_directory(directory));
            let is_whole = stopped_in_order && has_directory;
            Some(match is_whole || !keeps_eligible {
                true => BrokerEvent::Leaves,
                false => BrokerEvent::LostData,
            })
        });
        let ahead = i64::try_from(records.len()).unwrap_or(i64::MAX);
        let epoch = BrokerEpoch::new(self.loader().next_offset().plus(ahead).value());
        let new = BrokerRegistration { epoch, ..new };
        records.push(new.to_record().into());
        Outcome::new(records, epoch)
    }

    /// Directories that are cordoned stay so until the broker says otherwise.
    pub(crate) fn kept_cordons(
        &self,
        existing: Option<&BrokerRegistration>,
        directories: &[DirectoryId],
    ) -> Option<Vec<DirectoryId>> {
        let version = self.image().features.metadata_version;
        let old = existing.and_then(|old| old.cordoned_directories.clone());
        let mut kept = old.unwrap_or_default();
        kept.retain(|id| directories.contains(id));
        version.supports_cordoned_log_dirs().then_some(kept)
    }

    fn check_directories(&self, id: BrokerId, directories: &[DirectoryId]) -> Result<(), ApiError> {
        if !self
            .image()
            .features
            .metadata_version
            .supports_directory_assignment()
        {
            return Ok(());
        }
        let refused = |message: String| Err(ApiError::new(ErrorCode::InvalidRegistration, message));
        if directories.is_empty() {
            return refused("The broker names no log directory.".to_owned());
        }
        let reserved = [directory::MIGRATING, directory::UNASSIGNED, directory::LOST];
        if let Some(id) = directories.iter().find(|id| reserved.contains(id)) {
            return refused(format!("{id} stands for no directory of its own."));
        }
        let distinct: BTreeSet<_> = directories.iter().collect();
        if distinct.len() != directories.len() {
            return refused("The broker names one of its log directories twice.".to_owned());
        }
        let others = self
            .image()
            .cluster
            .brokers
            .values()
            .filter(|other| other.id != id);
        for other in others {
            if let Some(shared) = other.directories.iter().find(|id| distinct.contains(id)) {
                return refused(format!(
                    "Broker {} is registered with directory {shared}.",
                    other.id
                ));
            }
        }
        Ok(())
    }

    /// The features of the request, when the broker can act on every level that the cluster has agreed on.
    fn checked_features(&self, request: &WireRequest) -> Result<Features, ApiError> {
        let range = |feature: &broker_protocol::broker_registration_request::Feature| VersionRange {
            minimum: feature.min_supported_version,
            maximum: feature.max_supported_version,
        };
        let features: Features = request
            .features
            .iter()
            .map(|feature| (Arc::from(&*feature.name), range(feature)))
            .collect();
        if !features.contains_key(names::METADATA_VERSION) {
            let message = "The broker does not say which metadata.version it supports.";
            return Err(ApiError::new(ErrorCode::InvalidRegistration, message));
        }
        let image = &self.image().features;
        let finalized = image.finalized.iter().map(|(name, level)| (&**name, *level));
        // What only Kafka acts on may stand in a log that it began; it binds who knows of it.
        let finalized = finalized.filter(|(name, _)| feature(name).is_some() || features.contains_key(*name));
        let agreed = finalized.chain([
            (names::METADATA_VERSION, image.metadata_version.level()),
            (names::KRAFT_VERSION, KRAFT_VERSION_LEVEL),
        ]);
        for (name, level) in agreed {
            let supported = features.get(name).copied().unwrap_or(VersionRange {
                minimum: 0,
                maximum: 0,
            });
            if level < supported.minimum || level > supported.maximum {
                let (low, high) = (supported.minimum, supported.maximum);
                let message =
                    format!("{name} is {level} in this cluster, and the broker supports {low} to {high}.");
                return Err(ApiError::new(ErrorCode::UnsupportedVersion, message));
            }
        }
        Ok(features)
    }

    /// Answers ControllerRegistration (70).
    pub fn controller_registration(
        &self,
        request: &ControllerRegistrationRequest,
    ) -> Outcome<ControllerRegistrationResponse> {
        let listeners = request.listeners.iter().map(|listener| Endpoint {
            name: (&*listener.name).into(),
            host: (&*listener.host).into(),
            port: listener.port,
            security_protocol: listener.security_protocol,
        });
        let features = request.features.iter().map(|feature| {
            let range = VersionRange {
                minimum: feature.min_supported_version,
                maximum: feature.max_supported_version,
            };
            (Arc::from(&*feature.name), range)
        });
        let registration = ControllerRegistration {
            id: BrokerId::new(request.controller_id),
            incarnation_id: request.incarnation_id,
            listeners: listeners.collect(),
            supported_features: features.collect(),
            zk_migration_ready: request.zk_migration_ready,
        };
        let record = MetadataRecord::from(registration.to_record());
        Outcome::new(vec![record], ControllerRegistrationResponse::default())
    }

    /// Forgets a controller (UnregisterController, 95). The one that decides cannot be forgotten.
    pub fn unregister_controller(
        &self,
        request: &UnregisterControllerRequest,
    ) -> Outcome<UnregisterControllerResponse> {
        let id = BrokerId::new(request.controller_id);
        let refused = |code: ErrorCode, message: String| {
            Outcome::answer(UnregisterControllerResponse {
                error_code: code.code(),
                error_message: Some(message.into()),
                ..UnregisterControllerResponse::default()
            })
        };
        if id == self.settings.node_id {
            let message = format!("Controller {id} is active and cannot forget itself.");
            return refused(ErrorCode::InvalidRequest, message);
        }
        if !self.image().cluster.controllers.contains_key(&id) {
            let message = format!("Controller {id} is not registered.");
            return refused(ErrorCode::ControllerIdNotRegistered, message);
        }
        let record = UnregisterControllerRecord {
            controller_id: request.controller_id,
            unknown_tagged_fields: Vec::new(),
        };
        Outcome::new(vec![record.into()], UnregisterControllerResponse::default())
    }
}

/// The same process says again who it is.
fn amended(old: &BrokerRegistration, new: BrokerRegistration) -> Outcome<BrokerEpoch> {
    let new = BrokerRegistration {
        epoch: old.epoch,
        fenced: old.fenced,
        in_controlled_shutdown: old.in_controlled_shutdown,
        ..new
    };
    Outcome::new(vec![new.to_record().into()], old.epoch)
}

pub(crate) fn check_listeners(listeners: &[Endpoint]) -> Result<(), ApiError> {
    if listeners.is_empty() {
        let message = "A broker needs at least one listener that clients can reach.";
        return Err(ApiError::new(ErrorCode::InvalidRegistration, message));
    }
    Ok(())
}

fn endpoint(listener: &broker_protocol::broker_registration_request::Listener) -> Endpoint {
    Endpoint {
        name: (&*listener.name).into(),
        host: (&*listener.host).into(),
        port: listener.port,
        security_protocol: listener.security_protocol,
    }
}

fn refused(code: ErrorCode) -> Outcome<BrokerRegistrationResponse> {
    Outcome::answer(BrokerRegistrationResponse {
        error_code: code.code(),
        ..BrokerRegistrationResponse::default()
    })
}

#[cfg(test)]
mod tests;
