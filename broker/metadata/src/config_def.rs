//! Every configuration of Kafka 4.4, as data: name, type, default, bounds, and whether it acts here.
//!
//! The tables are the only place where a configuration is named. DescribeConfigs, the validation of changes, the
//! properties file and the reference page read them. Owns no state: all is static. Invariant: names are unique within
//! a scope and sorted, every default is valid by its own row, and every synonym is the name of a broker row. Which
//! value wins among topic, dynamic, static and default is decided by the server, which knows the sources.

mod config_value;
mod definition;
mod remote_rules;
mod resource_rules;
mod table;
mod validator;

use std::sync::LazyLock;

pub use config_value::{ConfigValue, java_double};
pub use definition::{
    Acts, ConfigDef, ConfigType, DefaultValue, Importance, Synonym, UpdateMode, Validator, Visibility,
};
pub use remote_rules::{RemoteContext, RemoteSystem, TieredBefore, TopicReaders};
pub use resource_rules::{
    GroupRange, group_range, validate_client_metrics_configs, validate_group_configs, validate_topic_configs,
};

type Table = LazyLock<Vec<&'static ConfigDef>>;

static TOPIC: Table = LazyLock::new(|| sorted(&[table::topic::TOPIC]));
static GROUP: Table = LazyLock::new(|| sorted(&[table::group::GROUP]));
static CLIENT_METRICS: Table = LazyLock::new(|| sorted(&[table::client_metrics::CLIENT_METRICS]));
static BROKER: Table = LazyLock::new(|| {
    sorted(&[
        table::broker_groups::BROKER_GROUPS,
        table::broker_log::BROKER_LOG,
        table::broker_network::BROKER_NETWORK,
        table::broker_node::BROKER_NODE,
        table::broker_producers::BROKER_PRODUCERS,
        table::broker_remote::BROKER_REMOTE,
        table::broker_security::BROKER_SECURITY,
        table::broker_topics::BROKER_TOPICS,
    ])
});

fn sorted(tables: &[&'static [ConfigDef]]) -> Vec<&'static ConfigDef> {
    let mut rows: Vec<&'static ConfigDef> = tables.iter().copied().flatten().collect();
    rows.sort_unstable_by_key(|row| row.name);
    rows
}

fn find(rows: &[&'static ConfigDef], name: &str) -> Option<&'static ConfigDef> {
    let at = rows.binary_search_by_key(&name, |row| row.name).ok()?;
    Some(rows[at])
}

/// Every configuration of topics, by name.
pub fn topic_configs() -> &'static [&'static ConfigDef] {
    &TOPIC
}

/// Every configuration of brokers, by name.
pub fn broker_configs() -> &'static [&'static ConfigDef] {
    &BROKER
}

/// Every configuration of groups, by name.
pub fn group_configs() -> &'static [&'static ConfigDef] {
    &GROUP
}

/// Every configuration of subscriptions to client metrics (KIP-714), by name.
pub fn client_metrics_configs() -> &'static [&'static ConfigDef] {
    &CLIENT_METRICS
}

/// The configuration of topics with that name.
pub fn topic_config(name: &str) -> Option<&'static ConfigDef> {
    find(&TOPIC, name)
}

/// The configuration of brokers with that name.
pub fn broker_config(name: &str) -> Option<&'static ConfigDef> {
    find(&BROKER, name)
}

/// The configuration of groups with that name.
pub fn group_config(name: &str) -> Option<&'static ConfigDef> {
    find(&GROUP, name)
}

/// The configuration of subscriptions to client metrics with that name.
pub fn client_metrics_config(name: &str) -> Option<&'static ConfigDef> {
    find(&CLIENT_METRICS, name)
}

/// The name of a broker configuration without the prefix of a listener (`listener.name.<listener>.`), with which some
/// are set for one listener alone.
pub fn without_listener_prefix(name: &str) -> &str {
    name.strip_prefix("listener.name.")
        .and_then(|rest| rest.split_once('.'))
        .map_or(name, |(_, base)| base)
}

/// The names under which a broker configuration may be set, the one that counts first; a name with the prefix of a
/// listener falls back to the same name without it.
pub fn broker_synonyms(name: &str) -> Vec<&str> {
    const FAMILIES: [&[&str]; 4] = [
        &["log.roll.ms", "log.roll.hours"],
        &["log.roll.jitter.ms", "log.roll.jitter.hours"],
        &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
        &["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
    ];
    let base = without_listener_prefix(name);
    match FAMILIES.iter().find(|family| family.contains(&name)) {
        Some(family) => family.to_vec(),
        None if base == name => vec![name],
        None => vec![name, base],
    }
}

#[cfg(test)]
mod tests;
