//! Connections of the admin service: how many there are, and how long they may be silent.
//!
//! Owns one permit a connection. Invariant: at most [`CONNECTIONS_MAX`] at a time; one that says nothing ends after
//! [`FIRST_BYTE`], one that falls silent after [`SILENCE`], which a peer that answers pings never does. Encryption is a
//! layer over the stream here.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use broker_admin::tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use broker_admin::tonic::transport::server::{Connected, TcpConnectInfo};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep};

/// Connections at a time; the kernel queues the others.
const CONNECTIONS_MAX: usize = 32;
/// Time until a peer has begun.
const FIRST_BYTE: Duration = Duration::from_secs(5);
/// Time that a peer may be silent.
const SILENCE: Duration = Duration::from_mins(1);
/// Pause after a failed `accept`.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepted connections.
pub(super) type Connections = ReceiverStream<io::Result<Connection>>;

/// Accepts until the task is aborted or nobody takes connections any more.
pub(super) fn accept(socket: TcpListener) -> (Connections, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(1);
    let accepting = tokio::spawn(accept_all(socket, sender));
    (ReceiverStream::new(receiver), accepting)
}

async fn accept_all(socket: TcpListener, connections: mpsc::Sender<io::Result<Connection>>) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Ok(permit) = permits.clone().acquire_owned().await {
        match socket.accept().await {
            Ok((stream, _)) => {
                let connection = Connection::new(stream, permit);
                if connections.send(Ok(connection)).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    silence: Pin<Box<Sleep>>,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, permit: OwnedSemaphorePermit) -> Self {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small packets may be delayed");
        }
        Self {
            stream,
            silence: Box::pin(sleep(FIRST_BYTE)),
            _permit: permit,
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(cx, to) {
            Poll::Ready(read) => {
                // tokio's clock, which tests can turn.
                let deadline = Instant::now() + SILENCE;
                self.silence.as_mut().reset(deadline);
                Poll::Ready(read)
            }
            Poll::Pending => {
                ready!(self.silence.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
