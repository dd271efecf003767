//! JoinGroup: who becomes a member, and who must first come back with the id that it is given (KIP-394).

use std::fmt::Write;

use broker_codec::StringBytes;
use broker_model::{Now, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::join_group_response::JoinGroupResponseMember;
use broker_protocol::messages::{JoinGroupRequest, JoinGroupResponse};
use bytes::Bytes;

use super::turn::Turn;
use super::{ClientContext, GroupCoordinator};
use crate::classic_group::{ClassicGroup, ClassicGroupState, JoinedMeanwhile, Member, Seniority, detach};
use crate::group_memory::{GROUP_SIZE, MEMBER_SIZE, PROTOCOL_SIZE};
use crate::group_record::GroupRecord;
use crate::outcome::{Answer, Outcome, ParkedId, Released, WriteIntent};

/// First version whose members must come back with an id that they were given.
const FIRST_WITH_KNOWN_ID: i16 = 4;
/// First version with a rebalance timeout of its own.
const FIRST_WITH_REBALANCE_TIMEOUT: i16 = 1;
/// A new member has no id to send heartbeats with; so long it may wait for its first generation.
const NEW_MEMBER_TIMEOUT_MS: i32 = 5 * 60 * 1_000;
/// Most that a member may bring; a record of its group with more fits into no log of Kafka's default size.
const MEMBER_SIZE_MAX: usize = 1 << 20;
/// Ids that were given out and not used; Kafka has no bound here.
const PENDING_MAX: usize = 10_000;

/// One JoinGroup on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joining<'a> {
    pub(super) client: &'a ClientContext,
    pub(super) request: &'a JoinGroupRequest,
    pub(super) parked: ParkedId,
}

type JoinAnswer = Answer<JoinGroupResponse>;

impl GroupCoordinator {
    /// Takes a member in, or back.
    pub fn join_group(
        &mut self,
        now: Now,
        client: &ClientContext,
        request: &JoinGroupRequest,
    ) -> Outcome<JoinAnswer> {
        let id = &request.group_id;
        let is_new = !self.groups.contains_key(id);
        let checked = self.check_join(request).and_then(|()| match is_new {
            true if !request.member_id.is_empty() => Err(ErrorCode::UnknownMemberId),
            _ => self.check_size(request),
        });
        if let Err(error) = checked {
            return Outcome::answer(Answer::Now(refused(request.member_id.clone(), error)));
        }
        if is_new {
            self.make_group(now, id);
        }
        let parked = self.next_parked();
        let Some(mut turn) = self.turn(id, now) else {
            let response = refused(request.member_id.clone(), ErrorCode::CoordinatorNotAvailable);
            return Outcome::answer(Answer::Now(response));
        };
        let answer = turn.join(Joining {
            client,
            request,
            parked,
        });
        if is_new && turn.effects.records.is_empty() {
            turn.effects.records.push(GroupRecord::new_group(turn.group));
            turn.effects.intent = WriteIntent::NewGroup {
                group: turn.group.id.clone(),
                parked: matches!(answer, Answer::Parked(_)).then_some(parked),
            };
        }
        Outcome {
            answer,
            effects: turn.effects,
        }
    }

    fn check_join(&self, request: &JoinGroupRequest) -> Result<(), ErrorCode> {
        let allowed = self.config.min_session_timeout_ms..=self.config.max_session_timeout_ms;
        if request.group_id.is_empty() {
            Err(ErrorCode::InvalidGroupId)
        } else if !allowed.contains(&request.session_timeout_ms) {
            Err(ErrorCode::InvalidSessionTimeout)
        } else {
            Ok(())
        }
    }

    /// What a member brings stays while it is a member, and must fit into the record of its group some day.
    fn check_size(&self, request: &JoinGroupRequest) -> Result<(), ErrorCode> {
        let brings = size_of_request(request);
        if brings > MEMBER_SIZE_MAX {
            return Err(ErrorCode::MessageTooLarge);
        }
        let group = self.groups.get(&request.group_id);
        let member = group.and_then(|group| group.members.get(&request.member_id));
        let more = brings.saturating_sub(member.map_or(0, Member::size));
        match self.memory.has_room(more) {
            true => Ok(()),
            false => Err(ErrorCode::CoordinatorNotAvailable),
        }
    }
}

