//! The rules that the API server checks with CEL when an object is written: one row each.
//!
//! A message names the fix, because it is all that a user of `kubectl apply` sees. A rule about a field that may be
//! removed stands on the parent of the field, since rules on a field do not run when it goes. Lists, maps and strings
//! that a rule walks through are bounded in the types, which keeps the estimated cost within the API server's limit.
//!
//! `operator/api/cel` evaluates every row against accepted and refused objects.

/// One rule of one kind.
#[derive(Clone, Copy, Debug)]
pub struct CelRule {
    /// Kind that it belongs to.
    pub kind: &'static str,
    /// Where it stands: names of properties separated by dots, `[]` for the items of a list; empty for the root.
    pub path: &'static str,
    /// The expression.
    pub rule: &'static str,
    /// What the user reads when it is broken.
    pub message: &'static str,
}

const fn row(kind: &'static str, path: &'static str, rule: &'static str, message: &'static str) -> CelRule {
    CelRule {
        kind,
        path,
        rule,
        message,
    }
}

const CLUSTER: &str = "KafkaCluster";
const TOPIC: &str = "Topic";
const REBALANCE: &str = "KafkaRebalance";

/// Configurations that follow from other fields: `spec.config` and the pools may not name them.
const DERIVED_CONFIGS: &str = "self.all(key, !(key in ['node.id', 'broker.id', 'process.roles', 'listeners', \
    'advertised.listeners', 'listener.security.protocol.map', 'inter.broker.listener.name', \
    'security.inter.broker.protocol', 'log.dir', 'log.dirs', 'metadata.log.dir', 'broker.rack', 'cluster.id', \
    'eddyline.http.listener', 'eddyline.remote.store', 'eddyline.restore.from', 'remote.log.storage.system.enable']) && \
    !key.startsWith('controller.quorum.') && !key.startsWith('controller.listener.') && \
    !key.startsWith('eddyline.remote.s3.'))";
const DERIVED_CONFIGS_MESSAGE: &str = "remove the names of nodes, listeners, directories, racks, of the quorum and of \
    the remote store from config: they follow from spec.listeners, storage, rack, tiering, brokers and controllers";

const SIZE_NEEDED: &str = "has(self.size) || (has(self.type) && self.type == 'ephemeral')";
const SIZE_NEEDED_MESSAGE: &str = "set storage.size, for example 100Gi";
const SIZE_GROWS: &str =
    "!has(self.size) || !has(oldSelf.size) || quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0";
const SIZE_GROWS_MESSAGE: &str = "storage.size can only grow: keep the old size, or add a pool in spec.nodePools with \
    smaller disks and remove this one";
const TYPE_STAYS: &str = "(has(self.type) ? self.type : 'persistent-claim') == \
    (has(oldSelf.type) ? oldSelf.type : 'persistent-claim')";
const TYPE_STAYS_MESSAGE: &str =
    "storage.type cannot change: add a pool in spec.nodePools with the other type";
const CLASS_STAYS: &str = "(has(self.class) ? self.class : '') == (has(oldSelf.class) ? oldSelf.class : '')";
const CLASS_STAYS_MESSAGE: &str = "storage.class cannot change: add a pool in spec.nodePools with the new class, then \
    remove the old pool";

