//! A member of a group: joins, takes its share, says that it lives, commits what it owns, and sometimes leaves, or sleeps
//! for longer than its group waits and goes on as if nothing had happened.

use broker_coordinator::partition_for;
use broker_metadata::GROUP_METADATA_TOPIC;
use broker_protocol::ErrorCode;
use broker_protocol::join_group_request::JoinGroupRequestProtocol;
use broker_protocol::leave_group_request::MemberIdentity;
use broker_protocol::messages::{
    HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, OffsetCommitResponse,
    SyncGroupRequest,
};
use broker_protocol::offset_fetch_response::OffsetFetchResponseGroup;
use broker_protocol::sync_group_request::SyncGroupRequestAssignment;
use bytes::Bytes;

use super::committer::{commit_of, fetch_of};
use super::routing::Routing;
use super::{ClientEvent, Surroundings};
use crate::checker::{CommitTicket, Violation};
use crate::message::{GroupRequest, PartitionId, Request, Response};

/// How many partitions the members of a group share.
pub(crate) const SHARES: i32 = 4;
const PROTOCOL: &str = "range";
const PROTOCOL_TYPE: &str = "consumer";
pub(crate) const SESSION_MS: i32 = 1_200;
const HEARTBEAT_MS: u64 = 300;

/// What was asked last.
#[derive(Debug)]
enum Asked {
    Join,
    Sync,
    Heartbeat,
    Commit(CommitTicket),
    Fetch(i32, i64),
    Leave,
}

/// Where a member stands in its group.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    Out,
    /// It was let in, and as its leader knows who else was.
    Joined(Vec<String>),
    /// It has its share.
    Owns(Vec<i32>),
}

#[derive(Debug)]
pub(crate) struct Member {
    group: String,
    /// Its id in the group; empty before it was given one.
    id: String,
    generation: i32,
    standing: Standing,
    routing: Routing,
    asked: Option<(u64, Asked)>,
    next: u64,
    is_settled: bool,
    is_done: bool,
}

impl Member {
    pub(crate) fn new(group: &str) -> Self {
        Self {
            group: group.to_owned(),
            id: String::new(),
            generation: -1,
            standing: Standing::Out,
            routing: Routing::default(),
            asked: None,
            next: 0,
            is_settled: false,
            is_done: false,
        }
    }

