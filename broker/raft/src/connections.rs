//! Which node may be asked now: one request at a time to each, and a pause after one that failed (Kafka's
//! RequestManager).
//!
//! A change of role forgets what is under way: an answer to a question of an earlier role is dropped by its number.

use std::collections::BTreeMap;

use broker_model::{BrokerId, MonotonicMs};

use crate::event::RequestId;
use crate::{Destination, RaftTimeouts};

/// Which API a request under way belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Vote,
    BeginQuorumEpoch,
    EndQuorumEpoch,
    Fetch,
    FetchSnapshot,
    UpdateVoter,
    ApiVersions,
    VoterChange,
}

#[derive(Clone, Copy, Debug)]
enum Connection {
    InFlight {
        id: RequestId,
        asked: Asked,
        until: MonotonicMs,
    },
    BackingOff {
        until: MonotonicMs,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Connections {
    by_node: BTreeMap<BrokerId, Connection>,
    last: RequestId,
    request_timeout_ms: u64,
    retry_backoff_ms: u64,
}

impl Connections {
    pub(crate) const fn new(timeouts: &RaftTimeouts) -> Self {
        Self {
            by_node: BTreeMap::new(),
            last: RequestId(0),
            request_timeout_ms: timeouts.request_timeout_ms,
            retry_backoff_ms: timeouts.retry_backoff_ms,
        }
    }

    pub(crate) fn is_ready(&self, node: BrokerId) -> bool {
        !self.by_node.contains_key(&node)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.by_node.is_empty()
    }

    /// Marks a request as under way.
    pub(crate) fn begin(&mut self, to: &Destination, asked: Asked, now: MonotonicMs) -> RequestId {
        self.last = RequestId(self.last.0 + 1);
        let until = now.plus_ms(self.request_timeout_ms);
        let id = self.last;
        self.by_node
            .insert(to.id, Connection::InFlight { id, asked, until });
        id
    }

    /// Whose request that is, if it is still under way.
    pub(crate) fn asked(&self, wanted: RequestId) -> Option<(BrokerId, Asked)> {
        self.by_node
            .iter()
            .find_map(|(node, connection)| match connection {
                Connection::InFlight { id, asked, .. } if *id == wanted => Some((*node, *asked)),
                Connection::InFlight { .. } | Connection::BackingOff { .. } => None,
            })
    }

    pub(crate) fn succeeded(&mut self, node: BrokerId) {
        self.by_node.remove(&node);
    }

    pub(crate) fn failed(&mut self, node: BrokerId, now: MonotonicMs) {
        let until = now.plus_ms(self.retry_backoff_ms);
        self.by_node.insert(node, Connection::BackingOff { until });
    }

    /// Forgets pauses that are over and requests that took too long.
    pub(crate) fn expire(&mut self, now: MonotonicMs) {
        let backoff = now.plus_ms(self.retry_backoff_ms);
        self.by_node.retain(|_, connection| match *connection {
            Connection::BackingOff { until } => until > now,
            Connection::InFlight { until, .. } => {
                if until <= now {
                    *connection = Connection::BackingOff { until: backoff };
                }
                true
            }
        });
    }

    /// When something changes by itself.
    pub(crate) fn deadline(&self) -> Option<MonotonicMs> {
        let deadlines = self.by_node.values().map(|connection| match *connection {
            Connection::InFlight { until, .. } | Connection::BackingOff { until } => until,
        });
        deadlines.min()
    }

    pub(crate) fn reset(&mut self) {
        self.by_node.clear();
    }
}
