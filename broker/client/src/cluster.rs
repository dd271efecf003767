//! A cluster as one thing to talk to: finds the broker that a call belongs to and tries again where that can help.
//!
//! State: open connections by broker and purpose, and what Metadata last said. Invariants: a call is retried only
//! after an error that may pass ([`ClientError::is_retriable`]) and never beyond the call timeout; a leader that
//! turned out wrong is looked up again before the next try. Long polls and group calls have connections of their
//! own, because a broker answers one connection in order.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use broker_model::{BrokerId, TopicPartition};
use broker_protocol::messages::{FindCoordinatorRequest, MetadataRequest};
use broker_protocol::metadata_request::MetadataRequestTopic;
use broker_protocol::{ErrorCode, Request};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::back_off::BackOff;
use crate::error::Asked;
use crate::metadata_cache::{MetadataCache, TopicInfo};
use crate::{ClientError, ClientOptions, Connection, Endpoint};

/// First version of FindCoordinator that takes several keys.
const COORDINATORS_IN_BATCHES: i16 = 4;
/// How long a topic may take to come into being by being asked for.
const CREATION_MAX: Duration = Duration::from_secs(5);
/// Bootstrap connections are kept under this id until their broker's own is known.
const BOOTSTRAP: BrokerId = BrokerId::NONE;

/// Which of the connections to a broker a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Everything that is answered at once.
    General,
    /// Long polls.
    Fetch,
    /// Group membership, whose answers may be parked for a whole rebalance.
    Group,
}

/// Which topics Metadata is asked for.
#[derive(Clone, Copy, Debug)]
pub enum TopicSelection<'a> {
    /// Every topic.
    All,
    /// None: brokers and controller alone.
    NoTopics,
    /// These.
    Named(&'a [&'a str]),
}

/// A client of one cluster; clones share connections and what is known.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    bootstrap: Vec<Endpoint>,
    options: ClientOptions,
    connections: Mutex<HashMap<(BrokerId, Lane), Connection>>,
    metadata: Mutex<Arc<MetadataCache>>,
}

impl Client {
    /// Connects to the first of the bootstrap addresses that answers and learns who the brokers are.
    ///
    /// # Errors
    /// The list makes no sense, or no address answers as Kafka does.
    pub async fn connect(bootstrap: &str, options: ClientOptions) -> Result<Self, ClientError> {
        let shared = Shared {
            bootstrap: Endpoint::parse_list(bootstrap)?,
            options,
            connections: Mutex::default(),
            metadata: Mutex::default(),
        };
        let client = Self {
            shared: Arc::new(shared),
        };
        client.refresh(TopicSelection::NoTopics).await?;
        Ok(client)
    }

    /// How this client behaves.
    pub fn options(&self) -> &ClientOptions {
        &self.shared.options
    }

    /// What is known about the cluster now.
    pub fn metadata(&self) -> Arc<MetadataCache> {
        Arc::clone(&self.shared.metadata.lock())
    }

    /// Asks a broker about the cluster and the topics; what was known about other topics stays, but for
    /// [`TopicSelection::All`].
    ///
    /// # Errors
    /// No broker answers.
    pub async fn refresh(&self, topics: TopicSelection<'_>) -> Result<Arc<MetadataCache>, ClientError> {
        let named = |names: &[&str]| {
            let topic = |name: &&str| MetadataRequestTopic {
                name: Some((*name).into()),
                ..MetadataRequestTopic::default()
            };
            names.iter().map(topic).collect()
        };
        let request = MetadataRequest {
            topics: match topics {
                TopicSelection::All => None,
                TopicSelection::NoTopics => Some(Vec::new()),
                TopicSelection::Named(names) => Some(named(names)),
            },
            allow_auto_topic_creation: self.shared.options.auto_create_topics,
            ..MetadataRequest::default()
        };
        let response = self.call_any(&request).await?;
        let mut metadata = self.shared.metadata.lock();
        let before = match topics {
            TopicSelection::All => MetadataCache::default(),
            TopicSelection::NoTopics | TopicSelection::Named(_) => MetadataCache::clone(&metadata),
        };
        *metadata = Arc::new(before.merged(response, Instant::now()));
        Ok(Arc::clone(&metadata))
    }

    /// The topic with its partitions, asked for if it is not known or what is known is old.
    ///
    /// # Errors
    /// The topic does not exist and does not come into being by being asked for, or may not be seen.
    pub async fn topic(&self, name: &str) -> Result<TopicInfo, ClientError> {
        let known = self.metadata();
        if let Some(topic) = known.topics.get(name)
            && known.is_fresh(Instant::now(), self.shared.options.metadata_max_age)
            && topic.error == ErrorCode::None
            && topic.has_leaders()
        {
            return Ok(topic.clone());
        }
        let asked_since = Instant::now();
        self.retried(async || {
            let metadata = self.refresh(TopicSelection::Named(&[name])).await?;
            let missing = ErrorCode::UnknownTopicOrPartition;
            // A broker that creates the topic calls it unknown until it is there, as one does that never will.
            let may_come = self.shared.options.auto_create_topics && asked_since.elapsed() < CREATION_MAX;
            match metadata.topics.get(name) {
                Some(topic) if topic.error == ErrorCode::None => Ok(topic.clone()),
                Some(topic) if topic.error != missing || may_come => Err(self
                    .asked::<MetadataRequest>()
                    .refused(format!("topic {name}"), topic.error)),
                _ => Err(ClientError::NoSuchTopic {
                    topic: name.to_owned(),
                }),
            }
        })
        .await
    }

