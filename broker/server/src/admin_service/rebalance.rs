//! Plans: made from what the brokers say about their disks, kept until they are started, watched and cancelled.
//!
//! Owns the plans that were made and not started: few, the oldest goes first, and only of the controller that made them.
//! A plan that was started is in the metadata log, and any controller goes on with it (`broker_controller::UpkeepSchedule`).
//! Invariant: what is started is what was shown, and only once, or it is refused.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use broker_admin::tonic::Status;
use broker_admin::tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use broker_admin::v1::{
    self, CancelRebalanceResponse, CordonResponse, DrainRequest, DrainResponse, PlanRebalanceRequest,
    SpreadToRequest, SpreadToResponse, StartRebalanceRequest, StartRebalanceResponse, UncordonResponse,
    WatchRebalanceRequest,
};
use broker_admin::{MOVEMENTS_MAX, MOVEMENTS_USUAL, NODES_MAX};
use broker_controller::balancer::{
    ClusterFacts, GoalChange, GoalSettings, Movement, RebalanceMode, RebalancePlan, plan_rebalance,
};
use broker_controller::{
    ApiError, Cordon, Outcome, QuorumController, Rebalance, RebalanceLimits, RebalanceStatus,
};
use broker_model::{BrokerId, Timestamp, Uuid};
use broker_protocol::ErrorCode;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, sleep};

use super::Shared;
use super::calls::{blocking, elsewhere, unavailable};
use super::sizes::{Sizes, ask_sizes};
use crate::broker::Broker;
use crate::clock::random_uuid;
use crate::drivers::metadata_driver::ActiveController;
use crate::network::ListenerName;

/// Plans that are kept.
const PLANS_MAX: usize = 4;
/// Bytes a second for the expected time, when nobody says.
const USUAL_RATE: u64 = 50 << 20;
/// How long one watches.
const WATCH_MAX: Duration = Duration::from_mins(10);
const USUAL_INTERVAL_MS: u32 = 1_000;

/// Plans that were made.
#[derive(Debug, Default)]
pub(super) struct Plans(VecDeque<(Uuid, Arc<RebalancePlan>)>);

impl Plans {
    fn keep(&mut self, id: Uuid, plan: Arc<RebalancePlan>) {
        if self.0.len() == PLANS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((id, plan));
    }

    fn find(&self, id: Uuid) -> Option<Arc<RebalancePlan>> {
        let mut plans = self.0.iter();
        plans
            .find(|(known, _)| *known == id)
            .map(|(_, plan)| plan.clone())
    }

    fn forget(&mut self, id: Uuid) {
        self.0.retain(|(known, _)| *known != id);
    }
}

/// Sets cordons.
pub(super) async fn cordon(broker: &Broker, ids: &[i32]) -> Result<CordonResponse, Status> {
    let brokers = named(ids)?;
    decide(broker, move |controller, _| {
        controller.cordon_brokers(&brokers, Cordon::Set)
    })
    .await?;
    Ok(CordonResponse {})
}

/// Lifts cordons.
pub(super) async fn uncordon(broker: &Broker, ids: &[i32]) -> Result<UncordonResponse, Status> {
    let brokers = named(ids)?;
    decide(broker, move |controller, _| {
        controller.cordon_brokers(&brokers, Cordon::Lifted)
    })
    .await?;
    Ok(UncordonResponse {})
}

/// Makes a plan and keeps it.
pub(super) async fn plan(
    shared: &Shared,
    broker: &Arc<Broker>,
    asked: PlanRebalanceRequest,
) -> Result<v1::RebalancePlan, Status> {
    let mode = mode(&asked)?;
    let (plan, sizes) = make_plan(&shared.node.inter_broker_listener, broker, mode).await?;
    let id = new_id()?;
    shared.plans.lock().keep(id, plan.clone());
    let limit = match asked.max_movements {
        0 => MOVEMENTS_USUAL,
        asked => asked.min(MOVEMENTS_MAX),
    };
    let rate = match asked.bytes_per_second {
        0 => USUAL_RATE,
        rate => rate,
    };
    Ok(shown(id, &plan, &sizes, (limit as usize, rate)))
}

