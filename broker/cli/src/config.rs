//! `config …`: configuration of topics, brokers, loggers and groups.

mod alter;
mod describe;

use broker_client::{ConfigResource, ConfigResourceType};
use clap::{Args, Subcommand, ValueEnum};

use crate::connect::ClusterArgs;
use crate::error::CliError;

/// What is done with configuration.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Show configuration that differs from the default, or all of it
    Describe(describe::DescribeArgs),
    /// Change configuration
    Alter(alter::AlterArgs),
}

impl ConfigArgs {
    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self.command {
            ConfigCommand::Describe(args) => describe::describe(&self.cluster, &args).await,
            ConfigCommand::Alter(args) => alter::alter(&self.cluster, &args).await,
        }
    }
}

/// What is configured.
#[derive(Args, Clone, Debug)]
struct ResourceArgs {
    /// What kind of thing it is
    #[arg(value_enum)]
    kind: Kind,
    /// Name of the topic or group, number of the broker; without it the default of all brokers
    name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A topic
    Topic,
    /// A broker, or without a number all of them
    Broker,
    /// The loggers of a broker
    Loggers,
    /// A group
    Group,
}

impl ResourceArgs {
    fn resource(&self) -> Result<ConfigResource, CliError> {
        let (kind, word) = match self.kind {
            Kind::Topic => (ConfigResourceType::Topic, "name of the topic"),
            Kind::Broker => (ConfigResourceType::Broker, "number of the broker"),
            Kind::Loggers => (ConfigResourceType::BrokerLogger, "number of the broker"),
            Kind::Group => (ConfigResourceType::Group, "name of the group"),
        };
        let of_broker = matches!(self.kind, Kind::Broker | Kind::Loggers);
        match &self.name {
            Some(name) if of_broker && name.parse::<i32>().is_err() => {
                Err(CliError::Usage(format!("{name:?} is no number of a broker")))
            }
            None if self.kind != Kind::Broker => Err(CliError::Usage(format!("the {word} is missing"))),
            name => Ok(ConfigResource {
                kind,
                name: name.clone().unwrap_or_default(),
            }),
        }
    }
}
