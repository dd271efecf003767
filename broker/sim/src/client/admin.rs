//! An administrator: makes the topics, tries again until each is there.

use broker_protocol::ErrorCode;
use broker_protocol::create_topics_request::CreatableTopic;
use broker_protocol::messages::CreateTopicsRequest;

use super::{ClientEvent, Surroundings};
use crate::checker::Violation;
use crate::message::{Request, Response};

#[derive(Clone, Debug)]
pub(crate) struct NewTopic {
    pub(crate) name: String,
    pub(crate) partitions: i32,
    pub(crate) replicas: i16,
}

#[derive(Debug)]
pub(crate) struct Admin {
    topics: Vec<NewTopic>,
    asked: Option<u64>,
    requests: u64,
    next: u64,
}

impl Admin {
    pub(crate) fn new(topics: Vec<NewTopic>) -> Self {
        Self {
            topics,
            asked: None,
            requests: 0,
            next: 0,
        }
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        (self.asked.is_none() && !self.topics.is_empty()).then_some(self.next)
    }

    pub(super) fn step(
        &mut self,
        event: ClientEvent,
        around: &mut Surroundings<'_>,
    ) -> Result<(), Violation> {
        match event {
            ClientEvent::Response { id, response } if self.asked == Some(id) => {
                self.asked = None;
                self.next = around.now + 100;
                if let Response::CreateTopics(answer) = response {
                    let code = answer
                        .topics
                        .first()
                        .and_then(|topic| ErrorCode::from_i16(topic.error_code));
                    if matches!(code, Some(ErrorCode::None | ErrorCode::TopicAlreadyExists)) {
                        let topic = self.topics.remove(0);
                        around.counts.topics += 1;
                        around.checker.topic_created(&topic.name);
                    }
                }
            }
            ClientEvent::Failed { id } if self.asked == Some(id) => {
                self.asked = None;
                self.next = around.now + 100;
            }
            _ => {}
        }
        self.act(around);
        Ok(())
    }

    fn act(&mut self, around: &mut Surroundings<'_>) {
        let Some(topic) = self.topics.first() else {
            return;
        };
        if self.asked.is_some() || self.next > around.now {
            return;
        }
        let topic = CreatableTopic {
            name: topic.name.as_str().into(),
            num_partitions: topic.partitions,
            replication_factor: topic.replicas,
            ..CreatableTopic::default()
        };
        let request = CreateTopicsRequest {
            topics: vec![topic],
            ..CreateTopicsRequest::default()
        };
        let Some(node) = around.chance.pick(around.nodes).copied() else {
            return;
        };
        self.requests += 1;
        self.asked = Some(self.requests);
        around.send(self.requests, node, Request::CreateTopics(request), 1_000);
    }
}
