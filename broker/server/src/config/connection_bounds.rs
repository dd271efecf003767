//! How many connections there may be, out of configurations that can change while the broker runs (KIP-402, KIP-612).

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use broker_metadata::config_def::ConfigValue;

use super::EffectiveConfigs;
use crate::network::{ConnectionBounds, ListenerBounds, ListenerName};

/// The bounds that act now.
pub fn connection_bounds(configs: &EffectiveConfigs<'_>) -> ConnectionBounds {
    let overrides = configs.text(OVERRIDES).unwrap_or_default();
    ConnectionBounds {
        max_connections: configs.size("max.connections"),
        max_per_ip: configs.size("max.connections.per.ip"),
        // A text that was let in is one that can be read.
        max_per_ip_overrides: parse_overrides(overrides).unwrap_or_default(),
        max_creation_rate: rate(configs.number("max.connection.creation.rate")),
        by_listener: listeners(configs)
            .into_iter()
            .map(|name| {
                (
                    ListenerName::new(name.to_ascii_uppercase()),
                    of_listener(configs, name),
                )
            })
            .collect(),
    }
}

fn of_listener(configs: &EffectiveConfigs<'_>, listener: &str) -> ListenerBounds {
    let key = |name: &str| format!("listener.name.{listener}.{name}");
    let bound = |name: &str| match configs.value(&key(name)) {
        Some(ConfigValue::Number(bound)) => Some(bound),
        _ => None,
    };
    let most = bound("max.connections").and_then(|most| usize::try_from(most).ok());
    ListenerBounds {
        max_connections: most.unwrap_or(usize::MAX),
        max_creation_rate: bound("max.connection.creation.rate").and_then(rate),
    }
}

/// Names in the prefixes of configurations that are set for one listener.
fn listeners<'a>(configs: &EffectiveConfigs<'a>) -> BTreeSet<&'a str> {
    let at_start = configs.statics().settings().iter().map(|(name, _)| name);
    let dynamic = [configs.of_broker(), configs.of_cluster()].into_iter().flatten();
    let dynamic = dynamic.flat_map(|configs| configs.keys().map(|name| &**name));
    at_start
        .chain(dynamic)
        .filter_map(|name| Some(name.strip_prefix("listener.name.")?.split_once('.')?.0))
        .collect()
}

/// Kafka's greatest number means that nothing is counted.
fn rate(per_second: i64) -> Option<u32> {
    match per_second {
        2_147_483_647.. => None,
        rate => u32::try_from(rate).ok(),
    }
}

/// Where bounds of single addresses stand.
pub(super) const OVERRIDES: &str = "max.connections.per.ip.overrides";

/// Reads `address:number` with commas between several.
///
/// # Errors
/// The pair that cannot be read.
pub(super) fn parse_overrides(text: &str) -> Result<HashMap<IpAddr, usize>, &str> {
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (host, max) = pair.rsplit_once(':').ok_or(pair)?;
            let host = host.trim().trim_start_matches('[').trim_end_matches(']');
            let address = host.parse().map_err(|_| pair)?;
            Ok((address, max.trim().parse().map_err(|_| pair)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use broker_model::BrokerId;

    use super::*;
    use crate::config::{Settings, StaticConfigs};

    #[test]
    fn a_listener_has_bounds_of_its_own() {
        let mut settings = Settings::new();
        settings
            .set("max.connections", "10")
            .set("listener.name.inside.max.connections", "3")
            .set("max.connections.per.ip.overrides", "10.0.0.1:5, [::1]:6");
        let statics = StaticConfigs::new(BrokerId::new(1), settings);
        let bounds = connection_bounds(&statics.alone());
        assert_eq!(bounds.max_connections, 10);
        let inside = bounds.by_listener[&ListenerName::new("INSIDE")];
        assert_eq!((inside.max_connections, inside.max_creation_rate), (3, None));
        assert_eq!(bounds.max_per_ip_overrides[&"::1".parse::<IpAddr>().unwrap()], 6);
        assert_eq!(parse_overrides("10.0.0.1:5,box:6"), Err("box:6"));
    }
}
