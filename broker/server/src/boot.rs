//! Puts a broker together and takes it apart again, in the order that keeps every promise.
//!
//! Owns the order alone. Start: directories, metadata log, registration, logs, partitions, sockets; nothing is
//! accepted before everything that was acknowledged earlier can be served. Stop: sockets, decisions, maintenance,
//! logs, and the marker of a clean stop last. What the properties say is `config`'s, what runs later the drivers'.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_controller::{
    ApiError, BrokerRegistrationRequest, ConfigRules, ControllerSettings, Outcome, QuorumController,
};
use broker_coordinator::{GroupConfig, GroupMemory};
use broker_metadata::image::Endpoint;
use broker_metadata::metadata_log::{Voter, VoterEndpoint};
use broker_metadata::{MetadataChanges, MetadataImage};
use broker_model::{BrokerEpoch, BrokerId, ClusterId, DirectoryId, Now, TopicPartition};
use broker_replication::fetch::{FetchSessionCache, SessionCacheLimits};
use broker_storage::{
    DirectoryError, DirectoryOwner, Fs, LogDirectory, LogManager, LogManagerOptions, OpenFileBudget,
    PreviousStop, TailCacheBudget, read_meta_properties,
};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use crate::admin_http::{AdminHttp, AdminHttpConfig};
use crate::broker::{AnswerLimits, Broker};
use crate::clock::{Clock, random_uuid};
use crate::config::StaticConfigs;
use crate::drivers::coordinator_driver::{CoordinatorDriver, CoordinatorParts, OffsetsLogSettings};
use crate::drivers::dynamic_configs::DynamicConfigs;
use crate::drivers::failure::Failure;
use crate::drivers::isr_proposer::IsrProposer;
use crate::drivers::log_maintenance::{LogMaintenance, MaintenanceParts, MaintenanceSettings};
use crate::drivers::metadata_driver::{MetadataDriver, MetadataPublisher, MetadataWriter};
use crate::drivers::metadata_log::{MetadataLog, MetadataLogError, MetadataLogOptions, SnapshotPolicy};
use crate::drivers::producer_ids::ProducerIds;
use crate::drivers::topic_creator::{OffsetsTopicSettings, TopicCreator};
use crate::drivers::write_back;
use crate::logging::LoggerLevels;
use crate::metrics::RequestCounters;
use crate::network::{
    BindError, BoundListener, ListenerConfig, ListenerName, Listeners, NetworkConfig, NetworkState,
};
use crate::replica_manager::{ReplicaManager, ResolveTopicSettings};

/// Everything that a broker is started with, resolved and checked.
#[derive(Debug)]
pub struct BootSettings {
    /// Where the files lie.
    pub fs: Arc<dyn Fs>,
    /// What the node was started with, as text.
    pub configs: Arc<StaticConfigs>,
    /// `node.id`.
    pub node_id: BrokerId,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// `log.dirs`.
    pub directories: Vec<PathBuf>,
    /// `metadata.log.dir`; one of the directories.
    pub metadata_directory: PathBuf,
    /// `num.recovery.threads.per.data.dir`.
    pub recovery_threads: usize,
    /// `listeners`.
    pub listeners: Vec<ListenerConfig>,
    /// `advertised.listeners`; a listener that is missing is advertised where it listens.
    pub advertised: HashMap<ListenerName, AdvertisedAddress>,
    /// Endpoints of the quorum's member, as the log names them.
    pub voter_endpoints: Vec<VoterEndpoint>,
    /// Bounds of the network.
    pub network: NetworkConfig,
    /// Works out the configs of topics.
    pub topic_settings: Arc<dyn ResolveTopicSettings>,
    /// Says which configs are valid.
    pub config_rules: Arc<dyn ConfigRules>,
    /// What the controller is told.
    pub controller: ControllerSettings,
    /// `min.insync.replicas`, which a new cluster keeps as a cluster-wide value.
    pub min_in_sync_replicas: i32,
    /// `replica.lag.time.max.ms`.
    pub replica_lag_max_ms: u64,
    /// `auto.create.topics.enable`.
    pub auto_topic_creation: AutoCreation,
    /// When maintenance does what.
    pub maintenance: Arc<ArcSwap<MaintenanceSettings>>,
    /// When snapshots of the metadata are taken.
    pub snapshots: SnapshotPolicy,
    /// `metadata.log.segment.bytes`.
    pub metadata_segment_bytes: u32,
    /// Bytes of recently appended batches that are kept in memory.
    pub tail_cache_bytes: usize,
    /// Log files that are kept open.
    pub open_files: usize,
    /// Bounds of answers.
    pub limits: AnswerLimits,
    /// How many fetch sessions of which size.
    pub fetch_sessions: SessionCacheLimits,
    /// Where monitoring asks; none for no HTTP listener.
    pub admin_http: Option<AdminHttpConfig>,
    /// Levels of the loggers; those that logging was started with.
    pub logger_levels: LoggerLevels,
    /// How groups are coordinated.
    pub groups: GroupConfig,
    /// How what groups commit is read and written.
    pub offsets_log: OffsetsLogSettings,
    /// Bytes that groups may hold in memory.
    pub group_memory_bytes: usize,
    /// The topic that keeps what groups commit.
    pub offsets_topic: OffsetsTopicSettings,
}

