//! Sockets that are listened on: binding, accepting, and the reaper that executes the deadlines.
//!
//! Owns the listening sockets and one task each. Invariant: a listener that is full, or that lets in connections
//! faster than it may, does not accept; the kernel's queue holds the others.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::config::{ListenerConfig, NetworkConfig};
use super::connection::{self, NewConnection};
use super::deadlines::{Pressure, Shortage};
use super::quotas::CreationRate;
use super::transport::Transport;
use crate::broker::Broker;

/// How often deadlines are looked at.
const SWEEP_INTERVAL: Duration = Duration::from_millis(250);
/// Pause after a failed `accept`: what it lacked (descriptors, memory) does not come back at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listener could not be bound.
#[derive(Debug, Error)]
#[error("listener {name} cannot listen on {host}:{port}: {source}")]
pub struct BindError {
    /// Name of the listener.
    pub name: String,
    /// Host that it should listen on.
    pub host: String,
    /// Port that it should listen on.
    pub port: u16,
    /// Why not.
    pub source: io::Error,
}

/// A socket that listens and does not accept yet.
#[derive(Debug)]
pub struct BoundListener {
    config: ListenerConfig,
    socket: std::net::TcpListener,
    address: SocketAddr,
}

impl BoundListener {
    /// Binds the address of a listener. Peers can connect from now on, and wait.
    ///
    /// # Errors
    /// The host is unknown or the port is taken.
    pub fn bind(config: &ListenerConfig, network: &NetworkConfig) -> Result<Self, BindError> {
        bind_first(config, network).map_err(|source| BindError {
            name: config.name.to_string(),
            host: config.host.clone(),
            port: config.port,
            source,
        })
    }

    /// The address that it listens on, with the real port if 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The socket for the runtime that this is called in, and its address.
    pub(crate) fn into_tokio(self) -> Result<(TcpListener, SocketAddr), BindError> {
        let socket = TcpListener::from_std(self.socket).map_err(|source| BindError {
            name: self.config.name.to_string(),
            host: self.config.host,
            port: self.config.port,
            source,
        })?;
        Ok((socket, self.address))
    }

    /// What it was bound for.
    pub fn config(&self) -> &ListenerConfig {
        &self.config
    }
}

