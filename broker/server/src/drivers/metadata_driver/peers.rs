//! Requests to the other members of the quorum: one task and one connection a destination.
//!
//! Decides nothing: an answer becomes an event, and so does a failure, with what distinguishes a broken connection
//! from silence. What finds its destination's queue full is dropped; the quorum's own timeout counts it.

use std::collections::HashMap;
use std::time::Duration;

use broker_client::{ClientError, ClientOptions, Connection, Endpoint};
use broker_raft::{Destination, RaftRequest, RaftResponse, RaftTimeouts, RequestFailure, RequestId};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::steps::{Step, StepSender};

/// Requests to one destination that may wait for its connection.
const WAITING_MAX: usize = 16;
/// Destinations that are remembered; voters that move come under new ones.
const DESTINATIONS_MAX: usize = 64;

type Asked = (RequestId, RaftRequest);

/// The connections to other members.
pub(super) struct Peers {
    runtime: Handle,
    steps: StepSender,
    options: ClientOptions,
    tasks: HashMap<Destination, mpsc::Sender<Asked>>,
}

impl Peers {
    pub(super) fn new(runtime: Handle, steps: StepSender, timeouts: &RaftTimeouts) -> Self {
        let patience = Duration::from_millis(timeouts.request_timeout_ms);
        Self {
            runtime,
            steps,
            options: ClientOptions {
                connect_timeout: patience,
                request_timeout: patience,
                ..ClientOptions::default()
            },
            tasks: HashMap::new(),
        }
    }

    /// Sends the request; its answer or failure comes as a step.
    pub(super) fn send(&mut self, id: RequestId, to: Destination, request: RaftRequest) {
        if self.tasks.len() >= DESTINATIONS_MAX && !self.tasks.contains_key(&to) {
            self.tasks.clear();
        }
        let (runtime, steps, options) = (&self.runtime, &self.steps, &self.options);
        let task = self.tasks.entry(to).or_insert_with_key(|to| {
            let (sender, asked) = mpsc::channel(WAITING_MAX);
            let endpoint = Endpoint {
                host: to.address.host.clone(),
                port: to.address.port,
            };
            runtime.spawn(serve(asked, endpoint, options.clone(), steps.clone()));
            sender
        });
        if task.try_send((id, request)).is_err() {
            tracing::debug!(
                ?id,
                "a request to a member of the quorum was dropped: too many wait"
            );
        }
    }
}

async fn serve(
    mut asked: mpsc::Receiver<Asked>,
    endpoint: Endpoint,
    options: ClientOptions,
    steps: StepSender,
) {
    let mut open: Option<Connection> = None;
    while let Some((id, request)) = asked.recv().await {
        let connection = match open.take().filter(Connection::is_open) {
            Some(connection) => connection,
            None => match Connection::open(&endpoint, &options).await {
                Ok(connection) => connection,
                Err(error) => {
                    tracing::debug!(%endpoint, %error, "a member of the quorum is not reached");
                    steps.tell(Step::RequestFailed(id, failure_of(&error)));
                    fail_waiting(&mut asked, &steps, &error);
                    continue;
                }
            },
        };
        open = Some(connection.clone());
        tokio::spawn(ask(connection, id, request, steps.clone()));
    }
}

/// What was asked while the connection failed has failed with it: nobody waits for it any more, and a member that is back
/// would answer all of it before the first question that somebody does wait for.
fn fail_waiting(asked: &mut mpsc::Receiver<Asked>, steps: &StepSender, error: &ClientError) {
    while let Ok((id, _request)) = asked.try_recv() {
        steps.tell(Step::RequestFailed(id, failure_of(error)));
    }
}

async fn ask(connection: Connection, id: RequestId, request: RaftRequest, steps: StepSender) {
    let answered = match request {
        RaftRequest::Vote(request) => connection.call(&request).await.map(RaftResponse::Vote),
        RaftRequest::BeginQuorumEpoch(request) => connection
            .call(&request)
            .await
            .map(RaftResponse::BeginQuorumEpoch),
        RaftRequest::EndQuorumEpoch(request) => {
            connection.call(&request).await.map(RaftResponse::EndQuorumEpoch)
        }
        RaftRequest::Fetch(request) => connection.call(&request).await.map(RaftResponse::Fetch),
        RaftRequest::FetchSnapshot(request) => {
            connection.call(&request).await.map(RaftResponse::FetchSnapshot)
        }
        RaftRequest::AddRaftVoter(request) => connection.call(&request).await.map(RaftResponse::AddRaftVoter),
        RaftRequest::RemoveRaftVoter(request) => {
            connection.call(&request).await.map(RaftResponse::RemoveRaftVoter)
        }
        RaftRequest::UpdateRaftVoter(request) => {
            connection.call(&request).await.map(RaftResponse::UpdateRaftVoter)
        }
        RaftRequest::ApiVersions(request) => connection.call(&request).await.map(RaftResponse::ApiVersions),
    };
    match answered {
        Ok(response) => steps.tell(Step::Response(id, Box::new(response))),
        Err(error) => {
            tracing::debug!(%error, "a member of the quorum did not answer");
            steps.tell(Step::RequestFailed(id, failure_of(&error)));
        }
    }
}

fn failure_of(error: &ClientError) -> RequestFailure {
    match error {
        ClientError::Connect { .. } | ClientError::Closed { .. } => RequestFailure::Disconnected,
        _ => RequestFailure::TimedOut,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use broker_model::BrokerId;
    use broker_protocol::messages::FetchRequest;
    use broker_raft::HostAndPort;

    use super::super::steps;
    use super::*;

    #[test]
    fn what_waits_for_a_connection_fails_with_it() {
        // Connections stand, and nobody says a word on them.
        let mute = TcpListener::bind("127.0.0.1:0").unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (sender, queue) = steps::queue();
        let timeouts = RaftTimeouts {
            request_timeout_ms: 1_000,
            ..RaftTimeouts::default()
        };
        let mut peers = Peers::new(runtime.handle().clone(), sender, &timeouts);
        for number in 0..10 {
            let to = Destination {
                id: BrokerId::new(2),
                address: HostAndPort {
                    host: "127.0.0.1".to_owned(),
                    port: mute.local_addr().unwrap().port(),
                },
            };
            peers.send(RequestId(number), to, RaftRequest::Fetch(FetchRequest::default()));
        }
        // The next connection would fail after a second.
        let waits = [Duration::from_secs(20)]
            .into_iter()
            .chain([Duration::from_millis(500); 9]);
        for (number, wait) in (0..).zip(waits) {
            let step = queue.next(Some(wait));
            assert!(matches!(step, Some(Step::RequestFailed(id, _)) if id == RequestId(number)));
        }
    }
}
