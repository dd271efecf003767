//! What a broker says about itself, and how patient it is with its controller.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use broker_metadata::SUPPORTED_FEATURES;
use broker_metadata::image::Endpoint;
use broker_model::{BrokerEpoch, BrokerId, ClusterId, DirectoryId, Uuid};
use broker_protocol::broker_registration_request::{Feature, Listener};
use broker_protocol::messages::BrokerRegistrationRequest;
use broker_storage::DirectoryHealth;

use crate::config::StaticConfigs;
use crate::drivers::controller_channel::ControllerChannel;
use crate::drivers::metadata_driver::MetadataDriver;

/// How a broker deals with its controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifecycleSettings {
    /// `broker.heartbeat.interval.ms`.
    pub heartbeat_interval: Duration,
    /// `broker.session.timeout.ms`.
    pub session_timeout: Duration,
    /// `initial.broker.registration.timeout.ms`.
    pub registration_timeout: Duration,
    /// `controller.socket.timeout.ms`.
    pub controller_timeout: Duration,
    /// `controlled.shutdown.enable`.
    pub controlled_shutdown: ControlledShutdown,
}

/// Whether a broker hands over its leaderships before it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlledShutdown {
    /// It does.
    Enabled,
    /// It just stops.
    Disabled,
}

/// A log directory of the broker.
#[derive(Clone, Debug)]
pub struct OwnDirectory {
    /// Its identity.
    pub id: DirectoryId,
    /// Where it is.
    pub path: PathBuf,
    /// Whether it works.
    pub health: Arc<DirectoryHealth>,
}

/// What a broker says about itself, and whom it says it to.
#[derive(Debug)]
pub struct LifecycleParts {
    /// The broker.
    pub node_id: BrokerId,
    /// Its cluster.
    pub cluster_id: ClusterId,
    /// Identity of the process.
    pub incarnation_id: Uuid,
    /// Where it listens, as advertised.
    pub listeners: Vec<Endpoint>,
    /// Its rack.
    pub rack: Option<Arc<str>>,
    /// The log directories that it starts with.
    pub directories: Vec<OwnDirectory>,
    /// The epoch in which it stopped in order; none if it did not.
    pub previous_epoch: BrokerEpoch,
    /// What it was started with; with the image it says which directories take nothing new.
    pub configs: Arc<StaticConfigs>,
    /// How patient it is.
    pub settings: LifecycleSettings,
    /// A way to the controller that nothing else uses: its end means that the broker is gone.
    pub controller: ControllerChannel,
    /// What the broker has read.
    pub metadata: Arc<MetadataDriver>,
}

impl LifecycleParts {
    /// The request to register.
    pub(super) fn registration(&self) -> BrokerRegistrationRequest {
        let listener = |endpoint: &Endpoint| Listener {
            name: (&*endpoint.name).into(),
            host: (&*endpoint.host).into(),
            port: endpoint.port,
            security_protocol: endpoint.security_protocol,
            ..Listener::default()
        };
        let feature = |feature: &broker_metadata::Feature| Feature {
            name: feature.name.into(),
            min_supported_version: feature.minimum,
            max_supported_version: feature.maximum,
            ..Feature::default()
        };
        BrokerRegistrationRequest {
            broker_id: self.node_id.value(),
            cluster_id: self.cluster_id.as_str().into(),
            incarnation_id: self.incarnation_id,
            listeners: self.listeners.iter().map(listener).collect(),
            features: SUPPORTED_FEATURES.iter().map(feature).collect(),
            rack: self.rack.as_deref().map(Into::into),
            log_dirs: self.directories.iter().map(|own| own.id.uuid()).collect(),
            previous_broker_epoch: self.previous_epoch.value(),
            ..BrokerRegistrationRequest::default()
        }
    }

    /// Directories that failed since the start.
    pub(super) fn failed_directories(&self) -> Vec<Uuid> {
        let failed = self.directories.iter().filter(|own| own.health.is_offline());
        failed.map(|own| own.id.uuid()).collect()
    }

    /// Directories that take no new replicas (`cordoned.log.dirs`, KIP-1066).
    pub(super) fn cordoned_directories(&self) -> Vec<Uuid> {
        let image = self.metadata.image().load_full();
        let named = self.configs.at(&image).list("cordoned.log.dirs");
        let cordoned = self.directories.iter().filter(|own| {
            named
                .iter()
                .any(|path| path == "*" || Path::new(path) == own.path)
        });
        cordoned.map(|own| own.id.uuid()).collect()
    }
}
