//! The task that fetches from one leader.
//!
//! A turn: take orders, look up where partitions stand, ask, take over what was answered. The leader holds an answer
//! back until there is something (`replica.fetch.wait.max.ms`), so an idle task does two turns a second. A connection
//! that breaks is made again at once, then after doubling waits.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use broker_client::{ClientError, ClientOptions, Connection, Endpoint};
use broker_model::{
    BrokerEpoch, BrokerId, LogStartOffset, MonotonicMs, Offset, PartitionIndex, TopicId, TopicPartition,
};
use broker_protocol::ErrorCode;
use broker_protocol::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use broker_protocol::messages::{FetchRequest, FetchResponse, ListOffsetsRequest};
use broker_replication::fetch::{FetchStep, ReplicaFetch, ReplicaFetchSession, ReplicaKey, SessionAnswer};
use broker_storage::RemoteTail;
use broker_tiered::remote_tail::FollowerBegin;
use tokio::time::Instant;

use super::answer::{PartitionAnswer, partition_answer, session_answer};
use super::request::fetch_request;
use super::{FetcherId, FetcherParts, Inbox, Order};
use crate::remote_log_manager::{RemoteLogManager, TailError};
use crate::replica_manager::{Asked, Cut, FetchedFromLeader};

/// First wait before a connection is tried again; it doubles up to the configured backoff.
const FIRST_RETRY: Duration = Duration::from_millis(20);
/// How often it is looked whether the leader was started anew while it owes an answer.
const LEADER_CHECK: Duration = Duration::from_secs(1);
/// How often positions are looked up of partitions that got nothing: retention moves log starts.
const LOOK_UP_ALL_MS: u64 = 10_000;
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Room for the one batch that exceeds what was asked for, beside what was asked for.
const RESPONSE_ROOM: usize = 256 << 20;
/// `ListOffsets`: the end of the log.
const LATEST: i64 = -1;
/// `ListOffsets`: the start of the log.
const EARLIEST: i64 = -2;
/// `ListOffsets` for what its disk begins with.
const EARLIEST_LOCAL: i64 = -4;

/// The leader cannot be asked.
#[derive(Debug, thiserror::Error)]
enum Unreachable {
    #[error("the metadata know no endpoint of broker {0}")]
    NotRegistered(BrokerId),
    #[error("broker {0} was started anew")]
    Superseded(BrokerId),
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// A connection and the registration of the leader that it was made to.
#[derive(Debug)]
struct LeaderConnection {
    connection: Connection,
    registered_in: BrokerEpoch,
}

/// What an answer leaves to be asked.
#[derive(Debug, Default)]
struct News {
    cuts: Vec<(Asked, Cut)>,
    out_of_range: Vec<Asked>,
    moved_to_tiered: Vec<Asked>,
}

#[derive(Debug)]
pub(super) struct LeaderFetcher {
    parts: Arc<FetcherParts>,
    id: FetcherId,
    inbox: Arc<Inbox>,
    session: ReplicaFetchSession,
    connection: Option<LeaderConnection>,
    failures: u32,
    looked_up_all: MonotonicMs,
}

impl LeaderFetcher {
    pub(super) fn new(parts: Arc<FetcherParts>, id: FetcherId, inbox: Arc<Inbox>) -> Self {
        let backoff_ms = u64::try_from(parts.settings.backoff_max.as_millis()).unwrap_or(u64::MAX);
        Self {
            looked_up_all: parts.clock.monotonic(),
            session: ReplicaFetchSession::new(backoff_ms),
            connection: None,
            failures: 0,
            parts,
            id,
            inbox,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            self.take_orders();
            tokio::task::block_in_place(|| self.look_up());
            let Some(fetch) = self.session.next_fetch() else {
                self.rest().await;
                continue;
            };
            match self.ask(&fetch).await {
                Ok(response) => {
                    self.failures = 0;
                    self.take_over(response).await;
                }
                Err(error) => self.recover(&error).await,
            }
        }
    }

