//! `broker list` and `broker unregister`: the brokers of a cluster.
//!
//! `eddyline broker` itself runs one, so that these stand beside it.

mod list;
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
    /// Forget a broker that is gone for good
    Unregister(unregister::UnregisterArgs),
}

impl BrokerCommand {
    pub(crate) fn output_format(&self) -> OutputFormat {
        match self {
            Self::List(args) => args.cluster.output,
            Self::Unregister(args) => args.cluster.output,
        }
    }

    pub(crate) async fn carry_out(self) -> Result<(), CliError> {
        match self {
            Self::List(args) => list::list(&args).await,
            Self::Unregister(args) => unregister::unregister(&args).await,
        }
    }
}
