//! `eddyline tier`: looks at the remote tier in its bucket, without a broker and without changing anything; what brokers
//! are asked about it is `broker_cli`'s.
//!
//! `inspect` shows what the manifests say, `verify` compares them with what lies there and reads every segment with its
//! checksums; both are found out in `bucket_report`. Exit codes: 0 all is as it should be, 1 something is not.

use std::io::Write as _;

use broker_tiered::object_key::RemotePartition;
use serde_json::{Value, json};

use crate::bucket_report::{self, BucketFinding, ReadManifest, Weight};
use crate::program::restore::{self, Output};
use crate::program::serve::ServeError;
use crate::remote_store::{S3Access, StoreLocation};

/// What `tier` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct TierArguments {
    #[command(subcommand)]
    pub(super) command: TierCommand,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum TierCommand {
    #[command(flatten)]
    OfBucket(BucketCommand),
    #[command(flatten)]
    OfCluster(broker_cli::TierCommand),
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum BucketCommand {
    /// Show what each partition has in a bucket, and what a restore would bring back
    Inspect {
        #[command(flatten)]
        place: Place,
        /// Show also what groups had committed
        #[arg(long)]
        groups: bool,
        /// How it is shown
        #[arg(long, short = 'o', value_enum, default_value_t)]
        output: Output,
    },
    /// Compare manifests, objects and checksums; read everything
    Verify {
        #[command(flatten)]
        place: Place,
        /// How it is shown
        #[arg(long, short = 'o', value_enum, default_value_t)]
        output: Output,
    },
}

/// Which bucket.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// s3://bucket/prefix or file:///folder, as eddyline.remote.store of the brokers
    store: String,
    /// URL of an S3 store that is not Amazon's
    #[arg(long)]
    endpoint: Option<String>,
    /// Region of the bucket
    #[arg(long)]
    region: Option<String>,
}

/// Carries it out.
///
/// # Errors
/// When the store does not answer, or something is not as it should be.
pub(super) async fn run(command: BucketCommand) -> Result<(), ServeError> {
    match command {
        BucketCommand::Inspect {
            place,
            groups,
            output,
        } => {
            let location = place.location()?;
            let contents = match groups {
                true => restore::Contents::WithGroups,
                false => restore::Contents::Partitions,
            };
            let manifests = bucket_report::manifests(&location).await.map_err(told)?;
            let unreadable = manifests.iter().filter(|(_, manifest)| manifest.is_err()).count();
            match output {
                Output::Table => {
                    inspect(&manifests)?;
                    restore::show(&location, contents).await?;
                }
                Output::Json => {
                    let told = json!({
                        "partitions": manifests.iter().map(inspected).collect::<Vec<_>>(),
                        "restore": restore::reported(&location, contents).await,
                    });
                    writeln!(std::io::stdout(), "{told:#}")?;
                }
            }
            match unreadable {
                0 => Ok(()),
                count => Err(told(format!(
                    "{count} manifests cannot be read: put their last sound versions back (versions of the bucket, or a copy)"
                ))),
            }
        }
        BucketCommand::Verify { place, output } => verify(&place.location()?, output).await,
    }
}

impl Place {
    fn location(&self) -> Result<StoreLocation, ServeError> {
        let access = S3Access {
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            ..S3Access::default()
        };
        StoreLocation::parse(&self.store, access).map_err(told)
    }
}

fn told(error: impl ToString) -> ServeError {
    ServeError::Tier(error.to_string())
}

fn inspect(manifests: &[(RemotePartition, ReadManifest)]) -> Result<(), ServeError> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:<24} {:>9} {:>12} {:>12} {:>8} {:>14} {:>6}",
        "TOPIC ID", "PARTITION", "LOG START", "REMOTE END", "SEGMENTS", "BYTES", "EPOCH"
    )?;
    for (partition, manifest) in manifests {
        let (topic, index) = (partition.topic_id.to_string(), partition.index.value());
        match manifest {
            Ok(manifest) => writeln!(
                out,
                "{topic:<24} {index:>9} {:>12} {:>12} {:>8} {:>14} {:>6}",
                manifest.log_start().value(),
                manifest.remote_end().value(),
                manifest.segments().len(),
                manifest.size_in_bytes(),
                manifest.writer.epoch.value(),
            )?,
            Err(error) => writeln!(
                out,
                "{topic:<24} {index:>9} {}: {error}",
                partition.manifest_path()
            )?,
        }
    }
    Ok(())
}

/// A manifest, for programs.
fn inspected((partition, manifest): &(RemotePartition, ReadManifest)) -> Value {
    let (topic, index) = (partition.topic_id.to_string(), partition.index.value());
    match manifest {
        Ok(manifest) => json!({
            "topicId": topic,
            "partition": index,
            "logStartOffset": manifest.log_start().value(),
            "remoteEndOffset": manifest.remote_end().value(),
            "segments": manifest.segments().len(),
            "leavingSegments": manifest.leaving().len(),
            "bytes": manifest.size_in_bytes(),
            "leaderEpoch": manifest.writer.epoch.value(),
        }),
        Err(error) => json!({"topicId": topic, "partition": index, "error": error}),
    }
}

async fn verify(location: &StoreLocation, output: Output) -> Result<(), ServeError> {
    let mut out = std::io::stdout();
    let verification = bucket_report::verified(location).await.map_err(told)?;
    let (segments, wrong) = (verification.segments, verification.harmful());
    match output {
        Output::Table => {
            for BucketFinding { folder, what, .. } in &verification.findings {
                writeln!(out, "{folder}: {what}")?;
            }
            writeln!(out, "{segments} segments read, {wrong} findings")?;
        }
        Output::Json => {
            let finding = |found: &BucketFinding| {
                let is_harmless = found.weight == Weight::Harmless;
                json!({"folder": found.folder, "finding": found.what, "harmless": is_harmless})
            };
            let told = json!({
                "segmentsRead": segments,
                "wrong": wrong,
                "findings": verification.findings.iter().map(finding).collect::<Vec<_>>(),
            });
            writeln!(out, "{told:#}")?;
        }
    }
    match wrong {
        0 => Ok(()),
        _ => Err(told(
            "the remote tier is not as its manifests say: put what is missing or damaged back (versions of the bucket, or a copy), or \
             give its offsets up by DeleteRecords",
        )),
    }
}
