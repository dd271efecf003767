//! One coordinator, its log, and a clock that moves when it is told to.

use std::collections::HashMap;

use broker_codec::StringBytes;
use broker_model::{MonotonicMs, Now, ProducerId, Timestamp, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::join_group_request::JoinGroupRequestProtocol;
use broker_protocol::leave_group_request::MemberIdentity;
use broker_protocol::messages::{
    HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, LeaveGroupResponse,
    OffsetCommitRequest, SyncGroupRequest, SyncGroupResponse,
};
use broker_protocol::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use broker_protocol::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use broker_protocol::sync_group_request::SyncGroupRequestAssignment;
use bytes::Bytes;

use crate::{
    Answer, ClientContext, Effects, GroupConfig, GroupCoordinator, GroupMemory, GroupRecord, OffsetStability,
    Outcome, ParkedId, Released,
};

/// The group that the tests are about.
pub(super) const GROUP: &str = "g";
pub(super) const SESSION_MS: i32 = 10_000;
pub(super) const REBALANCE_MS: i32 = 60_000;

#[derive(Debug)]
pub(super) struct World {
    pub(super) coordinator: GroupCoordinator,
    pub(super) log: Vec<GroupRecord>,
    /// Answer to every append from now on.
    pub(super) append: Result<(), ErrorCode>,
    now: Now,
    released: HashMap<ParkedId, Released>,
    members: u32,
}

/// A JoinGroup to be sent.
#[derive(Clone, Debug)]
pub(super) struct Join {
    pub(super) request: JoinGroupRequest,
    pub(super) api_version: i16,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(GroupConfig {
            initial_rebalance_delay_ms: 0,
            ..GroupConfig::default()
        })
    }

    pub(super) fn with(config: GroupConfig) -> Self {
        Self::with_memory(config, GroupMemory::new(usize::MAX))
    }

    pub(super) fn with_memory(config: GroupConfig, memory: GroupMemory) -> Self {
        let mut coordinator = GroupCoordinator::new(config, memory);
        let now = Now {
            wall: Timestamp::from_ms(1_000_000),
            monotonic: MonotonicMs::from_ms(0),
        };
        coordinator.finish_load(now);
        Self {
            coordinator,
            log: Vec::new(),
            append: Ok(()),
            now,
            released: HashMap::new(),
            members: 0,
        }
    }

    pub(super) fn now(&self) -> Now {
        self.now
    }

    /// Another broker takes over: it knows what is in the log.
    pub(super) fn fail_over(self, config: GroupConfig) -> Self {
        let mut next = Self::with(config);
        next.now = self.now;
        next.members = self.members;
        for record in &self.log {
            let (key, value) = record.encode().unwrap();
            let record = GroupRecord::decode(key, value).unwrap();
            next.coordinator.load(next.now, ProducerId::NONE, &record);
        }
        next.coordinator.finish_load(next.now);
        next.log = self.log;
        next
    }

    /// Time passes, and every deadline in it is met at its time.
    pub(super) fn pass_ms(&mut self, ms: u64) {
        let until = self.now.monotonic.plus_ms(ms);
        while let Some(deadline) = self.coordinator.next_deadline().filter(|at| *at <= until) {
            self.move_to(deadline.max(self.now.monotonic));
            while let Some(effects) = self.coordinator.on_time(self.now) {
                self.carry_out(effects);
            }
        }
        self.move_to(until);
    }

    fn move_to(&mut self, monotonic: MonotonicMs) {
        let ms = monotonic.since_ms(self.now.monotonic);
        self.now = Now {
            wall: self.now.wall.plus_ms(ms.cast_signed()),
            monotonic,
        };
    }

    pub(super) fn carry_out(&mut self, mut effects: Effects) {
        loop {
            for released in effects.released {
                let id = match &released {
                    Released::Join(id, _) | Released::Sync(id, _) => *id,
                };
                assert!(self.released.insert(id, released).is_none(), "answered twice");
            }
            if effects.records.is_empty() {
                return;
            }
            if self.append.is_ok() {
                self.log.extend(effects.records.iter().cloned());
            }
            effects = self
                .coordinator
                .finish_write(self.now, &effects.records, effects.intent, self.append);
        }
    }

    pub(super) fn finish<A>(&mut self, outcome: Outcome<A>) -> A {
        self.carry_out(outcome.effects);
        outcome.answer
    }

    /// Sends a JoinGroup; its answer may come later.
    pub(super) fn send_join(&mut self, join: &Join) -> Answer<JoinGroupResponse> {
        self.members += 1;
        let client = ClientContext {
            client_id: "client".into(),
            client_host: "/127.0.0.1".into(),
            api_version: join.api_version,
            new_member_id: Uuid::from_random(nth_id(self.members)),
        };
        let outcome = self.coordinator.join_group(self.now, &client, &join.request);
        self.finish(outcome)
    }

    /// The answer to a JoinGroup that is answered by now.
    pub(super) fn join(&mut self, join: &Join) -> JoinGroupResponse {
        let answer = self.send_join(join);
        self.pass_ms(0);
        self.join_answer(answer).expect("the join still waits")
    }

    pub(super) fn join_answer(&self, answer: Answer<JoinGroupResponse>) -> Option<JoinGroupResponse> {
        match answer {
            Answer::Now(response) => Some(response),
            Answer::Parked(id) => match self.released.get(&id)? {
                Released::Join(_, response) => Some(response.clone()),
                Released::Sync(..) => panic!("a sync's answer to a join"),
            },
        }
    }

    pub(super) fn send_sync(&mut self, request: &SyncGroupRequest) -> Answer<SyncGroupResponse> {
        let outcome = self.coordinator.sync_group(self.now, 5, request);
        self.finish(outcome)
    }

    pub(super) fn sync_answer(&self, answer: Answer<SyncGroupResponse>) -> Option<SyncGroupResponse> {
        match answer {
            Answer::Now(response) => Some(response),
            Answer::Parked(id) => match self.released.get(&id)? {
                Released::Sync(_, response) => Some(response.clone()),
                Released::Join(..) => panic!("a join's answer to a sync"),
            },
        }
    }

    pub(super) fn sync(&mut self, request: &SyncGroupRequest) -> SyncGroupResponse {
        let answer = self.send_sync(request);
        self.sync_answer(answer).expect("the sync still waits")
    }

    pub(super) fn heartbeat(&mut self, member: &str, generation: i32) -> i16 {
        let request = HeartbeatRequest {
            group_id: GROUP.into(),
            generation_id: generation,
            member_id: member.into(),
            ..HeartbeatRequest::default()
        };
        self.coordinator.heartbeat(self.now, &request).error_code
    }

    pub(super) fn leave(&mut self, members: &[(&str, Option<&str>)]) -> LeaveGroupResponse {
        let members = members.iter().map(|(member, instance)| MemberIdentity {
            member_id: (*member).into(),
            group_instance_id: instance.map(StringBytes::from),
            ..MemberIdentity::default()
        });
        let request = LeaveGroupRequest {
            group_id: GROUP.into(),
            members: members.collect(),
            ..LeaveGroupRequest::default()
        };
        let outcome = self.coordinator.leave_group(self.now, 5, &request);
        self.finish(outcome)
    }

    /// Commits one offset; answers the error of its partition.
    pub(super) fn commit(&mut self, request: &OffsetCommitRequest) -> i16 {
        let outcome = self.coordinator.offset_commit(self.now, 9, request);
        self.finish(outcome).topics[0].partitions[0].error_code
    }

    /// The committed offset of a partition, -1 for none.
    pub(super) fn committed(&self, topic: &str, partition: i32) -> i64 {
        self.committed_by(GROUP, topic, partition)
    }

    pub(super) fn committed_by(&self, group: &str, topic: &str, partition: i32) -> i64 {
        let request = OffsetFetchRequestGroup {
            group_id: group.into(),
            topics: Some(vec![OffsetFetchRequestTopics {
                name: topic.into(),
                partition_indexes: vec![partition],
                ..OffsetFetchRequestTopics::default()
            }]),
            ..OffsetFetchRequestGroup::default()
        };
        let fetched = self
            .coordinator
            .offset_fetch(&request, OffsetStability::NotRequired);
        fetched.topics[0].partitions[0].committed_offset
    }

    pub(super) fn state(&self) -> String {
        let described = self.coordinator.describe_group(5, &GROUP.into());
        described.group_state.to_string()
    }

    /// Joins one dynamic member that knows how to get its id, and answers its answer.
    pub(super) fn add_member(&mut self) -> JoinGroupResponse {
        let first = self.join(&Join::new());
        assert_eq!(first.error_code, ErrorCode::MemberIdRequired.code());
        self.join(&Join::new().member(&first.member_id))
    }

    /// A stable group of one member; answers its id. Its generation is 1.
    pub(super) fn stable_group(&mut self) -> String {
        let joined = self.add_member();
        let synced = self.sync(&sync_of_leader(&joined, &[(&joined.member_id, "all")]));
        assert_eq!(synced.error_code, 0);
        joined.member_id.to_string()
    }

    /// A stable group of two; answers leader and follower. Its generation is 2.
    pub(super) fn stable_group_of_two(&mut self) -> (String, String) {
        let leader = self.stable_group();
        let newcomer = self.join(&Join::new()).member_id;
        let follower = self.send_join(&Join::new().member(&newcomer));
        let joined = self.join(&Join::new().member(&leader));
        assert_eq!(self.join_answer(follower).unwrap().generation_id, 2);
        let follower = self.send_sync(&sync_of(&newcomer, 2));
        let halves = [(leader.as_str(), "first half"), (&newcomer, "second half")];
        self.sync(&sync_of_leader(&joined, &halves));
        assert_eq!(self.sync_answer(follower).unwrap().assignment, "second half");
        (leader, newcomer.to_string())
    }
}

