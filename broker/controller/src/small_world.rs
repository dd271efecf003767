//! A cluster without log or clock: decisions are replayed at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use broker_metadata::image::Endpoint;
use broker_metadata::messages::ConfigRecord;
use broker_metadata::metadata_log::MetadataBatch;
use broker_metadata::{
    ConfigResource, MetadataChanges, MetadataImage, MetadataRecord, MetadataVersion, PartitionRegistration,
    bootstrap_records,
};
use broker_model::{BrokerEpoch, BrokerId, DirectoryId, PartitionIndex, Timestamp, Uuid};
use broker_protocol::ErrorCode;
use broker_protocol::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use broker_protocol::alter_partition_request::{BrokerState, PartitionData, TopicData};
use broker_protocol::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use broker_protocol::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionRequest, CreateTopicsRequest,
};

use crate::balancer::{ClusterFacts, GoalSettings, RebalanceMode, plan_rebalance};
use crate::{
    ApiError, BrokerRegistrationRequest, ConfigRules, ControllerSettings, EffectiveConfig, Outcome,
    QuorumController, RebalanceLimits, RemoteTier, Seed,
};

/// Knows five configurations of topics; every other kind of resource takes anything.
#[derive(Debug)]
pub(crate) struct FewConfigs(RemoteTier);

