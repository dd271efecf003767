//! A topic that comes and goes: made, written to, deleted, made again.
//!
//! Nobody is promised anything about its records. What matters is what becomes of its copies: nothing is deleted that is
//! named, and all of it goes with the topic.

use broker_protocol::ErrorCode;
use broker_protocol::create_topics_request::CreatableTopic;
use broker_protocol::messages::{CreateTopicsRequest, DeleteTopicsRequest};

use super::producer::batch_of;
use super::routing::Routing;
use super::{ClientEvent, Surroundings};
use crate::checker::{PLAIN_PRODUCERS, Violation};
use crate::message::{PartitionId, Produce, Request, Response};
use broker_model::Acks;

pub(crate) const TOPIC: &str = "fleeting";
const RECORDS: u64 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Make,
    Write { until: u64 },
    Delete,
    Over,
}

#[derive(Debug)]
pub(crate) struct Fleeting {
    routing: Routing,
    stage: Stage,
    asked: Option<u64>,
    next: u64,
    numbers: u64,
    is_last: bool,
}

impl Fleeting {
    pub(crate) fn new() -> Self {
        Self {
            routing: Routing::default(),
            stage: Stage::Make,
            asked: None,
            next: 0,
            numbers: 0,
            is_last: false,
        }
    }

    /// Deletes the topic for good.
    pub(crate) fn finish(&mut self) {
        self.is_last = true;
        self.stage = match self.stage {
            Stage::Over => Stage::Over,
            _ => Stage::Delete,
        };
    }

    pub(crate) fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        let own = (self.asked.is_none() && self.stage != Stage::Over).then_some(self.next);
        [own, self.routing.deadline()].into_iter().flatten().min()
    }

    pub(super) fn step(
        &mut self,
        event: ClientEvent,
        around: &mut Surroundings<'_>,
    ) -> Result<(), Violation> {
        match event {
            ClientEvent::Response {
                id,
                response: Response::Metadata(known),
            } => {
                self.routing.learn(id, Some(known), around.now);
            }
            ClientEvent::Response { id, response } if self.asked == Some(id) => {
                self.asked = None;
                self.next = around.now + around.chance.between(10, 60);
                self.answered(&response, around);
            }
            ClientEvent::Failed { id } => {
                let was_routing = self.routing.learn(id, None, around.now);
                if self.asked == Some(id) && !was_routing {
                    self.asked = None;
                    self.next = around.now + 100;
                    self.routing.doubt(around.now);
                }
            }
            _ => {}
        }
        self.routing.refresh(around);
        self.act(around);
        Ok(())
    }

    fn answered(&mut self, response: &Response, around: &mut Surroundings<'_>) {
        match response {
            Response::CreateTopics(answer) if self.stage == Stage::Make => {
                let code = answer.topics.first().map(|topic| topic.error_code);
                if let Some(ErrorCode::None | ErrorCode::TopicAlreadyExists) =
                    code.and_then(ErrorCode::from_i16)
                {
                    let until = around.now + around.chance.between(1_000, 6_000);
                    self.stage = Stage::Write { until };
                }
            }
            Response::DeletedTopics(answer) if self.stage == Stage::Delete => {
                let code = answer.responses.first().map(|topic| topic.error_code);
                if let Some(ErrorCode::None | ErrorCode::UnknownTopicOrPartition) =
                    code.and_then(ErrorCode::from_i16)
                {
                    around.counts.deleted_topics += 1;
                    self.stage = if self.is_last { Stage::Over } else { Stage::Make };
                    self.next = around.now + around.chance.between(100, 1_000);
                }
            }
            Response::Produced(Err(_)) => self.routing.doubt(around.now),
            _ => {}
        }
    }

    fn act(&mut self, around: &mut Surroundings<'_>) {
        if self.asked.is_some() || self.next > around.now {
            return;
        }
        if matches!(self.stage, Stage::Write { until } if until <= around.now) {
            self.stage = Stage::Delete;
        }
        let (node, request) = match self.stage {
            Stage::Over => return,
            Stage::Make => (None, made()),
            Stage::Delete => (None, deleted()),
            Stage::Write { .. } => match self.newest() {
                Some((leader, partition)) => (Some(leader), self.written(partition)),
                None => {
                    self.next = around.now + 50;
                    self.routing.doubt(around.now);
                    return;
                }
            },
        };
        let any = around.chance.pick(around.nodes).copied().unwrap_or(1);
        let id = self.routing.next_id();
        self.asked = Some(id);
        around.send(id, node.unwrap_or(any), request, 1_000);
    }

    /// Of the topics that ever had the name one that somebody leads; those that are gone refuse.
    fn newest(&self) -> Option<(i32, PartitionId)> {
        let partitions = self.routing.partitions(TOPIC);
        let led = partitions.into_iter().rev();
        let turn = usize::try_from(self.numbers / RECORDS).unwrap_or(0);
        let led: Vec<_> = led
            .filter_map(|id| self.routing.leader(id).map(|(leader, _)| (leader, id)))
            .collect();
        led.get(turn.checked_rem(led.len())?).copied()
    }

    fn written(&mut self, partition: PartitionId) -> Request {
        let records = batch_of(PLAIN_PRODUCERS + 1, self.numbers, RECORDS, false);
        self.numbers += RECORDS;
        Request::Produce(Produce {
            partition,
            acks: Acks::Leader,
            records,
            timeout_ms: 500,
        })
    }
}

fn made() -> Request {
    Request::CreateTopics(CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: TOPIC.into(),
            num_partitions: 1,
            replication_factor: 3,
            ..CreatableTopic::default()
        }],
        ..CreateTopicsRequest::default()
    })
}

fn deleted() -> Request {
    Request::DeleteTopics(DeleteTopicsRequest {
        topic_names: vec![TOPIC.into()],
        ..DeleteTopicsRequest::default()
    })
}
