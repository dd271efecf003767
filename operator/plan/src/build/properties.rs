//! The configuration file of each node, and what of it a running node cannot take over.
//!
//! A file holds everything, also what is set while brokers run, so that a node that starts has it from its first second.
//! The fingerprint that makes a pool restart leaves out what is set while brokers run, the list of controllers (an old
//! list still leads to the quorum) and what differs between the nodes of a pool.

use std::collections::BTreeMap;

use operator_api::kafka_cluster::{ListenerType, Role};

use super::RenderInput;
use super::services::node_service;
use crate::dynamic_configs;
use crate::facts::{AddressOf, HostPort};
use crate::fingerprint;
use crate::identity;
use crate::tiering::ValidatedTiering;
use crate::validate::{
    ADMIN_PORT, CONTROLLER_PORT, HTTP_PORT, REPLICATION_PORT, ValidatedListener, ValidatedPool,
};

/// Where the logs of a node are: below the volume's root, where file systems keep entries of their own.
pub(super) const DATA: &str = "/var/lib/eddyline/data";

/// Address of a node as clients of a listener are told it; `None` while it is not known.
pub(super) fn advertised(
    input: &RenderInput<'_>,
    listener: &ValidatedListener,
    pool: &ValidatedPool,
    node_id: i32,
) -> Option<HostPort> {
    let address = input
        .addresses
        .get(&(listener.name.clone(), AddressOf::Node(node_id)));
    let host = listener.advertised_host_template.as_ref().map(|template| {
        template
            .replace("{nodeId}", &node_id.to_string())
            .replace("{pool}", &pool.name)
    });
    let pod = format!(
        "{}-{}",
        input.cluster.stateful_set(&pool.name),
        node_id - pool.start
    );
    let inside = |name: &str| {
        format!(
            "{name}.{}.svc.{}",
            input.cluster.namespace, input.settings.cluster_domain
        )
    };
    match listener.listener_type {
        ListenerType::Internal => Some(HostPort {
            host: host.unwrap_or_else(|| input.cluster.pod_host(&pod, input.settings)),
            port: listener.port,
        }),
        ListenerType::ClusterIp => {
            let service = node_service(&input.cluster.name, &listener.name, node_id);
            Some(HostPort {
                host: host.unwrap_or_else(|| inside(&service)),
                port: listener.port,
            })
        }
        ListenerType::Nodeport | ListenerType::Loadbalancer => address.map(|address| HostPort {
            host: host.unwrap_or_else(|| address.host.clone()),
            port: address.port,
        }),
    }
}

/// Controllers at which a node begins to look for the quorum: the first ones, which leave last.
pub(super) fn quorum_servers(input: &RenderInput<'_>) -> Vec<(i32, String)> {
    let name = if input.cluster.pool("controllers").is_some() {
        "controllers"
    } else {
        "brokers"
    };
    let Some(pool) = input.cluster.pool(name) else {
        return Vec::new();
    };
    let voters = input.cluster.desired_voters();
    voters
        .into_iter()
        .map(|id| {
            let pod = format!("{}-{}", input.cluster.stateful_set(name), id - pool.start);
            let host = input.cluster.pod_host(&pod, input.settings);
            (id, format!("{host}:{CONTROLLER_PORT}"))
        })
        .collect()
}

/// The argument with which controllers are formatted: the founders while there is no quorum, and none once there is one,
/// so that a controller with an empty disk joins instead of founding a second cluster.
pub(super) fn format_quorum(input: &RenderInput<'_>) -> String {
    if input.cluster.quorum_formed {
        return "--no-initial-controllers".to_owned();
    }
    let founders: Vec<String> = quorum_servers(input)
        .into_iter()
        .map(|(id, address)| {
            format!(
                "{id}@{address}:{}",
                identity::directory_id(&input.cluster.cluster_id, id)
            )
        })
        .collect();
    format!("--initial-controllers={}", founders.join(","))
}

/// The file of one node.
pub(super) fn file(input: &RenderInput<'_>, pool: &ValidatedPool, ordinal: i32) -> String {
    let mut all = input.cluster.config.clone();
    all.extend(pool.config.clone());
    all.extend(derived(input, pool, ordinal));
    all.iter()
        .map(|(key, value)| format!("{key}={}\n", escaped(value)))
        .collect()
}

