//! Whether a resource may have a whole set of configurations: names, values, and rules over several of them.

use super::remote_rules::{self, RemoteContext};
use super::{ConfigDef, ConfigValue, client_metrics_config, group_config, topic_config};
use crate::ConfigError;

/// Whether a topic may have these configurations. `inherited` tells what acts for one that is not set.
///
/// # Errors
/// A name is unknown, a value is refused, or two contradict each other; the message is Kafka's.
pub fn validate_topic_configs<'a>(
    configs: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    inherited: impl Fn(&ConfigDef) -> Option<String>,
    remote: RemoteContext,
) -> Result<(), ConfigError> {
    for (name, _) in configs.clone() {
        topic_config(name).ok_or_else(|| ConfigError::UnknownTopicConfig(name.to_owned()))?;
    }
    for (name, value) in configs.clone() {
        if let Some(def) = topic_config(name) {
            def.validate(value)?;
        }
    }
    let effective = |name: &str| -> Option<ConfigValue> {
        let def = topic_config(name)?;
        let own = configs.clone().find(|(key, _)| *key == name);
        let text = own
            .map(|(_, value)| value.to_owned())
            .or_else(|| inherited(def))?;
        def.parse_value(&text).ok()
    };
    if let (Some(ConfigValue::Number(min)), Some(ConfigValue::Number(max))) = (
        effective("min.compaction.lag.ms"),
        effective("max.compaction.lag.ms"),
    ) && min > max
    {
        return Err(ConfigError::Refused(format!(
            "conflict topic config setting min.compaction.lag.ms ({min}) > max.compaction.lag.ms ({max})"
        )));
    }
    remote_rules::check(&effective, remote)
}

/// Bounds of a group's configuration that brokers set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupRange {
    /// The broker configuration that holds the least value, if any.
    pub min: Option<&'static str>,
    /// The broker configuration that holds the greatest value.
    pub max: &'static str,
}

/// Which broker configurations bound a group's.
pub fn group_range(name: &str) -> Option<GroupRange> {
    let between = |min, max| Some(GroupRange { min: Some(min), max });
    let up_to = |max| Some(GroupRange { min: None, max });
    match name {
        "consumer.assignment.interval.ms" => between(
            "group.consumer.min.assignment.interval.ms",
            "group.consumer.max.assignment.interval.ms",
        ),
        "consumer.heartbeat.interval.ms" => between(
            "group.consumer.min.heartbeat.interval.ms",
            "group.consumer.max.heartbeat.interval.ms",
        ),
        "consumer.session.timeout.ms" => between(
            "group.consumer.min.session.timeout.ms",
            "group.consumer.max.session.timeout.ms",
        ),
        "share.assignment.interval.ms" => between(
            "group.share.min.assignment.interval.ms",
            "group.share.max.assignment.interval.ms",
        ),
        "share.heartbeat.interval.ms" => between(
            "group.share.min.heartbeat.interval.ms",
            "group.share.max.heartbeat.interval.ms",
        ),
        "share.session.timeout.ms" => between(
            "group.share.min.session.timeout.ms",
            "group.share.max.session.timeout.ms",
        ),
        "share.record.lock.duration.ms" => between(
            "group.share.min.record.lock.duration.ms",
            "group.share.max.record.lock.duration.ms",
        ),
        "share.delivery.count.limit" => between(
            "group.share.min.delivery.count.limit",
            "group.share.max.delivery.count.limit",
        ),
        "share.partition.max.record.locks" => between(
            "group.share.min.partition.max.record.locks",
            "group.share.max.partition.max.record.locks",
        ),
        "streams.assignment.interval.ms" => between(
            "group.streams.min.assignment.interval.ms",
            "group.streams.max.assignment.interval.ms",
        ),
        "streams.heartbeat.interval.ms" => between(
            "group.streams.min.heartbeat.interval.ms",
            "group.streams.max.heartbeat.interval.ms",
        ),
        "streams.session.timeout.ms" => between(
            "group.streams.min.session.timeout.ms",
            "group.streams.max.session.timeout.ms",
        ),
        "streams.num.standby.replicas" => up_to("group.streams.max.standby.replicas"),
        "streams.num.warmup.replicas" => up_to("group.streams.max.warmup.replicas"),
        _ => None,
    }
}

