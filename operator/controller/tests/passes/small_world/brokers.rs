//! What the nodes answer, and what they do when they are asked.

use std::collections::BTreeMap;

use operator_api::kafka_rebalance::{RebalanceMode, RebalanceProposal};
use operator_controller::brokers::{Brokers, ClusterAddress, MovementFacts, VoterChange};
use operator_controller::error::OperatorError;
use operator_plan::cluster::AdminRequest;
use operator_plan::fact::Fact;
use operator_plan::facts::{
    BrokerFact, KafkaFacts, MemberFact, Obstacle, ObstacleKind, PartitionsFact, QuorumFact, StopVerdict,
    TierBytes,
};
use operator_plan::identity;
use operator_plan::topic::{TopicFact, TopicRequest};

use super::{Fault, State, World};

/// The brokers of the small world.
#[derive(Clone)]
pub(crate) struct FakeBrokers(pub(crate) World);

impl FakeBrokers {
    /// Does something unless this is the request that goes wrong.
    async fn does(&self, work: impl FnOnce(&mut State)) -> Result<(), OperatorError> {
        let fault = self.0.turn_of_change();
        if fault == Some(Fault::Refused) {
            return Err(OperatorError::Ended("injected".to_owned()));
        }
        work(&mut self.0.state());
        if fault == Some(Fault::Crash) {
            self.0.crash().await;
        }
        Ok(())
    }
}

impl Brokers for FakeBrokers {
    async fn look(&self, cluster: &ClusterAddress) -> Fact<KafkaFacts> {
        if self.0.turn().is_some() {
            return Fact::Unknown("injected".to_owned());
        }
        if cluster.nodes.is_empty() {
            return Fact::Unknown("no pod has an address".to_owned());
        }
        Fact::Known(self.0.state().kafka())
    }

    async fn ask(&self, _: &ClusterAddress, request: &AdminRequest) -> Result<(), OperatorError> {
        self.does(|state| state.ask(request)).await
    }

    async fn change_voters(&self, _: &ClusterAddress, change: &VoterChange) -> Result<(), OperatorError> {
        self.does(|state| {
            match change {
                VoterChange::Add { node_id, .. } => state.voters.insert(*node_id),
                VoterChange::Remove { node_id, .. } => state.voters.remove(node_id),
            };
            assert!(!state.voters.is_empty(), "the last voter");
            state.log.push(format!("{change:?}"));
        })
        .await
    }

    async fn topic(&self, _: &ClusterAddress, name: &str) -> Fact<TopicFact> {
        let mut state = self.0.state();
        if state.lag > 0 {
            state.lag -= 1;
            return Fact::Absent;
        }
        state.topics.get(name).cloned().map_or(Fact::Absent, Fact::Known)
    }

    async fn tier_of(&self, _: &ClusterAddress, _: &str) -> Fact<TierBytes> {
        Fact::Absent
    }

    async fn deletes_topics(&self, _: &ClusterAddress) -> Fact<bool> {
        Fact::Known(true)
    }

    async fn ask_topic(&self, _: &ClusterAddress, request: &TopicRequest) -> Result<(), OperatorError> {
        self.0.state().ask_topic(request);
        Ok(())
    }

    async fn movements(&self, _: &ClusterAddress) -> MovementFacts {
        MovementFacts {
            last: Fact::Absent,
            brokers: Fact::Known(self.0.state().registered.iter().copied().collect()),
        }
    }

    async fn propose(
        &self,
        _: &ClusterAddress,
        _: RebalanceMode,
        _: &[i32],
    ) -> Result<RebalanceProposal, OperatorError> {
        Ok(RebalanceProposal::default())
    }

    async fn start_movement(&self, _: &ClusterAddress, _: &str, _: Option<i64>) -> Result<(), OperatorError> {
        Ok(())
    }

    async fn cancel_movement(&self, _: &ClusterAddress) -> Result<(), OperatorError> {
        Ok(())
    }
}

