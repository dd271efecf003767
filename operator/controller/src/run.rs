//! The process: connects, waits for the Lease, watches, and ends in order.

use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim, Pod, Service};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, PartialObjectMeta};
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{self, ObjectRef, Store};
use kube::runtime::watcher::Event;
use kube::runtime::{PredicateConfig, WatchStreamExt, watcher};
use kube::{Client, Resource, ResourceExt};
use operator_api::condition::AVAILABLE;
use operator_api::{KafkaCluster, KafkaRebalance, Topic, labels};
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use crate::brokers::{Brokers, LiveBrokers};
use crate::context::{Context, Mode, Recent, TOPIC_WRITES, Unlisted};
use crate::error::{OperatorError, RetryClass};
use crate::events::Events;
use crate::http::{self, Pages};
use crate::kubernetes::Kubernetes;
use crate::lease::{self, Election};
use crate::metrics::Outcome;
use crate::permissions;
use crate::retry::{self, Attempts};
use crate::settings::{Arguments, Command, LogFormat, RunArguments};
use crate::topic::claims::Claims;
use crate::{cluster, rebalance, topic};

/// Longest time of one pass.
const PASS: Duration = Duration::from_secs(120);
/// Where `kubectl apply` keeps another copy of an object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Runs the command that the process was started with.
pub fn main(arguments: Arguments) -> ExitCode {
    match arguments.command {
        Command::Rbac => {
            print!("{}", permissions::file());
            ExitCode::SUCCESS
        }
        Command::Run(arguments) => {
            log(arguments.log_format);
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build();
            let ended = match runtime {
                Ok(runtime) => runtime.block_on(run(*arguments)),
                Err(error) => Err(OperatorError::Ended(format!("no threads: {error}"))),
            };
            match ended {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    error!(%error, "the operator ends");
                    ExitCode::FAILURE
                }
            }
        }
    }
}

fn log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    match format {
        LogFormat::Text => lines.with_ansi(false).init(),
        LogFormat::Json => lines.json().init(),
    }
}

async fn run(arguments: RunArguments) -> Result<(), OperatorError> {
    // An installed provider is there already only if this was called before.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let pages = Pages::default();
    let served = tokio::spawn(http::serve(arguments.http_listener, pages.clone()));
    let unreachable =
        |error: kube::Error| OperatorError::Ended(format!("Kubernetes is not reached: {error}"));
    let client = Client::try_default().await.map_err(unreachable)?;
    let version = client.apiserver_version().await.map_err(unreachable)?;
    pages.ready.store(true, Ordering::Release);
    info!(kubernetes = version.git_version, "connected");
    let election = Election::new(
        client.clone(),
        &arguments.namespace,
        &arguments.identity,
        arguments.lease(),
    );
    let told_to_end = end_signal();
    tokio::pin!(told_to_end);
    let act = async |stopped| {
        let (client, arguments) = (client.clone(), arguments.clone());
        let brokers = match LiveBrokers::start() {
            Ok(brokers) => brokers,
            Err(error) => return warn!(%error, "nothing can be done"),
        };
        // A task of its own, so that much to do never keeps the Lease from being renewed; it goes with this set.
        let mut passes = JoinSet::new();
        passes.spawn(control(client, arguments, (pages.clone(), brokers), stopped));
        while passes.join_next().await.is_some() {}
    };
    let led = |leads| pages.metrics.leads(leads);
    let acts = async {
        match arguments.leader_election && !arguments.dry_run {
            true => election.lead(told_to_end.as_mut(), led, act).await,
            false => {
                led(true);
                lease::until_told(told_to_end.as_mut(), act).await;
            }
        }
    };
    tokio::select! {
        () = acts => Ok(()),
        ended = served => ended.unwrap_or_else(|error| Err(OperatorError::Ended(error.to_string()))),
    }
}

async fn end_signal() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                warn!(%error, "the signal to end cannot be heard");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// The watches of one namespace, or of all.
struct Watches {
    /// Clusters as passes over other kinds see them.
    known: Store<KafkaCluster>,
    clusters: Controller<KafkaCluster>,
    topics: Controller<Topic>,
    /// Who is for which topic.
    claims: Arc<Mutex<Claims>>,
    rebalances: Controller<KafkaRebalance>,
}

