//! What is done to the nodes when the file was saved: a value, in the order in which it is done.
//!
//! Owns nothing. Invariants: nodes are restarted one after the other, those that only control first, and a node goes
//! when it has no vote and brokers that go were drained, as the operator does it.

use crate::wanted::{Wanted, WantedNode};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A node that was not there before is made and started.
    Add(i32),
    /// A node is stopped and started with another configuration.
    Restart(i32),
    /// Exactly those vote who should.
    AlignVoters,
    /// These brokers give everything away that they hold.
    Drain(Vec<i32>),
    /// A node that was drained is stopped for good.
    TakeAway(i32),
    /// Every node is stopped; their folders stay.
    Hibernate,
    /// Every node is started again.
    Resume,
}

/// From what runs to what should; the error says why that is not done here.
pub(crate) fn between(running: &Wanted, wanted: &Wanted) -> Result<Vec<Step>, String> {
    if running.name != wanted.name {
        return Err(format!(
            "the cluster was {} and is {} now: start again, with another --data",
            running.name, wanted.name
        ));
    }
    let gone: Vec<i32> = running
        .nodes
        .keys()
        .filter(|id| !wanted.nodes.contains_key(*id))
        .copied()
        .collect();
    if let Some(id) = gone.first()
        && (running.is_hibernated || wanted.is_hibernated)
    {
        return Err(format!(
            "node {id} can only be drained and taken away while the cluster is awake"
        ));
    }
    let changed_roles = running.nodes.iter().find(|(id, node)| {
        wanted
            .nodes
            .get(*id)
            .is_some_and(|other| other.roles != node.roles)
    });
    if let Some((id, _)) = changed_roles {
        return Err(format!(
            "node {id} would get other roles: start again with another --data"
        ));
    }
    if wanted.is_paused {
        return Ok(Vec::new());
    }
    match (running.is_hibernated, wanted.is_hibernated) {
        (false, true) => return Ok(vec![Step::Hibernate]),
        (true, true) => return Ok(Vec::new()),
        (true, false) => return Ok(vec![Step::Resume]),
        (false, false) => {}
    }
    let restarts = wanted.nodes.iter().filter(|(id, node)| {
        running
            .nodes
            .get(*id)
            .is_some_and(|before| before.restarted_for != node.restarted_for)
    });
    let (brokers, controllers): (Vec<_>, Vec<_>) = restarts.partition(|(_, node)| node.is_broker());
    let restarts = controllers
        .into_iter()
        .chain(brokers)
        .map(|(id, _)| Step::Restart(*id));
    let added: Vec<i32> = wanted
        .nodes
        .keys()
        .copied()
        .filter(|id| !running.nodes.contains_key(id))
        .collect();
    let other_nodes = !added.is_empty() || !gone.is_empty();
    let steps = restarts
        .chain(added.into_iter().map(Step::Add))
        .chain(other_nodes.then_some(Step::AlignVoters))
        .chain(leave(running, gone));
    Ok(steps.collect())
}

/// Brokers are drained together, so that none gets what another gave away; then nodes go, the last one first.
fn leave(running: &Wanted, gone: Vec<i32>) -> Vec<Step> {
    let is_broker = |id: &&i32| running.nodes.get(*id).is_some_and(WantedNode::is_broker);
    let brokers: Vec<i32> = gone.iter().filter(is_broker).copied().collect();
    let drain = (!brokers.is_empty()).then_some(Step::Drain(brokers));
    let away = gone.into_iter().rev().map(Step::TakeAway);
    drain.into_iter().chain(away).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wanted::tests::wanted;

    fn spec(brokers: i32, more: &str) -> Wanted {
        wanted(&format!(
            "brokers: {{replicas: {brokers}, storage: {{size: 1Gi}}}}{more}"
        ))
    }

    #[test]
    fn the_same_file_asks_for_nothing() {
        assert_eq!(between(&spec(3, ""), &spec(3, "")), Ok(Vec::new()));
    }

    #[test]
    fn controllers_restart_before_brokers_and_new_nodes_come_last() {
        let controllers = ", controllers: {replicas: 1, storage: {size: 1Gi}}";
        let before = spec(2, controllers);
        let after = spec(3, &format!("{controllers}, config: {{num.partitions: 7}}"));
        let steps = [
            Step::Restart(1000),
            Step::Restart(0),
            Step::Restart(1),
            Step::Add(2),
            Step::AlignVoters,
        ];
        assert_eq!(between(&before, &after), Ok(steps.to_vec()));
        let after = spec(
            3,
            &format!("{controllers}, config: {{num.partitions: 7}}, paused: true"),
        );
        assert_eq!(between(&before, &after), Ok(Vec::new()));
    }

    #[test]
    fn nodes_that_go_lose_their_vote_are_drained_together_and_leave_one_after_the_other() {
        let steps = [
            Step::AlignVoters,
            Step::Drain(vec![1, 2]),
            Step::TakeAway(2),
            Step::TakeAway(1),
        ];
        assert_eq!(between(&spec(3, ""), &spec(1, "")), Ok(steps.to_vec()));
        let controllers = |count: i32| {
            spec(
                1,
                &format!(", controllers: {{replicas: {count}, storage: {{size: 1Gi}}}}"),
            )
        };
        let steps = [Step::AlignVoters, Step::TakeAway(1002), Step::TakeAway(1001)];
        assert_eq!(between(&controllers(3), &controllers(1)), Ok(steps.to_vec()));
    }

    #[test]
    fn nothing_is_taken_away_that_cannot_be_drained() {
        let asleep = spec(3, ", hibernate: true");
        let refused = between(&asleep, &spec(2, "")).unwrap_err();
        assert!(refused.starts_with("node 2 can only be drained"), "{refused}");
        assert!(between(&spec(3, ""), &spec(2, ", hibernate: true")).is_err());
        let apart = spec(3, ", controllers: {replicas: 1, storage: {size: 1Gi}}");
        assert!(between(&spec(3, ""), &apart).unwrap_err().contains("other roles"));
    }

    #[test]
    fn a_cluster_sleeps_and_wakes() {
        let asleep = spec(1, ", hibernate: true");
        assert_eq!(between(&spec(1, ""), &asleep), Ok(vec![Step::Hibernate]));
        assert_eq!(between(&asleep, &spec(1, "")), Ok(vec![Step::Resume]));
        assert_eq!(between(&asleep, &asleep), Ok(Vec::new()));
    }
}