    fn take_orders(&mut self) {
        for (key, order) in std::mem::take(&mut *self.inbox.orders.lock()) {
            match order {
                Order::Follow(leader_epoch) => self.session.follow(key, leader_epoch),
                Order::Leave => self.session.leave(&key),
            }
        }
        if self.session.is_empty() {
            self.connection = None;
            self.session.connection_broke();
        }
    }

    fn look_up(&mut self) {
        let now = self.parts.clock.monotonic();
        if now.since_ms(self.looked_up_all) >= LOOK_UP_ALL_MS {
            self.looked_up_all = now;
            self.session.look_up_all();
        }
        for key in self.session.to_look_up(now) {
            let replica_manager = &self.parts.replica_manager;
            let handle = replica_manager.partition_by_id(key.topic, key.partition.value());
            if let Ok(handle) = &handle
                && self.session.is_held_back(&key)
                && let Some(until) = replica_manager.held_until(handle, now)
            {
                self.session.stepped(key, FetchStep::HoldBack { until }, now);
                continue;
            }
            let position =
                handle.and_then(|handle| handle.with_follower(|follower| follower.fetch_position()));
            match position {
                Ok(position) => self.session.stands_at(key, position),
                // Offline, deleted, or led here by now: an order says so if it has not come yet.
                Err(_) => self.session.leave(&key),
            }
        }
    }

    /// Nothing can be asked: waits for orders, or for a delay to be over.
    async fn rest(&self) {
        let arrived = self.inbox.arrived.notified();
        match self.session.next_retry() {
            None => arrived.await,
            Some(retry) => {
                let retry = Instant::from_std(self.parts.clock.instant_at(retry));
                let _orders_or_retry = tokio::time::timeout_at(retry, arrived).await;
            }
        }
    }

    async fn ask(&mut self, fetch: &ReplicaFetch) -> Result<FetchResponse, Unreachable> {
        let connection = self.connected().await?;
        let own = self.parts.replica_manager.node_id;
        let request: FetchRequest =
            fetch_request(fetch, (own, self.parts.lifecycle.epoch()), &self.parts.settings);
        let answer = connection.call_parked(&request, i16::MAX, self.parts.settings.wait_max);
        tokio::select! {
            answer = answer => Ok(answer?),
            () = self.superseded() => Err(Unreachable::Superseded(self.id.0)),
        }
    }

    async fn connected(&mut self) -> Result<Connection, Unreachable> {
        let leader = self.id.0;
        let (endpoint, registered_in) = self.endpoint().ok_or(Unreachable::NotRegistered(leader))?;
        if let Some(open) = &self.connection
            && open.registered_in == registered_in
            && open.connection.is_open()
        {
            return Ok(open.connection.clone());
        }
        let settings = &self.parts.settings;
        let asked = usize::try_from(settings.response_max_bytes).unwrap_or(0);
        let options = ClientOptions {
            client_id: format!(
                "broker-{}-fetcher-{}",
                self.parts.replica_manager.node_id, self.id.1
            )
            .into(),
            connect_timeout: CONNECT_TIMEOUT.min(settings.socket_timeout),
            request_timeout: settings.socket_timeout,
            response_size_max: asked.saturating_add(RESPONSE_ROOM),
            ..ClientOptions::default()
        };
        let connection = Connection::open(&endpoint, &options).await?;
        self.connection = Some(LeaderConnection {
            connection: connection.clone(),
            registered_in,
        });
        Ok(connection)
    }

    fn endpoint(&self) -> Option<(Endpoint, BrokerEpoch)> {
        let image = self.parts.image.load();
        let registration = image.cluster.broker(self.id.0)?;
        let endpoint = registration.listener(&self.parts.settings.listener)?;
        let endpoint = Endpoint {
            host: endpoint.host.to_string(),
            port: endpoint.port,
        };
        Some((endpoint, registration.epoch))
    }

