//! What the `metadata` thread is asked to do, and the bounded queue in which that waits.
//!
//! Whoever asks from outside takes a place in the queue and waits for one; what the node's own parts report (an
//! answer of a peer, a snapshot that was written) is bounded by what it asked of them and needs no place.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use broker_controller::{BrokerSessions, QuorumController, Seed};
use broker_metadata::MetadataImage;
use broker_model::{BrokerEpoch, BrokerId, Now};
use broker_raft::{RaftRequest, RaftResponse, RequestFailure, RequestId, Snapshot};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::active_controller::Decided;
use super::{MetadataPublisher, MetadataUnavailable, QuorumDescription};

/// Steps from outside that may wait.
const PLACES: usize = 1024;

/// Makes a decision with the active controller, if this node is; none if the requester was told already.
pub(super) type Decide =
    Box<dyn FnOnce(Option<(&QuorumController, &mut BrokerSessions)>, Now, Seed) -> Option<Decided> + Send>;

/// Makes publishers for the image as it is.
pub(super) type Install = Box<dyn FnOnce(&Arc<MetadataImage>) -> Vec<Arc<dyn MetadataPublisher>> + Send>;

/// One thing to do.
pub(super) enum Step {
    /// Decide.
    Decide(Decide),
    /// Put a request to the quorum.
    Request {
        api_version: i16,
        request: Box<RaftRequest>,
        answer: oneshot::Sender<RaftResponse>,
    },
    /// A peer answered.
    Response(RequestId, Box<RaftResponse>),
    /// A peer did not.
    RequestFailed(RequestId, RequestFailure),
    /// A snapshot was written, or was not due after all.
    SnapshotWritten(Option<Snapshot>),
    /// The publisher has room again.
    PublisherReady,
    /// A broker's connection ended.
    ConnectionBroke(BrokerId, BrokerEpoch),
    /// Describe the quorum.
    Describe(oneshot::Sender<Option<QuorumDescription>>),
    /// Add publishers.
    Install(Install),
    /// Stop.
    Stop(oneshot::Sender<Result<(), String>>),
}

type Queued = (Step, Option<OwnedSemaphorePermit>);

/// The way into the queue.
#[derive(Clone)]
pub(super) struct StepSender {
    queue: mpsc::Sender<Queued>,
    places: Arc<Semaphore>,
}

/// The way out.
pub(super) struct StepQueue(mpsc::Receiver<Queued>);

pub(super) fn queue() -> (StepSender, StepQueue) {
    let (sender, receiver) = mpsc::channel();
    let places = Arc::new(Semaphore::new(PLACES));
    (
        StepSender {
            queue: sender,
            places,
        },
        StepQueue(receiver),
    )
}

impl StepSender {
    /// Waits for a place and takes it.
    pub(super) async fn send(&self, step: Step) -> Result<(), MetadataUnavailable> {
        let stopped = MetadataUnavailable::Stopped;
        let Ok(place) = self.places.clone().acquire_owned().await else {
            return Err(stopped);
        };
        self.queue.send((step, Some(place))).map_err(|_| stopped)
    }

    /// Reports; nobody listens any more when the node stops.
    pub(super) fn tell(&self, step: Step) {
        drop(self.queue.send((step, None)));
    }
}

impl StepQueue {
    /// The next step, if one comes in time.
    pub(super) fn next(&self, wait: Option<Duration>) -> Option<Step> {
        let queued = match wait {
            Some(wait) => self.0.recv_timeout(wait).ok(),
            None => self.0.recv().ok(),
        };
        queued.map(|(step, _place)| step)
    }

    /// The next step, if it is there.
    pub(super) fn waiting(&self) -> Option<Step> {
        self.0.try_recv().ok().map(|(step, _place)| step)
    }
}
