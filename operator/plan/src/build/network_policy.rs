//! Who may connect to the nodes: each other and the operator to the cluster's own ports, the operator alone to the admin
//! service, clients to the listeners as these say, monitoring to the HTTP port.

use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{RenderInput, label_selector, strings};
use crate::child::Child;
use crate::error::RenderError;
use crate::validate::{ADMIN_PORT, CONTROLLER_PORT, HTTP_PORT, REPLICATION_PORT};

pub(super) fn of_cluster(input: &RenderInput<'_>) -> Result<Child, RenderError> {
    let name = &input.cluster.name;
    let own = vec![nodes(input), operator(input)];
    let listeners: Vec<i32> = input
        .cluster
        .listeners
        .iter()
        .map(|listener| listener.port)
        .collect();
    let inside: Vec<i32> = [CONTROLLER_PORT, REPLICATION_PORT, HTTP_PORT]
        .into_iter()
        .chain(listeners)
        .collect();
    let mut rules = vec![
        rule(Some(own), &inside),
        rule(Some(vec![operator(input)]), &[ADMIN_PORT]),
    ];
    for listener in &input.cluster.listeners {
        rules.extend(open_to(listener.peers.clone(), listener.port));
    }
    rules.extend(open_to(input.cluster.metrics_peers.clone(), HTTP_PORT));
    let policy = NetworkPolicy {
        metadata: input.metadata(name, "cluster"),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(label_selector(input.selector())),
            policy_types: Some(vec!["Ingress".to_owned()]),
            ingress: Some(rules),
            ..NetworkPolicySpec::default()
        }),
    };
    Child::render("NetworkPolicy", name, &policy)
}

/// A rule for a port; none if nobody may, since a rule without peers is one for everybody.
fn open_to(peers: Option<Vec<NetworkPolicyPeer>>, port: i32) -> Option<NetworkPolicyIngressRule> {
    match peers {
        Some(peers) if peers.is_empty() => None,
        peers => Some(rule(peers, &[port])),
    }
}

fn rule(from: Option<Vec<NetworkPolicyPeer>>, ports: &[i32]) -> NetworkPolicyIngressRule {
    let port = |number: &i32| NetworkPolicyPort {
        port: Some(IntOrString::Int(*number)),
        protocol: Some("TCP".to_owned()),
        ..NetworkPolicyPort::default()
    };
    NetworkPolicyIngressRule {
        from,
        ports: Some(ports.iter().map(port).collect()),
    }
}

fn nodes(input: &RenderInput<'_>) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        pod_selector: Some(label_selector(input.selector())),
        ..NetworkPolicyPeer::default()
    }
}

fn operator(input: &RenderInput<'_>) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: Some(label_selector(strings([(
            "kubernetes.io/metadata.name",
            &input.settings.namespace,
        )]))),
        pod_selector: Some(label_selector(strings([(
            "app.kubernetes.io/name",
            "eddyline-operator",
        )]))),
        ..NetworkPolicyPeer::default()
    }
}
