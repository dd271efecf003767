//! `topic create`.

use broker_client::{Client, CreatedTopic, NewTopic, Validation};
use broker_protocol::ErrorCode;
use clap::Args;
use serde::Serialize;

use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::key_value::KeyValue;
use crate::output::Shown;
use crate::table::Table;

/// What is created.
#[derive(Args, Clone, Debug)]
pub(crate) struct CreateArgs {
    /// Names of the topics
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Partitions of each topic; the broker's default if not given
    #[arg(long, short, value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// Replicas of each partition; the broker's default if not given
    #[arg(long, short, value_parser = clap::value_parser!(i16).range(1..))]
    replicas: Option<i16>,
    /// Configuration of the topic; can be given several times
    #[arg(long, short, value_name = "NAME=VALUE")]
    config: Vec<KeyValue>,
    /// A topic that exists already is fine
    #[arg(long)]
    if_not_exists: bool,
    /// Only ask the cluster whether it would do it
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Created {
    topics: Vec<CreatedRow>,
}

#[derive(Debug, Serialize)]
struct CreatedRow {
    name: String,
    id: Option<String>,
    partitions: Option<i32>,
    replicas: Option<i16>,
    status: &'static str,
}

/// Creates the topics one by one; one that fails does not stop the others.
pub(crate) async fn create(cluster: &ClusterArgs, args: &CreateArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let mut created = Created { topics: Vec::new() };
    let mut failures = Vec::new();
    for name in &args.topics {
        match create_one(&client, args, name).await {
            Ok(row) => created.topics.push(row),
            Err(error) => failures.push(error),
        }
    }
    if !created.topics.is_empty() {
        cluster.output.print(&created)?;
    }
    CliError::of_many("topics", args.topics.len(), failures, cluster.output)
}

async fn create_one(client: &Client, args: &CreateArgs, name: &str) -> Result<CreatedRow, CliError> {
    let config = args
        .config
        .iter()
        .map(|pair| (pair.key.clone(), pair.value.clone()));
    let topic = NewTopic {
        name: name.to_owned(),
        partitions: args.partitions,
        replicas: args.replicas,
        configs: config.collect(),
    };
    let (validation, status) = match args.dry_run {
        true => (Validation::Only, "would be created"),
        false => (Validation::AndApply, "created"),
    };
    match client.create_topic(&topic, validation).await {
        Ok(made) => Ok(CreatedRow::new(name, &made, status)),
        Err(error) if args.if_not_exists && error.code() == Some(ErrorCode::TopicAlreadyExists) => {
            Ok(CreatedRow {
                name: name.to_owned(),
                id: None,
                partitions: None,
                replicas: None,
                status: "exists",
            })
        }
        Err(error) => Err(error.into()),
    }
}

impl CreatedRow {
    fn new(name: &str, made: &CreatedTopic, status: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            id: (made.id != broker_model::TopicId::ZERO).then(|| made.id.to_string()),
            partitions: made.partitions,
            replicas: made.replicas,
            status,
        }
    }
}

impl Shown for Created {
    fn text(&self) -> String {
        let mut table = Table::new(&["NAME", "PARTITIONS", "REPLICAS", "STATUS"]);
        for topic in &self.topics {
            table.row([
                topic.name.clone(),
                topic.partitions.map_or("-".to_owned(), |count| count.to_string()),
                topic.replicas.map_or("-".to_owned(), |count| count.to_string()),
                topic.status.to_owned(),
            ]);
        }
        table.to_string()
    }
}
