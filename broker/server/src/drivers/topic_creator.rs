//! Makes topics that clients name and that do not exist (`auto.create.topics.enable`).
//!
//! Owns the names that are being made, so that a busy producer asks the controller once. Bounded: beyond the limit
//! the request is dropped, and the client, which retries anyway, asks again.

use std::collections::HashSet;
use std::sync::Arc;

use broker_metadata::GROUP_METADATA_TOPIC;
use broker_protocol::create_topics_request::{CreatableTopic, CreatableTopicConfig, CreateTopicsRequest};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::controller_channel::ControllerChannel;
use crate::broker::AutoTopicCreation;

const IN_FLIGHT_MAX: usize = 100;
/// How long the controller may take.
const TIMEOUT_MS: i32 = 30_000;

/// How `__consumer_offsets` is made; `Default` is Kafka's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetsTopicSettings {
    /// `offsets.topic.num.partitions`.
    pub partitions: i32,
    /// `offsets.topic.replication.factor`.
    pub replication_factor: i16,
    /// `offsets.topic.segment.bytes`.
    pub segment_bytes: i32,
}

impl Default for OffsetsTopicSettings {
    fn default() -> Self {
        Self {
            partitions: 50,
            replication_factor: 3,
            segment_bytes: 100 << 20,
        }
    }
}

impl OffsetsTopicSettings {
    fn topic(self) -> CreatableTopic {
        let config = |name: &str, value: String| CreatableTopicConfig {
            name: name.into(),
            value: Some(value.into()),
            ..CreatableTopicConfig::default()
        };
        CreatableTopic {
            name: GROUP_METADATA_TOPIC.into(),
            num_partitions: self.partitions,
            replication_factor: self.replication_factor,
            configs: vec![
                config("cleanup.policy", "compact".to_owned()),
                config("compression.type", "producer".to_owned()),
                config("segment.bytes", self.segment_bytes.to_string()),
            ],
            ..CreatableTopic::default()
        }
    }
}

/// Makes topics in the background.
#[derive(Debug)]
pub struct TopicCreator {
    controller: Arc<ControllerChannel>,
    runtime: Handle,
    offsets_topic: OffsetsTopicSettings,
    in_flight: Arc<Mutex<HashSet<String>>>,
}

impl TopicCreator {
    /// Asks the active controller.
    pub fn new(
        controller: Arc<ControllerChannel>,
        runtime: Handle,
        offsets_topic: OffsetsTopicSettings,
    ) -> Self {
        Self {
            controller,
            runtime,
            offsets_topic,
            in_flight: Arc::default(),
        }
    }

    /// Topics of clients get the broker's defaults, the broker's own what they need.
    fn specify(&self, topic: &str) -> CreatableTopic {
        match topic {
            GROUP_METADATA_TOPIC => self.offsets_topic.topic(),
            _ => CreatableTopic {
                name: topic.into(),
                num_partitions: -1,
                replication_factor: -1,
                ..CreatableTopic::default()
            },
        }
    }
}

impl AutoTopicCreation for TopicCreator {
    fn create_in_background(&self, topic: &str) {
        {
            let mut in_flight = self.in_flight.lock();
            if in_flight.len() >= IN_FLIGHT_MAX || !in_flight.insert(topic.to_owned()) {
                return;
            }
        }
        let request = CreateTopicsRequest {
            timeout_ms: TIMEOUT_MS,
            topics: vec![self.specify(topic)],
            ..CreateTopicsRequest::default()
        };
        let topic = topic.to_owned();
        let (controller, in_flight) = (self.controller.clone(), self.in_flight.clone());
        self.runtime.spawn(async move {
            let made = controller.call(request).await;
            match made {
                Ok(response) => {
                    for answer in response.topics {
                        tracing::debug!(topic = %answer.name, code = answer.error_code, "topic made on demand");
                    }
                }
                Err(error) => tracing::warn!(%topic, %error, "topic could not be made on demand"),
            }
            in_flight.lock().remove(&topic);
        });
    }
}
