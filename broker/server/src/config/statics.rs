//! What this node was started with, and what acts now: cluster-wide and per-broker values laid over it (KIP-226).
//!
//! Owns the texts that were set. Invariant: of all sources the strongest that sets a configuration or one of its
//! synonyms wins, and inside a source the first synonym; a default is the weakest source.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_metadata::config_def::{self, ConfigDef, ConfigValue, Synonym, Visibility};
use broker_metadata::{ConfigResource, ConfigResourceType, MetadataImage};
use broker_model::BrokerId;

use super::Settings;
use super::settings::definition_of;

type Configs = BTreeMap<Arc<str>, Arc<str>>;

/// Where a value comes from, with the numbers of DescribeConfigs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i8)]
pub enum ConfigSource {
    /// Set on the topic.
    Topic = 1,
    /// Set on this broker while it runs.
    DynamicBroker = 2,
    /// Set on all brokers while they run.
    DynamicDefaultBroker = 3,
    /// Set when the broker was started.
    StaticBroker = 4,
    /// Nobody set it.
    Default = 5,
    /// A level of a logger.
    BrokerLogger = 6,
    /// Set on a subscription to client metrics.
    ClientMetrics = 7,
    /// Set on the group.
    Group = 8,
}

impl ConfigSource {
    /// The number in DescribeConfigs responses.
    pub const fn code(self) -> i8 {
        self as i8
    }
}

/// A value under one name from one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcedValue {
    /// The name under which it stands there.
    pub name: String,
    /// Its text, as it was set.
    pub value: String,
    /// The source.
    pub source: ConfigSource,
}

/// What this node was started with.
#[derive(Clone, Debug)]
pub struct StaticConfigs {
    node_id: BrokerId,
    settings: Settings,
}

/// What acts on this broker now.
#[derive(Clone, Copy, Debug)]
pub struct EffectiveConfigs<'a> {
    statics: &'a StaticConfigs,
    of_broker: Option<&'a Configs>,
    of_cluster: Option<&'a Configs>,
}

impl StaticConfigs {
    /// Takes settings that were checked.
    pub const fn new(node_id: BrokerId, settings: Settings) -> Self {
        Self { node_id, settings }
    }

    /// `node.id`.
    pub const fn node_id(&self) -> BrokerId {
        self.node_id
    }

    /// What was set.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What acts while nothing is changed.
    pub const fn alone(&self) -> EffectiveConfigs<'_> {
        EffectiveConfigs {
            statics: self,
            of_broker: None,
            of_cluster: None,
        }
    }

    /// What acts with the changes that the image holds.
    pub fn at<'a>(&'a self, image: &'a MetadataImage) -> EffectiveConfigs<'a> {
        let of = |name: &str| {
            let resource = ConfigResource::new(ConfigResourceType::Broker, name);
            image.configs.of(&resource).map(Arc::as_ref)
        };
        EffectiveConfigs {
            statics: self,
            of_broker: of(&self.node_id.to_string()),
            of_cluster: of(""),
        }
    }
}