fn bind_first(config: &ListenerConfig, network: &NetworkConfig) -> io::Result<BoundListener> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in candidates(config)? {
        match bind_one(address, network) {
            Ok(socket) => {
                let address = socket.local_addr()?;
                return Ok(BoundListener {
                    config: config.clone(),
                    socket,
                    address,
                });
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Every interface means IPv6 with IPv4 mapped into it, or IPv4 alone where the machine has no IPv6.
fn candidates(config: &ListenerConfig) -> io::Result<Vec<SocketAddr>> {
    if config.host.is_empty() {
        let any: [IpAddr; 2] = [Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into()];
        return Ok(any.map(|ip| SocketAddr::new(ip, config.port)).to_vec());
    }
    let host = config.host.trim_start_matches('[').trim_end_matches(']');
    Ok((host, config.port).to_socket_addrs()?.collect())
}

fn bind_one(address: SocketAddr, network: &NetworkConfig) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    socket.set_reuse_address(true)?;
    // Inherited by accepted sockets, and must be set before the handshake to widen the window.
    if let Some(size) = network.receive_buffer {
        socket.set_recv_buffer_size(size)?;
    }
    socket.bind(&address.into())?;
    socket.listen(network.backlog)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// The tasks of all listeners.
#[derive(Debug)]
pub struct Listeners {
    broker: Arc<Broker>,
    stop: watch::Sender<()>,
    stopped: watch::Receiver<()>,
    accepting: Vec<tokio::task::JoinHandle<()>>,
    reaper: tokio::task::JoinHandle<()>,
}

impl Listeners {
    /// Begins to accept on every bound listener.
    ///
    /// # Errors
    /// A socket cannot be handed to the runtime.
    pub fn start(broker: &Arc<Broker>, bound: Vec<BoundListener>) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(());
        let mut listeners = Self {
            broker: Arc::clone(broker),
            stop,
            stopped,
            accepting: Vec::with_capacity(bound.len()),
            reaper: tokio::spawn(reap(Arc::clone(broker))),
        };
        listeners.accept_on(bound)?;
        Ok(listeners)
    }

    /// Begins to accept on more of them.
    ///
    /// # Errors
    /// A socket cannot be handed to the runtime.
    pub fn accept_on(&mut self, bound: Vec<BoundListener>) -> io::Result<()> {
        for listener in bound {
            let socket = TcpListener::from_std(listener.socket)?;
            let broker = Arc::clone(&self.broker);
            let task = accept_all(socket, listener.config, broker, self.stopped.clone());
            self.accepting.push(tokio::spawn(task));
        }
        Ok(())
    }

    /// Stops accepting, lets every request that came whole be answered, and ends all connections. Those that take
    /// longer than `grace` are left to the runtime, which drops them.
    pub async fn stop(self, grace: Duration) {
        drop(self.stop);
        for task in self.accepting {
            if let Err(error) = task.await {
                tracing::error!(%error, "an accept loop had failed");
            }
        }
        self.broker.network.registry.stop();
        if tokio::time::timeout(grace, self.broker.network.quotas.none_left())
            .await
            .is_err()
        {
            let left = self.broker.network.quotas.count();
            tracing::warn!(
                left,
                "connections are cut off: their requests took longer than the stop may"
            );
        }
        self.reaper.abort();
    }
}

async fn accept_all(
    socket: TcpListener,
    config: ListenerConfig,
    broker: Arc<Broker>,
    mut stopped: watch::Receiver<()>,
) {
    let network = &broker.network;
    let mut own_rate = CreationRate::default();
    loop {
        let accept = async {
            network.quotas.room(&config.name).await;
            socket.accept().await
        };
        let accepted = tokio::select! {
            accepted = accept => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, address)) => let_in(stream, address, &config, &broker),
            Err(error) => {
                network.counters.accept_errors.add(1);
                tracing::warn!(%error, listener = %config.name, "accept failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
        let now = broker.clock.monotonic();
        let bounds = network.quotas.bounds();
        let pause = own_rate
            .count_one(bounds.of_listener(&config.name).max_creation_rate, now)
            .max(
                network
                    .creation_rate
                    .lock()
                    .count_one(bounds.max_creation_rate, now),
            );
        if !pause.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stopped.changed() => return,
            }
        }
    }
}

fn let_in(stream: TcpStream, client_address: SocketAddr, config: &ListenerConfig, broker: &Arc<Broker>) {
    let network = &broker.network;
    let Ok(admission) = network.quotas.admit(&config.name, client_address.ip()) else {
        network.counters.refused.add(1);
        tracing::debug!(%client_address, listener = %config.name, "refused: too many connections of this address");
        return;
    };
    network.counters.accepted.add(1);
    if let Err(error) = set_options(&stream, &network.config) {
        tracing::debug!(%client_address, %error, "socket options could not be set");
    }
    let new = NewConnection {
        transport: Transport::Plain(stream),
        client_address,
        listener: config.name.clone(),
        kind: config.kind,
        admission,
    };
    tokio::spawn(connection::serve(new, Arc::clone(broker)));
}

fn set_options(stream: &TcpStream, config: &NetworkConfig) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_keepalive(true)?;
    match config.send_buffer {
        Some(size) => socket.set_send_buffer_size(size),
        None => Ok(()),
    }
}

async fn reap(broker: Arc<Broker>) {
    let network = &broker.network;
    let mut pressure = Pressure::default();
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = broker.clock.monotonic();
        pressure.requests_wait_since = match network.requests.waiting() {
            0 => None,
            _ => pressure.requests_wait_since.or(Some(now)),
        };
        pressure.answers = if network.responses.has_room() {
            Shortage::None
        } else {
            Shortage::Full
        };
        let told = network.registry.sweep(now, &network.config.deadlines, pressure);
        if told > 0 {
            tracing::debug!(told, ?pressure, "connections given up");
        }
    }
}