async fn control(
    client: Client,
    arguments: RunArguments,
    (pages, brokers): (Pages, LiveBrokers),
    stopped: watch::Receiver<bool>,
) {
    let namespaces: Vec<Option<String>> = match arguments.watch_namespaces.iter().any(|name| !name.is_empty())
    {
        true => arguments.watch_namespaces.iter().cloned().map(Some).collect(),
        false => vec![None],
    };
    let unlisted = Unlisted::default();
    let watches: Vec<Watches> = namespaces
        .iter()
        .map(|namespace| watches(&client, namespace.as_deref(), &arguments, &unlisted))
        .collect();
    let context = Arc::new(Context {
        kubernetes: Kubernetes::new(client.clone()),
        brokers,
        settings: arguments.plan_settings(),
        mode: if arguments.dry_run {
            Mode::DryRun
        } else {
            Mode::Act
        },
        clusters: watches.iter().map(|watches| watches.known.clone()).collect(),
        topics: watches
            .iter()
            .map(|watches| Arc::clone(&watches.claims))
            .collect(),
        unlisted,
        addresses: Recent::default(),
        namespaces: Recent::default(),
        topic_writes: Semaphore::new(TOPIC_WRITES),
        topics_again: Duration::from_secs(arguments.topic_seconds),
        events: Events::new(client, &arguments.identity),
        metrics: pages.metrics,
        attempts: Attempts::default(),
    });
    let runs = watches.into_iter().map(|watches| {
        let context = &context;
        let until = |mut stopped: watch::Receiver<bool>| async move {
            // A sender that is gone means the end as well.
            drop(stopped.wait_for(|stopped| *stopped).await);
        };
        let clusters = watches.clusters.graceful_shutdown_on(until(stopped.clone()));
        let topics = watches.topics.graceful_shutdown_on(until(stopped.clone()));
        let rebalances = watches.rebalances.graceful_shutdown_on(until(stopped.clone()));
        async move {
            futures::join!(
                drained(clusters.run(
                    |object, context| pass("KafkaCluster", object, context, cluster::reconcile),
                    failed_pass,
                    Arc::clone(context),
                )),
                drained(topics.run(
                    |object, context| pass("Topic", object, context, topic::reconcile),
                    failed_pass,
                    Arc::clone(context),
                )),
                drained(rebalances.run(
                    |object, context| pass("KafkaRebalance", object, context, rebalance::reconcile),
                    failed_pass,
                    Arc::clone(context),
                )),
            );
        }
    });
    futures::future::join_all(runs).await;
}

/// What a controller reports was told where it happened.
async fn drained(stream: impl Stream) {
    stream.for_each(async |_| {}).await;
}

fn api<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    }
}

/// Objects by kind, with what else wakes a pass over them. Of children only the metadata are watched.
fn watches(
    client: &Client,
    namespace: Option<&str>,
    arguments: &RunArguments,
    unlisted: &Unlisted,
) -> Watches {
    let own = match &arguments.watch_selector {
        Some(selector) => watcher::Config::default().labels(selector),
        None => watcher::Config::default(),
    };
    let config = Config::default()
        .debounce(Duration::from_millis(100))
        .concurrency(arguments.concurrent_passes);
    let clusters = Controller::new(api::<KafkaCluster>(client, namespace), own.clone())
        .with_config(config.clone())
        .watches_stream(children::<StatefulSet>(client, namespace), owner)
        .watches_stream(children::<Pod>(client, namespace), owner)
        .watches_stream(children::<PersistentVolumeClaim>(client, namespace), owner)
        .watches_stream(children::<Service>(client, namespace), owner)
        .watches_stream(children::<ConfigMap>(client, namespace), owner);
    let (attached, writer) = reflector::store();
    let all_topics = watcher(api::<Topic>(client, namespace), own.clone()).modify(without_history);
    let claims = Arc::<Mutex<Claims>>::default();
    let indexed = {
        let (claims, attached) = (Arc::clone(&claims), attached.clone());
        move |event: &Event<Topic>| {
            let mut claims = claims.lock().unwrap_or_else(PoisonError::into_inner);
            claims.follow(event, &attached);
        }
    };
    let own_topics = noted(all_topics, (writer, indexed), unlisted)
        .predicate_filter(what_a_topic_asks, PredicateConfig::default());
    let (known, writer) = reflector::store();
    let all_clusters = watcher(api::<KafkaCluster>(client, namespace), watcher::Config::default());
    let serving = noted(all_clusters, (writer, |_: &Event<KafkaCluster>| {}), unlisted)
        .predicate_filter(what_topics_need, PredicateConfig::default());
    let of_it = attached.clone();
    let topics = Controller::for_stream(own_topics, attached)
        .with_config(config.clone().concurrency(arguments.concurrent_topic_passes))
        .watches_stream(serving, move |cluster: KafkaCluster| {
            attached_to(&of_it, &cluster)
        });
    let rebalances = Controller::new(api::<KafkaRebalance>(client, namespace), own).with_config(config);
    Watches {
        known,
        clusters,
        topics,
        claims,
        rebalances,
    }
}

/// Metadata of children of one kind, whatever changes of them.
fn children<K>(
    client: &Client,
    namespace: Option<&str>,
) -> impl Stream<Item = Result<PartialObjectMeta<K>, watcher::Error>> + Send + use<K>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + DeserializeOwned
        + Debug
        + Send
        + Sync
        + 'static,
{
    let selected = watcher::Config::default().labels(labels::CLUSTER);
    let api: Api<PartialObjectMeta<K>> = match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    };
    watcher(api, selected).default_backoff().touched_objects()
}

