//! What the controller asks about configurations: validity, lists, inherited values, what acts on a topic.
//!
//! Knows what the node was started with; what the cluster has changed comes with the image of each call.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_controller::{ApiError, ConfigRules, EffectiveConfig, RemoteTier};
use broker_metadata::config_def::{
    self, ConfigDef, ConfigType, ConfigValue, RemoteContext, RemoteSystem, TieredBefore, TopicReaders,
    Visibility,
};
use broker_metadata::{ConfigError, ConfigResource, ConfigResourceType, MetadataImage};
use broker_protocol::ErrorCode;

use super::broker_changes::{BrokerLevel, check_broker_configs};
use super::topic_settings::{Tiering, tiering_of};
use super::{EffectiveConfigs, StaticConfigs};

type Configs = BTreeMap<Arc<str>, Arc<str>>;

/// The rules of configurations on this node.
#[derive(Clone, Debug)]
pub struct ControllerConfigRules {
    statics: Arc<StaticConfigs>,
}

impl ControllerConfigRules {
    /// Rules of a node that was started with these.
    pub const fn new(statics: Arc<StaticConfigs>) -> Self {
        Self { statics }
    }
}

impl ConfigRules for ControllerConfigRules {
    fn validate(
        &self,
        image: &MetadataImage,
        resource: &ConfigResource,
        configs: &Configs,
    ) -> Result<(), ApiError> {
        let pairs = configs.iter().map(|(name, value)| (&**name, &**value));
        let broker = self.statics.at(image);
        match resource.kind {
            ConfigResourceType::Topic => {
                let remote = remote_context(image, broker, &resource.name, configs);
                let inherited = |def: &ConfigDef| broker.inherited(def);
                config_def::validate_topic_configs(pairs, inherited, remote).map_err(invalid_config)
            }
            ConfigResourceType::Group => {
                let bound = |name: &str| match broker.value(name) {
                    Some(ConfigValue::Number(number)) => Some(number),
                    _ => None,
                };
                config_def::validate_group_configs(pairs, bound).map_err(invalid_config)
            }
            ConfigResourceType::ClientMetrics => {
                config_def::validate_client_metrics_configs(pairs).map_err(|error| match error {
                    ConfigError::Refused(_) => invalid_request(error),
                    other => invalid_config(other),
                })
            }
            ConfigResourceType::Broker => {
                let level = BrokerLevel::of(&resource.name);
                check_broker_configs(&broker, level, configs).map_err(invalid_request)?;
                let before = image.configs.value(resource, MIN_IN_SYNC);
                check_min_in_sync(image, level, before, configs.get(MIN_IN_SYNC)).map_err(invalid_config)
            }
            ConfigResourceType::BrokerLogger => Ok(()),
        }
    }

    fn is_list(&self, resource: &ConfigResource, name: &str) -> bool {
        // As in Kafka, lists of groups and of subscriptions are only replaced.
        let has_lists = matches!(
            resource.kind,
            ConfigResourceType::Topic | ConfigResourceType::Broker
        );
        has_lists && definition(resource, name).is_some_and(|def| def.kind == ConfigType::List)
    }

    fn inherited_value(
        &self,
        image: &MetadataImage,
        resource: &ConfigResource,
        name: &str,
    ) -> Option<Arc<str>> {
        let broker = self.statics.at(image);
        match resource.kind {
            ConfigResourceType::Broker => broker.text(name).map(Into::into),
            _ => broker.inherited(definition(resource, name)?).map(Into::into),
        }
    }

    fn keeping(
        &self,
        image: &MetadataImage,
        resource: &ConfigResource,
        configs: &Configs,
    ) -> Option<(&'static str, &'static str)> {
        let broker = self.statics.at(image);
        let is_topic = resource.kind == ConfigResourceType::Topic;
        let before = image.configs.of_topic(&resource.name);
        let says = |configs: &Configs| configs.contains_key(REMOTE_STORAGE);
        let is_unsaid = !says(configs) && !before.is_some_and(|before| says(before));
        let has_tier = self.remote_tier(image) == RemoteTier::Enabled;
        let keeps = is_topic && has_tier && is_unsaid && ends_tiering(image, broker, &resource.name, configs);
        keeps.then_some((REMOTE_STORAGE, "true"))
    }