    /// Neither leaves nor sleeps any more.
    pub(crate) fn settle(&mut self) {
        self.is_settled = true;
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
            ClientEvent::Response { id, response } if self.awaits(id) => {
                self.answered(&response, around)?;
            }
            ClientEvent::Failed { id } => {
                let was_routing = self.routing.learn(id, None, around.now);
                if !was_routing && self.awaits(id) {
                    self.try_again(around.now);
                }
            }
            _ => {}
        }
        self.routing.refresh(around);
        self.act(around);
        Ok(())
    }

    fn awaits(&self, id: u64) -> bool {
        matches!(&self.asked, Some((asked, _)) if *asked == id)
    }

    fn try_again(&mut self, now: u64) {
        self.asked = None;
        self.next = now + 50;
        self.routing.doubt(now);
    }

    fn answered(&mut self, response: &Response, around: &mut Surroundings<'_>) -> Result<(), Violation> {
        let Some((_, asked)) = self.asked.take() else {
            return Ok(());
        };
        self.next = around.now + around.chance.between(5, 150);
        match (asked, response) {
            (Asked::Join, Response::Joined(answer)) => self.joined(answer, around.now),
            (Asked::Sync, Response::Synced(answer)) => {
                if self.passes(answer.error_code, around.now) {
                    let shares: Vec<i32> = answer.assignment.iter().map(|share| i32::from(*share)).collect();
                    let place = (self.group.as_str(), self.generation);
                    around.checker.assigned(place, &self.id, &shares)?;
                    around.counts.rebalances += 1;
                    self.standing = Standing::Owns(shares);
                }
            }
            (Asked::Heartbeat, Response::StillIn(answer)) => {
                self.passes(answer.error_code, around.now);
            }
            (Asked::Commit(ticket), Response::Committed(answer)) => {
                if self.passes(code_of_commit(answer), around.now) {
                    around.counts.commits += 1;
                    return around.checker.committed(&ticket, around.now);
                }
            }
            (Asked::Fetch(share, floor), Response::CommittedOffsets(answer)) => {
                let found = offset_of(answer);
                return around.checker.found_committed((&self.group, share), floor, found);
            }
            (Asked::Leave, Response::Left(_)) => self.forget(),
            _ => self.try_again(around.now),
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.id = String::new();
        self.generation = -1;
        self.standing = Standing::Out;
    }

    /// Whether an answer says that all is well; if not, what follows from it.
    fn passes(&mut self, code: i16, now: u64) -> bool {
        match ErrorCode::from_i16(code) {
            Some(ErrorCode::None) => return true,
            Some(ErrorCode::RebalanceInProgress) => self.standing = Standing::Out,
            Some(ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration | ErrorCode::GroupIdNotFound) => {
                self.forget();
            }
            _ => self.try_again(now),
        }
        false
    }

    fn joined(&mut self, answer: &JoinGroupResponse, now: u64) {
        match ErrorCode::from_i16(answer.error_code) {
            Some(ErrorCode::MemberIdRequired) => self.id = answer.member_id.to_string(),
            _ if self.passes(answer.error_code, now) => {
                self.id = answer.member_id.to_string();
                self.generation = answer.generation_id;
                let members = answer.members.iter().map(|member| member.member_id.to_string());
                let mut members: Vec<String> = members.collect();
                members.sort_unstable();
                self.standing = Standing::Joined(members);
            }
            _ => {}
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
        let (asked, request, timeout) = match &self.standing {
            Standing::Out => (Asked::Join, GroupRequest::Join(self.join()), 6_000),
            Standing::Joined(members) => (Asked::Sync, GroupRequest::Sync(self.sync(members)), 6_000),
            Standing::Owns(shares) => {
                let share = around.chance.pick(shares).copied();
                match self.next_deed(share, around) {
                    Some((asked, request)) => (asked, request, 1_500),
                    None => return,
                }
            }
        };
        self.asked = Some((id, asked));
        around.send(id, node, Request::Group(request), timeout);
    }

    /// What it does next while it has its share; none if it sleeps.
    fn next_deed(
        &mut self,
        share: Option<i32>,
        around: &mut Surroundings<'_>,
    ) -> Option<(Asked, GroupRequest)> {
        let choice = around.chance.below(100);
        match (choice, share) {
            (0..50, Some(share)) if !self.is_done => {
                let place = (self.group.as_str(), share);
                let ticket = around.checker.commits(place, self.generation);
                let mut commit = commit_of(&self.group, share, ticket.offset);
                commit.generation_id_or_member_epoch = self.generation;
                commit.member_id = self.id.as_str().into();
                Some((Asked::Commit(ticket), GroupRequest::Commit(commit)))
            }
            (50..70, Some(share)) => {
                let floor = around.checker.committed_so_far((&self.group, share));
                let fetch = fetch_of(&self.group, share);
                Some((Asked::Fetch(share, floor), GroupRequest::Fetch(fetch)))
            }
            (70, _) if !self.is_settled => Some((Asked::Leave, GroupRequest::Leave(self.leave()))),
            (71, _) if !self.is_settled => {
                // Its group goes on without it; the first that it does then is as if it were still in.
                self.next = around.now + around.chance.between(1_000, 4_000);
                None
            }
            _ => {
                self.next = around.now + HEARTBEAT_MS;
                Some((Asked::Heartbeat, GroupRequest::Heartbeat(self.heartbeat())))
            }
        }
    }

    fn join(&self) -> JoinGroupRequest {
        JoinGroupRequest {
            group_id: self.group.as_str().into(),
            session_timeout_ms: SESSION_MS,
            rebalance_timeout_ms: 2_000,
            member_id: self.id.as_str().into(),
            protocol_type: PROTOCOL_TYPE.into(),
            protocols: vec![JoinGroupRequestProtocol {
                name: PROTOCOL.into(),
                ..JoinGroupRequestProtocol::default()
            }],
            ..JoinGroupRequest::default()
        }
    }

    fn sync(&self, members: &[String]) -> SyncGroupRequest {
        let share_of = |place: usize, member: &String| SyncGroupRequestAssignment {
            member_id: member.as_str().into(),
            assignment: shares(place, members.len()),
            ..SyncGroupRequestAssignment::default()
        };
        let assignments = members.iter().enumerate();
        SyncGroupRequest {
            group_id: self.group.as_str().into(),
            generation_id: self.generation,
            member_id: self.id.as_str().into(),
            protocol_type: Some(PROTOCOL_TYPE.into()),
            protocol_name: Some(PROTOCOL.into()),
            assignments: assignments
                .map(|(place, member)| share_of(place, member))
                .collect(),
            ..SyncGroupRequest::default()
        }
    }

    fn heartbeat(&self) -> HeartbeatRequest {
        HeartbeatRequest {
            group_id: self.group.as_str().into(),
            generation_id: self.generation,
            member_id: self.id.as_str().into(),
            ..HeartbeatRequest::default()
        }
    }

    fn leave(&self) -> LeaveGroupRequest {
        LeaveGroupRequest {
            group_id: self.group.as_str().into(),
            members: vec![MemberIdentity {
                member_id: self.id.as_str().into(),
                ..MemberIdentity::default()
            }],
            ..LeaveGroupRequest::default()
        }
    }
}

/// The partitions that the member at that place of so many gets, a byte for each.
fn shares(place: usize, members: usize) -> Bytes {
    let all = 0..u8::try_from(SHARES).unwrap_or(u8::MAX);
    all.filter(|share| usize::from(*share) % members.max(1) == place)
        .collect()
}

fn code_of_commit(answer: &OffsetCommitResponse) -> i16 {
    let partition = answer.topics.first().and_then(|topic| topic.partitions.first());
    partition.map_or(ErrorCode::UnknownServerError.code(), |partition| {
        partition.error_code
    })
}

fn offset_of(answer: &OffsetFetchResponseGroup) -> i64 {
    let partition = answer.topics.first().and_then(|topic| topic.partitions.first());
    partition.map_or(-1, |partition| partition.committed_offset)
}
