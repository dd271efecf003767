//! `reassign …`: on which brokers partitions lie, in the words of kafka-reassign-partitions and with its files.

mod cancel;
mod plan;
mod plan_file;
mod planner;
mod start;
mod status;
mod throttle;

use clap::{Args, Subcommand};

use crate::connect::ClusterArgs;
use crate::error::CliError;

const EXAMPLES: &str = "Examples:
  eddyline reassign plan --topic orders --brokers 1,2,3,4 -o json > plan.json
  eddyline reassign start plan.json --throttle 50MiB --rollback back.json
  eddyline reassign status plan.json
  eddyline reassign cancel plan.json";

/// What is done with reassignments.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ReassignArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    command: ReassignCommand,
}

#[derive(Debug, Subcommand)]
enum ReassignCommand {
    /// Propose where partitions could lie on some brokers; changes nothing (--generate)
    Plan(plan::PlanArgs),
    /// Begin what a plan says (--execute)
    Start(start::StartArgs),
    /// Show how far a plan is, or everything that is under way (--verify, --list)
    Status(status::StatusArgs),
    /// Undo what is under way (--cancel)
    Cancel(cancel::CancelArgs),
}

impl ReassignArgs {
    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self.command {
            ReassignCommand::Plan(args) => plan::plan(&self.cluster, &args).await,
            ReassignCommand::Start(args) => start::start(&self.cluster, &args).await,
            ReassignCommand::Status(args) => status::status(&self.cluster, &args).await,
            ReassignCommand::Cancel(args) => cancel::cancel(&self.cluster, &args).await,
        }
    }
}
