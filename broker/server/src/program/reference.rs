//! `eddyline reference`: writes the reference pages of the repository (`cargo reference`).
//!
//! Of use to people who change the tables only, so the command does not stand in the help.

use std::path::{Path, PathBuf};

use clap::CommandFactory;

use super::serve::ServeError;
use crate::reference;

/// Where the repository is.
#[derive(Debug, clap::Args)]
pub(super) struct ReferenceArguments {
    /// Root of the repository
    #[arg(default_value = ".")]
    root: PathBuf,
}

/// Writes the pages that are stale, and names them.
///
/// # Errors
/// A page cannot be written.
pub(super) fn run(arguments: &ReferenceArguments) -> Result<(), ServeError> {
    let root: &Path = &arguments.root;
    for path in reference::write(root, &super::Arguments::command())? {
        println!("{path}");
    }
    Ok(())
}
