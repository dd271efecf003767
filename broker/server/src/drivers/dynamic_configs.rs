//! Lets configurations of brokers act as soon as they are in the image (KIP-226).
//!
//! Owns nothing: it works out values anew and puts them where the parts of the broker read them. Configurations that
//! topics inherit are the replica manager's, which asks for them itself.

use std::sync::Arc;

use arc_swap::ArcSwap;
use broker_metadata::{ConfigResourceType, MetadataChanges, MetadataImage};
use broker_model::Now;

use crate::config::{StaticConfigs, connection_bounds, maintenance_settings, remote_limits};
use crate::drivers::log_maintenance::MaintenanceSettings;
use crate::drivers::metadata_driver::MetadataPublisher;
use crate::network::ConnectionQuotas;
use crate::remote_log_manager::RemoteLogManager;
use crate::replica_manager::{ReplicaManager, ThrottledSide};

/// Whom changes are told.
#[derive(Debug)]
pub struct DynamicConfigs {
    /// What the node was started with.
    pub configs: Arc<StaticConfigs>,
    /// Read by log maintenance and the cleaner at every tick.
    pub maintenance: Arc<ArcSwap<MaintenanceSettings>>,
    /// Lets connections in.
    pub connections: ConnectionQuotas,
    /// Holds replicas back that catch up.
    pub replica_manager: Arc<ReplicaManager>,
    /// Copies, reads and gives up, where there is a remote tier.
    pub remote: Option<Arc<RemoteLogManager>>,
}

impl DynamicConfigs {
    /// Takes over everything that the image says.
    pub fn take_over(&self, image: &MetadataImage, now: Now) {
        let effective = self.configs.at(image);
        self.maintenance.store(Arc::new(maintenance_settings(&effective)));
        self.connections.set_bounds(connection_bounds(&effective));
        if let Some(remote) = &self.remote {
            remote.set_limits(remote_limits(&effective));
        }
        let rates = [
            (ThrottledSide::Leader, "leader.replication.throttled.rate"),
            (ThrottledSide::Follower, "follower.replication.throttled.rate"),
        ];
        for (side, name) in rates {
            let throttles = self.replica_manager.throttles();
            throttles.set_rate(side, effective.number(name), now.monotonic);
        }
    }
}

impl MetadataPublisher for DynamicConfigs {
    fn publish(&self, image: &Arc<MetadataImage>, changes: &MetadataChanges, now: Now) {
        let of_broker = changes
            .configs
            .iter()
            .any(|resource| resource.kind == ConfigResourceType::Broker);
        if of_broker {
            self.take_over(image, now);
        }
    }
}
