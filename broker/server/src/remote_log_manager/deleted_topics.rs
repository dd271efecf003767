//! Empties the folders of deleted topics, one object after the other.
//!
//! Carries out what `broker_tiered::deleted_topics` wants, and tells it what came of it. Invariant: it decides nothing; which
//! topics are deleted it takes from the metadata as they are at each step.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_metadata::{DeletedTopic, MetadataImage, deleted_topic_resource, deleted_topics};
use broker_model::TopicId;
use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use broker_protocol::messages::IncrementalAlterConfigsRequest;
use broker_tiered::deleted_topics::{
    DeletedTopics, DeletedTopicsEffect, DeletedTopicsEvent, DeletedTopicsFacts, DeletedTopicsSettings, Duty,
};
use broker_tiered::object_key::{ObjectKind, RemoteObject};

use super::{RemoteLogManager, Shared};
use crate::clock::seed_or_time;
use crate::drivers::controller_channel::ControllerChannel;
use crate::metrics::RemoteTopicCounters;
use crate::remote_store::{RemoteStore, TopicFolder};

/// Objects that are known at a time.
const LISTED_MAX: usize = 1_000;
/// IncrementalAlterConfigs: the value is not set any more.
const DELETE: i8 = 1;

/// Looks after the folders.
struct FolderSweep {
    shared: Arc<Shared>,
    image: Arc<ArcSwap<MetadataImage>>,
    controller: ControllerChannel,
    store: RemoteStore,
    /// What topics were called.
    names: BTreeMap<TopicId, String>,
    /// Objects in the folder that was listed last that are none of ours.
    foreign: usize,
}

impl RemoteLogManager {
    /// Lets this broker look after the folders of deleted topics while that is its turn.
    pub fn sweep_deleted_topics(&self, image: Arc<ArcSwap<MetadataImage>>, controller: ControllerChannel) {
        let shared = self.shared.clone();
        // It ends with the runtime.
        let _task = self.spawn(async move {
            let sweep = FolderSweep {
                store: shared.gate.passed().await,
                shared,
                image,
                controller,
                names: BTreeMap::new(),
                foreign: 0,
            };
            sweep.run().await;
        });
    }
}

impl FolderSweep {
    async fn run(mut self) {
        let settings = &self.shared.settings;
        let mut topics = DeletedTopics::new(DeletedTopicsSettings {
            look_ms: u64::try_from(settings.task_interval.as_millis()).unwrap_or(u64::MAX),
            grace_ms: settings.orphan_grace_ms,
            retry: settings.retry,
        });
        let mut event = DeletedTopicsEvent::Woken;
        loop {
            let effect = topics.step(event, &self.facts());
            event = self.carry_out(effect).await;
        }
    }

    fn facts(&mut self) -> DeletedTopicsFacts {
        let image = self.image.load_full();
        let named = deleted_topics(&image).into_iter();
        self.names = named.map(|DeletedTopic { id, name }| (id, name)).collect();
        let clock = &self.shared.clock;
        DeletedTopicsFacts {
            deleted: self.names.keys().copied().collect(),
            duty: match image.cluster.first_active() == Some(self.shared.replica_manager.node_id) {
                true => Duty::Sweeps,
                false => Duty::Rests,
            },
            now: clock.monotonic(),
            chance: seed_or_time(clock) as u32,
        }
    }

    async fn carry_out(&mut self, effect: DeletedTopicsEffect) -> DeletedTopicsEvent {
        match effect {
            DeletedTopicsEffect::List(topic) => self.list(topic).await,
            DeletedTopicsEffect::Delete(objects) => self.delete(&objects).await,
            DeletedTopicsEffect::Forget(topic) => self.forget(topic).await,
            DeletedTopicsEffect::Rest(pause) => {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                DeletedTopicsEvent::Woken
            }
        }
    }

    async fn list(&mut self, topic: TopicId) -> DeletedTopicsEvent {
        match self.store.list_topic(topic, LISTED_MAX).await {
            Ok(TopicFolder { objects, foreign }) => {
                self.foreign = foreign;
                DeletedTopicsEvent::Listed(objects)
            }
            Err(error) => {
                tracing::warn!(topic = self.name(topic), %error,
                    "what a deleted topic has in the remote store is not known yet");
                DeletedTopicsEvent::Failed
            }
        }
    }

    async fn delete(&self, objects: &[RemoteObject]) -> DeletedTopicsEvent {
        let Some(first) = objects.first() else {
            return DeletedTopicsEvent::Done;
        };
        let topic = self.name(first.partition.topic_id);
        let counters = self.counters(first.partition.topic_id);
        for object in objects {
            let Ok(_permit) = self.shared.deletes.acquire().await else {
                return DeletedTopicsEvent::Failed;
            };
            if let Err(error) = self.store.delete_object(object).await {
                tracing::warn!(object = object.path(), %error, "an object of a deleted topic is not deleted yet");
                counters.delete_errors.add(1);
                return DeletedTopicsEvent::Failed;
            }
            if let ObjectKind::Segment(_) = object.kind {
                counters.deleted_segments.add(1);
            }
        }
        tracing::info!(
            topic,
            count = objects.len(),
            "objects are deleted that a deleted topic left"
        );
        DeletedTopicsEvent::Done
    }

    async fn forget(&self, topic: TopicId) -> DeletedTopicsEvent {
        let resource = deleted_topic_resource(topic);
        let configs = AlterableConfig {
            name: broker_metadata::DELETED_TOPIC_NAME.into(),
            config_operation: DELETE,
            ..AlterableConfig::default()
        };
        let request = IncrementalAlterConfigsRequest {
            resources: vec![AlterConfigsResource {
                resource_type: resource.kind.code(),
                resource_name: (&*resource.name).into(),
                configs: vec![configs],
                ..AlterConfigsResource::default()
            }],
            ..IncrementalAlterConfigsRequest::default()
        };
        let refused = match self.controller.call(request).await {
            Ok(answer) => answer.responses.into_iter().find(|answer| answer.error_code != 0),
            Err(error) => {
                tracing::warn!(topic = self.name(topic), %error, "a deleted topic is not forgotten yet");
                return DeletedTopicsEvent::Failed;
            }
        };
        if let Some(refused) = refused {
            let (code, reason) = (refused.error_code, refused.error_message.unwrap_or_default());
            tracing::warn!(topic = self.name(topic), code, %reason, "a deleted topic is not forgotten yet");
            return DeletedTopicsEvent::Failed;
        }
        if self.foreign > 0 {
            tracing::warn!(topic = self.name(topic), id = %topic, count = self.foreign,
                "objects that no broker wrote stay in the folder of a deleted topic");
        }
        DeletedTopicsEvent::Done
    }

    /// Where what is done for a topic is counted: also if another broker led it.
    fn counters(&self, topic: TopicId) -> Arc<RemoteTopicCounters> {
        self.shared.counters.topics.name(topic, self.name(topic));
        self.shared.counters.topics.deleted(topic);
        self.shared.counters_of(topic)
    }

    fn name(&self, topic: TopicId) -> &str {
        self.names.get(&topic).map_or("", String::as_str)
    }
}
