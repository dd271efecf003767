//! `listeners` and what belongs to them: names, addresses, protocols, what clients are told.
//!
//! A listener of the controller is understood and not opened: the one node of the cluster talks to itself in memory.
//! Invariant: what comes out has at least one listener, each speaks PLAINTEXT, and names and ports are unique.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use broker_metadata::metadata_log::VoterEndpoint;

use super::reader::Reader;
use crate::boot::AdvertisedAddress;
use crate::network::{ListenerConfig, ListenerName};

/// One `NAME://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    name: String,
    host: String,
    port: u16,
}

/// What the listeners come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Listeners {
    /// Those that are opened.
    pub(super) opened: Vec<ListenerConfig>,
    /// Where clients are told to connect.
    pub(super) advertised: HashMap<ListenerName, AdvertisedAddress>,
    /// How the metadata log names this node as a voter.
    pub(super) voter_endpoints: Vec<VoterEndpoint>,
}

/// Where the controller would listen, when nobody says.
const CONTROLLER: (&str, &str, u16) = ("CONTROLLER", "localhost", 9093);

/// Reads everything about listeners.
pub(super) fn read_listeners(reader: &mut Reader<'_>) -> Listeners {
    let listeners = addresses(reader, "listeners");
    let controllers = controller_names(reader);
    let protocols = protocols(reader, &controllers);
    let mut ports = BTreeSet::new();
    let mut opened = Vec::new();
    for address in &listeners {
        require_plaintext(reader, address, &protocols);
        if address.port != 0 && !ports.insert((address.host.clone(), address.port)) {
            let why = format!("{}:{} stands there twice", address.host, address.port);
            reader.refuse("listeners", why, "give each listener a port of its own");
        }
        if !controllers.contains(&address.name) {
            let name = ListenerName::new(address.name.as_str());
            opened.push(ListenerConfig::new(name, address.host.as_str(), address.port));
        }
    }
    if opened.is_empty() && !listeners.is_empty() {
        reader.refuse(
            "listeners",
            "there is no listener for clients",
            "add one that controller.listener.names does not name, such as PLAINTEXT://:9092",
        );
    }
    check_inter_broker(reader, &opened);
    let advertised = addresses(reader, "advertised.listeners");
    Listeners {
        advertised: advertised_addresses(reader, &advertised, &listeners, &controllers),
        voter_endpoints: vec![voter_endpoint(&advertised, &listeners, &controllers)],
        opened,
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
    if !reader.is_set("controller.listener.names") {
        return BTreeSet::from([CONTROLLER.0.to_owned()]);
    }
    let names = reader.list("controller.listener.names");
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

fn check_inter_broker(reader: &mut Reader<'_>, opened: &[ListenerConfig]) {
    const NAME: &str = "inter.broker.listener.name";
    const PROTOCOL: &str = "security.inter.broker.protocol";
    if let Some(name) = reader.text(NAME)
        && !opened
            .iter()
            .any(|listener| listener.name.as_str().eq_ignore_ascii_case(&name))
    {
        let why = format!("there is no listener {name} for clients");
        reader.refuse(NAME, why, "give the name of one of listeners, or leave it out");
    }
    if reader.is_set(PROTOCOL)
        && reader
            .text(PROTOCOL)
            .is_some_and(|protocol| protocol != "PLAINTEXT")
    {
        reader.refuse(
            PROTOCOL,
            "only PLAINTEXT is served",
            "write PLAINTEXT or leave it out",
        );
    }
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

fn voter_endpoint(
    advertised: &[Address],
    listeners: &[Address],
    controllers: &BTreeSet<String>,
) -> VoterEndpoint {
    let mut candidates = advertised.iter().chain(listeners);
    let found = candidates.find(|address| controllers.contains(&address.name));
    let (name, host, port) = match found {
        Some(address) if !address.host.is_empty() => (&*address.name, &*address.host, address.port),
        Some(address) => (&*address.name, CONTROLLER.1, address.port),
        None => CONTROLLER,
    };
    VoterEndpoint {
        name: name.to_owned(),
        host: host.to_owned(),
        port,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn read(lines: &[(&str, &str)]) -> (Listeners, Vec<String>) {
        let mut settings = Settings::new();
        for (name, value) in lines {
            settings.set(*name, *value);
        }
        let mut reader = Reader::new(&settings);
        let listeners = read_listeners(&mut reader);
        let problems = reader.into_problems().iter().map(ToString::to_string).collect();
        (listeners, problems)
    }

    #[test]
    fn a_combined_node_opens_the_listeners_of_clients_alone() {
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
        assert_eq!(listeners.voter_endpoints[0].port, 19093);
    }

    #[test]
    fn without_a_word_there_is_one_listener_on_9092() {
        let (listeners, problems) = read(&[]);
        assert_eq!(problems, [""; 0]);
        assert_eq!(listeners.opened.len(), 1);
        assert_eq!(listeners.opened[0].port, 9092);
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
}
