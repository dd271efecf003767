//! The levels of loggers, by Kafka's logger names, changeable while the broker runs (KIP-412).
//!
//! Owns the levels that were set. Invariants: the root logger always has one; a logger without one has that of its
//! nearest ancestor by dots, as in log4j. A name stands for the modules in [`LOGGERS`]; where two rows cover a module
//! the longer path wins.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::{Registry, reload};

/// Name of the logger that all others inherit from.
pub const ROOT_LOGGER: &str = "root";

/// Loggers that there are, by name, and the modules whose events are theirs. Those without modules pass a level on.
const LOGGERS: &[(&str, &[&str])] = &[
    ("kafka", &["broker_server"]),
    (
        "kafka.network.SocketServer",
        &["broker_server::network", "broker_server::admin_http"],
    ),
    ("kafka.request.logger", &["broker_server::dispatch"]),
    (
        "kafka.server.BrokerServer",
        &["broker_server::boot", "broker_server::format"],
    ),
    (
        "kafka.server.DynamicBrokerConfig",
        &["broker_server::config", "broker_metadata::config_def"],
    ),
    ("kafka.server.KafkaApis", &["broker_server::handlers"]),
    (
        "kafka.server.ReplicaManager",
        &["broker_server::replica_manager", "broker_replication"],
    ),
    ("org.apache.kafka", &[]),
    (
        "org.apache.kafka.controller.QuorumController",
        &["broker_controller", "broker_server::drivers::metadata_driver"],
    ),
    (
        "org.apache.kafka.coordinator.group.GroupCoordinatorService",
        &["broker_coordinator", "broker_server::drivers::coordinator_driver"],
    ),
    (
        "org.apache.kafka.image.loader.MetadataLoader",
        &["broker_metadata", "broker_server::drivers::metadata_snapshots"],
    ),
    (
        "org.apache.kafka.raft.KafkaRaftClient",
        &["broker_server::drivers::metadata_log"],
    ),
    (
        "org.apache.kafka.storage.internals.log.LogCleaner",
        &["broker_storage::cleaner", "broker_storage::log::cleaner"],
    ),
    (
        "org.apache.kafka.storage.internals.log.LogManager",
        &[
            "broker_storage::log::log_manager",
            "broker_server::drivers::log_maintenance",
        ],
    ),
    (
        "org.apache.kafka.storage.internals.log.UnifiedLog",
        &["broker_storage"],
    ),
    (ROOT_LOGGER, &[]),
];

/// How grave an event must be to be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// As ERROR: nothing here is graver.
    Fatal,
    /// Something is lost or refused that should not be.
    Error,
    /// Something will go wrong.
    Warn,
    /// What an administrator wants to know of every day.
    Info,
    /// What is needed to find an error.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    const ALL: [Self; 6] = [
        Self::Fatal,
        Self::Error,
        Self::Warn,
        Self::Info,
        Self::Debug,
        Self::Trace,
    ];

    /// Kafka's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fatal => "FATAL",
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }

    const fn filter(self) -> LevelFilter {
        match self {
            Self::Fatal | Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LogLevel {
    type Err = LoggerError;

    /// Reads Kafka's word, in upper case as Kafka wants it.
    fn from_str(word: &str) -> Result<Self, LoggerError> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == word)
            .ok_or_else(|| LoggerError::NotALevel(word.to_owned()))
    }
}

/// A level cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoggerError {
    /// No logger has the name (INVALID_CONFIG).
    #[error("logger {0} does not exist")]
    Unknown(String),
    /// The word is no level (INVALID_CONFIG).
    #[error("{0} is not a log level; levels are FATAL, ERROR, WARN, INFO, DEBUG and TRACE")]
    NotALevel(String),
    /// The root logger must have a level (INVALID_REQUEST).
    #[error("the level of the root logger cannot be removed")]
    RootNeedsALevel,
}

/// The levels of all loggers; clones share them.
#[derive(Clone, Debug)]
pub struct LoggerLevels(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    own: Mutex<OwnLevels>,
    subscriber: OnceLock<reload::Handle<Targets, Registry>>,
}