/// Whether topics are made because a client names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoCreation {
    /// They are.
    Enabled,
    /// They are not.
    Disabled,
}

/// Where clients are told to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvertisedAddress {
    /// Host name or address.
    pub host: String,
    /// Port; 0 for the one that is listened on.
    pub port: u16,
}

/// The broker did not start.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// A log directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The metadata log cannot be used.
    #[error(transparent)]
    Metadata(#[from] MetadataLogError),
    /// The metadata directory is none of the log directories.
    #[error("metadata.log.dir {} is not one of log.dirs", .0.display())]
    MetadataElsewhere(PathBuf),
    /// A port is taken.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The controller refused this broker.
    #[error("the controller refused this broker: {0:?}")]
    Registration(ApiError),
    /// The system gives no thread or socket.
    #[error("the system refused a thread or a socket: {0}")]
    System(#[from] io::Error),
    /// The system gives no randomness.
    #[error("the system has no randomness: {0}")]
    NoRandomness(#[from] getrandom::Error),
}

/// A broker that serves.
#[derive(Debug)]
pub struct RunningBroker {
    broker: Arc<Broker>,
    listeners: Listeners,
    isr_proposer: tokio::task::JoinHandle<()>,
    maintenance: LogMaintenance,
    write_back: JoinHandle<()>,
    failure: Arc<Failure>,
    epoch: BrokerEpoch,
    addresses: Vec<(ListenerName, SocketAddr)>,
    admin_http: Option<AdminHttp>,
}

/// Makes the image visible to handlers.
#[derive(Debug)]
struct ImagePublisher(Arc<ArcSwap<MetadataImage>>);

impl MetadataPublisher for ImagePublisher {
    fn publish(&self, image: &Arc<MetadataImage>, _changes: &MetadataChanges, _now: Now) {
        self.0.store(image.clone());
    }
}

impl MetadataPublisher for ReplicaManager {
    fn publish(&self, image: &Arc<MetadataImage>, changes: &MetadataChanges, now: Now) {
        self.apply(image, changes, now);
    }
}

/// Starts a broker; when this returns it accepts connections.
///
/// # Errors
/// What is missing or refused; nothing of the broker runs then.
pub async fn start(settings: BootSettings, clock: Clock) -> Result<RunningBroker, BootError> {
    let admin_http = settings.admin_http.as_ref().map(AdminHttp::start).transpose()?;
    let cluster_id = cluster_id_of(&settings)?;
    let logs = open_directories(&settings, cluster_id.clone())?;
    let (bound, addresses) = bind(&settings)?;
    let metadata_directory_id = metadata_directory(&settings, &logs)?.id();
    let mut writer = lead_metadata(&settings, &logs, clock)?;
    let epoch = register(&mut writer, &settings, &logs, &addresses)?;
    let first_image = Arc::new(writer.controller.image().clone());
    let (replica_manager, write_back) = keep_partitions(&settings, logs, &first_image, clock)?;
    let failure = Arc::new(Failure::default());
    let image = Arc::new(ArcSwap::new(first_image));
    let groups = Arc::new(start_groups(&settings, &replica_manager, &image.load(), clock)?);
    let network = NetworkState::new(settings.network.clone());
    let dynamic = dynamic_configs(&settings, &network, &image.load());
    let publishers = publishers(dynamic, &replica_manager, &groups, &image);
    let metadata = Arc::new(MetadataDriver::start(writer, publishers, failure.clone())?);
    let maintenance = LogMaintenance::start(MaintenanceParts {
        replica_manager: replica_manager.clone(),
        settings: settings.maintenance.clone(),
        metadata_directory: settings.metadata_directory.clone(),
        failure: failure.clone(),
        clock,
    })?;
    let topic_creator = Arc::new(TopicCreator::new(
        metadata.clone(),
        Handle::current(),
        settings.offsets_topic,
    ));
    let broker = Arc::new(Broker {
        clock,
        node_id: settings.node_id,
        cluster_id,
        metadata_directory_id,
        logger_levels: settings.logger_levels,
        requests: RequestCounters::default(),
        network,
        image,
        auto_topic_creation: match settings.auto_topic_creation {
            AutoCreation::Enabled => Some(topic_creator.clone()),
            AutoCreation::Disabled => None,
        },
        topic_creator,
        groups,
        producer_ids: ProducerIds::new(metadata.clone(), settings.node_id, epoch),
        metadata,
        replica_manager,
        configs: settings.configs,
        limits: settings.limits,
        fetch_sessions: Mutex::new(FetchSessionCache::new(settings.fetch_sessions)),
    });
    let isr_proposer = propose_in_sync(&broker, epoch, settings.replica_lag_max_ms);
    let listeners = Listeners::start(&broker, bound)?;
    if let Some(admin_http) = &admin_http {
        admin_http.running(&broker);
    }
    Ok(RunningBroker {
        broker,
        listeners,
        isr_proposer,
        maintenance,
        write_back,
        failure,
        epoch,
        addresses,
        admin_http,
    })
}

type Addresses = Vec<(ListenerName, SocketAddr)>;

/// Takes the ports; nobody is let in yet.
fn bind(settings: &BootSettings) -> Result<(Vec<BoundListener>, Addresses), BindError> {
    let listeners = settings.listeners.iter();
    let bound: Vec<BoundListener> = listeners
        .map(|listener| BoundListener::bind(listener, &settings.network))
        .collect::<Result<_, _>>()?;
    let addresses = bound
        .iter()
        .map(|listener| (listener.config().name.clone(), listener.address()))
        .collect();
    Ok((bound, addresses))
}

/// Opens the logs and leads what the image gives to this broker; with the thread that starts early write-back.
fn keep_partitions(
    settings: &BootSettings,
    mut logs: LogManager,
    image: &MetadataImage,
    clock: Clock,
) -> Result<(Arc<ReplicaManager>, JoinHandle<()>), BootError> {
    let topics = &settings.topic_settings;
    let config_of = |partition: &TopicPartition| topics.resolve(image, &partition.topic).log;
    let loaded = logs.load_logs(&config_of, clock.now())?;
    let (write_back, thread) = write_back::start()?;
    let replica_manager = ReplicaManager::new(settings.node_id, logs, topics.clone(), write_back);
    replica_manager.take_over(image, loaded, clock.now());
    Ok((Arc::new(replica_manager), thread))
}

fn start_groups(
    settings: &BootSettings,
    replica_manager: &Arc<ReplicaManager>,
    image: &MetadataImage,
    clock: Clock,
) -> io::Result<CoordinatorDriver> {
    let parts = CoordinatorParts {
        node_id: settings.node_id,
        config: settings.groups,
        log: settings.offsets_log,
        memory: GroupMemory::new(settings.group_memory_bytes),
        replica_manager: replica_manager.clone(),
        clock,
    };
    CoordinatorDriver::start(parts, image)
}

/// Configurations that were changed before the last stop act from the start.
fn dynamic_configs(
    settings: &BootSettings,
    network: &NetworkState,
    image: &MetadataImage,
) -> Arc<DynamicConfigs> {
    let dynamic = DynamicConfigs {
        configs: settings.configs.clone(),
        maintenance: settings.maintenance.clone(),
        connections: network.quotas.clone(),
    };
    dynamic.take_over(image);
    Arc::new(dynamic)
}

/// Who is told of decisions, in this order: partitions before those who use them, and both before anybody can be told
/// of them.
fn publishers(
    dynamic: Arc<DynamicConfigs>,
    replica_manager: &Arc<ReplicaManager>,
    groups: &Arc<CoordinatorDriver>,
    image: &Arc<ArcSwap<MetadataImage>>,
) -> Vec<Arc<dyn MetadataPublisher>> {
    vec![
        dynamic,
        replica_manager.clone(),
        groups.clone(),
        Arc::new(ImagePublisher(image.clone())),
    ]
}

fn propose_in_sync(
    broker: &Arc<Broker>,
    epoch: BrokerEpoch,
    replica_lag_max_ms: u64,
) -> tokio::task::JoinHandle<()> {
    let proposer = IsrProposer {
        replica_manager: broker.replica_manager.clone(),
        metadata: broker.metadata.clone(),
        epoch,
        replica_lag_max_ms,
        clock: broker.clock,
    };
    proposer.start()
}

fn cluster_id_of(settings: &BootSettings) -> Result<ClusterId, BootError> {
    let path = &settings.metadata_directory;
    let properties = read_meta_properties(settings.fs.as_ref(), path)?
        .ok_or_else(|| DirectoryError::NotFormatted { path: path.clone() })?;
    Ok(properties.cluster_id)
}

fn open_directories(settings: &BootSettings, cluster_id: ClusterId) -> Result<LogManager, BootError> {
    let options = LogManagerOptions {
        directories: settings.directories.clone(),
        owner: DirectoryOwner {
            cluster_id,
            node_id: settings.node_id,
        },
        recovery_threads: settings.recovery_threads,
        tail_cache: TailCacheBudget::new(settings.tail_cache_bytes),
        open_files: OpenFileBudget::new(settings.open_files),
    };
    let logs = LogManager::start(settings.fs.clone(), options)?;
    for (path, error) in logs.unusable_directories() {
        tracing::error!(path = %path.display(), %error, "log directory cannot be used; its partitions are offline");
    }
    Ok(logs)
}

fn metadata_directory<'a>(
    settings: &BootSettings,
    logs: &'a LogManager,
) -> Result<&'a LogDirectory, BootError> {
    let path = &settings.metadata_directory;
    let mut directories = logs.directories().iter();
    let found = directories.find(|directory| directory.path() == path);
    found.ok_or_else(|| BootError::MetadataElsewhere(path.clone()))
}