/// Whether a group may have these configurations. `broker_value` tells what the broker has set for a name.
///
/// # Errors
/// A name is unknown, a value is refused, or beyond the bounds that the broker sets; the message is Kafka's.
pub fn validate_group_configs<'a>(
    configs: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    broker_value: impl Fn(&str) -> Option<i64>,
) -> Result<(), ConfigError> {
    for (name, _) in configs.clone() {
        group_config(name).ok_or_else(|| ConfigError::UnknownGroupConfig(name.to_owned()))?;
    }
    for (name, text) in configs {
        let Some(def) = group_config(name) else {
            continue;
        };
        let ConfigValue::Number(value) = def.validate(text)? else {
            continue;
        };
        let Some(range) = group_range(name) else {
            continue;
        };
        let min = range.min.and_then(&broker_value);
        let max = broker_value(range.max);
        let too_small = min.is_some_and(|min| value < min);
        let too_large = max.is_some_and(|max| value > max);
        if too_small || too_large {
            let max = max.unwrap_or(i64::MAX);
            return Err(ConfigError::Refused(match min {
                Some(min) => format!("{name} must be in the range {min} to {max} inclusive."),
                None => format!("{name} must be less than or equal to {max}."),
            }));
        }
    }
    Ok(())
}

/// Whether a subscription to client metrics may have these configurations.
///
/// # Errors
/// A name is unknown or a value is refused; the message is Kafka's.
pub fn validate_client_metrics_configs<'a>(
    configs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), ConfigError> {
    for (name, text) in configs {
        let def = client_metrics_config(name)
            .ok_or_else(|| ConfigError::Refused(format!("Unknown client metrics configuration: {name}")))?;
        match def.parse_value(text)? {
            ConfigValue::Number(interval)
                if name == "interval.ms" && !(100..=3_600_000).contains(&interval) =>
            {
                return Err(ConfigError::Refused(format!(
                    "Invalid value {text} for interval.ms, interval must be between 100 and 3600000 (1 hour)"
                )));
            }
            ConfigValue::List(patterns) if name == "match" => {
                let illegal = patterns.into_iter().find(|pattern| !is_client_pattern(pattern));
                if let Some(pattern) = illegal {
                    return Err(ConfigError::ClientPattern(pattern));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// `name=expression`, with a name that clients have.
fn is_client_pattern(text: &str) -> bool {
    const MATCHABLE: [&str; 6] = [
        "client_id",
        "client_instance_id",
        "client_software_name",
        "client_software_version",
        "client_source_address",
        "client_source_port",
    ];
    let Some((name, expression)) = text.split_once('=') else {
        return false;
    };
    MATCHABLE.contains(&name.trim()) && !expression.contains('=') && is_regular_expression(expression.trim())
}

/// Whether brackets are closed, nothing is repeated that is not there, and nothing is left to escape: what mistakes
/// usually are. Nobody matches with the expression here.
fn is_regular_expression(text: &str) -> bool {
    let mut groups = 0_usize;
    let mut in_class = false;
    let mut has_escape = false;
    for letter in text.chars() {
        match letter {
            _ if has_escape => has_escape = false,
            '\\' => has_escape = true,
            ']' => in_class = false,
            _ if in_class => {}
            '[' => in_class = true,
            '(' => groups += 1,
            ')' if groups == 0 => return false,
            ')' => groups -= 1,
            _ => {}
        }
    }
    let repeats_nothing = text.starts_with(['*', '+', '?']);
    !text.is_empty() && groups == 0 && !in_class && !has_escape && !repeats_nothing
}