impl State {
    /// A new topic is seen two looks later.
    fn ask_topic(&mut self, request: &TopicRequest) {
        self.wishes.push(request.clone());
        match request {
            TopicRequest::Create {
                name,
                partitions,
                replicas,
                config,
            } => {
                let replicas = replicas.unwrap_or(1);
                let topic = TopicFact {
                    id: format!("id-{name}"),
                    partitions: partitions.unwrap_or(1),
                    replicas: (replicas, replicas),
                    moving: 0,
                    config: config.clone(),
                };
                self.topics.insert(name.clone(), topic);
                self.lag = 2;
            }
            TopicRequest::ChangeConfig { name, set, remove } => {
                let topic = self.topics.get_mut(name).expect("the topic");
                topic.config.extend(set.clone());
                topic.config.retain(|key, _| !remove.contains(key));
            }
            TopicRequest::Delete { name, id } => {
                assert_eq!(self.topics.remove(name).map(|topic| topic.id).as_ref(), Some(id));
            }
            TopicRequest::Grow { .. } | TopicRequest::ChangeReplicas { .. } => {}
        }
    }

    fn ask(&mut self, request: &AdminRequest) {
        match request {
            AdminRequest::ChangeConfig { set, remove } => {
                self.config.extend(set.clone());
                self.config.retain(|key, _| !remove.contains(key));
            }
            AdminRequest::MoveLeadersAway { broker } => {
                self.leaders.insert(*broker, 0);
            }
            AdminRequest::Cordon { broker } => {
                self.cordoned.insert(*broker);
            }
            AdminRequest::Uncordon { broker } => {
                self.cordoned.remove(broker);
            }
            AdminRequest::Drain { brokers, .. } => {
                for broker in brokers {
                    self.replicas.insert(*broker, 0);
                    self.leaders.insert(*broker, 0);
                }
            }
            AdminRequest::SpreadTo { brokers, .. } => {
                for broker in brokers {
                    self.replicas.insert(*broker, 4);
                }
                self.spread_to.extend(brokers);
            }
            AdminRequest::Unregister { broker } => {
                assert!(
                    !self.nodes().contains(broker),
                    "broker {broker} is forgotten while it runs"
                );
                assert_eq!(
                    self.replicas.get(broker).copied().unwrap_or_default(),
                    0,
                    "broker {broker} has replicas"
                );
                self.registered.remove(broker);
                self.log.push(format!("unregister {broker}"));
            }
        }
    }

    fn kafka(&self) -> KafkaFacts {
        let (nodes, well) = (self.nodes(), self.well());
        let down = |node: &i32| {
            nodes
                .iter()
                .filter(|other| *other != node && !well.contains(other))
                .count()
        };
        let verdict = |node: &i32| StopVerdict {
            obstacles: (0..down(node))
                .map(|_| Obstacle {
                    kind: ObstacleKind::Other,
                    text: "somebody is down".to_owned(),
                })
                .collect(),
        };
        KafkaFacts {
            cluster_id: identity::cluster_id("00000000-0000-0000-0000-000000000001"),
            brokers: self.registered.iter().map(|id| (*id, self.broker(*id))).collect(),
            quorum: self.quorum(),
            partitions: Fact::Known(PartitionsFact {
                total: 12,
                ..PartitionsFact::default()
            }),
            largest_replication_factor: Fact::Known(1),
            dynamic_config: Fact::Known(self.config.clone()),
            safe_to_stop: nodes
                .iter()
                .map(|node| (*node, Fact::Known(verdict(node))))
                .collect(),
            caught_up: nodes
                .iter()
                .map(|node| (*node, Fact::Known(well.contains(node))))
                .collect(),
            moving: Fact::Known(0),
            tier: BTreeMap::new(),
            spread_to: Fact::Known(self.spread_to.clone()),
        }
    }

    fn broker(&self, id: i32) -> BrokerFact {
        let count = |of: &BTreeMap<i32, i64>| Fact::Known(of.get(&id).copied().unwrap_or_default());
        BrokerFact {
            fenced: !self.nodes().contains(&id),
            cordoned: self.cordoned.contains(&id),
            replicas: count(&self.replicas),
            movable_leaders: count(&self.leaders),
        }
    }

    fn quorum(&self) -> Fact<QuorumFact> {
        let (nodes, well) = (self.nodes(), self.well());
        let up: Vec<i32> = self.voters.intersection(&nodes).copied().collect();
        if 2 * up.len() <= self.voters.len() {
            return Fact::Absent;
        }
        let member = |node: &i32| MemberFact {
            directory: identity::directory_id("x", *node),
            caught_up: well.contains(node),
        };
        Fact::Known(QuorumFact {
            leader: up[0],
            voters: self.voters.iter().map(|node| (*node, member(node))).collect(),
            observers: nodes
                .difference(&self.voters)
                .map(|node| (*node, member(node)))
                .collect(),
        })
    }
}
