//! `cluster quorum …`: the controllers, who leads them and who votes, in the words of kafka-metadata-quorum.

use broker_client::{QuorumDescription, QuorumListener, QuorumReplica};
use broker_model::{BrokerId, DirectoryId, Timestamp, Uuid};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::clock;
use crate::confirm::ConfirmArgs;
use crate::connect::ClusterArgs;
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

const EXAMPLES: &str = "Examples:
  eddyline cluster quorum describe --replication
  eddyline cluster quorum add-voter 4 --directory MXZJTMXqSSuC_7W2MBnVlA --listener CONTROLLER://four:9093
  eddyline cluster quorum remove-voter 2 --directory 5XSgIqvNRLi3h_JcAzh7gA --yes";

/// What is done with the quorum.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct QuorumArgs {
    #[command(subcommand)]
    command: QuorumCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum QuorumCommand {
    /// Show who leads and who votes, and how far each is
    Describe(DescribeArgs),
    /// Let a controller vote that follows already
    AddVoter(AddVoterArgs),
    /// Take the vote from a controller
    RemoveVoter(RemoveVoterArgs),
}

/// Which part is shown; both without a choice.
#[derive(Args, Clone, Debug)]
struct DescribeArgs {
    /// Leader, epoch, high watermark, voters and observers
    #[arg(long)]
    status: bool,
    /// How far each controller is behind
    #[arg(long)]
    replication: bool,
}

#[derive(Args, Clone, Debug)]
struct AddVoterArgs {
    /// Number of the controller
    id: i32,
    /// Id of its metadata directory, as in its meta.properties
    #[arg(long, value_name = "UUID", value_parser = directory_id)]
    directory: DirectoryId,
    /// Where it listens; repeat it for several
    #[arg(long, required = true, value_name = "NAME://HOST:PORT", value_parser = listener)]
    listener: Vec<QuorumListener>,
}

#[derive(Args, Clone, Debug)]
struct RemoveVoterArgs {
    /// Number of the controller
    id: i32,
    /// Id of its metadata directory, as `describe` shows it
    #[arg(long, value_name = "UUID", value_parser = directory_id)]
    directory: DirectoryId,
    #[command(flatten)]
    confirm: ConfirmArgs,
}

fn directory_id(text: &str) -> Result<DirectoryId, String> {
    let uuid = text.parse::<Uuid>();
    uuid.map(DirectoryId::new)
        .map_err(|_| "write the 22 letters of a directory.id in meta.properties".to_owned())
}

fn listener(text: &str) -> Result<QuorumListener, String> {
    let parsed = || {
        let (name, address) = text.split_once("://")?;
        let (host, port) = address.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Some(QuorumListener {
            name: name.to_ascii_uppercase(),
            host: host.to_owned(),
            port: port.parse().ok()?,
        })
    };
    let found = parsed().filter(|listener| !listener.name.is_empty() && !listener.host.is_empty());
    found.ok_or_else(|| "write name://host:port, for example CONTROLLER://localhost:9093".to_owned())
}

/// Does with the quorum what was asked.
pub(crate) async fn quorum(cluster: &ClusterArgs, args: &QuorumArgs) -> Result<(), CliError> {
    match &args.command {
        QuorumCommand::Describe(args) => describe(cluster, args).await,
        QuorumCommand::AddVoter(args) => {
            let id = BrokerId::new(args.id);
            let client = cluster.connect().await?;
            client.add_voter(id, args.directory, &args.listener).await?;
            cluster
                .output
                .print(&Changed::new(args.id, args.directory, "votes"))
        }
        QuorumCommand::RemoveVoter(args) => {
            let what = format!("taking the vote from controller {}", args.id);
            args.confirm.confirm(&what, &args.id.to_string())?;
            let client = cluster.connect().await?;
            client
                .remove_voter(BrokerId::new(args.id), args.directory)
                .await?;
            cluster
                .output
                .print(&Changed::new(args.id, args.directory, "votes no more"))
        }
    }
}

#[derive(Debug, Serialize)]
struct Changed {
    controller: i32,
    directory_id: String,
    status: &'static str,
}

impl Changed {
    fn new(controller: i32, directory_id: DirectoryId, status: &'static str) -> Self {
        Self {
            controller,
            directory_id: directory_id.to_string(),
            status,
        }
    }
}

impl Shown for Changed {
    fn text(&self) -> String {
        format!("controller {} {}\n", self.controller, self.status)
    }
}

#[derive(Debug, Serialize)]
struct Quorum {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replication: Option<Vec<Row>>,
}

#[derive(Debug, Serialize)]
struct Status {
    cluster_id: String,
    leader: Option<i32>,
    leader_epoch: i32,
    high_watermark: i64,
    max_follower_lag: Option<i64>,
    max_follower_lag_ms: Option<i64>,
    voters: Vec<Member>,
    observers: Vec<Member>,
}

#[derive(Debug, Serialize)]
struct Member {
    id: i32,
    directory_id: Option<String>,
    listeners: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    id: i32,
    directory_id: Option<String>,
    log_end_offset: Option<i64>,
    lag: Option<i64>,
    last_fetch_ms_ago: Option<i64>,
    last_caught_up_ms_ago: Option<i64>,
    status: &'static str,
}

