//! `cluster …`: the cluster as a whole.

mod info;
mod quorum;

use clap::{Args, Subcommand};

use crate::connect::ClusterArgs;
use crate::error::CliError;

/// What is done with the cluster as a whole.
#[derive(Args, Debug)]
pub struct ClusterCommandArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    command: ClusterCommand,
}

#[derive(Debug, Subcommand)]
enum ClusterCommand {
    /// Show id, controller, brokers, and with --log-dirs what their disks hold
    Info(info::InfoArgs),
    /// Look at the controllers, let them vote or take the vote from them
    Quorum(quorum::QuorumArgs),
}

impl ClusterCommandArgs {
    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self.command {
            ClusterCommand::Info(args) => info::info(&self.cluster, &args).await,
            ClusterCommand::Quorum(args) => quorum::quorum(&self.cluster, &args).await,
        }
    }
}
