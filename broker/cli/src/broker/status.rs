//! `broker status`: how nodes are, whether they have caught up, and whether each may be stopped.

use broker_admin::tonic::Status;
use broker_admin::v1::{
    BrokerStatusRequest, BrokerStatusResponse, CaughtUpRequest, Obstacles, SafeToStopRequest,
};
use clap::Args;
use serde::Serialize;

use crate::admin::{AdminArgs, Node};
use crate::error::CliError;
use crate::output::Shown;
use crate::table::Table;

/// Every node that `--admin` names is asked about itself.
#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    #[command(flatten)]
    pub(crate) admin: AdminArgs,
}

#[derive(Debug, Serialize)]
struct Nodes {
    nodes: Vec<NodeStatus>,
}

#[derive(Debug, Serialize)]
struct NodeStatus {
    id: i32,
    address: String,
    version: String,
    state: String,
    is_active_controller: bool,
    active_controller: Option<i32>,
    is_cordoned: bool,
    metadata_offset: i64,
    leading: u32,
    following: u32,
    under_replicated: u32,
    under_min_isr: u32,
    offline: u32,
    caught_up: Verdict,
    safe_to_stop: Verdict,
}

/// Unknown, when the active controller did not say.
#[derive(Debug, Default, Serialize)]
struct Verdict {
    yes: Option<bool>,
    obstacles: Vec<String>,
}

/// Asks every node, and the active controller about each.
pub(crate) async fn status(args: &StatusArgs) -> Result<(), CliError> {
    let mut nodes = Vec::new();
    let mut failures = Vec::new();
    for address in &args.admin.admin {
        let call = async |node: &mut Node| {
            let request = args.admin.request(BrokerStatusRequest {});
            node.broker_status(request).await
        };
        match args.admin.ask(address, call).await {
            Ok(status) => nodes.push(NodeStatus::new(address, status.into_inner())),
            Err(failed) => failures.push(CliError::from(failed)),
        }
    }
    for node in &mut nodes {
        node.caught_up = caught_up(&args.admin, node.id).await;
        node.safe_to_stop = safe_to_stop(&args.admin, node.id).await;
    }
    if !nodes.is_empty() {
        args.admin.output.print(&Nodes { nodes })?;
    }
    CliError::of_many("nodes", args.admin.admin.len(), failures, args.admin.output)
}

async fn caught_up(admin: &AdminArgs, node_id: i32) -> Verdict {
    let call = async |node: &mut Node| -> Result<_, Status> {
        let request = CaughtUpRequest {
            node_id,
            max_obstacles: 0,
        };
        let answer = node.caught_up(admin.request(request)).await?.into_inner();
        Ok((answer.caught_up, answer.obstacles))
    };
    Verdict::new(admin.ask_controller(call).await)
}

async fn safe_to_stop(admin: &AdminArgs, node_id: i32) -> Verdict {
    let call = async |node: &mut Node| -> Result<_, Status> {
        let request = SafeToStopRequest {
            node_ids: vec![node_id],
            max_obstacles: 0,
        };
        let answer = node.safe_to_stop(admin.request(request)).await?.into_inner();
        Ok((answer.safe, answer.obstacles))
    };
    Verdict::new(admin.ask_controller(call).await)
}

impl Verdict {
    fn new(asked: Result<(bool, Option<Obstacles>), CliError>) -> Self {
        match asked {
            Ok((yes, obstacles)) => Self {
                yes: Some(yes),
                obstacles: sentences(&obstacles.unwrap_or_default()),
            },
            Err(error) => Self {
                yes: None,
                obstacles: vec![error.to_string()],
            },
        }
    }

    const fn word(&self) -> &'static str {
        match self.yes {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        }
    }
}

fn sentences(obstacles: &Obstacles) -> Vec<String> {
    let mut sentences: Vec<String> = obstacles.named.iter().map(|named| named.text.clone()).collect();
    let all: u64 = obstacles.counts.iter().map(|count| count.count).sum();
    let more = all.saturating_sub(sentences.len() as u64);
    if more > 0 {
        sentences.push(format!("and {more} more"));
    }
    sentences
}

impl NodeStatus {
    fn new(address: &str, status: BrokerStatusResponse) -> Self {
        let state = status.state().as_str_name();
        let state = state.strip_prefix("LIFECYCLE_STATE_").unwrap_or(state);
        Self {
            id: status.node_id,
            address: address.to_owned(),
            state: state.to_lowercase().replace('_', " "),
            version: status.version,
            is_active_controller: status.is_active_controller,
            active_controller: status.active_controller_id,
            is_cordoned: status.is_cordoned,
            metadata_offset: status.metadata_offset,
            leading: status.leading,
            following: status.following,
            under_replicated: status.under_replicated,
            under_min_isr: status.under_min_isr,
            offline: status.offline,
            caught_up: Verdict::default(),
            safe_to_stop: Verdict::default(),
        }
    }

    fn roles(&self) -> String {
        let state = &self.state;
        match (self.is_active_controller, self.is_cordoned) {
            (false, false) => state.clone(),
            (true, false) => format!("{state}, decides"),
            (false, true) => format!("{state}, cordoned"),
            (true, true) => format!("{state}, decides, cordoned"),
        }
    }
}

impl Shown for Nodes {
    fn text(&self) -> String {
        let mut table = Table::new(&[
            "NODE",
            "STATE",
            "LEADS",
            "FOLLOWS",
            "UNDER-REPLICATED",
            "UNDER-MIN-ISR",
            "OFFLINE",
            "CAUGHT UP",
            "SAFE TO STOP",
        ]);
        let mut why = String::new();
        for node in &self.nodes {
            table.row([
                node.id.to_string(),
                node.roles(),
                node.leading.to_string(),
                node.following.to_string(),
                node.under_replicated.to_string(),
                node.under_min_isr.to_string(),
                node.offline.to_string(),
                node.caught_up.word().to_owned(),
                node.safe_to_stop.word().to_owned(),
            ]);
            for (verdict, what) in [
                (&node.caught_up, "has not caught up"),
                (&node.safe_to_stop, "is not safe to stop"),
            ] {
                let reasons = verdict.obstacles.iter();
                why.extend(reasons.map(|reason| format!("node {} {what}: {reason}\n", node.id)));
            }
        }
        match why.is_empty() {
            true => table.to_string(),
            false => format!("{table}\n{why}"),
        }
    }
}
