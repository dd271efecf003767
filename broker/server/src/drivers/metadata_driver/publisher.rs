//! The thread that replays what is committed, tells the publishers and then whoever waits for an answer.
//!
//! Owns the image as far as this node has published it. Invariant: it only ever sees committed records, in order; an
//! image is visible to handlers when every publisher has been told of it. New topics that wait together are told
//! together, because making their logs is waiting for the disk. Snapshots are written here, because here is an image
//! that changes no more while it is written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use arc_swap::ArcSwap;
use broker_metadata::metadata_log::read_batches;
use broker_metadata::{MetadataChanges, MetadataImage, MetadataLoader};
use broker_model::Offset;
use broker_raft::SnapshotVoters;
use broker_storage::StorageError;
use bytes::Bytes;
use tokio::sync::watch;

use super::active_controller::{Release, Settled};
use super::steps::{Install, Step, StepSender};
use super::{MetadataParts, MetadataPublisher, PublishedTo};
use crate::clock::Clock;
use crate::drivers::failure::Failure;
use broker_quorum::{MetadataLogError, SnapshotWriter};

/// Publications that may wait.
const QUEUE_LENGTH: usize = 32;

/// One thing to publish.
pub(super) enum Publication {
    /// Committed batches, and the answers that they release.
    Records(Bytes, Vec<Release>),
    /// Take a snapshot of everything published so far.
    Snapshot(SnapshotVoters),
    /// A snapshot took the place of the log.
    Reset(Box<MetadataImage>),
    /// More publishers.
    Install(Install),
    /// Nothing comes any more.
    Stop,
}

/// The way to the thread.
pub(super) struct Outbox {
    queue: SyncSender<Publication>,
    is_wanted: Arc<AtomicBool>,
}

/// What the thread reads from.
pub(super) struct Publications {
    queue: Receiver<Publication>,
    is_wanted: Arc<AtomicBool>,
}

pub(super) fn queue() -> (Outbox, Publications) {
    let (sender, receiver) = sync_channel(QUEUE_LENGTH);
    let is_wanted = Arc::new(AtomicBool::new(false));
    (
        Outbox {
            queue: sender,
            is_wanted: is_wanted.clone(),
        },
        Publications {
            queue: receiver,
            is_wanted,
        },
    )
}

impl Outbox {
    /// Hands it over if there is room; else it comes back, and [`Step::PublisherReady`] tells when there is.
    pub(super) fn offer(&self, publication: Publication) -> Result<(), Publication> {
        match self.queue.try_send(publication) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(publication)) => {
                self.is_wanted.store(true, Ordering::SeqCst);
                // Room may have come between the attempt and the wish for it.
                self.queue.try_send(publication).map_err(|error| match error {
                    TrySendError::Full(publication) | TrySendError::Disconnected(publication) => publication,
                })
            }
            Err(TrySendError::Disconnected(_)) => Ok(()),
        }
    }

    /// Ends the thread when it has published everything.
    pub(super) fn finish(&self) {
        drop(self.queue.send(Publication::Stop));
    }
}

/// The thread's state.
pub(super) struct Publisher {
    loader: MetadataLoader,
    publishers: Vec<Arc<dyn MetadataPublisher>>,
    image: Arc<ArcSwap<MetadataImage>>,
    base: Arc<ArcSwap<MetadataImage>>,
    progress: watch::Sender<PublishedTo>,
    snapshots: SnapshotWriter,
    untold: Option<Untold>,
    /// Who waits for what is not told yet.
    releases: Vec<Release>,
    steps: StepSender,
    clock: Clock,
    failure: Arc<Failure>,
}

/// What was replayed and is not told yet.
struct Untold {
    changes: MetadataChanges,
    /// The image with the changes.
    image: Arc<MetadataImage>,
    next_offset: Offset,
    in_transaction: bool,
}

impl Publisher {
    pub(super) fn new(parts: &MetadataParts, image: Arc<ArcSwap<MetadataImage>>, steps: StepSender) -> Self {
        let loader = MetadataLoader::new(parts.opened.image.clone());
        let next_offset = loader.next_offset();
        Self {
            loader,
            publishers: Vec::new(),
            base: Arc::new(ArcSwap::new(image.load_full())),
            image,
            progress: watch::Sender::new(PublishedTo { next_offset }),
            snapshots: parts.opened.snapshots.writer(),
            untold: None,
            releases: Vec::new(),
            steps,
            clock: parts.clock,
            failure: parts.failure.clone(),
        }
    }

