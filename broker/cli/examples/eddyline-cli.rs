//! The commands alone, without a broker in the same program: for trying them against any cluster.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "eddyline", version)]
struct Program {
    #[command(subcommand)]
    command: broker_cli::Command,
}

fn main() -> ExitCode {
    broker_cli::run(Program::parse().command, Program::command())
}
