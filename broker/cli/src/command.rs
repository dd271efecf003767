//! The commands and how one is carried out: a runtime of its own, an exit code at the end.

use std::process::ExitCode;

use clap::Subcommand;

use crate::broker::BrokerCommand;
use crate::cluster::ClusterCommandArgs;
use crate::completion::{CompletionArgs, complete};
use crate::config::ConfigArgs;
use crate::error::{CliError, ExitStatus};
use crate::group::GroupArgs;
use crate::leader::LeaderArgs;
use crate::output::OutputFormat;
use crate::perf::PerfArgs;
use crate::reassign::ReassignArgs;
use crate::rebalance::RebalanceArgs;
use crate::tier::TierCommand;
use crate::topic::TopicArgs;

/// A command that talks to a cluster, or that is about the command line itself.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List, create, describe, alter and delete topics; write and read their records
    Topic(TopicArgs),
    /// List, describe, reset and delete consumer groups
    Group(GroupArgs),
    /// Look at the cluster as a whole, and at its controllers
    Cluster(ClusterCommandArgs),
    /// Say on which brokers partitions lie
    Reassign(ReassignArgs),
    /// Spread replicas over brokers: plan, start, watch and cancel
    Rebalance(RebalanceArgs),
    /// Say who leads partitions
    Leader(LeaderArgs),
    /// The brokers of a cluster; stands beside running one
    #[command(skip)]
    Broker(BrokerCommand),
    /// The remote tier of a cluster; stands beside looking into a bucket
    #[command(skip)]
    Tier(TierCommand),
    /// Look at and change the configuration of topics, brokers and groups
    Config(ConfigArgs),
    /// Measure how fast a cluster takes and gives records
    Perf(PerfArgs),
    /// Print a script that completes commands in a shell
    Completion(CompletionArgs),
}

/// Carries a command out. `program` is the whole command line, for completion scripts.
pub fn run(command: Command, program: clap::Command) -> ExitCode {
    status_of(command, program).into()
}

fn status_of(command: Command, program: clap::Command) -> ExitStatus {
    let format = command.output_format();
    let outcome = match command {
        Command::Completion(args) => complete(&args, program),
        command => on_a_runtime(command),
    };
    let Err(error) = outcome else {
        return ExitStatus::Done;
    };
    if !error.is_closed_pipe() {
        error.print(format);
    }
    error.exit_status()
}

fn on_a_runtime(command: Command) -> Result<(), CliError> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.enable_all().build().map_err(CliError::Runtime)?;
    let outcome = runtime.block_on(command.carry_out());
    // A thread may still sit in a read of the standard input that nothing ends.
    runtime.shutdown_background();
    outcome
}

impl Command {
    fn output_format(&self) -> OutputFormat {
        match self {
            Self::Topic(args) => args.cluster.output,
            Self::Cluster(args) => args.cluster.output,
            Self::Reassign(args) => args.cluster.output,
            Self::Leader(args) => args.cluster.output,
            Self::Rebalance(args) => args.admin().output,
            Self::Broker(command) => command.output_format(),
            Self::Tier(command) => command.output_format(),
            Self::Group(args) => args.cluster.output,
            Self::Config(args) => args.cluster.output,
            Self::Perf(args) => args.cluster.output,
            Self::Completion(_) => OutputFormat::Table,
        }
    }

    async fn carry_out(self) -> Result<(), CliError> {
        match self {
            Self::Topic(args) => args.carry_out().await,
            Self::Cluster(args) => args.carry_out().await,
            Self::Reassign(args) => args.carry_out().await,
            Self::Leader(args) => args.carry_out().await,
            Self::Rebalance(args) => args.carry_out().await,
            Self::Broker(command) => command.carry_out().await,
            Self::Tier(command) => command.carry_out().await,
            Self::Group(args) => args.carry_out().await,
            Self::Config(args) => args.carry_out().await,
            Self::Perf(args) => args.carry_out().await,
            Self::Completion(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod scripted;
#[cfg(test)]
mod tests;
