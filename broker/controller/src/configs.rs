//! Dynamic configurations: changed one by one (KIP-339) or replaced as a whole.
//!
//! Resources of a request succeed or fail each for itself. The resulting set is what is validated, not the change, so
//! that a rule over two configurations cannot be passed by. Loggers are not stored: the broker that they belong to
//! answers for them, and a request that comes here with one is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_metadata::messages::{ClearElrRecord, ConfigRecord};
use broker_metadata::{ConfigResource, ConfigResourceType, MetadataRecord, is_legal_topic_name};
use broker_protocol::ErrorCode;
use broker_protocol::alter_configs_response::AlterConfigsResourceResponse as LegacyResponse;
use broker_protocol::incremental_alter_configs_request::AlterConfigsResource;
use broker_protocol::incremental_alter_configs_response::AlterConfigsResourceResponse;
use broker_protocol::messages::{
    AlterConfigsRequest, AlterConfigsResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
};

use crate::{ApiError, Outcome, QuorumController};

type Configs = BTreeMap<Arc<str>, Arc<str>>;
/// A kind of resource by its number, and its name.
type ResourceKey<'a> = (i8, &'a str);

impl QuorumController {
    /// Sets, deletes, appends to and subtracts from single configurations.
    pub fn incremental_alter_configs(
        &self,
        request: &IncrementalAlterConfigsRequest,
    ) -> Outcome<IncrementalAlterConfigsResponse> {
        let keys = request
            .resources
            .iter()
            .map(|resource| (resource.resource_type, &*resource.resource_name));
        let duplicates = named_twice(keys);
        let mut records = Vec::new();
        let mut responses = Vec::new();
        for resource in &request.resources {
            let key = (resource.resource_type, &*resource.resource_name);
            let altered =
                check_named_once(&duplicates, &key).and_then(|()| self.alter_incrementally(resource));
            let (error_code, error_message) = answer(altered, &mut records);
            responses.push(AlterConfigsResourceResponse {
                error_code,
                error_message: error_message.map(Into::into),
                resource_type: resource.resource_type,
                resource_name: resource.resource_name.clone(),
                unknown_tagged_fields: Vec::new(),
            });
        }
        let response = IncrementalAlterConfigsResponse {
            responses,
            ..IncrementalAlterConfigsResponse::default()
        };
        if request.validate_only {
            return Outcome::answer(response);
        }
        Outcome::new(records, response)
    }

    /// Replaces the whole configuration of resources.
    pub fn alter_configs(&self, request: &AlterConfigsRequest) -> Outcome<AlterConfigsResponse> {
        let keys = request
            .resources
            .iter()
            .map(|resource| (resource.resource_type, &*resource.resource_name));
        let duplicates = named_twice(keys);
        let mut records = Vec::new();
        let mut responses = Vec::new();
        for resource in &request.resources {
            let key = (resource.resource_type, &*resource.resource_name);
            let altered = check_named_once(&duplicates, &key).and_then(|()| {
                let configs = resource
                    .configs
                    .iter()
                    .map(|config| (&*config.name, config.value.as_deref()));
                self.replace_configs(key, configs)
            });
            let (error_code, error_message) = answer(altered, &mut records);
            responses.push(LegacyResponse {
                error_code,
                error_message: error_message.map(Into::into),
                resource_type: resource.resource_type,
                resource_name: resource.resource_name.clone(),
                unknown_tagged_fields: Vec::new(),
            });
        }
        let response = AlterConfigsResponse {
            responses,
            ..AlterConfigsResponse::default()
        };
        if request.validate_only {
            return Outcome::answer(response);
        }
        Outcome::new(records, response)
    }

