//! The facts as the decisions read them: pools as they are beside pools as they should be.

use std::collections::BTreeMap;

use operator_api::kafka_cluster::Operation;
use operator_api::labels;
use serde_json::Value;

use crate::build::{self, RenderInput};
use crate::child::{ChildKey, annotation, uid};
use crate::facts::{AddressOf, ClaimFact, ClusterFacts, HostPort, KafkaFacts, PodFact};
use crate::validate::{OperatorSettings, ValidatedCluster, ValidatedPool};
use operator_api::kafka_cluster::{OperatorUpgrade, RolloutStrategy};

/// A pool's StatefulSet as it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LivePool {
    pub(super) stateful_set: String,
    pub(super) uid: String,
    pub(super) start: i32,
    pub(super) replicas: i32,
    /// Fingerprint of the template that new pods get.
    pub(super) template: Option<String>,
    /// Fingerprint of what the user had asked for.
    pub(super) inputs: Option<String>,
    /// Whether Kubernetes has taken note of its newest form.
    pub(super) settled: bool,
    /// Size of the claims that it makes.
    pub(super) claim_size: Option<String>,
}

/// A pool as it should be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DesiredPool<'a> {
    pub(super) pool: &'a ValidatedPool,
    /// Fingerprint of the template that pods should have, held back or not.
    pub(super) template: String,
    /// Whether the StatefulSet keeps the template that it has.
    pub(super) held: bool,
}

/// Everything that a decision reads.
#[derive(Clone, Debug)]
pub(super) struct View<'a> {
    pub(super) cluster: &'a ValidatedCluster,
    pub(super) settings: &'a OperatorSettings,
    pub(super) facts: &'a ClusterFacts,
    /// The step on record.
    pub(super) recorded: Option<Operation>,
    /// Pools as they are; empty while the children are not known.
    pub(super) live: BTreeMap<String, LivePool>,
    pub(super) desired: Vec<DesiredPool<'a>>,
    /// Replicas that each StatefulSet should have now.
    pub(super) replicas: BTreeMap<String, i32>,
    pub(super) addresses: BTreeMap<(String, AddressOf), HostPort>,
    /// Id of the plan, which a user may approve.
    pub(super) plan_id: String,
    pub(super) approved: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(
        cluster: &'a ValidatedCluster,
        settings: &'a OperatorSettings,
        facts: &'a ClusterFacts,
        recorded: Option<Operation>,
    ) -> Self {
        let live = live_pools(cluster, facts);
        let addresses = facts.addresses.known().cloned().unwrap_or_default();
        let mut view = View {
            cluster,
            settings,
            facts,
            recorded,
            live,
            desired: Vec::new(),
            replicas: BTreeMap::new(),
            addresses,
            plan_id: String::new(),
            approved: false,
        };
        view.replicas = cluster
            .pools
            .iter()
            .map(|pool| (pool.name.clone(), view.replicas_now(pool)))
            .collect();
        let prints: Vec<(String, String)> = cluster
            .pools
            .iter()
            .map(|pool| {
                let input = view.input();
                (
                    build::template_fingerprint(&input, pool),
                    build::inputs_fingerprint(&input, pool),
                )
            })
            .collect();
        view.plan_id = plan_id(cluster, &prints);
        view.approved = cluster.rollout.strategy == RolloutStrategy::Safe
            || cluster.rollout.approve.as_deref() == Some(view.plan_id.as_str());
        view.desired = cluster
            .pools
            .iter()
            .zip(prints)
            .map(|(pool, (template, inputs))| view.desired_pool(pool, template, &inputs))
            .collect();
        view
    }

    pub(super) fn input(&self) -> RenderInput<'_> {
        RenderInput {
            cluster: self.cluster,
            settings: self.settings,
            replicas: &self.replicas,
            addresses: &self.addresses,
        }
    }

    /// More nodes start at once, as far as their addresses are known; fewer take a step each.
    fn replicas_now(&self, pool: &ValidatedPool) -> i32 {
        let live = self.live.get(&pool.name).map(|live| live.replicas);
        if self.cluster.hibernate {
            return live.unwrap_or_default();
        }
        let startable = build::startable(&self.input(), pool);
        let live = live.unwrap_or_default();
        pool.replicas.min(startable).max(live)
    }

    fn desired_pool(&self, pool: &'a ValidatedPool, template: String, inputs: &str) -> DesiredPool<'a> {
        let live = self.live.get(&pool.name);
        let differs = live.is_some_and(|live| live.template.as_deref() != Some(&template));
        let by_operator = live.is_some_and(|live| live.inputs.as_deref() == Some(inputs));
        let operator_held = by_operator && self.cluster.rollout.operator_upgrade == OperatorUpgrade::Hold;
        DesiredPool {
            pool,
            held: differs && (operator_held || !self.approved),
            template,
        }
    }

    pub(super) fn pods(&self) -> &'a [PodFact] {
        self.facts.pods.known().map_or(&[], Vec::as_slice)
    }

    pub(super) fn claims(&self) -> &'a [ClaimFact] {
        self.facts.claims.known().map_or(&[], Vec::as_slice)
    }

    pub(super) fn pod(&self, node_id: i32) -> Option<&'a PodFact> {
        self.pods().iter().find(|pod| pod.node_id == node_id)
    }

    pub(super) fn kafka(&self) -> Option<&'a KafkaFacts> {
        self.facts.kafka.known()
    }

    /// Nodes that the StatefulSets should have pods for.
    pub(super) fn live_nodes(&self) -> Vec<i32> {
        self.live
            .values()
            .flat_map(|pool| pool.start..pool.start.saturating_add(pool.replicas))
            .collect()
    }

    /// The template that pods of this pool should have been made from; `None` for a pool that is leaving.
    pub(super) fn wanted_template(&self, pool: &str) -> Option<&str> {
        let desired = self.desired.iter().find(|desired| desired.pool.name == pool)?;
        if desired.held {
            return self.live.get(pool)?.template.as_deref();
        }
        Some(&desired.template)
    }

    /// Whether a pod of this pool that is deleted now comes back as it should be.
    pub(super) fn comes_back_new(&self, pool: &str) -> bool {
        self.live
            .get(pool)
            .is_some_and(|live| live.settled && live.template.as_deref() == self.wanted_template(pool))
    }

    /// Whether a pod was made from another template than it should be.
    pub(super) fn is_outdated(&self, pod: &PodFact) -> bool {
        self.wanted_template(&pod.pool)
            .is_some_and(|wanted| pod.template.as_deref() != Some(wanted))
    }
}

