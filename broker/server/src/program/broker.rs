//! `eddyline broker`: a broker as its configuration says, on directories that `eddyline format` prepared.
//!
//! The configuration is a properties file with Kafka's names; variables of the environment (`KAFKA_*`, then
//! `EDDYLINE_*`) and `--override` come after it, in this order.

use std::path::PathBuf;

use broker_storage::DirectoryError;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

use crate::boot::BootError;
use crate::clock::Clock;
use crate::config::{self, BrokerConfig, ConfigError};
use crate::logging;
use crate::program::restore;
use crate::program::serve::{self, ServeError};

/// What `broker` can be told.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct BrokerArguments {
    #[command(flatten)]
    configuration: Configuration,
    /// End at once when the process with this id, which started this one, is gone
    #[arg(long, hide = true, value_name = "PID")]
    end_with: Option<i32>,
    #[command(subcommand)]
    pub(super) command: Option<broker_cli::BrokerCommand>,
}

/// Where the configuration comes from.
#[derive(Debug, clap::Args)]
pub(super) struct Configuration {
    /// Properties file with Kafka's names, for example server.properties
    #[arg(long, value_name = "FILE", env = "EDDYLINE_CONFIG_FILE")]
    config: Option<PathBuf>,
    /// One more property; repeat it for several
    #[arg(long = "override", value_name = "KEY=VALUE", value_parser = key_value)]
    overrides: Vec<(String, String)>,
}

pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("give it as key=value".to_owned()),
    }
}

impl Configuration {
    /// Reads file, environment and command line.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(super) fn load(&self) -> Result<BrokerConfig, ConfigError> {
        // Names and values that are not Unicode mean no configuration.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        config::load(self.config.as_deref(), environment, &self.overrides)
    }

    /// The same configuration for another command, as it is typed.
    fn as_arguments(&self) -> String {
        let file = self
            .config
            .iter()
            .map(|path| format!(" --config {}", path.display()));
        let overrides = self
            .overrides
            .iter()
            .map(|(key, value)| format!(" --override {key}={value}"));
        file.chain(overrides).collect()
    }
}

/// Ties this process to the one that started it.
fn end_with(parent: i32) -> Result<(), ServeError> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(std::io::Error::from)?;
    // It may have gone before the system knew that we care.
    match getppid().map(Pid::as_raw_pid) == Some(parent) {
        true => Ok(()),
        false => Err(ServeError::Cluster(format!("process {parent} is gone"))),
    }
}

/// Serves until the process is told to stop.
///
/// # Errors
/// The configuration cannot be used, the broker does not start, or it cannot go on.
pub(super) async fn run(arguments: BrokerArguments) -> Result<(), ServeError> {
    let clock = Clock::start();
    if let Some(parent) = arguments.end_with {
        end_with(parent)?;
    }
    let config = arguments.configuration.load()?;
    logging::start(config.logging.format, &config.logging.levels)?;
    for problem in &config.without_effect {
        tracing::info!(%problem, "configuration without effect");
    }
    for problem in &config.suspicious {
        tracing::warn!(%problem, "configuration that is likely a mistake");
    }
    if !config.unknown_variables.is_empty() {
        tracing::warn!(variables = ?config.unknown_variables, "variables of the environment that name no configuration");
    }
    restore::at_start(&config, clock).await?;
    let served = serve::until_told(config.boot_settings(), clock, |running| {
        let (addresses, http) = (running.addresses(), running.admin_address());
        let admin = running.admin_service_address();
        let start_ms = clock.elapsed().as_millis();
        tracing::info!(node_id = %config.node_id, ?addresses, ?http, ?admin, start_ms, "broker serves");
        Ok(())
    });
    served.await.map_err(|error| match error {
        ServeError::Boot(BootError::Directory(DirectoryError::NotFormatted { path })) => {
            ServeError::NotFormatted {
                path,
                arguments: arguments.configuration.as_arguments(),
            }
        }
        other => other,
    })
}