    fn alter_incrementally(&self, request: &AlterConfigsResource) -> Result<Vec<MetadataRecord>, ApiError> {
        let mut names = BTreeSet::new();
        if !request
            .configs
            .iter()
            .all(|config| names.insert(config.name.as_str()))
        {
            return Err(ApiError::invalid_request("A configuration is named twice."));
        }
        for config in &request.configs {
            if config.value.is_none() && config.config_operation != OpType::Delete as i8 {
                let message = format!("The configuration {} has no value.", config.name);
                return Err(ApiError::invalid_request(message));
            }
        }
        if let Some(gone) = Self::deleted_topic_of(request) {
            return Ok(self.forget_deleted_topic(gone));
        }
        let resource = self.existing_resource((request.resource_type, &request.resource_name))?;
        let old = self
            .image()
            .configs
            .of(&resource)
            .map_or_else(Configs::new, |configs| Configs::clone(configs));
        let mut new = old.clone();
        for config in &request.configs {
            let operation = OpType::from_code(config.config_operation)
                .ok_or_else(|| ApiError::bare(ErrorCode::UnknownServerError))?;
            let value = config.value.as_deref().unwrap_or_default();
            match self.operated(&resource, &new, (&config.name, operation, value))? {
                Some(value) => new.insert(config.name.as_str().into(), value.as_str().into()),
                None => new.remove(config.name.as_str()),
            };
        }
        self.changed_to(&resource, &old, new)
    }

    /// The records that turn one set into another, if that may be.
    fn changed_to(
        &self,
        resource: &ConfigResource,
        old: &Configs,
        mut new: Configs,
    ) -> Result<Vec<MetadataRecord>, ApiError> {
        if let Some((name, value)) = self.rules.keeping(self.image(), resource, &new) {
            new.insert(name.into(), value.into());
        }
        self.rules.validate(self.image(), resource, &new)?;
        Ok(self.with_elr_cleared(difference(resource, old, &new)))
    }

    /// The value after the operation; `None` when it is not set any more.
    fn operated(
        &self,
        resource: &ConfigResource,
        configs: &Configs,
        (name, operation, value): (&str, OpType, &str),
    ) -> Result<Option<String>, ApiError> {
        match operation {
            OpType::Set => return Ok(Some(value.to_owned())),
            OpType::Delete => return Ok(None),
            OpType::Append | OpType::Subtract => {}
        }
        if !self.rules.is_list(resource, name) {
            let verb = if operation == OpType::Append {
                "appended to"
            } else {
                "subtracted from"
            };
            let message = format!("Nothing can be {verb} {name}, because it is not a list.");
            return Err(ApiError::new(ErrorCode::InvalidConfig, message));
        }
        let base = configs
            .get(name)
            .cloned()
            .or_else(|| self.rules.inherited_value(self.image(), resource, name));
        let mut elements: Vec<&str> = elements(base.as_deref().unwrap_or_default()).collect();
        for element in self::elements(value) {
            match operation {
                OpType::Append if !elements.contains(&element) => elements.push(element),
                OpType::Subtract => elements.retain(|existing| *existing != element),
                OpType::Set | OpType::Delete | OpType::Append => {}
            }
        }
        Ok(Some(elements.join(",")))
    }

