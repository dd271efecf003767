//! An operator: moves replicas, takes moves back, asks for elections, and deletes records, all while things go wrong.

use broker_protocol::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use broker_protocol::messages::{AlterPartitionReassignmentsRequest, ElectLeadersRequest};

use super::routing::Routing;
use super::{ClientEvent, Surroundings};
use crate::checker::Violation;
use crate::message::{DeleteRecords, PartitionId, Request, Response};

const TOPIC: &str = "numbers";
/// The request's election type for preferred leaders.
const PREFERRED: i8 = 0;

#[derive(Debug)]
pub(crate) struct Operator {
    routing: Routing,
    asked: Option<u64>,
    next: u64,
    pause_ms: u64,
    is_done: bool,
}

impl Operator {
    pub(crate) fn new(pause_ms: u64) -> Self {
        Self {
            routing: Routing::default(),
            asked: None,
            next: 0,
            pause_ms,
            is_done: false,
        }
    }

    /// Leaves everything as it is.
    pub(crate) fn finish(&mut self) {
        self.is_done = true;
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        let own = (self.asked.is_none() && !self.is_done).then_some(self.next);
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
                self.note(&response, around);
            }
            ClientEvent::Failed { id } => {
                let was_routing = self.routing.learn(id, None, around.now);
                self.asked = self.asked.filter(|asked| was_routing || *asked != id);
            }
            _ => {}
        }
        self.routing.refresh(around);
        self.act(around);
        Ok(())
    }

    fn note(&self, response: &Response, around: &mut Surroundings<'_>) {
        match response {
            Response::Reassigned(answer) if answer.error_code == 0 => {
                let partitions = answer.responses.iter().flat_map(|topic| &topic.partitions);
                let taken = partitions.filter(|partition| partition.error_code == 0).count();
                around.counts.reassignments += u64::try_from(taken).unwrap_or(0);
            }
            Response::Deleted(Ok(_)) => around.counts.deletions += 1,
            _ => {}
        }
    }

    fn act(&mut self, around: &mut Surroundings<'_>) {
        if self.asked.is_some() || self.is_done || self.next > around.now {
            return;
        }
        self.next = around.now + around.chance.between(self.pause_ms / 4, self.pause_ms);
        let partitions = self.routing.partitions(TOPIC);
        let Some(partition) = around.chance.pick(&partitions).copied() else {
            return;
        };
        let request = match around.chance.below(6) {
            0..=2 => {
                let replicas = choose_replicas(around);
                reassign(partition, Some(replicas))
            }
            3 => reassign(partition, None),
            4 => Request::ElectLeaders(ElectLeadersRequest {
                election_type: PREFERRED,
                topic_partitions: None,
                ..ElectLeadersRequest::default()
            }),
            _ => match self.delete_records(partition, around) {
                Some(request) => request,
                None => return,
            },
        };
        let leader = self.routing.leader(partition).map(|(leader, _)| leader);
        let node = match (&request, leader) {
            (Request::DeleteRecords(_), Some(leader)) => leader,
            _ => around.chance.pick(around.nodes).copied().unwrap_or(1),
        };
        let id = self.routing.next_id();
        self.asked = Some(id);
        around.send(id, node, request, 1_000);
    }

    fn delete_records(&self, partition: PartitionId, around: &mut Surroundings<'_>) -> Option<Request> {
        let known = around.checker.known_end(partition);
        let before = i64::try_from(around.chance.below(u64::try_from(known).ok()?)).ok()?;
        around.checker.deletes(partition, before);
        Some(Request::DeleteRecords(DeleteRecords { partition, before }))
    }
}

/// Two or three nodes, in any order.
fn choose_replicas(around: &mut Surroundings<'_>) -> Vec<i32> {
    let mut left = around.nodes.to_vec();
    let mut chosen = Vec::new();
    let count = if around.chance.below(4) == 0 { 2 } else { 3 };
    while chosen.len() < count {
        let Some(next) = around.chance.pick(&left).copied() else {
            break;
        };
        left.retain(|id| *id != next);
        chosen.push(next);
    }
    chosen
}

/// Moves a partition; to where it was if no replicas are named.
fn reassign((_, index): PartitionId, replicas: Option<Vec<i32>>) -> Request {
    Request::Reassign(AlterPartitionReassignmentsRequest {
        topics: vec![ReassignableTopic {
            name: TOPIC.into(),
            partitions: vec![ReassignablePartition {
                partition_index: index.value(),
                replicas,
                ..ReassignablePartition::default()
            }],
            ..ReassignableTopic::default()
        }],
        ..AlterPartitionReassignmentsRequest::default()
    })
}