/// Starts a plan that was made here, once: the rebalance has its id, so that whoever missed the answer finds it.
pub(super) async fn start(
    shared: &Shared,
    broker: &Broker,
    asked: StartRebalanceRequest,
) -> Result<StartRebalanceResponse, Status> {
    let unknown = || Status::not_found("this controller has no such plan any more: make another one");
    let id = asked.plan_id.parse().map_err(|_| unknown())?;
    let plan = shared.plans.lock().find(id).ok_or_else(unknown)?;
    let rebalance = begin(broker, plan, limits(asked.limits), id).await?;
    shared.plans.lock().forget(id);
    Ok(StartRebalanceResponse {
        rebalance_id: rebalance.to_string(),
    })
}

/// Cordons brokers, and starts what empties them.
pub(super) async fn drain(
    shared: &Shared,
    broker: &Arc<Broker>,
    asked: DrainRequest,
) -> Result<DrainResponse, Status> {
    let brokers = named(&asked.broker_ids)?;
    // A drain that cannot be done is refused before anything is cordoned.
    make_plan(
        &shared.node.inter_broker_listener,
        broker,
        RebalanceMode::RemoveBrokers(brokers.clone()),
    )
    .await?;
    let cordoned = brokers.clone();
    decide(broker, move |controller, _| {
        controller.cordon_brokers(&cordoned, Cordon::Set)
    })
    .await?;
    // Once more: until the cordon held, topics could be created there.
    let (plan, sizes) = make_plan(
        &shared.node.inter_broker_listener,
        broker,
        RebalanceMode::RemoveBrokers(brokers),
    )
    .await?;
    if plan.movements.is_empty() {
        return Ok(DrainResponse::default());
    }
    let limits = limits(asked.limits);
    let rate = limits.bytes_per_second.unwrap_or(USUAL_RATE);
    let rebalance = begin(broker, plan.clone(), limits, new_id()?).await?;
    Ok(DrainResponse {
        plan: Some(shown(rebalance, &plan, &sizes, (MOVEMENTS_USUAL as usize, rate))),
        rebalance_id: rebalance.to_string(),
    })
}

/// Starts what gives new brokers their share.
pub(super) async fn spread(
    shared: &Shared,
    broker: &Arc<Broker>,
    asked: SpreadToRequest,
) -> Result<SpreadToResponse, Status> {
    let brokers = named(&asked.broker_ids)?;
    let mode = RebalanceMode::AddBrokers(brokers.clone());
    let (plan, sizes) = make_plan(&shared.node.inter_broker_listener, broker, mode).await?;
    let limits = limits(asked.limits);
    let (id, starting) = (new_id()?, plan.clone());
    let started = decide(broker, move |controller, now| {
        controller.start_spread(&brokers, &starting, limits, (id, now))
    });
    let Some(rebalance) = started.await? else {
        return Ok(SpreadToResponse::default());
    };
    let rate = limits.bytes_per_second.unwrap_or(USUAL_RATE);
    Ok(SpreadToResponse {
        plan: Some(shown(rebalance, &plan, &sizes, (MOVEMENTS_USUAL as usize, rate))),
        rebalance_id: rebalance.to_string(),
    })
}

/// Cancels what is executed.
pub(super) async fn cancel(broker: &Broker) -> Result<CancelRebalanceResponse, Status> {
    let going_on = decide(broker, |controller, _| {
        match Rebalance::load(controller.image()) {
            Ok(Some(rebalance)) => controller.cancel_rebalance(&rebalance),
            Ok(None) => Err(ApiError::new(
                ErrorCode::NoReassignmentInProgress,
                "No plan was ever started.",
            )),
            Err(error) => Err(ApiError::new(ErrorCode::UnknownServerError, error.to_string())),
        }
    });
    let going_on = u32::try_from(going_on.await?).unwrap_or(u32::MAX);
    Ok(CancelRebalanceResponse { going_on })
}

