//! What a call on the coordinator comes to, as values for the driver.

use broker_codec::StringBytes;
use broker_model::GenerationId;
use broker_protocol::messages::{JoinGroupResponse, SyncGroupResponse};

use crate::GroupRecord;

/// A request that waits for other members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParkedId(pub(crate) u64);

/// The answer to a request that may have to wait.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<R> {
    /// It is known, and given once the records of the same outcome are in the log.
    Now(R),
    /// A later outcome releases it.
    Parked(ParkedId),
}

/// The answer to a request that was parked.
#[derive(Clone, Debug, PartialEq)]
pub enum Released {
    /// Of a JoinGroup.
    Join(ParkedId, JoinGroupResponse),
    /// Of a SyncGroup.
    Sync(ParkedId, SyncGroupResponse),
}

/// Why records are written, and so what the outcome of the write means.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum WriteIntent {
    /// The answer stands for the records: when they are not in the log, it becomes an error.
    #[default]
    Answered,
    /// Nobody waits for them: a group that became empty, or offsets that expired.
    Background,
    /// The first record of a group, so that it does not outlive its members unseen.
    NewGroup {
        /// The group.
        group: StringBytes,
        /// The member that may be waiting.
        parked: Option<ParkedId>,
    },
    /// What the leader assigned; the members get it once it is in the log.
    Assignment {
        /// The group.
        group: StringBytes,
        /// Void if the group has moved on.
        generation: GenerationId,
        /// Assignment by member.
        assignments: Vec<(StringBytes, bytes::Bytes)>,
    },
    /// A static member came back under a new member id, without a rebalance (KIP-345, KIP-814).
    StaticMember(Box<StaticMemberReturn>),
}

/// What is needed to finish the return of a static member, or to undo it.
#[derive(Clone, Debug, PartialEq)]
pub struct StaticMemberReturn {
    pub(crate) group: StringBytes,
    pub(crate) instance: StringBytes,
    pub(crate) new_member: StringBytes,
    pub(crate) before: crate::classic_group::Member,
    pub(crate) leader_before: Option<StringBytes>,
    pub(crate) api_version: i16,
}

/// What the driver does next: append `records` as one batch if there are any, tell
/// [`GroupCoordinator::finish_write`](crate::GroupCoordinator::finish_write), and give the `released` answers.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Effects {
    /// To be appended all or none.
    pub records: Vec<GroupRecord>,
    /// What the write means.
    pub intent: WriteIntent,
    /// Answers to parked requests; they do not depend on the records.
    pub released: Vec<Released>,
}

/// An answer and what it takes.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Outcome<A> {
    /// For whoever called.
    pub answer: A,
    /// For the driver.
    pub effects: Effects,
}

impl<A> Outcome<A> {
    /// An answer without consequences.
    pub fn answer(answer: A) -> Self {
        Self {
            answer,
            effects: Effects::default(),
        }
    }

    /// An answer that is true once the records are in the log.
    pub fn recorded(answer: A, records: Vec<GroupRecord>) -> Self {
        let effects = Effects {
            records,
            ..Effects::default()
        };
        Self { answer, effects }
    }
}
