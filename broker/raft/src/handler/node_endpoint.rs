//! Where the leader listens, as responses say it (KIP-853): each has a type of its own for the same three fields.

use broker_protocol::{
    begin_quorum_epoch_response, end_quorum_epoch_response, fetch_response, fetch_snapshot_response,
    vote_response,
};

use super::LeaderHint;
use crate::raft::Raft;
use crate::{Destination, HostAndPort};

/// A node with its address.
pub(crate) trait NodeEndpoint: Sized {
    fn of(node: Destination) -> Self;
    fn node_id(&self) -> i32;
    /// `None` for a port that is none.
    fn address(&self) -> Option<HostAndPort>;
}

macro_rules! node_endpoint {
    ($($response:ident),*) => {
        $(impl NodeEndpoint for $response::NodeEndpoint {
            fn of(node: Destination) -> Self {
                Self {
                    node_id: node.id.value(),
                    host: node.address.host.into(),
                    port: node.address.port.into(),
                    ..Self::default()
                }
            }

            fn node_id(&self) -> i32 {
                self.node_id
            }

            fn address(&self) -> Option<HostAndPort> {
                Some(HostAndPort {
                    host: self.host.as_str().to_owned(),
                    port: i32::from(self.port).try_into().ok()?,
                })
            }
        })*
    };
}

node_endpoint!(
    vote_response,
    begin_quorum_epoch_response,
    end_quorum_epoch_response,
    fetch_response,
    fetch_snapshot_response
);

impl LeaderHint {
    /// What a response says about the leader.
    pub(crate) fn of(leader: i32, epoch: i32, endpoints: &[impl NodeEndpoint]) -> Self {
        let endpoint = endpoints.iter().find(|found| found.node_id() == leader);
        Self::new(leader, epoch, endpoint.and_then(NodeEndpoint::address))
    }
}

impl Raft {
    /// Where the leader listens, from that version of the response on.
    pub(crate) fn leader_endpoint<E: NodeEndpoint>(&self, api_version: i16, first_version: i16) -> Vec<E> {
        let leader = self.leader_address().filter(|_| api_version >= first_version);
        leader.map(E::of).into_iter().collect()
    }
}
