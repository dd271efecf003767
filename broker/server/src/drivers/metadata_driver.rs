//! The thread that decides about metadata and writes the decisions down (ADR 6).
//!
//! Owns the controller and the metadata log. Decisions come through a bounded queue. Those that wait are made one
//! after the other, each on the image that the one before it left, and are made durable by one sync; then the
//! images are published in order, and only then are the answers released. So nobody sees, and nobody is told of,
//! what a power cut could take back (I22).
//!
//! ```text
//! decide -> append -> replay   decide -> append -> replay   sync   publish, answer   publish, answer
//! ```

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use broker_controller::{Outcome, QuorumController, Seed};
use broker_metadata::{MetadataChanges, MetadataImage};
use broker_model::{LeaderEpoch, Now, Offset};
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;
use super::metadata_log::{MetadataLog, MetadataLogError, Replayed, SnapshotPolicy};
use crate::clock::{Clock, random_bytes};

/// Decisions that may wait.
const QUEUE_LENGTH: usize = 1024;
/// Decisions that share one sync at most.
const GROUP_LENGTH: usize = 64;

/// Learns of every committed change, in order, on the metadata thread.
pub trait MetadataPublisher: fmt::Debug + Send + Sync {
    /// The image after the change, and what changed.
    fn publish(&self, image: &Arc<MetadataImage>, changes: &MetadataChanges, now: Now);
}

/// No decision can be made now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataUnavailable {
    /// The broker is stopping, or its metadata log failed.
    #[error("the controller does not answer: the broker is stopping")]
    Stopped,
    /// The records could not be written; nothing was decided.
    #[error("{0}")]
    NotWritten(String),
}

/// Everything that the thread owns.
#[derive(Debug)]
pub struct MetadataWriter {
    /// Decides.
    pub controller: QuorumController,
    /// Keeps.
    pub log: MetadataLog,
    /// When snapshots are taken.
    pub snapshots: SnapshotPolicy,
    /// Reads the time.
    pub clock: Clock,
    replayed: Vec<Replayed>,
}

impl MetadataWriter {
    /// A writer that leads its log.
    pub fn new(
        controller: QuorumController,
        log: MetadataLog,
        snapshots: SnapshotPolicy,
        clock: Clock,
    ) -> Self {
        Self {
            controller,
            log,
            snapshots,
            clock,
            replayed: Vec::new(),
        }
    }

    /// Makes a decision and writes it; it is durable after [`MetadataWriter::commit`].
    ///
    /// # Errors
    /// The records were not written.
    pub fn decide<R>(
        &mut self,
        decision: impl FnOnce(&QuorumController, Now, Seed) -> Outcome<R>,
    ) -> Result<R, MetadataLogError> {
        let now = self.clock.now();
        let outcome = decision(&self.controller, now, Seed::new(random_bytes(&self.clock)));
        let replayed = self.log.append(&mut self.controller, &outcome.records, now)?;
        self.replayed.extend(replayed);
        Ok(outcome.response)
    }

    /// Makes all decisions durable and hands out what they changed.
    ///
    /// # Errors
    /// The log directory failed.
    pub fn commit(&mut self) -> Result<Vec<Replayed>, MetadataLogError> {
        if self.replayed.is_empty() {
            return Ok(Vec::new());
        }
        self.log.commit(self.clock.now())?;
        Ok(std::mem::take(&mut self.replayed))
    }
}

/// Tells a decision's requester; called when the decision is durable and published.
type Release = Box<dyn FnOnce() + Send>;

/// A decision with its requester's way to be told; none if the requester was told already.
type Decide = Box<dyn FnOnce(&mut MetadataWriter) -> Option<Release> + Send>;

enum Step {
    Decide(Decide),
    Stop(oneshot::Sender<Result<(), String>>),
}

/// How far the metadata log has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuorumProgress {
    /// The epoch in which this node leads.
    pub leader_epoch: LeaderEpoch,
    /// Where the log ends; all of it is committed.
    pub log_end: Offset,
    /// When the last batch was committed.
    pub last_commit: Now,
}

/// A handle on the metadata thread; handlers ask it for decisions.
pub struct MetadataDriver {
    steps: mpsc::Sender<Step>,
    progress: Arc<Mutex<QuorumProgress>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for MetadataDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataDriver")
            .field("progress", &*self.progress.lock())
            .finish_non_exhaustive()
    }
}

