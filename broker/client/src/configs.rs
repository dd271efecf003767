//! Configuration of topics, brokers, groups and loggers.

use std::collections::BTreeMap;
use std::fmt;

use broker_model::BrokerId;
use broker_protocol::describe_configs_request::DescribeConfigsResource;
use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use broker_protocol::messages::{DescribeConfigsRequest, IncrementalAlterConfigsRequest};
use broker_protocol::{ApiKey, Request};

use crate::{Client, ClientError, Validation};

/// What kind of thing is configured; numbers are Kafka's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigResourceType {
    /// 2: a topic.
    Topic,
    /// 4: a broker, or with an empty name the default of all brokers.
    Broker,
    /// 8: levels of a broker's loggers.
    BrokerLogger,
    /// 32: a group.
    Group,
}

/// One thing that is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigResource {
    /// Its kind.
    pub kind: ConfigResourceType,
    /// Topic or group name, or the broker's number.
    pub name: String,
}

/// What becomes of one configuration; numbers are Kafka's (KIP-339).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigOperation {
    /// 0: it gets this value.
    Set(String),
    /// 1: it goes back to its default.
    Delete,
    /// 2: a list gets more elements.
    Append(String),
    /// 3: a list loses elements.
    Subtract(String),
}

/// A change to one configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigChange {
    /// Name of the configuration.
    pub name: String,
    /// What becomes of it.
    pub operation: ConfigOperation,
}

/// One configuration with its value.
#[derive(Clone, Debug)]
pub struct ConfigEntry {
    /// Its name.
    pub name: String,
    /// Its value; none if it has none or it is a secret.
    pub value: Option<String>,
    /// Where the value comes from, in Kafka's words.
    pub source: &'static str,
    /// Whether the value differs from the built-in default.
    pub is_default: bool,
    /// Whether it cannot be changed while the broker runs.
    pub is_read_only: bool,
    /// Whether the value is a secret.
    pub is_sensitive: bool,
    /// What it does, if the broker tells.
    pub documentation: Option<String>,
}

impl ConfigResourceType {
    const fn wire(self) -> i8 {
        match self {
            Self::Topic => 2,
            Self::Broker => 4,
            Self::BrokerLogger => 8,
            Self::Group => 32,
        }
    }
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ConfigResourceType::Topic => "topic",
            ConfigResourceType::Broker if self.name.is_empty() => return f.write_str("all brokers"),
            ConfigResourceType::Broker => "broker",
            ConfigResourceType::BrokerLogger => "loggers of broker",
            ConfigResourceType::Group => "group",
        };
        write!(f, "{kind} {}", self.name)
    }
}

impl ConfigOperation {
    fn wire(&self) -> (i8, Option<&str>) {
        match self {
            Self::Set(value) => (0, Some(value)),
            Self::Delete => (1, None),
            Self::Append(value) => (2, Some(value)),
            Self::Subtract(value) => (3, Some(value)),
        }
    }
}

impl Client {
    /// All configurations of one thing.
    ///
    /// # Errors
    /// It does not exist, or may not be seen.
    pub async fn describe_configs(&self, resource: &ConfigResource) -> Result<Vec<ConfigEntry>, ClientError> {
        let request = DescribeConfigsRequest {
            resources: vec![DescribeConfigsResource {
                resource_type: resource.kind.wire(),
                resource_name: resource.name.as_str().into(),
                configuration_keys: None,
                ..DescribeConfigsResource::default()
            }],
            include_documentation: true,
            ..DescribeConfigsRequest::default()
        };
        let response = self.call_where_it_belongs(resource, &request).await?;
        let asked = self.asked::<DescribeConfigsRequest>();
        let result = asked.only(response.results)?;
        asked.verdict(resource, result.error_code, result.error_message.as_ref())?;
        let entries = result.configs.into_iter().map(|config| ConfigEntry {
            name: config.name.into(),
            value: config.value.map(String::from),
            source: source_name(config.config_source),
            is_default: config.config_source == DEFAULT_CONFIG,
            is_read_only: config.read_only,
            is_sensitive: config.is_sensitive,
            documentation: config.documentation.map(String::from),
        });
        Ok(entries.collect())
    }

