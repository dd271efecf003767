//! Puts a broker together and takes it apart again, in the order that keeps every promise.
//!
//! Owns the order alone. Start: directories, quorum, registration, logs, partitions, sockets; nothing is
//! accepted before everything that was acknowledged earlier can be served. Stop: sockets, decisions, maintenance,
//! logs, and the marker of a clean stop last. What the properties say is `config`'s, what runs later the drivers'.

mod early_listeners;

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_controller::{ConfigRules, ContinuousMode, ControllerSettings, SessionLimits, UpkeepSettings};
use broker_coordinator::{GroupConfig, GroupMemory};
use broker_metadata::image::Endpoint;
use broker_metadata::metadata_log::{Voter, VoterEndpoint};
use broker_metadata::{MetadataChanges, MetadataImage};
use broker_model::{BrokerEpoch, BrokerId, ClusterId, DirectoryId, Now, TopicPartition};
use broker_raft::{RaftSettings, ReplicaKey, VoterSet};
use broker_replication::fetch::{FetchSessionCache, SessionCacheLimits};
use broker_storage::{
    DirectoryError, DirectoryOwner, Fs, LogCheckpoints, LogDirectory, LogManager, LogManagerOptions,
    OpenFileBudget, PreviousStop, TailCacheBudget, read_meta_properties,
};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use crate::admin_http::AdminHttpConfig;
use crate::admin_service::AdminServiceConfig;
use crate::broker::{AnswerLimits, AutoTopicCreation, Broker};
use crate::clock::{Clock, random_seed, random_uuid};
use crate::config::{ControllerEndpoint, ProcessRoles, QuorumSettings, StaticConfigs};
use crate::drivers::broker_lifecycle::{
    BrokerLifecycle, LifecycleParts, LifecycleSettings, OwnDirectory, RegistrationRefused,
};
use crate::drivers::cluster_backup::ClusterBackup;
use crate::drivers::continuous_rebalance::ContinuousRebalance;
use crate::drivers::controller_channel::ControllerChannel;
use crate::drivers::controller_registration;
use crate::drivers::coordinator_driver::{CoordinatorDriver, CoordinatorParts, OffsetsLogSettings};
use crate::drivers::directory_assignments::DirectoryAssignments;
use crate::drivers::dynamic_configs::DynamicConfigs;
use crate::drivers::failure::Failure;
use crate::drivers::isr_proposer::IsrProposer;
use crate::drivers::log_maintenance::{LogMaintenance, MaintenanceParts, MaintenanceSettings};
use crate::drivers::metadata_driver::{
    MetadataDriver, MetadataParts, MetadataPublisher, MetadataStartError, MetadataUnavailable,
};
use crate::drivers::producer_ids::ProducerIds;
use crate::drivers::replica_fetcher::{FetcherParts, ReplicaFetchSettings, ReplicaFetchers};
use crate::drivers::topic_creator::{OffsetsTopicSettings, TopicCreator};
use crate::drivers::write_back;
use crate::logging::LoggerLevels;
use crate::metrics::RequestCounters;
use crate::network::{
    BindError, BoundListener, ListenerConfig, ListenerName, Listeners, NetworkConfig, NetworkState,
};
use crate::remote_log_manager::{RemoteLogManager, RemoteSettings};
use crate::replica_manager::{ReplicaManager, ResolveTopicSettings};
use crate::restore;
use broker_quorum::{MetadataLog, MetadataLogError, MetadataLogOptions, SnapshotPolicy, metadata_partition};
use early_listeners::EarlyListeners;

/// The `kraft.version`s that this program speaks.
const KRAFT_VERSIONS: (i16, i16) = (0, 1);

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
    /// `process.roles`.
    pub roles: ProcessRoles,
    /// `controller.quorum.*`.
    pub quorum: QuorumSettings,
    /// The listeners for controllers.
    pub controller_endpoints: Vec<ControllerEndpoint>,
    /// Endpoints of the quorum's member, as the log names them; once bound, with the real ports.
    pub voter_endpoints: Vec<VoterEndpoint>,
    /// `inter.broker.listener.name`.
    pub inter_broker_listener: ListenerName,
    /// How the broker deals with its controller.
    pub lifecycle: LifecycleSettings,
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
    /// When a broker that is not heard counts as gone.
    pub sessions: SessionLimits,
    /// What a controller does unasked, and how often.
    pub upkeep: UpkeepSettings,
    /// `eddyline.rebalance.interval.seconds` in ms; `None` when no plans are made unasked.
    pub rebalance_every_ms: Option<u64>,
    /// `replica.lag.time.max.ms`.
    pub replica_lag_max_ms: u64,
    /// How what others lead is fetched.
    pub replica_fetch: ReplicaFetchSettings,
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
    /// Where the operator asks; none for no admin service.
    pub admin_service: Option<AdminServiceConfig>,
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
    /// How the remote tier is used; none without `remote.log.storage.system.enable`.
    pub remote: Option<RemoteSettings>,
}