/// A stream of what is told about one rebalance.
pub(super) type Progress = ReceiverStream<Result<v1::RebalanceProgress, Status>>;

/// Tells how far the plan is that was started last, until it is over.
pub(super) fn watch(
    broker: Arc<Broker>,
    asked: &WatchRebalanceRequest,
    permit: OwnedSemaphorePermit,
) -> Result<Progress, Status> {
    let interval = match asked.interval_ms {
        0 => USUAL_INTERVAL_MS,
        asked => asked.clamp(100, 60_000),
    };
    let interval = Duration::from_millis(interval.into());
    progress(&broker)?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let _permit = permit;
        let end = Instant::now() + WATCH_MAX;
        while Instant::now() < end {
            let progress = progress(&broker);
            let is_last = progress
                .as_ref()
                .map_or(true, |progress| progress.state() != v1::RebalanceState::Running);
            if sender.send(progress).await.is_err() || is_last {
                return;
            }
            tokio::select! {
                () = sleep(interval) => {}
                () = sender.closed() => return,
            }
        }
    });
    Ok(ReceiverStream::new(receiver))
}

fn progress(broker: &Broker) -> Result<v1::RebalanceProgress, Status> {
    if broker.metadata.quorum().borrow().active != ActiveController::ThisNode {
        return Err(elsewhere(broker));
    }
    let image = broker.image.load_full();
    let rebalance = Rebalance::load(&image).map_err(|error| Status::internal(error.to_string()))?;
    let rebalance = rebalance.ok_or_else(|| Status::not_found("no plan was ever started"))?;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let progress = rebalance.progress(&image);
    let (state, done, done_bytes) = match rebalance.status {
        RebalanceStatus::Running => (v1::RebalanceState::Running, progress.done, progress.done_bytes),
        RebalanceStatus::Finished => (
            v1::RebalanceState::Finished,
            rebalance.planned,
            rebalance.planned_bytes,
        ),
        RebalanceStatus::Cancelled => (v1::RebalanceState::Cancelled, progress.done, progress.done_bytes),
    };
    Ok(v1::RebalanceProgress {
        rebalance_id: rebalance.id.to_string(),
        state: state.into(),
        started_ms: rebalance.started.as_ms(),
        planned: count(rebalance.planned),
        planned_bytes: rebalance.planned_bytes,
        pending: count(progress.pending),
        moving: count(progress.moving),
        done: count(done),
        overtaken: count(progress.overtaken),
        done_bytes,
    })
}

/// A plan for what is committed, and what the brokers said about their sizes for it.
pub(crate) async fn make_plan(
    listener: &ListenerName,
    broker: &Arc<Broker>,
    mode: RebalanceMode,
) -> Result<(Arc<RebalancePlan>, Sizes), Status> {
    let seen = decide(broker, |controller, _| {
        Ok(Outcome::answer(controller.image().clone()))
    });
    let image = seen.await?;
    let sizes = ask_sizes(&image, listener).await;
    blocking(move || {
        let facts = ClusterFacts::from_image(&image, &sizes.loads, &sizes.capacities);
        let plan = plan_rebalance(&facts, &mode, &GoalSettings::default());
        let plan = plan.map_err(|error| Status::failed_precondition(error.explain(&facts)))?;
        Ok((Arc::new(plan), sizes))
    })
    .await?
}

async fn begin(
    broker: &Broker,
    plan: Arc<RebalancePlan>,
    limits: RebalanceLimits,
    id: Uuid,
) -> Result<Uuid, Status> {
    decide(broker, move |controller, now| {
        controller.start_rebalance(&plan, limits, (id, now))
    })
    .await
}

