//! `broker cordon`, `broker uncordon` and `broker drain`.

use broker_admin::tonic::Status;
use broker_admin::v1::{CordonRequest, DrainRequest, RebalanceLimits};
use clap::Args;
use serde::Serialize;

use crate::admin::{AdminArgs, Node};
use crate::error::CliError;
use crate::output::Shown;
use crate::rebalance::{LimitArgs, Plan, watch};

/// Which brokers.
#[derive(Args, Clone, Debug)]
pub struct CordonArgs {
    #[command(flatten)]
    pub(crate) admin: AdminArgs,
    /// Ids of the brokers
    #[arg(required = true, value_name = "BROKER")]
    brokers: Vec<i32>,
}

/// Which brokers, and how fast.
#[derive(Args, Clone, Debug)]
pub struct DrainArgs {
    #[command(flatten)]
    pub(crate) admin: AdminArgs,
    /// Ids of the brokers
    #[arg(required = true, value_name = "BROKER")]
    brokers: Vec<i32>,
    #[command(flatten)]
    limits: LimitArgs,
    /// Wait until the brokers hold nothing any more
    #[arg(long)]
    wait: bool,
}

#[derive(Debug, Serialize)]
struct Cordoned {
    brokers: Vec<i32>,
    cordoned: bool,
}

#[derive(Debug, Serialize)]
struct Drain {
    brokers: Vec<i32>,
    rebalance_id: Option<String>,
    plan: Option<Plan>,
}

/// Sets cordons.
pub(crate) async fn cordon(args: &CordonArgs) -> Result<(), CliError> {
    let broker_ids = args.brokers.clone();
    let call = async |node: &mut Node| -> Result<(), Status> {
        let request = CordonRequest {
            broker_ids: broker_ids.clone(),
        };
        node.cordon(args.admin.request(request)).await.map(drop)
    };
    args.admin.ask_controller(call).await?;
    args.admin.output.print(&Cordoned {
        brokers: args.brokers.clone(),
        cordoned: true,
    })
}

/// Lifts cordons.
pub(crate) async fn uncordon(args: &CordonArgs) -> Result<(), CliError> {
    let broker_ids = args.brokers.clone();
    let call = async |node: &mut Node| -> Result<(), Status> {
        let request = CordonRequest {
            broker_ids: broker_ids.clone(),
        };
        node.uncordon(args.admin.request(request)).await.map(drop)
    };
    args.admin.ask_controller(call).await?;
    args.admin.output.print(&Cordoned {
        brokers: args.brokers.clone(),
        cordoned: false,
    })
}

/// Cordons brokers and moves everything off them.
pub(crate) async fn drain(args: &DrainArgs) -> Result<(), CliError> {
    let limits: RebalanceLimits = args.limits.limits();
    let call = async |node: &mut Node| {
        let request = DrainRequest {
            broker_ids: args.brokers.clone(),
            limits: Some(limits),
        };
        node.drain(args.admin.request(request)).await
    };
    let drained = args.admin.ask_controller(call).await?.into_inner();
    let has_begun = drained.plan.is_some();
    args.admin.output.print(&Drain {
        brokers: args.brokers.clone(),
        rebalance_id: has_begun.then_some(drained.rebalance_id),
        plan: drained.plan.map(Plan::from),
    })?;
    match args.wait && has_begun {
        true => watch(&args.admin).await,
        false => Ok(()),
    }
}

impl Shown for Cordoned {
    fn text(&self) -> String {
        let what = match self.cordoned {
            true => "takes no new replicas",
            false => "takes new replicas again",
        };
        let lines = self.brokers.iter().map(|id| format!("broker {id} {what}\n"));
        lines.collect()
    }
}

impl Shown for Drain {
    fn text(&self) -> String {
        match (&self.plan, &self.rebalance_id) {
            (Some(plan), Some(id)) => {
                format!(
                    "{}\nrebalance {id} has begun; eddyline rebalance status --watch shows how far it is\n",
                    plan.text()
                )
            }
            _ => "the brokers hold nothing, and take nothing new\n".to_owned(),
        }
    }
}
