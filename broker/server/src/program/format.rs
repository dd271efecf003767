//! `eddyline format`: makes log directories those of a node of a new cluster, once.
//!
//! Nothing that is formatted is ever formatted again: with `--ignore-formatted` it stays, without it is an error.

use broker_model::{ClusterId, Uuid};
use broker_storage::RealFs;

use crate::clock::Clock;
use crate::format::{AlreadyFormatted, format};
use crate::program::broker::Configuration;
use crate::program::serve::ServeError;

/// What `format` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct FormatArguments {
    #[command(flatten)]
    configuration: Configuration,
    /// Id of the cluster; without it a new one is drawn
    #[arg(long, short = 't', value_name = "ID", value_parser = cluster_id)]
    cluster_id: Option<ClusterId>,
    /// Leave directories that are formatted already as they are
    #[arg(long)]
    ignore_formatted: bool,
}

fn cluster_id(text: &str) -> Result<ClusterId, String> {
    text.parse::<Uuid>().map(|_| ClusterId::new(text)).map_err(|_| {
        "a cluster id is a UUID in 22 letters of URL-safe Base64; leave it out to get a new one".to_owned()
    })
}

/// Formats, and tells what it did.
///
/// # Errors
/// The configuration cannot be used, a directory is formatted already, or the file system fails.
pub(super) fn run(arguments: FormatArguments) -> Result<(), ServeError> {
    let config = arguments.configuration.load()?;
    let already = match arguments.ignore_formatted {
        true => AlreadyFormatted::Keep,
        false => AlreadyFormatted::Refuse,
    };
    let request = config.format_request(arguments.cluster_id, already, Clock::start().wall());
    let formatted = format(&RealFs, &request)?;
    for path in &formatted.written {
        println!(
            "formatted {} for node {} of cluster {}",
            path.display(),
            config.node_id,
            formatted.cluster_id
        );
    }
    if formatted.written.is_empty() {
        println!(
            "nothing to do: every directory is formatted for cluster {}",
            formatted.cluster_id
        );
    }
    Ok(())
}
