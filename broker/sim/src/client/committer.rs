//! A client that commits ascending offsets for a group of its own, and asks what the group has committed.

use std::collections::BTreeSet;

use broker_coordinator::partition_for;
use broker_metadata::GROUP_METADATA_TOPIC;
use broker_protocol::ErrorCode;
use broker_protocol::messages::OffsetCommitRequest;
use broker_protocol::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use broker_protocol::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};

use super::routing::Routing;
use super::{ClientEvent, Surroundings};
use crate::checker::Violation;
use crate::message::{GroupRequest, PartitionId, Request, Response};

const TOPIC: &str = "numbers";

/// What was asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// To commit that offset.
    Commit(i64),
    /// What is committed.
    Fetch,
}

#[derive(Debug)]
pub(crate) struct Committer {
    group: String,
    routing: Routing,
    asked: Option<(u64, Asked)>,
    next: u64,
    /// The last offset that it tried to commit, and the last that was acknowledged; -1 before the first.
    tried: i64,
    acknowledged: i64,
    /// Commits that nobody answered: they may arrive after later ones, and take their place.
    given_up: BTreeSet<i64>,
    is_done: bool,
}

impl Committer {
    pub(crate) fn new(group: &str) -> Self {
        Self {
            group: group.to_owned(),
            routing: Routing::default(),
            asked: None,
            next: 0,
            tried: 0,
            acknowledged: -1,
            given_up: BTreeSet::new(),
            is_done: false,
        }
    }

    /// Commits no more.
    pub(crate) fn finish(&mut self) {
        self.is_done = true;
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        let own = self.asked.is_none().then_some(self.next);
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
            ClientEvent::Response { id, response } if self.asked.is_some_and(|(asked, _)| asked == id) => {
                self.answered(&response, around)?;
            }
            ClientEvent::Failed { id } => {
                let was_routing = self.routing.learn(id, None, around.now);
                if !was_routing && self.asked.is_some_and(|(asked, _)| asked == id) {
                    self.try_again(around.now);
                }
            }
            _ => {}
        }
        self.routing.refresh(around);
        self.act(around);
        Ok(())
    }

    fn try_again(&mut self, now: u64) {
        if let Some((_, Asked::Commit(offset))) = self.asked.take() {
            self.given_up.insert(offset);
        }
        self.next = now + 50;
        self.routing.doubt(now);
    }

    fn answered(&mut self, response: &Response, around: &mut Surroundings<'_>) -> Result<(), Violation> {
        let Some((_, asked)) = self.asked.take() else {
            return Ok(());
        };
        self.next = around.now + around.chance.between(20, 300);
        match (asked, response) {
            (Asked::Commit(offset), Response::Committed(answer)) => {
                let code = answer.topics.first().and_then(|topic| topic.partitions.first());
                if code.is_some_and(|partition| partition.error_code == ErrorCode::None.code()) {
                    self.acknowledged = offset;
                    around.counts.commits += 1;
                }
                Ok(())
            }
            (Asked::Fetch, Response::CommittedOffsets(answer)) => {
                let found = answer.topics.first().and_then(|topic| topic.partitions.first());
                let found = found.map_or(-1, |partition| partition.committed_offset);
                let is_older = found < self.acknowledged && !self.given_up.contains(&found);
                if is_older || found > self.tried {
                    return Err(format!(
                        "committed offsets (I15): group {} committed {} and is told {found}",
                        self.group, self.acknowledged
                    ));
                }
                Ok(())
            }
            _ => {
                self.try_again(around.now);
                Ok(())
            }
        }
    }

    /// The coordinator's partition, and who leads it.
    fn coordinator(&self) -> Option<i32> {
        let partitions: Vec<PartitionId> = self.routing.partitions(GROUP_METADATA_TOPIC);
        let count = i32::try_from(partitions.len()).unwrap_or(0);
        let index = (count > 0).then(|| partition_for(&self.group, count))?;
        let id = partitions.into_iter().find(|(_, found)| *found == index)?;
        self.routing.leader(id).map(|(leader, _)| leader)
    }

    fn act(&mut self, around: &mut Surroundings<'_>) {
        if self.asked.is_some() || self.next > around.now {
            return;
        }
        let Some(node) = self.coordinator() else {
            return self.try_again(around.now);
        };
        let id = self.routing.next_id();
        let (asked, request) = match self.is_done || (around.chance.below(3) == 0 && self.acknowledged > 0) {
            true => (Asked::Fetch, GroupRequest::Fetch(fetch_of(&self.group, 0))),
            false => {
                self.tried += 1;
                let commit = commit_of(&self.group, 0, self.tried);
                (Asked::Commit(self.tried), GroupRequest::Commit(commit))
            }
        };
        self.asked = Some((id, asked));
        around.send(id, node, Request::Group(request), 1_500);
    }
}

/// A commit of a partition by nobody in particular.
pub(super) fn commit_of(group: &str, partition: i32, offset: i64) -> OffsetCommitRequest {
    OffsetCommitRequest {
        group_id: group.into(),
        generation_id_or_member_epoch: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: TOPIC.into(),
            partitions: vec![OffsetCommitRequestPartition {
                partition_index: partition,
                committed_offset: offset,
                ..OffsetCommitRequestPartition::default()
            }],
            ..OffsetCommitRequestTopic::default()
        }],
        ..OffsetCommitRequest::default()
    }
}

/// What is committed of a partition.
pub(super) fn fetch_of(group: &str, partition: i32) -> OffsetFetchRequestGroup {
    OffsetFetchRequestGroup {
        group_id: group.into(),
        topics: Some(vec![OffsetFetchRequestTopics {
            name: TOPIC.into(),
            partition_indexes: vec![partition],
            ..OffsetFetchRequestTopics::default()
        }]),
        ..OffsetFetchRequestGroup::default()
    }
}
