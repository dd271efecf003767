//! `broker list`.

use std::collections::BTreeMap;

use broker_client::{ClusterBroker, MetadataCache, TopicSelection};
use broker_model::BrokerId;
use clap::Args;
use serde::Serialize;

use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// Nothing to choose.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

#[derive(Debug, Serialize)]
struct Brokers {
    brokers: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    id: i32,
    host: String,
    port: u16,
    rack: Option<String>,
    is_fenced: bool,
    leaders: usize,
    replicas: usize,
    out_of_sync: usize,
}

/// What a broker has of the partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Holding {
    leaders: usize,
    replicas: usize,
    out_of_sync: usize,
}

/// Shows every broker that is registered, in service or not.
pub(crate) async fn list(args: &ListArgs) -> Result<(), CliError> {
    let client = args.cluster.connect().await?;
    let description = client.describe_cluster().await?;
    let held = holdings(&*client.refresh(TopicSelection::All).await?);
    let row = |broker: &ClusterBroker| {
        let holding = held.get(&broker.id).copied().unwrap_or_default();
        Row {
            id: broker.id.value(),
            host: broker.endpoint.host.clone(),
            port: broker.endpoint.port,
            rack: broker.rack.clone(),
            is_fenced: broker.is_fenced,
            leaders: holding.leaders,
            replicas: holding.replicas,
            out_of_sync: holding.out_of_sync,
        }
    };
    args.cluster.output.print(&Brokers {
        brokers: description.brokers.iter().map(row).collect(),
    })
}

fn holdings(metadata: &MetadataCache) -> BTreeMap<BrokerId, Holding> {
    let mut held: BTreeMap<BrokerId, Holding> = BTreeMap::new();
    for partition in metadata.topics.values().flat_map(|topic| &topic.partitions) {
        if let Some(leader) = partition.leader {
            held.entry(leader).or_default().leaders += 1;
        }
        for replica in &partition.replicas {
            let holding = held.entry(*replica).or_default();
            holding.replicas += 1;
            holding.out_of_sync += usize::from(!partition.isr.contains(replica));
        }
    }
    held
}

impl Shown for Brokers {
    fn text(&self) -> String {
        let mut table = Table::new(&[
            "BROKER",
            "HOST",
            "PORT",
            "RACK",
            "STATE",
            "LEADERS",
            "REPLICAS",
            "OUT OF SYNC",
        ]);
        for broker in &self.brokers {
            let state = match broker.is_fenced {
                true => "fenced",
                false => "active",
            };
            table.row([
                broker.id.to_string(),
                broker.host.clone(),
                broker.port.to_string(),
                broker.rack.clone().unwrap_or_default(),
                state.to_owned(),
                broker.leaders.to_string(),
                broker.replicas.to_string(),
                broker.out_of_sync.to_string(),
            ]);
        }
        table.to_string()
    }
}
