//! A Kubernetes API, its StatefulSet controller and a Kafka in memory, in which the request with a given number goes wrong.
//!
//! Owns every object and the log of disturbances. It checks at each of them that no other node is down, and that what a
//! broker loses was moved off it before. Requests to Kubernetes and to brokers are counted together, in their order.

mod api;
mod brokers;
mod nodes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kube::runtime::{reflector, watcher};
use operator_api::KafkaCluster;
use operator_controller::cluster;
use operator_controller::context::{Context, Mode, Recent, TOPIC_WRITES, Unlisted};
use operator_controller::error::OperatorError;
use operator_controller::events::Events;
use operator_controller::kubernetes::Kubernetes;
use operator_controller::retry::Attempts;
use operator_plan::topic::{TopicFact, TopicRequest};
use operator_plan::validate::OperatorSettings;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

pub(crate) use brokers::FakeBrokers;

/// Name of the cluster, and its namespace.
pub(crate) const NAME: &str = "orders";
pub(crate) const NAMESPACE: &str = "kafka";

/// What happens to one request: of all of them, or of those that change something, the one with a given number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// It is answered with an error and nothing was done.
    Refused,
    /// It was done, and whoever asked is gone before the answer.
    Crash,
}

/// Everything there is.
#[derive(Default)]
pub(crate) struct State {
    /// Objects by resource and name.
    pub(crate) objects: BTreeMap<(String, String), Value>,
    pub(crate) ages: BTreeMap<String, u32>,
    pub(crate) replicas: BTreeMap<i32, i64>,
    pub(crate) cordoned: BTreeSet<i32>,
    pub(crate) leaders: BTreeMap<i32, i64>,
    pub(crate) voters: BTreeSet<i32>,
    pub(crate) registered: BTreeSet<i32>,
    pub(crate) spread_to: Vec<i32>,
    pub(crate) config: BTreeMap<String, String>,
    pub(crate) topics: BTreeMap<String, TopicFact>,
    /// Looks at topics until what was made last is seen.
    pub(crate) lag: u32,
    /// What was asked for about topics.
    pub(crate) wishes: Vec<TopicRequest>,
    /// Every disturbance, in words.
    pub(crate) log: Vec<String>,
    /// Resource and verb for which a permission is missing.
    pub(crate) forbidden: Option<(&'static str, &'static str)>,
    /// Requests so far.
    pub(crate) asked: usize,
    /// Those of them that change something.
    pub(crate) changes: usize,
    pub(crate) fault: Option<(usize, Fault)>,
    /// Writes of objects, by resource.
    pub(crate) writes: BTreeMap<String, usize>,
    pub(crate) serial: u64,
}

/// A handle to it.
#[derive(Clone, Default)]
pub(crate) struct World {
    state: Arc<Mutex<State>>,
    crashed: Arc<Notify>,
}

impl World {
    /// With an object of this specification, written as YAML.
    pub(crate) fn new(spec: &str) -> Self {
        let world = Self::default();
        world.apply(spec);
        world
    }