impl ConfigRules for FewConfigs {
    fn validate(
        &self,
        _: &MetadataImage,
        resource: &ConfigResource,
        configs: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Result<(), ApiError> {
        if resource.kind != broker_metadata::ConfigResourceType::Topic {
            return Ok(());
        }
        for (name, value) in configs {
            let valid = match &**name {
                "retention.ms" | "min.insync.replicas" => value.parse::<i64>().is_ok(),
                "cleanup.policy" | "unclean.leader.election.enable" | "remote.storage.enable" => true,
                _ => false,
            };
            if !valid {
                return Err(ApiError::new(
                    ErrorCode::InvalidConfig,
                    format!("{name} cannot be {value}"),
                ));
            }
        }
        Ok(())
    }

    fn is_list(&self, _: &ConfigResource, name: &str) -> bool {
        name == "cleanup.policy"
    }

    fn inherited_value(&self, _: &MetadataImage, _: &ConfigResource, name: &str) -> Option<Arc<str>> {
        (name == "cleanup.policy").then(|| "delete".into())
    }

    fn remote_tier(&self, _: &MetadataImage) -> RemoteTier {
        self.0
    }

    /// Who tiers has to say so when it is compacted.
    fn keeping(
        &self,
        _: &MetadataImage,
        resource: &ConfigResource,
        configs: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Option<(&'static str, &'static str)> {
        let is_topic = resource.kind == broker_metadata::ConfigResourceType::Topic;
        let is_compacted = configs
            .get("cleanup.policy")
            .is_some_and(|policy| &**policy == "compact");
        let keeps = is_topic && is_compacted && self.0 == RemoteTier::Enabled;
        keeps.then_some(("remote.storage.enable", "true"))
    }

    fn effective_topic_configs(
        &self,
        _: &MetadataImage,
        own: &BTreeMap<Arc<str>, Arc<str>>,
    ) -> Vec<EffectiveConfig> {
        let effective = |(name, value): (&Arc<str>, &Arc<str>)| EffectiveConfig {
            name: Arc::clone(name),
            value: Some(Arc::clone(value)),
            read_only: false,
            source: 1,
            is_sensitive: false,
        };
        own.iter().map(effective).collect()
    }
}

/// A controller whose decisions are committed at once.
pub(crate) struct World {
    pub(crate) controller: QuorumController,
    draws: u64,
}

impl World {
    /// Brokers 1 to `brokers`, active, with eligible leader replicas kept.
    pub(crate) fn with_brokers(brokers: i32) -> Self {
        Self::with_features(brokers, 2, RemoteTier::Disabled)
    }

    /// As [`Self::with_brokers`], of a cluster that tiers.
    pub(crate) fn with_remote_tier(brokers: i32) -> Self {
        Self::with_features(brokers, 2, RemoteTier::Enabled)
    }

    /// Brokers 1 to `brokers`, active, without eligible leader replicas.
    pub(crate) fn without_elr(brokers: i32) -> Self {
        Self::with_features(brokers, 1, RemoteTier::Disabled)
    }

    fn with_features(brokers: i32, features: usize, tier: RemoteTier) -> Self {
        let settings = ControllerSettings::default();
        let controller = QuorumController::new(settings, Arc::new(FewConfigs(tier)), MetadataImage::empty());
        let mut world = Self { controller, draws: 0 };
        let mut finalized = bootstrap_records(MetadataVersion::LATEST);
        finalized.truncate(features);
        world.commit(Outcome::new(finalized, ()));
        for id in 1..=brokers {
            world.register(id);
            world.unfence(id);
        }
        world
    }

    pub(crate) fn commit<R>(&mut self, outcome: Outcome<R>) -> R {
        self.replay(outcome.records);
        outcome.response
    }

    pub(crate) fn replay(&mut self, records: Vec<MetadataRecord>) -> MetadataChanges {
        if records.is_empty() {
            return MetadataChanges::default();
        }
        let base_offset = self.controller.loader().next_offset();
        let count = i64::try_from(records.len()).unwrap();
        let batch = MetadataBatch {
            base_offset,
            last_offset: base_offset.plus(count - 1),
            leader_epoch: 1,
            append_timestamp: Timestamp::from_ms(1),
            records,
        };
        self.controller.replay(&batch).unwrap()
    }

    /// Another controller takes over: all that it has is what the log's image says.
    pub(crate) fn fail_over(&mut self) {
        let image = self.controller.image().clone();
        let settings = ControllerSettings::default();
        let rules = self.controller.rules.clone();
        self.controller = QuorumController::new(settings, rules, image);
    }

    /// Reassigns a partition as a client would.
    pub(crate) fn reassign(&mut self, topic: &str, index: i32, replicas: &[i32]) {
        let request = AlterPartitionReassignmentsRequest {
            topics: vec![ReassignableTopic {
                name: topic.into(),
                partitions: vec![ReassignablePartition {
                    partition_index: index,
                    replicas: Some(replicas.to_vec()),
                    ..ReassignablePartition::default()
                }],
                ..ReassignableTopic::default()
            }],
            ..AlterPartitionReassignmentsRequest::default()
        };
        let outcome = self.controller.alter_partition_reassignments(&request);
        let answer = self.commit(outcome);
        assert_eq!(answer.responses[0].partitions[0].error_code, 0);
    }

    /// Sets a configuration of a topic past every check, and says what that changed.
    pub(crate) fn configure(&mut self, topic: &str, name: &str, value: &str) -> MetadataChanges {
        let record = ConfigRecord {
            resource_type: broker_metadata::ConfigResourceType::Topic.code(),
            resource_name: topic.into(),
            name: name.into(),
            value: Some(value.into()),
            unknown_tagged_fields: Vec::new(),
        };
        self.replay(vec![record.into()])
    }

    /// The leader's word that these replicas are in sync, and what it changed.
    pub(crate) fn set_isr(&mut self, topic: &str, index: i32, members: &[BrokerId]) -> MetadataChanges {
        let (code, changes) = self.propose_isr(topic, index, members);
        assert!(code == 0 || code == ErrorCode::NewLeaderElected.code(), "{code}");
        changes
    }

    /// The same, which may be refused.
    pub(crate) fn propose_isr(
        &mut self,
        topic: &str,
        index: i32,
        members: &[BrokerId],
    ) -> (i16, MetadataChanges) {
        let image = self.controller.image();
        let partition = self.partition(topic, index);
        let state = |id: &BrokerId| BrokerState {
            broker_id: id.value(),
            broker_epoch: self.epoch(id.value()).value(),
            ..BrokerState::default()
        };
        let request = AlterPartitionRequest {
            broker_id: partition.leader.value(),
            broker_epoch: self.epoch(partition.leader.value()).value(),
            topics: vec![TopicData {
                topic_id: image.topics.id_of(topic).unwrap().uuid(),
                partitions: vec![PartitionData {
                    partition_index: index,
                    leader_epoch: partition.leader_epoch.value(),
                    new_isr_with_epochs: members.iter().map(state).collect(),
                    partition_epoch: partition.partition_epoch.value(),
                    ..PartitionData::default()
                }],
                ..TopicData::default()
            }],
            ..AlterPartitionRequest::default()
        };
        let outcome = self.controller.alter_partition(&request);
        let code = outcome.response.topics[0].partitions[0].error_code;
        (code, self.replay(outcome.records))
    }

    /// Of every partition under reassignment, all replicas are in sync; what each batch changed.
    pub(crate) fn catch_up(&mut self) -> Vec<MetadataChanges> {
        let image = self.controller.image().clone();
        let mut changes = Vec::new();
        for (topic, indexes) in image.topics.indexes().reassigning.topics() {
            let topic = image.topics.by_id(topic).unwrap();
            for index in indexes {
                let members = topic.partition(*index).unwrap().replicas.clone();
                changes.push(self.set_isr(&topic.name, index.value(), &members));
            }
        }
        changes
    }

    /// Starts a plan that empties the broker, with so many replicas a broker at once.
    pub(crate) fn start_drain(&mut self, id: i32, replicas_per_broker: usize) {
        let (image, none) = (self.controller.image(), BTreeMap::default());
        let facts = ClusterFacts::from_image(image, &none, &BTreeMap::default());
        let mode = RebalanceMode::RemoveBrokers([BrokerId::new(id)].into());
        let plan = plan_rebalance(&facts, &mode, &GoalSettings::default()).unwrap();
        let limits = RebalanceLimits {
            replicas_per_broker,
            bytes_per_second: None,
        };
        let started = (Uuid::from_bytes([5; 16]), Timestamp::from_ms(7));
        let outcome = self.controller.start_rebalance(&plan, limits, started);
        self.commit(outcome.unwrap());
    }

    pub(crate) fn seed(&mut self) -> Seed {
        self.draws += 1;
        Seed::new([self.draws.to_le_bytes(); 4].concat().try_into().unwrap())
    }

    pub(crate) fn register(&mut self, id: i32) -> BrokerEpoch {
        self.register_with(id, vec![directory(id)])
    }

    pub(crate) fn register_with(&mut self, id: i32, directories: Vec<DirectoryId>) -> BrokerEpoch {
        let request = BrokerRegistrationRequest {
            id: BrokerId::new(id),
            incarnation_id: Uuid::from_bytes([9; 16]),
            listeners: vec![Endpoint {
                name: "PLAINTEXT".into(),
                host: "127.0.0.1".into(),
                port: 9092,
                security_protocol: 0,
            }],
            rack: None,
            directories,
        };
        let outcome = self.controller.register_broker(&request).unwrap();
        self.commit(outcome)
    }

    pub(crate) fn epoch(&self, id: i32) -> BrokerEpoch {
        self.controller
            .image()
            .cluster
            .broker(BrokerId::new(id))
            .unwrap()
            .epoch
    }

    pub(crate) fn unfence(&mut self, id: i32) {
        let outcome = self
            .controller
            .unfence_broker(BrokerId::new(id), self.epoch(id))
            .unwrap();
        self.commit(outcome);
    }

    pub(crate) fn fence(&mut self, id: i32) {
        let outcome = self
            .controller
            .fence_broker(BrokerId::new(id), self.epoch(id))
            .unwrap();
        self.commit(outcome);
    }

    pub(crate) fn create(&mut self, name: &str, partitions: i32, factor: i16) {
        self.create_with(name, partitions, factor, &[]);
    }

    pub(crate) fn create_with(&mut self, name: &str, partitions: i32, factor: i16, configs: &[(&str, &str)]) {
        let config = |(name, value): &(&str, &str)| CreatableTopicConfig {
            name: (*name).into(),
            value: Some((*value).into()),
            ..CreatableTopicConfig::default()
        };
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                configs: configs.iter().map(config).collect(),
                ..topic(name, partitions, factor)
            }],
            ..CreateTopicsRequest::default()
        };
        let seed = self.seed();
        let outcome = self.controller.create_topics(&request, seed);
        let response = self.commit(outcome);
        assert_eq!(
            response.topics[0].error_code, 0,
            "{:?}",
            response.topics[0].error_message
        );
    }

    /// A topic whose partitions are on these brokers.
    pub(crate) fn create_on(&mut self, name: &str, partitions: &[&[i32]]) {
        let assignment = |(index, brokers): (i32, &&[i32])| CreatableReplicaAssignment {
            partition_index: index,
            broker_ids: brokers.to_vec(),
            ..CreatableReplicaAssignment::default()
        };
        let request = CreateTopicsRequest {
            topics: vec![CreatableTopic {
                assignments: (0..).zip(partitions).map(assignment).collect(),
                ..topic(name, -1, -1)
            }],
            ..CreateTopicsRequest::default()
        };
        let seed = self.seed();
        let outcome = self.controller.create_topics(&request, seed);
        assert_eq!(self.commit(outcome).topics[0].error_code, 0);
    }

    pub(crate) fn partition(&self, topic: &str, index: i32) -> &PartitionRegistration {
        self.controller
            .image()
            .topics
            .partition(topic, PartitionIndex::new(index))
            .unwrap()
    }
}

pub(crate) fn directory(id: i32) -> DirectoryId {
    DirectoryId::new(Uuid::from_bytes([u8::try_from(id).unwrap() + 100; 16]))
}

pub(crate) fn topic(name: &str, partitions: i32, factor: i16) -> CreatableTopic {
    CreatableTopic {
        name: name.into(),
        num_partitions: partitions,
        replication_factor: factor,
        ..CreatableTopic::default()
    }
}

pub(crate) fn ids(raw: &[i32]) -> Vec<BrokerId> {
    raw.iter().map(|id| BrokerId::new(*id)).collect()
}