impl Turn<'_> {
    fn join(&mut self, joining: Joining<'_>) -> JoinAnswer {
        let request = joining.request;
        let member = &request.member_id;
        if !self.accepts(member) {
            self.remove(member);
            return Answer::Now(refused(StringBytes::EMPTY, ErrorCode::GroupMaxSizeReached));
        }
        if !self.group.supports(&request.protocol_type, &request.protocols) {
            return Answer::Now(refused(member.clone(), ErrorCode::InconsistentGroupProtocol));
        }
        match (&request.group_instance_id, member.is_empty()) {
            (None, true) => self.join_new(joining),
            (Some(instance), true) => self.join_static(joining, instance),
            (instance, false) => self.join_known(joining, instance.as_deref()),
        }
    }

    /// Whether `group.max.size` has room. While members rejoin, those that have not come yet do not count, so that a
    /// group that is too large sheds the last of them.
    fn accepts(&self, member: &str) -> bool {
        let known = self.group.members.get(member);
        match self.group.state {
            ClassicGroupState::Empty => true,
            ClassicGroupState::PreparingRebalance => {
                known.is_some_and(|known| known.awaiting_join.is_some())
                    || self.group.awaiting_join() < self.config.max_size
            }
            ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => {
                known.is_some() || self.group.members.len() < self.config.max_size
            }
        }
    }

    fn join_new(&mut self, joining: Joining<'_>) -> JoinAnswer {
        let client = joining.client;
        let id = new_member_id(&client.client_id, client.new_member_id);
        if client.api_version < FIRST_WITH_KNOWN_ID {
            return self.add_and_rebalance(joining, id);
        }
        if self.group.pending().len() >= PENDING_MAX {
            return Answer::Now(refused(StringBytes::EMPTY, ErrorCode::GroupMaxSizeReached));
        }
        self.group.add_pending(id.clone());
        self.schedule_member(&id, joining.request.session_timeout_ms);
        Answer::Now(refused(id, ErrorCode::MemberIdRequired))
    }

    fn join_known(&mut self, joining: Joining<'_>, instance: Option<&str>) -> JoinAnswer {
        let request = joining.request;
        let id = &request.member_id;
        if instance.is_none() && self.group.pending().contains(id) {
            return self.add_and_rebalance(joining, id.detached());
        }
        if let Err(error) = self.group.check_member(id, instance) {
            return Answer::Now(refused(id.clone(), error));
        }
        let unchanged = self
            .group
            .members
            .get(id)
            .is_some_and(|member| member.matches(&request.protocols));
        let leads = self.group.is_leader(id);
        match self.group.state {
            ClassicGroupState::PreparingRebalance => self.update_and_rebalance(joining),
            // The answer to an earlier join was lost.
            ClassicGroupState::CompletingRebalance if unchanged => {
                let members = match leads {
                    true => self.group.describe_for_leader(),
                    false => Vec::new(),
                };
                Answer::Now(joined(self.group, id, members))
            }
            // A leader that joins again wants a rebalance, for reasons that its metadata does not tell.
            ClassicGroupState::Stable if unchanged && !leads => {
                Answer::Now(joined(self.group, id, Vec::new()))
            }
            ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => {
                self.update_and_rebalance(joining)
            }
            ClassicGroupState::Empty => Answer::Now(refused(id.clone(), ErrorCode::UnknownMemberId)),
        }
    }

    pub(super) fn add_and_rebalance(&mut self, joining: Joining<'_>, id: StringBytes) -> JoinAnswer {
        if let Some(delay) = &mut self.group.initial_delay {
            delay.joined = JoinedMeanwhile::Somebody;
        }
        self.group.add(new_member(joining, id.clone()));
        self.schedule_member(&id, NEW_MEMBER_TIMEOUT_MS);
        self.rebalance_or_complete_join();
        Answer::Parked(joining.parked)
    }

    fn update_and_rebalance(&mut self, joining: Joining<'_>) -> JoinAnswer {
        self.update_member(joining, &joining.request.member_id);
        self.rebalance_or_complete_join();
        Answer::Parked(joining.parked)
    }

    /// Takes over what the member says of itself, and parks its join in place of an earlier one.
    pub(super) fn update_member(&mut self, joining: Joining<'_>, id: &StringBytes) {
        self.group.set_protocols(id, detach(&joining.request.protocols));
        let rebalance_timeout_ms = rebalance_timeout_ms(joining);
        if let Some(member) = self.group.members.get_mut(id) {
            member.rebalance_timeout_ms = rebalance_timeout_ms;
            member.session_timeout_ms = joining.request.session_timeout_ms;
            if let Some(superseded) = member.awaiting_join.replace(joining.parked) {
                let response = refused(id.clone(), ErrorCode::RebalanceInProgress);
                self.effects.released.push(Released::Join(superseded, response));
            }
        }
    }
}