fn lead_metadata(
    settings: &BootSettings,
    logs: &LogManager,
    clock: Clock,
) -> Result<MetadataWriter, BootError> {
    let path = &settings.metadata_directory;
    let elsewhere = || BootError::MetadataElsewhere(path.clone());
    let directory = metadata_directory(settings, logs)?;
    let voter = Voter {
        id: settings.node_id,
        directory_id: directory.id(),
        endpoints: settings.voter_endpoints.clone(),
        kraft_version_range: (0, 1),
    };
    let options = MetadataLogOptions {
        environment: logs.environment(path).ok_or_else(elsewhere)?,
        previous_stop: directory.previous_stop(),
        voter,
        segment_bytes: settings.metadata_segment_bytes,
    };
    let mut opened = MetadataLog::open(options, clock.now())?;
    let rules = settings.config_rules.clone();
    let mut controller = QuorumController::new(settings.controller.clone(), rules, opened.image);
    opened.log.replay_into(&mut controller)?;
    opened.log.lead(&mut controller, clock.now())?;
    let mut writer = MetadataWriter::new(controller, opened.log, settings.snapshots, clock);
    let min_in_sync = settings.min_in_sync_replicas;
    let bootstrap = opened.bootstrap;
    writer.decide(|controller, _, _| {
        Outcome::new(controller.activation_records(&bootstrap, min_in_sync), ())
    })?;
    writer.commit()?;
    Ok(writer)
}

