//! Makes topics that clients name and that do not exist (`auto.create.topics.enable`).
//!
//! Owns the names that are being made, so that a busy producer asks the controller once. Bounded: beyond the limit
//! the request is dropped, and the client, which retries anyway, asks again.

use std::collections::HashSet;
use std::sync::Arc;

use broker_protocol::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::metadata_driver::MetadataDriver;
use crate::broker::AutoTopicCreation;

const IN_FLIGHT_MAX: usize = 100;

/// Makes topics in the background.
#[derive(Debug)]
pub struct TopicCreator {
    metadata: Arc<MetadataDriver>,
    runtime: Handle,
    in_flight: Arc<Mutex<HashSet<String>>>,
}

impl TopicCreator {
    /// Asks the controller behind `metadata`.
    pub fn new(metadata: Arc<MetadataDriver>, runtime: Handle) -> Self {
        Self {
            metadata,
            runtime,
            in_flight: Arc::default(),
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
        let topic = topic.to_owned();
        let (metadata, in_flight) = (self.metadata.clone(), self.in_flight.clone());
        self.runtime.spawn(async move {
            let request = CreateTopicsRequest {
                topics: vec![CreatableTopic {
                    name: topic.as_str().into(),
                    num_partitions: -1,
                    replication_factor: -1,
                    ..CreatableTopic::default()
                }],
                ..CreateTopicsRequest::default()
            };
            let made = metadata
                .decide(move |controller, _now, seed| controller.create_topics(&request, seed))
                .await;
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
