//! `eddyline dev`: a whole broker in this process, with nothing to prepare; with `--brokers` a cluster of them
//! (`dev_cluster`), with `-f` what a file of objects describes (`operator_laptop`).
//!
//! Owns the temporary directory, which goes with the process; a directory that was given stays. Invariant: the line
//! that begins with `ready in` is printed when clients are served, not before, and its form never changes.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use broker_storage::{REMOTE_STORE_FOLDER, RealFs};
use operator_laptop::{LaptopSettings, Output};

use crate::boot::RunningBroker;
use crate::clock::{Clock, random_uuid};
use crate::config::{self, BrokerConfig};
use crate::format::{AlreadyFormatted, format};
use crate::logging;
use crate::program::dev_cluster::{self, DevOutput, Ready};
use crate::program::serve::{self, ServeError};
use crate::remote_store::StoreLocation;
use crate::s3_endpoint::{BUCKET, S3Endpoint};

/// The port that Kafka's tools expect.
const USUAL_PORT: u16 = 9092;
/// The port of the admin service.
const USUAL_ADMIN_PORT: u16 = 9645;
/// The port for monitoring.
const USUAL_HTTP_PORT: u16 = 9644;

/// What `dev` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct DevArguments {
    /// Keep the data in this directory, and find it again next time
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Listen on this port; without it 9092, or a free one if that is taken
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// Set a configuration of the broker; repeat it for several
    #[arg(long = "config", value_name = "KEY=VALUE", value_parser = super::broker::key_value)]
    pub(super) configs: Vec<(String, String)>,
    /// Show the older segments as an S3 endpoint on this port, to be looked at with S3's tools
    #[arg(long, value_name = "PORT", conflicts_with = "file")]
    s3_port: Option<u16>,
    /// Run the KafkaCluster and the Topics of this file, as `kubectl apply` would, and again whenever it is saved
    #[arg(long, short = 'f', value_name = "FILE", conflicts_with_all = ["brokers", "chaos", "configs"])]
    file: Option<PathBuf>,
    /// Run a cluster of so many brokers, a process each, all of them controllers too
    #[arg(long, default_value = "1", value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(super) brokers: u8,
    /// Kill, freeze and restart brokers one at a time, and check that no acknowledged record is lost
    #[arg(long)]
    pub(super) chaos: bool,
    /// What happens when: the same seed brings the same faults
    #[arg(long, requires = "chaos")]
    pub(super) seed: Option<u64>,
    /// End after so long; without it with Ctrl-C
    #[arg(long, requires = "chaos", value_name = "DURATION", value_parser = broker_cli::parse_duration)]
    pub(super) duration: Option<Duration>,
    /// How it tells what it does
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) output: DevOutput,
}

/// What `dev` does otherwise than a broker without configuration: it is alone, looks after its logs every 5 s, copies
/// closed segments into a folder beside them, does not wait for more members of a new group, and logs what needs
/// attention only.
const DEV_CONFIGS: &[(&str, &str)] = &[
    ("node.id", "1"),
    ("default.replication.factor", "1"),
    ("offsets.topic.replication.factor", "1"),
    ("log.retention.check.interval.ms", "5000"),
    ("log.cleaner.backoff.ms", "5000"),
    ("remote.log.storage.system.enable", "true"),
    ("remote.log.manager.task.interval.ms", "5000"),
    ("eddyline.remote.topics", "true"),
    ("group.initial.rebalance.delay.ms", "0"),
    ("eddyline.log.level", "warn"),
];

/// A directory that goes with its owner, unless it was given.
#[derive(Debug)]
pub(super) enum DataDirectory {
    Given(PathBuf),
    Temporary(PathBuf),
}

impl DataDirectory {
    fn choose(given: Option<PathBuf>) -> Result<Self, ServeError> {
        match given {
            Some(path) => Ok(Self::Given(path)),
            None => {
                let path = std::env::temp_dir().join(format!("eddyline-{}", random_uuid()?));
                Ok(Self::Temporary(path))
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Given(path) | Self::Temporary(path) => path,
        }
    }

    /// The path, and what becomes of it.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Given(path) => format!("{} (kept)", path.display()),
            Self::Temporary(path) => format!("{} (removed when this ends)", path.display()),
        }
    }
}

impl Drop for DataDirectory {
    fn drop(&mut self) {
        if let Self::Temporary(path) = self
            && let Err(error) = std::fs::remove_dir_all(&path)
            && path.exists()
        {
            eprintln!("eddyline: {} could not be removed: {error}", path.display());
        }
    }
}

/// Serves until the process is told to stop.
///
/// # Errors
/// The broker does not start, or cannot go on.
pub(super) async fn run(arguments: DevArguments) -> Result<(), ServeError> {
    let clock = Clock::start();
    if arguments.chaos && usize::from(arguments.brokers) < dev_cluster::CHAOS_NODES_MIN {
        let needed = dev_cluster::CHAOS_NODES_MIN;
        return Err(ServeError::Cluster(format!(
            "--chaos takes brokers away: give it --brokers {needed} or more"
        )));
    }
    let data = DataDirectory::choose(arguments.data.clone())?;
    if let Some(file) = arguments.file.clone() {
        return of_file(file, &arguments, &data).await;
    }
    if arguments.brokers > 1 {
        if arguments.s3_port.is_some() {
            let why = "--s3-port shows the segments of one broker: leave --brokers away";
            return Err(ServeError::Cluster(why.to_owned()));
        }
        return dev_cluster::run(arguments, data).await;
    }
    let port = match arguments.port {
        Some(port) => port,
        None => usual_or_free_port(USUAL_PORT)?,
    };
    let config = configuration(data.path(), port, arguments.configs)?;
    logging::start(config.logging.format, &config.logging.levels)?;
    format(
        &RealFs,
        &config.format_request(None, AlreadyFormatted::Keep, clock.wall()),
    )?;
    let settings = config.boot_settings();
    let remote = settings.remote.as_ref().map(|remote| remote.location.clone());
    let s3 = match (arguments.s3_port, &remote) {
        (Some(port), Some(location)) => {
            let (objects, _) = location.connect().map_err(std::io::Error::other)?;
            Some(S3Endpoint::start(objects, port).await?)
        }
        (Some(_), None) => {
            let why = "--s3-port needs a remote tier: remote.log.storage.system.enable is false";
            return Err(ServeError::Tier(why.to_owned()));
        }
        (None, _) => None,
    };
    let tier = ToldTier {
        location: remote,
        s3: s3.as_ref().map(S3Endpoint::address),
    };
    serve::until_told(settings, clock, |running| {
        announce(arguments.output, running, (&data, &tier), clock)
    })
    .await
}