/// A value as a properties file holds it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}

fn derived(input: &RenderInput<'_>, pool: &ValidatedPool, ordinal: i32) -> BTreeMap<String, String> {
    let node_id = pool.start + ordinal;
    let pod = format!("{}-{ordinal}", input.cluster.stateful_set(&pool.name));
    let host = input.cluster.pod_host(&pod, input.settings);
    let roles = pool.roles(ordinal);
    let mut listeners = Vec::new();
    let mut told = Vec::new();
    let mut own = |name: &str, port: i32| {
        listeners.push(format!("{name}://0.0.0.0:{port}"));
        told.push(format!("{name}://{host}:{port}"));
    };
    if roles.contains(&Role::Controller) {
        own("CONTROLLER", CONTROLLER_PORT);
    }
    if roles.contains(&Role::Broker) {
        own("REPLICATION", REPLICATION_PORT);
        for listener in &input.cluster.listeners {
            let name = listener.name.to_uppercase();
            listeners.push(format!("{name}://0.0.0.0:{}", listener.port));
            if let Some(address) = advertised(input, listener, pool, node_id) {
                told.push(format!("{name}://{}:{}", address.host, address.port));
            }
        }
    }
    let servers: Vec<String> = quorum_servers(input)
        .into_iter()
        .map(|(_, address)| address)
        .collect();
    let role_names: Vec<&str> = roles
        .iter()
        .map(|role| match role {
            Role::Broker => "broker",
            Role::Controller => "controller",
        })
        .collect();
    let mut map = pool_wide(input);
    map.insert("advertised.listeners".to_owned(), told.join(","));
    if let Some(tiering) = input.cluster.tiering.as_ref().filter(|_| input.cluster.restoring) {
        map.insert("eddyline.restore.from".to_owned(), tiering.store.clone());
    }
    map.insert(
        "controller.quorum.bootstrap.servers".to_owned(),
        servers.join(","),
    );
    map.insert("listeners".to_owned(), listeners.join(","));
    map.insert("node.id".to_owned(), node_id.to_string());
    map.insert("process.roles".to_owned(), role_names.join(","));
    map
}

/// What all nodes have alike.
fn pool_wide(input: &RenderInput<'_>) -> BTreeMap<String, String> {
    let names = ["CONTROLLER", "REPLICATION"].into_iter().map(str::to_owned);
    let clients = input
        .cluster
        .listeners
        .iter()
        .map(|listener| listener.name.to_uppercase());
    let protocols: Vec<String> = names
        .chain(clients)
        .map(|name| format!("{name}:PLAINTEXT"))
        .collect();
    let mut all = super::strings([
        ("controller.listener.names", "CONTROLLER"),
        // The network policy lets the operator reach it and nobody else.
        ("eddyline.admin.allow.plaintext", "true"),
        ("eddyline.admin.listener", &format!("0.0.0.0:{ADMIN_PORT}")),
        ("eddyline.http.listener", &format!("0.0.0.0:{HTTP_PORT}")),
        ("inter.broker.listener.name", "REPLICATION"),
        ("listener.security.protocol.map", &protocols.join(",")),
        ("log.dirs", DATA),
    ]);
    all.extend(input.cluster.tiering.iter().flat_map(ValidatedTiering::config));
    all
}

/// Changes when the nodes of a pool must restart to take over their configuration.
#[must_use]
pub fn restart_fingerprint(input: &RenderInput<'_>, pool: &ValidatedPool) -> String {
    let mut all: BTreeMap<String, String> = input
        .cluster
        .config
        .iter()
        .filter(|(key, _)| !dynamic_configs::is_dynamic(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    all.extend(pool.config.clone());
    all.extend(pool_wide(input));
    if pool.serves_clients {
        for listener in &input.cluster.listeners {
            let template = listener.advertised_host_template.clone().unwrap_or_default();
            all.insert(
                format!("listener {}", listener.name),
                format!("{} {template}", listener.port),
            );
        }
    }
    fingerprint::of(&all)
}
