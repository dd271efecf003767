//! `topic …`: topics, and the records in them.

mod alter;
mod consume;
mod create;
mod delete;
mod describe;
mod list;
mod produce;

use clap::{Args, Subcommand};

use crate::connect::ClusterArgs;
use crate::error::CliError;

/// What is done with topics.
#[derive(Args, Debug)]
pub struct TopicArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    command: TopicCommand,
}

#[derive(Debug, Subcommand)]
enum TopicCommand {
    /// List topics with their partitions and replicas
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    /// Create topics
    Create(create::CreateArgs),
    /// Show partitions, offsets and configuration of topics
    Describe(describe::DescribeArgs),
    /// Add partitions, change configuration
    Alter(alter::AlterArgs),
    /// Delete topics with all their records
    #[command(visible_alias = "rm")]
    Delete(delete::DeleteArgs),
    /// Write records, one for each line of the standard input
    Produce(Box<produce::ProduceArgs>),
    /// Read records to the standard output
    Consume(Box<consume::ConsumeArgs>),
}

impl TopicArgs {
    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self.command {
            TopicCommand::List(args) => list::list(&self.cluster, &args).await,
            TopicCommand::Create(args) => create::create(&self.cluster, &args).await,
            TopicCommand::Describe(args) => describe::describe(&self.cluster, &args).await,
            TopicCommand::Alter(args) => alter::alter(&self.cluster, &args).await,
            TopicCommand::Delete(args) => delete::delete(&self.cluster, &args).await,
            TopicCommand::Produce(args) => produce::produce(&self.cluster, &args).await,
            TopicCommand::Consume(args) => consume::consume(&self.cluster, &args).await,
        }
    }
}