    fn remote_tier(&self, image: &MetadataImage) -> RemoteTier {
        match self.statics.at(image).flag("remote.log.storage.system.enable") {
            true => RemoteTier::Enabled,
            false => RemoteTier::Disabled,
        }
    }

    fn effective_topic_configs(&self, image: &MetadataImage, own: &Configs) -> Vec<EffectiveConfig> {
        let broker = self.statics.at(image);
        config_def::topic_configs()
            .iter()
            .filter(|def| def.visibility == Visibility::Public)
            .map(|def| effective_topic_config(&broker, own, def))
            .collect()
    }
}

const REMOTE_STORAGE: &str = "remote.storage.enable";

/// Whether a topic that is tiered, by what it says or by default, would not be with these configurations.
fn ends_tiering(image: &MetadataImage, broker: EffectiveConfigs<'_>, topic: &str, configs: &Configs) -> bool {
    let before = image.configs.of_topic(topic).map(Arc::as_ref);
    image.topics.by_name(topic).is_some()
        && tiering_of(topic, before, broker) == Tiering::Tiered
        && tiering_of(topic, Some(configs), broker) == Tiering::Local
}

/// What decides about tiering beside the configurations that a topic is to have.
fn remote_context(
    image: &MetadataImage,
    broker: EffectiveConfigs<'_>,
    topic: &str,
    configs: &Configs,
) -> RemoteContext {
    RemoteContext {
        system: match broker.flag("remote.log.storage.system.enable") {
            true => RemoteSystem::Enabled,
            false => RemoteSystem::Disabled,
        },
        before: match ends_tiering(image, broker, topic, configs) {
            true => TieredBefore::Yes,
            false => TieredBefore::No,
        },
        readers: match broker_metadata::is_internal_topic(topic) {
            true => TopicReaders::Brokers,
            false => TopicReaders::Clients,
        },
    }
}

const MIN_IN_SYNC: &str = "min.insync.replicas";

/// While eligible leader replicas are kept, every broker goes by one value, and there is one (KIP-966).
fn check_min_in_sync(
    image: &MetadataImage,
    level: BrokerLevel,
    before: Option<&Arc<str>>,
    after: Option<&Arc<str>>,
) -> Result<(), ConfigError> {
    if !image.features.elr_enabled() {
        return Ok(());
    }
    let refused = match level {
        BrokerLevel::One if before != after => "of one broker cannot be altered",
        BrokerLevel::All if before.is_some() && after.is_none() => "of all brokers cannot be removed",
        BrokerLevel::One | BrokerLevel::All => return Ok(()),
    };
    Err(ConfigError::Refused(format!(
        "{MIN_IN_SYNC} {refused} while eligible leader replicas are kept."
    )))
}

fn effective_topic_config(broker: &EffectiveConfigs<'_>, own: &Configs, def: &ConfigDef) -> EffectiveConfig {
    let (value, source) = broker.topic_value(own, def);
    EffectiveConfig {
        name: def.name.into(),
        value: value.map(Into::into),
        read_only: false,
        source: source.code(),
        is_sensitive: def.is_sensitive(),
    }
}

fn definition(resource: &ConfigResource, name: &str) -> Option<&'static ConfigDef> {
    match resource.kind {
        ConfigResourceType::Topic => config_def::topic_config(name),
        ConfigResourceType::Group => config_def::group_config(name),
        ConfigResourceType::ClientMetrics => config_def::client_metrics_config(name),
        ConfigResourceType::Broker => config_def::broker_config(config_def::without_listener_prefix(name)),
        ConfigResourceType::BrokerLogger => None,
    }
}

fn invalid_config(error: ConfigError) -> ApiError {
    ApiError::new(ErrorCode::InvalidConfig, error.to_string())
}

/// Kafka answers so for brokers and for subscriptions to client metrics.
fn invalid_request(error: ConfigError) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, error.to_string())
}

#[cfg(test)]
mod tests;
