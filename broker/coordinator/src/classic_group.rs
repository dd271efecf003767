//! A group of the classic protocol: its members, their votes and its state. Pure bookkeeping; what happens when is
//! `group_coordinator`'s.
//!
//! ```text
//!            join            all joined, or time is up          leader's assignment is in the log
//!   Empty ────────► Preparing ────────────────► Completing ─────────────────► Stable
//!     ▲                │  ▲                         │                            │
//!     └── nobody left ─┘  └── join, leave, expiry ──┴────────────────────────────┘
//! ```
//! Invariants: `supported` counts, for every protocol name, the members that support it; every static member is in
//! `members` under the id that `static_members` has; the leader is a member; a pending member is not a member.

mod member;
mod protocols;

pub(crate) use member::{Member, Protocols, Seniority, detach};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use broker_codec::StringBytes;
use broker_model::{GenerationId, Timestamp};
use broker_protocol::ErrorCode;
use broker_protocol::join_group_response::JoinGroupResponseMember;
use bytes::Bytes;

use crate::group_memory::{GROUP_SIZE, GroupMemory, Held, PENDING_SIZE};

/// Protocol type of consumers; the coordinator can read their subscriptions.
pub(crate) const CONSUMER_PROTOCOL_TYPE: &str = "consumer";

/// Where a classic group is between two generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassicGroupState {
    /// No members; perhaps offsets.
    Empty,
    /// Members are being gathered for the next generation.
    PreparingRebalance,
    /// Members have a generation and wait for the leader's assignment.
    CompletingRebalance,
    /// Every member can have its assignment.
    Stable,
}

impl ClassicGroupState {
    /// The state as Kafka's tools print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
        }
    }
}

/// How long an empty group still waits for members beside the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InitialDelay {
    pub(crate) delay_ms: i32,
    pub(crate) remaining_ms: i32,
    pub(crate) joined: JoinedMeanwhile,
}

/// Whether somebody joined since the delay was last set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JoinedMeanwhile {
    Nobody,
    Somebody,
}

/// A group of the classic protocol.
#[derive(Debug)]
pub(crate) struct ClassicGroup {
    pub(crate) id: StringBytes,
    pub(crate) state: ClassicGroupState,
    pub(crate) state_changed_at: Option<Timestamp>,
    pub(crate) generation: GenerationId,
    pub(crate) protocol_type: Option<StringBytes>,
    pub(crate) protocol_name: Option<StringBytes>,
    pub(crate) leader: Option<StringBytes>,
    pub(crate) members: BTreeMap<StringBytes, Member>,
    pub(crate) static_members: HashMap<StringBytes, StringBytes>,
    /// Members that were given an id and have not joined with it.
    pending_join: BTreeSet<StringBytes>,
    /// Members that have not asked for their assignment in this generation.
    pub(crate) pending_sync: BTreeSet<StringBytes>,
    /// Only while an empty group gathers its first members.
    pub(crate) initial_delay: Option<InitialDelay>,
    /// Topics that the members subscribe to, if that can be known.
    pub(crate) subscribed_topics: Option<BTreeSet<StringBytes>>,
    supported: HashMap<StringBytes, usize>,
    held: Held,
}

impl ClassicGroup {
    pub(crate) fn new(id: StringBytes, state_changed_at: Option<Timestamp>, memory: &GroupMemory) -> Self {
        let mut held = memory.hold_nothing();
        held.add(GROUP_SIZE + 2 * id.len());
        Self {
            held,
            id,
            state: ClassicGroupState::Empty,
            state_changed_at,
            generation: GenerationId::new(0),
            protocol_type: None,
            protocol_name: None,
            leader: None,
            members: BTreeMap::new(),
            static_members: HashMap::new(),
            pending_join: BTreeSet::new(),
            pending_sync: BTreeSet::new(),
            initial_delay: None,
            subscribed_topics: None,
            supported: HashMap::new(),
        }
    }

    pub(crate) fn is(&self, state: ClassicGroupState) -> bool {
        self.state == state
    }

    pub(crate) fn is_leader(&self, member: &str) -> bool {
        self.leader.as_deref() == Some(member)
    }

    pub(crate) fn transition(&mut self, state: ClassicGroupState, at: Timestamp) {
        self.state = state;
        self.state_changed_at = Some(at);
    }

    pub(crate) fn awaiting_join(&self) -> usize {
        self.members
            .values()
            .filter(|member| member.awaiting_join.is_some())
            .count()
    }

    pub(crate) fn all_members_joined(&self) -> bool {
        self.pending_join.is_empty() && self.awaiting_join() == self.members.len()
    }

    /// The longest that a member may take to rejoin.
    pub(crate) fn rebalance_timeout_ms(&self) -> i32 {
        let timeouts = self.members.values().map(|member| member.rebalance_timeout_ms);
        timeouts.max().unwrap_or(0).max(0)
    }

    /// Whether a member is who it says.
    ///
    /// # Errors
    /// The member is unknown, or another one has taken its place.
    pub(crate) fn check_member(&self, member: &str, instance: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(instance) = instance {
            let owner = self.static_members.get(instance);
            if owner.ok_or(ErrorCode::UnknownMemberId)? != member {
                return Err(ErrorCode::FencedInstanceId);
            }
        }
        match self.members.contains_key(member) {
            true => Ok(()),
            false => Err(ErrorCode::UnknownMemberId),
        }
    }

