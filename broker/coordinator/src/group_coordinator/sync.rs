//! SyncGroup: the leader brings the assignment, everybody fetches theirs.

use broker_codec::StringBytes;
use broker_model::Now;
use broker_protocol::ErrorCode;
use broker_protocol::messages::{SyncGroupRequest, SyncGroupResponse};
use bytes::Bytes;

use super::GroupCoordinator;
use super::turn::Turn;
use crate::classic_group::{ClassicGroup, ClassicGroupState};
use crate::group_record::GroupRecord;
use crate::outcome::{Answer, Outcome, ParkedId, Released, WriteIntent};

/// First version that says what the members speak, and must (KIP-559).
const FIRST_WITH_PROTOCOL: i16 = 5;

impl GroupCoordinator {
    /// Gives a member its assignment, now or once the leader has brought it.
    pub fn sync_group(
        &mut self,
        now: Now,
        api_version: i16,
        request: &SyncGroupRequest,
    ) -> Outcome<Answer<SyncGroupResponse>> {
        let names_protocol = request.protocol_type.is_some() && request.protocol_name.is_some();
        if api_version >= FIRST_WITH_PROTOCOL && !names_protocol {
            return Outcome::answer(Answer::Now(refused(ErrorCode::InconsistentGroupProtocol)));
        }
        if request.group_id.is_empty() {
            return Outcome::answer(Answer::Now(refused(ErrorCode::InvalidGroupId)));
        }
        let parked = self.next_parked();
        let Some(mut turn) = self.turn(&request.group_id, now) else {
            return Outcome::answer(Answer::Now(refused(ErrorCode::UnknownMemberId)));
        };
        let answer = match turn.sync(request, parked) {
            Ok(answer) => answer,
            Err(error) => Answer::Now(refused(error)),
        };
        Outcome {
            answer,
            effects: turn.effects,
        }
    }
}

impl Turn<'_> {
    fn sync(
        &mut self,
        request: &SyncGroupRequest,
        parked: ParkedId,
    ) -> Result<Answer<SyncGroupResponse>, ErrorCode> {
        check_sync(self.group, request)?;
        let id = &request.member_id;
        match self.group.state {
            ClassicGroupState::Empty => Err(ErrorCode::UnknownMemberId),
            ClassicGroupState::PreparingRebalance => Err(ErrorCode::RebalanceInProgress),
            ClassicGroupState::CompletingRebalance => {
                self.park_sync(id, parked);
                self.asked_for_assignment(id);
                if self.group.is_leader(id) {
                    self.record_assignment(request);
                }
                Ok(Answer::Parked(parked))
            }
            ClassicGroupState::Stable => {
                self.asked_for_assignment(id);
                let assignment = self.assignment_of(id);
                Ok(Answer::Now(assigned(self.group, assignment)))
            }
        }
    }

    fn park_sync(&mut self, id: &str, parked: ParkedId) {
        let Some(member) = self.group.members.get_mut(id) else {
            return;
        };
        if let Some(superseded) = member.awaiting_sync.replace(parked) {
            let response = refused(ErrorCode::RebalanceInProgress);
            self.effects.released.push(Released::Sync(superseded, response));
        }
    }

    fn asked_for_assignment(&mut self, id: &str) {
        self.group.pending_sync.remove(id);
        if self.group.pending_sync.is_empty() {
            self.cancel_sync();
        }
    }

    fn record_assignment(&mut self, request: &SyncGroupRequest) {
        let given = |id: &StringBytes| {
            let found = request.assignments.iter().rev();
            let mut found = found.filter(|assignment| assignment.member_id == *id);
            let bytes = found.next().map(|assignment| assignment.assignment.clone());
            bytes.unwrap_or_default()
        };
        let assignments: Vec<(StringBytes, Bytes)> = self
            .group
            .members
            .keys()
            .map(|id| (id.clone(), Bytes::copy_from_slice(&given(id))))
            .collect();
        let assignment_of = |id: &StringBytes| {
            let found = assignments.binary_search_by(|(member, _)| member.cmp(id));
            found.map(|at| assignments[at].1.clone()).unwrap_or_default()
        };
        let record = GroupRecord::generation(self.group, assignment_of);
        self.effects.records.push(record);
        self.effects.intent = WriteIntent::Assignment {
            group: self.group.id.clone(),
            generation: self.group.generation,
            assignments,
        };
    }

    pub(super) fn assignment_of(&self, id: &str) -> Bytes {
        let member = self.group.members.get(id);
        member.map(|member| member.assignment.clone()).unwrap_or_default()
    }

    /// The assignment is in the log: everybody who waits gets theirs.
    pub(super) fn assignment_recorded(&mut self, assignments: Vec<(StringBytes, Bytes)>) {
        for (id, assignment) in assignments {
            self.group.set_assignment(&id, assignment);
        }
        self.group.transition(ClassicGroupState::Stable, self.now.wall);
        let ids: Vec<StringBytes> = self.group.members.keys().cloned().collect();
        for id in ids {
            let response = assigned(self.group, self.assignment_of(&id));
            if self.release_sync(&id, response) {
                self.refresh_session(&id);
            }
        }
    }

    /// The generation will not do: whoever waits for its assignment gets `error`.
    pub(super) fn drop_assignments(&mut self, error: ErrorCode) {
        let ids: Vec<StringBytes> = self.group.members.keys().cloned().collect();
        for id in ids {
            self.group.set_assignment(&id, Bytes::new());
            if self.release_sync(&id, refused(error)) {
                self.refresh_session(&id);
            }
        }
    }
}

fn check_sync(group: &ClassicGroup, request: &SyncGroupRequest) -> Result<(), ErrorCode> {
    group.check_member(&request.member_id, request.group_instance_id.as_deref())?;
    if request.generation_id != group.generation.value() {
        return Err(ErrorCode::IllegalGeneration);
    }
    let differs = |said: &Option<StringBytes>, is: &Option<StringBytes>| said.is_some() && said != is;
    if differs(&request.protocol_type, &group.protocol_type)
        || differs(&request.protocol_name, &group.protocol_name)
    {
        return Err(ErrorCode::InconsistentGroupProtocol);
    }
    Ok(())
}

fn assigned(group: &ClassicGroup, assignment: Bytes) -> SyncGroupResponse {
    SyncGroupResponse {
        protocol_type: group.protocol_type.clone(),
        protocol_name: group.protocol_name.clone(),
        assignment,
        ..SyncGroupResponse::default()
    }
}

/// No assignment.
pub(super) fn refused(error: ErrorCode) -> SyncGroupResponse {
    SyncGroupResponse {
        error_code: error.code(),
        ..SyncGroupResponse::default()
    }
}