    /// Another specification of the same object.
    pub(crate) fn apply(&self, spec: &str) {
        let spec: Value = serde_yaml::from_str(spec).expect("a specification");
        let mut state = self.state();
        let key = ("kafkaclusters".to_owned(), NAME.to_owned());
        let mut object = state.objects.get(&key).cloned().unwrap_or_else(|| {
            json!({
                "apiVersion": "kafka.eddyline.dev/v1alpha1",
                "kind": "KafkaCluster",
                "metadata": {
                    "name": NAME, "namespace": NAMESPACE, "generation": 0,
                    "uid": "00000000-0000-0000-0000-000000000001",
                },
            })
        });
        object["spec"] = spec;
        object["metadata"]["generation"] = json!(object["metadata"]["generation"].as_i64().unwrap_or(0) + 1);
        state.stored(key, object);
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The object as it is now.
    pub(crate) fn cluster(&self) -> KafkaCluster {
        let object = self.state().objects[&("kafkaclusters".to_owned(), NAME.to_owned())].clone();
        serde_json::from_value(object).expect("the object can be read")
    }

    /// Status and reason of a condition of the object; empty if it has none of this name.
    pub(crate) fn condition(&self, name: &str) -> (String, String) {
        let status = self.cluster().status.unwrap_or_default();
        let found = status
            .conditions
            .into_iter()
            .find(|condition| condition.type_ == name);
        found.map_or_else(Default::default, |condition| (condition.status, condition.reason))
    }

    /// What passes are given.
    pub(crate) fn context(&self) -> Arc<Context<FakeBrokers>> {
        Arc::new(self.new_context())
    }

    /// What passes over topics are given: the clusters are as they are now.
    pub(crate) fn context_of_topics(&self) -> Arc<Context<FakeBrokers>> {
        let (clusters, mut writer) = reflector::store();
        writer.apply_watcher_event(&watcher::Event::Apply(self.cluster()));
        Arc::new(Context {
            clusters: vec![clusters],
            ..self.new_context()
        })
    }

    fn new_context(&self) -> Context<FakeBrokers> {
        let client = api::client(self);
        Context {
            kubernetes: Kubernetes::new(client.clone()),
            brokers: FakeBrokers(self.clone()),
            settings: OperatorSettings {
                version: "0.1.0".to_owned(),
                image_repository: "eddyline".to_owned(),
                cluster_domain: "cluster.local".to_owned(),
                namespace: "eddyline-system".to_owned(),
            },
            mode: Mode::Act,
            clusters: Vec::new(),
            topics: Vec::new(),
            unlisted: Unlisted::default(),
            addresses: Recent::default(),
            namespaces: Recent::default(),
            topic_writes: Semaphore::new(TOPIC_WRITES),
            topics_again: Duration::from_secs(120),
            events: Events::new(client, "test"),
            metrics: Arc::default(),
            attempts: Attempts::default(),
        }
    }

    /// A pass of an operator that was just started, then a round of everybody else. It may fail, or the operator be gone.
    pub(crate) async fn pass(&self) -> Result<(), OperatorError> {
        let crashed = self.crashed.notified();
        let ended = tokio::select! {
            ended = cluster::reconcile(Arc::new(self.cluster()), self.context()) => ended.map(drop),
            () = crashed => Ok(()),
        };
        self.state().round();
        ended
    }

    /// Passes until nothing is written any more.
    pub(crate) async fn settle(&self) {
        let mut quiet = 0;
        for _ in 0..200 {
            let before = self.written();
            // A pass that fails is followed by another one.
            let failed = self.pass().await.is_err();
            quiet = if failed || self.written() != before {
                0
            } else {
                quiet + 1
            };
            if quiet == 4 {
                return;
            }
        }
        let status = self.cluster().status.unwrap_or_default();
        panic!("not settled: {:?}, {:?}", status.operation, status.conditions);
    }

    /// Writes of objects so far.
    pub(crate) fn written(&self) -> usize {
        self.state().writes.values().sum()
    }

    /// The same world once more, with nothing in common.
    pub(crate) fn copied(&self) -> Self {
        let state = self.state();
        let copy = State {
            objects: state.objects.clone(),
            ages: state.ages.clone(),
            replicas: state.replicas.clone(),
            cordoned: state.cordoned.clone(),
            leaders: state.leaders.clone(),
            voters: state.voters.clone(),
            registered: state.registered.clone(),
            spread_to: state.spread_to.clone(),
            config: state.config.clone(),
            topics: state.topics.clone(),
            serial: state.serial,
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(copy)),
            crashed: Arc::default(),
        }
    }

    /// Counts a request; says what is to become of it.
    fn turn(&self) -> Option<Fault> {
        let mut state = self.state();
        let number = state.asked;
        state.asked += 1;
        let (at, fault) = state.fault?;
        (at == number && fault == Fault::Refused).then_some(fault)
    }

    /// Counts a request that changes something; says what is to become of it.
    fn turn_of_change(&self) -> Option<Fault> {
        let refused = self.turn();
        let mut state = self.state();
        let number = state.changes;
        state.changes += 1;
        match state.fault {
            Some((at, Fault::Crash)) => (at == number).then_some(Fault::Crash),
            _ => refused,
        }
    }

    /// The operator is gone: whoever waits here waits for ever.
    async fn crash(&self) {
        self.crashed.notify_waiters();
        std::future::pending::<()>().await;
    }
}

/// Time for a pass that must not hang.
pub(crate) const LONG: Duration = Duration::from_secs(600);
