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
pub(crate) fn complete(args: &CompletionArgs, program: clap::Command) -> Result<(), CliError> {
    write_out(&script(args.shell, program))
}

fn script(shell: CompletedShell, mut program: clap::Command) -> Vec<u8> {
    let shell = match shell {
        CompletedShell::Bash => Shell::Bash,
        CompletedShell::Zsh => Shell::Zsh,
        CompletedShell::Fish => Shell::Fish,
    };
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program, name, &mut script);
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_gets_a_script_that_knows_the_commands() {
        for shell in CompletedShell::value_variants() {
            let program = clap::Command::new("eddyline").subcommand(clap::Command::new("reset-all"));
            let script = String::from_utf8(script(*shell, program)).unwrap();
            assert!(
                script.contains("eddyline") && script.contains("reset-all"),
                "{shell:?}"
            );
        }
    }
}