/// The bytes of the nth id that was asked for.
fn nth_id(n: u32) -> [u8; 16] {
    let mut bytes = [n as u8; 16];
    for (byte, high) in bytes.iter_mut().zip((n >> 8).to_be_bytes()) {
        *byte ^= high;
    }
    bytes
}

impl Join {
    pub(super) fn new() -> Self {
        let request = JoinGroupRequest {
            group_id: GROUP.into(),
            session_timeout_ms: SESSION_MS,
            rebalance_timeout_ms: REBALANCE_MS,
            protocol_type: "consumer".into(),
            ..JoinGroupRequest::default()
        };
        let join = Self {
            request,
            api_version: 9,
        };
        join.protocols(&["range"])
    }

    pub(super) fn member(mut self, id: &str) -> Self {
        self.request.member_id = id.into();
        self
    }

    pub(super) fn instance(mut self, id: &str) -> Self {
        self.request.group_instance_id = Some(id.into());
        self
    }

    pub(super) fn version(mut self, version: i16) -> Self {
        self.api_version = version;
        self
    }

    pub(super) fn protocol_type(mut self, kind: &str) -> Self {
        self.request.protocol_type = kind.into();
        self
    }

    pub(super) fn protocols(mut self, names: &[&str]) -> Self {
        let protocol = |name: &&str| JoinGroupRequestProtocol {
            name: (*name).into(),
            metadata: subscription(&["t"]),
            ..JoinGroupRequestProtocol::default()
        };
        self.request.protocols = names.iter().map(protocol).collect();
        self
    }