    /// Ends when the leader is registered anew: the process that owes an answer is gone, whatever its socket says.
    async fn superseded(&self) {
        let asked_in = self.connection.as_ref().map(|open| open.registered_in);
        loop {
            tokio::time::sleep(LEADER_CHECK).await;
            if self.endpoint().map(|(_, epoch)| epoch) != asked_in {
                return;
            }
        }
    }

    async fn recover(&mut self, error: &Unreachable) {
        self.connection = None;
        self.session.connection_broke();
        let wait = FIRST_RETRY.saturating_mul(1 << self.failures.min(10));
        let wait = wait.min(self.parts.settings.backoff_max);
        let leader = self.id.0;
        match self.failures {
            0 => {
                tracing::info!(%leader, %error, "the leader of followed partitions cannot be asked; tried again")
            }
            _ => tracing::debug!(%leader, %error, ?wait, "the leader of followed partitions cannot be asked"),
        }
        self.failures = self.failures.saturating_add(1);
        // Orders cut the wait short: they may take the partitions to another leader, or say where this one listens.
        let _orders_or_retry = tokio::time::timeout(wait, self.inbox.arrived.notified()).await;
    }

    async fn take_over(&mut self, response: FetchResponse) {
        if !self.session.answered(session_answer(&response)) {
            let leader = self.id.0;
            let error = ErrorCode::from_i16(response.error_code);
            tracing::debug!(%leader, ?error, "the fetch session begins anew");
            if session_answer(&response) == SessionAnswer::Refused {
                tokio::time::sleep(FIRST_RETRY).await;
            }
            return;
        }
        // Orders that came meanwhile void what was asked for the partitions that they name.
        self.take_orders();
        let mut news = tokio::task::block_in_place(|| self.take_partitions(response));
        for asked in news.moved_to_tiered {
            self.begin_behind_remote(asked).await;
        }
        let mut cuts = std::mem::take(&mut news.cuts);
        if !news.out_of_range.is_empty() {
            cuts.extend(self.ranges_of(news.out_of_range).await);
        }
        if cuts.is_empty() {
            return;
        }
        let now = self.parts.clock.now();
        let replica_manager = self.parts.replica_manager.clone();
        let steps = tokio::task::block_in_place(|| replica_manager.cut(&cuts, now));
        for ((asked, _), step) in cuts.iter().zip(steps) {
            self.session.stepped(asked.key, step, now.monotonic);
        }
    }

    /// Takes over what needs no more questions. Answers what does.
    fn take_partitions(&mut self, response: FetchResponse) -> News {
        let mut news = News::default();
        for topic in response.responses {
            for data in topic.partitions {
                let key = ReplicaKey {
                    topic: TopicId::new(topic.topic_id),
                    partition: PartitionIndex::new(data.partition_index),
                };
                let Some(asked) = self.asked(key) else { continue };
                match partition_answer(data) {
                    PartitionAnswer::Fetched(fetched) => self.append(&asked, &fetched),
                    PartitionAnswer::Diverging(diverging) => {
                        news.cuts.push((asked, Cut::Diverging(diverging)));
                    }
                    PartitionAnswer::OutOfRange => news.out_of_range.push(asked),
                    PartitionAnswer::MovedToTiered => news.moved_to_tiered.push(asked),
                    PartitionAnswer::Refused(step, error) => {
                        let partition = asked.handle.id();
                        tracing::debug!(%partition, leader = %self.id.0, ?error, "the leader does not serve a partition");
                        self.session.stepped(key, step, self.parts.clock.monotonic());
                    }
                }
            }
        }
        news
    }

    /// The remote tier says where the follower goes on; what is before is read from there when it leads.
    async fn begin_behind_remote(&mut self, asked: Asked) {
        let tail = match &self.parts.remote {
            Some(remote) => self.tail(remote, &asked).await,
            None => Err(TailError::NoStore),
        };
        let now = self.parts.clock.now();
        let step = match tail {
            Ok(tail) => {
                let replica_manager = self.parts.replica_manager.clone();
                tokio::task::block_in_place(|| replica_manager.begin_behind_remote(&asked, tail, now))
            }
            Err(error) => {
                let partition = asked.handle.id();
                tracing::info!(%partition, %error, "what the leader has in the remote tier only cannot be passed over yet");
                FetchStep::TryLater
            }
        };
        self.session.stepped(asked.key, step, now.monotonic);
    }

