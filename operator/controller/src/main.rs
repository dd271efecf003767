//! The binary `eddyline-operator`.

use std::process::ExitCode;

use clap::Parser;
use operator_controller::run;
use operator_controller::settings::Arguments;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run::main(Arguments::parse())
}
