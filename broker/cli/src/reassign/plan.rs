//! `reassign plan`.

use broker_client::TopicSelection;
use broker_model::{BrokerId, TopicPartition};
use clap::Args;
use serde::{Serialize, Serializer};

use super::plan_file::PlanFile;
use super::planner::{Assignment, Target, propose};
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// What is to lie where.
#[derive(Args, Clone, Debug)]
pub(crate) struct PlanArgs {
    /// A topic; can be given several times, without it all but internal ones
    #[arg(long, short)]
    topic: Vec<String>,
    /// Brokers that may hold replicas
    #[arg(long, required = true, value_delimiter = ',', value_name = "ID,…")]
    brokers: Vec<i32>,
    /// So many replicas of each partition, instead of as many as it has
    #[arg(long, short, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    replicas: Option<u16>,
    /// Leave racks out of account
    #[arg(long)]
    disable_rack_aware: bool,
}

/// What is and what could be; as JSON or YAML only the plan, as a file for `start`.
#[derive(Debug)]
struct Proposal {
    now: Assignment,
    proposed: Assignment,
}

impl Serialize for Proposal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PlanFile::new(self.proposed.clone()).serialize(serializer)
    }
}

/// Prints a plan.
pub(crate) async fn plan(cluster: &ClusterArgs, args: &PlanArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    for topic in &args.topic {
        client.topic(topic).await?;
    }
    let metadata = client.refresh(TopicSelection::All).await?;
    let is_meant = |name: &str, is_internal: bool| match args.topic.is_empty() {
        true => !is_internal,
        false => args.topic.iter().any(|topic| topic == name),
    };
    let mut now = Assignment::new();
    for topic in metadata.topics.values() {
        if is_meant(&topic.name, topic.is_internal) {
            let partitions = topic.partitions.iter().map(|partition| {
                let key = TopicPartition::new(topic.name.as_str(), partition.index);
                (key, partition.replicas.clone())
            });
            now.extend(partitions);
        }
    }
    let known = client.describe_cluster().await?.brokers;
    let mut targets = Vec::new();
    for id in &args.brokers {
        let broker = known.iter().find(|broker| broker.id == BrokerId::new(*id));
        let broker = broker.ok_or_else(|| CliError::Usage(format!("the cluster has no broker {id}")))?;
        targets.push(Target {
            id: broker.id,
            rack: broker.rack.clone().filter(|_| !args.disable_rack_aware),
        });
    }
    let proposed = propose(&now, &targets, args.replicas.map(usize::from)).map_err(CliError::Impossible)?;
    cluster.output.print(&Proposal { now, proposed })
}

impl Shown for Proposal {
    fn text(&self) -> String {
        let mut table = Table::new(&["TOPIC", "PARTITION", "NOW ON", "TO BE ON", "COPIES"]);
        let mut copies = 0;
        for ((key, now), (_, proposed)) in self.now.iter().zip(&self.proposed) {
            let new = proposed.iter().filter(|id| !now.contains(id)).count();
            copies += new;
            if now != proposed {
                table.row([
                    key.topic.to_string(),
                    key.partition.to_string(),
                    listed(now),
                    listed(proposed),
                    new.to_string(),
                ]);
            }
        }
        match self.now == self.proposed {
            true => "nothing needs to move\n".to_owned(),
            false => format!(
                "{table}\n{copies} replicas to copy; write the plan with -o json and begin it with: \
                 eddyline reassign start FILE\n"
            ),
        }
    }
}

/// Brokers with commas between.
pub(super) fn listed(ids: &[BrokerId]) -> String {
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    texts.join(",")
}
