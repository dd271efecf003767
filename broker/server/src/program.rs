//! The commands of the binary: which part of the system runs, and with which exit code it ends.
//!
//! `broker` and `dev` serve until they are told to stop, `format` prepares directories; everything else is a client
//! and lives in `broker_cli`. Owns nothing. Exit codes: 0 done, 1 failed, 2 wrong usage.

mod broker;
mod dev;
mod dev_cluster;
mod format;
mod reference;
mod restore;
mod serve;
mod tier;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use tier::TierCommand;

use crate::drivers::memory_return;

pub use serve::{ServeError, runtime};

/// Kafka in one small binary: a broker and its tools.
#[derive(Debug, Parser)]
#[command(name = "eddyline", version, about, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a broker for development: no configuration, ready at once, gone with Ctrl-C
    Dev(dev::DevArguments),
    /// Run a broker with a configuration; or look at those of a cluster
    Broker(broker::BrokerArguments),
    /// Prepare the log directories of a new node
    Format(format::FormatArguments),
    /// Make an empty node one of the cluster that lies in a bucket
    Restore(restore::RestoreArguments),
    /// Look at the remote tier, by its brokers or in its bucket without them; pause and resume it
    Tier(tier::TierArguments),
    /// Write the reference pages of the repository
    #[command(hide = true)]
    Reference(reference::ReferenceArguments),
    #[command(flatten)]
    Client(broker_cli::Command),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    if let Err(error) = memory_return::refuse_huge_pages() {
        eprintln!("eddyline: the system gives huge pages all the same ({error}); more memory counts as used");
    }
    match Arguments::parse().command {
        Command::Dev(arguments) => serve::blocking(dev::run(arguments)),
        Command::Broker(arguments) => match arguments.command {
            Some(command) => broker_cli::run(broker_cli::Command::Broker(command), Arguments::command()),
            None => serve::blocking(broker::run(arguments)),
        },
        Command::Format(arguments) => serve::blocking(format::run(arguments)),
        Command::Restore(arguments) => serve::blocking(restore::run(arguments)),
        Command::Tier(arguments) => match arguments.command {
            TierCommand::OfBucket(command) => serve::blocking(tier::run(command)),
            TierCommand::OfCluster(command) => {
                broker_cli::run(broker_cli::Command::Tier(command), Arguments::command())
            }
        },
        Command::Reference(arguments) => serve::ended(reference::run(&arguments)),
        Command::Client(command) => broker_cli::run(command, Arguments::command()),
    }
}
