//! Questions and wishes for real nodes: clients that are kept between passes, and one call or a few for each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use broker_admin::tonic::Status;
use broker_admin::v1::{
    CancelRebalanceRequest, CaughtUpRequest, ClusterStatusRequest, CordonRequest, DescribeQuorumRequest,
    DrainRequest, MoveLeadersAwayRequest, PlanRebalanceRequest, RebalanceLimits, SafeToStopRequest,
    SpreadToRequest, StartRebalanceRequest, TierStatusRequest, TierStatusResponse,
};
use broker_client::{Client, ClientError, ConfigChange, ConfigEntry, Validation};
use futures::future::join_all;
use operator_api::kafka_rebalance::{RebalanceMode, RebalanceProposal};
use operator_plan::cluster::AdminRequest;
use operator_plan::fact::Fact;
use operator_plan::facts::{KafkaFacts, TierBytes};
use operator_plan::topic::{TopicFact, TopicRequest};

use super::admin::{AdminNodes, request};
use super::facts::{self, Answers};
use super::together::Together;
use super::{ClusterAddress, MovementFacts, VoterChange, kafka, movements};
use crate::error::OperatorError;

/// Topics that are looked at together: an answer about all configurations of one has some kilobytes.
const LOOKS_MAX: usize = 250;
/// Wishes for topics that are asked for together.
const WISHES_MAX: usize = 500;

/// The ways to the nodes of all clusters.
#[derive(Clone, Default)]
pub(super) struct Links {
    clients: Arc<Mutex<BTreeMap<String, (String, Client)>>>,
    looks: Together<String, Fact<TopicFact>>,
    tiers: Together<String, Fact<TierBytes>>,
    wishes: Together<TopicRequest, Result<(), Arc<ClientError>>>,
}

impl Links {
    /// A client of a cluster; the one of the last pass while its nodes have the same addresses.
    pub(super) async fn client(&self, cluster: &ClusterAddress) -> Result<Client, OperatorError> {
        let connected = self.connected(cluster).await;
        connected.map_err(|error| failed(cluster, error))
    }

    async fn connected(&self, cluster: &ClusterAddress) -> Result<Client, Arc<ClientError>> {
        let bootstrap = kafka::bootstrap(cluster);
        let label = cluster.label();
        let kept = {
            let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            clients.get(&label).filter(|(of, _)| *of == bootstrap).cloned()
        };
        if let Some((_, client)) = kept {
            return Ok(client);
        }
        let client = kafka::connect(&bootstrap).await?;
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.insert(label, (bootstrap, client.clone()));
        Ok(client)
    }

    async fn change_config(
        &self,
        cluster: &ClusterAddress,
        changes: Vec<ConfigChange>,
    ) -> Result<(), OperatorError> {
        let client = self.client(cluster).await?;
        let changed = client
            .alter_configs(&kafka::all_brokers(), &changes, Validation::AndApply)
            .await;
        changed.map_err(|error| failed(cluster, error))
    }

    /// What the active controller knows; all of it from one node.
    async fn controller_answers(&self, admin: &AdminNodes, active: i32) -> Result<Answers, Status> {
        let unknown = || Status::unavailable("its pod has no address any more");
        let mut node = admin.node(active).ok_or_else(unknown)?;
        let cluster = node
            .cluster_status(request(ClusterStatusRequest {}))
            .await?
            .into_inner();
        let mut answers = Answers {
            cluster,
            quorum: answered(node.describe_quorum(request(DescribeQuorumRequest {})).await),
            safe_to_stop: BTreeMap::new(),
            caught_up: BTreeMap::new(),
            configs: Fact::Unknown("no broker was asked".to_owned()),
            tier: BTreeMap::new(),
        };
        let asked = admin.ids().map(|id| {
            let (mut node, mut other) = (node.clone(), node.clone());
            async move {
                let stop = SafeToStopRequest {
                    node_ids: vec![id],
                    max_obstacles: 0,
                };
                let reach = CaughtUpRequest {
                    node_id: id,
                    max_obstacles: 0,
                };
                let safe = node.safe_to_stop(request(stop)).await;
                let caught_up = other.caught_up(request(reach)).await;
                (id, answered(safe), answered(caught_up))
            }
        });
        for (id, safe, caught_up) in join_all(asked).await {
            answers.safe_to_stop.insert(id, safe);
            answers.caught_up.insert(id, caught_up);
        }
        Ok(answers)
    }

