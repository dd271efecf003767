//! This node's part in the cluster's metadata: a member of the quorum, perhaps the active controller, and the image
//! of what is committed (ADR 8, ADR 9).
//!
//! Owns two threads. `metadata` runs the quorum (`broker_raft`) over the log on disk and, while this node leads, the
//! controller; all steps that wait share one sync. `metadata-image` replays what is committed and tells the
//! publishers, so that a slow one never holds up an election. A decision is answered when its records are committed
//! and published here (I22): nobody is told of what a power cut or another leader could take back.
//!
//! ```text
//! decide ─► replay ─► append ─┬─► sync ─► high watermark ─► image, publishers ─► answer
//!                             └─► fetches of the other members
//! ```

mod active_controller;
mod node;
mod peers;
mod publisher;
mod steps;

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use broker_controller::{
    BrokerSessions, ConfigRules, ControllerSettings, Outcome, QuorumController, Seed, SessionLimits,
    UpkeepSettings,
};
use broker_metadata::{MetadataChanges, MetadataImage};
use broker_model::{BrokerEpoch, BrokerId, HighWatermark, LeaderEpoch, Now, Offset};
use broker_quorum::{MetadataLogError, OpenedMetadataLog, SnapshotPolicy, metadata_partition};
use broker_raft::{HostAndPort, QuorumStanding, RaftRequest, RaftResponse, RaftSettings};
use broker_storage::LogProgress;
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

use super::failure::Failure;
use crate::clock::Clock;
use active_controller::{Decided, Settled};
use node::QuorumNode;
use publisher::Publisher;
use steps::{Step, StepSender};

/// Learns of every committed change, in order, on the thread of the image.
pub trait MetadataPublisher: fmt::Debug + Send + Sync {
    /// The image after the change, and what changed.
    fn publish(&self, image: &Arc<MetadataImage>, changes: &MetadataChanges, now: Now);
}

/// This node cannot take part in the quorum.
#[derive(Debug, thiserror::Error)]
pub enum MetadataStartError {
    /// Its log cannot be read or written.
    #[error(transparent)]
    Log(#[from] MetadataLogError),
    /// The system gives no thread.
    #[error("the system gives no thread for the metadata: {0}")]
    NoThread(io::Error),
}

/// No decision can be made now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataUnavailable {
    /// The node is stopping, or its metadata log failed.
    #[error("the controller does not answer: the broker is stopping")]
    Stopped,
    /// The records could not be written; nothing was decided.
    #[error("{0}")]
    NotWritten(String),
    /// Another node is the active controller, or nobody is yet. What was decided here may still come to be committed.
    #[error("this node is not the active controller")]
    NotController,
}

/// Who is the active controller, as this node knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumView {
    /// The leader of the quorum.
    pub leader: Option<BrokerId>,
    /// Its epoch.
    pub leader_epoch: LeaderEpoch,
    /// Where it listens.
    pub leader_address: Option<HostAndPort>,
    /// Where decisions are made.
    pub active: ActiveController,
}

/// Where decisions are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActiveController {
    /// By this node.
    ThisNode,
    /// By another one, or by nobody yet.
    Elsewhere,
}

/// The quorum as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumDescription {
    /// The leader.
    pub leader: BrokerId,
    /// Its epoch.
    pub leader_epoch: LeaderEpoch,
    /// Below which offset everything is committed.
    pub high_watermark: HighWatermark,
    /// How far everybody is.
    pub standing: QuorumStanding,
}

/// What the threads are made of.
#[derive(Debug)]
pub struct MetadataParts {
    /// This node as a member of the quorum.
    pub raft: RaftSettings,
    /// What is on disk.
    pub opened: OpenedMetadataLog,
    /// What a controller is told.
    pub controller: ControllerSettings,
    /// Says which configs are valid.
    pub config_rules: Arc<dyn ConfigRules>,
    /// `min.insync.replicas`, which a new cluster keeps as a cluster-wide value.
    pub min_in_sync_replicas: i32,
    /// When brokers count as gone.
    pub sessions: SessionLimits,
    /// What a controller does unasked, and how often.
    pub upkeep: UpkeepSettings,
    /// When snapshots are taken.
    pub snapshots: SnapshotPolicy,
    /// Tells the time.
    pub clock: Clock,
    /// Where it is said that the node cannot go on.
    pub failure: Arc<Failure>,
}

