//! `listeners` and what belongs to them: names, addresses, protocols, what clients and other controllers are told.
//!
//! Invariant: what comes out suits the node's roles: a broker has a listener for clients, a controller one for
//! controllers, and nobody has one that it cannot serve. Each speaks PLAINTEXT, and names and ports are unique.
//! A node that is both and that names no listener for controllers is a cluster of its own; it gets one that this
//! machine alone can reach.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use broker_metadata::metadata_log::VoterEndpoint;

use super::quorum::ProcessRoles;
use super::reader::Reader;
use crate::boot::AdvertisedAddress;
use crate::network::{ListenerConfig, ListenerKind, ListenerName};

/// One `NAME://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    name: String,
    host: String,
    port: u16,
}

/// What the listeners come to.
#[derive(Clone, Debug)]
pub(super) struct Listeners {
    /// Those for clients.
    pub(super) opened: Vec<ListenerConfig>,
    /// Where clients are told to connect.
    pub(super) advertised: HashMap<ListenerName, AdvertisedAddress>,
    /// Which of them brokers use among themselves.
    pub(super) inter_broker: ListenerName,
    /// Those for controllers, each with the place that others are told of.
    pub(super) controllers: Vec<ControllerEndpoint>,
}

/// A listener for controllers, and where others find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerEndpoint {
    /// What is listened on.
    pub listener: ListenerConfig,
    /// The host that others are told.
    pub host: String,
    /// The port that others are told; 0 for the one that is listened on.
    pub port: u16,
}

impl ControllerEndpoint {
    /// The endpoint as voter sets name it, when the listener got that port.
    pub fn voter_endpoint(&self, bound: u16) -> VoterEndpoint {
        VoterEndpoint {
            name: self.listener.name.to_string(),
            host: self.host.clone(),
            port: if self.port == 0 { bound } else { self.port },
        }
    }
}

/// Name of the listener for controllers, when nobody says.
pub(super) const CONTROLLER: &str = "CONTROLLER";
/// Host of that listener.
const CONTROLLER_HOST: &str = "localhost";
const LISTENERS: &str = "listeners";
const CONTROLLERS: &str = "controller.listener.names";

/// Reads everything about listeners.
pub(super) fn read_listeners(reader: &mut Reader<'_>, roles: ProcessRoles) -> Listeners {
    let listeners = addresses(reader, LISTENERS);
    let controllers = controller_names(reader);
    let protocols = protocols(reader, &controllers);
    let mut ports = BTreeSet::new();
    for address in &listeners {
        require_plaintext(reader, address, &protocols);
        if address.port != 0 && !ports.insert((address.host.clone(), address.port)) {
            let why = format!("{}:{} stands there twice", address.host, address.port);
            reader.refuse(LISTENERS, why, "give each listener a port of its own");
        }
    }
    let (for_controllers, for_clients): (Vec<&Address>, Vec<&Address>) = listeners
        .iter()
        .partition(|address| controllers.contains(&address.name));
    let listener_config = |address: &&Address| {
        let name = ListenerName::new(address.name.as_str());
        ListenerConfig::new(name, address.host.as_str(), address.port)
    };
    let opened: Vec<ListenerConfig> = for_clients.iter().map(listener_config).collect();
    check_roles(reader, roles, &opened, &for_controllers);
    let inter_broker = inter_broker(reader, roles, &opened);
    let advertised = addresses(reader, "advertised.listeners");
    Listeners {
        advertised: advertised_addresses(reader, &advertised, &listeners, &controllers),
        controllers: controller_endpoints(roles, &for_controllers, &advertised),
        inter_broker,
        opened,
    }
}

/// Which listeners a node of these roles has to have, and which it must not have.
fn check_roles(
    reader: &mut Reader<'_>,
    roles: ProcessRoles,
    clients: &[ListenerConfig],
    controllers: &[&Address],
) {
    if roles.is_broker() && clients.is_empty() && !controllers.is_empty() {
        reader.refuse(
            LISTENERS,
            "there is no listener for clients",
            "add one that controller.listener.names does not name, such as PLAINTEXT://:9092",
        );
    }
    if let Some(client) = clients.first().filter(|_| !roles.is_broker()) {
        let why = format!(
            "the listener {} is for clients, and a controller serves none",
            client.name
        );
        reader.refuse(
            LISTENERS,
            why,
            "leave the names of controller.listener.names there",
        );
    }
    if roles.is_controller() {
        check_controllers(reader, roles, controllers);
        return;
    }
    if let Some(address) = controllers.first() {
        let why = format!(
            "the listener {} is for controllers, and this node is none",
            address.name
        );
        reader.refuse(LISTENERS, why, "take it out, or add controller to process.roles");
    }
    if !reader.is_set(CONTROLLERS) {
        let remedy = "write the name of the listener that the controllers have, such as CONTROLLER";
        reader.refuse(
            CONTROLLERS,
            "nobody says how the controllers' listener is called",
            remedy,
        );
    }
}

