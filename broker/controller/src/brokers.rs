//! Brokers: they register, are let in, stop, and are forgotten.
//!
//! ```text
//! register -> fenced -- unfence --> active -- controlled shutdown --> stopping -- fence --> fenced
//! ```
//! Every registration has its own epoch, the offset of its record, so that what a broker says under an earlier one
//! is recognised as stale.

use broker_metadata::image::{BrokerRegistration, Endpoint, VersionRange};
use broker_metadata::messages::{
    BrokerRegistrationChangeRecord, RegisterControllerRecord, UnregisterBrokerRecord,
};
use broker_metadata::{ControllerRegistration, MetadataRecord, SUPPORTED_FEATURES};
use broker_model::{BrokerEpoch, BrokerId, DirectoryId, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{UnregisterBrokerRequest, UnregisterBrokerResponse};
use std::sync::Arc;

use crate::leadership::BrokerEvent;
use crate::registration::check_listeners;
use crate::{ApiError, Outcome, QuorumController};

/// What a broker says when it registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerRegistrationRequest {
    /// The broker.
    pub id: BrokerId,
    /// Identity of the process.
    pub incarnation_id: Uuid,
    /// Where it listens, as advertised.
    pub listeners: Vec<Endpoint>,
    /// Its rack.
    pub rack: Option<Arc<str>>,
    /// Its log directories.
    pub directories: Vec<DirectoryId>,
}

impl QuorumController {
    /// Registers a broker, fenced; the response is the epoch of the registration.
    ///
    /// A registration of the same broker that is still active, because its process died, is fenced first.
    ///
    /// # Errors
    /// A listener or directory is missing or named twice.
    pub fn register_broker(
        &self,
        request: &BrokerRegistrationRequest,
    ) -> Result<Outcome<BrokerEpoch>, ApiError> {
        check_listeners(&request.listeners)?;
        let mut directories = request.directories.clone();
        directories.sort_unstable();
        directories.dedup();
        if directories.len() != request.directories.len() {
            let message = "A broker names one of its log directories twice.";
            return Err(ApiError::new(ErrorCode::InvalidRegistration, message));
        }
        let existing = self.image().cluster.broker(request.id).map(|broker| &**broker);
        let new = BrokerRegistration {
            id: request.id,
            epoch: BrokerEpoch::new(-1),
            incarnation_id: request.incarnation_id,
            listeners: request.listeners.clone(),
            supported_features: supported_features(),
            rack: request.rack.clone(),
            fenced: true,
            in_controlled_shutdown: false,
            is_migrating_zk_broker: false,
            directories: request.directories.clone(),
            cordoned_directories: self.kept_cordons(existing, &request.directories),
        };
        let previous = existing.map_or(BrokerEpoch::new(-1), |old| old.epoch);
        Ok(self.registered_anew(existing, new, previous))
    }

    /// Registers a controller.
    pub fn register_controller(
        &self,
        id: BrokerId,
        incarnation_id: Uuid,
        listeners: Vec<Endpoint>,
    ) -> Outcome<()> {
        let registration = ControllerRegistration {
            id,
            incarnation_id,
            listeners,
            supported_features: supported_features(),
            zk_migration_ready: false,
        };
        let record: RegisterControllerRecord = registration.to_record();
        Outcome::new(vec![record.into()], ())
    }

    /// Lets a broker in that has caught up; partitions without a leader may elect it.
    ///
    /// # Errors
    /// It is not registered with that epoch.
    pub fn unfence_broker(&self, id: BrokerId, epoch: BrokerEpoch) -> Result<Outcome<()>, ApiError> {
        let broker = self.registered_broker(id, epoch)?;
        if !broker.fenced {
            return Ok(Outcome::answer(()));
        }
        let mut records = vec![change_of(broker, |change| change.fenced = -1)];
        records.extend(self.partitions_after(id, BrokerEvent::Arrives));
        Ok(Outcome::new(records, ()))
    }

    /// Keeps clients away from a broker, and takes its leaderships.
    ///
    /// # Errors
    /// It is not registered with that epoch.
    pub fn fence_broker(&self, id: BrokerId, epoch: BrokerEpoch) -> Result<Outcome<()>, ApiError> {
        let broker = self.registered_broker(id, epoch)?;
        if broker.fenced {
            return Ok(Outcome::answer(()));
        }
        let mut records = self.partitions_after(id, BrokerEvent::Leaves);
        records.push(change_of(broker, |change| change.fenced = 1));
        Ok(Outcome::new(records, ()))
    }

    /// Takes the leaderships of a broker that wants to stop.
    ///
    /// # Errors
    /// It is not registered with that epoch.
    pub fn begin_controlled_shutdown(
        &self,
        id: BrokerId,
        epoch: BrokerEpoch,
    ) -> Result<Outcome<()>, ApiError> {
        let broker = self.registered_broker(id, epoch)?;
        if broker.in_controlled_shutdown {
            return Ok(Outcome::answer(()));
        }
        let mut records = vec![change_of(broker, |change| change.in_controlled_shutdown = 1)];
        records.extend(self.partitions_after(id, BrokerEvent::Leaves));
        Ok(Outcome::new(records, ()))
    }

    /// Forgets a broker.
    pub fn unregister_broker(&self, request: &UnregisterBrokerRequest) -> Outcome<UnregisterBrokerResponse> {
        let id = BrokerId::new(request.broker_id);
        let Some(broker) = self.image().cluster.broker(id) else {
            return Outcome::answer(UnregisterBrokerResponse {
                error_code: ErrorCode::BrokerIdNotRegistered.code(),
                error_message: Some(format!("Broker {id} is not registered.").into()),
                ..UnregisterBrokerResponse::default()
            });
        };
        let mut records = self.partitions_after(id, BrokerEvent::Leaves);
        records.extend(self.forget_spread(id));
        let record = UnregisterBrokerRecord {
            broker_id: id.value(),
            broker_epoch: broker.epoch.value(),
            unknown_tagged_fields: Vec::new(),
        };
        records.push(record.into());
        Outcome::new(records, UnregisterBrokerResponse::default())
    }

    pub(crate) fn registered_broker(
        &self,
        id: BrokerId,
        epoch: BrokerEpoch,
    ) -> Result<&BrokerRegistration, ApiError> {
        let unknown = || {
            let message = format!("Broker {id} is not registered.");
            ApiError::new(ErrorCode::StaleBrokerEpoch, message)
        };
        let broker = self.image().cluster.broker(id).ok_or_else(unknown)?;
        if broker.epoch == epoch {
            return Ok(broker);
        }
        let message = format!(
            "Broker {id} is registered with epoch {}, not {epoch}.",
            broker.epoch
        );
        Err(ApiError::new(ErrorCode::StaleBrokerEpoch, message))
    }
}

fn supported_features() -> std::collections::BTreeMap<Arc<str>, VersionRange> {
    let range = |feature: &broker_metadata::Feature| VersionRange {
        minimum: feature.minimum,
        maximum: feature.maximum,
    };
    SUPPORTED_FEATURES
        .iter()
        .map(|feature| (Arc::from(feature.name), range(feature)))
        .collect()
}

fn change_of(
    broker: &BrokerRegistration,
    change: impl FnOnce(&mut BrokerRegistrationChangeRecord),
) -> MetadataRecord {
    let mut record = BrokerRegistrationChangeRecord {
        broker_id: broker.id.value(),
        broker_epoch: broker.epoch.value(),
        ..BrokerRegistrationChangeRecord::default()
    };
    change(&mut record);
    record.into()
}
