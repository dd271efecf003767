//! What happens to all partitions of a broker when it comes or goes.

use broker_metadata::{ConfigResource, ConfigResourceType, MetadataRecord, TopicImage};
use broker_model::{BrokerId, PartitionIndex};

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

impl QuorumController {
    /// The changes of partitions that follow.
    pub(crate) fn partitions_after(&self, broker: BrokerId, event: BrokerEvent) -> Vec<MetadataRecord> {
        let mut records = Vec::new();
        for topic in self.image().topics.sorted_by_name() {
            let affected = topic.indexed_partitions().filter(|(_, partition)| match event {
                BrokerEvent::Leaves => partition.isr.contains(&broker),
                BrokerEvent::Arrives => !partition.has_leader(),
                BrokerEvent::LostData => partition.isr.contains(&broker) || partition.elr.contains(&broker),
            });
            let mut affected = affected.peekable();
            if affected.peek().is_none() {
                continue;
            }
            let rules = self.election_rules(topic, None);
            for (index, partition) in affected {
                let can_lead = |id| match event {
                    BrokerEvent::Arrives => id == broker || self.can_lead(id),
                    BrokerEvent::Leaves | BrokerEvent::LostData => id != broker && self.can_lead(id),
                };
                let change = PartitionChange::new(partition, rules, can_lead);
                let change = match event {
                    BrokerEvent::Leaves => change.without(&[broker]),
                    BrokerEvent::Arrives => change,
                    BrokerEvent::LostData => change.lost(&[broker]),
                };
                records.extend(change.record(topic.id, index).map(MetadataRecord::from));
            }
        }
        records
    }

    /// Whether the broker is registered, not fenced and not stopping.
    pub(crate) fn can_lead(&self, broker: BrokerId) -> bool {
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