fn check_controllers(reader: &mut Reader<'_>, roles: ProcessRoles, controllers: &[&Address]) {
    let is_there = |name: &String| {
        controllers
            .iter()
            .any(|address| address.name.eq_ignore_ascii_case(name))
    };
    let named = reader.list(CONTROLLERS);
    let missing: Vec<&String> = named.iter().filter(|name| !is_there(name)).collect();
    for name in &missing {
        let why = format!("there is no listener {name}");
        reader.refuse(CONTROLLERS, why, "use the names that stand in listeners");
    }
    let must_have = reader.is_set(CONTROLLERS) || roles == ProcessRoles::Controller;
    if controllers.is_empty() && missing.is_empty() && must_have {
        let remedy = "name one that stands in listeners, such as CONTROLLER://:9093";
        reader.refuse(CONTROLLERS, "there is no listener for controllers", remedy);
    }
}

fn addresses(reader: &mut Reader<'_>, key: &str) -> Vec<Address> {
    let mut addresses: Vec<Address> = Vec::new();
    for text in reader.list(key) {
        match parse_address(&text) {
            Some(address) if addresses.iter().any(|other| other.name == address.name) => {
                let why = format!("the listener name {} stands there twice", address.name);
                reader.refuse(key, why, "give each listener a name of its own");
            }
            Some(address) => addresses.push(address),
            None => reader.refuse(
                key,
                format!("'{text}' is no address of a listener"),
                "write NAME://host:port, such as PLAINTEXT://127.0.0.1:9092, with commas between several",
            ),
        }
    }
    addresses
}

/// `NAME://host:port`; the host may be empty or an IPv6 address in brackets.
fn parse_address(text: &str) -> Option<Address> {
    let (name, rest) = text.split_once("://")?;
    let (host, port) = rest.rsplit_once(':')?;
    let port = port.parse().ok()?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None if host.contains([':', '/']) => return None,
        None => host,
    };
    let is_name = |name: &str| {
        let mut bytes = name.bytes();
        !name.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    is_name(name).then(|| Address {
        name: name.to_ascii_uppercase(),
        host: host.to_owned(),
        port,
    })
}

fn controller_names(reader: &Reader<'_>) -> BTreeSet<String> {
    if !reader.is_set(CONTROLLERS) {
        return BTreeSet::from([CONTROLLER.to_owned()]);
    }
    let names = reader.list(CONTROLLERS);
    names.iter().map(|name| name.to_ascii_uppercase()).collect()
}

/// Which protocol each listener speaks. Controllers speak PLAINTEXT when nobody says anything (KIP-631).
fn protocols(reader: &mut Reader<'_>, controllers: &BTreeSet<String>) -> BTreeMap<String, String> {
    const KEY: &str = "listener.security.protocol.map";
    let mut protocols = BTreeMap::new();
    if !reader.is_set(KEY) {
        protocols.extend(
            controllers
                .iter()
                .map(|name| (name.clone(), "PLAINTEXT".to_owned())),
        );
    }
    let map = reader.text(KEY).unwrap_or_default();
    for pair in map.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        match pair.rsplit_once(':') {
            Some((name, protocol)) => {
                let name = name.trim().to_ascii_uppercase();
                protocols.insert(name, protocol.trim().to_ascii_uppercase());
            }
            None => reader.refuse(
                KEY,
                format!("'{pair}' is no pair"),
                "write NAME:PLAINTEXT, with commas between several",
            ),
        }
    }
    protocols
}

fn require_plaintext(reader: &mut Reader<'_>, address: &Address, protocols: &BTreeMap<String, String>) {
    let name = &address.name;
    match protocols.get(name).map(String::as_str) {
        Some("PLAINTEXT") => {}
        Some(protocol) => reader.refuse(
            "listeners",
            format!("the listener {name} speaks {protocol}, and only PLAINTEXT is served"),
            format!("write {name}:PLAINTEXT into listener.security.protocol.map, or leave the listener out"),
        ),
        None => reader.refuse(
            "listeners",
            format!("nobody says which protocol the listener {name} speaks"),
            format!("add {name}:PLAINTEXT to listener.security.protocol.map"),
        ),
    }
}

