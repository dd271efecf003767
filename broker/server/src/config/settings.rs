//! What somebody has set, as text, and where.
//!
//! Owns the map from names to texts. Invariant: the last that was added under a name is what counts, so sources are
//! added from the weakest to the strongest.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use broker_metadata::config_def::{self, ConfigDef};

use super::environment::property_name;
use super::own::own_config;
use super::{ConfigError, ConfigProblem, PropertiesError, parse_properties};

/// Where a value was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// On a line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// By a variable of the environment.
    Environment {
        /// Its name.
        variable: String,
    },
    /// On the command line, or by the command itself.
    Command,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment { variable } => write!(f, "environment variable {variable}"),
            Self::Command => f.write_str("command line"),
        }
    }
}

/// One value that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its text.
    pub value: String,
    /// Where it was set.
    pub origin: Origin,
}

/// Everything that was set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    by_name: BTreeMap<String, Setting>,
}

impl Settings {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the lines of a properties file.
    ///
    /// # Errors
    /// The bytes are no properties file.
    pub fn add_properties(&mut self, path: &Path, bytes: &[u8]) -> Result<(), ConfigError> {
        let properties = parse_properties(bytes).map_err(|error| {
            let line = match error {
                PropertiesError::MalformedUnicode { line } => line,
                PropertiesError::TooLarge { .. } => 1,
            };
            let path = path.to_owned();
            ConfigError(vec![ConfigProblem {
                origin: Some(Origin::File { path, line }),
                key: "properties file".to_owned(),
                why: error.to_string(),
                remedy: "give a file of lines key=value".to_owned(),
            }])
        })?;
        for property in properties {
            let origin = Origin::File {
                path: path.to_owned(),
                line: property.line,
            };
            let value = property.value;
            self.by_name.insert(property.key, Setting { value, origin });
        }
        Ok(())
    }

    /// Adds the variables of the environment that mean configurations; returns those that look so and are unknown.
    pub fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        for (variable, value) in variables {
            if let Some((rank, candidates)) = property_name(&variable) {
                match candidates.into_iter().find(|name| definition_of(name).is_some()) {
                    Some(name) => found.push((rank, name, variable, value)),
                    None => unknown.push(variable),
                }
            }
        }
        found.sort();
        unknown.sort();
        for (_, name, variable, value) in found {
            let origin = Origin::Environment { variable };
            self.by_name.insert(name, Setting { value, origin });
        }
        unknown
    }

    /// Sets one value by the command line.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        let value = value.into();
        let origin = Origin::Command;
        self.by_name.insert(name.into(), Setting { value, origin });
        self
    }

    /// What was set under a name.
    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.by_name.get(name)
    }

    /// The text that was set under a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|setting| setting.value.as_str())
    }

    /// Everything that was set, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.by_name
            .iter()
            .map(|(name, setting)| (name.as_str(), setting))
    }
}

/// What is known of a broker configuration, Kafka's or ours, with or without the prefix of a listener.
pub(super) fn definition_of(name: &str) -> Option<&'static ConfigDef> {
    config_def::broker_config(name)
        .or_else(|| own_config(name))
        .or_else(|| config_def::broker_config(config_def::without_listener_prefix(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_source_wins() {
        let mut settings = Settings::new();
        settings
            .add_properties(
                Path::new("a.properties"),
                b"num.partitions=1\nnode.id=1\nbroker.rack=a",
            )
            .unwrap();
        let unknown = settings.add_environment([
            ("EDDYLINE_NUM_PARTITIONS".to_owned(), "3".to_owned()),
            ("KAFKA_NUM_PARTITIONS".to_owned(), "2".to_owned()),
            ("KAFKA_NODE_ID".to_owned(), "2".to_owned()),
        ]);
        settings.set("node.id", "7");
        assert!(unknown.is_empty());
        assert_eq!(settings.text("num.partitions"), Some("3"));
        assert_eq!(settings.text("node.id"), Some("7"));
        assert_eq!(settings.text("broker.rack"), Some("a"));
    }

    #[test]
    fn a_variable_that_is_no_configuration_is_named_and_ignored() {
        let mut settings = Settings::new();
        let unknown = settings.add_environment([
            ("KAFKA_PORT_9092_TCP".to_owned(), "tcp://10.0.0.1:9092".to_owned()),
            ("PATH".to_owned(), "/bin".to_owned()),
            ("KAFKA_HEAP_OPTS".to_owned(), "-Xmx1g".to_owned()),
        ]);
        assert_eq!(unknown, ["KAFKA_PORT_9092_TCP"]);
        assert_eq!(settings, Settings::new());
    }

    #[test]
    fn a_damaged_file_is_named_with_its_line() {
        let error = Settings::new()
            .add_properties(Path::new("b.properties"), b"a=1\nb=\\u1")
            .unwrap_err();
        assert!(error.to_string().contains("b.properties:2"), "{error}");
    }
}
