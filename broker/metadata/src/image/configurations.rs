//! Dynamic configurations: name and value per resource, as text.
//!
//! What a value means and which names exist is decided where it is set and where it acts, not here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::ShardedMap;
use crate::ReplayError;
use crate::messages::ConfigRecord;

/// What kind of thing is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigResourceType {
    /// 2: a topic.
    Topic,
    /// 4: a broker by id, or all brokers under the empty name.
    Broker,
    /// 8: a logger of a broker; never stored.
    BrokerLogger,
    /// 16: a subscription to client metrics (KIP-714).
    ClientMetrics,
    /// 32: a group.
    Group,
}

impl ConfigResourceType {
    /// Reads the number on the wire and in records.
    pub const fn from_code(code: i8) -> Option<Self> {
        match code {
            2 => Some(Self::Topic),
            4 => Some(Self::Broker),
            8 => Some(Self::BrokerLogger),
            16 => Some(Self::ClientMetrics),
            32 => Some(Self::Group),
            _ => None,
        }
    }

    /// The number on the wire and in records.
    pub const fn code(self) -> i8 {
        match self {
            Self::Topic => 2,
            Self::Broker => 4,
            Self::BrokerLogger => 8,
            Self::ClientMetrics => 16,
            Self::Group => 32,
        }
    }
}

impl fmt::Display for ConfigResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Topic => "topic",
            Self::Broker => "broker",
            Self::BrokerLogger => "broker logger",
            Self::ClientMetrics => "client metrics",
            Self::Group => "group",
        })
    }
}

/// What is configured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    /// Its kind.
    pub kind: ConfigResourceType,
    /// Its name; empty for the default of all brokers.
    pub name: Arc<str>,
}

impl ConfigResource {
    /// Names a resource.
    pub fn new(kind: ConfigResourceType, name: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// A topic.
    pub fn topic(name: impl Into<Arc<str>>) -> Self {
        Self::new(ConfigResourceType::Topic, name)
    }
}

type Configs = BTreeMap<Arc<str>, Arc<str>>;

/// The configurations of all resources that have any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigurationsImage {
    resources: ShardedMap<ConfigResource, Arc<Configs>>,
}

impl ConfigurationsImage {
    /// Names and values set on the resource; `None` when nothing is.
    pub fn of(&self, resource: &ConfigResource) -> Option<&Arc<Configs>> {
        self.resources.get(resource)
    }

    /// Names and values set on the topic.
    pub fn of_topic(&self, name: &str) -> Option<&Arc<Configs>> {
        self.resources.get(&ConfigResource::topic(name))
    }

    /// One value.
    pub fn value(&self, resource: &ConfigResource, name: &str) -> Option<&Arc<str>> {
        self.resources.get(resource)?.get(name)
    }

    /// Every resource that has configurations, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&ConfigResource, &Arc<Configs>)> {
        self.resources.iter()
    }

    /// Every resource that has configurations, by kind and name.
    pub fn sorted(&self) -> Vec<(&ConfigResource, &Arc<Configs>)> {
        let mut resources: Vec<_> = self.iter().collect();
        resources.sort_unstable_by(|a, b| a.0.cmp(b.0));
        resources
    }

    pub(crate) fn replay(&mut self, record: &ConfigRecord) -> Result<ConfigResource, ReplayError> {
        let unknown = ReplayError::UnknownValue {
            field: "configuration resource type",
            value: record.resource_type.into(),
        };
        let kind = ConfigResourceType::from_code(record.resource_type).ok_or(unknown)?;
        let resource = ConfigResource::new(kind, record.resource_name.as_str());
        match &record.value {
            Some(value) => self.set(&resource, &record.name, value),
            None => self.unset(&resource, &record.name),
        }
        Ok(resource)
    }

    fn set(&mut self, resource: &ConfigResource, name: &str, value: &str) {
        if let Some(configs) = self.resources.get_mut(resource) {
            Arc::make_mut(configs).insert(name.into(), value.into());
        } else {
            let configs = Configs::from([(name.into(), value.into())]);
            self.resources.insert(resource.clone(), Arc::new(configs));
        }
    }

    fn unset(&mut self, resource: &ConfigResource, name: &str) {
        let Some(configs) = self.resources.get_mut(resource) else {
            return;
        };
        Arc::make_mut(configs).remove(name);
        if configs.is_empty() {
            self.resources.remove(resource);
        }
    }

    pub(crate) fn remove_resource(&mut self, resource: &ConfigResource) {
        self.resources.remove(resource);
    }
}
