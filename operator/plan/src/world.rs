//! A small world for tests: a Kubernetes that makes pods and claims, and a Kafka that registers, catches up, drains and
//! votes. It carries plans out and checks at every step that no more than one node is disturbed.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::jiff::Timestamp;
use operator_api::{KafkaCluster, labels};
use serde_json::{Value, json};

use crate::child::ChildKey;
use crate::cluster::{AdminRequest, ClusterPlan, Step, plan};
use crate::fact::Fact;
use crate::facts::{
    BrokerFact, ClaimFact, ClusterFacts, KafkaFacts, MemberFact, PartitionsFact, PodFact, QuorumFact,
    StopVerdict, TierFact,
};
use crate::validate::OperatorSettings;

/// A pod of the world.
#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) fact: PodFact,
    /// Rounds since it was made: it is ready after one and has caught up after two.
    pub(crate) age: u32,
}

/// A broker of the world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Broker {
    pub(crate) replicas: i64,
    pub(crate) leaders: i64,
    pub(crate) cordoned: bool,
}

/// Kubernetes, Kafka and one object.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) cluster: KafkaCluster,
    pub(crate) settings: OperatorSettings,
    pub(crate) children: BTreeMap<ChildKey, Value>,
    pub(crate) pods: BTreeMap<i32, Pod>,
    pub(crate) claims: BTreeMap<i32, ClaimFact>,
    pub(crate) brokers: BTreeMap<i32, Broker>,
    pub(crate) voters: BTreeSet<i32>,
    pub(crate) config: BTreeMap<String, String>,
    pub(crate) spread_to: Vec<i32>,
    pub(crate) largest_factor: i32,
    pub(crate) trouble: BTreeMap<String, crate::facts::PodTrouble>,
    pub(crate) tier: BTreeMap<i32, Fact<TierFact>>,
    pub(crate) log: Vec<String>,
    seconds: i64,
    serial: u32,
}

pub(crate) fn settings() -> OperatorSettings {
    OperatorSettings {
        version: "0.1.0".to_owned(),
        image_repository: "ghcr.io/eddyline/eddyline".to_owned(),
        cluster_domain: "cluster.local".to_owned(),
        namespace: "eddyline-system".to_owned(),
    }
}

/// A cluster named orders with this specification, as YAML.
pub(crate) fn cluster(spec: &str) -> KafkaCluster {
    let text = format!(
        "apiVersion: kafka.eddyline.dev/v1alpha1\nkind: KafkaCluster\nmetadata: {{name: orders, namespace: kafka, uid: \
         00000000-0000-0000-0000-000000000001, generation: 1}}\nspec: {spec}"
    );
    serde_yaml::from_str(&text).expect("the specification is one")
}

impl World {
    /// A world with an object and nothing else.
    pub(crate) fn new(spec: &str) -> Self {
        Self {
            cluster: cluster(spec),
            settings: settings(),
            children: BTreeMap::new(),
            pods: BTreeMap::new(),
            claims: BTreeMap::new(),
            brokers: BTreeMap::new(),
            voters: BTreeSet::new(),
            config: BTreeMap::new(),
            spread_to: Vec::new(),
            largest_factor: 1,
            trouble: BTreeMap::new(),
            tier: BTreeMap::new(),
            log: Vec::new(),
            seconds: 1_700_000_000,
            serial: 0,
        }
    }

    /// A world in which the cluster is as it should be.
    pub(crate) fn settled(spec: &str) -> Self {
        let mut world = Self::new(spec);
        world.settle();
        world.log.clear();
        world
    }

    /// Another specification for the same object.
    pub(crate) fn apply(&mut self, spec: &str) {
        self.cluster.spec = cluster(spec).spec;
        let generation = self.cluster.metadata.generation.unwrap_or_default();
        self.cluster.metadata.generation = Some(generation + 1);
    }

    pub(crate) fn facts(&self) -> ClusterFacts {
        ClusterFacts {
            now: Timestamp::from_second(self.seconds).expect("a time"),
            children: Fact::Known(self.children.clone()),
            pods: Fact::Known(self.pods.values().map(|pod| pod.fact.clone()).collect()),
            claims: Fact::Known(self.claims.values().cloned().collect()),
            addresses: Fact::Known(BTreeMap::new()),
            kafka: self.kafka(),
        }
    }