    /// Sends to any broker, trying the next ones as long as none can be reached.
    ///
    /// # Errors
    /// No broker can be reached, or the call fails on the one that was.
    pub async fn call_any<R: Request>(&self, request: &R) -> Result<R::Response, ClientError> {
        if let Some(connection) = self.open_connection() {
            match connection.call(request).await {
                Err(error) if error.is_connection_lost() => {}
                outcome => return outcome,
            }
        }
        self.bootstrap_connection().await?.call(request).await
    }

    /// Sends to the broker that Metadata names as controller; a broker hands admin calls on where it must.
    ///
    /// # Errors
    /// As [`Client::call_broker`].
    pub async fn call_controller<R: Request>(&self, request: &R) -> Result<R::Response, ClientError> {
        let metadata = self.metadata();
        if metadata.brokers.contains_key(&metadata.controller) {
            return self.call_broker(metadata.controller, request).await;
        }
        self.call_any(request).await
    }

    /// Sends to that broker.
    ///
    /// # Errors
    /// The broker is not known or not reachable, or the call fails.
    pub async fn call_broker<R: Request>(
        &self,
        broker: BrokerId,
        request: &R,
    ) -> Result<R::Response, ClientError> {
        self.connection(broker, Lane::General).await?.call(request).await
    }

    /// The connection to the coordinator of a group; its broker is asked for anew each time.
    ///
    /// # Errors
    /// There is no coordinator yet, or it cannot be reached.
    pub async fn coordinator(&self, group: &str, lane: Lane) -> Result<Connection, ClientError> {
        let broker = self.find_coordinator(group).await?;
        self.connection(broker, lane).await
    }

    /// The broker that coordinates a group.
    ///
    /// # Errors
    /// There is none yet, or the group may not be seen.
    pub async fn find_coordinator(&self, group: &str) -> Result<BrokerId, ClientError> {
        let mut request = FindCoordinatorRequest::default();
        let connection = self.any_connection().await?;
        if connection.version_of::<FindCoordinatorRequest>(i16::MAX)? >= COORDINATORS_IN_BATCHES {
            request.coordinator_keys = vec![group.into()];
        } else {
            request.key = group.into();
        }
        let response = connection.call(&request).await?;
        let asked = Asked::of::<FindCoordinatorRequest>(&connection);
        let (code, message, node) = match response.coordinators.first() {
            Some(found) => (found.error_code, found.error_message.as_ref(), found.node_id),
            None => (
                response.error_code,
                response.error_message.as_ref(),
                response.node_id,
            ),
        };
        asked.verdict(format_args!("group {group}"), code, message)?;
        Ok(BrokerId::new(node))
    }

    /// The broker that leads the partition, if that is known.
    pub fn leader(&self, partition: &TopicPartition) -> Option<BrokerId> {
        self.metadata().partition(partition)?.leader
    }

    /// An open connection to that broker, opened if there is none.
    ///
    /// # Errors
    /// The cluster names no address for it, or the address does not answer.
    pub async fn connection(&self, broker: BrokerId, lane: Lane) -> Result<Connection, ClientError> {
        if let Some(connection) = self.shared.connections.lock().get(&(broker, lane))
            && connection.is_open()
        {
            return Ok(connection.clone());
        }
        if !self.metadata().brokers.contains_key(&broker) {
            self.refresh(TopicSelection::NoTopics).await?;
        }
        let metadata = self.metadata();
        let unknown = ClientError::UnknownBroker {
            broker: broker.value(),
        };
        let endpoint = &metadata.brokers.get(&broker).ok_or(unknown)?.endpoint;
        let connection = Connection::open(endpoint, &self.shared.options).await?;
        self.shared
            .connections
            .lock()
            .insert((broker, lane), connection.clone());
        Ok(connection)
    }

    /// Runs the attempt until it succeeds, fails for good, or the call timeout is over.
    ///
    /// # Errors
    /// What the last attempt said.
    pub async fn retried<T>(
        &self,
        mut attempt: impl AsyncFnMut() -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut back_off = BackOff::new(&self.shared.options);
        loop {
            match attempt().await {
                Err(error) if error.is_retriable() => {
                    if !back_off.wait().await {
                        return Err(error);
                    }
                }
                outcome => return outcome,
            }
        }
    }

    /// For answers whose host is the cluster as a whole.
    pub(crate) fn asked<R: Request>(&self) -> Asked {
        let host = self
            .open_connection()
            .map(|connection| connection.host().to_owned());
        Asked {
            host: host.unwrap_or_else(|| "the cluster".to_owned()),
            api: R::API_KEY,
        }
    }

    async fn any_connection(&self) -> Result<Connection, ClientError> {
        match self.open_connection() {
            Some(connection) => Ok(connection),
            None => self.bootstrap_connection().await,
        }
    }

    fn open_connection(&self) -> Option<Connection> {
        let connections = self.shared.connections.lock();
        let general = connections.iter().filter(|((_, lane), _)| *lane == Lane::General);
        general
            .map(|(_, connection)| connection)
            .find(|connection| connection.is_open())
            .cloned()
    }

    async fn bootstrap_connection(&self) -> Result<Connection, ClientError> {
        let metadata = self.metadata();
        let known = metadata.brokers.values().map(|broker| &broker.endpoint);
        let mut attempts = Vec::new();
        let mut tried = Vec::new();
        for endpoint in self.shared.bootstrap.iter().chain(known) {
            if tried.contains(&endpoint) {
                continue;
            }
            tried.push(endpoint);
            match Connection::open(endpoint, &self.shared.options).await {
                Ok(connection) => {
                    let key = (BOOTSTRAP, Lane::General);
                    self.shared.connections.lock().insert(key, connection.clone());
                    return Ok(connection);
                }
                Err(error) => attempts.push(error.to_string()),
            }
        }
        Err(ClientError::NoBroker { attempts })
    }
}