/// Registers this node as controller and broker, and lets it in.
fn register(
    writer: &mut MetadataWriter,
    settings: &BootSettings,
    logs: &LogManager,
    addresses: &[(ListenerName, SocketAddr)],
) -> Result<BrokerEpoch, BootError> {
    let incarnation = random_uuid()?;
    let id = settings.node_id;
    let controller_endpoints: Vec<Endpoint> =
        settings.voter_endpoints.iter().map(controller_endpoint).collect();
    writer
        .decide(|controller, _, _| controller.register_controller(id, incarnation, controller_endpoints))?;
    let request = BrokerRegistrationRequest {
        id,
        incarnation_id: incarnation,
        listeners: advertised_endpoints(settings, addresses),
        rack: settings.rack.clone(),
        directories: online_directories(logs),
    };
    let registered = writer.decide(|controller, _, _| or_refusal(controller.register_broker(&request)))?;
    let epoch = registered.map_err(BootError::Registration)?;
    let unfenced = writer.decide(|controller, _, _| or_refusal(controller.unfence_broker(id, epoch)))?;
    unfenced.map_err(BootError::Registration)?;
    writer.commit()?;
    Ok(epoch)
}

/// A refusal as an outcome without records.
fn or_refusal<R>(decided: Result<Outcome<R>, ApiError>) -> Outcome<Result<R, ApiError>> {
    match decided {
        Ok(outcome) => Outcome::new(outcome.records, Ok(outcome.response)),
        Err(error) => Outcome::answer(Err(error)),
    }
}