/// What becomes of a request in memory, group included.
fn size_of_request(request: &JoinGroupRequest) -> usize {
    let protocols = request.protocols.iter();
    let protocols = protocols.map(|protocol| PROTOCOL_SIZE + protocol.name.len() + protocol.metadata.len());
    let instance = request
        .group_instance_id
        .as_ref()
        .map_or(0, |instance| instance.len());
    let names = 2 * request.group_id.len() + request.protocol_type.len() + 2 * instance;
    GROUP_SIZE + MEMBER_SIZE + names + protocols.sum::<usize>()
}

fn new_member(joining: Joining<'_>, id: StringBytes) -> Member {
    let Joining {
        client,
        request,
        parked,
    } = joining;
    Member {
        id,
        instance: request.group_instance_id.as_ref().map(StringBytes::detached),
        client_id: client.client_id.detached(),
        client_host: client.client_host.clone(),
        rebalance_timeout_ms: rebalance_timeout_ms(joining),
        session_timeout_ms: request.session_timeout_ms,
        protocol_type: request.protocol_type.detached(),
        protocols: detach(&request.protocols),
        assignment: Bytes::new(),
        awaiting_join: Some(parked),
        awaiting_sync: None,
        seniority: Seniority::New,
    }
}

fn rebalance_timeout_ms(joining: Joining<'_>) -> i32 {
    match joining.client.api_version < FIRST_WITH_REBALANCE_TIMEOUT {
        true => joining.request.session_timeout_ms,
        false => joining.request.rebalance_timeout_ms,
    }
}

/// `prefix-` and the id in Java's notation.
pub(super) fn new_member_id(prefix: &str, id: Uuid) -> StringBytes {
    let mut text = String::with_capacity(prefix.len() + 37);
    text.push_str(prefix);
    for (at, byte) in id.bytes().iter().enumerate() {
        if matches!(at, 0 | 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("a String takes all text");
    }
    StringBytes::from(text)
}

/// The current generation, for a member of it.
pub(super) fn joined(
    group: &ClassicGroup,
    member: &StringBytes,
    members: Vec<JoinGroupResponseMember>,
) -> JoinGroupResponse {
    JoinGroupResponse {
        generation_id: group.generation.value(),
        protocol_type: group.protocol_type.clone(),
        protocol_name: group.protocol_name.clone(),
        leader: group.leader.clone().unwrap_or_default(),
        member_id: member.clone(),
        members,
        ..JoinGroupResponse::default()
    }
}

/// No membership.
pub(super) fn refused(member: StringBytes, error: ErrorCode) -> JoinGroupResponse {
    JoinGroupResponse {
        error_code: error.code(),
        member_id: member,
        protocol_name: None,
        ..JoinGroupResponse::default()
    }
}
