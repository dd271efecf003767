//! Real nodes behind [`Brokers`]. Their calls run on one thread of their own, because futures of the Kafka client stay
//! on the thread that began them, and those of passes do not.

use std::thread;

use futures::future::LocalBoxFuture;
use operator_api::kafka_rebalance::{RebalanceMode, RebalanceProposal};
use operator_plan::cluster::AdminRequest;
use operator_plan::fact::Fact;
use operator_plan::facts::{KafkaFacts, TierBytes};
use operator_plan::topic::{TopicFact, TopicRequest};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{LocalSet, spawn_local};

use super::links::Links;
use super::{Brokers, ClusterAddress, MovementFacts, VoterChange};
use crate::error::OperatorError;

type Job = Box<dyn FnOnce(Links) -> LocalBoxFuture<'static, ()> + Send>;

/// Real nodes.
#[derive(Clone)]
pub struct LiveBrokers {
    jobs: mpsc::UnboundedSender<Job>,
}

impl LiveBrokers {
    /// With a thread that lives as long as somebody may ask.
    ///
    /// # Errors
    /// There are no more threads.
    pub fn start() -> Result<Self, OperatorError> {
        let (jobs, mut taken) = mpsc::unbounded_channel::<Job>();
        let ended = |error: std::io::Error| OperatorError::Ended(format!("no thread for brokers: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ended)?;
        let work = move || {
            let links = Links::default();
            LocalSet::new().block_on(&runtime, async move {
                while let Some(job) = taken.recv().await {
                    drop(spawn_local(job(links.clone())));
                }
            });
        };
        thread::Builder::new()
            .name("brokers".to_owned())
            .spawn(work)
            .map_err(ended)?;
        Ok(Self { jobs })
    }

    /// Runs something on the thread. How many run at a time is bounded by the passes that wait for them.
    async fn on<T: Send + 'static>(
        &self,
        call: impl AsyncFnOnce(Links) -> T + Send + 'static,
    ) -> Result<T, OperatorError> {
        let gone = || OperatorError::Ended("the thread for brokers has ended".to_owned());
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |links| {
            Box::pin(async move {
                // Nobody waits any more if the pass was given up.
                drop(tell.send(call(links).await));
            })
        });
        self.jobs.send(job).map_err(|_| gone())?;
        told.await.map_err(|_| gone())
    }

    async fn fact<T: Send + 'static>(
        &self,
        call: impl AsyncFnOnce(Links) -> Fact<T> + Send + 'static,
    ) -> Fact<T> {
        self.on(call)
            .await
            .unwrap_or_else(|error| Fact::Unknown(error.to_string()))
    }
}

impl Brokers for LiveBrokers {
    async fn look(&self, cluster: &ClusterAddress) -> Fact<KafkaFacts> {
        let cluster = cluster.clone();
        self.fact(async move |links| links.look(&cluster).await).await
    }

    async fn ask(&self, cluster: &ClusterAddress, request: &AdminRequest) -> Result<(), OperatorError> {
        let (cluster, request) = (cluster.clone(), request.clone());
        self.on(async move |links| links.ask(&cluster, &request).await)
            .await?
    }

    async fn change_voters(
        &self,
        cluster: &ClusterAddress,
        change: &VoterChange,
    ) -> Result<(), OperatorError> {
        let (cluster, change) = (cluster.clone(), change.clone());
        self.on(async move |links| links.change_voters(&cluster, &change).await)
            .await?
    }

    async fn topic(&self, cluster: &ClusterAddress, name: &str) -> Fact<TopicFact> {
        let (cluster, name) = (cluster.clone(), name.to_owned());
        self.fact(async move |links| links.topic(&cluster, &name).await)
            .await
    }

    async fn tier_of(&self, cluster: &ClusterAddress, topic: &str) -> Fact<TierBytes> {
        let (cluster, topic) = (cluster.clone(), topic.to_owned());
        self.fact(async move |links| links.tier_of(&cluster, &topic).await)
            .await
    }

    async fn deletes_topics(&self, cluster: &ClusterAddress) -> Fact<bool> {
        let cluster = cluster.clone();
        self.fact(async move |links| links.deletes_topics(&cluster).await)
            .await
    }

    async fn ask_topic(&self, cluster: &ClusterAddress, request: &TopicRequest) -> Result<(), OperatorError> {
        let (cluster, request) = (cluster.clone(), request.clone());
        self.on(async move |links| links.ask_topic(&cluster, &request).await)
            .await?
    }

    async fn movements(&self, cluster: &ClusterAddress) -> MovementFacts {
        let cluster = cluster.clone();
        let asked = self.on(async move |links| links.movements(&cluster).await).await;
        asked.unwrap_or_else(|error| MovementFacts {
            last: Fact::Unknown(error.to_string()),
            brokers: Fact::Unknown(error.to_string()),
        })
    }

    async fn propose(
        &self,
        cluster: &ClusterAddress,
        mode: RebalanceMode,
        brokers: &[i32],
    ) -> Result<RebalanceProposal, OperatorError> {
        let (cluster, brokers) = (cluster.clone(), brokers.to_vec());
        self.on(async move |links| links.propose(&cluster, mode, &brokers).await)
            .await?
    }

    async fn start_movement(
        &self,
        cluster: &ClusterAddress,
        proposal: &str,
        throttle: Option<i64>,
    ) -> Result<(), OperatorError> {
        let (cluster, proposal) = (cluster.clone(), proposal.to_owned());
        self.on(async move |links| links.start_movement(&cluster, &proposal, throttle).await)
            .await?
    }

    async fn cancel_movement(&self, cluster: &ClusterAddress) -> Result<(), OperatorError> {
        let cluster = cluster.clone();
        self.on(async move |links| links.cancel_movement(&cluster).await)
            .await?
    }
}
