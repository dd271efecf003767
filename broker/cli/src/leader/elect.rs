//! `leader elect`, in the words of kafka-leader-election.

use broker_client::ElectionKind;
use broker_model::{PartitionIndex, TopicPartition};
use broker_protocol::ErrorCode;
use clap::{ArgGroup, Args};
use serde::Serialize;

use crate::confirm::ConfirmArgs;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// Which partitions, and who may be elected.
#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("which").required(true))]
pub(crate) struct ElectArgs {
    /// A partition, or all of a topic; can be given several times
    #[arg(long, short, group = "which", value_name = "TOPIC[:PARTITION]")]
    topic: Vec<String>,
    /// Every partition that needs it
    #[arg(long, group = "which")]
    all: bool,
    /// Elect any replica that lives where none in sync does; records may be lost
    #[arg(long)]
    unclean: bool,
    #[command(flatten)]
    confirm: ConfirmArgs,
}

#[derive(Debug, Serialize)]
struct Elected {
    partitions: Vec<ElectedPartition>,
}

#[derive(Debug, Serialize)]
struct ElectedPartition {
    topic: String,
    partition: i32,
    status: &'static str,
}

/// Has leaders elected; partitions that need none are no failure.
pub(crate) async fn elect(cluster: &ClusterArgs, args: &ElectArgs) -> Result<(), CliError> {
    let kind = match args.unclean {
        true => ElectionKind::Unclean,
        false => ElectionKind::Preferred,
    };
    if args.unclean {
        args.confirm
            .confirm("electing leaders that may lack records", "unclean")?;
    }
    let client = cluster.connect().await?;
    let mut partitions = Vec::new();
    for text in &args.topic {
        partitions.extend(
            match text.rsplit_once(':').map(|(topic, index)| (topic, index.parse())) {
                Some((topic, Ok(index))) => vec![TopicPartition::new(topic, PartitionIndex::new(index))],
                _ => client.topic(text).await?.topic_partitions().collect(),
            },
        );
    }
    let wanted = (!args.all).then_some(partitions.as_slice());
    let outcomes = client.elect_leaders(kind, wanted).await?;
    let (total, mut failures) = (outcomes.len(), Vec::new());
    let mut elected = Elected {
        partitions: Vec::new(),
    };
    for (partition, outcome) in outcomes {
        let status = match outcome {
            Ok(()) => "elected",
            Err(error) if error.code() == Some(ErrorCode::ElectionNotNeeded) => "not needed",
            Err(error) => {
                failures.push(error.into());
                continue;
            }
        };
        elected.partitions.push(ElectedPartition {
            topic: partition.topic.to_string(),
            partition: partition.partition.value(),
            status,
        });
    }
    if failures.is_empty() || !elected.partitions.is_empty() {
        cluster.output.print(&elected)?;
    }
    CliError::of_many("elections", total, failures, cluster.output)
}

impl Shown for Elected {
    fn text(&self) -> String {
        let mut table = Table::new(&["TOPIC", "PARTITION", "STATUS"]);
        for row in &self.partitions {
            table.row([
                row.topic.clone(),
                row.partition.to_string(),
                row.status.to_owned(),
            ]);
        }
        table.to_string()
    }
}