/// How far the committed metadata has come on this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedTo {
    /// Offset after the last record that is in the image.
    pub next_offset: Offset,
}

/// A handle on the metadata threads.
pub struct MetadataDriver {
    steps: StepSender,
    image: Arc<ArcSwap<MetadataImage>>,
    published: watch::Receiver<PublishedTo>,
    view: watch::Receiver<QuorumView>,
    committed: Arc<AtomicI64>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl fmt::Debug for MetadataDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataDriver")
            .field("view", &*self.view.borrow())
            .finish_non_exhaustive()
    }
}

impl MetadataDriver {
    /// Starts the threads; other members are asked on the runtime that this is called in.
    ///
    /// # Errors
    /// The system gives no thread, or what is on disk breaks the quorum's rules.
    pub fn start(parts: MetadataParts) -> Result<Self, MetadataStartError> {
        let first_image = Arc::new(parts.opened.image.clone());
        let image = Arc::new(ArcSwap::new(first_image));
        let (steps, queue) = steps::queue();
        let failure = parts.failure.clone();
        let publisher = Publisher::new(&parts, image.clone(), steps.clone());
        let published = publisher.published();
        let committed = Arc::new(AtomicI64::new(0));
        let (outbox, publications) = publisher::queue();
        let (node, view) = QuorumNode::new(
            parts,
            (steps.clone(), queue),
            outbox,
            (publisher.base(), committed.clone()),
        )?;
        let failed = failure.clone();
        let threads = vec![
            spawn("metadata-image", failed, move || publisher.run(&publications))?,
            spawn("metadata", failure, move || node.run())?,
        ];
        Ok(Self {
            steps,
            image,
            published,
            view,
            committed,
            threads: Mutex::new(threads),
        })
    }

    /// What is committed and published here.
    pub fn image(&self) -> Arc<ArcSwap<MetadataImage>> {
        self.image.clone()
    }

    /// Waits until everything before the offset is in the image.
    ///
    /// # Errors
    /// The node stops.
    pub async fn published_to(&self, offset: Offset) -> Result<(), MetadataUnavailable> {
        let mut published = self.published.clone();
        let reached = published
            .wait_for(|published| published.next_offset >= offset)
            .await;
        reached.map(drop).map_err(|_| MetadataUnavailable::Stopped)
    }

    /// How far the image has come.
    pub fn published(&self) -> PublishedTo {
        *self.published.borrow()
    }

    /// What the checkpoint of recovery points says of the log: what is committed is on this device and is never cut, so
    /// that damage before it is damage and no torn write (I24).
    pub fn progress(&self) -> LogProgress {
        LogProgress {
            partition: metadata_partition(),
            recovery_point: Offset::new(self.committed.load(Ordering::Acquire)),
            log_start: None,
            high_watermark: None,
        }
    }

    /// Who is the active controller; changes are told.
    pub fn quorum(&self) -> watch::Receiver<QuorumView> {
        self.view.clone()
    }

    /// Adds publishers, between two changes: `make` sees the image as it is, they learn of every later change.
    ///
    /// # Errors
    /// The node stops.
    pub async fn install<T: Send + 'static, E: Send + 'static>(
        &self,
        make: impl FnOnce(&Arc<MetadataImage>) -> Result<(T, Vec<Arc<dyn MetadataPublisher>>), E> + Send + 'static,
    ) -> Result<Result<T, E>, MetadataUnavailable> {
        let (answer, answered) = oneshot::channel();
        let install = Box::new(move |image: &Arc<MetadataImage>| match make(image) {
            Ok((made, publishers)) => {
                drop(answer.send(Ok(made)));
                publishers
            }
            Err(error) => {
                drop(answer.send(Err(error)));
                Vec::new()
            }
        });
        self.steps.send(Step::Install(install)).await?;
        answered.await.map_err(|_| MetadataUnavailable::Stopped)
    }

