//! Where brokers run: their ports, data, configuration and start commands.
//!
//! Invariant: both brokers get the same properties, Kafka's defaults with replication factors of one; nothing listens
//! outside of loopback or on a port from 32768 on.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use broker_client::{Client, ClientOptions};

use crate::machine::Machine;
use crate::process::{Process, output_within};
use crate::side::Side;
use crate::{Arguments, Failure};

/// Ports are looked for from here on.
const FIRST_PORT: u16 = 23_000;
const LAST_PORT: u16 = 32_000;
/// Longest wait for a broker to serve.
const READY_WITHIN: Duration = Duration::from_secs(90);
const CLUSTER_ID: &str = "ZWRkeWxpbmUtYmVuY2gtMQ";
/// What `kafka-server-start.sh` gives the JVM.
const KAFKA_JVM: &[&str] = &[
    "-Xms1G",
    "-Xmx1G",
    "-server",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
];

/// The place of all measurements.
#[derive(Debug)]
pub struct Lab {
    /// Runs of each measurement.
    pub runs: usize,
    /// Whether loads are short.
    pub quick: bool,
    eddyline: PathBuf,
    eddyline_properties: Vec<String>,
    /// Facts for the report.
    pub machine: Machine,
    /// More properties of Kafka's producer.
    pub producer_properties: Vec<String>,
    jars: PathBuf,
    scratch: tempfile::TempDir,
    next_port: AtomicU16,
}

/// A broker that serves.
#[derive(Debug)]
pub struct Broker {
    /// Its process.
    pub process: Process,
    /// Where clients go.
    pub bootstrap: String,
}

/// Everything to start one broker again and again on the same data.
#[derive(Debug)]
pub struct Site {
    side: Side,
    folder: PathBuf,
    port: u16,
}

impl Lab {
    /// Prepares the scratch folder; it goes with the lab.
    pub fn open(arguments: &Arguments) -> Result<Self, Failure> {
        fs::create_dir_all(&arguments.scratch)?;
        for jars in ["broker", "tools"] {
            let folder = arguments.kafka_jars.join(jars);
            if !folder.is_dir() {
                return Err(format!("{} does not exist", folder.display()).into());
            }
        }
        Ok(Self {
            runs: if arguments.quick { 1 } else { arguments.runs.max(1) },
            quick: arguments.quick,
            eddyline: arguments.eddyline.clone(),
            eddyline_properties: arguments.eddyline_property.clone(),
            machine: Machine::ask(),
            producer_properties: arguments.producer_property.clone(),
            jars: arguments.kafka_jars.clone(),
            scratch: tempfile::Builder::new()
                .prefix("bench-")
                .tempdir_in(&arguments.scratch)?,
            next_port: AtomicU16::new(FIRST_PORT),
        })
    }

    /// `normal`, or a fifth of it in a quick run.
    pub fn scaled(&self, normal: u64) -> u64 {
        if self.quick { normal / 5 } else { normal }
    }

    /// The measured binary with these arguments, and nothing of the environment that would configure it.
    pub fn eddyline(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.eddyline);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("EDDYLINE") || text.starts_with("KAFKA") {
                command.env_remove(&name);
            }
        }
        command.args(arguments);
        command
    }

    /// A Java command on the jars `part` (broker or tools).
    pub fn java(&self, part: &str, jvm: &[&str]) -> Command {
        let mut command = Command::new("java");
        command.args(jvm).arg("-cp").arg(self.jars.join(part).join("*"));
        command
    }

    /// A folder for one broker without data; formatted, if that is a step of its own.
    pub fn site(&self, side: Side, name: &str) -> Result<Site, Failure> {
        let folder = self.scratch.path().join(format!("{name}-{}", side.name()));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let (port, controller_port) = (self.free_port()?, self.free_port()?);
        let site = Site { side, folder, port };
        fs::write(site.properties(), properties(&site, controller_port))?;
        let format = match side {
            Side::Eddyline => {
                let mut format = self.eddyline(&["format", "-t", CLUSTER_ID, "--config"]);
                format.arg(site.properties());
                format
            }
            Side::Kafka => self.kafka_format(&site),
        };
        output_within(format, READY_WITHIN)?;
        Ok(site)
    }

    fn kafka_format(&self, site: &Site) -> Command {
        let mut format = self.java("broker", &["-Xmx256m"]);
        format
            .args([
                "kafka.tools.StorageTool",
                "format",
                "-t",
                CLUSTER_ID,
                "--standalone",
                "-c",
            ])
            .arg(site.properties());
        format
    }

    /// A port where nobody listens and that was not given before.
    fn free_port(&self) -> Result<u16, Failure> {
        loop {
            let port = self.next_port.fetch_add(1, Ordering::Relaxed);
            if port >= LAST_PORT {
                return Err("no free port".into());
            }
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(port);
            }
        }
    }

    /// Starts the process of a broker and does not wait for it.
    pub fn launch(&self, site: &Site) -> Result<Broker, Failure> {
        let command = match site.side {
            Side::Eddyline => {
                let mut command = self.eddyline(&["broker", "--config"]);
                command.arg(site.properties());
                for property in &self.eddyline_properties {
                    command.args(["--override", property]);
                }
                command
            }
            Side::Kafka => {
                let mut command = self.java("broker", KAFKA_JVM);
                command.arg("kafka.Kafka").arg(site.properties());
                command
            }
        };
        let process = Process::start(command, &site.folder.join("broker.log"))?;
        let bootstrap = format!("127.0.0.1:{}", site.port);
        Ok(Broker { process, bootstrap })
    }

    /// Starts a broker and waits until it serves.
    pub async fn start(&self, site: &Site) -> Result<(Broker, Client), Failure> {
        let mut broker = self.launch(site)?;
        let client = connect_within(&mut broker, READY_WITHIN).await?;
        Ok((broker, client))
    }
}

/// A client of a broker that may still be starting.
pub async fn connect_within(broker: &mut Broker, limit: Duration) -> Result<Client, Failure> {
    let deadline = Instant::now() + limit;
    loop {
        let options = ClientOptions {
            back_off: Duration::from_millis(2),
            ..ClientOptions::default()
        };
        match Client::connect(&broker.bootstrap, options).await {
            Ok(client) => return Ok(client),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => broker.process.require_running()?,
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

impl Site {
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn properties(&self) -> PathBuf {
        self.folder.join("server.properties")
    }

    /// Removes the data.
    pub fn clear(self) -> Result<(), Failure> {
        Ok(fs::remove_dir_all(&self.folder)?)
    }

    /// Whose broker it is.
    pub fn side(&self) -> Side {
        self.side
    }
}

fn properties(site: &Site, controller_port: u16) -> String {
    let (port, data) = (site.port, path_text(&site.data()));
    let own = match site.side {
        Side::Eddyline => "eddyline.http.listener=\n",
        Side::Kafka => "",
    };
    format!(
        "process.roles=broker,controller\n\
         node.id=1\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
         controller.listener.names=CONTROLLER\n\
         controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}\n\
         log.dirs={data}\n\
         offsets.topic.replication.factor=1\n\
         transaction.state.log.replication.factor=1\n\
         transaction.state.log.min.isr=1\n\
         share.coordinator.state.topic.replication.factor=1\n\
         share.coordinator.state.topic.min.isr=1\n{own}"
    )
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