impl MetadataDriver {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(
        writer: MetadataWriter,
        publishers: Vec<Arc<dyn MetadataPublisher>>,
        failure: Arc<Failure>,
    ) -> io::Result<Self> {
        let (steps, queue) = mpsc::channel(QUEUE_LENGTH);
        let progress = Arc::new(Mutex::new(progress_of(&writer)));
        let mut thread = MetadataThread {
            writer,
            queue,
            publishers,
            progress: progress.clone(),
            failure,
        };
        let thread = std::thread::Builder::new()
            .name("metadata".into())
            .spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| thread.run())).is_err() {
                    thread.failure.declare("the metadata thread panicked");
                }
            })?;
        Ok(Self {
            steps,
            progress,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Makes a decision, and answers when it is durable and published.
    ///
    /// # Errors
    /// Nothing was decided.
    pub async fn decide<R: Send + 'static>(
        &self,
        decision: impl FnOnce(&QuorumController, Now, Seed) -> Outcome<R> + Send + 'static,
    ) -> Result<R, MetadataUnavailable> {
        let (answer, answered) = oneshot::channel();
        let step = Step::Decide(Box::new(move |writer| match writer.decide(survived(decision)) {
            Ok(Ok(response)) => Some(Box::new(move || drop(answer.send(Ok(response)))) as Release),
            Ok(Err(panicked)) => {
                drop(answer.send(Err(panicked)));
                None
            }
            Err(error) => {
                tracing::error!(%error, "a decision about metadata was not written");
                drop(answer.send(Err(MetadataUnavailable::NotWritten(error.to_string()))));
                None
            }
        }));
        let stopped = |_| MetadataUnavailable::Stopped;
        self.steps
            .send(step)
            .await
            .map_err(|_| MetadataUnavailable::Stopped)?;
        answered.await.map_err(stopped)?
    }

    /// How far the log has come.
    pub fn progress(&self) -> QuorumProgress {
        *self.progress.lock()
    }

    /// Finishes what waits, closes the log and ends the thread.
    ///
    /// # Errors
    /// The log could not be closed cleanly.
    pub async fn stop(&self) -> Result<(), String> {
        let (done, stopped) = oneshot::channel();
        if self.steps.send(Step::Stop(done)).await.is_err() {
            return Err("the metadata log had failed".into());
        }
        let closed = stopped
            .await
            .unwrap_or_else(|_| Err("the metadata log had failed".into()));
        let thread = self.thread.lock().take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            return Err("the metadata thread panicked".into());
        }
        closed
    }
}

/// A decision whose panic refuses it: it had changed nothing yet.
fn survived<R>(
    decision: impl FnOnce(&QuorumController, Now, Seed) -> Outcome<R>,
) -> impl FnOnce(&QuorumController, Now, Seed) -> Outcome<Result<R, MetadataUnavailable>> {
    move |controller, now, seed| match catch_unwind(AssertUnwindSafe(|| decision(controller, now, seed))) {
        Ok(outcome) => Outcome::new(outcome.records, Ok(outcome.response)),
        Err(_) => {
            tracing::error!("a decision about metadata panicked");
            let why = "the controller made a mistake; nothing was decided";
            Outcome::answer(Err(MetadataUnavailable::NotWritten(why.to_owned())))
        }
    }
}

fn progress_of(writer: &MetadataWriter) -> QuorumProgress {
    QuorumProgress {
        leader_epoch: writer.log.epoch(),
        log_end: writer.log.log_end(),
        last_commit: writer.clock.now(),
    }
}

struct MetadataThread {
    writer: MetadataWriter,
    queue: mpsc::Receiver<Step>,
    publishers: Vec<Arc<dyn MetadataPublisher>>,
    progress: Arc<Mutex<QuorumProgress>>,
    failure: Arc<Failure>,
}

impl MetadataThread {
    fn run(&mut self) {
        while let Some(first) = self.queue.blocking_recv() {
            let mut releases = Vec::new();
            let mut stop = None;
            let mut next = Some(first);
            let mut taken = 0;
            while let Some(step) = next {
                match step {
                    Step::Decide(decide) => releases.extend(decide(&mut self.writer)),
                    Step::Stop(done) => {
                        stop = Some(done);
                        break;
                    }
                }
                taken += 1;
                next = (taken < GROUP_LENGTH)
                    .then(|| self.queue.try_recv().ok())
                    .flatten();
            }
            if let Err(error) = self.commit_and_publish() {
                self.failure.declare(format!("metadata log: {error}"));
                return;
            }
            for release in releases {
                release();
            }
            if let Some(done) = stop {
                let closed = self.writer.log.close(self.writer.clock.now());
                drop(done.send(closed.map_err(|error| error.to_string())));
                return;
            }
        }
    }

    fn commit_and_publish(&mut self) -> Result<(), MetadataLogError> {
        let committed = self.writer.commit()?;
        if committed.is_empty() {
            return Ok(());
        }
        let now = self.writer.clock.now();
        *self.progress.lock() = progress_of(&self.writer);
        for replayed in &committed {
            for publisher in &self.publishers {
                publisher.publish(&replayed.image, &replayed.changes, now);
            }
        }
        let image = self.writer.controller.image();
        self.writer.log.snapshot_if_due(image, self.writer.snapshots, now)
    }
}
