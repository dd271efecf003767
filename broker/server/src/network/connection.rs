//! One connection from its first byte to its last: read a frame, have it answered, send the answer, again.
//!
//! Owns the socket, the frame in the making and the answers on their way out. Invariants: one request is in a
//! handler at a time and answers leave in the order of their requests; nothing is read while more than
//! [`OUTPUT_MAX`] bytes wait to be sent; requests that came together are answered with one write. A request that
//! has to wait lets the answers before it go first.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWrite};

use super::byte_budget::BudgetLease;
use super::catch_panic::{CatchPanic, Panic};
use super::deadlines::{GiveUp, Phase};
use super::frame_assembler::{FIRST_CAPACITY, FrameAssembler, FrameSizeError};
use super::heartbeat_paths::PathEnd;
use super::identity::{ConnectionIdentity, ListenerKind, ListenerName};
use super::output_queue::OutputQueue;
use super::quotas::Admission;
use super::registry::{ConnectionHandle, Verdict};
use super::scratch;
use super::transport::Transport;
use crate::broker::Broker;
use crate::dispatch::{self, Accepted, CloseConnection, OnHangUp, Reply};

/// Answers are sent when so many bytes wait, even if more requests are at hand.
const OUTPUT_MAX: usize = 64 * 1024;

/// A connection with many requests at hand gives its thread to others after so long.
const SLICE: Duration = Duration::from_millis(1);