/// Whether topics are made because a client names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoCreation {
    /// They are.
    Enabled,
    /// They are not.
    Disabled,
}

impl AutoCreation {
    fn by(self, creator: &Arc<TopicCreator>) -> Option<Arc<dyn AutoTopicCreation>> {
        match self {
            Self::Enabled => Some(creator.clone()),
            Self::Disabled => None,
        }
    }
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
    /// The node cannot take part in the metadata quorum.
    #[error(transparent)]
    Quorum(#[from] MetadataStartError),
    /// The metadata directory is none of the log directories.
    #[error("metadata.log.dir {} is not one of log.dirs", .0.display())]
    MetadataElsewhere(PathBuf),
    /// A directory was not restored to its end.
    #[error("a restore of {} was interrupted: empty the node's directories and restore it again", .0.display())]
    RestoreInterrupted(PathBuf),
    /// A port is taken.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The controller does not decide.
    #[error(transparent)]
    Controller(#[from] MetadataUnavailable),
    /// The broker did not become part of its cluster.
    #[error(transparent)]
    Registration(#[from] RegistrationRefused),
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
    directory_assignments: tokio::task::JoinHandle<()>,
    continuous_rebalance: Option<tokio::task::JoinHandle<()>>,
    fetchers: ReplicaFetchers,
    maintenance: LogMaintenance,
    write_back: JoinHandle<()>,
    failure: Arc<Failure>,
    addresses: Vec<(ListenerName, SocketAddr)>,
    controller_addresses: Vec<(ListenerName, SocketAddr)>,
    early: EarlyListeners,
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
pub async fn start(mut settings: BootSettings, clock: Clock) -> Result<RunningBroker, BootError> {
    restore::require_finished(&settings).map_err(BootError::RestoreInterrupted)?;
    let early = EarlyListeners::start(&settings)?;
    let cluster_id = cluster_id_of(&settings)?;
    let mut logs = open_directories(&settings, cluster_id.clone())?;
    logs.adopt(metadata_partition(), &settings.metadata_directory);
    let bound = bind(&mut settings)?;
    let settings = settings;
    let metadata_directory_id = metadata_directory(&settings, &logs)?.id();
    let failure = Arc::new(Failure::default());
    let metadata = join_quorum(&settings, &logs, &cluster_id, failure.clone(), clock)?;
    let (write_back, write_back_thread) = write_back::start()?;
    let replica_manager = ReplicaManager::new(
        settings.node_id,
        logs,
        settings.topic_settings.clone(),
        write_back,
    );
    let parts = (Arc::new(metadata), Arc::new(replica_manager));
    let broker = bundle(&settings, cluster_id, metadata_directory_id, parts, clock)?;
    early.joined(&broker);
    // Voters need one another before there is anybody to register with.
    let mut listeners = Listeners::start(&broker, bound.for_controllers)?;
    register(&broker, &settings, &bound.addresses)?;
    if settings.roles.is_broker() {
        broker.lifecycle.registered().await?;
    }
    take_over(&broker, &settings).await?;
    if settings.roles.is_broker() {
        broker.lifecycle.unfenced().await?;
    }
    let maintenance = maintain(&broker, &settings, failure.clone())?;
    let isr_proposer = propose_in_sync(&broker, settings.replica_lag_max_ms);
    let directory_assignments = assign_directories(&broker);
    let fetchers = follow_leaders(&broker, settings.replica_fetch.clone());
    let continuous_rebalance = rebalance_continuously(&broker, &settings);
    look_after_bucket(&broker);
    listeners.accept_on(bound.for_clients)?;
    early.running(&broker);
    Ok(RunningBroker {
        broker,
        listeners,
        isr_proposer,
        directory_assignments,
        continuous_rebalance,
        fetchers,
        maintenance,
        write_back: write_back_thread,
        failure,
        addresses: bound.addresses,
        controller_addresses: bound.controller_addresses,
        early,
    })
}

/// Puts everything together that handlers see; it keeps no partition yet.
fn bundle(
    settings: &BootSettings,
    cluster_id: ClusterId,
    metadata_directory_id: DirectoryId,
    (metadata, replica_manager): (Arc<MetadataDriver>, Arc<ReplicaManager>),
    clock: Clock,
) -> Result<Arc<Broker>, BootError> {
    let patience = settings.lifecycle.controller_timeout;
    let controller = ControllerChannel::new(metadata.clone(), settings.node_id, cluster_id.clone(), patience);
    let controller = Arc::new(controller);
    let topic_creator = TopicCreator::new(controller.clone(), Handle::current(), settings.offsets_topic);
    let topic_creator = Arc::new(topic_creator);
    let lifecycle = Arc::new(BrokerLifecycle::default());
    let groups = CoordinatorDriver::start(coordinator_parts(settings, &replica_manager, clock))?;
    let remote = settings.remote.clone().filter(|_| settings.roles.is_broker());
    let remote = remote.map(|remote| {
        RemoteLogManager::start(remote, cluster_id.clone(), replica_manager.clone(), clock).map(Arc::new)
    });
    let remote = remote.transpose()?;
    Ok(Arc::new(Broker {
        clock,
        node_id: settings.node_id,
        cluster_id,
        metadata_directory_id,
        logger_levels: settings.logger_levels.clone(),
        requests: RequestCounters::default(),
        network: NetworkState::new(settings.network.clone()),
        image: metadata.image(),
        auto_topic_creation: settings.auto_topic_creation.by(&topic_creator),
        topic_creator,
        groups: Arc::new(groups),
        producer_ids: ProducerIds::new(controller.clone(), settings.node_id, lifecycle.clone()),
        metadata,
        forwarding: controller.another(),
        controller,
        lifecycle,
        replica_manager,
        configs: settings.configs.clone(),
        limits: settings.limits,
        remote,
        fetch_sessions: Mutex::new(FetchSessionCache::new(settings.fetch_sessions)),
    }))
}

type Addresses = Vec<(ListenerName, SocketAddr)>;

/// Ports that were taken; nobody is let in yet.
struct Bound {
    for_clients: Vec<BoundListener>,
    for_controllers: Vec<BoundListener>,
    addresses: Addresses,
    controller_addresses: Addresses,
}

/// Takes the ports, and notes those of controllers where voter sets name this node.
fn bind(settings: &mut BootSettings) -> Result<Bound, BindError> {
    let mut bound = Bound {
        for_clients: Vec::new(),
        for_controllers: Vec::new(),
        addresses: Vec::new(),
        controller_addresses: Vec::new(),
    };
    for config in &settings.listeners {
        let listener = BoundListener::bind(config, &settings.network)?;
        bound.addresses.push((config.name.clone(), listener.address()));
        bound.for_clients.push(listener);
    }
    settings.voter_endpoints.clear();
    for endpoint in &settings.controller_endpoints {
        let listener = BoundListener::bind(&endpoint.listener, &settings.network)?;
        let (name, address) = (endpoint.listener.name.clone(), listener.address());
        settings
            .voter_endpoints
            .push(endpoint.voter_endpoint(address.port()));
        bound.controller_addresses.push((name, address));
        bound.for_controllers.push(listener);
    }
    Ok(bound)
}

/// Opens the logs and takes over what the image gives to this broker; from here on every change is followed.
///
/// Who is told of changes, in this order: partitions before those who use them, and both before anybody can be told of
/// them.
async fn take_over(broker: &Arc<Broker>, settings: &BootSettings) -> Result<(), BootError> {
    let image = broker.image.load_full();
    let topics = &settings.topic_settings;
    let config_of = |partition: &TopicPartition| topics.resolve(&image, &partition.topic).log;
    let now = broker.clock.now();
    // A recovery may take minutes, and the quorum's connections live on the same runtime.
    let loaded = tokio::task::block_in_place(|| broker.replica_manager.logs().load_logs(&config_of, now))?;
    let dynamic = Arc::new(DynamicConfigs {
        configs: settings.configs.clone(),
        maintenance: settings.maintenance.clone(),
        connections: broker.network.quotas.clone(),
        replica_manager: broker.replica_manager.clone(),
        remote: broker.remote.clone(),
    });
    let (replica_manager, groups) = (broker.replica_manager.clone(), broker.groups.clone());
    let remote = broker.remote.clone();
    let taken_over = broker.metadata.install(move |image| {
        dynamic.take_over(image, now);
        replica_manager.take_over(image, loaded, now);
        groups.take_over(image);
        let mut publishers: Vec<Arc<dyn MetadataPublisher>> = vec![dynamic, replica_manager.clone(), groups];
        match remote {
            Some(remote) => {
                remote.take_over(image);
                publishers.push(remote);
            }
            None => tell_of_tiered_topics(image, &replica_manager),
        }
        Ok::<_, Infallible>(((), publishers))
    });
    let Ok(()) = taken_over.await?;
    Ok(())
}

/// A broker whose remote tier was turned off reads nothing of it, and takes nothing for deleted.
fn tell_of_tiered_topics(image: &MetadataImage, replica_manager: &ReplicaManager) {
    let is_tiered = |name: &str| replica_manager.settings_of(image, name).log.remote_storage_enable;
    let names = image.topics.iter().map(|topic| &*topic.name);
    let tiered: Vec<_> = names.filter(|name| is_tiered(name)).collect();
    if !tiered.is_empty() {
        tracing::error!(
            topics = tiered.join(", "),
            "topics are tiered and this broker has no remote tier: what is there cannot be read from it, nothing is copied, and local segments \
             stay for ever; set remote.log.storage.system.enable=true and eddyline.remote.store as before and start it again, or delete \
             these topics"
        );
    }
}

fn coordinator_parts(
    settings: &BootSettings,
    replica_manager: &Arc<ReplicaManager>,
    clock: Clock,
) -> CoordinatorParts {
    CoordinatorParts {
        node_id: settings.node_id,
        config: settings.groups,
        log: settings.offsets_log,
        memory: GroupMemory::new(settings.group_memory_bytes),
        replica_manager: replica_manager.clone(),
        clock,
    }
}

fn maintain(broker: &Broker, settings: &BootSettings, failure: Arc<Failure>) -> io::Result<LogMaintenance> {
    LogMaintenance::start(MaintenanceParts {
        metadata: broker.metadata.clone(),
        replica_manager: broker.replica_manager.clone(),
        settings: settings.maintenance.clone(),
        metadata_directory: settings.metadata_directory.clone(),
        failure,
        clock: broker.clock,
    })
}

fn assign_directories(broker: &Arc<Broker>) -> tokio::task::JoinHandle<()> {
    let assignments = DirectoryAssignments {
        directories: online_directories(&broker.replica_manager.logs()),
        replica_manager: broker.replica_manager.clone(),
        metadata: broker.metadata.clone(),
        lifecycle: broker.lifecycle.clone(),
        controller: broker.controller.another(),
    };
    assignments.start()
}

fn propose_in_sync(broker: &Arc<Broker>, replica_lag_max_ms: u64) -> tokio::task::JoinHandle<()> {
    let proposer = IsrProposer {
        replica_manager: broker.replica_manager.clone(),
        controller: broker.controller.another(),
        lifecycle: broker.lifecycle.clone(),
        replica_lag_max_ms,
        clock: broker.clock,
    };
    proposer.start()
}

/// Leaves in the bucket what a restore needs, and takes away what deleted topics left, where there is a remote tier.
fn look_after_bucket(broker: &Arc<Broker>) {
    let Some(remote) = &broker.remote else { return };
    let backup = ClusterBackup {
        node_id: broker.node_id,
        cluster_id: broker.cluster_id.clone(),
        image: broker.image.clone(),
        lifecycle: broker.lifecycle.clone(),
        groups: broker.groups.clone(),
        replica_manager: broker.replica_manager.clone(),
        times: remote.backup_times().clone(),
        interval: remote.settings().backup_interval,
        clock: broker.clock,
    };
    remote.run_with_store(|store| backup.run(store));
    remote.sweep_deleted_topics(broker.image.clone(), broker.controller.another());
}

/// None where no controller is, or nobody asked for it.
fn rebalance_continuously(
    broker: &Arc<Broker>,
    settings: &BootSettings,
) -> Option<tokio::task::JoinHandle<()>> {
    let every_ms = settings
        .rebalance_every_ms
        .filter(|_| settings.roles.is_controller())?;
    let rebalance = ContinuousRebalance {
        broker: broker.clone(),
        inter_broker_listener: settings.inter_broker_listener.clone(),
        mode: ContinuousMode::new(every_ms),
    };
    Some(rebalance.start())
}

fn follow_leaders(broker: &Broker, settings: ReplicaFetchSettings) -> ReplicaFetchers {
    ReplicaFetchers::start(FetcherParts {
        replica_manager: broker.replica_manager.clone(),
        image: broker.image.clone(),
        lifecycle: broker.lifecycle.clone(),
        settings,
        remote: broker.remote.clone(),
        clock: broker.clock,
    })
}

fn cluster_id_of(settings: &BootSettings) -> Result<ClusterId, BootError> {
    let path = &settings.metadata_directory;
    let properties = read_meta_properties(settings.fs.as_ref(), path)?
        .ok_or_else(|| DirectoryError::NotFormatted { path: path.clone() })?;
    Ok(properties.cluster_id)
}

pub(crate) fn open_directories(
    settings: &BootSettings,
    cluster_id: ClusterId,
) -> Result<LogManager, DirectoryError> {
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

/// Becomes a member of the quorum: reads what is on disk and begins to take part.
fn join_quorum(
    settings: &BootSettings,
    logs: &LogManager,
    cluster_id: &ClusterId,
    failure: Arc<Failure>,
    clock: Clock,
) -> Result<MetadataDriver, BootError> {
    let path = &settings.metadata_directory;
    let elsewhere = || BootError::MetadataElsewhere(path.clone());
    let directory = metadata_directory(settings, logs)?;
    let opened = MetadataLog::open(
        MetadataLogOptions {
            environment: logs.environment(path).ok_or_else(elsewhere)?,
            checkpoints: LogCheckpoints {
                previous_stop: directory.previous_stop(),
                ..directory.checkpoints_of(&metadata_partition())
            },
            configured_voters: configured_voters(settings),
            segment_bytes: settings.metadata_segment_bytes,
        },
        clock.now(),
    )?;
    let quorum = &settings.quorum;
    let raft = RaftSettings {
        replica: ReplicaKey::new(settings.node_id, directory.id()),
        cluster_id: cluster_id.clone(),
        listener: quorum.listener.clone(),
        endpoints: settings.voter_endpoints.clone(),
        kraft_version_range: KRAFT_VERSIONS,
        bootstrap_servers: quorum.bootstrap_servers.clone(),
        auto_join: quorum.auto_join,
        timeouts: quorum.timeouts,
        fetch_bytes_max: quorum.fetch_bytes_max,
        snapshot_bytes_max: quorum.snapshot_bytes_max,
        seed: random_seed()?,
    };
    Ok(MetadataDriver::start(MetadataParts {
        raft,
        opened,
        controller: settings.controller.clone(),
        config_rules: settings.config_rules.clone(),
        min_in_sync_replicas: settings.min_in_sync_replicas,
        sessions: settings.sessions,
        upkeep: settings.upkeep,
        snapshots: settings.snapshots,
        clock,
        failure,
    })?)
}

/// Who votes while nothing on disk says so: the members that are named, or this node alone if it knows nobody else.
fn configured_voters(settings: &BootSettings) -> VoterSet {
    let quorum = &settings.quorum;
    let is_alone = settings.roles == ProcessRoles::Combined && quorum.bootstrap_servers.is_empty();
    if !quorum.static_voters.is_empty() || !is_alone {
        return VoterSet::new(quorum.static_voters.clone());
    }
    VoterSet::new([Voter {
        id: settings.node_id,
        directory_id: DirectoryId::ZERO,
        endpoints: settings.voter_endpoints.clone(),
        kraft_version_range: KRAFT_VERSIONS,
    }])
}

/// Begins to register this node in its roles.
fn register(
    broker: &Arc<Broker>,
    settings: &BootSettings,
    addresses: &[(ListenerName, SocketAddr)],
) -> Result<(), BootError> {
    let incarnation_id = random_uuid()?;
    if settings.roles.is_controller() {
        let endpoints = &settings.voter_endpoints;
        let request = controller_registration::registration(settings.node_id, incarnation_id, endpoints);
        let channel = broker.controller.another();
        drop(tokio::spawn(controller_registration::register(channel, request)));
    }
    if settings.roles.is_broker() {
        let logs = broker.replica_manager.logs();
        broker.lifecycle.start(LifecycleParts {
            node_id: settings.node_id,
            cluster_id: broker.cluster_id.clone(),
            incarnation_id,
            listeners: advertised_endpoints(settings, addresses),
            rack: settings.rack.clone(),
            directories: online_directories(&logs),
            previous_epoch: previous_epoch(&logs),
            configs: settings.configs.clone(),
            settings: settings.lifecycle,
            controller: broker.controller.another(),
            metadata: broker.metadata.clone(),
        });
    }
    Ok(())
}

/// The epoch in which every log directory was stopped in order; none if one was not.
fn previous_epoch(logs: &LogManager) -> BrokerEpoch {
    let mut epochs = logs.directories().iter().map(LogDirectory::previous_broker_epoch);
    let first = epochs.next().unwrap_or(BrokerEpoch::NONE);
    match epochs.all(|epoch| epoch == first) {
        true => first,
        false => BrokerEpoch::NONE,
    }
}

fn online_directories(logs: &LogManager) -> Vec<OwnDirectory> {
    let online = logs
        .directories()
        .iter()
        .filter(|directory| !directory.health().is_offline());
    online
        .map(|directory| OwnDirectory {
            id: directory.id(),
            path: directory.path().to_path_buf(),
            health: directory.health().clone(),
        })
        .collect()
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
pub(crate) fn host_name() -> String {
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

    /// Where it listens as a controller.
    pub fn controller_addresses(&self) -> &[(ListenerName, SocketAddr)] {
        &self.controller_addresses
    }

    /// Where monitoring asks.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.early.http_address()
    }

    /// Where the operator asks.
    pub fn admin_service_address(&self) -> Option<SocketAddr> {
        self.early.admin_address()
    }

    /// How the last process that had the first directory ended.
    pub fn previous_stop(&self) -> PreviousStop {
        let logs = self.broker.replica_manager.logs();
        logs.directories()
            .first()
            .map_or(PreviousStop::Clean, broker_storage::LogDirectory::previous_stop)
    }

    /// Where it is said that the broker cannot go on.
    pub fn failure(&self) -> Arc<Failure> {
        self.failure.clone()
    }

    /// Waits until the broker cannot go on, and says why.
    pub async fn failed(&self) -> String {
        self.failure.declared().await
    }

    /// Stops: answers what was asked, for at most `grace`, and closes everything.
    pub async fn stop(self, grace: Duration) {
        self.early.unready();
        self.broker.lifecycle.controlled_shutdown(grace).await;
        self.broker.lifecycle.stop();
        self.early.stopping();
        self.broker.groups.dismiss_waiting();
        self.listeners.stop(grace).await;
        self.isr_proposer.abort();
        self.directory_assignments.abort();
        if let Some(task) = &self.continuous_rebalance {
            task.abort();
        }
        self.fetchers.stop().await;
        if let Some(remote) = &self.broker.remote {
            remote.stop();
        }
        let metadata_closed = self.broker.metadata.stop().await;
        if let Err(error) = &metadata_closed {
            tracing::error!(%error, "the metadata log was not closed");
        }
        tokio::task::block_in_place(|| {
            self.broker.groups.stop();
            self.maintenance.stop();
            let replica_manager = &self.broker.replica_manager;
            let metadata = metadata_closed
                .map(|()| self.broker.metadata.progress())
                .map_err(|_| metadata_partition());
            replica_manager.close(self.broker.clock.now(), self.broker.lifecycle.epoch(), metadata);
        });
        drop(self.broker);
        if self.write_back.is_finished() && self.write_back.join().is_err() {
            tracing::error!("the write-back thread had panicked");
        }
        self.early.stop().await;
    }
}