async fn describe(cluster: &ClusterArgs, args: &DescribeArgs) -> Result<(), CliError> {
    let client = cluster.connect().await?;
    let quorum = client.describe_quorum().await?;
    let both = args.status == args.replication;
    let status = match both || args.status {
        true => Some(Status::new(client.describe_cluster().await?.cluster_id, &quorum)),
        false => None,
    };
    let replication = (both || args.replication).then(|| rows(&quorum, clock::now()));
    cluster.output.print(&Quorum { status, replication })
}

/// Offset of the leader's end.
fn leader_end(quorum: &QuorumDescription) -> Option<i64> {
    let leader = quorum
        .voters
        .iter()
        .find(|voter| Some(voter.id) == quorum.leader)?;
    leader.log_end.map(|end| end.value())
}

fn lag(quorum: &QuorumDescription, replica: &QuorumReplica) -> Option<i64> {
    Some(leader_end(quorum)? - replica.log_end?.value())
}

fn directory(replica: &QuorumReplica) -> Option<String> {
    (!replica.directory_id.is_zero()).then(|| replica.directory_id.to_string())
}

impl Status {
    fn new(cluster_id: String, quorum: &QuorumDescription) -> Self {
        let followers = quorum
            .voters
            .iter()
            .filter(|voter| Some(voter.id) != quorum.leader);
        let caught_up = |replica: &&QuorumReplica| replica.last_caught_up;
        let newest = quorum
            .voters
            .iter()
            .filter_map(|voter| voter.last_caught_up)
            .max();
        let oldest = followers.clone().filter_map(|voter| caught_up(&voter)).min();
        let member = |replica: &QuorumReplica| Member {
            id: replica.id.value(),
            directory_id: directory(replica),
            listeners: quorum
                .listeners
                .iter()
                .filter(|(id, _)| *id == replica.id)
                .flat_map(|(_, listeners)| listeners)
                .map(|listener| format!("{}://{}:{}", listener.name, listener.host, listener.port))
                .collect(),
        };
        Self {
            cluster_id,
            leader: quorum.leader.map(BrokerId::value),
            leader_epoch: quorum.leader_epoch.value(),
            high_watermark: quorum.high_watermark.value(),
            max_follower_lag: followers.filter_map(|voter| lag(quorum, voter)).max(),
            max_follower_lag_ms: newest.zip(oldest).map(|(newest, oldest)| newest.since_ms(oldest)),
            voters: quorum.voters.iter().map(member).collect(),
            observers: quorum.observers.iter().map(member).collect(),
        }
    }
}

fn rows(quorum: &QuorumDescription, now: Timestamp) -> Vec<Row> {
    let row = |replica: &QuorumReplica, status| Row {
        id: replica.id.value(),
        directory_id: directory(replica),
        log_end_offset: replica.log_end.map(|end| end.value()),
        lag: lag(quorum, replica),
        last_fetch_ms_ago: replica.last_fetch.map(|at| now.since_ms(at)),
        last_caught_up_ms_ago: replica.last_caught_up.map(|at| now.since_ms(at)),
        status,
    };
    let voters = quorum
        .voters
        .iter()
        .map(|voter| match Some(voter.id) == quorum.leader {
            true => row(voter, "Leader"),
            false => row(voter, "Follower"),
        });
    let observers = quorum.observers.iter().map(|observer| row(observer, "Observer"));
    let mut rows: Vec<Row> = voters.chain(observers).collect();
    // The leader first, as in Kafka's tool.
    rows.sort_by_key(|row| (row.status != "Leader", row.status == "Observer", row.id));
    rows
}

impl Shown for Quorum {
    fn text(&self) -> String {
        let status = self.status.as_ref().map(Status::text);
        let replication = self.replication.as_deref().map(replication_table);
        let parts: Vec<String> = status.into_iter().chain(replication).collect();
        parts.join("\n")
    }
}

impl Status {
    fn text(&self) -> String {
        let lag = match (self.max_follower_lag, self.max_follower_lag_ms) {
            (None, None) => "none".to_owned(),
            (records, ms) => format!("{} records, {} ms", records.unwrap_or(0), ms.unwrap_or(0)),
        };
        let members = |members: &[Member]| {
            let member = |member: &Member| {
                let directory = member.directory_id.as_deref();
                let directory = directory.map_or(String::new(), |id| format!(" ({id})"));
                format!("{}{directory}", member.id)
            };
            match members.is_empty() {
                true => "none".to_owned(),
                false => members.iter().map(member).collect::<Vec<_>>().join(", "),
            }
        };
        format!(
            "cluster         {}\nleader          {}\nleader epoch    {}\nhigh watermark  {}\nfollower lag    {lag}\n\
             voters          {}\nobservers       {}\n",
            self.cluster_id,
            self.leader.map_or("none".to_owned(), |id| id.to_string()),
            self.leader_epoch,
            self.high_watermark,
            members(&self.voters),
            members(&self.observers),
        )
    }
}

fn replication_table(rows: &[Row]) -> String {
    let mut table = Table::new(&[
        "NODE",
        "DIRECTORY",
        "LOG END",
        "LAG",
        "LAST FETCH MS AGO",
        "CAUGHT UP MS AGO",
        "STATUS",
    ]);
    let known = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
    for row in rows {
        table.row([
            row.id.to_string(),
            row.directory_id.clone().unwrap_or_else(|| "-".to_owned()),
            known(row.log_end_offset),
            known(row.lag),
            known(row.last_fetch_ms_ago),
            known(row.last_caught_up_ms_ago),
            row.status.to_owned(),
        ]);
    }
    table.to_string()
}
