//! The folders of deleted topics: what the server's task does, here in steps.
//!
//! `broker_tiered::deleted_topics` says what is wanted. Owns what it waits for, and the objects that are still to be deleted of
//! those that it wanted deleted. Decides nothing.

use broker_metadata::{DELETED_TOPIC_NAME, deleted_topic_resource, deleted_topics};
use broker_model::{MonotonicMs, TopicId};
use broker_protocol::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use broker_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use broker_tiered::deleted_topics::{
    DeletedTopics, DeletedTopicsEffect, DeletedTopicsEvent, DeletedTopicsFacts, DeletedTopicsSettings, Duty,
};
use broker_tiered::object_key::{RemoteObject, topic_folder};
use broker_tiered::sweep::ListedObject;

use super::Purpose;
use crate::machine::Machine;
use crate::message::Request;
use crate::process::{Asked, Halt, Process};
use crate::sabotage::Sabotage;
use crate::store::{StoreAnswer, StoreRequest};

/// Longer than a leader goes on that was not told, and shorter than a run waits for its end.
const GRACE_MS: u64 = 12_000;
/// How much of a folder is known at a time.
const LISTED_MAX: usize = 3;
/// IncrementalAlterConfigs: the value is not set any more.
const DELETE: i8 = 1;

#[derive(Debug)]
pub(super) struct FolderSweep {
    topics: DeletedTopics,
    /// When it goes on; none while an answer is awaited.
    at: Option<MonotonicMs>,
    listing: Option<TopicId>,
    to_delete: Vec<RemoteObject>,
}

impl FolderSweep {
    pub(super) fn deadline(&self) -> Option<MonotonicMs> {
        self.at
    }
}

impl Process {
    /// Goes on when it is time.
    pub(super) fn look_after_deleted_topics(&mut self) -> Result<(), Halt> {
        let now = self.now.monotonic;
        let Some(settings) = &self.machine.settings.tiering else {
            return Ok(());
        };
        let settings = DeletedTopicsSettings {
            look_ms: settings.look_ms,
            grace_ms: GRACE_MS,
            retry: settings.work.retry,
        };
        let sweep = self.tier.deleted.get_or_insert_with(|| FolderSweep {
            topics: DeletedTopics::new(settings),
            at: Some(now),
            listing: None,
            to_delete: Vec::new(),
        });
        match sweep.at.is_some_and(|at| at <= now) {
            true => self.sweep_on(DeletedTopicsEvent::Woken),
            false => Ok(()),
        }
    }

    fn sweep_on(&mut self, event: DeletedTopicsEvent) -> Result<(), Halt> {
        let facts = self.facts_of_deleted_topics();
        let now = self.now.monotonic;
        let Some(sweep) = &mut self.tier.deleted else {
            return Ok(());
        };
        sweep.at = None;
        match sweep.topics.step(event, &facts) {
            DeletedTopicsEffect::Rest(ms) => sweep.at = Some(now.plus_ms(ms.max(1))),
            DeletedTopicsEffect::List(topic) => {
                sweep.listing = Some(topic);
                let folder = topic_folder(&Machine::cluster(), topic);
                self.ask_store(Purpose::DeletedTopic, StoreRequest::List { folder });
            }
            DeletedTopicsEffect::Delete(objects) => {
                sweep.to_delete = objects;
                return self.delete_next_object();
            }
            DeletedTopicsEffect::Forget(topic) => return self.forget_topic(topic),
        }
        Ok(())
    }

    fn facts_of_deleted_topics(&self) -> DeletedTopicsFacts {
        let image = self.metadata.image();
        let sabotage = self.machine.settings.sabotage;
        let is_first = image.cluster.first_active() == Some(self.machine.id);
        let duty = match is_first && sabotage != Sabotage::LeftFolders {
            true => Duty::Sweeps,
            false => Duty::Rests,
        };
        let marked = deleted_topics(image).into_iter().map(|topic| topic.id);
        let there = image.topics.iter().map(|topic| topic.id);
        DeletedTopicsFacts {
            deleted: match sabotage {
                Sabotage::SweptTopics => marked.chain(there).collect(),
                _ => marked.collect(),
            },
            duty,
            now: self.now.monotonic,
            chance: 0,
        }
    }

    fn delete_next_object(&mut self) -> Result<(), Halt> {
        let next = self.tier.deleted.as_mut().and_then(|sweep| sweep.to_delete.pop());
        let Some(object) = next else {
            return self.sweep_on(DeletedTopicsEvent::Done);
        };
        let path = object.path();
        self.ask_store(Purpose::DeletedTopic, StoreRequest::Delete { path });
        Ok(())
    }

    fn forget_topic(&mut self, topic: TopicId) -> Result<(), Halt> {
        let Some(controller) = self.controller() else {
            return self.sweep_on(DeletedTopicsEvent::Failed);
        };
        let resource = deleted_topic_resource(topic);
        let request = IncrementalAlterConfigsRequest {
            resources: vec![AlterConfigsResource {
                resource_type: resource.kind.code(),
                resource_name: (&*resource.name).into(),
                configs: vec![AlterableConfig {
                    name: DELETED_TOPIC_NAME.into(),
                    config_operation: DELETE,
                    ..AlterableConfig::default()
                }],
                ..AlterConfigsResource::default()
            }],
            ..IncrementalAlterConfigsRequest::default()
        };
        let timeout = self.machine.settings.controller_timeout_ms;
        self.ask(
            controller,
            Asked::ForgetTopic,
            Request::AlterConfigs(request),
            timeout,
        )
    }

    pub(super) fn folder_answered(&mut self, answer: StoreAnswer) -> Result<(), Halt> {
        match answer {
            StoreAnswer::Deleted => self.delete_next_object(),
            StoreAnswer::Listed(listed) => {
                let listing = self.tier.deleted.as_mut().and_then(|sweep| sweep.listing.take());
                let object = |listed: ListedObject| {
                    let folder = topic_folder(&Machine::cluster(), listing?);
                    RemoteObject::parse(&format!("{folder}/{}", listed.name))
                };
                let found = listed.into_iter().filter_map(object).take(LISTED_MAX);
                self.sweep_on(DeletedTopicsEvent::Listed(found.collect()))
            }
            _ => self.sweep_on(DeletedTopicsEvent::Failed),
        }
    }

    /// What the controller said of a topic that is to be forgotten; none if it said nothing.
    pub(in crate::process) fn topic_forgotten(
        &mut self,
        answer: Option<&IncrementalAlterConfigsResponse>,
    ) -> Result<(), Halt> {
        let code = answer.and_then(|answer| Some(answer.responses.first()?.error_code));
        self.sweep_on(match code {
            Some(0) => DeletedTopicsEvent::Done,
            _ => DeletedTopicsEvent::Failed,
        })
    }
}
