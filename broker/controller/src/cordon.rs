//! Cordons: brokers that keep what they hold and get no new replicas (KIP-1066).
//!
//! A cordon is the broker's configuration `cordoned.log.dirs`, as Kafka's tools see it, and its registration, by which
//! replicas are placed. Both are decided together, so that a cordon holds from the moment of the answer, of a broker
//! that is down too; a broker that registers again keeps it. A heartbeat that was on its way may lift it for a moment: the next one
//! says what the configuration says.

use std::collections::BTreeSet;

use broker_metadata::messages::{BrokerRegistrationChangeRecord, ConfigRecord};
use broker_metadata::{BrokerRegistration, ConfigResourceType, MetadataRecord};
use broker_model::{BrokerId, DirectoryId};
use broker_protocol::ErrorCode;

use crate::{ApiError, Outcome, QuorumController};

const CONFIG: &str = "cordoned.log.dirs";
/// Every directory of the broker.
const EVERY: &str = "*";

/// Whether brokers take new replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cordon {
    /// They take none.
    Set,
    /// They do.
    Lifted,
}

impl QuorumController {
    /// Sets or lifts the cordon of these brokers, of all or of none.
    ///
    /// # Errors
    /// One of them is not registered, has named no directories, or `metadata.version` knows no cordons.
    pub fn cordon_brokers(
        &self,
        brokers: &BTreeSet<BrokerId>,
        cordon: Cordon,
    ) -> Result<Outcome<()>, ApiError> {
        if !self
            .image()
            .features
            .metadata_version
            .supports_cordoned_log_dirs()
        {
            let text = "This metadata.version knows no cordons.";
            return Err(ApiError::new(ErrorCode::UnsupportedVersion, text));
        }
        let mut records = Vec::new();
        for id in brokers {
            let Some(broker) = self.image().cluster.broker(*id) else {
                let text = format!("Broker {id} is not registered.");
                return Err(ApiError::new(ErrorCode::BrokerIdNotRegistered, text));
            };
            if broker.directories.is_empty() {
                let text = format!("Broker {id} has named no log directories.");
                return Err(ApiError::invalid_request(text));
            }
            records.extend(cordon_records(broker, cordon));
        }
        Ok(Outcome::new(records, ()))
    }
}

fn cordon_records(broker: &BrokerRegistration, cordon: Cordon) -> [MetadataRecord; 2] {
    let (value, directories): (_, &[DirectoryId]) = match cordon {
        Cordon::Set => (Some(EVERY.into()), &broker.directories),
        Cordon::Lifted => (None, &[]),
    };
    let config = ConfigRecord {
        resource_type: ConfigResourceType::Broker.code(),
        resource_name: broker.id.to_string().as_str().into(),
        name: CONFIG.into(),
        value,
        ..ConfigRecord::default()
    };
    let change = BrokerRegistrationChangeRecord {
        broker_id: broker.id.value(),
        broker_epoch: broker.epoch.value(),
        cordoned_log_dirs: Some(directories.iter().map(|id| id.uuid()).collect()),
        ..BrokerRegistrationChangeRecord::default()
    };
    [config.into(), change.into()]
}

#[cfg(test)]
mod tests {
    use broker_metadata::ConfigResource;

    use super::*;
    use crate::small_world::{World, ids};

    fn set(world: &mut World, brokers: &[i32], cordon: Cordon) -> Result<(), ErrorCode> {
        let brokers = ids(brokers).into_iter().collect();
        let outcome = world.controller.cordon_brokers(&brokers, cordon);
        let outcome = outcome.map_err(|error| error.code)?;
        world.commit(outcome);
        Ok(())
    }

    fn is_cordoned(world: &World, id: i32) -> (bool, Option<String>) {
        let image = world.controller.image();
        let resource = ConfigResource::new(ConfigResourceType::Broker, id.to_string());
        let config = image.configs.value(&resource, CONFIG);
        let broker = image.cluster.broker(BrokerId::new(id)).unwrap();
        (broker.is_cordoned(), config.map(|value| value.to_string()))
    }

    #[test]
    fn a_cordon_is_config_and_registration_at_once() {
        let mut world = World::with_brokers(3);
        set(&mut world, &[2, 3], Cordon::Set).unwrap();
        assert_eq!(is_cordoned(&world, 1), (false, None));
        assert_eq!(is_cordoned(&world, 2), (true, Some("*".to_owned())));
        assert_eq!(is_cordoned(&world, 3), (true, Some("*".to_owned())));
        world.create("elsewhere", 6, 1);
        let holders: BTreeSet<_> = (0..6)
            .map(|index| world.partition("elsewhere", index).replicas[0])
            .collect();
        assert_eq!(holders, ids(&[1]).into_iter().collect());
        set(&mut world, &[2], Cordon::Lifted).unwrap();
        assert_eq!(is_cordoned(&world, 2), (false, None));
        assert_eq!(is_cordoned(&world, 3), (true, Some("*".to_owned())));
    }

    #[test]
    fn a_cordon_outlives_the_process_of_the_broker() {
        let mut world = World::with_brokers(3);
        set(&mut world, &[2], Cordon::Set).unwrap();
        world.fence(2);
        world.register(2);
        assert_eq!(is_cordoned(&world, 2), (true, Some("*".to_owned())));
    }

    #[test]
    fn one_unknown_broker_changes_nothing() {
        let mut world = World::with_brokers(2);
        let refused = set(&mut world, &[1, 9], Cordon::Set);
        assert_eq!(refused, Err(ErrorCode::BrokerIdNotRegistered));
        assert_eq!(is_cordoned(&world, 1), (false, None));
    }

    #[test]
    fn a_broker_without_directories_cannot_be_cordoned() {
        let mut world = World::with_brokers(1);
        world.register_with(2, Vec::new());
        assert_eq!(set(&mut world, &[2], Cordon::Set), Err(ErrorCode::InvalidRequest));
    }
}