    fn is_ready(&self, node: i32) -> bool {
        self.pods.get(&node).is_some_and(|pod| pod.fact.ready)
    }

    fn is_caught_up(&self, node: i32) -> bool {
        self.pods
            .get(&node)
            .is_some_and(|pod| pod.fact.ready && pod.age >= 2)
    }

    fn kafka(&self) -> Fact<KafkaFacts> {
        if !self.pods.values().any(|pod| pod.fact.ready) {
            return Fact::Unknown("no node answers".to_owned());
        }
        let down = self.pods.keys().filter(|node| !self.is_caught_up(**node)).count();
        let nodes: Vec<i32> = self.pods.keys().copied().collect();
        let verdict = |node: &i32| (*node, Fact::Known(self.verdict(*node)));
        Fact::Known(KafkaFacts {
            cluster_id: crate::identity::cluster_id("00000000-0000-0000-0000-000000000001"),
            brokers: self
                .brokers
                .iter()
                .map(|(id, broker)| (*id, self.broker(*id, broker)))
                .collect(),
            quorum: self.quorum(),
            partitions: Fact::Known(PartitionsFact {
                total: 12,
                under_replicated: i64::try_from(down).unwrap_or_default(),
                ..PartitionsFact::default()
            }),
            largest_replication_factor: Fact::Known(self.largest_factor),
            dynamic_config: Fact::Known(self.config.clone()),
            safe_to_stop: nodes.iter().map(verdict).collect(),
            caught_up: nodes
                .iter()
                .map(|node| (*node, Fact::Known(self.is_caught_up(*node))))
                .collect(),
            moving: Fact::Known(0),
            tier: self.tier.clone(),
            spread_to: Fact::Known(self.spread_to.clone()),
        })
    }

    fn broker(&self, id: i32, broker: &Broker) -> BrokerFact {
        BrokerFact {
            fenced: !self.is_ready(id),
            cordoned: broker.cordoned,
            replicas: Fact::Known(broker.replicas),
            movable_leaders: Fact::Known(broker.leaders),
        }
    }

    /// Safe while everybody else has caught up.
    fn verdict(&self, node: i32) -> StopVerdict {
        let others = self
            .pods
            .keys()
            .filter(|other| **other != node && !self.is_caught_up(**other));
        StopVerdict {
            obstacles: others
                .map(|other| crate::facts::Obstacle {
                    kind: crate::facts::ObstacleKind::Other,
                    text: format!("node {other} is down"),
                })
                .collect(),
        }
    }

    fn quorum(&self) -> Fact<QuorumFact> {
        let ready: Vec<i32> = self
            .voters
            .iter()
            .copied()
            .filter(|node| self.is_ready(*node))
            .collect();
        if self.voters.is_empty() || 2 * ready.len() <= self.voters.len() {
            return Fact::Absent;
        }
        let member = |node: i32| MemberFact {
            directory: crate::identity::directory_id("x", node),
            caught_up: self.is_caught_up(node),
        };
        let observers = self
            .pods
            .keys()
            .filter(|node| !self.voters.contains(node) && self.is_ready(**node));
        Fact::Known(QuorumFact {
            leader: ready[0],
            voters: self.voters.iter().map(|node| (*node, member(*node))).collect(),
            observers: observers.map(|node| (*node, member(*node))).collect(),
        })
    }

    /// One pass of the operator, then one round of everybody else.
    pub(crate) fn pass(&mut self) -> ClusterPlan {
        let plan = plan(&self.cluster, &self.facts(), &self.settings);
        self.execute(&plan);
        self.round();
        plan
    }

    /// Passes until nothing is done and nothing changes.
    pub(crate) fn settle(&mut self) {
        let mut quiet = 0;
        for _ in 0..600 {
            let plan = self.pass();
            quiet = if plan.is_quiet() { quiet + 1 } else { 0 };
            if quiet > 3 {
                return;
            }
        }
        panic!(
            "not settled: {:?}",
            plan(&self.cluster, &self.facts(), &self.settings)
        );
    }