/// Every rule.
pub const RULES: &[CelRule] = &[
    row(
        CLUSTER,
        "",
        "size(self.metadata.name) <= 40",
        "choose a name of at most 40 characters: the names of pods and Services begin with it",
    ),
    row(
        CLUSTER,
        "",
        "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        "choose a name of lower case letters, digits and dashes that begins with a letter: Services are named after it",
    ),
    row(
        CLUSTER,
        "spec",
        "has(self.controllers) == has(oldSelf.controllers)",
        "spec.controllers cannot be added or removed later: make a new cluster and move the topics",
    ),
    row(
        CLUSTER,
        "spec",
        "has(self.bootstrap) == has(oldSelf.bootstrap) && (!has(self.bootstrap) || self.bootstrap == oldSelf.bootstrap)",
        "spec.bootstrap can only be set when the cluster is made: undo the change",
    ),
    row(
        CLUSTER,
        "spec",
        "!has(oldSelf.tiering) || (has(self.tiering) && self.tiering.bucket == oldSelf.tiering.bucket && \
         (has(self.tiering.prefix) ? self.tiering.prefix : '') == \
         (has(oldSelf.tiering.prefix) ? oldSelf.tiering.prefix : ''))",
        "tiering cannot be removed, and its bucket and prefix cannot change, because older records lie there: undo the \
         change",
    ),
    row(
        CLUSTER,
        "spec",
        "!has(self.tiering) || !has(self.tiering.localRetention) || !has(self.config) || \
         !('log.local.retention.ms' in self.config || 'log.local.retention.bytes' in self.config)",
        "remove log.local.retention.ms and log.local.retention.bytes from config: tiering.localRetention says it",
    ),
    row(
        CLUSTER,
        "spec",
        "!has(self.bootstrap) || !has(self.bootstrap.restore) || !self.bootstrap.restore || has(self.tiering)",
        "name in tiering the bucket that bootstrap.restore is to read",
    ),
    row(
        CLUSTER,
        "spec.tiering",
        "!has(self.localRetention) || has(self.localRetention.time) || has(self.localRetention.size)",
        "set localRetention.time, for example 1d, or localRetention.size, for example 10Gi",
    ),
    row(
        CLUSTER,
        "spec.controllers",
        "self.replicas % 2 == 1 && self.replicas <= 9",
        "set spec.controllers.replicas to 1, 3, 5, 7 or 9: an even number survives no more failures than one less",
    ),
    row(CLUSTER, "spec.brokers.storage", SIZE_NEEDED, SIZE_NEEDED_MESSAGE),
    row(CLUSTER, "spec.brokers.storage", SIZE_GROWS, SIZE_GROWS_MESSAGE),
    row(CLUSTER, "spec.brokers.storage", TYPE_STAYS, TYPE_STAYS_MESSAGE),
    row(CLUSTER, "spec.brokers.storage", CLASS_STAYS, CLASS_STAYS_MESSAGE),
    row(
        CLUSTER,
        "spec.controllers.storage",
        SIZE_NEEDED,
        SIZE_NEEDED_MESSAGE,
    ),
    row(
        CLUSTER,
        "spec.controllers.storage",
        SIZE_GROWS,
        "storage.size can only grow: keep the old size",
    ),
    row(
        CLUSTER,
        "spec.controllers.storage",
        TYPE_STAYS,
        "storage.type of controllers cannot change: undo the change",
    ),
    row(
        CLUSTER,
        "spec.controllers.storage",
        CLASS_STAYS,
        "storage.class of controllers cannot change: undo the change",
    ),
    row(
        CLUSTER,
        "spec.nodePools[].storage",
        SIZE_NEEDED,
        SIZE_NEEDED_MESSAGE,
    ),
    row(
        CLUSTER,
        "spec.nodePools[].storage",
        SIZE_GROWS,
        SIZE_GROWS_MESSAGE,
    ),
    row(
        CLUSTER,
        "spec.nodePools[].storage",
        TYPE_STAYS,
        TYPE_STAYS_MESSAGE,
    ),
    row(
        CLUSTER,
        "spec.nodePools[].storage",
        CLASS_STAYS,
        CLASS_STAYS_MESSAGE,
    ),
    row(
        CLUSTER,
        "spec.nodePools[]",
        "!(self.name in ['brokers', 'controllers', 'nodes', 'bootstrap'])",
        "choose another name for the pool: brokers, controllers, nodes and bootstrap are taken",
    ),
    row(
        CLUSTER,
        "spec.nodePools[]",
        "self.nodeIdStart % 1000 == 0",
        "set nodeIdStart to 2000, 3000 and so on: each pool has a thousand node ids",
    ),
    row(
        CLUSTER,
        "spec.nodePools[]",
        "self.nodeIdStart == oldSelf.nodeIdStart",
        "nodeIdStart cannot change, because brokers keep their ids: add another pool",
    ),
    row(
        CLUSTER,
        "spec.nodePools",
        "self.all(pool, self.exists_one(other, other.nodeIdStart == pool.nodeIdStart))",
        "give every pool its own nodeIdStart: 2000, 3000 and so on",
    ),
    row(
        CLUSTER,
        "spec.listeners",
        "self.all(listener, self.exists_one(other, other.port == listener.port))",
        "give every listener its own port",
    ),
    row(
        CLUSTER,
        "spec.listeners[]",
        "!(self.port in [9090, 9091, 9644, 9645])",
        "choose another port: 9090, 9091, 9644 and 9645 are the cluster's own",
    ),
    row(
        CLUSTER,
        "spec.listeners[]",
        "!(self.name in ['controller', 'replication'])",
        "choose another name for the listener: controller and replication are the cluster's own",
    ),
    row(
        CLUSTER,
        "spec.listeners[]",
        "self.type == 'loadbalancer' || !(has(self.loadBalancerClass) || has(self.loadBalancerSourceRanges))",
        "remove loadBalancerClass and loadBalancerSourceRanges, or set type: loadbalancer",
    ),
    row(
        CLUSTER,
        "spec.listeners[]",
        "self.type in ['loadbalancer', 'nodeport'] || !has(self.externalTrafficPolicy)",
        "remove externalTrafficPolicy, or set type: loadbalancer or nodeport",
    ),
    row(
        CLUSTER,
        "spec.listeners[]",
        "!has(self.advertisedHostTemplate) || self.advertisedHostTemplate.contains('{nodeId}')",
        "write {nodeId} into advertisedHostTemplate: every broker needs its own address",
    ),
    row(
        CLUSTER,
        "spec.allowedNamespaces",
        "(has(self.from) && self.from == 'Selector') == has(self.selector)",
        "set selector together with from: Selector, and only then",
    ),
    row(
        CLUSTER,
        "spec.rack",
        "self.topologyKey in ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']",
        "set topologyKey to topology.kubernetes.io/zone or topology.kubernetes.io/region: Kubernetes copies only these \
         to pods",
    ),
    row(CLUSTER, "spec.config", DERIVED_CONFIGS, DERIVED_CONFIGS_MESSAGE),
    row(
        CLUSTER,
        "spec.brokers.config",
        DERIVED_CONFIGS,
        DERIVED_CONFIGS_MESSAGE,
    ),
    row(
        CLUSTER,
        "spec.controllers.config",
        DERIVED_CONFIGS,
        DERIVED_CONFIGS_MESSAGE,
    ),
    row(
        CLUSTER,
        "spec.nodePools[].config",
        DERIVED_CONFIGS,
        DERIVED_CONFIGS_MESSAGE,
    ),
    row(
        TOPIC,
        "",
        "(has(self.spec.topicName) ? self.spec.topicName : self.metadata.name) == \
         (has(oldSelf.spec.topicName) ? oldSelf.spec.topicName : oldSelf.metadata.name)",
        "the name of a topic cannot change: undo it, or make another Topic",
    ),
    row(
        TOPIC,
        "",
        "!(has(self.spec.topicName) ? self.spec.topicName : self.metadata.name).startsWith('__')",
        "choose a name that does not begin with two underscores: those topics are the cluster's own",
    ),
    row(
        TOPIC,
        "spec",
        "!has(self.topicName) || !(self.topicName in ['.', '..'])",
        "choose another topicName: one of only dots is no name in Kafka",
    ),
    row(
        TOPIC,
        "spec.clusterRef",
        "self == oldSelf",
        "clusterRef cannot change: delete this object (the topic stays by default) and make one for the other cluster",
    ),
    row(
        TOPIC,
        "spec",
        "!has(self.partitions) || !has(oldSelf.partitions) || self.partitions >= oldSelf.partitions",
        "partitions can only grow: set the old number, or make a new topic with fewer partitions",
    ),
    row(
        TOPIC,
        "spec.config",
        "self.all(key, key.matches('^[a-z][a-z0-9.]*$'))",
        "use Kafka's names in config, for example retention.ms",
    ),
    row(
        TOPIC,
        "spec",
        "!has(self.tiering) || !has(self.config) || !('remote.storage.enable' in self.config || \
         'local.retention.ms' in self.config || 'local.retention.bytes' in self.config)",
        "remove remote.storage.enable, local.retention.ms and local.retention.bytes from config: tiering says it",
    ),
    row(
        TOPIC,
        "spec.tiering",
        "!has(self.localRetention) || has(self.localRetention.time) || has(self.localRetention.size)",
        "set localRetention.time, for example 1d, or localRetention.size, for example 10Gi",
    ),
    row(
        REBALANCE,
        "spec.clusterRef",
        "self == oldSelf",
        "clusterRef cannot change: make another KafkaRebalance",
    ),
    row(
        REBALANCE,
        "spec",
        "self.mode == oldSelf.mode && has(self.brokers) == has(oldSelf.brokers) && \
         (!has(self.brokers) || self.brokers == oldSelf.brokers)",
        "mode and brokers cannot change: make another KafkaRebalance",
    ),
    row(
        REBALANCE,
        "spec",
        "self.mode == 'full' ? !has(self.brokers) : (has(self.brokers) && size(self.brokers) > 0)",
        "name node ids in brokers with mode add-brokers and remove-brokers, and only then",
    ),
    row(
        REBALANCE,
        "spec",
        "!(has(oldSelf.cancel) && oldSelf.cancel) || (has(self.cancel) && self.cancel)",
        "a cancelled rebalance stays cancelled: make another KafkaRebalance",
    ),
];
