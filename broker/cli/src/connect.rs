//! Which cluster, for how long, and how results look: what all commands that talk to a cluster share.

use std::time::Duration;

use broker_client::{Client, ClientOptions};
use clap::Args;

use crate::duration::parse_duration;
use crate::error::CliError;
use crate::output::OutputFormat;

/// Options of every command that talks to a cluster.
#[derive(Args, Clone, Debug)]
pub(crate) struct ClusterArgs {
    /// Brokers to ask first, as host:port, several separated by commas
    #[arg(
        long,
        short,
        global = true,
        env = "EDDYLINE_BOOTSTRAP",
        default_value = "127.0.0.1:9092",
        value_name = "HOST:PORT",
        help_heading = "Cluster"
    )]
    pub(crate) bootstrap: String,
    /// How long the cluster is tried again before a command gives up
    #[arg(
        long,
        global = true,
        default_value = "30s",
        value_name = "DURATION",
        value_parser = parse_duration,
        help_heading = "Cluster"
    )]
    pub(crate) timeout: Duration,
    /// How results are shown
    #[arg(
        long,
        short,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) output: OutputFormat,
}

impl ClusterArgs {
    pub(crate) async fn connect(&self) -> Result<Client, CliError> {
        self.connect_with(ClientOptions::default()).await
    }

    /// Whether a topic that is written to may come into being by that.
    pub(crate) async fn connect_with(&self, options: ClientOptions) -> Result<Client, CliError> {
        let options = ClientOptions {
            connect_timeout: options.connect_timeout.min(self.timeout),
            request_timeout: options.request_timeout.min(self.timeout),
            call_timeout: self.timeout,
            ..options
        };
        Ok(Client::connect(&self.bootstrap, options).await?)
    }
}
