//! Lies of the driver and the network, each of which breaks a rule: so that the checker is known to see it.

use std::collections::BTreeMap;

use super::node::Node;
use crate::{RaftRequest, RaftResponse, Role};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sabotage {
    /// All do what they say.
    None,
    /// `quorum-state` is never written.
    ForgottenVotes,
    /// Every vote arrives as granted.
    GrantedVotes,
    /// The log is not cut.
    IgnoredTruncation,
    /// A flush is reported that never was.
    LyingFlush,
    /// Followers seem to have the whole log.
    InflatedFetches,
    /// Followers are told that more is committed.
    InflatedHighWatermark,
    /// No vote is ever answered.
    LostVotes,
}

impl Sabotage {
    pub(super) fn request(self, mut request: RaftRequest, nodes: &BTreeMap<i32, Node>) -> RaftRequest {
        if self == Self::InflatedFetches
            && let RaftRequest::Fetch(fetch) = &mut request
        {
            let leader = nodes.values().filter_map(|node| node.process.as_ref());
            let leader = leader
                .map(|process| &process.raft)
                .find(|raft| raft.role() == Role::Leader);
            let partition = fetch
                .topics
                .first_mut()
                .and_then(|topic| topic.partitions.first_mut());
            if let (Some(leader), Some(partition)) = (leader, partition) {
                let end = leader.log().end_offset();
                if partition.current_leader_epoch >= end.epoch.value() {
                    partition.fetch_offset = end.offset.value();
                    partition.last_fetched_epoch = end.epoch.value();
                }
            }
        }
        request
    }

    pub(super) fn response(self, mut response: RaftResponse) -> RaftResponse {
        match (&mut response, self) {
            (RaftResponse::Vote(vote), Self::GrantedVotes) => {
                let answers = vote.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
                answers.for_each(|answer| answer.vote_granted = true);
            }
            (RaftResponse::Fetch(fetch), Self::InflatedHighWatermark) => {
                let partitions = fetch.responses.iter_mut().flat_map(|topic| &mut topic.partitions);
                partitions.for_each(|partition| partition.high_watermark = i64::MAX);
            }
            _ => {}
        }
        response
    }

    pub(super) fn loses(self, response: &RaftResponse) -> bool {
        self == Self::LostVotes && matches!(response, RaftResponse::Vote(_))
    }
}
