//! Every rule refuses at least one object, and a neighbour of that object is accepted.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use kube_cel::{CompiledSchema, Validator, compile_schema};
use serde_json::{Value, json};

fn definition(kind: &str) -> Value {
    let file = format!("{}s.yaml", kind.to_lowercase());
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../crds")
        .join(file);
    serde_yaml::from_str(&std::fs::read_to_string(path).expect("a definition")).expect("a definition")
}

fn schema(kind: &str) -> Value {
    definition(kind)["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

fn object(kind: &str, name: &str, spec: &str) -> Value {
    let spec: Value = serde_yaml::from_str(spec).unwrap_or_else(|error| panic!("{spec}: {error}"));
    json!({ "apiVersion": "kafka.eddyline.dev/v1alpha1", "kind": kind, "metadata": { "name": name }, "spec": spec })
}

thread_local! {
    /// Compiling the rules of a kind takes a second without optimization.
    static COMPILED: RefCell<BTreeMap<String, Rc<CompiledSchema>>> = const { RefCell::new(BTreeMap::new()) };
}

fn compiled(kind: &str) -> Rc<CompiledSchema> {
    COMPILED.with_borrow_mut(|all| {
        let compile = || Rc::new(compile_schema(&schema(kind)));
        all.entry(kind.to_owned()).or_insert_with(compile).clone()
    })
}

fn refusals(kind: &str, new: &Value, old: Option<&Value>) -> BTreeSet<String> {
    match Validator::new().validate_compiled(&compiled(kind), new, old) {
        Ok(()) => BTreeSet::new(),
        Err(errors) => errors.iter().map(|error| error.message.clone()).collect(),
    }
}

/// Kind, the beginning of the message, what is accepted, what is refused, and what was there before if that matters.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const K: &str = "KafkaCluster";
const T: &str = "Topic";
const R: &str = "KafkaRebalance";
const DEV: &str = "{brokers: {replicas: 1, storage: {size: 10Gi}}}";

const ROWS: &[Row] = &[
    (
        K,
        "spec.controllers cannot be added",
        DEV,
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, controllers: {replicas: 1, storage: {size: 1Gi}}}",
        Some(DEV),
    ),
    (
        K,
        "spec.bootstrap can only",
        DEV,
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, bootstrap: {clusterId: MkU3OEVBNTcwNTJENDM2Qg}}",
        Some(DEV),
    ),
    (
        K,
        "tiering cannot be removed",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs, region: eu-west-1}}",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}}",
        Some("{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs}}"),
    ),
    (
        K,
        "tiering cannot be removed",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs}}",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs, prefix: a}}",
        Some("{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs}}"),
    ),
    (
        K,
        "remove log.local.retention.ms",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs}, config: {log.local.retention.ms: 1}}",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs, localRetention: {time: 1d}}, config: {log.local.retention.ms: 1}}",
        None,
    ),
    (
        K,
        "name in tiering the bucket",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs}, bootstrap: {clusterId: MkU3OEVBNTcwNTJENDM2Qg, restore: true}}",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, bootstrap: {clusterId: MkU3OEVBNTcwNTJENDM2Qg, restore: true}}",
        None,
    ),
    (
        K,
        "set localRetention.time",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs, localRetention: {size: 1Gi}}}",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, tiering: {bucket: logs, localRetention: {}}}",
        None,
    ),
    (
        K,
        "remove the names of nodes",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, config: {eddyline.remote.cache.bytes: 1}}",
        "{brokers: {replicas: 1, storage: {size: 10Gi}}, config: {eddyline.remote.s3.secret.access.key: x}}",
        None,
    ),
    (
        T,
        "remove remote.storage.enable",
        "{clusterRef: {name: o}, tiering: {}, config: {retention.ms: 1}}",
        "{clusterRef: {name: o}, tiering: {}, config: {local.retention.ms: 1}}",
        None,
    ),
    (
        T,
        "set localRetention.time",
        "{clusterRef: {name: o}, tiering: {localRetention: {time: 12h}}}",
        "{clusterRef: {name: o}, tiering: {localRetention: {}}}",
        None,
    ),
    (
        K,
        "set spec.controllers.replicas",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 3, storage: {size: 1Gi}}}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 2, storage: {size: 1Gi}}}",
        None,
    ),
    (
        K,
        "set storage.size",
        "{brokers: {replicas: 1, storage: {type: ephemeral}}}",
        "{brokers: {replicas: 1, storage: {}}}",
        None,
    ),
    (
        K,
        "storage.size can only grow: keep the old size, or",
        "{brokers: {replicas: 1, storage: {size: 1Ti}}}",
        "{brokers: {replicas: 1, storage: {size: 9Gi}}}",
        Some(DEV),
    ),
    (
        K,
        "storage.type cannot change",
        "{brokers: {replicas: 1, storage: {type: persistent-claim, size: 10Gi}}}",
        "{brokers: {replicas: 1, storage: {type: ephemeral, size: 10Gi}}}",
        Some(DEV),
    ),
    (
        K,
        "storage.class cannot change",
        DEV,
        "{brokers: {replicas: 1, storage: {size: 10Gi, class: fast}}}",
        Some(DEV),
    ),
    (
        K,
        "storage.size can only grow: keep the old size",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 3Gi}}}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 1Gi}}}",
        Some(
            "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 2Gi}}}",
        ),
    ),
    (
        K,
        "storage.type of controllers",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 2Gi}}}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 2Gi, type: ephemeral}}}",
        Some(
            "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 2Gi}}}",
        ),
    ),
    (
        K,
        "storage.class of controllers",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 2Gi}}}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 2Gi, class: x}}}",
        Some(
            "{brokers: {replicas: 1, storage: {size: 1Gi}}, controllers: {replicas: 1, storage: {size: 2Gi}}}",
        ),
    ),
    (
        K,
        "choose another name for the pool",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: big, nodeIdStart: 2000, replicas: 1, storage: {size: 1Gi}}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: brokers, nodeIdStart: 2000, replicas: 1, storage: {size: 1Gi}}]}",
        None,
    ),
    (
        K,
        "set nodeIdStart to 2000",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: big, nodeIdStart: 3000, replicas: 1, storage: {size: 1Gi}}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: big, nodeIdStart: 2001, replicas: 1, storage: {size: 1Gi}}]}",
        None,
    ),
    (
        K,
        "nodeIdStart cannot change",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: big, nodeIdStart: 2000, replicas: 2, storage: {size: 1Gi}}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: big, nodeIdStart: 3000, replicas: 1, storage: {size: 1Gi}}]}",
        Some(
            "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: big, nodeIdStart: 2000, replicas: 1, storage: {size: 1Gi}}]}",
        ),
    ),
    (
        K,
        "give every pool its own",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: a, nodeIdStart: 2000, replicas: 1, storage: {size: 1Gi}}, {name: b, nodeIdStart: 3000, replicas: 1, storage: {size: 1Gi}}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, nodePools: [{name: a, nodeIdStart: 2000, replicas: 1, storage: {size: 1Gi}}, {name: b, nodeIdStart: 2000, replicas: 1, storage: {size: 1Gi}}]}",
        None,
    ),
    (
        K,
        "give every listener its own port",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: internal}, {name: b, port: 9093, type: internal}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: internal}, {name: b, port: 9092, type: internal}]}",
        None,
    ),
    (
        K,
        "choose another port",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: internal}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9091, type: internal}]}",
        None,
    ),
    (
        K,
        "choose another name for the listener",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: internal}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: controller, port: 9092, type: internal}]}",
        None,
    ),
    (
        K,
        "remove loadBalancerClass",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: loadbalancer, loadBalancerClass: x}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: internal, loadBalancerClass: x}]}",
        None,
    ),
    (
        K,
        "remove externalTrafficPolicy",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: nodeport, externalTrafficPolicy: Local}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: internal, externalTrafficPolicy: Local}]}",
        None,
    ),
    (
        K,
        "write {nodeId}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: internal, advertisedHostTemplate: 'b{nodeId}.x'}]}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, listeners: [{name: a, port: 9092, type: internal, advertisedHostTemplate: b.x}]}",
        None,
    ),
    (
        K,
        "set selector together",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, allowedNamespaces: {from: Selector, selector: {matchLabels: {a: b}}}}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, allowedNamespaces: {from: All, selector: {matchLabels: {a: b}}}}",
        None,
    ),
    (
        K,
        "set topologyKey",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, rack: {topologyKey: topology.kubernetes.io/zone}}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, rack: {topologyKey: rack}}",
        None,
    ),
    (
        K,
        "remove the names of nodes",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, config: {min.insync.replicas: 2}}",
        "{brokers: {replicas: 1, storage: {size: 1Gi}}, config: {controller.quorum.voters: x}}",
        None,
    ),
    (
        T,
        "the name of a topic cannot change",
        "{clusterRef: {name: a}, topicName: x}",
        "{clusterRef: {name: a}, topicName: y}",
        Some("{clusterRef: {name: a}, topicName: x}"),
    ),
    (
        T,
        "choose a name that does not begin",
        "{clusterRef: {name: a}, topicName: _x}",
        "{clusterRef: {name: a}, topicName: __x}",
        None,
    ),
    (
        T,
        "choose another topicName",
        "{clusterRef: {name: a}, topicName: a.b}",
        "{clusterRef: {name: a}, topicName: '..'}",
        None,
    ),
    (
        T,
        "clusterRef cannot change: delete",
        "{clusterRef: {name: a}}",
        "{clusterRef: {name: a, namespace: b}}",
        Some("{clusterRef: {name: a}}"),
    ),
    (
        T,
        "partitions can only grow",
        "{clusterRef: {name: a}, partitions: 4}",
        "{clusterRef: {name: a}, partitions: 2}",
        Some("{clusterRef: {name: a}, partitions: 3}"),
    ),
    (
        T,
        "use Kafka's names",
        "{clusterRef: {name: a}, config: {retention.ms: 60000}}",
        "{clusterRef: {name: a}, config: {retention_ms: 60000}}",
        None,
    ),
    (
        R,
        "clusterRef cannot change: make",
        "{clusterRef: {name: a}, mode: full}",
        "{clusterRef: {name: b}, mode: full}",
        Some("{clusterRef: {name: a}, mode: full}"),
    ),
    (
        R,
        "mode and brokers cannot change",
        "{clusterRef: {name: a}, mode: add-brokers, brokers: [1], approve: x}",
        "{clusterRef: {name: a}, mode: add-brokers, brokers: [2]}",
        Some("{clusterRef: {name: a}, mode: add-brokers, brokers: [1]}"),
    ),
    (
        R,
        "name node ids",
        "{clusterRef: {name: a}, mode: remove-brokers, brokers: [1]}",
        "{clusterRef: {name: a}, mode: full, brokers: [1]}",
        None,
    ),
    (
        R,
        "a cancelled rebalance",
        "{clusterRef: {name: a}, mode: full, cancel: true}",
        "{clusterRef: {name: a}, mode: full}",
        Some("{clusterRef: {name: a}, mode: full, cancel: true}"),
    ),
];

