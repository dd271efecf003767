//! Scripts that complete commands, options and fixed values in a shell.

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use crate::error::CliError;
use crate::output::write_out;

/// For which shell.
#[derive(Args, Clone, Debug)]
pub struct CompletionArgs {
    /// The shell that the script is for
    #[arg(value_enum)]
    shell: CompletedShell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CompletedShell {
    /// source <(eddyline completion bash)
    Bash,
    /// eddyline completion zsh > "${fpath[1]}/_eddyline"
    Zsh,
    /// eddyline completion fish | source
    Fish,
}

/// Prints the script for the whole program.
pub(crate) fn complete(args: &CompletionArgs, mut program: clap::Command) -> Result<(), CliError> {
    let shell = match args.shell {
        CompletedShell::Bash => Shell::Bash,
        CompletedShell::Zsh => Shell::Zsh,
        CompletedShell::Fish => Shell::Fish,
    };
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program, name, &mut script);
    write_out(&script)
}