    fn replace_configs<'a>(
        &self,
        key: ResourceKey<'_>,
        configs: impl Iterator<Item = (&'a str, Option<&'a str>)>,
    ) -> Result<Vec<MetadataRecord>, ApiError> {
        let mut new = Configs::new();
        for (name, value) in configs {
            let Some(value) = value else {
                return Err(ApiError::invalid_request(format!(
                    "The configuration {name} has no value."
                )));
            };
            if new.insert(name.into(), value.into()).is_some() {
                return Err(ApiError::invalid_request("A configuration is named twice."));
            }
        }
        let resource = self.existing_resource(key)?;
        let old = self
            .image()
            .configs
            .of(&resource)
            .map_or_else(Configs::new, |configs| Configs::clone(configs));
        self.changed_to(&resource, &old, new)
    }

    /// With another `min.insync.replicas` the high watermark moves past replicas that were eligible for the earlier one
    /// (KIP-966): none of them may lead any more.
    fn with_elr_cleared(&self, mut records: Vec<MetadataRecord>) -> Vec<MetadataRecord> {
        if !self.image().features.elr_enabled() {
            return records;
        }
        let cleared = |record: &MetadataRecord| match record {
            MetadataRecord::Config(config) if config.name == "min.insync.replicas" => {
                let is_of_topic = config.resource_type == ConfigResourceType::Topic.code();
                // No name stands for all topics.
                Some(ClearElrRecord {
                    topic_name: if is_of_topic {
                        config.resource_name.clone()
                    } else {
                        "".into()
                    },
                    unknown_tagged_fields: Vec::new(),
                })
            }
            _ => None,
        };
        let cleared = records.iter().find_map(cleared);
        records.extend(cleared.map(MetadataRecord::from));
        records
    }

    fn existing_resource(&self, (kind, name): ResourceKey<'_>) -> Result<ConfigResource, ApiError> {
        let unknown = || ApiError::invalid_request(format!("Configuration resources have no type {kind}."));
        let kind = ConfigResourceType::from_code(kind).ok_or_else(unknown)?;
        match kind {
            ConfigResourceType::Topic if name.is_empty() => {
                return Err(ApiError::invalid_request("Topics have no default of their own."));
            }
            ConfigResourceType::Topic if !is_legal_topic_name(name) => {
                let message = format!("'{name}' cannot be the name of a topic.");
                return Err(ApiError::new(ErrorCode::InvalidTopicException, message));
            }
            ConfigResourceType::Topic if self.image().topics.by_name(name).is_none() => {
                let message = format!("There is no topic '{name}'.");
                return Err(ApiError::new(ErrorCode::UnknownTopicOrPartition, message));
            }
            ConfigResourceType::Broker if !name.is_empty() => self.check_broker_name(name)?,
            ConfigResourceType::Group | ConfigResourceType::ClientMetrics if name.is_empty() => {
                return Err(ApiError::invalid_request(format!(
                    "The name of a {kind} cannot be empty."
                )));
            }
            ConfigResourceType::BrokerLogger => {
                return Err(ApiError::invalid_request(
                    "Loggers are changed on the broker that they belong to.",
                ));
            }
            _ => {}
        }
        Ok(ConfigResource::new(kind, name))
    }

    fn check_broker_name(&self, name: &str) -> Result<(), ApiError> {
        let id: Option<i32> = name.parse().ok();
        let Some(id) = id else {
            let message =
                format!("A broker is named by its number, or not at all for all brokers: '{name}'.");
            return Err(ApiError::invalid_request(message));
        };
        if self
            .image()
            .cluster
            .broker(broker_model::BrokerId::new(id))
            .is_none()
        {
            return Err(ApiError::invalid_request(format!(
                "Broker {id} is not registered."
            )));
        }
        Ok(())
    }
}

/// What is done to a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub(crate) enum OpType {
    Set = 0,
    Delete = 1,
    Append = 2,
    Subtract = 3,
}

impl OpType {
    const fn from_code(code: i8) -> Option<Self> {
        match code {
            0 => Some(Self::Set),
            1 => Some(Self::Delete),
            2 => Some(Self::Append),
            3 => Some(Self::Subtract),
            _ => None,
        }
    }
}

fn elements(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|element| !element.is_empty())
}

fn named_twice<'a>(keys: impl Iterator<Item = ResourceKey<'a>>) -> BTreeSet<ResourceKey<'a>> {
    let mut seen = BTreeSet::new();
    keys.filter(|key| !seen.insert(*key)).collect()
}

fn check_named_once(duplicates: &BTreeSet<ResourceKey<'_>>, key: &ResourceKey<'_>) -> Result<(), ApiError> {
    if duplicates.contains(key) {
        return Err(ApiError::invalid_request("The request names the resource twice."));
    }
    Ok(())
}

fn answer(
    altered: Result<Vec<MetadataRecord>, ApiError>,
    records: &mut Vec<MetadataRecord>,
) -> (i16, Option<String>) {
    match altered {
        Ok(changed) => {
            records.extend(changed);
            (0, None)
        }
        Err(error) => (error.code.code(), error.message),
    }
}

/// Records that turn one set into the other.
fn difference(resource: &ConfigResource, old: &Configs, new: &Configs) -> Vec<MetadataRecord> {
    let record = |name: &str, value: Option<&str>| {
        MetadataRecord::from(ConfigRecord {
            resource_type: resource.kind.code(),
            resource_name: (&*resource.name).into(),
            name: name.into(),
            value: value.map(Into::into),
            unknown_tagged_fields: Vec::new(),
        })
    };
    let set = new.iter().filter(|(name, value)| old.get(*name) != Some(value));
    let unset = old.keys().filter(|name| !new.contains_key(*name));
    set.map(|(name, value)| record(name, Some(value)))
        .chain(unset.map(|name| record(name, None)))
        .collect()
}

#[cfg(test)]
mod tests;
