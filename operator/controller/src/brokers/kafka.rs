//! Kafka's protocol to one cluster, over a client that is kept between passes.

use std::time::Duration;

use broker_client::{Client, ClientError, ClientOptions, ConfigResource, ConfigResourceType};
use broker_codec::StringBytes;
use operator_plan::validate::REPLICATION_PORT;

use super::ClusterAddress;

/// How the operator's client behaves: a pass is repeated anyway, so that it gives up early.
fn options() -> ClientOptions {
    ClientOptions {
        client_id: StringBytes::from_static("eddyline-operator"),
        connect_timeout: Duration::from_secs(2),
        request_timeout: Duration::from_secs(10),
        call_timeout: Duration::from_secs(15),
        ..ClientOptions::default()
    }
}

/// Where a cluster is asked: the listener that brokers use among themselves.
pub(super) fn bootstrap(cluster: &ClusterAddress) -> String {
    let hosts = cluster.brokers.iter().filter_map(|id| cluster.nodes.get(id));
    let addresses: Vec<String> = hosts
        .map(|host| match host.contains(':') {
            true => format!("[{host}]:{REPLICATION_PORT}"),
            false => format!("{host}:{REPLICATION_PORT}"),
        })
        .collect();
    addresses.join(",")
}

pub(super) async fn connect(bootstrap: &str) -> Result<Client, ClientError> {
    Client::connect(bootstrap, options()).await
}

pub(super) fn all_brokers() -> ConfigResource {
    ConfigResource {
        kind: ConfigResourceType::Broker,
        name: String::new(),
    }
}
