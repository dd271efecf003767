//! The listeners that answer before the logs are read and until they are closed: for monitoring and for the operator.
//!
//! Owns them. Invariant: neither keeps the broker from being taken apart.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::BootSettings;
use crate::admin_http::AdminHttp;
use crate::admin_service::{AdminNode, AdminService};
use crate::broker::Broker;
use crate::network::BindError;

/// Time for calls of the operator that run when everything else has ended.
const LAST_CALLS: Duration = Duration::from_secs(1);

/// Those that are configured.
#[derive(Debug)]
pub(super) struct EarlyListeners {
    http: Option<AdminHttp>,
    admin: Option<AdminService>,
}

impl EarlyListeners {
    /// Listens; the node counts as starting.
    pub(super) fn start(settings: &BootSettings) -> Result<Self, BindError> {
        let node = AdminNode {
            id: settings.node_id,
            roles: settings.roles,
            topic_settings: settings.topic_settings.clone(),
            inter_broker_listener: settings.inter_broker_listener.clone(),
        };
        let admin = settings.admin_service.as_ref();
        Ok(Self {
            http: settings.admin_http.as_ref().map(AdminHttp::start).transpose()?,
            admin: admin
                .map(|config| AdminService::start(config, node))
                .transpose()?,
        })
    }

    /// The node takes part in the quorum; its logs may not be read yet.
    pub(super) fn joined(&self, broker: &Arc<Broker>) {
        if let Some(admin) = &self.admin {
            admin.joined(broker);
        }
    }

    /// The broker serves clients from now on.
    pub(super) fn running(&self, broker: &Arc<Broker>) {
        if let Some(http) = &self.http {
            http.running(broker);
        }
        if let Some(admin) = &self.admin {
            admin.running(broker);
        }
    }

    /// The broker is to get no more clients; the operator can still ask it, while it hands over what it leads.
    pub(super) fn unready(&self) {
        if let Some(http) = &self.http {
            http.stopping();
        }
    }

    /// The broker is let go of.
    pub(super) fn stopping(&self) {
        if let Some(admin) = &self.admin {
            admin.stopping();
        }
    }

    /// Ends them.
    pub(super) async fn stop(self) {
        if let Some(admin) = self.admin {
            admin.stop(LAST_CALLS).await;
        }
    }

    /// Where monitoring asks.
    pub(super) fn http_address(&self) -> Option<SocketAddr> {
        self.http.as_ref().map(AdminHttp::address)
    }

    /// Where the operator asks.
    pub(super) fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(AdminService::address)
    }
}