fn plan_id(cluster: &ValidatedCluster, prints: &[(String, String)]) -> String {
    let pools: Vec<(&String, i32, String, &(String, String))> = cluster
        .pools
        .iter()
        .zip(prints)
        .map(|(pool, print)| (&pool.name, pool.replicas, format!("{:?}", pool.storage), print))
        .collect();
    crate::fingerprint::of(&pools)[..8].to_owned()
}

fn live_pools(cluster: &ValidatedCluster, facts: &ClusterFacts) -> BTreeMap<String, LivePool> {
    let sets = facts
        .children
        .known()
        .into_iter()
        .flatten()
        .filter(|(key, _)| key.kind == "StatefulSet");
    sets.filter_map(|(key, live)| live_pool(cluster, key, live))
        .collect()
}

fn live_pool(cluster: &ValidatedCluster, key: &ChildKey, live: &Value) -> Option<(String, LivePool)> {
    let name = live["metadata"]["labels"][labels::POOL].as_str()?.to_owned();
    let pool = cluster.pool(&name);
    let start = annotation(live, labels::NODE_ID_START)
        .and_then(|text| text.parse().ok())
        .or(pool.map(|pool| pool.start))?;
    let replicas = live["spec"]["replicas"]
        .as_i64()
        .and_then(|replicas| i32::try_from(replicas).ok());
    let template = live["spec"]["template"]["metadata"]["annotations"][labels::TEMPLATE].as_str();
    let claim = &live["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"];
    Some((
        name,
        LivePool {
            stateful_set: key.name.clone(),
            uid: uid(live)?.to_owned(),
            start,
            replicas: replicas.unwrap_or(1),
            template: template.map(str::to_owned),
            inputs: annotation(live, labels::INPUTS).map(str::to_owned),
            settled: live["status"]["observedGeneration"] == live["metadata"]["generation"],
            claim_size: claim.as_str().map(str::to_owned),
        },
    ))
}