    async fn configs(&self, cluster: &ClusterAddress) -> Fact<Vec<ConfigEntry>> {
        match self.client(cluster).await {
            Ok(client) => fact(client.describe_configs(&kafka::all_brokers()).await),
            Err(error) => Fact::Unknown(error.to_string()),
        }
    }
}

/// How each broker stands to its bucket, and what it holds of these topics.
async fn tier(
    admin: &AdminNodes,
    cluster: &ClusterAddress,
    topics: &[String],
) -> BTreeMap<i32, Fact<TierStatusResponse>> {
    let asked = cluster.brokers.iter().map(|id| {
        let wanted = TierStatusRequest {
            max_topics: u32::try_from(topics.len().max(1)).unwrap_or(u32::MAX),
            page_token: String::new(),
            topics: topics.to_vec(),
        };
        async move {
            match admin.node(*id) {
                Some(mut node) => (*id, answered(node.tier_status(request(wanted)).await)),
                None => (*id, Fact::Unknown("its pod has no address".to_owned())),
            }
        }
    });
    join_all(asked).await.into_iter().collect()
}

/// What the brokers hold of a topic together; unknown while one that may lead some of it says nothing.
fn held_of(answers: &BTreeMap<i32, Fact<TierStatusResponse>>, name: &str) -> Fact<TierBytes> {
    let mut whole = TierBytes::default();
    for (id, answer) in answers {
        let answer = match answer {
            Fact::Known(answer) => answer,
            Fact::Absent => continue,
            Fact::Unknown(reason) => return Fact::Unknown(format!("broker {id}: {reason}")),
        };
        let own = answer.topics.iter().filter(|topic| topic.name == name);
        whole = own.map(facts::held).fold(whole, TierBytes::and);
    }
    Fact::Known(whole)
}

fn answered<T>(answer: Result<broker_admin::tonic::Response<T>, broker_admin::tonic::Status>) -> Fact<T> {
    match answer {
        Ok(answer) => Fact::Known(answer.into_inner()),
        Err(error) => Fact::Unknown(error.message().to_owned()),
    }
}

pub(super) fn fact<T>(answer: Result<T, ClientError>) -> Fact<T> {
    match answer {
        Ok(answer) => Fact::Known(answer),
        Err(error) => Fact::Unknown(error.to_string()),
    }
}

pub(super) fn failed(cluster: &ClusterAddress, source: impl Into<Arc<ClientError>>) -> OperatorError {
    OperatorError::Kafka {
        cluster: cluster.label(),
        source: source.into(),
    }
}

pub(super) fn limits(throttle: Option<i64>) -> Option<RebalanceLimits> {
    throttle.map(|bytes| RebalanceLimits {
        replicas_per_broker: 0,
        bytes_per_second: u64::try_from(bytes).unwrap_or_default(),
    })
}

impl Links {
    pub(super) async fn look(&self, cluster: &ClusterAddress) -> Fact<KafkaFacts> {
        if cluster.nodes.is_empty() {
            return Fact::Absent;
        }
        let admin = AdminNodes::new(cluster);
        let statuses = admin.statuses().await;
        let Some(active) = facts::active_controller(&statuses) else {
            let silent = statuses.values().find_map(|status| status.as_ref().err());
            let silent = silent
                .map(|error| format!(": {}", error.message()))
                .unwrap_or_default();
            return Fact::Unknown(format!("no node says that it is the active controller{silent}"));
        };
        match self.controller_answers(&admin, active).await {
            Ok(mut answers) => {
                answers.configs = self.configs(cluster).await;
                answers.tier = tier(&admin, cluster, &[]).await;
                Fact::Known(facts::of(&answers))
            }
            Err(error) => Fact::Unknown(format!("node {active}: {}", error.message())),
        }
    }

