//! A consumer of one topic's partitions, which reads each to its high watermark again and again.

use std::collections::BTreeMap;

use broker_model::Offset;
use broker_protocol::ErrorCode;

use super::routing::Routing;
use super::{ClientEvent, Surroundings};
use crate::checker::Violation;
use crate::message::{Fetch, Fetched, PartitionId, Request, Response};

/// From whom a consumer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadFrom {
    Leader,
    /// Any replica (KIP-392).
    AnyReplica,
    /// The leader, and so many times in a thousand from the beginning again.
    LeaderAgain(u64),
}

#[derive(Debug, Default)]
struct Position {
    offset: i64,
    request: Option<u64>,
    not_before: u64,
    /// A follower that has not what it was asked for says nothing about the leader, which is asked next (KIP-392).
    asks_leader: bool,
}

#[derive(Debug)]
pub(crate) struct Consumer {
    topic: String,
    from: ReadFrom,
    routing: Routing,
    positions: BTreeMap<PartitionId, Position>,
    is_done: bool,
}

impl Consumer {
    pub(crate) fn new(topic: &str, from: ReadFrom) -> Self {
        Self {
            topic: topic.to_owned(),
            from,
            routing: Routing::default(),
            positions: BTreeMap::new(),
            is_done: false,
        }
    }

    /// Reads on to the end.
    pub(crate) fn finish(&mut self) {
        self.is_done = true;
    }

    /// Reads everything once more, if it is one that does.
    pub(crate) fn begin_again(&mut self) {
        if !matches!(self.from, ReadFrom::LeaderAgain(_)) {
            return;
        }
        for position in self.positions.values_mut() {
            *position = Position {
                not_before: position.not_before,
                ..Position::default()
            };
        }
    }

    /// How far it has read.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (PartitionId, i64)> {
        self.positions.iter().map(|(id, position)| (*id, position.offset))
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        let idle = self
            .positions
            .values()
            .filter(|position| position.request.is_none());
        let next = idle.map(|position| position.not_before).min();
        [next, self.routing.deadline()].into_iter().flatten().min()
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
                for partition in self.routing.partitions(&self.topic) {
                    self.positions.entry(partition).or_default();
                }
            }
            ClientEvent::Response {
                id,
                response: Response::Fetched(answer),
            } => {
                self.answered(id, answer, around)?;
            }
            ClientEvent::Failed { id } | ClientEvent::Response { id, .. } => {
                if !self.routing.learn(id, None, around.now) {
                    self.try_again(id, around.now);
                }
            }
            ClientEvent::Tick => {}
        }
        self.routing.refresh(around);
        self.fetch(around);
        Ok(())
    }

    fn try_again(&mut self, request: u64, now: u64) {
        for position in self
            .positions
            .values_mut()
            .filter(|position| position.request == Some(request))
        {
            position.request = None;
            position.not_before = now + 50;
        }
        self.routing.doubt(now);
    }

    fn fetch(&mut self, around: &mut Surroundings<'_>) {
        for (id, position) in &mut self.positions {
            if position.request.is_some() || position.not_before > around.now {
                continue;
            }
            let Some((leader, epoch)) = self.routing.leader(*id) else {
                position.not_before = around.now + 50;
                self.routing.doubt(around.now);
                continue;
            };
            let node = match self.from {
                ReadFrom::Leader | ReadFrom::LeaderAgain(_) => leader,
                ReadFrom::AnyReplica if position.asks_leader => leader,
                ReadFrom::AnyReplica => around
                    .chance
                    .pick(&self.routing.replicas(*id))
                    .copied()
                    .unwrap_or(leader),
            };
            let request = self.routing.next_id();
            position.request = Some(request);
            let fetch = Fetch {
                partition: *id,
                offset: Offset::new(position.offset),
                leader_epoch: Some(epoch),
                max_wait_ms: 300,
            };
            around.send(request, node, Request::Fetch(fetch), 1_500);
        }
    }

    fn answered(
        &mut self,
        request: u64,
        answer: Result<Fetched, ErrorCode>,
        around: &mut Surroundings<'_>,
    ) -> Result<(), Violation> {
        let found = self
            .positions
            .iter_mut()
            .find(|(_, position)| position.request == Some(request));
        let Some((id, position)) = found else {
            return Ok(());
        };
        let fetched = match answer {
            Ok(fetched) => fetched,
            Err(ErrorCode::OffsetOutOfRange) if position.offset < around.checker.deleted_below(*id) => {
                position.request = None;
                position.offset = around.checker.deleted_below(*id);
                return Ok(());
            }
            // One that has not heard that it was replaced may end anywhere.
            Err(ErrorCode::OffsetOutOfRange)
                if self.from != ReadFrom::AnyReplica && is_newest_leader(*id, &self.routing, around) =>
            {
                return Err(format!(
                    "lost (I1): the leader has no offset {} any more",
                    position.offset
                ));
            }
            Err(error) => {
                position.asks_leader = error == ErrorCode::OffsetOutOfRange;
                self.try_again(request, around.now);
                return Ok(());
            }
        };
        position.request = None;
        position.asks_leader = false;
        position.not_before = around.now + around.chance.between(0, 100);
        let before = position.offset;
        position.offset = around.checker.consumed(*id, before, &fetched)?;
        let begins_again = match self.from {
            ReadFrom::LeaderAgain(per_mille) if !self.is_done => around.chance.strikes(per_mille),
            _ => false,
        };
        let read = position.offset - before;
        if begins_again {
            position.offset = 0;
        }
        around.counts.consumed += u64::try_from(read).unwrap_or(0);
        Ok(())
    }
}

/// Whether nobody leads a partition in a later epoch than the one that the client knows of. Of a topic that is deleted
/// nobody does: who has not heard of that may have taken back any of it.
fn is_newest_leader(id: PartitionId, routing: &Routing, around: &Surroundings<'_>) -> bool {
    let Some(image) = around.checker.newest_image() else {
        return true;
    };
    let newest = image.topics.by_id(id.0).and_then(|topic| topic.partition(id.1));
    let known = routing.leader(id).map(|(_, epoch)| epoch);
    newest.is_some_and(|newest| known.is_some_and(|known| known >= newest.leader_epoch))
}