/// The listener that brokers use among themselves: what is named, else the one that is called PLAINTEXT, else the first.
fn inter_broker(reader: &mut Reader<'_>, roles: ProcessRoles, opened: &[ListenerConfig]) -> ListenerName {
    const NAME: &str = "inter.broker.listener.name";
    const PROTOCOL: &str = "security.inter.broker.protocol";
    const USUAL: &str = "PLAINTEXT";
    let named = reader.text(NAME);
    if reader.is_set(PROTOCOL) {
        if named.is_some() {
            reader.refuse(PROTOCOL, format!("{NAME} is set too"), "leave one of the two out");
        } else if reader.text(PROTOCOL).is_some_and(|protocol| protocol != USUAL) {
            reader.refuse(
                PROTOCOL,
                "only PLAINTEXT is served",
                "write PLAINTEXT or leave it out",
            );
        }
    }
    let called = |name: &str| {
        let mut names = opened.iter().map(|listener| &listener.name);
        names
            .find(|known| known.as_str().eq_ignore_ascii_case(name))
            .cloned()
    };
    let Some(name) = named else {
        let first = || opened.first().map(|listener| listener.name.clone());
        return called(USUAL)
            .or_else(first)
            .unwrap_or_else(|| ListenerName::new(USUAL));
    };
    called(&name).unwrap_or_else(|| {
        if roles.is_broker() {
            let why = format!("there is no listener {name} for clients");
            reader.refuse(NAME, why, "give the name of one of listeners, or leave it out");
        }
        ListenerName::new(name.to_ascii_uppercase())
    })
}

fn advertised_addresses(
    reader: &mut Reader<'_>,
    advertised: &[Address],
    listeners: &[Address],
    controllers: &BTreeSet<String>,
) -> HashMap<ListenerName, AdvertisedAddress> {
    const KEY: &str = "advertised.listeners";
    let mut addresses = HashMap::new();
    for address in advertised {
        let name = &address.name;
        if !listeners.iter().any(|listener| listener.name == *name) && !controllers.contains(name) {
            let why = format!("there is no listener {name}");
            reader.refuse(KEY, why, "use the names that stand in listeners");
        } else if matches!(&*address.host, "0.0.0.0" | "::") {
            let why = format!("nobody can connect to {}", address.host);
            reader.refuse(KEY, why, "give a name or address that clients can reach");
        } else if !controllers.contains(name) && !address.host.is_empty() {
            let target = AdvertisedAddress {
                host: address.host.clone(),
                port: address.port,
            };
            addresses.insert(ListenerName::new(name.as_str()), target);
        }
    }
    addresses
}

