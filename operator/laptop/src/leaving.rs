//! What has to happen before nodes may go, and who is to vote meanwhile: decided on what the active controller says.
//!
//! Owns nothing. Invariants: a broker goes only when it was seen empty and takes nothing new; after every change of
//! voters most of them have the newest metadata, and one is left.

use std::collections::BTreeMap;

use broker_admin::v1::{ClusterStatusResponse, DescribeQuorumResponse, QuorumMember};

/// The next thing to do about brokers that leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// They hold nothing and get nothing.
    Empty,
    /// Ask for their drain; so many replicas are left.
    Drain(u64),
    /// Replicas are moving, and so many are left: of this drain or of what was begun before it.
    Wait(u64),
}

/// What is next for these brokers.
pub(crate) fn next(standing: &ClusterStatusResponse, brokers: &[i32]) -> Leaving {
    let leaving = || {
        let all = standing.brokers.iter();
        all.filter(|broker| brokers.contains(&broker.broker_id))
    };
    let left = leaving().map(|broker| broker.replicas).sum();
    match left {
        0 if leaving().all(|broker| broker.is_cordoned) => Leaving::Empty,
        _ if standing.moving_replicas > 0 => Leaving::Wait(left),
        _ => Leaving::Drain(left),
    }
}

/// Why these brokers cannot go, if they cannot.
pub(crate) fn obstacle(standing: &ClusterStatusResponse, brokers: &[i32]) -> Option<String> {
    let stays = |id: &i32| !brokers.contains(id);
    let left = standing
        .brokers
        .iter()
        .filter(|broker| stays(&broker.broker_id))
        .count();
    let factor = standing.largest_replication_factor;
    (usize::try_from(factor).unwrap_or(usize::MAX) > left).then(|| {
        format!(
            "a topic has {factor} replicas and only {left} brokers would be left: lower its replicas, or set the old \
             number of brokers"
        )
    })
}

/// The next thing to do about who votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Voters {
    /// Those who should do.
    AsWanted,
    /// Somebody has not read enough of the metadata yet.
    Wait,
    /// This controller gets a vote.
    Add {
        /// Its id.
        id: i32,
        /// Identity of its directory.
        directory: String,
    },
    /// This controller loses its vote.
    Remove {
        /// Its id.
        id: i32,
        /// Identity of its directory.
        directory: String,
    },
}

/// Who votes next: one more or one less at a time, those who are missing first and the active controller last.
///
/// `directories` are the identities of the nodes as they are now. The controller remembers for a while who was taken away:
/// a vote for that directory is one that nobody can cast, and a quorum of two that needs it is lost.
pub(crate) fn voters(
    quorum: &DescribeQuorumResponse,
    wanted: &[i32],
    directories: &BTreeMap<i32, String>,
) -> Voters {
    let has_all = |member: &QuorumMember| {
        let end = member.log_end_offset;
        member.node_id == quorum.leader_id || end.is_some_and(|end| end >= quorum.high_watermark)
    };
    let caught_up = |id: i32| {
        let others = quorum.voters.iter().filter(|voter| voter.node_id != id);
        others.filter(|voter| has_all(voter)).count()
    };
    let votes = |id: &i32| quorum.voters.iter().any(|voter| voter.node_id == *id);
    if let Some(id) = wanted.iter().find(|id| !votes(id)) {
        let is_it = |observer: &&QuorumMember| {
            observer.node_id == *id && directories.get(id) == Some(&observer.directory_id)
        };
        let observer = quorum.observers.iter().find(is_it);
        return match observer.filter(|observer| has_all(observer)) {
            Some(observer) if 2 * (caught_up(*id) + 1) > quorum.voters.len() + 1 => Voters::Add {
                id: *id,
                directory: observer.directory_id.clone(),
            },
            _ => Voters::Wait,
        };
    }
    let surplus = quorum
        .voters
        .iter()
        .filter(|voter| !wanted.contains(&voter.node_id));
    let Some(voter) = surplus.max_by_key(|voter| (voter.node_id != quorum.leader_id, voter.node_id)) else {
        return Voters::AsWanted;
    };
    match 2 * caught_up(voter.node_id) > quorum.voters.len() - 1 {
        true => Voters::Remove {
            id: voter.node_id,
            directory: voter.directory_id.clone(),
        },
        false => Voters::Wait,
    }
}

#[cfg(test)]
mod tests {
    use broker_admin::v1::BrokerStanding;

    use super::*;

    /// Brokers with so many replicas, some of them cordoned.
    fn standing(replicas: &[u64], cordoned: &[i32], moving: u64) -> ClusterStatusResponse {
        let broker = |(id, replicas): (i32, &u64)| BrokerStanding {
            broker_id: id,
            replicas: *replicas,
            is_cordoned: cordoned.contains(&id),
            ..BrokerStanding::default()
        };
        ClusterStatusResponse {
            brokers: (0..).zip(replicas).map(broker).collect(),
            moving_replicas: moving,
            largest_replication_factor: 3,
            ..ClusterStatusResponse::default()
        }
    }