    pub(super) fn subscribed_to(mut self, topics: &[&str]) -> Self {
        for protocol in &mut self.request.protocols {
            protocol.metadata = subscription(topics);
        }
        self
    }
}

/// A ConsumerProtocolSubscription of version 0.
pub(super) fn subscription(topics: &[&str]) -> Bytes {
    let mut bytes = vec![0, 0];
    bytes.extend((topics.len() as i32).to_be_bytes());
    for topic in topics {
        bytes.extend((topic.len() as i16).to_be_bytes());
        bytes.extend(topic.as_bytes());
    }
    bytes.extend((-1_i32).to_be_bytes());
    bytes.into()
}

/// A SyncGroup of a member that does not assign.
pub(super) fn sync_of(member: &str, generation: i32) -> SyncGroupRequest {
    SyncGroupRequest {
        group_id: GROUP.into(),
        generation_id: generation,
        member_id: member.into(),
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        ..SyncGroupRequest::default()
    }
}

/// A SyncGroup of the leader.
pub(super) fn sync_of_leader(joined: &JoinGroupResponse, assignments: &[(&str, &str)]) -> SyncGroupRequest {
    let assignments = assignments
        .iter()
        .map(|(member, text)| SyncGroupRequestAssignment {
            member_id: (*member).into(),
            assignment: Bytes::copy_from_slice(text.as_bytes()),
            ..SyncGroupRequestAssignment::default()
        });
    SyncGroupRequest {
        assignments: assignments.collect(),
        protocol_type: joined.protocol_type.clone(),
        ..sync_of(&joined.member_id, joined.generation_id)
    }
}

/// A commit of one offset by somebody who is no member.
pub(super) fn commit_of(topic: &str, partition: i32, offset: i64) -> OffsetCommitRequest {
    OffsetCommitRequest {
        group_id: GROUP.into(),
        generation_id_or_member_epoch: -1,
        retention_time_ms: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: topic.into(),
            partitions: vec![OffsetCommitRequestPartition {
                partition_index: partition,
                committed_offset: offset,
                committed_leader_epoch: -1,
                ..OffsetCommitRequestPartition::default()
            }],
            ..OffsetCommitRequestTopic::default()
        }],
        ..OffsetCommitRequest::default()
    }
}

/// A commit of one offset of topic `t` by a member.
pub(super) fn commit_by(member: &str, generation: i32, offset: i64) -> OffsetCommitRequest {
    OffsetCommitRequest {
        generation_id_or_member_epoch: generation,
        member_id: member.into(),
        ..commit_of("t", 0, offset)
    }
}