fn controller_endpoints(
    roles: ProcessRoles,
    listeners: &[&Address],
    advertised: &[Address],
) -> Vec<ControllerEndpoint> {
    let listener = |name: &str, host: &str, port| {
        ListenerConfig::new(ListenerName::new(name), host, port).of_kind(ListenerKind::Controller)
    };
    if listeners.is_empty() && roles == ProcessRoles::Combined {
        return vec![ControllerEndpoint {
            listener: listener(CONTROLLER, CONTROLLER_HOST, 0),
            host: CONTROLLER_HOST.to_owned(),
            port: 0,
        }];
    }
    let endpoint = |address: &&Address| {
        let told = advertised.iter().find(|told| told.name == address.name);
        let hosts = [told.map_or("", |told| &told.host), &address.host];
        let is_reachable = |host: &&str| !matches!(*host, "" | "0.0.0.0" | "::");
        ControllerEndpoint {
            listener: listener(&address.name, &address.host, address.port),
            host: hosts
                .into_iter()
                .find(is_reachable)
                .map_or_else(crate::boot::host_name, str::to_owned),
            port: told.map_or(address.port, |told| told.port),
        }
    };
    listeners.iter().map(endpoint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::config::quorum::read_roles;

    fn read(lines: &[(&str, &str)]) -> (Listeners, Vec<String>) {
        let mut settings = Settings::new();
        for (name, value) in lines {
            settings.set(*name, *value);
        }
        let mut reader = Reader::new(&settings);
        let roles = read_roles(&mut reader);
        let listeners = read_listeners(&mut reader, roles);
        let problems = reader.into_problems().iter().map(ToString::to_string).collect();
        (listeners, problems)
    }

    #[test]
    fn a_combined_node_opens_listeners_of_both_kinds() {
        let (listeners, problems) = read(&[
            (
                "listeners",
                "PLAINTEXT://127.0.0.1:19092,inside://[::1]:19094,CONTROLLER://:19093",
            ),
            ("advertised.listeners", "INSIDE://box.example:9"),
            ("controller.listener.names", "CONTROLLER"),
            (
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
            ),
        ]);
        assert_eq!(problems, [""; 0]);
        let opened: Vec<_> = listeners
            .opened
            .iter()
            .map(|listener| (listener.name.as_str(), &*listener.host, listener.port))
            .collect();
        assert_eq!(
            opened,
            [("PLAINTEXT", "127.0.0.1", 19092), ("INSIDE", "::1", 19094)]
        );
        assert_eq!(
            listeners.advertised[&ListenerName::new("INSIDE")].host,
            "box.example"
        );
        assert_eq!(listeners.inter_broker.as_str(), "PLAINTEXT");
        let controller = &listeners.controllers[0];
        assert_eq!(controller.listener.kind, ListenerKind::Controller);
        assert_eq!((controller.listener.port, controller.port), (19093, 19093));
        assert!(!controller.host.is_empty());
    }

    #[test]
    fn without_a_word_there_is_one_listener_on_9092() {
        let (listeners, problems) = read(&[]);
        assert_eq!(problems, [""; 0]);
        assert_eq!(listeners.opened.len(), 1);
        assert_eq!(listeners.opened[0].port, 9092);
        let controller = &listeners.controllers[0];
        assert_eq!(
            (&*controller.listener.host, controller.listener.port),
            ("localhost", 0)
        );
        assert_eq!(controller.voter_endpoint(7).port, 7);
    }

    #[test]
    fn other_controllers_are_told_what_is_advertised() {
        let (listeners, problems) = read(&[
            ("listeners", "CONTROLLER://:9093"),
            ("advertised.listeners", "CONTROLLER://ctl.example:19093"),
            ("controller.listener.names", "CONTROLLER"),
            ("process.roles", "controller"),
        ]);
        assert_eq!(problems, [""; 0]);
        let told = listeners.controllers[0].voter_endpoint(9093);
        assert_eq!(
            (&*told.name, &*told.host, told.port),
            ("CONTROLLER", "ctl.example", 19093)
        );
        assert!(listeners.opened.is_empty() && listeners.advertised.is_empty());
    }

    #[track_caller]
    fn is_refused(lines: &[(&str, &str)], part: &str) {
        let (_, problems) = read(lines);
        assert!(
            problems.iter().any(|problem| problem.contains(part)),
            "{problems:?}"
        );
    }

    #[test]
    fn what_cannot_be_served_is_refused_with_its_reason() {
        is_refused(&[("listeners", "PLAINTEXT:9092")], "is no address");
        is_refused(&[("listeners", "SSL://:9092")], "only PLAINTEXT is served");
        is_refused(&[("listeners", "HOME://:9092")], "nobody says which protocol");
        is_refused(&[("listeners", "CONTROLLER://:9093")], "no listener for clients");
        is_refused(&[("listeners", "PLAINTEXT://:1,PLAINTEXT://:2")], "twice");
        is_refused(
            &[("advertised.listeners", "PLAINTEXT://0.0.0.0:9092")],
            "nobody can connect",
        );
        is_refused(
            &[("advertised.listeners", "X://a:9092")],
            "there is no listener X",
        );
        is_refused(&[("inter.broker.listener.name", "X")], "no listener X");
    }

    #[test]
    fn a_node_has_the_listeners_of_its_roles_and_no_others() {
        let broker = ("process.roles", "broker");
        let names = ("controller.listener.names", "CONTROLLER");
        is_refused(&[broker], "how the controllers' listener is called");
        is_refused(
            &[broker, names, ("listeners", "PLAINTEXT://:1,CONTROLLER://:2")],
            "this node is none",
        );
        let (listeners, problems) = read(&[broker, names]);
        assert_eq!((problems, listeners.controllers.len()), (Vec::new(), 0));
        let controller = ("process.roles", "controller");
        is_refused(
            &[controller, names],
            "is for clients, and a controller serves none",
        );
        is_refused(
            &[("process.roles", "broker,controller"), names],
            "there is no listener CONTROLLER",
        );
    }
}
