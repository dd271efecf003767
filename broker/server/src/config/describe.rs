//! What DescribeConfigs says of a resource: value, source and synonyms of each configuration.
//!
//! Pure functions over tables, statics and what is set dynamically. Invariant: a sensitive value leaves neither as
//! value nor as synonym; a configuration without a definition counts as sensitive, because nobody knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_metadata::config_def::{self, ConfigDef};
use broker_protocol::describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsSynonym};

use super::broker_changes::is_shown_unset;
use super::own::OWN_CONFIGS;
use super::settings::definition_of;
use super::{ConfigSource, EffectiveConfigs, SourcedValue};

type Configs = BTreeMap<Arc<str>, Arc<str>>;

/// What beside the values is asked for, and for which configurations.
#[derive(Clone, Copy, Debug)]
pub struct DescribeOptions<'a> {
    /// Names that are asked for; empty for all.
    pub names: &'a BTreeSet<&'a str>,
    /// Whether synonyms are told.
    pub synonyms: Synonyms,
    /// Whether the meaning is told.
    pub documentation: Documentation,
}

/// Whether synonyms are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synonyms {
    /// They are.
    Told,
    /// They are not.
    LeftOut,
}

/// Whether the meaning is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documentation {
    /// It is.
    Told,
    /// It is not.
    LeftOut,
}

/// One configuration before it is put into an answer.
#[derive(Debug)]
struct Described<'a> {
    name: &'a str,
    def: Option<&'static ConfigDef>,
    value: Option<String>,
    read_only: bool,
    sources: Vec<SourcedValue>,
}

impl DescribeOptions<'_> {
    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.contains(name)
    }

    fn entry(&self, described: Described<'_>) -> DescribeConfigsResourceResult {
        let is_sensitive = described.def.is_none_or(ConfigDef::is_sensitive);
        let source = described
            .sources
            .first()
            .map_or(ConfigSource::Default, |first| first.source);
        let shown = |value: String| (!is_sensitive).then(|| value.into());
        let synonyms = match self.synonyms {
            Synonyms::LeftOut => Vec::new(),
            Synonyms::Told => described
                .sources
                .into_iter()
                .map(|synonym| DescribeConfigsSynonym {
                    name: synonym.name.into(),
                    value: shown(synonym.value),
                    source: synonym.source.code(),
                    ..DescribeConfigsSynonym::default()
                })
                .collect(),
        };
        let documentation = match self.documentation {
            Documentation::Told => described.def.map(|def| def.doc.into()),
            Documentation::LeftOut => None,
        };
        DescribeConfigsResourceResult {
            name: described.name.into(),
            value: described.value.and_then(shown),
            read_only: described.read_only,
            config_source: source.code(),
            is_sensitive,
            synonyms,
            config_type: described.def.map_or(0, |def| def.kind.code()),
            documentation,
            ..DescribeConfigsResourceResult::default()
        }
    }
}

/// The configurations of a topic.
pub fn describe_topic(
    broker: &EffectiveConfigs<'_>,
    own: &Configs,
    options: &DescribeOptions<'_>,
) -> Vec<DescribeConfigsResourceResult> {
    shown(config_def::topic_configs(), own, options)
        .map(|def| {
            let (value, _) = broker.topic_value(own, def);
            let sources = with_own(own, def, ConfigSource::Topic, broker.synonyms_of(def));
            options.entry(of_resource(def, value, sources))
        })
        .collect()
}

/// The configurations of a group.
pub fn describe_group(
    broker: &EffectiveConfigs<'_>,
    own: &Configs,
    options: &DescribeOptions<'_>,
) -> Vec<DescribeConfigsResourceResult> {
    shown(config_def::group_configs(), own, options)
        .map(|def| {
            let inherited = match def.default_text() {
                Some(default) if def.synonyms.is_empty() => vec![SourcedValue {
                    name: def.name.to_owned(),
                    value: default.to_owned(),
                    source: ConfigSource::Default,
                }],
                _ => broker.synonyms_of(def),
            };
            let value = own.get(def.name).map(|value| def.canonical(value));
            let value = value.or_else(|| broker.inherited(def));
            options.entry(of_resource(
                def,
                value,
                with_own(own, def, ConfigSource::Group, inherited),
            ))
        })
        .collect()
}

