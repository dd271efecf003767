//! `leader …`: who leads partitions.

mod elect;

use clap::{Args, Subcommand};

use crate::connect::ClusterArgs;
use crate::error::CliError;

/// What is done with leaders.
#[derive(Args, Debug)]
pub struct LeaderArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    command: LeaderCommand,
}

#[derive(Debug, Subcommand)]
enum LeaderCommand {
    /// Have preferred leaders elected, or any replica where none in sync is left
    Elect(elect::ElectArgs),
}

impl LeaderArgs {
    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self.command {
            LeaderCommand::Elect(args) => elect::elect(&self.cluster, &args).await,
        }
    }
}
