//! The binary `eddyline`: a broker, what prepares and administers it, and its clients, in one file.

use std::process::ExitCode;

use broker_server::program;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    program::main()
}
