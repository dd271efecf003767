//! Whether brokers may have a set of configurations while they run (KIP-226).
//!
//! A pure function of what acts now and of the whole set that would be kept. Invariant: what is let in acts at once
//! or is marked in the tables as not acting; nothing is accepted that would act at the next start alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_metadata::ConfigError;
use broker_metadata::config_def::{
    ConfigDef, ConfigValue, UpdateMode, Visibility, topic_config, without_listener_prefix,
};

use super::EffectiveConfigs;
use super::connection_bounds::{OVERRIDES, parse_overrides};
use super::settings::definition_of;

type Configs = BTreeMap<Arc<str>, Arc<str>>;

/// Whose configurations are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BrokerLevel {
    /// Those of one broker.
    One,
    /// Those of all brokers.
    All,
}

impl BrokerLevel {
    /// The empty name stands for all brokers.
    pub(super) const fn of(name: &str) -> Self {
        if name.is_empty() { Self::All } else { Self::One }
    }
}

/// Configurations that say how many threads work; a step at most halves or doubles them.
const THREADS: [&str; 10] = [
    "background.threads",
    "log.cleaner.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "remote.log.manager.copier.thread.pool.size",
    "remote.log.manager.expiration.thread.pool.size",
    "remote.log.manager.follower.thread.pool.size",
    "remote.log.reader.threads",
];

/// Configurations that only make sense for one listener: its keys and whom it trusts.
const SECURITY_PREFIXES: [&str; 3] = ["ssl.key.password", "ssl.keystore.", "ssl.truststore."];

/// Configurations of one listener that all brokers may share.
const OF_ANY_LISTENER: [&str; 3] = [
    "max.connection.creation.rate",
    "max.connections",
    "num.network.threads",
];

/// Whether brokers may have exactly these configurations.
///
/// # Errors
/// One may not be changed, not for all brokers, or not to that value; the message is Kafka's.
pub(super) fn check_broker_configs(
    effective: &EffectiveConfigs<'_>,
    level: BrokerLevel,
    configs: &Configs,
) -> Result<(), ConfigError> {
    refuse_any(configs, "Cannot update these configs dynamically", |name, def| {
        name == def.name && !def.is_dynamic()
    })?;
    refuse_any(
        configs,
        "These security configs can be dynamically updated only per-listener using the listener prefix",
        |name, def| {
            name == def.name
                && def.update_mode == UpdateMode::PerBroker
                && SECURITY_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        },
    )?;
    for (name, value) in configs {
        if let Some(def) = definition_of(name) {
            def.validate(value)?;
        }
    }
    if level == BrokerLevel::All {
        refuse_any(
            configs,
            "Cannot update these configs at default cluster level, broker id must be specified",
            |name, def| match name == def.name {
                true => def.update_mode == UpdateMode::PerBroker,
                false => !OF_ANY_LISTENER.contains(&def.name),
            },
        )?;
    }
    let after = match level {
        BrokerLevel::One => effective.with_broker_values(configs),
        BrokerLevel::All => effective.with_cluster_values(configs),
    };
    check_local_retention(&after)?;
    check_tiered_by_default(effective, &after)?;
    for (name, value) in configs {
        check_threads(effective, name, value)?;
        check_listeners(effective, name, value)?;
        check_overrides(name, value)?;
        check_reporters(effective, name, value)?;
    }
    Ok(())
}

fn refuse_any(
    configs: &Configs,
    why: &str,
    is_refused: impl Fn(&str, &ConfigDef) -> bool,
) -> Result<(), ConfigError> {
    let refused: Vec<&str> = configs
        .keys()
        .map(|name| &**name)
        .filter(|name| definition_of(name).is_some_and(|def| is_refused(name, def)))
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(ConfigError::Refused(format!("{why}: [{}]", refused.join(", "))))
}

/// The local tier keeps nothing longer than the log as a whole does; -2 follows it.
pub(super) fn check_local_retention(effective: &EffectiveConfigs<'_>) -> Result<(), ConfigError> {
    let inherited = |name: &str| {
        let text = effective.inherited(topic_config(name)?)?;
        text.parse::<i64>().ok()
    };
    for (local_name, whole_name) in [
        ("local.retention.ms", "retention.ms"),
        ("local.retention.bytes", "retention.bytes"),
    ] {
        let (Some(local), Some(whole)) = (inherited(local_name), inherited(whole_name)) else {
            continue;
        };
        if whole >= 0 && local != -2 && (local == -1 || local > whole) {
            return Err(ConfigError::InvalidValue {
                name: format!("log.{local_name}"),
                value: local.to_string(),
                reason: format!("Value must not be more than log.{whole_name}, which is {whole}"),
            });
        }
    }
    Ok(())
}

/// Topics that are tiered without saying so are not once they are compacted: what they have in the remote tier would be left
/// there and not be read any more.
fn check_tiered_by_default(
    before: &EffectiveConfigs<'_>,
    after: &EffectiveConfigs<'_>,
) -> Result<(), ConfigError> {
    const POLICY: &str = "log.cleanup.policy";
    let compacts = |configs: &EffectiveConfigs<'_>| match configs.value(POLICY) {
        Some(ConfigValue::List(policies)) => policies.iter().any(|policy| policy == "compact"),
        _ => false,
    };
    let is_tiering = |name| before.flag(name);
    let tiers_all = is_tiering("eddyline.remote.topics") && is_tiering("remote.log.storage.system.enable");
    match tiers_all && !compacts(before) && compacts(after) {
        false => Ok(()),
        true => Err(ConfigError::Refused(format!(
            "{POLICY} cannot become compact while eddyline.remote.topics tiers all topics: set cleanup.policy of topics."
        ))),
    }
}