    pub(crate) fn execute(&mut self, plan: &ClusterPlan) {
        if let Some(step) = &plan.step {
            let before = self.cluster.status.clone().unwrap_or_default().operation;
            assert!(
                step.is_recorded_in(before.as_ref()),
                "{step:?} was not recorded: {before:?}"
            );
        }
        if let Some(status) = &plan.status {
            self.cluster.status = Some(status.clone());
        }
        for removal in &plan.removes {
            self.log
                .push(format!("delete {} {}", removal.key.kind, removal.key.name));
            self.children.remove(&removal.key);
        }
        for child in &plan.applies {
            self.store(&child.key, &child.object);
        }
        for resize in &plan.resizes {
            self.scale(&resize.stateful_set, resize.replicas);
        }
        for grow in &plan.grows {
            for claim in self.claims.values_mut().filter(|claim| claim.uid == grow.uid) {
                claim.requested = grow.size.clone();
            }
        }
        for request in &plan.requests {
            self.ask(request);
        }
        if let Some(step) = &plan.step {
            self.take(step);
        }
    }

    fn next_uid(&mut self) -> String {
        self.serial += 1;
        format!("uid-{}", self.serial)
    }

    fn store(&mut self, key: &ChildKey, object: &Value) {
        let old = self.children.get(key);
        let uid = old.and_then(crate::child::uid).map(str::to_owned);
        let uid = uid.unwrap_or_else(|| self.next_uid());
        let mut object = object.clone();
        object["metadata"]["uid"] = json!(uid);
        object["metadata"]["generation"] = json!(1);
        object["status"] = json!({ "observedGeneration": 1 });
        self.children.insert(key.clone(), object);
    }

    fn scale(&mut self, stateful_set: &str, replicas: i32) {
        if let Some(set) = self.children.get_mut(&ChildKey::new("StatefulSet", stateful_set)) {
            set["spec"]["replicas"] = json!(replicas);
        }
    }

    fn ask(&mut self, request: &AdminRequest) {
        match request {
            AdminRequest::ChangeConfig { set, remove } => {
                self.config.extend(set.clone());
                self.config.retain(|key, _| !remove.contains(key));
            }
            AdminRequest::MoveLeadersAway { broker } => self.broker_mut(*broker).leaders = 0,
            AdminRequest::Cordon { broker } => self.broker_mut(*broker).cordoned = true,
            AdminRequest::Uncordon { broker } => self.broker_mut(*broker).cordoned = false,
            AdminRequest::Drain { brokers, .. } => {
                self.log.push(format!("drain {brokers:?}"));
                for broker in brokers {
                    self.broker_mut(*broker).replicas = 0;
                }
            }
            AdminRequest::SpreadTo { brokers, .. } => {
                self.log.push(format!("spread to {brokers:?}"));
                self.spread_to.extend(brokers.clone());
                for broker in brokers {
                    self.broker_mut(*broker).replicas = 4;
                }
            }
            AdminRequest::Unregister { broker } => {
                self.log.push(format!("unregister {broker}"));
                self.brokers.remove(broker);
            }
        }
    }

    fn broker_mut(&mut self, id: i32) -> &mut Broker {
        self.brokers.entry(id).or_default()
    }

    fn take(&mut self, step: &Step) {
        self.log.push(step.words());
        let disturbed: Vec<i32> = self
            .pods
            .iter()
            .filter(|(node, pod)| !self.is_caught_up(**node) && pod.fact.trouble.is_none())
            .map(|(node, _)| *node)
            .collect();
        let stuck =
            matches!(step, Step::RestartNode { node_id, .. } if self.pods[node_id].fact.trouble.is_some());
        let harmless = stuck || matches!(step, Step::ReplaceStatefulSet { .. } | Step::Hibernate);
        assert!(
            harmless || disturbed.is_empty(),
            "{step:?} while {disturbed:?} are down"
        );
        match step {
            Step::RestartNode { node_id, uid, .. } => {
                assert_eq!(self.pods[node_id].fact.uid, *uid);
                self.pods.remove(node_id);
            }
            Step::RemoveNode {
                stateful_set,
                replicas,
                node_id,
                ..
            } => {
                let broker = self.brokers.get(node_id).cloned().unwrap_or_default();
                assert_eq!(broker.replicas, 0, "node {node_id} still has replicas");
                assert!(!self.voters.contains(node_id), "node {node_id} still votes");
                self.scale(stateful_set, *replicas);
            }
            Step::AddVoter { node_id, .. } => {
                self.voters.insert(*node_id);
            }
            Step::RemoveVoter { node_id, .. } => {
                self.voters.remove(node_id);
                assert!(!self.voters.is_empty(), "the last voter");
            }
            Step::ReplaceStatefulSet { stateful_set, .. } => {
                self.children.remove(&ChildKey::new("StatefulSet", stateful_set));
            }
            Step::DeleteVolume { node_id, .. } => {
                self.claims.remove(node_id);
            }
            Step::Hibernate => {
                let sets: Vec<String> = self.stateful_sets().into_iter().map(|(name, _)| name).collect();
                for set in sets {
                    self.scale(&set, 0);
                }
            }
        }
    }

