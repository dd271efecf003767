//! Where nodes are: for the operator by the addresses of their pods, for clients by what Services say.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use operator_api::kafka_cluster::ListenerType;
use operator_api::{KafkaCluster, labels};
use operator_plan::build::{listener_bootstrap_service, node_service};
use operator_plan::child::ChildKey;
use operator_plan::fact::Fact;
use operator_plan::facts::{AddressOf, HostPort};
use operator_plan::validate::ValidatedCluster;
use serde_json::Value;

use super::{Starts, node_of};
use crate::brokers::{Brokers, ClusterAddress};
use crate::context::Context;
use crate::kubernetes::kind::NODE;

type Addresses = BTreeMap<(String, AddressOf), HostPort>;

/// Where the operator reaches the nodes of a cluster.
pub(super) fn of_pods(cluster: &KafkaCluster, pods: &Fact<Vec<Pod>>, starts: &Starts) -> ClusterAddress {
    let mut address = ClusterAddress {
        namespace: cluster.namespace().unwrap_or_default(),
        name: cluster.name_any(),
        ..ClusterAddress::default()
    };
    for pod in pods.known().into_iter().flatten() {
        let status = pod.status.as_ref();
        let Some((_, id)) = node_of(&pod.name_any(), pod.labels(), starts) else {
            continue;
        };
        let Some(ip) = status.and_then(|status| status.pod_ip.clone()) else {
            continue;
        };
        address.nodes.insert(id, ip);
        if pod
            .labels()
            .get(labels::SERVES_CLIENTS)
            .is_some_and(|serves| serves == "true")
        {
            address.brokers.push(id);
        }
    }
    address.brokers.sort_unstable();
    address
}

/// Node ids of a cluster's pods that have an address.
#[must_use]
pub fn nodes_of(address: &ClusterAddress) -> Vec<i32> {
    address.nodes.keys().copied().collect()
}

/// Where clients outside of the pods' network reach each listener and broker, as far as Kubernetes has decided it.
pub(super) async fn of_listeners<B: Brokers>(
    context: &Context<B>,
    valid: Option<&ValidatedCluster>,
    children: &Fact<BTreeMap<ChildKey, Value>>,
) -> Fact<Addresses> {
    let Some(valid) = valid else { return Fact::Absent };
    let children = match children {
        Fact::Known(children) => children,
        Fact::Absent => return Fact::Absent,
        Fact::Unknown(reason) => return Fact::Unknown(reason.clone()),
    };
    let by_ports = valid
        .listeners
        .iter()
        .any(|listener| listener.listener_type == ListenerType::Nodeport);
    let machine = match by_ports {
        false => None,
        true => match context.kubernetes.list(&NODE, None, "").await {
            Ok(nodes) => machine(&nodes),
            Err(error) => return Fact::Unknown(error.to_string()),
        },
    };
    Fact::Known(addresses(valid, children, machine.as_deref()))
}

/// A machine at which ports of nodes are reached: the same one as long as it is there.
fn machine(nodes: &[Value]) -> Option<String> {
    let mut nodes: Vec<&Value> = nodes.iter().collect();
    nodes.sort_by_key(|node| node["metadata"]["name"].as_str().unwrap_or_default().to_owned());
    let address = |node: &Value, kind: &str| {
        let addresses = node["status"]["addresses"].as_array()?;
        let found = addresses.iter().find(|address| address["type"] == kind)?;
        found["address"].as_str().map(str::to_owned)
    };
    let of_kind = |kind: &str| nodes.iter().find_map(|node| address(node, kind));
    of_kind("ExternalIP").or_else(|| of_kind("InternalIP"))
}

fn addresses(
    valid: &ValidatedCluster,
    children: &BTreeMap<ChildKey, Value>,
    machine: Option<&str>,
) -> Addresses {
    let mut found = Addresses::new();
    for listener in valid.listeners.iter().filter(|listener| listener.has_services()) {
        let service = |name: String| children.get(&ChildKey::new("Service", name));
        let name = listener_bootstrap_service(&valid.name, &listener.name);
        let mut wanted = vec![(AddressOf::Bootstrap, name)];
        wanted.extend(
            valid
                .desired_nodes()
                .into_iter()
                .map(|id| (AddressOf::Node(id), node_service(&valid.name, &listener.name, id))),
        );
        for (whose, name) in wanted {
            if let Some(address) =
                service(name).and_then(|service| address(listener.listener_type, service, machine))
            {
                found.insert((listener.name.clone(), whose), address);
            }
        }
    }
    found
}

fn address(listener: ListenerType, service: &Value, machine: Option<&str>) -> Option<HostPort> {
    let port = &service["spec"]["ports"][0];
    let number = |field: &str| port[field].as_i64().and_then(|port| i32::try_from(port).ok());
    match listener {
        ListenerType::Internal | ListenerType::ClusterIp => None,
        ListenerType::Nodeport => Some(HostPort {
            host: machine?.to_owned(),
            port: number("nodePort")?,
        }),
        ListenerType::Loadbalancer => {
            let ingress = &service["status"]["loadBalancer"]["ingress"][0];
            Some(HostPort {
                host: ingress["hostname"]
                    .as_str()
                    .or(ingress["ip"].as_str())?
                    .to_owned(),
                port: number("port")?,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_load_balancer_without_an_address_has_none() {
        let mut service = json!({"spec": {"ports": [{"port": 9094, "nodePort": 30001}]}});
        assert_eq!(address(ListenerType::Loadbalancer, &service, None), None);
        service["status"] = json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}});
        let found = address(ListenerType::Loadbalancer, &service, None).unwrap();
        assert_eq!((found.host.as_str(), found.port), ("192.0.2.1", 9094));
    }

    #[test]
    fn a_port_of_a_node_needs_a_machine() {
        let service = json!({"spec": {"ports": [{"port": 9094, "nodePort": 30001}]}});
        assert_eq!(address(ListenerType::Nodeport, &service, None), None);
        let nodes = [
            json!({"metadata": {"name": "b"}, "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.2"}]}}),
            json!({"metadata": {"name": "a"}, "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.1"}]}}),
        ];
        let machine = machine(&nodes);
        let found = address(ListenerType::Nodeport, &service, machine.as_deref()).unwrap();
        assert_eq!((found.host.as_str(), found.port), ("10.0.0.1", 30001));
    }
}