    /// Makes a decision, and answers when it is committed and published.
    ///
    /// # Errors
    /// Nothing was decided; or, by [`MetadataUnavailable::NotController`], it is not known whether it will be.
    pub async fn decide<R: Send + 'static>(
        &self,
        decision: impl FnOnce(&QuorumController, Now, Seed) -> Outcome<R> + Send + 'static,
    ) -> Result<R, MetadataUnavailable> {
        self.decide_with_sessions(move |controller, _sessions, now, seed| decision(controller, now, seed))
            .await
    }

    /// Makes a decision that looks at, or notes, when brokers were heard.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub async fn decide_with_sessions<R: Send + 'static>(
        &self,
        decision: impl FnOnce(&QuorumController, &mut BrokerSessions, Now, Seed) -> Outcome<R> + Send + 'static,
    ) -> Result<R, MetadataUnavailable> {
        let (answer, answered) = oneshot::channel();
        let decide: steps::Decide = Box::new(move |active, now, seed| {
            let Some((controller, sessions)) = active else {
                drop(answer.send(Err(MetadataUnavailable::NotController)));
                return None;
            };
            let decided = catch_unwind(AssertUnwindSafe(|| decision(controller, sessions, now, seed)));
            let Ok(outcome) = decided else {
                tracing::error!("a decision about metadata panicked");
                let why = "the controller made a mistake; nothing was decided";
                drop(answer.send(Err(MetadataUnavailable::NotWritten(why.to_owned()))));
                return None;
            };
            let response = outcome.response;
            let release = Box::new(move |settled| {
                drop(answer.send(match settled {
                    Settled::Committed => Ok(response),
                    Settled::Lost => Err(MetadataUnavailable::NotController),
                    Settled::NotWritten(why) => Err(MetadataUnavailable::NotWritten(why)),
                }));
            });
            Some(Decided {
                records: outcome.records,
                release,
            })
        });
        self.steps.send(Step::Decide(decide)).await?;
        answered.await.map_err(|_| MetadataUnavailable::Stopped)?
    }

    /// Puts a request of another member, or of an administrator, to the quorum.
    ///
    /// # Errors
    /// The node stops.
    pub async fn ask_quorum(
        &self,
        api_version: i16,
        request: RaftRequest,
    ) -> Result<RaftResponse, MetadataUnavailable> {
        let (answer, answered) = oneshot::channel();
        self.steps
            .send(Step::Request {
                api_version,
                request: Box::new(request),
                answer,
            })
            .await?;
        answered.await.map_err(|_| MetadataUnavailable::Stopped)
    }

    /// Says that the connection ended through which that broker sent its heartbeats.
    pub fn connection_broke(&self, broker: BrokerId, epoch: BrokerEpoch) {
        self.steps.tell(Step::ConnectionBroke(broker, epoch));
    }

    /// The quorum as its leader sees it.
    ///
    /// # Errors
    /// This node does not lead, or stops.
    pub async fn describe_quorum(&self) -> Result<QuorumDescription, MetadataUnavailable> {
        let (answer, answered) = oneshot::channel();
        self.steps.send(Step::Describe(answer)).await?;
        let description = answered.await.map_err(|_| MetadataUnavailable::Stopped)?;
        description.ok_or(MetadataUnavailable::NotController)
    }

    /// Hands leadership over if this node leads, finishes what waits, closes the log and ends the threads.
    ///
    /// # Errors
    /// The log could not be closed cleanly.
    pub async fn stop(&self) -> Result<(), String> {
        let failed = || "the metadata log had failed".to_owned();
        let (done, stopped) = oneshot::channel();
        self.steps.send(Step::Stop(done)).await.map_err(|_| failed())?;
        let closed = stopped.await.unwrap_or_else(|_| Err(failed()));
        let threads = std::mem::take(&mut *self.threads.lock());
        for thread in threads {
            if thread.join().is_err() {
                return Err("a metadata thread panicked".into());
            }
        }
        closed
    }
}

fn spawn(
    name: &'static str,
    failure: Arc<Failure>,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, MetadataStartError> {
    let guarded = move || {
        if catch_unwind(AssertUnwindSafe(run)).is_err() {
            failure.declare(format!("the thread {name} panicked"));
        }
    };
    let started: io::Result<_> = std::thread::Builder::new().name(name.into()).spawn(guarded);
    started.map_err(MetadataStartError::NoThread)
}
