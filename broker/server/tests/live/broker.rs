//! A whole broker in this process, for tests that talk to it over real sockets.
//!
//! Owns a runtime; the directory is the test's, which may start another broker on it. Several can run at a time; each has ports of its own.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use broker_model::Timestamp;
use broker_server::boot::{self, BootSettings, RunningBroker};
use broker_server::broker::Broker;
use broker_server::clock::Clock;
use broker_server::config;
use broker_server::format::{AlreadyFormatted, format};
use broker_server::{logging, program};
use broker_storage::RealFs;
use tokio::runtime::Runtime;

use super::wire::Wire;

const GRACE: Duration = Duration::from_secs(5);

/// A broker that serves.
pub(crate) struct LiveBroker {
    runtime: Runtime,
    running: Option<RunningBroker>,
}

impl LiveBroker {
    /// Starts one on a directory, which may have been used before, with these configurations beside those of a broker
    /// for tests; `change` has the last word about what it is started with.
    pub(crate) fn start(
        directory: &Path,
        configs: &[(&str, &str)],
        change: impl FnOnce(&mut BootSettings),
    ) -> Self {
        let data = directory.display().to_string();
        let own = [
            ("log.dirs", data.as_str()),
            ("node.id", "1"),
            ("listeners", "PLAINTEXT://127.0.0.1:0"),
            ("eddyline.http.listener", "127.0.0.1:0"),
            ("offsets.topic.replication.factor", "1"),
            ("offsets.topic.num.partitions", "4"),
            ("group.initial.rebalance.delay.ms", "0"),
        ];
        let all: Vec<_> = own
            .iter()
            .chain(configs)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let config = config::load(None, std::iter::empty(), &all).unwrap();
        let request = config.format_request(None, AlreadyFormatted::Keep, Timestamp::from_ms(0));
        format(&RealFs, &request).unwrap();
        if std::env::var_os("EDDYLINE_TEST_LOG").is_some() {
            // The first broker of a process begins; the others log with it.
            let _started = logging::start(config.logging.format, &config.logging.levels);
        }
        let mut settings = config.boot_settings();
        change(&mut settings);
        let runtime = program::runtime().unwrap();
        let running = runtime.block_on(boot::start(settings, Clock::start())).unwrap();
        Self {
            runtime,
            running: Some(running),
        }
    }

    fn running(&self) -> &RunningBroker {
        self.running.as_ref().unwrap()
    }

    /// What the handlers see.
    pub(crate) fn broker(&self) -> &Arc<Broker> {
        self.running().broker()
    }

    /// Where clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running().addresses()[0].1
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> Wire {
        Wire::connect(self.address())
    }

    /// A connection to it as to a controller.
    pub(crate) fn connect_controller(&self) -> Wire {
        Wire::connect(self.running().controller_addresses()[0].1)
    }

    /// A connection from another address of this machine, as 127.0.0.2.
    pub(crate) fn connect_from(&self, from: IpAddr) -> std::io::Result<TcpStream> {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
        socket.bind(&SocketAddr::new(from, 0).into())?;
        socket.connect_timeout(&self.address().into(), Duration::from_secs(5))?;
        Ok(socket.into())
    }

    /// Waits for something that the broker does.
    pub(crate) fn wait_for<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// A connection to its HTTP listener.
    pub(crate) fn connect_http(&self) -> Wire {
        Wire::connect(self.running().admin_address().unwrap())
    }

    /// Where the operator asks.
    pub(crate) fn admin_service_address(&self) -> SocketAddr {
        self.running().admin_service_address().unwrap()
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            // On a worker, because stopping blocks its thread in places.
            let stopped = self.runtime.spawn(running.stop(GRACE));
            self.runtime.block_on(stopped).unwrap();
        }
    }

    /// Answer of the HTTP listener: status line and body.
    pub(crate) fn http(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.running().admin_address().unwrap()).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The value of a metric, named with its labels as in `/metrics`; 0 when it is not shown.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.http("/metrics");
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }
}

impl Drop for LiveBroker {
    fn drop(&mut self) {
        self.stop();
    }
}
