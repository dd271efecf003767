//! `group …`: consumer groups and how far they have read.

mod delete;
mod describe;
mod list;
mod reset;

use clap::{Args, Subcommand};

use crate::connect::ClusterArgs;
use crate::error::CliError;

/// What is done with groups.
#[derive(Args, Debug)]
pub struct GroupArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    command: GroupCommand,
}

#[derive(Debug, Subcommand)]
enum GroupCommand {
    /// List groups with their states
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    /// Show members, offsets and lag of groups
    Describe(describe::DescribeArgs),
    /// Say where a group that is not running reads on; shows the plan unless --execute is given
    Reset(Box<reset::ResetArgs>),
    /// Delete groups, or only their offsets in some topics
    #[command(visible_alias = "rm")]
    Delete(delete::DeleteArgs),
}

impl GroupArgs {
    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self.command {
            GroupCommand::List(args) => list::list(&self.cluster, &args).await,
            GroupCommand::Describe(args) => describe::describe(&self.cluster, &args).await,
            GroupCommand::Reset(args) => reset::reset(&self.cluster, &args).await,
            GroupCommand::Delete(args) => delete::delete(&self.cluster, &args).await,
        }
    }
}