    #[test]
    fn a_broker_goes_when_it_is_empty_and_stays_so() {
        assert_eq!(next(&standing(&[4, 4, 4, 2], &[], 0), &[3]), Leaving::Drain(2));
        assert_eq!(next(&standing(&[4, 4, 4, 2], &[3], 5), &[3]), Leaving::Wait(2));
        assert_eq!(next(&standing(&[4, 4, 4, 2], &[3], 0), &[3]), Leaving::Drain(2));
        assert_eq!(next(&standing(&[4, 4, 4, 0], &[], 0), &[3]), Leaving::Drain(0));
        assert_eq!(next(&standing(&[4, 4, 4, 0], &[3], 9), &[3]), Leaving::Empty);
    }

    #[test]
    fn as_many_brokers_stay_as_a_topic_has_replicas() {
        let four = standing(&[4, 4, 4, 0], &[3], 0);
        assert_eq!(obstacle(&four, &[3]), None);
        let refused = obstacle(&four, &[2, 3]).unwrap();
        assert!(
            refused.starts_with("a topic has 3 replicas and only 2 brokers"),
            "{refused}"
        );
    }

    fn member(id: i32, end: i64) -> QuorumMember {
        QuorumMember {
            node_id: id,
            directory_id: format!("d{id}"),
            log_end_offset: Some(end),
            ..QuorumMember::default()
        }
    }

    /// Committed is offset 10; node 0 leads.
    fn quorum(voters: &[(i32, i64)], observers: &[(i32, i64)]) -> DescribeQuorumResponse {
        let members = |all: &[(i32, i64)]| all.iter().map(|(id, end)| member(*id, *end)).collect();
        DescribeQuorumResponse {
            leader_id: 0,
            high_watermark: 10,
            voters: members(voters),
            observers: members(observers),
            ..DescribeQuorumResponse::default()
        }
    }

    fn add(id: i32) -> Voters {
        let directory = format!("d{id}");
        Voters::Add { id, directory }
    }

    fn remove(id: i32) -> Voters {
        let directory = format!("d{id}");
        Voters::Remove { id, directory }
    }

    fn who(quorum: &DescribeQuorumResponse, wanted: &[i32]) -> Voters {
        let directories = (0..4).map(|id| (id, format!("d{id}"))).collect();
        voters(quorum, wanted, &directories)
    }

    #[test]
    fn voters_come_one_at_a_time_when_they_have_read_everything() {
        let wanted = [0, 1, 2];
        assert_eq!(
            who(&quorum(&[(0, 10)], &[(1, 9), (2, 10)]), &wanted),
            Voters::Wait
        );
        assert_eq!(who(&quorum(&[(0, 10)], &[(2, 10)]), &wanted), Voters::Wait);
        assert_eq!(who(&quorum(&[(0, 10)], &[(1, 10), (2, 10)]), &wanted), add(1));
        assert_eq!(who(&quorum(&[(0, 10), (1, 10)], &[(2, 10)]), &wanted), add(2));
        let behind = quorum(&[(0, 10), (1, 3), (3, 3)], &[(2, 10)]);
        assert_eq!(who(&behind, &wanted), Voters::Wait);
        let whole = quorum(&[(0, 10), (1, 10), (2, 10)], &[(3, 10)]);
        assert_eq!(who(&whole, &wanted), Voters::AsWanted);
    }

    #[test]
    fn who_went_does_not_stand_for_who_came_with_its_id() {
        let mut both = quorum(&[(0, 10)], &[(1, 10)]);
        both.observers[0].directory_id = "old".to_owned();
        assert_eq!(who(&both, &[0, 1]), Voters::Wait);
        both.observers.push(member(1, 10));
        assert_eq!(who(&both, &[0, 1]), add(1));
        both.observers.reverse();
        assert_eq!(who(&both, &[0, 1]), add(1));
    }

    #[test]
    fn voters_go_one_at_a_time_and_the_active_controller_last() {
        let three = [(0, 10), (1, 10), (2, 10)];
        assert_eq!(who(&quorum(&three, &[]), &[0]), remove(2));
        assert_eq!(who(&quorum(&three[..2], &[]), &[0]), remove(1));
        assert_eq!(who(&quorum(&three[..2], &[]), &[1]), remove(0));
        assert_eq!(who(&quorum(&three, &[]), &[1]), remove(2));
        let behind = [(0, 10), (1, 4), (2, 10)];
        assert_eq!(who(&quorum(&behind, &[]), &[0, 1]), Voters::Wait);
    }
}