fn check_threads(effective: &EffectiveConfigs<'_>, name: &str, value: &str) -> Result<(), ConfigError> {
    let base = without_listener_prefix(name);
    if !THREADS.contains(&base) {
        return Ok(());
    }
    let Some(ConfigValue::Number(new)) = definition_of(base).and_then(|def| def.parse_value(value).ok())
    else {
        return Ok(());
    };
    let now = effective.number(base);
    let wrong = if new == now {
        return Ok(());
    } else if new <= 0 {
        "value should be at least 1".to_owned()
    } else if new < now / 2 {
        format!("value should be at least half the current value {now}")
    } else if new > now.saturating_mul(2) {
        format!("value should not be greater than double the current value {now}")
    } else {
        return Ok(());
    };
    Err(ConfigError::Refused(format!(
        "Dynamic thread count update validation failed for {name}={value}, {wrong}"
    )))
}

/// Sockets are opened at the start alone.
fn check_listeners(effective: &EffectiveConfigs<'_>, name: &str, value: &str) -> Result<(), ConfigError> {
    let opens_sockets = ["listeners", "listener.security.protocol.map"].contains(&name);
    if opens_sockets && effective.statics().alone().text(name) != Some(value) {
        return Err(ConfigError::Refused(format!(
            "{name} cannot be changed while this broker runs; write it into its properties and start it again"
        )));
    }
    Ok(())
}

/// Whether DescribeConfigs shows a row while nobody has set it.
pub(super) fn is_shown_unset(def: &ConfigDef) -> bool {
    def.visibility == Visibility::Public
}

/// Kafka refuses classes that it does not find, and none is found without a JVM.
fn check_reporters(effective: &EffectiveConfigs<'_>, name: &str, value: &str) -> Result<(), ConfigError> {
    let is_new = || effective.statics().alone().text(name) != Some(value);
    if name == "metric.reporters" && !value.is_empty() && is_new() {
        return Err(ConfigError::InvalidValue {
            name: name.to_owned(),
            value: value.to_owned(),
            reason: "It names a Java class, and there is no JVM".to_owned(),
        });
    }
    Ok(())
}

fn check_overrides(name: &str, value: &str) -> Result<(), ConfigError> {
    match parse_overrides(value) {
        Err(pair) if name == OVERRIDES => Err(ConfigError::InvalidValue {
            name: name.to_owned(),
            value: value.to_owned(),
            reason: format!("'{pair}' is no address with a number"),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use broker_model::BrokerId;

    use super::*;
    use crate::config::{Settings, StaticConfigs};

    #[track_caller]
    fn answers(level: BrokerLevel, name: &str, value: &str) -> String {
        let statics = StaticConfigs::new(BrokerId::new(1), Settings::new());
        let configs = Configs::from([(name.into(), value.into())]);
        match check_broker_configs(&statics.alone(), level, &configs) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_needs_a_restart_cannot_be_changed() {
        for name in ["num.partitions", "log.dirs"] {
            let expected = format!("Cannot update these configs dynamically: [{name}]");
            assert_eq!(answers(BrokerLevel::One, name, "4"), expected);
        }
    }

    #[test]
    fn what_belongs_to_one_broker_cannot_be_changed_for_all() {
        assert_eq!(
            answers(BrokerLevel::All, "listeners", "PLAINTEXT://127.0.0.1:1"),
            "Cannot update these configs at default cluster level, broker id must be specified: [listeners]"
        );
    }

    #[test]
    fn threads_are_at_most_halved_or_doubled() {
        assert_eq!(answers(BrokerLevel::All, "log.cleaner.threads", "2"), "");
        assert_eq!(
            answers(BrokerLevel::All, "num.io.threads", "17"),
            "Dynamic thread count update validation failed for num.io.threads=17, value should not be greater than \
             double the current value 8"
        );
        assert!(answers(BrokerLevel::All, "num.io.threads", "3").ends_with("half the current value 8"));
    }

    #[test]
    fn values_are_checked_and_unknown_names_are_kept() {
        assert_eq!(
            answers(BrokerLevel::One, "log.retention.ms", "x"),
            "Invalid value x for configuration log.retention.ms: Not a number of type LONG"
        );
        assert_eq!(answers(BrokerLevel::All, "my.own.plugin", "x"), "");
        assert_ne!(answers(BrokerLevel::All, "metric.reporters", "my.Reporter"), "");
        assert_ne!(
            answers(BrokerLevel::One, "max.connections.per.ip.overrides", "box:1"),
            ""
        );
        assert_ne!(answers(BrokerLevel::One, "listeners", "PLAINTEXT://:1"), "");
        assert_eq!(
            answers(BrokerLevel::One, "listener.name.plaintext.max.connections", "5"),
            ""
        );
        let (connections, keys) = (
            "listener.name.plaintext.max.connections",
            "listener.name.plaintext.ssl.keystore.type",
        );
        assert_eq!(answers(BrokerLevel::All, connections, "5"), "");
        assert_ne!(answers(BrokerLevel::All, keys, "PEM"), "");
        assert_eq!(answers(BrokerLevel::One, keys, "PEM"), "");
        assert_ne!(answers(BrokerLevel::One, "ssl.keystore.type", "PEM"), "");
    }

    #[test]
    fn the_local_tier_keeps_nothing_longer_than_the_log() {
        assert_eq!(
            answers(BrokerLevel::All, "log.local.retention.ms", "604800000"),
            ""
        );
        assert_eq!(
            answers(BrokerLevel::All, "log.local.retention.ms", "604800001"),
            "Invalid value 604800001 for configuration log.local.retention.ms: Value must not be more than \
             log.retention.ms, which is 604800000"
        );
        assert_eq!(answers(BrokerLevel::All, "log.local.retention.bytes", "999"), "");
    }
}
