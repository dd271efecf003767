//! Where brokers run: their ports, data, configuration and start commands.
//!
//! Invariant: both brokers get the same properties, Kafka's defaults with as many copies of its own topics as there are
//! brokers, up to three; nothing listens outside of loopback or on a port from 32768 on.

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
const FIRST_PORT: u16 = 22_000;
const LAST_PORT: u16 = 32_000;
/// Longest wait for a broker to serve.
const READY_WITHIN: Duration = Duration::from_secs(90);
const CLUSTER_ID: &str = "ZWRkeWxpbmUtYmVuY2gtMQ";
/// Directory ids of the nodes of a cluster.
const DIRECTORY_IDS: [&str; 3] = [
    "YmVuY2gtZGlyZWN0b3J5MQ",
    "YmVuY2gtZGlyZWN0b3J5Mg",
    "YmVuY2gtZGlyZWN0b3J5Mw",
];
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
    began: Instant,
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
    /// `node.id`.
    id: i32,
    port: u16,
    controller_port: u16,
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
            runs: if arguments.quick {
                1
            } else {
                arguments.runs().max(1)
            },
            quick: arguments.quick,
            began: Instant::now(),
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

    /// Whether so many minutes have passed since the harness began: then what was measured once is not repeated.
    pub fn is_past(&self, minutes: f64) -> bool {
        self.began.elapsed().as_secs_f64() > minutes * 60.0
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

    /// A folder for one broker without data; formatted.
    pub fn site(&self, side: Side, name: &str) -> Result<Site, Failure> {
        let sites = self.laid_out(side, name, 1)?;
        for site in &sites {
            self.format(site, &["--standalone"])?;
        }
        sites.into_iter().next().ok_or_else(|| "no site".into())
    }

    /// Folders for three brokers without data, each also a controller; formatted.
    pub fn cluster_sites(&self, side: Side, name: &str) -> Result<Vec<Site>, Failure> {
        let sites = self.laid_out(side, name, DIRECTORY_IDS.len())?;
        let voters: Vec<String> = sites
            .iter()
            .zip(DIRECTORY_IDS)
            .map(|(site, directory)| format!("{}@127.0.0.1:{}:{directory}", site.id, site.controller_port))
            .collect();
        for site in &sites {
            self.format(site, &["--initial-controllers", &voters.join(",")])?;
        }
        Ok(sites)
    }

    fn laid_out(&self, side: Side, name: &str, count: usize) -> Result<Vec<Site>, Failure> {
        let mut sites = Vec::with_capacity(count);
        for id in (1..).take(count) {
            let folder = self.scratch.path().join(format!("{name}-{}-{id}", side.name()));
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::create_dir_all(&folder)?;
            let (port, controller_port) = (self.free_port()?, self.free_port()?);
            sites.push(Site {
                side,
                folder,
                id,
                port,
                controller_port,
            });
        }
        for site in &sites {
            fs::write(site.properties(), properties(site, &sites))?;
        }
        Ok(sites)
    }

    fn format(&self, site: &Site, quorum: &[&str]) -> Result<(), Failure> {
        let mut format = match site.side {
            Side::Eddyline => self.eddyline(&["format", "-t", CLUSTER_ID, "--config"]),
            Side::Kafka => {
                let mut format = self.java("broker", &["-Xmx256m"]);
                format.args(["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c"]);
                format
            }
        };
        format.arg(site.properties()).args(quorum);
        output_within(format, READY_WITHIN)?;
        Ok(())
    }

    /// A port where nobody listens and that was not given before.
    pub fn free_port(&self) -> Result<u16, Failure> {
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
        let bootstrap = site.address();
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

    /// Where clients connect.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
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

fn properties(site: &Site, all: &[Site]) -> String {
    let (id, port, data) = (site.id, site.port, path_text(&site.data()));
    let own = match site.side {
        Side::Eddyline => "eddyline.http.listener=\n",
        Side::Kafka => "",
    };
    let controllers: Vec<String> = all
        .iter()
        .map(|site| format!("127.0.0.1:{}", site.controller_port))
        .collect();
    let copies = all.len();
    let in_sync = copies.saturating_sub(1).max(1);
    format!(
        "process.roles=broker,controller\n\
         node.id={id}\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
         controller.listener.names=CONTROLLER\n\
         controller.quorum.bootstrap.servers={controllers}\n\
         log.dirs={data}\n\
         min.insync.replicas={in_sync}\n\
         offsets.topic.replication.factor={copies}\n\
         transaction.state.log.replication.factor={copies}\n\
         transaction.state.log.min.isr={in_sync}\n\
         share.coordinator.state.topic.replication.factor={copies}\n\
         share.coordinator.state.topic.min.isr={in_sync}\n{own}",
        controller_port = site.controller_port,
        controllers = controllers.join(","),
    )
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