    pub(super) fn published(&self) -> watch::Receiver<PublishedTo> {
        self.progress.subscribe()
    }

    /// The newest image that ends at no open transaction: what a controller can begin with.
    pub(super) fn base(&self) -> Arc<ArcSwap<MetadataImage>> {
        self.base.clone()
    }

    pub(super) fn run(mut self, publications: &Publications) {
        while let Ok(first) = publications.queue.recv() {
            let waiting = publications.queue.try_iter().take(QUEUE_LENGTH);
            for publication in std::iter::once(first).chain(waiting) {
                if matches!(publication, Publication::Stop) {
                    self.tell();
                    return;
                }
                if let Err(error) = self.publish(publication) {
                    self.failure.declare(format!("metadata: {error}"));
                    return;
                }
            }
            self.tell();
            if publications.is_wanted.swap(false, Ordering::SeqCst) {
                self.steps.tell(Step::PublisherReady);
            }
        }
    }

    fn publish(&mut self, publication: Publication) -> Result<(), MetadataLogError> {
        if let Publication::Records(bytes, releases) = publication {
            self.replay(&bytes)?;
            self.releases.extend(releases);
            return Ok(());
        }
        self.tell();
        match publication {
            Publication::Snapshot(voters) => self.snapshot(&voters)?,
            Publication::Reset(image) => self.reset(*image),
            Publication::Install(make) => {
                let image = self.image.load_full();
                self.publishers.extend(make(&image));
            }
            Publication::Records(..) | Publication::Stop => {}
        }
        Ok(())
    }

    fn replay(&mut self, bytes: &Bytes) -> Result<(), MetadataLogError> {
        for batch in read_batches(bytes)? {
            let changes = self.loader.replay_batch(batch.batch())?;
            // Whoever waits by now waits for what was replayed before this batch.
            let joined = match self.untold.take() {
                None => changes,
                Some(mut earlier) => match earlier.changes.join_creations(changes) {
                    Ok(()) => earlier.changes,
                    Err(changes) => {
                        self.untold = Some(earlier);
                        self.tell();
                        changes
                    }
                },
            };
            self.untold = Some(self.untold(joined));
        }
        Ok(())
    }

    fn untold(&self, changes: MetadataChanges) -> Untold {
        Untold {
            changes,
            image: Arc::new(self.loader.image().clone()),
            next_offset: self.loader.next_offset(),
            in_transaction: self.loader.in_transaction(),
        }
    }

    /// Tells what was replayed, and then whoever waits for it.
    fn tell(&mut self) {
        if let Some(untold) = self.untold.take() {
            self.show(untold);
        }
        for release in std::mem::take(&mut self.releases) {
            release(Settled::Committed);
        }
    }

    fn reset(&mut self, image: MetadataImage) {
        let changes = MetadataChanges::between(self.loader.image(), &image);
        self.loader = MetadataLoader::new(image);
        self.show(self.untold(changes));
    }

    /// Tells of a change; the image is visible last. An open transaction changes nothing that could be shown.
    fn show(&self, untold: Untold) {
        let now = self.clock.now();
        let Untold { changes, image, .. } = untold;
        for publisher in &self.publishers {
            publisher.publish(&image, &changes, now);
        }
        if !untold.in_transaction {
            self.base.store(image.clone());
        }
        self.image.store(image);
        let next_offset = untold.next_offset;
        self.progress.send_replace(PublishedTo { next_offset });
    }

    /// A snapshot inside a transaction would lose its first half. One that finds no room is none: the log is whole.
    fn snapshot(&self, voters: &SnapshotVoters) -> Result<(), MetadataLogError> {
        let written = if self.loader.in_transaction() {
            None
        } else {
            let image = self.loader.image();
            match self.snapshots.write(image, voters, self.clock.wall()) {
                Err(MetadataLogError::Storage(StorageError::DiskFull { path })) => {
                    tracing::warn!(path = %path.display(), "no room for a metadata snapshot; the log is kept");
                    None
                }
                written => Some(written?),
            }
        };
        self.steps.tell(Step::SnapshotWritten(written));
        Ok(())
    }
}
