//! Services: the names of the pods, where clients begin, and an address for each broker where a listener needs one.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use operator_api::kafka_cluster::{ExternalTrafficPolicy, ListenerType};
use operator_api::labels;

use super::{RenderInput, strings};
use crate::child::Child;
use crate::error::RenderError;
use crate::validate::{ADMIN_PORT, CONTROLLER_PORT, HTTP_PORT, REPLICATION_PORT, ValidatedListener};

/// Name of the Service at which clients inside Kubernetes begin.
#[must_use]
pub fn bootstrap_service(cluster: &str) -> String {
    format!("{cluster}-bootstrap")
}

/// Name of the Service at which clients of a listener begin.
#[must_use]
pub fn listener_bootstrap_service(cluster: &str, listener: &str) -> String {
    format!("{cluster}-{listener}-bootstrap")
}

/// Name of the Service of one broker on a listener.
#[must_use]
pub fn node_service(cluster: &str, listener: &str, node_id: i32) -> String {
    format!("{cluster}-{listener}-{node_id}")
}

/// All Services of a cluster.
pub(super) fn all(input: &RenderInput<'_>) -> Result<Vec<Child>, RenderError> {
    let mut children = vec![nodes(input)?];
    let internal: Vec<&ValidatedListener> = input
        .cluster
        .listeners
        .iter()
        .filter(|listener| !listener.has_services())
        .collect();
    if !internal.is_empty() {
        let ports = internal
            .iter()
            .map(|listener| port(&listener.name, listener.port))
            .collect();
        children.push(bootstrap(input, ports)?);
    }
    for listener in input
        .cluster
        .listeners
        .iter()
        .filter(|listener| listener.has_services())
    {
        let name = listener_bootstrap_service(&input.cluster.name, &listener.name);
        children.push(of_listener(input, listener, &name, clients_selector(input))?);
        for pool in input.cluster.pools.iter().filter(|pool| pool.serves_clients) {
            for (_, node_id, pod) in input.pods(pool) {
                let name = node_service(&input.cluster.name, &listener.name, node_id);
                let mut selector = input.selector();
                selector.insert(labels::POD_NAME.to_owned(), pod);
                children.push(of_listener(input, listener, &name, selector)?);
            }
        }
    }
    Ok(children)
}

fn port(name: &str, port: i32) -> ServicePort {
    ServicePort {
        name: Some(name.to_owned()),
        port,
        protocol: Some("TCP".to_owned()),
        target_port: Some(IntOrString::Int(port)),
        ..ServicePort::default()
    }
}

fn clients_selector(input: &RenderInput<'_>) -> BTreeMap<String, String> {
    let mut selector = input.selector();
    selector.extend(strings([(labels::SERVES_CLIENTS, "true")]));
    selector
}

/// The Service that gives pods their names. A pod has its name before it is ready, because nodes must find each other to
/// become ready.
fn nodes(input: &RenderInput<'_>) -> Result<Child, RenderError> {
    let name = input.cluster.nodes_service();
    let service = Service {
        metadata: input.metadata(&name, "nodes"),
        spec: Some(ServiceSpec {
            cluster_ip: Some("None".to_owned()),
            publish_not_ready_addresses: Some(true),
            ports: Some(vec![
                port("controller", CONTROLLER_PORT),
                port("replication", REPLICATION_PORT),
                port("http", HTTP_PORT),
                port("admin", ADMIN_PORT),
            ]),
            selector: Some(input.selector()),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    };
    Child::render("Service", &name, &service)
}

fn bootstrap(input: &RenderInput<'_>, ports: Vec<ServicePort>) -> Result<Child, RenderError> {
    let name = bootstrap_service(&input.cluster.name);
    let service = Service {
        metadata: input.metadata(&name, "bootstrap"),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            ports: Some(ports),
            selector: Some(clients_selector(input)),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    };
    Child::render("Service", &name, &service)
}

fn of_listener(
    input: &RenderInput<'_>,
    listener: &ValidatedListener,
    name: &str,
    selector: BTreeMap<String, String>,
) -> Result<Child, RenderError> {
    let mut metadata = input.metadata(name, "listener");
    if !listener.annotations.is_empty() {
        metadata.annotations = Some(listener.annotations.clone());
    }
    let balanced = listener.listener_type == ListenerType::Loadbalancer;
    let ranges = listener.load_balancer_source_ranges.clone();
    let service = Service {
        metadata,
        spec: Some(ServiceSpec {
            type_: Some(
                match listener.listener_type {
                    ListenerType::Internal | ListenerType::ClusterIp => "ClusterIP",
                    ListenerType::Nodeport => "NodePort",
                    ListenerType::Loadbalancer => "LoadBalancer",
                }
                .to_owned(),
            ),
            external_traffic_policy: listener.external_traffic_policy.map(|policy| {
                match policy {
                    ExternalTrafficPolicy::Local => "Local",
                    ExternalTrafficPolicy::Cluster => "Cluster",
                }
                .to_owned()
            }),
            load_balancer_class: listener.load_balancer_class.clone().filter(|_| balanced),
            load_balancer_source_ranges: (balanced && !ranges.is_empty()).then_some(ranges),
            ports: Some(vec![port(&listener.name, listener.port)]),
            selector: Some(selector),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    };
    Child::render("Service", name, &service)
}
