//! `eddyline restore`: makes an empty node one of the cluster that lies in a bucket, and says what is lost.
//!
//! The node's configuration says which node it is and that its remote store is that bucket. A node that comes later
//! carries out the same plan.

use std::io::Write as _;

use broker_model::{BrokerId, Timestamp};
use broker_storage::RealFs;
use broker_tiered::backup::CommittedOffset;
use broker_tiered::restore_plan::{RestorePlan, RestoredPartition};
use serde_json::{Value, json};

use super::format::FirstVoters;
use crate::boot::BootSettings;
use crate::clock::Clock;
use crate::config::BrokerConfig;
use crate::format::{AlreadyFormatted, FormatRequest};
use crate::program::broker::Configuration;
use crate::program::serve::ServeError;
use crate::remote_store::StoreLocation;
use crate::restore::{PlannedBy, RestoreError, RestoreRequest, Restored, SILENCE_MS, look, restore};

/// How often it is looked again whether a cluster has fallen silent.
const SILENCE_RETRY: std::time::Duration = std::time::Duration::from_secs(5);

/// What `restore` can be told.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArguments {
    #[command(flatten)]
    configuration: Configuration,
    /// s3://bucket/prefix or file:///folder; without it eddyline.remote.store of the configuration
    #[arg(long, value_name = "BUCKET")]
    from: Option<String>,
    /// Numbers of the brokers that the cluster is to have; without it those that it had
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    brokers: Vec<i32>,
    /// Do not wait for the cluster to be silent for a minute: it is known to be gone
    #[arg(long)]
    cluster_is_gone: bool,
    /// How the report is shown
    #[arg(long, short = 'o', value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    voters: FirstVoters,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(super) enum Output {
    /// Aligned columns for people
    #[default]
    Table,
    /// One JSON value
    Json,
}

/// Restores, and tells what it did.
///
/// # Errors
/// The configuration cannot be used, the node is not empty, the bucket is not fit, or the file system fails.
pub(super) async fn run(arguments: RestoreArguments) -> Result<(), ServeError> {
    let clock = Clock::start();
    let config = arguments.configuration.load()?;
    let settings = config.boot_settings();
    let from = match &arguments.from {
        Some(text) => config.store_location(text).map_err(RestoreError::from)?,
        None => configured(&settings)?,
    };
    let mut format = config.format_request(None, AlreadyFormatted::Refuse, clock.wall());
    let voters = arguments
        .voters
        .choose(&config)
        .map_err(ServeError::FirstVoters)?;
    format.voters = voters.unwrap_or(format.voters);
    let brokers: Vec<_> = arguments.brokers.iter().copied().map(BrokerId::new).collect();
    let request = RestoreRequest {
        settings: &settings,
        format,
        from: &from,
        brokers: (!brokers.is_empty()).then_some(brokers),
        silence_ms: match arguments.cluster_is_gone {
            true => 0,
            false => SILENCE_MS,
        },
    };
    let restored = restore(request, clock).await?;
    let mut out = std::io::stdout();
    match arguments.output {
        Output::Json => writeln!(out, "{:#}", report(&restored, &clock))?,
        Output::Table => write!(out, "{}", told(&restored, &clock))?,
    }
    Ok(())
}

fn configured(settings: &BootSettings) -> Result<StoreLocation, ServeError> {
    let remote = settings.remote.as_ref().map(|remote| remote.location.clone());
    remote.ok_or_else(|| {
        ServeError::Tier(
            "say --from which bucket, or set eddyline.remote.store in the configuration".to_owned(),
        )
    })
}

/// Restores a node that is started with `eddyline.restore.from` on directories that are not formatted.
pub(super) async fn at_start(config: &BrokerConfig, clock: Clock) -> Result<(), ServeError> {
    let format = config.format_request(None, AlreadyFormatted::Refuse, clock.wall());
    empty_node(config, &format, clock).await.map(|_| ())
}