#[derive(Debug)]
struct OwnLevels {
    root: LogLevel,
    others: HashMap<&'static str, LogLevel>,
}

impl Default for LoggerLevels {
    fn default() -> Self {
        Self::new(LogLevel::Info)
    }
}

impl LoggerLevels {
    /// Every logger has the level of the root.
    pub fn new(root: LogLevel) -> Self {
        Self(Arc::new(Shared {
            own: Mutex::new(OwnLevels {
                root,
                others: HashMap::new(),
            }),
            subscriber: OnceLock::new(),
        }))
    }

    /// Reads the setting `eddyline.log.level`: a level for all, and levels by logger or module after it, as in
    /// `info,broker_storage=debug`. A module stands for the logger that it belongs to.
    ///
    /// # Errors
    /// The first word that is no level, no logger and no module.
    pub fn from_setting(setting: &str) -> Result<Self, LoggerError> {
        let levels = Self::default();
        for item in setting.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (name, level) = item.rsplit_once('=').unwrap_or((ROOT_LOGGER, item));
            let level = level.to_ascii_uppercase().parse()?;
            levels.set(logger_of(name)?, level)?;
        }
        Ok(levels)
    }

    /// Every logger by name, with the level that it has or inherits.
    pub fn list(&self) -> Vec<(&'static str, LogLevel)> {
        let own = self.0.own.lock();
        LOGGERS
            .iter()
            .map(|(name, _)| (*name, own.effective(name)))
            .collect()
    }

    /// The level that the logger has or inherits; none if there is no such logger.
    pub fn level_of(&self, logger: &str) -> Option<LogLevel> {
        let name = known(logger).ok()?;
        Some(self.0.own.lock().effective(name))
    }

    /// Checks a change without making it: a level to set, or none to unset.
    ///
    /// # Errors
    /// Those of [`LoggerLevels::set`] and [`LoggerLevels::unset`].
    pub fn check(&self, logger: &str, level: Option<LogLevel>) -> Result<(), LoggerError> {
        let name = known(logger)?;
        match level {
            None if name == ROOT_LOGGER => Err(LoggerError::RootNeedsALevel),
            _ => Ok(()),
        }
    }

    /// Gives the logger a level of its own.
    ///
    /// # Errors
    /// When there is no such logger.
    pub fn set(&self, logger: &str, level: LogLevel) -> Result<(), LoggerError> {
        let name = known(logger)?;
        {
            let mut own = self.0.own.lock();
            match name {
                ROOT_LOGGER => own.root = level,
                _ => {
                    own.others.insert(name, level);
                }
            }
        }
        self.apply();
        Ok(())
    }

    /// Takes the logger's own level away; it inherits again.
    ///
    /// # Errors
    /// When there is no such logger, or it is the root.
    pub fn unset(&self, logger: &str) -> Result<(), LoggerError> {
        self.check(logger, None)?;
        self.0.own.lock().others.remove(logger);
        self.apply();
        Ok(())
    }

    /// The levels as a filter of events by module.
    pub(super) fn targets(&self) -> Targets {
        let own = self.0.own.lock();
        let mut targets = Targets::new().with_default(own.root.filter());
        for (name, modules) in LOGGERS {
            let level = own.effective(name).filter();
            targets = modules
                .iter()
                .fold(targets, |targets, module| targets.with_target(*module, level));
        }
        targets
    }

    /// Changes act on this subscriber from now on; only the first one counts.
    pub(super) fn act_on(&self, subscriber: reload::Handle<Targets, Registry>) {
        let _first = self.0.subscriber.set(subscriber);
        self.apply();
    }

    fn apply(&self) {
        let Some(subscriber) = self.0.subscriber.get() else {
            return;
        };
        if let Err(error) = subscriber.reload(self.targets()) {
            tracing::error!(%error, "log levels could not be changed");
        }
    }
}

