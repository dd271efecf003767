//! Levels of loggers as configurations of the resource BROKER_LOGGER (KIP-412).
//!
//! Translates between requests and [`LoggerLevels`](crate::logging::LoggerLevels), which owns the levels. Invariant: a
//! resource is changed as a whole or not at all, because every change is checked before the first is made.

use std::collections::BTreeSet;

use broker_protocol::ErrorCode;
use broker_protocol::describe_configs_response::DescribeConfigsResourceResult;
use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};

use crate::broker::Broker;
use crate::config::ConfigSource;
use crate::logging::{LogLevel, LoggerError};

/// Why loggers are not changed.
pub(super) type Refusal = (ErrorCode, String);

/// Every logger that is asked for, with its level.
pub(super) fn describe(broker: &Broker, names: &BTreeSet<&str>) -> Vec<DescribeConfigsResourceResult> {
    let levels = broker.logger_levels.list().into_iter();
    levels
        .filter(|(name, _)| names.is_empty() || names.contains(name))
        .map(|(name, level)| DescribeConfigsResourceResult {
            name: name.into(),
            value: Some(level.as_str().into()),
            config_source: ConfigSource::BrokerLogger.code(),
            documentation: Some("".into()),
            ..DescribeConfigsResourceResult::default()
        })
        .collect()
}

/// Changes the loggers of this broker, unless the request asks whether it could.
pub(super) fn alter(
    broker: &Broker,
    resource: &AlterConfigsResource,
    validate_only: bool,
) -> Result<(), Refusal> {
    let mut names = BTreeSet::new();
    if !resource.configs.iter().all(|config| names.insert(&config.name)) {
        return Err(invalid_request("Error due to duplicate config keys"));
    }
    check_broker(broker, &resource.resource_name)?;
    let changes = resource
        .configs
        .iter()
        .map(|config| change_of(broker, config))
        .collect::<Result<Vec<_>, _>>()?;
    if validate_only {
        return Ok(());
    }
    for (name, level) in changes {
        match level {
            Some(level) => broker.logger_levels.set(name, level),
            None => broker.logger_levels.unset(name),
        }
        .map_err(refusal)?;
    }
    Ok(())
}

/// The answer to a resource that stands in a request twice.
pub(super) fn named_twice() -> Refusal {
    invalid_request("Each resource must appear at most once")
}

/// A level to set, or none to unset.
fn change_of<'a>(
    broker: &Broker,
    config: &'a AlterableConfig,
) -> Result<(&'a str, Option<LogLevel>), Refusal> {
    let name: &str = &config.name;
    let level = match (config.config_operation, config.value.as_deref()) {
        (0, Some(word)) => Some(word.parse().map_err(refusal)?),
        (0, None) => return Err(invalid_request(format!("Null value not supported for : {name}"))),
        (1, _) => None,
        (2 | 3, _) => {
            return Err(invalid_request(
                "A level is no list that could be appended to or subtracted from",
            ));
        }
        _ => return Err((ErrorCode::UnknownServerError, String::new())),
    };
    broker.logger_levels.check(name, level).map_err(refusal)?;
    Ok((name, level))
}

pub(super) fn check_broker(broker: &Broker, name: &str) -> Result<(), Refusal> {
    let Ok(id) = name.parse::<i32>() else {
        return Err(invalid_request(format!(
            "Node id must be an integer, but it is: {name}"
        )));
    };
    if id != broker.node_id.value() {
        return Err(invalid_request(format!(
            "Unexpected broker id, expected {}, but received {name}",
            broker.node_id
        )));
    }
    Ok(())
}

fn invalid_request(message: impl Into<String>) -> Refusal {
    (ErrorCode::InvalidRequest, message.into())
}

fn refusal(error: LoggerError) -> Refusal {
    let code = match error {
        LoggerError::Unknown(_) | LoggerError::NotALevel(_) => ErrorCode::InvalidConfig,
        LoggerError::RootNeedsALevel => ErrorCode::InvalidRequest,
    };
    (code, error.to_string())
}
