//! Topics over Kafka's protocol: what they are, and what is asked about them, many in one request.
//!
//! Owns nothing but the choice of brokers for more or fewer replicas. Invariants: what cannot be read is
//! `Fact::Unknown`, never absent; a topic is deleted by its id; every question gets an answer of its own. What should be
//! asked is decided by `operator_plan`, when and together with what by the caller, who also has the connections.

mod ask;
mod calls;
mod look;
mod placement;
mod throttle;

use std::collections::BTreeMap;

use broker_client::{Client, ConfigChange, ConfigOperation, ConfigResource, ConfigResourceType};
use broker_model::BrokerId;
use operator_plan::fact::Fact;

pub use ask::ask;
pub use look::look;

/// Whether the cluster deletes topics at all, as this one of its brokers is configured.
pub async fn deletion_enabled(client: &Client, broker: BrokerId) -> Fact<bool> {
    let resource = ConfigResource {
        kind: ConfigResourceType::Broker,
        name: broker.to_string(),
    };
    match client.describe_configs(&resource).await {
        Ok(entries) => {
            let entry = entries.iter().find(|entry| entry.name == "delete.topic.enable");
            Fact::Known(entry.and_then(|entry| entry.value.as_deref()) != Some("false"))
        }
        Err(error) => Fact::Unknown(error.to_string()),
    }
}

/// What sets these configurations and gives those back to their defaults.
#[must_use]
pub fn changes(set: &BTreeMap<String, String>, remove: &[String]) -> Vec<ConfigChange> {
    let sets = set.iter().map(|(name, value)| ConfigChange {
        name: name.clone(),
        operation: ConfigOperation::Set(value.clone()),
    });
    let removes = remove.iter().map(|name| ConfigChange {
        name: name.clone(),
        operation: ConfigOperation::Delete,
    });
    sets.chain(removes).collect()
}
