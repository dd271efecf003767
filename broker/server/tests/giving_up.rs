//! A broker whose metadata log failed ends at once (I23): it does not wait for a controller to let it go, and it marks
//! nothing as cleanly closed. The disk fails by a limit on the size of files, which is no lack of space.

#![expect(clippy::unwrap_used, reason = "a world that cannot be built fails its test")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use broker_client::{Client, ClientOptions, NewTopic, Validation};
use broker_server::config;
use broker_server::format::{AlreadyFormatted, format};
use broker_storage::RealFs;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tempfile::TempDir;

/// A broker that waits for a controller does so for ten seconds.
const AT_ONCE: Duration = Duration::from_secs(20);

struct Process(Child);

impl Process {
    /// Starts a broker that is told of a file that may not grow instead of being ended by the signal for it.
    fn start(data: &Path, address: &str) -> Self {
        let overrides = [
            ("listeners", format!("PLAINTEXT://{address}")),
            ("eddyline.http.listener", "127.0.0.1:0".to_owned()),
            ("log.dirs", data.display().to_string()),
        ];
        let overrides = overrides.map(|(name, value)| (name.to_owned(), value));
        let config = config::load(None, std::iter::empty(), &overrides).unwrap();
        let now = broker_server::clock::Clock::start().wall();
        format(&RealFs, &config.format_request(None, AlreadyFormatted::Keep, now)).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" broker \"$@\""]);
        command.arg(env!("CARGO_BIN_EXE_eddyline"));
        for (name, value) in overrides {
            command.args(["--override".to_owned(), format!("{name}={value}")]);
        }
        let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(started.unwrap())
    }

    fn let_no_file_exceed(&self, bytes: u64) {
        let limit = Rlimit {
            current: Some(bytes),
            maximum: Some(bytes),
        };
        prlimit(Some(Pid::from_child(&self.0)), Resource::Fsize, limit).unwrap();
    }

    async fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let ended = async {
            loop {
                if let Some(status) = self.0.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(within, ended).await.ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().unwrap();
    }
}

async fn connect(address: &str) -> Client {
    loop {
        match Client::connect(address, ClientOptions::default()).await {
            Ok(client) => return client,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

#[tokio::test]
async fn a_broker_whose_metadata_log_failed_ends_at_once() {
    let data = TempDir::new().unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = format!("127.0.0.1:{port}");
    let mut process = Process::start(data.path(), &address);
    let client = connect(&address).await;
    let topic = NewTopic {
        name: "orders".to_owned(),
        partitions: Some(1),
        replicas: Some(1),
        configs: Vec::new(),
    };
    let log = data.path().join("__cluster_metadata-0/00000000000000000000.log");
    process.let_no_file_exceed(std::fs::metadata(log).unwrap().len());
    let asked = tokio::time::timeout(AT_ONCE / 4, client.create_topic(&topic, Validation::AndApply));
    let (answer, ended) = tokio::join!(asked, process.ended(AT_ONCE));
    assert!(
        !matches!(answer, Ok(Ok(_))),
        "what could not be written was acknowledged"
    );
    let status = ended.expect("the process ends by itself");
    assert_eq!(status.code(), Some(1));
    assert!(!data.path().join(".kafka_cleanshutdown").exists());
}
