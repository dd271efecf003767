//! What the operator is told when it starts: arguments, or the environment of its pod.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use operator_plan::validate::OperatorSettings;

/// Runs Kafka clusters on Kubernetes.
#[derive(Debug, Parser)]
#[command(name = "eddyline-operator", version, about, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keep clusters, topics and movements as their objects say
    Run(Box<RunArguments>),
    /// Print the RBAC rules that the operator needs
    Rbac,
}

/// Of `run`.
#[derive(Args, Clone, Debug)]
pub struct RunArguments {
    /// Namespaces to watch, separated by commas; all of them if none is given
    #[arg(
        long,
        env = "WATCH_NAMESPACES",
        value_delimiter = ',',
        value_name = "NAMESPACE"
    )]
    pub watch_namespaces: Vec<String>,
    /// Objects to watch, by their labels
    #[arg(long, env = "WATCH_SELECTOR", value_name = "SELECTOR")]
    pub watch_selector: Option<String>,
    /// Namespace of the operator itself
    #[arg(
        long,
        env = "POD_NAMESPACE",
        default_value = "default",
        value_name = "NAMESPACE"
    )]
    pub namespace: String,
    /// Name of this process among several
    #[arg(
        long,
        env = "POD_NAME",
        default_value = "eddyline-operator",
        value_name = "NAME"
    )]
    pub identity: String,
    /// Image of the nodes, without a tag
    #[arg(long, env = "BROKER_IMAGE", default_value = "eddyline", value_name = "IMAGE")]
    pub broker_image: String,
    /// Version that new clusters get: the tag of their image
    #[arg(long, env = "BROKER_VERSION", default_value = env!("CARGO_PKG_VERSION"), value_name = "VERSION")]
    pub broker_version: String,
    /// Domain of Kubernetes' names
    #[arg(
        long,
        env = "CLUSTER_DOMAIN",
        default_value = "cluster.local",
        value_name = "DOMAIN"
    )]
    pub cluster_domain: String,
    /// Whether only the process that holds a Lease acts
    #[arg(long, env = "LEADER_ELECTION", default_value_t = true, action = clap::ArgAction::Set, value_name = "BOOL")]
    pub leader_election: bool,
    /// Seconds after which others may take a Lease that its holder has not renewed
    #[arg(long, env = "LEASE_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(3..=600), value_name = "SECONDS")]
    pub lease_seconds: u64,
    /// Passes over Topics at a time; the Topics of a cluster are asked for together
    #[arg(long, env = "CONCURRENT_TOPIC_PASSES", default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=5000), value_name = "COUNT")]
    pub concurrent_topic_passes: u16,
    /// Seconds after which a Topic that is as described is looked at again
    #[arg(long, env = "TOPIC_SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86_400), value_name = "SECONDS")]
    pub topic_seconds: u64,
    /// Passes over clusters, and over movements, at a time
    #[arg(long, env = "CONCURRENT_PASSES", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64), value_name = "COUNT")]
    pub concurrent_passes: u16,
    /// Where health and metrics are served
    #[arg(
        long,
        env = "HTTP_LISTENER",
        default_value = "0.0.0.0:9644",
        value_name = "ADDRESS"
    )]
    pub http_listener: SocketAddr,
    /// How the log is written
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Print what would be done, and write nothing
    #[arg(long, env = "DRY_RUN")]
    pub dry_run: bool,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

impl RunArguments {
    /// What plans read.
    #[must_use]
    pub fn plan_settings(&self) -> OperatorSettings {
        OperatorSettings {
            version: self.broker_version.clone(),
            image_repository: self.broker_image.clone(),
            cluster_domain: self.cluster_domain.clone(),
            namespace: self.namespace.clone(),
        }
    }

    /// How long a Lease lasts.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }
}
