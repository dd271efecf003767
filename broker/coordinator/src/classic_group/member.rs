//! One member of a classic group.

use broker_codec::StringBytes;
use broker_protocol::join_group_request::JoinGroupRequestProtocol;
use bytes::Bytes;

use crate::group_memory::{MEMBER_SIZE, PROTOCOL_SIZE};
use crate::outcome::ParkedId;

/// What a member supports, the most wanted first: name and metadata.
pub(crate) type Protocols = Vec<(StringBytes, Bytes)>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) id: StringBytes,
    /// `group.instance.id` of a static member (KIP-345).
    pub(crate) instance: Option<StringBytes>,
    pub(crate) client_id: StringBytes,
    pub(crate) client_host: StringBytes,
    pub(crate) rebalance_timeout_ms: i32,
    pub(crate) session_timeout_ms: i32,
    pub(crate) protocol_type: StringBytes,
    pub(crate) protocols: Protocols,
    pub(crate) assignment: Bytes,
    pub(crate) awaiting_join: Option<ParkedId>,
    pub(crate) awaiting_sync: Option<ParkedId>,
    pub(crate) seniority: Seniority,
}

/// Whether a member has seen a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seniority {
    /// Joined, and has no answer yet: it may be gone without anybody noticing, so waiting does not keep it alive.
    New,
    Established,
}

impl Member {
    /// Bytes that the member takes, about.
    pub(crate) fn size(&self) -> usize {
        let protocols = self.protocols.iter();
        let protocols = protocols.map(|(name, metadata)| PROTOCOL_SIZE + name.len() + metadata.len());
        let instance = self.instance.as_ref().map_or(0, |instance| instance.len());
        let names = 2 * self.id.len() + 2 * instance + self.client_id.len();
        MEMBER_SIZE + names + self.assignment.len() + protocols.sum::<usize>()
    }

    /// Metadata for a protocol, empty if the member does not support it.
    pub(crate) fn metadata_for(&self, protocol: &str) -> Bytes {
        let found = self.protocols.iter().find(|(name, _)| name == protocol);
        found.map(|(_, metadata)| metadata.clone()).unwrap_or_default()
    }

    /// Whether the member supports exactly these, in this order.
    pub(crate) fn matches(&self, protocols: &[JoinGroupRequestProtocol]) -> bool {
        let wanted = protocols
            .iter()
            .map(|protocol| (&protocol.name, &protocol.metadata));
        self.protocols.len() == protocols.len()
            && self
                .protocols
                .iter()
                .map(|(name, metadata)| (name, metadata))
                .eq(wanted)
    }

    /// Whether the member is excused from heartbeats, because it waits for us.
    pub(crate) fn is_excused(&self) -> bool {
        self.seniority == Seniority::Established
            && (self.awaiting_join.is_some() || self.awaiting_sync.is_some())
    }
}

/// Copies protocols out of a frame, so that a long-lived member does not hold it.
pub(crate) fn detach(protocols: &[JoinGroupRequestProtocol]) -> Protocols {
    let copied = protocols.iter().map(|protocol| {
        (
            protocol.name.detached(),
            Bytes::copy_from_slice(&protocol.metadata),
        )
    });
    copied.collect()
}
