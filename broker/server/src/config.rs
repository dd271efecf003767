//! What the broker was told to be: a properties file, the environment, and what clients change while it runs.
//!
//! Texts come in by [`Settings`] (file, then `KAFKA_*`, then `EDDYLINE_*`, then the command line; the later wins) and
//! become one typed [`BrokerConfig`], or a list of problems that each name the place, the key, the reason and what to
//! do. [`EffectiveConfigs`] lays the dynamic configurations of the metadata image over the static ones (KIP-226), and
//! from that come the settings of topics ([`TopicConfigs`]). Names, types and bounds stand in
//! `broker_metadata::config_def`. Invariant: nothing is read from a text twice with different rules.

mod broker_config;
mod controller_rules;
mod effective;
mod environment;
mod error;
mod listeners;
mod own;
mod properties;
mod reader;
mod settings;
mod topic_settings;

pub use broker_config::{
    BrokerConfig, ClassicGroupConfig, CleanerConfig, FetchConfig, HttpListener, LoadedConfig, LogConfigOfBroker,
    MetadataLogConfig, OffsetsConfig,
};
pub use controller_rules::ControllerConfigRules;
pub use effective::{ConfigSource, EffectiveConfigs, SourcedValue};
pub use error::{ConfigProblem, ConfigProblems};
pub use listeners::AdvertisedListener;
pub use own::{OWN_CONFIGS, own_config};
pub use properties::{PropertiesError, Property, parse_properties};
pub use settings::{Origin, Setting, Settings};
pub use topic_settings::TopicConfigs;