/// Why a connection ended.
#[derive(Debug, Error)]
pub(super) enum Closed {
    /// The peer closed it.
    #[error("closed by the peer")]
    ByPeer,
    /// The broker stops.
    #[error("the broker stops")]
    Stopped,
    /// The peer missed a deadline.
    #[error("given up: {0:?}")]
    GivenUp(GiveUp),
    /// The socket failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The size before a frame is none.
    #[error("{0}")]
    FrameSize(#[from] FrameSizeError),
    /// A request that is not answered.
    #[error("{0}")]
    Refused(#[from] CloseConnection),
    /// A handler panicked.
    #[error("a handler panicked: {}", .0.0)]
    Panicked(Panic),
}

/// What the accept loop knows of a new connection.
#[derive(Debug)]
pub(super) struct NewConnection {
    /// The stream.
    pub(super) transport: Transport,
    /// Address of the peer.
    pub(super) client_address: SocketAddr,
    /// Listener that it came through.
    pub(super) listener: ListenerName,
    /// What is served there.
    pub(super) kind: ListenerKind,
    /// Its place among the connections.
    pub(super) admission: Admission,
}

/// Serves a connection until it ends.
pub(super) async fn serve(new: NewConnection, broker: Arc<Broker>) {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    let handle = broker.network.registry.register(waker, broker.clock.monotonic());
    let mut connection = Connection::new(new.transport, &handle, &broker);
    let (id, address) = (handle.id(), new.client_address);
    let identity = Arc::new(ConnectionIdentity::new(id, new.listener, new.kind, address));
    let reason = match connection.run(&broker, &identity).await {
        Ok(never) => match never {},
        Err(reason) => reason,
    };
    if let Some((sender, epoch)) = identity.heartbeats()
        && broker.network.heartbeat_paths.ended((sender, epoch), id) == PathEnd::Gone
    {
        broker.metadata.connection_broke(sender, epoch);
    }
    connection.end(&broker, &identity, &reason).await;
    drop(connection);
    broker.network.registry.forget(&handle);
    drop(new.admission);
}

struct Connection {
    transport: Transport,
    handle: Arc<ConnectionHandle>,
    frames: FrameAssembler,
    framing_error: Option<FrameSizeError>,
    output: OutputQueue,
    input_lease: BudgetLease,
    output_lease: BudgetLease,
}

impl Connection {
    fn new(transport: Transport, handle: &Arc<ConnectionHandle>, broker: &Broker) -> Self {
        let network = &broker.network;
        Self {
            transport,
            handle: Arc::clone(handle),
            frames: FrameAssembler::new(network.config.max_request_size),
            framing_error: None,
            output: OutputQueue::default(),
            input_lease: network.requests.empty_lease(),
            output_lease: network.responses.empty_lease(),
        }
    }

    async fn run(
        &mut self,
        broker: &Arc<Broker>,
        identity: &Arc<ConnectionIdentity>,
    ) -> Result<Infallible, Closed> {
        let mut slice_began = broker.clock.elapsed();
        loop {
            let Some(frame) = self.frames.next_frame() else {
                self.send(broker).await?;
                self.receive(broker).await?;
                slice_began = broker.clock.elapsed();
                continue;
            };
            if broker.clock.elapsed().saturating_sub(slice_began) >= SLICE {
                tokio::task::yield_now().await;
                slice_began = broker.clock.elapsed();
            }
            self.account(frame.len());
            let mute = self.answer(frame, broker, identity).await?;
            self.account(0);
            if self.output.size() >= OUTPUT_MAX || !mute.is_zero() {
                self.send(broker).await?;
            }
            if !mute.is_zero() {
                unless_told(&self.handle, tokio::time::sleep(mute)).await?;
            }
        }
    }

    /// Reads once: into the frame in the making if it is large, else into the thread's scratch buffer, from where
    /// several small frames can be cut at once.
    async fn receive(&mut self, broker: &Broker) -> Result<(), Closed> {
        if let Some(error) = self.framing_error.take() {
            return Err(error.into());
        }
        if let Some(more) = self.frames.growth() {
            self.make_room(more, broker).await?;
        }
        if !self.frames.is_receiving() {
            self.handle.enter(Phase::Idle, broker.clock.monotonic());
        }
        let was_receiving = self.frames.is_receiving();
        let size = match self
            .frames
            .space()
            .filter(|space| space.limit() >= FIRST_CAPACITY)
        {
            Some(mut space) => {
                let size = unless_told(&self.handle, self.transport.read_buf(&mut space)).await??;
                self.frames.finish_if_whole();
                size
            }
            None => self.receive_small(broker).await?,
        };
        if size == 0 {
            return Err(Closed::ByPeer);
        }
        broker.network.counters.bytes_in.add(size as u64);
        let now = broker.clock.monotonic();
        if self.frames.is_receiving() && !was_receiving {
            self.handle.enter(Phase::Receiving, now);
        } else {
            self.handle.progress(now);
        }
        self.account(0);
        Ok(())
    }

    async fn receive_small(&mut self, broker: &Broker) -> Result<usize, Closed> {
        // When memory is short, a connection gets no more than what it may hold without a lease.
        let limit = if broker.network.requests.has_room() {
            usize::MAX
        } else {
            FIRST_CAPACITY
        };
        let (transport, frames, framing_error) =
            (&mut self.transport, &mut self.frames, &mut self.framing_error);
        let read = poll_fn(|cx| {
            scratch::poll_read(transport, cx, limit, |bytes| {
                *framing_error = frames.feed(bytes).err();
            })
        });
        Ok(unless_told(&self.handle, read).await??)
    }

    /// Counts what is held; `handled` bytes are with a handler.
    fn account(&mut self, handled: usize) {
        let held = self.frames.held() + handled;
        let leased = held.saturating_sub(FIRST_CAPACITY);
        if leased != self.input_lease.bytes() {
            self.input_lease.set(leased);
        }
        self.handle
            .holds(held + self.output.size(), self.frames.claimed());
    }

    /// Waits until the frame in the making may have `more` bytes.
    async fn make_room(&mut self, more: usize, broker: &Broker) -> Result<(), Closed> {
        while self.input_lease.try_grow(more).is_err() {
            self.handle.switch(Phase::AwaitingRoom);
            unless_told(&self.handle, broker.network.requests.room_for(more)).await?;
        }
        self.handle.got_room(broker.clock.monotonic());
        self.frames.grow(more);
        Ok(())
    }

    /// Has one request answered; returns how long the client is to be muted.
    async fn answer(
        &mut self,
        frame: Bytes,
        broker: &Arc<Broker>,
        identity: &Arc<ConnectionIdentity>,
    ) -> Result<Duration, Closed> {
        if !broker.network.responses.has_room() {
            self.send(broker).await?;
            unless_told(&self.handle, broker.network.responses.room_for(1)).await?;
        }
        let received = broker.clock.now();
        let began = broker.clock.elapsed();
        self.handle.enter(Phase::Handling, received.monotonic);
        let accepted = dispatch::accept(frame, received, identity)?;
        let api = accepted.row.api;
        let reply = self.handled(accepted, broker).await?;
        broker
            .requests
            .count(api, broker.clock.elapsed().saturating_sub(began));
        Ok(match reply {
            Reply::Nothing => Duration::ZERO,
            Reply::Send { frame, mute } => {
                self.output.push(frame);
                self.output_lease
                    .set(self.output.size().saturating_sub(OUTPUT_MAX));
                mute
            }
        })
    }

    async fn handled(&mut self, accepted: Accepted, broker: &Arc<Broker>) -> Result<Reply, Closed> {
        let (on_hang_up, is_bulky) = (accepted.row.on_hang_up, accepted.is_bulky());
        let topics = broker.image.load().topics.len();
        let weight = accepted.row.weight(accepted.size, topics);
        // Closed never, so there is always a turn.
        let _turn = match is_bulky {
            true => unless_told(&self.handle, broker.network.bulky.acquire())
                .await?
                .ok(),
            false => None,
        };
        let work = pin!(accepted.serve(broker));
        let mut serving = CatchPanic::new(work, weight);
        let at_once = poll_fn(|cx| Poll::Ready(Pin::new(&mut serving).poll(cx))).await;
        let outcome = match (at_once, on_hang_up) {
            (Poll::Ready(outcome), _) => outcome,
            (Poll::Pending, OnHangUp::Finish) => {
                // The request runs to its end even if the answers before it cannot be sent.
                let sent = self.send(broker).await;
                self.handle.switch(Phase::Handling);
                let outcome = serving.await;
                sent?;
                outcome
            }
            (Poll::Pending, OnHangUp::Abandon) => {
                self.send(broker).await?;
                self.handle.switch(Phase::Handling);
                unless_told(&self.handle, unless_hung_up(&mut self.transport, serving)).await??
            }
        };
        Ok(outcome.map_err(Closed::Panicked)??)
    }

    /// Sends everything that waits.
    async fn send(&mut self, broker: &Broker) -> Result<(), Closed> {
        if self.output.is_empty() {
            return Ok(());
        }
        self.handle.enter(Phase::Sending, broker.clock.monotonic());
        self.handle.holds(self.output.size(), 0);
        while !self.output.is_empty() {
            let (transport, output) = (&mut self.transport, &self.output);
            let write =
                poll_fn(|cx| Pin::new(&mut *transport).poll_write_vectored(cx, output.slices().as_ref()));
            let sent = unless_given_up(&self.handle, write).await??;
            if sent == 0 {
                return Err(Closed::ByPeer);
            }
            self.output.advance(sent);
            self.handle.progress(broker.clock.monotonic());
            broker.network.counters.bytes_out.add(sent as u64);
            let waiting = self.output.size().saturating_sub(OUTPUT_MAX);
            if waiting != self.output_lease.bytes() {
                self.output_lease.set(waiting);
            }
        }
        Ok(())
    }

    /// Sends the answers to requests before the one that went wrong, counts and logs.
    async fn end(&mut self, broker: &Broker, identity: &ConnectionIdentity, reason: &Closed) {
        let counters = &broker.network.counters;
        counters.closed.add(1);
        let (address, listener) = (identity.client_address, identity.listener.as_str());
        match reason {
            Closed::ByPeer | Closed::Stopped | Closed::Io(_) => {
                tracing::debug!(%address, listener, %reason, "connection ended");
                return;
            }
            Closed::GivenUp(_) => {
                counters.given_up.add(1);
                tracing::debug!(%address, listener, %reason, "connection ended");
                return;
            }
            Closed::FrameSize(_) | Closed::Refused(_) => {
                counters.protocol_errors.add(1);
                // Peers can cause as many of these as they like; the counter has them all.
                if broker.network.may_log(broker.clock.monotonic()) {
                    tracing::info!(%address, listener, %reason, "connection closed");
                } else {
                    tracing::debug!(%address, listener, %reason, "connection closed");
                }
            }
            Closed::Panicked(_) => {
                counters.panics.add(1);
                tracing::error!(%address, listener, reason = ?reason, "connection closed");
            }
        }
        if let Err(error) = self.send(broker).await {
            tracing::debug!(%address, listener, %error, "earlier answers could not be sent");
        }
    }
}

/// Does `work` unless the connection is told to end.
async fn unless_told<T>(handle: &ConnectionHandle, work: impl Future<Output = T>) -> Result<T, Closed> {
    let mut work = pin!(work);
    poll_fn(|cx| match handle.verdict() {
        Some(Verdict::Stop) => Poll::Ready(Err(Closed::Stopped)),
        Some(Verdict::GiveUp(reason)) => Poll::Ready(Err(Closed::GivenUp(reason))),
        None => work.as_mut().poll(cx).map(Ok),
    })
    .await
}

/// Does `work` unless the peer is given up; when the broker stops, the work is still done.
async fn unless_given_up<T>(handle: &ConnectionHandle, work: impl Future<Output = T>) -> Result<T, Closed> {
    let mut work = pin!(work);
    poll_fn(|cx| match handle.verdict() {
        Some(Verdict::GiveUp(reason)) => Poll::Ready(Err(Closed::GivenUp(reason))),
        Some(Verdict::Stop) | None => work.as_mut().poll(cx).map(Ok),
    })
    .await
}

/// Does `work` unless the peer closes the connection.
async fn unless_hung_up<T>(transport: &mut Transport, work: impl Future<Output = T>) -> Result<T, Closed> {
    let mut work = pin!(work);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => transport.poll_hang_up(cx).map(|()| Err(Closed::ByPeer)),
    })
    .await
}