    /// What a topic has on local disks and in the bucket.
    pub(super) async fn tier_of(&self, cluster: &ClusterAddress, topic: &str) -> Fact<TierBytes> {
        let look = async move |cluster: ClusterAddress, names: Vec<String>| {
            let answers = tier(&AdminNodes::new(&cluster), &cluster, &names).await;
            names.iter().map(|name| held_of(&answers, name)).collect()
        };
        let told = self.tiers.ask(cluster, topic.to_owned(), LOOKS_MAX, look).await;
        told.unwrap_or_else(|| Fact::Unknown("the look at bytes of topics was given up".to_owned()))
    }

    pub(super) async fn ask(
        &self,
        cluster: &ClusterAddress,
        wish: &AdminRequest,
    ) -> Result<(), OperatorError> {
        let admin = AdminNodes::new(cluster);
        let cordon = |broker: i32| CordonRequest {
            broker_ids: vec![broker],
        };
        match wish {
            AdminRequest::ChangeConfig { set, remove } => {
                self.change_config(cluster, operator_topics::changes(set, remove))
                    .await
            }
            AdminRequest::MoveLeadersAway { broker } => {
                let wish = MoveLeadersAwayRequest { broker_id: *broker };
                admin
                    .ask_controller("MoveLeadersAway", async |mut node| {
                        node.move_leaders_away(request(wish)).await.map(drop)
                    })
                    .await
            }
            AdminRequest::SpreadTo { brokers, throttle } => {
                let wish = SpreadToRequest {
                    broker_ids: brokers.clone(),
                    limits: limits(*throttle),
                };
                admin
                    .ask_controller("SpreadTo", async |mut node| {
                        node.spread_to(request(wish.clone())).await.map(drop)
                    })
                    .await
            }
            AdminRequest::Cordon { broker } => {
                admin
                    .ask_controller("Cordon", async |mut node| {
                        node.cordon(request(cordon(*broker))).await.map(drop)
                    })
                    .await
            }
            AdminRequest::Uncordon { broker } => {
                admin
                    .ask_controller("Uncordon", async |mut node| {
                        node.uncordon(request(cordon(*broker))).await.map(drop)
                    })
                    .await
            }
            AdminRequest::Drain { brokers, throttle } => {
                let wish = DrainRequest {
                    broker_ids: brokers.clone(),
                    limits: limits(*throttle),
                };
                admin
                    .ask_controller("Drain", async |mut node| {
                        node.drain(request(wish.clone())).await.map(drop)
                    })
                    .await
            }
            AdminRequest::Unregister { broker } => {
                let client = self.client(cluster).await?;
                let done = client
                    .unregister_broker(broker_model::BrokerId::new(*broker))
                    .await;
                done.map_err(|error| failed(cluster, error))
            }
        }
    }

    pub(super) async fn change_voters(
        &self,
        cluster: &ClusterAddress,
        change: &VoterChange,
    ) -> Result<(), OperatorError> {
        let admin = AdminNodes::new(cluster);
        match change {
            VoterChange::Add { .. } => {
                let wish = movements::add_voter(change);
                admin
                    .ask_controller("AddVoter", async |mut node| {
                        node.add_voter(request(wish.clone())).await.map(drop)
                    })
                    .await
            }
            VoterChange::Remove { node_id, directory } => {
                let wish = broker_admin::v1::RemoveVoterRequest {
                    node_id: *node_id,
                    directory_id: directory.clone(),
                };
                admin
                    .ask_controller("RemoveVoter", async |mut node| {
                        node.remove_voter(request(wish.clone())).await.map(drop)
                    })
                    .await
            }
        }
    }

    pub(super) async fn topic(&self, cluster: &ClusterAddress, name: &str) -> Fact<TopicFact> {
        let links = self.clone();
        let look = async move |cluster, names: Vec<String>| links.topics_now(&cluster, &names).await;
        let told = self.looks.ask(cluster, name.to_owned(), LOOKS_MAX, look).await;
        told.unwrap_or_else(|| Fact::Unknown("the look at topics was given up".to_owned()))
    }