    async fn tail(&self, remote: &RemoteLogManager, asked: &Asked) -> Result<RemoteTail, TailError> {
        let before = match remote.limits().follower_begin {
            FollowerBegin::BehindRemote => None,
            FollowerBegin::AtLocalStart => {
                let starts = self
                    .list_offsets(std::slice::from_ref(asked), EARLIEST_LOCAL)
                    .await;
                let start = starts.get(asked.handle.id()).copied();
                Some(start.ok_or(TailError::LeaderSilent)?)
            }
        };
        let epoch = asked.position.current_leader_epoch;
        remote.tail(asked.key, epoch, before).await
    }

    fn asked(&self, key: ReplicaKey) -> Option<Asked> {
        let position = self.session.asked(&key)?;
        let replica_manager = &self.parts.replica_manager;
        let handle = replica_manager
            .partition_by_id(key.topic, key.partition.value())
            .ok()?;
        Some(Asked {
            key,
            handle,
            position,
        })
    }

    fn append(&mut self, asked: &Asked, fetched: &FetchedFromLeader) {
        let now = self.parts.clock.now();
        let step = self.parts.replica_manager.take_fetched(asked, fetched, now);
        self.session.stepped(asked.key, step, now.monotonic);
    }

    /// Asks where the leader's logs begin and end.
    async fn ranges_of(&mut self, asked: Vec<Asked>) -> Vec<(Asked, Cut)> {
        let ends = self.list_offsets(&asked, LATEST).await;
        let starts = self.list_offsets(&asked, EARLIEST).await;
        let mut cuts = Vec::with_capacity(asked.len());
        for asked in asked {
            let partition = asked.handle.id();
            match (starts.get(partition), ends.get(partition)) {
                (Some(start), Some(log_end)) => {
                    let (start, log_end) = (*start, *log_end);
                    let log_start = LogStartOffset::at(start);
                    cuts.push((asked, Cut::OutOfRange { log_start, log_end }));
                }
                _ => self
                    .session
                    .stepped(asked.key, FetchStep::TryLater, self.parts.clock.monotonic()),
            }
        }
        cuts
    }

    /// The offsets of those for which the leader has an answer.
    async fn list_offsets(&self, asked: &[Asked], timestamp: i64) -> HashMap<TopicPartition, Offset> {
        let Some(open) = &self.connection else {
            return HashMap::new();
        };
        let topic = |asked: &Asked| ListOffsetsTopic {
            name: asked.handle.id().topic.as_ref().into(),
            partitions: vec![ListOffsetsPartition {
                partition_index: asked.handle.id().partition.value(),
                current_leader_epoch: asked.position.current_leader_epoch.value(),
                timestamp,
                ..ListOffsetsPartition::default()
            }],
            ..ListOffsetsTopic::default()
        };
        let request = ListOffsetsRequest {
            replica_id: self.parts.replica_manager.node_id.value(),
            topics: asked.iter().map(topic).collect(),
            ..ListOffsetsRequest::default()
        };
        match open.connection.call(&request).await {
            Ok(response) => {
                let mut offsets = HashMap::new();
                for topic in &response.topics {
                    let found = topic.partitions.iter();
                    let found = found.filter(|answer| answer.error_code == 0 && answer.offset >= 0);
                    offsets.extend(found.map(|answer| {
                        let index = PartitionIndex::new(answer.partition_index);
                        let partition = TopicPartition::new(topic.name.as_str(), index);
                        (partition, Offset::new(answer.offset))
                    }));
                }
                offsets
            }
            Err(error) => {
                tracing::warn!(leader = %self.id.0, %error, "the leader did not say where its logs begin and end");
                HashMap::new()
            }
        }
    }
}