fn online_directories(logs: &LogManager) -> Vec<DirectoryId> {
    let online = logs
        .directories()
        .iter()
        .filter(|directory| !directory.health().is_offline());
    online.map(broker_storage::LogDirectory::id).collect()
}

fn controller_endpoint(endpoint: &VoterEndpoint) -> Endpoint {
    Endpoint {
        name: endpoint.name.as_str().into(),
        host: endpoint.host.as_str().into(),
        port: endpoint.port,
        security_protocol: 0,
    }
}

fn advertised_endpoints(settings: &BootSettings, addresses: &[(ListenerName, SocketAddr)]) -> Vec<Endpoint> {
    addresses
        .iter()
        .map(|(name, address)| {
            let advertised = settings.advertised.get(name);
            let host = match advertised {
                Some(advertised) => advertised.host.clone(),
                None if address.ip().is_unspecified() => host_name(),
                None => address.ip().to_string(),
            };
            let port = advertised.map_or(0, |advertised| advertised.port);
            Endpoint {
                name: name.as_str().into(),
                host: host.into(),
                port: if port == 0 { address.port() } else { port },
                security_protocol: 0,
            }
        })
        .collect()
}

/// Name of this machine, for a listener on every interface that does not say how it is reached.
fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

impl RunningBroker {
    /// What the handlers see.
    pub fn broker(&self) -> &Arc<Broker> {
        &self.broker
    }

    /// Where it listens.
    pub fn addresses(&self) -> &[(ListenerName, SocketAddr)] {
        &self.addresses
    }

    /// Where monitoring asks.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin_http.as_ref().map(AdminHttp::address)
    }

    /// How the last process that had the first directory ended.
    pub fn previous_stop(&self) -> PreviousStop {
        let logs = self.broker.replica_manager.logs();
        logs.directories()
            .first()
            .map_or(PreviousStop::Clean, broker_storage::LogDirectory::previous_stop)
    }

    /// Waits until the broker cannot go on, and says why.
    pub async fn failed(&self) -> String {
        self.failure.declared().await
    }

    /// Stops: answers what was asked, for at most `grace`, and closes everything.
    pub async fn stop(self, grace: Duration) {
        if let Some(admin_http) = &self.admin_http {
            admin_http.stopping();
        }
        self.broker.groups.dismiss_waiting();
        self.listeners.stop(grace).await;
        self.isr_proposer.abort();
        let metadata_closed = self.broker.metadata.stop().await;
        if let Err(error) = &metadata_closed {
            tracing::error!(%error, "the metadata log was not closed");
        }
        tokio::task::block_in_place(|| {
            self.broker.groups.stop();
            self.maintenance.stop();
            let replica_manager = &self.broker.replica_manager;
            replica_manager.close(self.broker.clock.now(), self.epoch);
        });
        drop(self.broker);
        if self.write_back.is_finished() && self.write_back.join().is_err() {
            tracing::error!("the write-back thread had panicked");
        }
    }
}
