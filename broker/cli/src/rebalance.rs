//! `rebalance …`: what would move, and moving it.

mod plan;
mod progress;

use broker_admin::v1::RebalanceLimits;
use clap::{Args, Subcommand};

use crate::admin::AdminArgs;
use crate::error::CliError;
use crate::size::parse_size;

pub(crate) use plan::Plan;
pub(crate) use progress::watch;

/// Moves replicas so that brokers carry the same.
#[derive(Args, Debug)]
pub struct RebalanceArgs {
    #[command(subcommand)]
    command: RebalanceCommand,
}

#[derive(Debug, Subcommand)]
enum RebalanceCommand {
    /// Say what would move, how much that is and how long it takes; nothing moves
    Plan(plan::PlanArgs),
    /// Start a plan that was made
    Start(plan::StartArgs),
    /// Say how far the plan is that was started last
    Status(progress::StatusArgs),
    /// End the plan: what has moved stays, what moves is taken back
    Cancel(progress::CancelArgs),
}

/// How much may move at once.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct LimitArgs {
    /// Replicas that a broker receives, and that a leader sends, at once
    #[arg(long, default_value_t = 5, value_name = "COUNT")]
    replicas_per_broker: u32,
    /// Bytes a second that a broker sends or receives for it, such as 50MiB; without it no limit
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    rate: Option<usize>,
}

impl LimitArgs {
    pub(crate) fn limits(self) -> RebalanceLimits {
        RebalanceLimits {
            replicas_per_broker: self.replicas_per_broker,
            bytes_per_second: self.rate.unwrap_or(0) as u64,
        }
    }
}

impl RebalanceArgs {
    pub(crate) fn admin(&self) -> &AdminArgs {
        match &self.command {
            RebalanceCommand::Plan(args) => &args.admin,
            RebalanceCommand::Start(args) => &args.admin,
            RebalanceCommand::Status(args) => &args.admin,
            RebalanceCommand::Cancel(args) => &args.admin,
        }
    }

    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self.command {
            RebalanceCommand::Plan(args) => plan::plan(&args).await,
            RebalanceCommand::Start(args) => plan::start(&args).await,
            RebalanceCommand::Status(args) => progress::status(&args).await,
            RebalanceCommand::Cancel(args) => progress::cancel(&args).await,
        }
    }
}
