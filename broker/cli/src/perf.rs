//! `perf …`: how fast a cluster takes and gives records, and how long each took.

mod consume;
mod latency;
mod pacer;
mod payload;
mod produce;
mod produce_report;
mod schedule;

use clap::{Args, Subcommand};

use crate::connect::ClusterArgs;
use crate::error::CliError;

/// What is measured.
#[derive(Args, Debug)]
pub struct PerfArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    command: PerfCommand,
}

#[derive(Debug, Subcommand)]
enum PerfCommand {
    /// Write records at a rate or as fast as possible, and measure until they are acknowledged
    Produce(Box<produce::PerfProduceArgs>),
    /// Read records as fast as possible
    Consume(consume::PerfConsumeArgs),
}

impl PerfArgs {
    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self.command {
            PerfCommand::Produce(args) => produce::produce(&self.cluster, &args).await,
            PerfCommand::Consume(args) => consume::consume(&self.cluster, &args).await,
        }
    }
}
