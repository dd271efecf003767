//! Asks before something is done that cannot be undone.

use std::io::{BufRead, IsTerminal, Write};

use clap::Args;

use crate::error::CliError;

/// Whether a person is asked.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ConfirmArgs {
    /// Do it without asking
    #[arg(long, short)]
    yes: bool,
}

impl ConfirmArgs {
    /// Returns if it may be done: `--yes` was given, or the name was typed on the terminal.
    ///
    /// # Errors
    /// The answer is another one, or there is no terminal to ask on.
    pub(crate) fn confirm(self, what: &str, name: &str) -> Result<(), CliError> {
        self.ask(what, &format!("{what} cannot be undone."), name)
    }

    /// The same for what can be undone, but is shown before.
    ///
    /// # Errors
    /// As for [`Self::confirm`].
    pub(crate) fn agree(self, what: &str, shown: &str, name: &str) -> Result<(), CliError> {
        self.ask(what, shown, name)
    }

    fn ask(self, what: &str, shown: &str, name: &str) -> Result<(), CliError> {
        if self.yes {
            return Ok(());
        }
        let what = what.to_owned();
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(CliError::NotConfirmed { what });
        }
        let failed = |source| CliError::Stream {
            what: "ask on the terminal",
            source,
        };
        let mut err = std::io::stderr().lock();
        write!(err, "{shown} Type {name:?} to go on: ").map_err(failed)?;
        err.flush().map_err(failed)?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).map_err(failed)?;
        match answer.trim() == name {
            true => Ok(()),
            false => Err(CliError::Declined { what }),
        }
    }
}