fn owner<K: Resource<DynamicType = ()>>(child: PartialObjectMeta<K>) -> Option<ObjectRef<KafkaCluster>> {
    let cluster = child.labels().get(labels::CLUSTER)?;
    Some(ObjectRef::new(cluster).within(&child.namespace()?))
}

/// A watch that fills a store and what is kept beside it, and says when it has listed everything for the first time.
fn noted<K>(
    events: impl Stream<Item = watcher::Result<Event<K>>> + Send + 'static,
    (writer, mut beside): (Writer<K>, impl FnMut(&Event<K>) + Send + 'static),
    unlisted: &Unlisted,
) -> BoxStream<'static, watcher::Result<K>>
where
    K: Resource<DynamicType = ()> + Clone + Send + Sync + 'static,
{
    let mut note = Some(unlisted.one());
    let filled = events.default_backoff().reflect(writer).inspect(move |event| {
        if let Ok(event) = event {
            beside(event);
        }
        if matches!(event, Ok(Event::InitDone)) {
            drop(note.take());
        }
    });
    Box::pin(filled.touched_objects())
}

fn attached_to(topics: &Store<Topic>, cluster: &KafkaCluster) -> Vec<ObjectRef<Topic>> {
    let key = ObjectRef::from_obj(cluster);
    let all = topics.state().into_iter();
    let of_it = all.filter(|object| {
        topic::cluster_key(&object.spec.cluster_ref, &object.namespace().unwrap_or_default()) == key
    });
    of_it.map(|object| ObjectRef::from_obj(object.as_ref())).collect()
}

/// Who wrote which field when is most of an object, and of no interest to a plan.
fn without_history(topic: &mut Topic) {
    topic.managed_fields_mut().clear();
    topic.annotations_mut().remove(LAST_APPLIED);
}

/// Changes when what a topic should be does, or when its object goes: not with its status, which the passes write.
fn what_a_topic_asks(topic: &Topic) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    (
        topic.metadata.generation,
        topic.metadata.deletion_timestamp.is_some(),
        topic.finalizers(),
    )
        .hash(&mut hasher);
    Some(hasher.finish())
}

/// Changes when a cluster's specification or availability does: nothing else matters to topics.
fn what_topics_need(cluster: &KafkaCluster) -> Option<u64> {
    let conditions = cluster.status.as_ref().map(|status| &status.conditions);
    let available = conditions
        .into_iter()
        .flatten()
        .find(|condition| condition.type_ == AVAILABLE);
    let mut hasher = DefaultHasher::new();
    (
        cluster.metadata.generation,
        &cluster.metadata.uid,
        cluster.metadata.deletion_timestamp.is_some(),
        available.map(|condition| &condition.status),
    )
        .hash(&mut hasher);
    Some(hasher.finish())
}

/// One pass, bounded in time and counted.
async fn pass<B, K, Ran>(
    kind: &'static str,
    object: Arc<K>,
    context: Arc<Context<B>>,
    reconcile: impl FnOnce(Arc<K>, Arc<Context<B>>) -> Ran,
) -> Result<Action, OperatorError>
where
    B: Brokers,
    K: Resource<DynamicType = ()>,
    Ran: Future<Output = Result<Action, OperatorError>>,
{
    let name = label(kind, object.as_ref());
    context.metrics.began(&name, Timestamp::now().as_second());
    let began = tokio::time::Instant::now();
    let late = OperatorError::Late {
        seconds: PASS.as_secs(),
    };
    let ended = tokio::time::timeout(PASS, reconcile(object, Arc::clone(&context))).await;
    let ended = ended.unwrap_or(Err(late));
    let outcome = match &ended {
        Ok(_) => {
            context.attempts.done(&name);
            Outcome::Done
        }
        Err(_) => Outcome::Failed,
    };
    context.metrics.ended(kind, &name, outcome, began.elapsed());
    ended
}

fn label<K: Resource<DynamicType = ()>>(kind: &str, object: &K) -> String {
    format!(
        "{kind} {}/{}",
        object.namespace().unwrap_or_default(),
        object.name_any()
    )
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the controller gives its objects away"
)]
fn failed_pass<B: Brokers, K: Resource<DynamicType = ()>>(
    object: Arc<K>,
    error: &OperatorError,
    context: Arc<Context<B>>,
) -> Action {
    let name = label(&K::kind(&()), object.as_ref());
    let class = error.class();
    let failures = match class {
        RetryClass::Conflict => 0,
        RetryClass::Forbidden | RetryClass::Transient => context.attempts.failed(&name),
    };
    let wait = retry::wait(class, failures, &name);
    if class != RetryClass::Conflict {
        warn!(object = name, %error, failures, wait_ms = wait.as_millis(), "a pass failed and is repeated");
    }
    Action::requeue(wait)
}