    /// Configurations that were set for each of these topics, without those that come from elsewhere; answers by topic.
    ///
    /// # Errors
    /// No broker answers.
    pub async fn topic_configs(
        &self,
        topics: &[&str],
    ) -> Result<BTreeMap<String, Result<BTreeMap<String, String>, ClientError>>, ClientError> {
        let resource = |topic: &&str| DescribeConfigsResource {
            resource_type: ConfigResourceType::Topic.wire(),
            resource_name: (*topic).into(),
            configuration_keys: None,
            ..DescribeConfigsResource::default()
        };
        let request = DescribeConfigsRequest {
            resources: topics.iter().map(resource).collect(),
            ..DescribeConfigsRequest::default()
        };
        let response = self.call_any(&request).await?;
        let asked = self.asked::<DescribeConfigsRequest>();
        let told = response.results.into_iter().map(|result| {
            let subject = format_args!("topic {}", result.resource_name);
            let verdict = asked.verdict(subject, result.error_code, result.error_message.as_ref());
            let set = result
                .configs
                .into_iter()
                .filter(|config| config.config_source == TOPIC_CONFIG)
                .filter_map(|config| Some((config.name.into(), config.value?.into())));
            (
                String::from(result.resource_name),
                verdict.map(|()| set.collect()),
            )
        });
        Ok(told.collect())
    }

    /// Changes configurations of one thing, all or none of them.
    ///
    /// # Errors
    /// A name or a value is refused.
    pub async fn alter_configs(
        &self,
        resource: &ConfigResource,
        changes: &[ConfigChange],
        validation: Validation,
    ) -> Result<(), ClientError> {
        let request = IncrementalAlterConfigsRequest {
            resources: vec![altered(resource.kind, &resource.name, changes)],
            validate_only: validation == Validation::Only,
            ..IncrementalAlterConfigsRequest::default()
        };
        let response = self.call_where_it_belongs(resource, &request).await?;
        let asked = self.asked::<IncrementalAlterConfigsRequest>();
        let result = asked.only(response.responses)?;
        asked.verdict(resource, result.error_code, result.error_message.as_ref())
    }

    /// Changes configurations of several topics in one request, of each all or none; answers by topic.
    ///
    /// # Errors
    /// The cluster does not answer.
    pub async fn alter_topic_configs(
        &self,
        changes: &[(String, Vec<ConfigChange>)],
        validation: Validation,
    ) -> Result<BTreeMap<String, Result<(), ClientError>>, ClientError> {
        let resources = changes
            .iter()
            .map(|(topic, changes)| altered(ConfigResourceType::Topic, topic, changes));
        let request = IncrementalAlterConfigsRequest {
            resources: resources.collect(),
            validate_only: validation == Validation::Only,
            ..IncrementalAlterConfigsRequest::default()
        };
        let response = self.call_controller(&request).await?;
        let asked = self.asked::<IncrementalAlterConfigsRequest>();
        let done = response.responses.into_iter().map(|result| {
            let subject = format_args!("topic {}", result.resource_name);
            let verdict = asked.verdict(subject, result.error_code, result.error_message.as_ref());
            (String::from(result.resource_name), verdict)
        });
        Ok(done.collect())
    }

    /// A broker answers for itself alone; everything else any broker can.
    async fn call_where_it_belongs<R: Request>(
        &self,
        resource: &ConfigResource,
        request: &R,
    ) -> Result<R::Response, ClientError> {
        let loggers = resource.kind == ConfigResourceType::BrokerLogger;
        let own = loggers || (resource.kind == ConfigResourceType::Broker && !resource.name.is_empty());
        match resource.name.parse() {
            Ok(broker) if own => self.call_broker(BrokerId::new(broker), request).await,
            _ if R::API_KEY == ApiKey::DescribeConfigs => self.call_any(request).await,
            _ => self.call_controller(request).await,
        }
    }
}

fn altered(kind: ConfigResourceType, name: &str, changes: &[ConfigChange]) -> AlterConfigsResource {
    let config = |change: &ConfigChange| {
        let (config_operation, value) = change.operation.wire();
        AlterableConfig {
            name: change.name.as_str().into(),
            config_operation,
            value: value.map(Into::into),
            ..AlterableConfig::default()
        }
    };
    AlterConfigsResource {
        resource_type: kind.wire(),
        resource_name: name.into(),
        configs: changes.iter().map(config).collect(),
        ..AlterConfigsResource::default()
    }
}

/// Kafka's number for "set for this topic".
const TOPIC_CONFIG: i8 = 1;
/// Kafka's number for "nobody has set it".
const DEFAULT_CONFIG: i8 = 5;

fn source_name(source: i8) -> &'static str {
    match source {
        TOPIC_CONFIG => "DYNAMIC_TOPIC_CONFIG",
        2 => "DYNAMIC_BROKER_CONFIG",
        3 => "DYNAMIC_DEFAULT_BROKER_CONFIG",
        4 => "STATIC_BROKER_CONFIG",
        DEFAULT_CONFIG => "DEFAULT_CONFIG",
        6 => "DYNAMIC_BROKER_LOGGER_CONFIG",
        7 => "DYNAMIC_CLIENT_METRICS_CONFIG",
        8 => "DYNAMIC_GROUP_CONFIG",
        _ => "UNKNOWN",
    }
}