/// The configurations of a subscription to client metrics.
pub fn describe_client_metrics(
    own: &Configs,
    options: &DescribeOptions<'_>,
) -> Vec<DescribeConfigsResourceResult> {
    shown(config_def::client_metrics_configs(), own, options)
        .map(|def| {
            let set = own.get(def.name).map(|value| def.canonical(value));
            let value = set.or_else(|| def.default_text().map(str::to_owned));
            let sources = with_own(own, def, ConfigSource::ClientMetrics, Vec::new());
            options.entry(of_resource(def, value, sources))
        })
        .collect()
}

/// The configurations of this broker: everything that is defined, and everything that somebody has set.
pub fn describe_broker(
    broker: &EffectiveConfigs<'_>,
    options: &DescribeOptions<'_>,
) -> Vec<DescribeConfigsResourceResult> {
    let defined = config_def::broker_configs().iter().copied().chain(OWN_CONFIGS);
    let mut names: BTreeSet<&str> = defined
        .filter(|def| is_shown_unset(def))
        .map(|def| def.name)
        .collect();
    names.extend(broker.statics().settings().iter().map(|(name, _)| name));
    for dynamic in [broker.of_cluster(), broker.of_broker()].into_iter().flatten() {
        names.extend(dynamic.keys().map(|name| &**name));
    }
    names
        .into_iter()
        .filter(|name| options.wants(name))
        .map(|name| {
            let sources = broker.sourced(&config_def::broker_synonyms(name));
            let own_first = sources.into_iter().skip_while(|value| value.name != name);
            options.entry(of_broker(name, broker.text(name), own_first.collect()))
        })
        .collect()
}

/// What is set on all brokers while they run.
pub fn describe_all_brokers(
    broker: &EffectiveConfigs<'_>,
    options: &DescribeOptions<'_>,
) -> Vec<DescribeConfigsResourceResult> {
    let configs = broker.of_cluster().into_iter().flatten();
    configs
        .filter(|(name, _)| options.wants(name))
        .map(|(name, value)| {
            let source = SourcedValue {
                name: name.to_string(),
                value: value.to_string(),
                source: ConfigSource::DynamicDefaultBroker,
            };
            options.entry(of_broker(name, Some(value), vec![source]))
        })
        .collect()
}

fn of_broker<'a>(name: &'a str, value: Option<&str>, sources: Vec<SourcedValue>) -> Described<'a> {
    let def = definition_of(name);
    Described {
        name,
        def,
        value: value.map(|value| def.map_or_else(|| value.to_owned(), |def| def.canonical(value))),
        read_only: !def.is_some_and(|def| def.name == name && def.is_dynamic()),
        sources,
    }
}

fn of_resource(
    def: &'static ConfigDef,
    value: Option<String>,
    sources: Vec<SourcedValue>,
) -> Described<'static> {
    Described {
        name: def.name,
        def: Some(def),
        value,
        read_only: false,
        sources,
    }
}

/// Rows that are asked for and either public or set.
fn shown(
    rows: &'static [&'static ConfigDef],
    own: &Configs,
    options: &DescribeOptions<'_>,
) -> impl Iterator<Item = &'static ConfigDef> {
    rows.iter()
        .copied()
        .filter(|def| options.wants(def.name) && (is_shown_unset(def) || own.contains_key(def.name)))
}

/// What the resource itself sets stands before what it inherits.
fn with_own(
    own: &Configs,
    def: &ConfigDef,
    source: ConfigSource,
    inherited: Vec<SourcedValue>,
) -> Vec<SourcedValue> {
    let set = own.get(def.name).map(|value| SourcedValue {
        name: def.name.to_owned(),
        value: def.canonical(value),
        source,
    });
    set.into_iter().chain(inherited).collect()
}

#[cfg(test)]
mod tests;