/// What came of a node whose configuration has `eddyline.restore.from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmptyNode {
    /// It was empty and is one of the restored cluster now.
    Restored,
    /// It is not to be restored, or was formatted before.
    LeftAlone,
}

/// Restores it if it is to be and is empty; waits for a cluster that was there until a moment ago.
pub(super) async fn empty_node(
    config: &BrokerConfig,
    format: &FormatRequest,
    clock: Clock,
) -> Result<EmptyNode, ServeError> {
    let Some(text) = &config.restore_from else {
        return Ok(EmptyNode::LeftAlone);
    };
    let settings = config.boot_settings();
    if broker_storage::read_meta_properties(&RealFs, &settings.metadata_directory)
        .map_err(RestoreError::from)?
        .is_some()
    {
        return Ok(EmptyNode::LeftAlone);
    }
    let from = config.store_location(text).map_err(RestoreError::from)?;
    loop {
        let request = RestoreRequest {
            settings: &settings,
            format: format.clone(),
            from: &from,
            brokers: None,
            silence_ms: SILENCE_MS,
        };
        match restore(request, clock).await {
            Ok(restored) => {
                let (cluster, logs, lost) = (&restored.plan.cluster_id, restored.logs, restored.plan.lost());
                tracing::info!(%cluster, %from, logs, lost, "this node was restored from the remote store");
                for partition in restored.plan.with_losses() {
                    tracing::warn!(topic = partition.topic, partition = %partition.partition, from = %partition.lost.from,
                        until = %partition.lost.until, "records that were only local are lost");
                }
                return Ok(EmptyNode::Restored);
            }
            Err(RestoreError::Refused(alive @ broker_tiered::restore_plan::RestoreRefused::Alive { .. })) => {
                tracing::warn!(reason = %alive, "the restore waits");
                tokio::time::sleep(SILENCE_RETRY).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// How much of a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// The partitions.
    Partitions,
    /// Also what groups had committed.
    WithGroups,
}

/// Shows what a restore of a bucket would bring back, or why there would be none.
///
/// # Errors
/// The standard output is closed.
pub(super) async fn show(from: &StoreLocation, contents: Contents) -> Result<(), ServeError> {
    let clock = Clock::start();
    let mut out = std::io::stdout();
    let plan = match look(from, clock).await {
        Ok(plan) => plan,
        Err(error) => return Ok(writeln!(out, "\nno restore: {error}")?),
    };
    write!(
        out,
        "\nwhat a restore would bring back:\n{}",
        plan_told(&plan, &clock)
    )?;
    if contents == Contents::WithGroups {
        writeln!(
            out,
            "{:<32} {:<32} {:>9} {:>12}",
            "GROUP", "TOPIC", "PARTITION", "COMMITTED"
        )?;
        for offset in plan.groups.values().flatten() {
            let (group, topic) = (&offset.group, &offset.topic);
            writeln!(
                out,
                "{group:<32} {topic:<32} {:>9} {:>12}",
                offset.partition, offset.offset
            )?;
        }
    }
    Ok(())
}

/// The same for programs.
pub(super) async fn reported(from: &StoreLocation, contents: Contents) -> Value {
    let clock = Clock::start();
    let plan = match look(from, clock).await {
        Ok(plan) => plan,
        Err(error) => return json!({"refused": error.to_string()}),
    };
    let mut report = plan_report(&plan, &clock);
    if let (Contents::WithGroups, Some(fields)) = (contents, report.as_object_mut()) {
        let offset = |offset: &CommittedOffset| {
            json!({
                "group": offset.group,
                "topic": offset.topic,
                "partition": offset.partition,
                "offset": offset.offset,
            })
        };
        let offsets: Vec<_> = plan.groups.values().flatten().map(offset).collect();
        fields.insert("offsets".to_owned(), Value::Array(offsets));
    }
    report
}

fn seconds_ago(then: Timestamp, clock: &Clock) -> i64 {
    clock.wall().since_ms(then).max(0) / 1_000
}

fn report(restored: &Restored, clock: &Clock) -> Value {
    let mut report = plan_report(&restored.plan, clock);
    if let Some(fields) = report.as_object_mut() {
        fields.insert("logsOfThisNode".to_owned(), json!(restored.logs));
    }
    report
}

/// A plan for programs.
fn plan_report(plan: &RestorePlan, clock: &Clock) -> Value {
    let partition = |partition: &RestoredPartition| {
        json!({
            "topic": partition.topic,
            "topicId": partition.topic_id.to_string(),
            "partition": partition.partition.value(),
            "logStartOffset": partition.log_start.value(),
            "remoteEndOffset": partition.local_start.value(),
            "resumesAtOffset": partition.resume.value(),
            "leaderEpoch": partition.leader_epoch.value(),
            "lostFromOffset": partition.lost.from.value(),
            "lostUntilOffset": partition.lost.until.value(),
            "lost": partition.lost.count(),
            "seenAtMs": partition.lost.seen_at.map(Timestamp::as_ms),
            "replicas": partition.replicas.iter().map(|id| id.value()).collect::<Vec<_>>(),
        })
    };
    json!({
        "clusterId": plan.cluster_id.to_string(),
        "generation": plan.generation.value(),
        "metadataAtMs": plan.metadata_at.as_ms(),
        "metadataAgeSeconds": seconds_ago(plan.metadata_at, clock),
        "logsAtMs": plan.logs_at.map(Timestamp::as_ms),
        "logsAgeSeconds": plan.logs_at.map(|at| seconds_ago(at, clock)),
        "brokers": plan.brokers.iter().map(|id| id.value()).collect::<Vec<_>>(),
        "groups": groups(plan),
        "committedOffsets": plan.groups.values().map(Vec::len).sum::<usize>(),
        "lost": plan.lost(),
        "partitions": plan.partitions.iter().map(partition).collect::<Vec<_>>(),
    })
}

fn groups(plan: &RestorePlan) -> usize {
    let offsets = plan.groups.values().flatten();
    let groups: std::collections::BTreeSet<_> = offsets.map(|offset| &offset.group).collect();
    groups.len()
}

fn told(restored: &Restored, clock: &Clock) -> String {
    let by = match restored.planned_by {
        PlannedBy::ThisNode => "planned by this node",
        PlannedBy::Another => "as another node planned it",
    };
    let head = format!("{} logs of this node were made, {by}\n", restored.logs);
    plan_told(&restored.plan, clock) + &head
}

/// A plan for people.
fn plan_told(plan: &RestorePlan, clock: &Clock) -> String {
    let mut text = format!(
        "cluster {}, restore {}\nmetadata of {} s ago, logs and committed offsets of {}\n{} groups, {} committed offsets\n",
        plan.cluster_id,
        plan.generation,
        seconds_ago(plan.metadata_at, clock),
        plan.logs_at.map_or_else(
            || "nowhere".to_owned(),
            |at| format!("{} s ago", seconds_ago(at, clock))
        ),
        groups(plan),
        plan.groups.values().map(Vec::len).sum::<usize>(),
    );
    text += &format!(
        "{:<32} {:>9} {:>12} {:>12} {:>12} {:>12}\n",
        "TOPIC", "PARTITION", "LOG START", "REMOTE END", "LOST", "RESUMES AT"
    );
    for partition in &plan.partitions {
        text += &format!(
            "{:<32} {:>9} {:>12} {:>12} {:>12} {:>12}\n",
            partition.topic,
            partition.partition.value(),
            partition.log_start.value(),
            partition.local_start.value(),
            partition.lost.count(),
            partition.resume.value(),
        );
    }
    text + &format!(
        "{} records were only local and are lost, as far as was seen\n",
        plan.lost()
    )
}
