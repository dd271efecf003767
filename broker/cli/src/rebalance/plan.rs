//! `rebalance plan` and `rebalance start`.

use std::time::Duration;

use broker_admin::v1::{self, PlanRebalanceRequest, StartRebalanceRequest};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::LimitArgs;
use crate::admin::{AdminArgs, Node};
use crate::error::CliError;
use crate::output::Shown;
use crate::size::parse_size;
use crate::table::Table;

/// What a plan is to reach.
#[derive(Args, Clone, Debug)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) admin: AdminArgs,
    /// What it is to reach
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    mode: Mode,
    /// The brokers that it is about, with commas between them; none for a full plan
    #[arg(long, value_delimiter = ',', value_name = "BROKER")]
    brokers: Vec<i32>,
    /// Bytes a second that a broker may send or receive for it, for the expected time; 50MiB unless given
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    rate: Option<usize>,
    /// Most movements to show
    #[arg(long, default_value_t = 1_000, value_name = "COUNT")]
    max_movements: u32,
}

/// What a plan is to reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// Every broker carries the same
    #[default]
    Full,
    /// New brokers get their share; between the others nothing moves
    AddBrokers,
    /// Brokers hold nothing any more
    RemoveBrokers,
}

/// Which plan, and how fast.
#[derive(Args, Clone, Debug)]
pub(super) struct StartArgs {
    #[command(flatten)]
    pub(super) admin: AdminArgs,
    /// The plan, as `rebalance plan` shows it
    #[arg(value_name = "PLAN")]
    plan: String,
    #[command(flatten)]
    limits: LimitArgs,
}

/// A plan.
#[derive(Debug, Serialize)]
pub(crate) struct Plan {
    plan_id: String,
    movements_total: u32,
    bytes: u64,
    estimated_ms: u64,
    goals: Vec<Goal>,
    movements: Vec<Movement>,
    unmeasured_brokers: Vec<i32>,
}

#[derive(Debug, Serialize)]
struct Goal {
    goal: String,
    before: u64,
    after: u64,
}

#[derive(Debug, Serialize)]
struct Movement {
    topic: String,
    partition: i32,
    from: Vec<i32>,
    to: Vec<i32>,
    bytes: u64,
    why: String,
}

#[derive(Debug, Serialize)]
struct Started {
    rebalance_id: String,
}

/// Shows a plan; nothing moves.
pub(super) async fn plan(args: &PlanArgs) -> Result<(), CliError> {
    let mode = match args.mode {
        Mode::Full => v1::RebalanceMode::Full,
        Mode::AddBrokers => v1::RebalanceMode::AddBrokers,
        Mode::RemoveBrokers => v1::RebalanceMode::RemoveBrokers,
    };
    let call = async |node: &mut Node| {
        let request = PlanRebalanceRequest {
            mode: mode.into(),
            broker_ids: args.brokers.clone(),
            max_movements: args.max_movements,
            bytes_per_second: args.rate.unwrap_or(0) as u64,
        };
        node.plan_rebalance(args.admin.request(request)).await
    };
    let plan = args.admin.ask_controller(call).await?.into_inner();
    args.admin.output.print(&Plan::from(plan))
}

/// Starts a plan.
pub(super) async fn start(args: &StartArgs) -> Result<(), CliError> {
    let limits = args.limits.limits();
    let call = async |node: &mut Node| {
        let request = StartRebalanceRequest {
            plan_id: args.plan.clone(),
            limits: Some(limits),
        };
        node.start_rebalance(args.admin.request(request)).await
    };
    let started = args.admin.ask_controller(call).await?.into_inner();
    args.admin.output.print(&Started {
        rebalance_id: started.rebalance_id,
    })
}

impl From<v1::RebalancePlan> for Plan {
    fn from(plan: v1::RebalancePlan) -> Self {
        let goal = |goal: v1::GoalChange| Goal {
            goal: goal.goal,
            before: goal.before,
            after: goal.after,
        };
        let movement = |movement: v1::Movement| Movement {
            topic: movement.topic,
            partition: movement.partition,
            from: movement.from,
            to: movement.to,
            bytes: movement.bytes,
            why: movement.why,
        };
        Self {
            plan_id: plan.plan_id,
            movements_total: plan.movements_total,
            bytes: plan.bytes,
            estimated_ms: plan.estimated_ms,
            goals: plan.goals.into_iter().map(goal).collect(),
            movements: plan.movements.into_iter().map(movement).collect(),
            unmeasured_brokers: plan.unmeasured_broker_ids,
        }
    }
}

impl Shown for Plan {
    fn text(&self) -> String {
        let ids = |ids: &[i32]| {
            let ids: Vec<String> = ids.iter().map(i32::to_string).collect();
            ids.join(",")
        };
        let mut goals = Table::new(&["GOAL", "NOW", "AFTER"]);
        for goal in &self.goals {
            goals.row([goal.goal.clone(), goal.before.to_string(), goal.after.to_string()]);
        }
        let mut movements = Table::new(&["TOPIC", "PARTITION", "FROM", "TO", "BYTES", "WHY"]);
        for movement in &self.movements {
            movements.row([
                movement.topic.clone(),
                movement.partition.to_string(),
                ids(&movement.from),
                ids(&movement.to),
                movement.bytes.to_string(),
                movement.why.clone(),
            ]);
        }
        let time = Duration::from_millis(self.estimated_ms).as_secs();
        let mut text = format!(
            "plan     {}\nmoves    {} partitions, {} bytes, {time} s at best\n",
            self.plan_id, self.movements_total, self.bytes
        );
        if self.movements_total > 0 && self.bytes == 0 && self.unmeasured_brokers.is_empty() {
            text += "copies   nothing: the partitions are empty, or only their leaders change\n";
        }
        if !self.unmeasured_brokers.is_empty() {
            text += &format!("unknown  sizes of brokers {}\n", ids(&self.unmeasured_brokers));
        }
        text += &format!("\n{goals}");
        if !self.movements.is_empty() {
            text += &format!("\n{movements}");
        }
        text
    }
}

impl Shown for Started {
    fn text(&self) -> String {
        format!("rebalance {} has begun\n", self.rebalance_id)
    }
}
