//! What is done to the nodes when the file was saved: a value, in the order in which it is done.
//!
//! Owns nothing. Invariants: a node that keeps records is never taken away; nodes are restarted one after the other,
//! those that only control first, as the operator does.

use crate::wanted::Wanted;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A node that was not there before is made and started.
    Add(i32),
    /// A node is stopped and started with another configuration.
    Restart(i32),
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
    if let Some(id) = gone.first() {
        return Err(format!(
            "node {id} would have to go, and with it what it keeps: nodes are not taken away here; start again with another --data"
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
    let added = wanted.nodes.keys().filter(|id| !running.nodes.contains_key(*id));
    Ok(restarts.chain(added.map(|id| Step::Add(*id))).collect())
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
        ];
        assert_eq!(between(&before, &after), Ok(steps.to_vec()));
        let after = spec(
            3,
            &format!("{controllers}, config: {{num.partitions: 7}}, paused: true"),
        );
        assert_eq!(between(&before, &after), Ok(Vec::new()));
    }

    #[test]
    fn nothing_that_keeps_records_is_taken_away() {
        let refused = between(&spec(3, ""), &spec(2, "")).unwrap_err();
        assert!(refused.starts_with("node 2 would have to go"), "{refused}");
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