/// Has the controller decide; a refusal changes nothing.
pub(crate) async fn decide<R: Send + 'static>(
    broker: &Broker,
    decision: impl FnOnce(&QuorumController, Timestamp) -> Result<Outcome<R>, ApiError> + Send + 'static,
) -> Result<R, Status> {
    let decided = broker
        .metadata
        .decide(move |controller, now, _| match decision(controller, now.wall) {
            Ok(outcome) => Outcome::new(outcome.records, Ok(outcome.response)),
            Err(error) => Outcome::answer(Err(error)),
        });
    let decided = decided.await.map_err(|error| unavailable(broker, &error))?;
    decided.map_err(|error| refused(&error))
}

pub(super) fn refused(error: &ApiError) -> Status {
    let text = match &error.message {
        Some(message) => format!("{}: {message}", error.code.name()),
        None => format!("{}: {}", error.code.name(), error.code.message()),
    };
    match error.code {
        ErrorCode::BrokerIdNotRegistered => Status::not_found(text),
        ErrorCode::UnknownServerError => Status::internal(text),
        _ => Status::failed_precondition(text),
    }
}

fn named(ids: &[i32]) -> Result<BTreeSet<BrokerId>, Status> {
    if ids.is_empty() || ids.len() > NODES_MAX {
        let text = format!("name between 1 and {NODES_MAX} brokers");
        return Err(Status::invalid_argument(text));
    }
    Ok(ids.iter().map(|id| BrokerId::new(*id)).collect())
}

fn mode(asked: &PlanRebalanceRequest) -> Result<RebalanceMode, Status> {
    match asked.mode() {
        v1::RebalanceMode::Full if asked.broker_ids.is_empty() => Ok(RebalanceMode::Full),
        v1::RebalanceMode::Full => Err(Status::invalid_argument("a full plan names no brokers")),
        v1::RebalanceMode::AddBrokers => Ok(RebalanceMode::AddBrokers(named(&asked.broker_ids)?)),
        v1::RebalanceMode::RemoveBrokers => Ok(RebalanceMode::RemoveBrokers(named(&asked.broker_ids)?)),
        v1::RebalanceMode::Unspecified => Err(Status::invalid_argument("say what the plan is to reach")),
    }
}

fn limits(asked: Option<v1::RebalanceLimits>) -> RebalanceLimits {
    let asked = asked.unwrap_or_default();
    RebalanceLimits {
        replicas_per_broker: match asked.replicas_per_broker {
            0 => RebalanceLimits::default().replicas_per_broker,
            limit => limit as usize,
        },
        bytes_per_second: (asked.bytes_per_second > 0).then_some(asked.bytes_per_second),
    }
}

/// An identity for a plan.
pub(crate) fn new_id() -> Result<Uuid, Status> {
    random_uuid().map_err(|error| Status::internal(format!("the system has no randomness: {error}")))
}

fn shown(id: Uuid, plan: &RebalancePlan, sizes: &Sizes, (limit, rate): (usize, u64)) -> v1::RebalancePlan {
    v1::RebalancePlan {
        plan_id: id.to_string(),
        movements_total: u32::try_from(plan.movements.len()).unwrap_or(u32::MAX),
        movements: plan.movements.iter().take(limit).map(movement).collect(),
        bytes: plan.bytes(),
        estimated_ms: plan.estimated_ms(rate),
        goals: plan.goals.iter().map(goal).collect(),
        unmeasured_broker_ids: sizes.silent.iter().map(|id| id.value()).collect(),
    }
}

fn movement(movement: &Movement) -> v1::Movement {
    let ids = |ids: &[BrokerId]| ids.iter().map(|id| id.value()).collect();
    v1::Movement {
        topic: movement.topic.to_string(),
        partition: movement.partition.value(),
        from: ids(&movement.from),
        to: ids(&movement.to),
        bytes: movement.bytes,
        why: movement.why.name().to_owned(),
    }
}

fn goal(change: &GoalChange) -> v1::GoalChange {
    v1::GoalChange {
        goal: change.goal.name().to_owned(),
        before: change.before,
        after: change.after,
    }
}
