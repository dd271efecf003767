//! What a cluster object comes to on one machine: its nodes, what each is configured with, and what would restart it.
//!
//! Owns nothing. Invariant: two readings of the same object are equal, so that a file that is saved unchanged changes
//! nothing. Ports and folders are [`crate::places`]'s.

use std::collections::BTreeMap;

use operator_api::KafkaCluster;
use operator_api::kafka_cluster::Role;
use operator_plan::dynamic_configs;
use operator_plan::topic::ClusterOfTopic;
use operator_plan::validate::{OperatorSettings, ValidatedCluster, ValidatedPool, validate};

/// A cluster on this machine.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    /// Its name.
    pub(crate) name: String,
    /// Its nodes by id.
    pub(crate) nodes: BTreeMap<i32, WantedNode>,
    /// Who votes in its quorum when it is founded.
    pub(crate) voters: Vec<i32>,
    /// Configuration that is set while brokers run.
    pub(crate) dynamic: BTreeMap<String, String>,
    /// Whether nothing is to be changed.
    pub(crate) is_paused: bool,
    /// Whether no node is to run.
    pub(crate) is_hibernated: bool,
    /// What its topics need to know of it.
    pub(crate) of_topics: ClusterOfTopic,
    /// Identity that the object asks for.
    pub(crate) cluster_id: Option<String>,
}

/// A node as it should be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WantedNode {
    /// What it does.
    pub(crate) roles: Vec<Role>,
    /// Listeners for clients, in upper case.
    pub(crate) listeners: Vec<String>,
    /// Everything that the object configures.
    pub(crate) config: BTreeMap<String, String>,
    /// Whether older records go to a store, which is a folder here.
    pub(crate) is_tiered: bool,
    /// What it must be restarted for when it changes.
    pub(crate) restarted_for: BTreeMap<String, String>,
}

impl WantedNode {
    /// Whether it keeps partitions.
    pub(crate) fn is_broker(&self) -> bool {
        self.roles.contains(&Role::Broker)
    }

    /// Whether it follows the quorum as a controller.
    pub(crate) fn is_controller(&self) -> bool {
        self.roles.contains(&Role::Controller)
    }
}

/// Reads an object; the error is what the operator would write into its status.
pub(crate) fn of(cluster: &KafkaCluster) -> Result<Wanted, String> {
    let settings = OperatorSettings {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        image_repository: String::new(),
        cluster_domain: String::new(),
        namespace: String::new(),
    };
    let valid = validate(cluster, &settings).map_err(|violation| violation.message)?;
    if valid.restoring {
        return Err(
            "remove spec.bootstrap.restore: here the bucket is a folder that lies with the nodes".to_owned(),
        );
    }
    let nodes = valid.pools.iter().flat_map(|pool| {
        let node = |ordinal| (pool.start + ordinal, node(&valid, pool, ordinal));
        (0..pool.replicas).map(node).collect::<Vec<_>>()
    });
    let is_dynamic = |(name, _): &(&String, &String)| dynamic_configs::is_dynamic(name);
    let pairs = valid.config.iter().filter(is_dynamic);
    Ok(Wanted {
        nodes: nodes.collect(),
        voters: valid.desired_voters(),
        dynamic: pairs.map(|(name, value)| (name.clone(), value.clone())).collect(),
        is_paused: valid.paused,
        is_hibernated: valid.hibernate,
        of_topics: ClusterOfTopic {
            available: true,
            terminating: false,
            hibernated: valid.hibernate,
            defaults: cluster.spec.topic_defaults.clone().unwrap_or_default(),
            limits: cluster.spec.topic_limits.clone().unwrap_or_default(),
            brokers: valid.desired_brokers(),
            throttle: valid.throttle,
        },
        cluster_id: cluster
            .spec
            .bootstrap
            .as_ref()
            .map(|bootstrap| bootstrap.cluster_id.clone()),
        name: valid.name,
    })
}

fn node(cluster: &ValidatedCluster, pool: &ValidatedPool, ordinal: i32) -> WantedNode {
    let mut config = cluster.config.clone();
    config.extend(pool.config.clone());
    let roles = pool.roles(ordinal);
    let listeners: Vec<String> = match roles.contains(&Role::Broker) {
        true => cluster
            .listeners
            .iter()
            .map(|listener| listener.name.to_uppercase())
            .collect(),
        false => Vec::new(),
    };
    // As in Kubernetes, what is set for one pool alone is never set while it runs.
    let mut restarted_for = cluster.config.clone();
    restarted_for.retain(|name, _| !dynamic_configs::is_dynamic(name));
    restarted_for.extend(pool.config.clone());
    restarted_for.insert("the listeners".to_owned(), listeners.join(","));
    if let Some(tiering) = &cluster.tiering {
        restarted_for.insert("tiering".to_owned(), tiering.store.clone());
    }
    if let Some(at) = &cluster.rollout.restarted_at {
        restarted_for.insert("rollout.restartedAt".to_owned(), at.clone());
    }
    WantedNode {
        roles,
        listeners,
        config,
        is_tiered: cluster.tiering.is_some(),
        restarted_for,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::objects;

    pub(crate) fn wanted(spec: &str) -> Wanted {
        let text = format!(
            "apiVersion: kafka.eddyline.dev/v1alpha1\nkind: KafkaCluster\nmetadata: {{name: c}}\nspec: {{{spec}}}\n"
        );
        of(&objects::read(&text).unwrap().cluster).unwrap()
    }

    #[test]
    fn three_brokers_vote_unless_there_are_controllers() {
        let combined = wanted("brokers: {replicas: 4, storage: {size: 1Gi}}");
        assert_eq!(combined.voters, [0, 1, 2]);
        assert!(combined.nodes[&0].is_broker() && combined.nodes[&0].is_controller());
        let apart = wanted(
            "brokers: {replicas: 2, storage: {size: 1Gi}}, controllers: {replicas: 3, storage: {size: 1Gi}}",
        );
        assert_eq!(apart.voters, [1000, 1001, 1002]);
        assert_eq!(
            apart.nodes.keys().copied().collect::<Vec<_>>(),
            [0, 1, 1000, 1001, 1002]
        );
        assert!(!apart.nodes[&0].is_controller() && apart.nodes[&1000].listeners.is_empty());
    }

    #[test]
    fn what_brokers_take_while_they_run_restarts_nothing() {
        let spec =
            |config: &str| format!("brokers: {{replicas: 1, storage: {{size: 1Gi}}}}, config: {{{config}}}");
        let before = wanted(&spec("num.partitions: 3, log.retention.ms: 1000"));
        let after = wanted(&spec("num.partitions: 3, log.retention.ms: 2000"));
        assert_eq!(before.nodes[&0].restarted_for, after.nodes[&0].restarted_for);
        assert_ne!(before.dynamic, after.dynamic);
        let restarted = wanted(&spec("num.partitions: 4, log.retention.ms: 1000"));
        assert_ne!(before.nodes[&0].restarted_for, restarted.nodes[&0].restarted_for);
    }
}