    async fn topics_now(&self, cluster: &ClusterAddress, names: &[String]) -> Vec<Fact<TopicFact>> {
        let client = match self.client(cluster).await {
            Ok(client) => client,
            Err(error) => return names.iter().map(|_| Fact::Unknown(error.to_string())).collect(),
        };
        let facts = operator_topics::look(&client, &names.iter().cloned().collect()).await;
        let silent = |name| Fact::Unknown(format!("nobody was asked about topic {name}"));
        names
            .iter()
            .map(|name| facts.get(name).cloned().unwrap_or_else(|| silent(name)))
            .collect()
    }

    pub(super) async fn deletes_topics(&self, cluster: &ClusterAddress) -> Fact<bool> {
        let Some(broker) = cluster.brokers.first() else {
            return Fact::Unknown("the cluster has no broker".to_owned());
        };
        match self.client(cluster).await {
            Ok(client) => {
                operator_topics::deletion_enabled(&client, broker_model::BrokerId::new(*broker)).await
            }
            Err(error) => Fact::Unknown(error.to_string()),
        }
    }

    pub(super) async fn ask_topic(
        &self,
        cluster: &ClusterAddress,
        wish: &TopicRequest,
    ) -> Result<(), OperatorError> {
        let links = self.clone();
        let ask = async move |cluster, wishes: Vec<TopicRequest>| links.ask_topics(&cluster, &wishes).await;
        let told = self.wishes.ask(cluster, wish.clone(), WISHES_MAX, ask).await;
        match told {
            Some(answer) => answer.map_err(|error| failed(cluster, error)),
            None => Err(OperatorError::Ended(
                "the request about a topic was given up".to_owned(),
            )),
        }
    }

    async fn ask_topics(
        &self,
        cluster: &ClusterAddress,
        wishes: &[TopicRequest],
    ) -> Vec<Result<(), Arc<ClientError>>> {
        match self.connected(cluster).await {
            Ok(client) => operator_topics::ask(&client, wishes).await,
            Err(error) => wishes.iter().map(|_| Err(Arc::clone(&error))).collect(),
        }
    }

    pub(super) async fn movements(&self, cluster: &ClusterAddress) -> MovementFacts {
        let brokers = match self.client(cluster).await {
            Ok(client) => facts::mapped(&fact(client.describe_cluster().await), |cluster| {
                cluster.brokers.iter().map(|broker| broker.id.value()).collect()
            }),
            Err(error) => Fact::Unknown(error.to_string()),
        };
        let last = movements::last(&AdminNodes::new(cluster)).await;
        MovementFacts { last, brokers }
    }

    pub(super) async fn propose(
        &self,
        cluster: &ClusterAddress,
        mode: RebalanceMode,
        brokers: &[i32],
    ) -> Result<RebalanceProposal, OperatorError> {
        let wish = PlanRebalanceRequest {
            mode: movements::mode(mode).into(),
            broker_ids: brokers.to_vec(),
            max_movements: 0,
            bytes_per_second: 0,
        };
        let admin = AdminNodes::new(cluster);
        let plan = admin
            .ask_controller("PlanRebalance", async |mut node| {
                node.plan_rebalance(request(wish.clone())).await
            })
            .await?;
        Ok(movements::proposal(&plan.into_inner()))
    }

    pub(super) async fn start_movement(
        &self,
        cluster: &ClusterAddress,
        proposal: &str,
        throttle: Option<i64>,
    ) -> Result<(), OperatorError> {
        let wish = StartRebalanceRequest {
            plan_id: proposal.to_owned(),
            limits: limits(throttle),
        };
        let admin = AdminNodes::new(cluster);
        admin
            .ask_controller("StartRebalance", async |mut node| {
                node.start_rebalance(request(wish.clone())).await.map(drop)
            })
            .await
    }

    pub(super) async fn cancel_movement(&self, cluster: &ClusterAddress) -> Result<(), OperatorError> {
        let admin = AdminNodes::new(cluster);
        admin
            .ask_controller("CancelRebalance", async |mut node| {
                node.cancel_rebalance(request(CancelRebalanceRequest {}))
                    .await
                    .map(drop)
            })
            .await
    }
}