impl OwnLevels {
    fn effective(&self, name: &str) -> LogLevel {
        let mut name = name;
        loop {
            if let Some(level) = self.others.get(name) {
                return *level;
            }
            match name.rsplit_once('.') {
                Some((parent, _)) => name = parent,
                None => return self.root,
            }
        }
    }
}

/// The logger with that name, or the one whose modules the path names.
fn logger_of(name: &str) -> Result<&'static str, LoggerError> {
    let module = || LOGGERS.iter().find(|(_, modules)| modules.contains(&name));
    known(name).or_else(|unknown| module().map(|(logger, _)| *logger).ok_or(unknown))
}

fn known(logger: &str) -> Result<&'static str, LoggerError> {
    LOGGERS
        .iter()
        .map(|(name, _)| *name)
        .find(|name| *name == logger)
        .ok_or_else(|| LoggerError::Unknown(logger.to_owned()))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    const APIS: &str = "kafka.server.KafkaApis";

    #[test]
    fn a_logger_inherits_from_its_nearest_ancestor_until_it_has_a_level_of_its_own() {
        let levels = LoggerLevels::default();
        levels.set("kafka", LogLevel::Warn).unwrap();
        assert_eq!(levels.level_of(APIS), Some(LogLevel::Warn));
        levels.set(APIS, LogLevel::Debug).unwrap();
        assert_eq!(levels.level_of(APIS), Some(LogLevel::Debug));
        levels.unset(APIS).unwrap();
        assert_eq!(levels.level_of(APIS), Some(LogLevel::Warn));
        levels.unset("kafka").unwrap();
        assert_eq!(levels.level_of(APIS), Some(LogLevel::Info));
    }

    #[test]
    fn levels_decide_which_modules_are_heard() {
        let levels = LoggerLevels::new(LogLevel::Error);
        levels.set(APIS, LogLevel::Debug).unwrap();
        let targets = levels.targets();
        assert!(targets.would_enable("broker_server::handlers::produce", &Level::DEBUG));
        assert!(!targets.would_enable("broker_server::network::connection", &Level::WARN));
        assert!(!targets.would_enable("hyper", &Level::WARN));
        assert!(targets.would_enable("hyper", &Level::ERROR));
    }

    #[test]
    fn unknown_loggers_unknown_levels_and_a_root_without_a_level_are_refused() {
        let levels = LoggerLevels::default();
        let unknown = LoggerError::Unknown("no.such".to_owned());
        assert_eq!(levels.set("no.such", LogLevel::Info), Err(unknown.clone()));
        assert_eq!(levels.unset("no.such"), Err(unknown));
        assert_eq!(levels.unset(ROOT_LOGGER), Err(LoggerError::RootNeedsALevel));
        assert_eq!(
            "debug".parse::<LogLevel>(),
            Err(LoggerError::NotALevel("debug".to_owned()))
        );
    }

    #[test]
    fn the_setting_names_loggers_or_modules() {
        let levels =
            LoggerLevels::from_setting("warn, broker_storage=debug,kafka.server.KafkaApis=TRACE").unwrap();
        assert_eq!(levels.level_of(ROOT_LOGGER), Some(LogLevel::Warn));
        assert_eq!(
            levels.level_of("org.apache.kafka.storage.internals.log.UnifiedLog"),
            Some(LogLevel::Debug)
        );
        assert_eq!(levels.level_of(APIS), Some(LogLevel::Trace));
        for wrong in ["loud", "no_such_module=info", "broker_storage=loud"] {
            assert!(LoggerLevels::from_setting(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_names_the_root() {
        let names: Vec<_> = LoggerLevels::default()
            .list()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert!(names.is_sorted());
        assert!(names.contains(&ROOT_LOGGER));
    }

    #[test]
    fn a_change_acts_on_the_subscriber_at_once() {
        let levels = LoggerLevels::default();
        let (_filter, handle) = reload::Layer::new(levels.targets());
        levels.act_on(handle.clone());
        levels.set(ROOT_LOGGER, LogLevel::Trace).unwrap();
        let heard = handle.with_current(|targets| targets.would_enable("hyper", &Level::TRACE));
        assert!(heard.unwrap());
    }
}
