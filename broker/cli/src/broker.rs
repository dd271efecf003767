//! `broker list` and `broker unregister`: the brokers of a cluster.
//!
//! `eddyline broker` itself runs one, so that these stand beside it.

mod cordon;
mod list;
mod status;
mod unregister;

use clap::Subcommand;

use crate::error::CliError;
use crate::output::OutputFormat;

/// What is done with the brokers of a cluster.
#[derive(Clone, Debug, Subcommand)]
pub enum BrokerCommand {
    /// List the brokers of a cluster, with what they lead and hold
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    /// Ask nodes how they are, whether they have caught up, and whether each may be stopped
    Status(status::StatusArgs),
    /// Give brokers no new replicas
    Cordon(cordon::CordonArgs),
    /// Give brokers new replicas again
    Uncordon(cordon::CordonArgs),
    /// Give brokers no new replicas, and move everything off them
    Drain(cordon::DrainArgs),
    /// Forget a broker that is gone for good
    Unregister(unregister::UnregisterArgs),
}

impl BrokerCommand {
    pub(crate) fn output_format(&self) -> OutputFormat {
        match self {
            Self::List(args) => args.cluster.output,
            Self::Unregister(args) => args.cluster.output,
            Self::Status(args) => args.admin.output,
            Self::Cordon(args) | Self::Uncordon(args) => args.admin.output,
            Self::Drain(args) => args.admin.output,
        }
    }

    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self {
            Self::List(args) => list::list(&args).await,
            Self::Unregister(args) => unregister::unregister(&args).await,
            Self::Status(args) => status::status(&args).await,
            Self::Cordon(args) => cordon::cordon(&args).await,
            Self::Uncordon(args) => cordon::uncordon(&args).await,
            Self::Drain(args) => cordon::drain(&args).await,
        }
    }
}
