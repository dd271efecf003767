//! What the broker was told to be: a properties file, the environment, and what clients change while it runs.
//!
//! Texts come in by [`Settings`] (file, then `KAFKA_*`, then `EDDYLINE_*`, then the command line; the later wins) and
//! become one [`BrokerConfig`], or a list of problems that each name the place, the key, the reason and what to do.
//! [`EffectiveConfigs`] lays the dynamic configurations of the metadata image over the static ones (KIP-226), and from
//! that come the settings of topics ([`TopicConfigs`]) and the rules of the controller ([`ControllerConfigRules`]).
//! Names, types and bounds stand in `broker_metadata::config_def`. Invariant: a text is read by its row there, nowhere
//! by other rules.

mod boot_settings;
mod broker_changes;
mod broker_config;
mod connection_bounds;
mod controller_rules;
pub mod describe;
mod environment;
mod error;
mod listeners;
mod own;
mod properties;
mod quorum;
mod reader;
mod settings;
mod statics;
mod topic_settings;

use std::path::Path;

pub use boot_settings::{maintenance_settings, remote_limits};
pub use broker_config::{BrokerConfig, LoggingConfig};
pub use connection_bounds::connection_bounds;
pub use controller_rules::ControllerConfigRules;
pub use error::{ConfigError, ConfigProblem};
pub use listeners::ControllerEndpoint;
pub use own::{OWN_CONFIGS, own_config};
pub use properties::{FILE_SIZE_MAX, PropertiesError, Property, parse_properties};
pub(crate) use quorum::parse_host_and_port;
pub use quorum::{ProcessRoles, QuorumSettings};
pub use settings::{Origin, Setting, Settings};
pub use statics::{ConfigSource, EffectiveConfigs, SourcedValue, StaticConfigs};
pub use topic_settings::TopicConfigs;

/// Reads the configuration of a broker: a properties file, then the environment (`KAFKA_*`, then `EDDYLINE_*`), then
/// overrides of the command line; the later wins.
///
/// # Errors
/// The file cannot be read, or everything that is wrong with what was set.
pub fn load(
    properties: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    overrides: &[(String, String)],
) -> Result<BrokerConfig, ConfigError> {
    let mut settings = Settings::new();
    if let Some(path) = properties {
        settings.add_properties(path, &read_file(path)?)?;
    }
    let unknown_variables = settings.add_environment(environment);
    for (name, value) in overrides {
        settings.set(name, value);
    }
    BrokerConfig::from_settings(settings, unknown_variables)
}

fn read_file(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let unusable = |why: String| {
        ConfigError(vec![ConfigProblem {
            origin: None,
            key: path.display().to_string(),
            why,
            remedy: "give the path of a properties file that this user may read".to_owned(),
        }])
    };
    let size = std::fs::metadata(path)
        .map_err(|error| unusable(error.to_string()))?
        .len();
    if size > FILE_SIZE_MAX as u64 {
        return Err(unusable(format!(
            "the file has {size} bytes, more than {FILE_SIZE_MAX}"
        )));
    }
    std::fs::read(path).map_err(|error| unusable(error.to_string()))
}

#[cfg(test)]
mod tests;