    /// Takes a member in; the first of a group sets its protocol type, and without a leader it leads.
    pub(crate) fn add(&mut self, member: Member) {
        if self.members.is_empty() {
            self.protocol_type = Some(member.protocol_type.clone());
        }
        if let Some(instance) = &member.instance {
            self.static_members.insert(instance.clone(), member.id.clone());
        }
        if self.leader.is_none() {
            self.leader = Some(member.id.clone());
        }
        self.remove_pending(&member.id);
        self.count_in(&member.protocols);
        self.held.add(member.size());
        self.members.insert(member.id.clone(), member);
    }

    /// Notes an id that was given out.
    pub(crate) fn add_pending(&mut self, id: StringBytes) {
        self.held.add(PENDING_SIZE + id.len());
        self.pending_join.insert(id);
    }

    /// Forgets an id that was given out; answers whether it was.
    pub(crate) fn remove_pending(&mut self, id: &str) -> bool {
        let was_pending = self.pending_join.remove(id);
        if was_pending {
            self.held.give_back(PENDING_SIZE + id.len());
        }
        was_pending
    }

    /// Members that were given an id and have not joined with it.
    pub(crate) fn pending(&self) -> &BTreeSet<StringBytes> {
        &self.pending_join
    }

    /// Lets a member or a pending one go; the next member leads if it led.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Member> {
        let removed = self.members.remove(id);
        if let Some(member) = &removed {
            self.held.give_back(member.size());
            self.count_out(&member.protocols);
            if let Some(instance) = &member.instance {
                self.static_members.remove(instance);
            }
        }
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.remove_pending(id);
        self.pending_sync.remove(id);
        removed
    }

    /// Puts a static member's new incarnation in place of the old one, which is returned with what it waited for.
    pub(crate) fn replace_static(&mut self, instance: &str, old: &str, new: &StringBytes) -> Option<Member> {
        let before = self.members.remove(old)?;
        self.held.give_back(before.size());
        let replacement = Member {
            id: new.clone(),
            awaiting_join: None,
            awaiting_sync: None,
            ..before.clone()
        };
        self.held.add(replacement.size());
        self.members.insert(new.clone(), replacement);
        if self.is_leader(old) {
            self.leader = Some(new.clone());
        }
        if self.pending_sync.remove(old) {
            self.pending_sync.insert(new.clone());
        }
        if let Some(owner) = self.static_members.get_mut(instance) {
            *owner = new.clone();
        }
        Some(before)
    }

    /// Changes what a member supports.
    pub(crate) fn set_protocols(&mut self, id: &str, protocols: Protocols) {
        let Some(member) = self.members.get_mut(id) else {
            return;
        };
        let size = member.size();
        let before = std::mem::replace(&mut member.protocols, protocols.clone());
        self.held.add(member.size());
        self.held.give_back(size);
        self.count_out(&before);
        self.count_in(&protocols);
    }

    /// Makes a member that has joined the leader, unless the leader itself has; answers whether there is one.
    pub(crate) fn elect_joined_leader(&mut self) -> bool {
        let has_joined = |member: &Member| member.awaiting_join.is_some();
        match self.leader.as_ref().and_then(|leader| self.members.get(leader)) {
            None => false,
            Some(leader) if has_joined(leader) => true,
            Some(_) => {
                let joined = self.members.values().find(|member| has_joined(member));
                match joined.map(|member| member.id.clone()) {
                    Some(id) => {
                        self.leader = Some(id);
                        true
                    }
                    None => false,
                }
            }
        }
    }

    /// Starts the next generation with whoever is here.
    pub(crate) fn start_generation(&mut self, at: Timestamp) {
        self.generation = GenerationId::new(self.generation.value().checked_add(1).unwrap_or(0));
        self.pending_sync.clear();
        self.initial_delay = None;
        if self.members.is_empty() {
            self.protocol_name = None;
            self.transition(ClassicGroupState::Empty, at);
        } else {
            self.protocol_name = self.select_protocol();
            self.transition(ClassicGroupState::CompletingRebalance, at);
        }
        self.subscribed_topics = self.read_subscriptions();
    }

    /// Members with the metadata that the leader assigns by.
    pub(crate) fn describe_for_leader(&self) -> Vec<JoinGroupResponseMember> {
        let protocol = self.protocol_name.clone().unwrap_or_default();
        let members = self.members.values().map(|member| JoinGroupResponseMember {
            member_id: member.id.clone(),
            group_instance_id: member.instance.clone(),
            metadata: member.metadata_for(&protocol),
            ..JoinGroupResponseMember::default()
        });
        members.collect()
    }

    pub(crate) fn set_assignment(&mut self, member: &str, assignment: Bytes) {
        if let Some(member) = self.members.get_mut(member) {
            let size = member.size();
            member.assignment = assignment;
            self.held.add(member.size());
            self.held.give_back(size);
        }
    }
}