/// Where older segments are.
struct ToldTier {
    location: Option<StoreLocation>,
    s3: Option<SocketAddr>,
}

/// Runs the objects of a file as processes.
async fn of_file(file: PathBuf, arguments: &DevArguments, data: &DataDirectory) -> Result<(), ServeError> {
    let settings = LaptopSettings {
        file,
        data: std::path::absolute(data.path())?,
        data_told: data.told(),
        port: arguments.port,
        output: match arguments.output {
            DevOutput::Text => Output::Text,
            DevOutput::Json => Output::Json,
        },
        program: std::env::current_exe()?,
        cluster_id: random_uuid()?.to_string(),
    };
    let stop = async {
        dev_cluster::told()
            .await
            .map_err(|error| std::io::Error::other(error.to_string()))
    };
    Ok(operator_laptop::run(settings, stop).await?)
}

fn configuration(data: &Path, port: u16, more: Vec<(String, String)>) -> Result<BrokerConfig, ServeError> {
    let remote = std::path::absolute(data)?.join(REMOTE_STORE_FOLDER);
    let http_port = usual_or_free_port(USUAL_HTTP_PORT)?;
    let admin_port = usual_or_free_port(USUAL_ADMIN_PORT)?;
    let of_place = [
        ("log.dirs", data.display().to_string()),
        ("listeners", format!("PLAINTEXT://127.0.0.1:{port}")),
        ("eddyline.remote.store", format!("file://{}", remote.display())),
        ("eddyline.http.listener", format!("127.0.0.1:{http_port}")),
        ("eddyline.admin.listener", format!("127.0.0.1:{admin_port}")),
    ];
    let fixed = DEV_CONFIGS
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    let own = fixed
        .chain(of_place)
        .map(|(name, value)| (name.to_owned(), value));
    let overrides: Vec<(String, String)> = own.chain(more).collect();
    Ok(config::load(None, std::iter::empty(), &overrides)?)
}

/// The usual port if nobody listens there, else 0: the system chooses.
fn usual_or_free_port(usual: u16) -> Result<u16, ServeError> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, usual)) {
        Ok(_closed_again) => Ok(usual),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Ok(0),
        Err(error) => Err(error.into()),
    }
}

fn announce(
    output: DevOutput,
    running: &RunningBroker,
    (data, tier): (&DataDirectory, &ToldTier),
    clock: Clock,
) -> Result<(), ServeError> {
    let Some((_, kafka)) = running.addresses().first() else {
        return Ok(());
    };
    let seconds = clock.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    if output == DevOutput::Json {
        let ready = Ready {
            seconds,
            kafka: &[kafka.to_string()],
            data: data.path(),
            remote_store: tier.location.as_ref().map(ToString::to_string),
            s3: tier.s3.as_ref().map(ToString::to_string),
        };
        writeln!(out, "{}", ready.object())?;
        return Ok(out.flush()?);
    }
    writeln!(out, "ready in {seconds:.1}s  kafka {kafka}")?;
    writeln!(out, "  data   {}", data.told())?;
    if let Some(location) = &tier.location {
        writeln!(out, "  older  {location} (closed segments, looked for every 5 s)")?;
    }
    if let Some(s3) = tier.s3 {
        writeln!(
            out,
            "  s3     aws s3 ls --no-sign-request --recursive s3://{BUCKET} --endpoint-url http://{s3}"
        )?;
    }
    if let Some(http) = running.admin_address() {
        writeln!(out, "  http   http://{http}/metrics")?;
    }
    if let Some(admin) = running.admin_service_address() {
        writeln!(out, "  admin  {admin}")?;
    }
    writeln!(out, "  try    echo hello | kcat -b {kafka} -t greetings -P")?;
    writeln!(out, "         kcat -b {kafka} -t greetings -C -e")?;
    writeln!(out, "  stop   Ctrl-C")?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(more: &[(&str, &str)]) -> Option<String> {
        let data = std::env::temp_dir().join("eddyline-that-is-not-made");
        let more = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = configuration(&data, 0, more.collect()).unwrap();
        let settings = config.boot_settings();
        settings.remote.map(|remote| remote.location.to_string())
    }

    #[test]
    fn older_segments_lie_below_the_data_unless_somebody_wants_them_elsewhere_or_nowhere() {
        let below = std::env::temp_dir().join("eddyline-that-is-not-made/remote-store");
        assert_eq!(remote(&[]), Some(format!("file://{}", below.display())));
        let elsewhere = [("eddyline.remote.store", "file:///elsewhere")];
        assert_eq!(remote(&elsewhere), Some("file:///elsewhere".to_owned()));
        assert_eq!(remote(&[("remote.log.storage.system.enable", "false")]), None);
    }
}