    fn stateful_sets(&self) -> Vec<(String, Value)> {
        let sets = self.children.iter().filter(|(key, _)| key.kind == "StatefulSet");
        sets.map(|(key, set)| (key.name.clone(), set.clone())).collect()
    }

    /// Kubernetes' controllers and Kafka go one round on.
    pub(crate) fn round(&mut self) {
        self.seconds += 5;
        let mut expected = BTreeSet::new();
        for (name, set) in self.stateful_sets() {
            let start: i32 = crate::child::annotation(&set, labels::NODE_ID_START)
                .and_then(|text| text.parse().ok())
                .unwrap_or_default();
            let replicas =
                i32::try_from(set["spec"]["replicas"].as_i64().unwrap_or_default()).unwrap_or_default();
            for ordinal in 0..replicas {
                expected.insert(start + ordinal);
                self.make_pod(&name, &set, start + ordinal, ordinal);
            }
        }
        let sets: BTreeSet<String> = self.stateful_sets().into_iter().map(|(name, _)| name).collect();
        let orphaned = |pod: &Pod| !sets.contains(&format!("orders-{}", pod.fact.pool));
        self.pods
            .retain(|node, pod| orphaned(pod) || expected.contains(node));
        for (node, pod) in &mut self.pods {
            pod.age += 1;
            pod.fact.trouble = pod
                .fact
                .template
                .as_ref()
                .and_then(|template| self.trouble.get(template).cloned());
            pod.fact.ready = pod.fact.trouble.is_none() && pod.age >= 1;
            if pod.fact.ready && !(1000..2000).contains(node) {
                self.brokers.entry(*node).or_default();
            }
        }
        self.found_quorum();
    }

    fn make_pod(&mut self, name: &str, set: &Value, node: i32, ordinal: i32) {
        let pool = set["metadata"]["labels"][labels::POOL]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if !self.claims.contains_key(&node)
            && let Some(size) =
                set["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"].as_str()
        {
            let claim = ClaimFact {
                name: format!("data-{name}-{ordinal}"),
                uid: self.next_uid(),
                pool: pool.clone(),
                node_id: node,
                requested: size.to_owned(),
                restart_to_grow: false,
                expandable: Fact::Known(true),
                mounted: Fact::Known(false),
            };
            self.claims.insert(node, claim);
        }
        if self.pods.contains_key(&node) {
            return;
        }
        let uid = self.next_uid();
        let template = set["spec"]["template"]["metadata"]["annotations"][labels::TEMPLATE].as_str();
        let fact = PodFact {
            name: format!("{name}-{ordinal}"),
            uid,
            pool,
            node_id: node,
            template: template.map(str::to_owned),
            ready: false,
            terminating: false,
            trouble: None,
        };
        self.pods.insert(node, Pod { fact, age: 0 });
    }

    /// The founders in the ConfigMap become voters when a majority of them runs.
    fn found_quorum(&mut self) {
        if !self.voters.is_empty() {
            return;
        }
        let maps = self.children.iter().filter(|(key, _)| key.kind == "ConfigMap");
        let founders: BTreeSet<i32> = maps
            .filter_map(|(_, map)| {
                map["data"]["format-quorum"]
                    .as_str()?
                    .strip_prefix("--initial-controllers=")
            })
            .flat_map(|list| list.split(','))
            .filter_map(|founder| founder.split('@').next()?.parse().ok())
            .collect();
        let ready = founders.iter().filter(|node| self.is_ready(**node)).count();
        if 2 * ready > founders.len() {
            self.voters = founders;
        }
    }

    /// Condition of the object: its status, or empty.
    pub(crate) fn condition(&self, name: &str) -> String {
        let status = self.cluster.status.clone().unwrap_or_default();
        let found = status
            .conditions
            .into_iter()
            .find(|condition| condition.type_ == name);
        found.map_or(String::new(), |condition| {
            format!("{} {}", condition.status, condition.reason)
        })
    }
}