impl<'a> EffectiveConfigs<'a> {
    /// What the node was started with.
    pub const fn statics(&self) -> &'a StaticConfigs {
        self.statics
    }

    /// Values set on this broker while it runs.
    pub const fn of_broker(&self) -> Option<&'a Configs> {
        self.of_broker
    }

    /// Values set on all brokers while they run.
    pub const fn of_cluster(&self) -> Option<&'a Configs> {
        self.of_cluster
    }

    /// The same broker with other values set on it, to see what they would come to.
    pub const fn with_broker_values(self, of_broker: &'a Configs) -> Self {
        Self {
            of_broker: Some(of_broker),
            ..self
        }
    }

    /// The same broker with other values set on all brokers.
    pub const fn with_cluster_values(self, of_cluster: &'a Configs) -> Self {
        Self {
            of_cluster: Some(of_cluster),
            ..self
        }
    }

    fn set_in(&self, source: ConfigSource, name: &str) -> Option<&'a str> {
        match source {
            ConfigSource::DynamicBroker => self.of_broker?.get(name).map(|value| &**value),
            ConfigSource::DynamicDefaultBroker => self.of_cluster?.get(name).map(|value| &**value),
            ConfigSource::StaticBroker => self.statics.settings.text(name),
            ConfigSource::Default => {
                let def = definition_of(name).filter(|def| def.name == name)?;
                (def.visibility != Visibility::DynamicOnly).then(|| def.default_text())?
            }
            _ => None,
        }
    }

    /// Every value that stands under one of the names, strongest first.
    pub fn sourced(&self, names: &[&str]) -> Vec<SourcedValue> {
        let mut values = Vec::new();
        for source in [
            ConfigSource::DynamicBroker,
            ConfigSource::DynamicDefaultBroker,
            ConfigSource::StaticBroker,
            ConfigSource::Default,
        ] {
            for name in names {
                if let Some(value) = self.set_in(source, name) {
                    values.push(SourcedValue {
                        name: (*name).to_owned(),
                        value: value.to_owned(),
                        source,
                    });
                }
            }
        }
        values
    }

    /// The text that acts under one name; none when there is neither value nor default.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.set_in(ConfigSource::DynamicBroker, name)
            .or_else(|| self.set_in(ConfigSource::DynamicDefaultBroker, name))
            .or_else(|| self.set_in(ConfigSource::StaticBroker, name))
            .or_else(|| self.set_in(ConfigSource::Default, name))
    }

    /// The value that acts under one name.
    pub fn value(&self, name: &str) -> Option<ConfigValue> {
        definition_of(name)?.parse_value(self.text(name)?).ok()
    }

    /// A number; 0 when there is none.
    pub fn number(&self, name: &str) -> i64 {
        match self.value(name) {
            Some(ConfigValue::Number(number)) => number,
            _ => 0,
        }
    }

    /// A number that counts things or milliseconds: 0 when it is negative.
    pub fn count(&self, name: &str) -> u64 {
        u64::try_from(self.number(name)).unwrap_or(0)
    }

    /// A number of bytes or things in memory.
    pub fn size(&self, name: &str) -> usize {
        usize::try_from(self.count(name)).unwrap_or(usize::MAX)
    }

    /// A floating number; 0 when there is none.
    pub fn fraction(&self, name: &str) -> f64 {
        match self.value(name) {
            Some(ConfigValue::Double(number)) => number,
            _ => 0.0,
        }
    }

    /// Whether it is true.
    pub fn flag(&self, name: &str) -> bool {
        self.value(name) == Some(ConfigValue::Boolean(true))
    }

    /// The elements of a list.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(ConfigValue::List(elements)) => elements,
            _ => Vec::new(),
        }
    }

    /// What a topic or group inherits for a configuration of its own; the default of the row when no broker
    /// configuration says anything.
    pub fn inherited(&self, def: &ConfigDef) -> Option<String> {
        self.inherited_from(def.synonyms)
            .or_else(|| def.default_text().map(str::to_owned))
    }

    /// What acts on a topic that sets `own`, and the source that DescribeConfigs names for it.
    pub fn topic_value(&self, own: &Configs, def: &ConfigDef) -> (Option<String>, ConfigSource) {
        if let Some(value) = own.get(def.name) {
            return (Some(def.canonical(value)), ConfigSource::Topic);
        }
        let sourced = self.synonyms_of(def);
        let source = sourced
            .first()
            .map_or(ConfigSource::Default, |value| value.source);
        (self.inherited(def), source)
    }

    /// What stands under the broker configurations that a topic or group falls back to, strongest first; as in Kafka
    /// only from the first place on where the first of them is set.
    pub fn synonyms_of(&self, def: &ConfigDef) -> Vec<SourcedValue> {
        let names: Vec<&str> = def.synonyms.iter().map(|synonym| synonym.name()).collect();
        let Some(first) = names.first() else {
            return Vec::new();
        };
        let values = self.sourced(&names).into_iter();
        values.skip_while(|value| value.name != *first).collect()
    }

    /// Values that somebody set win over defaults, whatever the order of the synonyms.
    fn inherited_from(&self, synonyms: &[Synonym]) -> Option<String> {
        [
            ConfigSource::DynamicBroker,
            ConfigSource::DynamicDefaultBroker,
            ConfigSource::StaticBroker,
            ConfigSource::Default,
        ]
        .into_iter()
        .find_map(|source| {
            synonyms.iter().find_map(|synonym| {
                let text = self.set_in(source, synonym.name())?;
                scaled(text, *synonym)
            })
        })
    }
}

/// A text in the unit of the row that falls back to it. Negative times mean "never" in every unit.
fn scaled(text: &str, synonym: Synonym) -> Option<String> {
    let is_time_kept = synonym.name() == "log.retention.ms";
    if synonym.scale() == 1 && !is_time_kept {
        return Some(
            config_def::broker_config(synonym.name())
                .map_or_else(|| text.to_owned(), |def| def.canonical(text)),
        );
    }
    let number: i64 = text.trim().parse().ok()?;
    let millis = if number < 0 {
        -1
    } else {
        number.saturating_mul(synonym.scale())
    };
    Some(millis.to_string())
}
