//! What happens to all partitions of a broker when it comes or goes.
//!
//! Looks only at what the broker holds, by the image's index, so that ten thousand partitions of a failed broker are
//! decided in milliseconds however many the cluster has.

use std::collections::BTreeSet;
use std::sync::Arc;

use broker_metadata::image::{PartitionSet, directory};
use broker_metadata::messages::PartitionChangeRecord;
use broker_metadata::{
    ConfigResource, ConfigResourceType, MetadataRecord, PartitionRegistration, TopicImage,
};
use broker_model::{BrokerId, PartitionIndex, TopicId};

use crate::QuorumController;
use crate::partition_change::{Election, ElectionRules, ElrMode, PartitionChange};

/// What happened to a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BrokerEvent {
    /// It must not lead or be in sync any more.
    Leaves,
    /// It may lead partitions that nobody leads.
    Arrives,
    /// It stopped without writing its data down: what it acknowledged may be lost.
    LostData,
}

/// The rules for elections, asked for once for all topics that have no configuration of their own.
pub(crate) struct RulesByTopic<'a> {
    controller: &'a QuorumController,
    of_plain_topics: Option<ElectionRules>,
    last: Option<(TopicId, ElectionRules)>,
}

impl<'a> RulesByTopic<'a> {
    pub(crate) const fn new(controller: &'a QuorumController) -> Self {
        Self {
            controller,
            of_plain_topics: None,
            last: None,
        }
    }

    pub(crate) fn of(&mut self, topic: &TopicImage) -> ElectionRules {
        if let Some((id, rules)) = self.last
            && id == topic.id
        {
            return rules;
        }
        let controller = self.controller;
        let own = ConfigResource::topic(Arc::clone(&topic.name));
        let rules = match controller.image().configs.of(&own) {
            Some(_) => controller.election_rules(topic, None),
            None => *self
                .of_plain_topics
                .get_or_insert_with(|| controller.election_rules(topic, None)),
        };
        self.last = Some((topic.id, rules));
        rules
    }
}

impl BrokerEvent {
    fn concerns(self, broker: BrokerId, partition: &PartitionRegistration) -> bool {
        match self {
            Self::Leaves => partition.isr.contains(&broker),
            Self::Arrives => !partition.has_leader(),
            Self::LostData => partition.isr.contains(&broker) || partition.elr.contains(&broker),
        }
    }
}

impl QuorumController {
    /// The changes of partitions that follow for everything that the broker holds.
    pub(crate) fn partitions_after(&self, broker: BrokerId, event: BrokerEvent) -> Vec<MetadataRecord> {
        self.partitions_after_each(broker, |_| Some(event))
    }

    /// The changes of those partitions of the broker that something happened to. What the broker does not hold is
    /// not looked at.
    pub(crate) fn partitions_after_each(
        &self,
        broker: BrokerId,
        event_for: impl Fn(&PartitionRegistration) -> Option<BrokerEvent>,
    ) -> Vec<MetadataRecord> {
        let topics = &self.image().topics;
        let Some(concerned) = topics.indexes().of(broker) else {
            return Vec::new();
        };
        let mut records = Vec::new();
        let mut rules_by_topic = RulesByTopic::new(self);
        for (topic, held) in self.by_name(&concerned.held) {
            for index in held {
                let Some(partition) = topic.partition(*index) else {
                    continue;
                };
                let Some(event) = event_for(partition).filter(|event| event.concerns(broker, partition))
                else {
                    continue;
                };
                let rules = rules_by_topic.of(topic);
                let change = self.change_after(broker, event, (partition, rules), topic.id, *index);
                records.extend(change.map(MetadataRecord::from));
            }
        }
        records
    }

    fn change_after(
        &self,
        broker: BrokerId,
        event: BrokerEvent,
        (partition, rules): (&PartitionRegistration, ElectionRules),
        topic: TopicId,
        index: PartitionIndex,
    ) -> Option<PartitionChangeRecord> {
        let can_lead = |id| match event {
            BrokerEvent::Arrives if id == broker => self.has_online_replica(partition, id),
            BrokerEvent::Leaves | BrokerEvent::LostData if id == broker => false,
            _ => self.can_lead(partition, id),
        };
        let change = PartitionChange::new(partition, rules, can_lead);
        let change = match event {
            BrokerEvent::Leaves => change.without(&[broker]),
            BrokerEvent::Arrives => change,
            BrokerEvent::LostData => change.lost(&[broker]),
        };
        change.record(topic, index)
    }

    /// The partitions of a set by the name of their topic.
    pub(crate) fn by_name<'a>(
        &'a self,
        partitions: &'a PartitionSet,
    ) -> Vec<(&'a TopicImage, &'a BTreeSet<PartitionIndex>)> {
        let topics = partitions
            .topics()
            .filter_map(|(id, held)| Some((&**self.image().topics.by_id(id)?, held)));
        let mut topics: Vec<_> = topics.collect();
        topics.sort_unstable_by(|a, b| a.0.name.cmp(&b.0.name));
        topics
    }

    /// Whether the broker may lead the partition: registered, not fenced, not stopping, and the directory that holds
    /// its replica is online.
    pub(crate) fn can_lead(&self, partition: &PartitionRegistration, broker: BrokerId) -> bool {
        self.is_active(broker) && self.has_online_replica(partition, broker)
    }

    /// Whether the broker has the directory that its replica is believed to be in, or has yet to say which.
    pub(crate) fn has_online_replica(&self, partition: &PartitionRegistration, broker: BrokerId) -> bool {
        let directory = partition.directory_of(broker).unwrap_or(directory::UNASSIGNED);
        let registered = self.image().cluster.broker(broker);
        registered.is_some_and(|broker| broker.has_online_directory(directory))
    }

    /// Whether the broker is registered, not fenced and not stopping.
    pub(crate) fn is_active(&self, broker: BrokerId) -> bool {
        self.image().cluster.is_active(broker)
    }

    /// The rules for elections in the topic; `election` overrules its configuration.
    pub(crate) fn election_rules(&self, topic: &TopicImage, election: Option<Election>) -> ElectionRules {
        let resource = ConfigResource::topic(topic.name.as_ref());
        let unclean = self.effective_value(&resource, "unclean.leader.election.enable");
        let min_isr = self.effective_value(&resource, "min.insync.replicas");
        let by_config = match unclean.as_deref() {
            Some("true") => Election::Unclean,
            _ => Election::Online,
        };
        ElectionRules {
            election: election.unwrap_or(by_config),
            elr: if self.image().features.elr_enabled() {
                ElrMode::Enabled
            } else {
                ElrMode::Disabled
            },
            min_isr: min_isr.and_then(|value| value.trim().parse().ok()).unwrap_or(1),
        }
    }

    /// What a topic's configuration comes to: its own value, that of all brokers, or the one it inherits.
    fn effective_value(&self, topic: &ConfigResource, name: &str) -> Option<String> {
        let all_brokers = ConfigResource::new(ConfigResourceType::Broker, "");
        let configs = &self.image().configs;
        let set = configs
            .value(topic, name)
            .or_else(|| configs.value(&all_brokers, name))
            .cloned();
        set.or_else(|| self.rules.inherited_value(self.image(), topic, name))
            .map(|value| value.to_string())
    }

    /// The partition and its topic.
    pub(crate) fn find_partition(
        &self,
        topic: &str,
        partition: i32,
    ) -> Option<(&TopicImage, &broker_metadata::PartitionRegistration)> {
        let topic = self.image().topics.by_name(topic)?;
        Some((topic, topic.partition(PartitionIndex::new(partition))?))
    }
}
