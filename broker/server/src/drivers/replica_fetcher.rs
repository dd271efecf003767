//! Fetches what other brokers lead and this one follows.
//!
//! Owns one task for each leader and each of `num.replica.fetchers`, and the task that deals partitions out to them as
//! the metadata move. Which partitions are asked for and what an answer means is decided by
//! `broker_replication::fetch::ReplicaFetchSession` and `Follower`; here is waiting and the network. Invariants: a
//! partition is with one fetcher at most; an answer changes a log only while it stands where it was asked for
//! (`replica_manager::follow`); a task holds one answer at a time, so that memory is bounded by
//! `replica.fetch.response.max.bytes` a task.

mod answer;
mod leader;
mod request;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_metadata::MetadataImage;
use broker_model::{BrokerId, LeaderEpoch};
use broker_replication::fetch::ReplicaKey;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::drivers::broker_lifecycle::BrokerLifecycle;
use crate::remote_log_manager::RemoteLogManager;
use crate::replica_manager::{LeaderElsewhere, ReplicaManager};
use leader::LeaderFetcher;

/// How partitions are fetched; each is the Kafka property named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaFetchSettings {
    /// `num.replica.fetchers`.
    pub fetchers: usize,
    /// `replica.fetch.wait.max.ms`.
    pub wait_max: Duration,
    /// `replica.fetch.min.bytes`.
    pub min_bytes: i32,
    /// `replica.fetch.max.bytes`: of one partition.
    pub partition_max_bytes: i32,
    /// `replica.fetch.response.max.bytes`.
    pub response_max_bytes: i32,
    /// `replica.fetch.backoff.ms`: longest wait after a failure.
    pub backoff_max: Duration,
    /// `replica.socket.timeout.ms`.
    pub socket_timeout: Duration,
    /// `inter.broker.listener.name`.
    pub listener: Arc<str>,
}

/// What the tasks work with.
#[derive(Debug)]
pub struct FetcherParts {
    /// The partitions.
    pub replica_manager: Arc<ReplicaManager>,
    /// Where the leaders listen.
    pub image: Arc<ArcSwap<MetadataImage>>,
    /// In which epoch this broker is registered.
    pub lifecycle: Arc<BrokerLifecycle>,
    /// How to fetch.
    pub settings: ReplicaFetchSettings,
    /// The remote tier, where there is one.
    pub remote: Option<Arc<RemoteLogManager>>,
    /// Tells the time.
    pub clock: Clock,
}

/// The running fetchers.
#[derive(Debug)]
pub struct ReplicaFetchers {
    dealer: JoinHandle<()>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl ReplicaFetchers {
    /// Starts to fetch whatever is, or comes to be, led elsewhere.
    pub fn start(parts: FetcherParts) -> Self {
        let tasks = Arc::new(Mutex::default());
        let dealer = Dealer {
            parts: Arc::new(parts),
            fetchers: HashMap::new(),
            owners: HashMap::new(),
            tasks: Arc::clone(&tasks),
        };
        Self {
            dealer: tokio::spawn(dealer.run()),
            tasks,
        }
    }

    /// Ends every task, each after the answer that it is taking over.
    pub async fn stop(self) {
        self.dealer.abort();
        let _aborted = self.dealer.await;
        let tasks = std::mem::take(&mut *self.tasks.lock());
        tasks.iter().for_each(JoinHandle::abort);
        for task in tasks {
            if task.await.is_err_and(|error| error.is_panic()) {
                tracing::error!("a replica fetcher had panicked");
            }
        }
    }
}

/// A fetcher's name: its leader, and which of the leader's fetchers it is.
type FetcherId = (BrokerId, usize);

/// What a fetcher is told.
#[derive(Clone, Copy, Debug)]
enum Order {
    Follow(LeaderEpoch),
    Leave,
}

/// Orders on their way to a fetcher: at most one a partition.
#[derive(Debug, Default)]
struct Inbox {
    orders: Mutex<HashMap<ReplicaKey, Order>>,
    arrived: Notify,
}

/// Deals partitions out to fetchers.
#[derive(Debug)]
struct Dealer {
    parts: Arc<FetcherParts>,
    fetchers: HashMap<FetcherId, Arc<Inbox>>,
    owners: HashMap<ReplicaKey, FetcherId>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Dealer {
    async fn run(mut self) {
        let parts = Arc::clone(&self.parts);
        loop {
            parts.replica_manager.follow_changes().arrived().await;
            let mut touched = Vec::new();
            for (key, leader) in parts.replica_manager.follow_changes().take() {
                touched.extend(self.deal(key, leader));
            }
            touched.sort_unstable();
            touched.dedup();
            for fetcher in touched {
                self.fetchers[&fetcher].arrived.notify_one();
            }
        }
    }

    /// Answers which fetchers have an order now.
    fn deal(&mut self, key: ReplicaKey, leader: Option<LeaderElsewhere>) -> Vec<FetcherId> {
        let mut touched = Vec::with_capacity(2);
        let fetcher = leader.map(|leader| (leader.leader, self.share_of(&key)));
        let before = match fetcher {
            Some(fetcher) => self.owners.insert(key, fetcher),
            None => self.owners.remove(&key),
        };
        if let Some(before) = before.filter(|before| Some(*before) != fetcher) {
            self.order(before, key, Order::Leave);
            touched.push(before);
        }
        if let (Some(fetcher), Some(leader)) = (fetcher, leader) {
            self.order(fetcher, key, Order::Follow(leader.leader_epoch));
            touched.push(fetcher);
        }
        touched
    }

    fn share_of(&self, key: &ReplicaKey) -> usize {
        let fetchers = self.parts.settings.fetchers.max(1);
        let bytes = key.topic.uuid().bytes();
        let topic = bytes.iter().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
        });
        let index = usize::try_from(key.partition.value()).unwrap_or(0);
        topic.wrapping_add(index) % fetchers
    }

    fn order(&mut self, fetcher: FetcherId, key: ReplicaKey, order: Order) {
        let inbox = self.fetchers.entry(fetcher).or_insert_with(|| {
            let inbox = Arc::new(Inbox::default());
            let task = LeaderFetcher::new(self.parts.clone(), fetcher, inbox.clone());
            self.tasks.lock().push(tokio::spawn(task.run()));
            inbox
        });
        inbox.orders.lock().insert(key, order);
    }
}