/// A rule that does not compile makes the API server refuse the whole definition.
#[test]
fn every_rule_compiles() {
    for kind in [K, T, R] {
        let root = compiled(kind);
        let mut parts: Vec<&CompiledSchema> = vec![&root];
        while let Some(part) = parts.pop() {
            assert!(
                part.compilation_errors().is_empty(),
                "{kind}: {:?}",
                part.compilation_errors()
            );
            parts.extend(part.properties.values());
            parts.extend(part.items.as_deref());
        }
    }
}

#[test]
fn every_row_accepts_and_refuses() {
    for (kind, message, accepted, refused, old) in ROWS {
        let old = old.map(|old| object(kind, "orders", old));
        let fine = refusals(kind, &object(kind, "orders", accepted), old.as_ref());
        assert!(fine.is_empty(), "{message}: {accepted} is refused: {fine:?}");
        let said = refusals(kind, &object(kind, "orders", refused), old.as_ref());
        assert!(
            said.iter().any(|said| said.starts_with(message)),
            "{message}: {refused}: {said:?}"
        );
    }
}

#[test]
fn names_of_clusters_are_names_of_services() {
    let refused = |name: &str| refusals(K, &object(K, name, DEV), None).len();
    assert_eq!(
        (
            refused("orders-1"),
            refused("1orders"),
            refused("a.b"),
            refused(&"a".repeat(41))
        ),
        (0, 1, 1, 1)
    );
}

#[test]
fn every_message_of_the_definitions_has_a_row() {
    let tested: Vec<&str> = ROWS.iter().map(|row| row.1).chain(["choose a name of"]).collect();
    let mut left: Vec<Value> = [K, T, R].map(schema).to_vec();
    let mut silent = BTreeSet::new();
    let mut rules = 0;
    while let Some(value) = left.pop() {
        for rule in value["x-kubernetes-validations"].as_array().into_iter().flatten() {
            rules += 1;
            let message = rule["message"].as_str().unwrap_or_default();
            if !tested.iter().any(|tested| message.starts_with(tested)) {
                silent.insert(message.to_owned());
            }
        }
        match value {
            Value::Object(object) => left.extend(object.into_iter().map(|(_, value)| value)),
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    assert!(rules > 40, "{rules} rules");
    assert!(silent.is_empty(), "{silent:?}");
}
