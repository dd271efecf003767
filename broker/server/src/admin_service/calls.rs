//! The calls of the admin service: who answers each, and what is refused before anything is done.
//!
//! Owns nothing. Invariants: a call to a node that starts or stops is UNAVAILABLE, one that only the active controller
//! may answer is refused elsewhere with its id ([`ACTIVE_CONTROLLER`]); both before the request is looked at.

use std::sync::Arc;

use broker_admin::ACTIVE_CONTROLLER;
use broker_admin::tonic::{self, Code, Request, Response, Status};
use broker_admin::v1::admin_server::Admin;
use broker_admin::v1::{
    AddVoterRequest, AddVoterResponse, BrokerStatusRequest, BrokerStatusResponse, CancelRebalanceRequest,
    CancelRebalanceResponse, CaughtUpRequest, CaughtUpResponse, ClusterStatusRequest, ClusterStatusResponse,
    CordonRequest, CordonResponse, DescribeQuorumRequest, DescribeQuorumResponse, DrainRequest,
    DrainResponse, LogDirsRequest, LogDirsResponse, MoveLeadersAwayRequest, MoveLeadersAwayResponse,
    PlanRebalanceRequest, PlanTopicRestoreRequest, RebalancePlan, RemoveVoterRequest, RemoveVoterResponse,
    SafeToStopRequest, SafeToStopResponse, SpreadToRequest, SpreadToResponse, StartRebalanceRequest,
    StartRebalanceResponse, StartTopicRestoreRequest, StartTopicRestoreResponse, TierStatusRequest,
    TierStatusResponse, TopicRestorePlan, UncordonResponse, WatchRebalanceRequest,
};

use super::{Progress, Shared, log_dirs, quorum, rebalance, standing, status, tier, topic_restore, verdicts};
use crate::broker::Broker;
use crate::drivers::metadata_driver::{ActiveController, MetadataUnavailable};

impl Shared {
    /// The node, if its logs are read.
    fn broker(&self) -> Result<Arc<Broker>, Status> {
        match &**self.progress.load() {
            Progress::Joined(_) => Err(Status::unavailable("the node is starting: logs are being read")),
            _ => self.member(),
        }
    }

    /// The node, if it takes part in the quorum.
    fn member(&self) -> Result<Arc<Broker>, Status> {
        match &**self.progress.load() {
            Progress::Joined(broker) | Progress::Running(broker) => Ok(broker.clone()),
            Progress::Starting => Err(Status::unavailable("the node is starting")),
            Progress::Stopping => Err(Status::unavailable("the node is stopping")),
        }
    }

    /// The node, if it is the active controller.
    fn controller(&self) -> Result<Arc<Broker>, Status> {
        let broker = self.member()?;
        let is_active = broker.metadata.quorum().borrow().active == ActiveController::ThisNode;
        match is_active {
            true => Ok(broker),
            false => Err(elsewhere(&broker)),
        }
    }
}

/// Sends the caller to the active controller.
pub(super) fn elsewhere(broker: &Broker) -> Status {
    let leader = broker.metadata.quorum().borrow().leader;
    let known = leader.filter(|id| *id != broker.node_id);
    let (text, id) = match known {
        Some(id) => (
            format!("ask node {id}: it is the active controller"),
            id.to_string(),
        ),
        None => (
            "no active controller is known now".to_owned(),
            "unknown".to_owned(),
        ),
    };
    let mut status = Status::failed_precondition(text);
    if let Ok(id) = id.parse() {
        status.metadata_mut().insert(ACTIVE_CONTROLLER, id);
    }
    status
}

/// What it means for a caller that no decision was made.
pub(super) fn unavailable(broker: &Broker, error: &MetadataUnavailable) -> Status {
    match error {
        MetadataUnavailable::NotController => elsewhere(broker),
        MetadataUnavailable::Stopped => Status::unavailable(error.to_string()),
        MetadataUnavailable::NotWritten(_) => Status::internal(error.to_string()),
    }
}

/// Work that takes a while, on a thread that may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Status> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| {
        tracing::error!(%error, "a call of the admin service failed");
        Status::new(Code::Internal, "the node made a mistake; its log says more")
    })
}

#[tonic::async_trait]
impl Admin for Shared {
    async fn broker_status(
        &self,
        _: Request<BrokerStatusRequest>,
    ) -> Result<Response<BrokerStatusResponse>, Status> {
        let _turn = self.calls.acquire().await;
        let progress = self.progress.load_full();
        status::status(&self.node, &progress).await.map(Response::new)
    }

    async fn safe_to_stop(
        &self,
        request: Request<SafeToStopRequest>,
    ) -> Result<Response<SafeToStopResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        let asked = request.into_inner();
        verdicts::safe_to_stop(&broker, &self.node, &asked)
            .await
            .map(Response::new)
    }

    async fn caught_up(
        &self,
        request: Request<CaughtUpRequest>,
    ) -> Result<Response<CaughtUpResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        let asked = request.into_inner();
        verdicts::caught_up(&broker, &asked).await.map(Response::new)
    }

    async fn log_dirs(&self, request: Request<LogDirsRequest>) -> Result<Response<LogDirsResponse>, Status> {
        let broker = self.broker()?;
        let _turn = self.calls.acquire().await;
        log_dirs::log_dirs(broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn tier_status(
        &self,
        request: Request<TierStatusRequest>,
    ) -> Result<Response<TierStatusResponse>, Status> {
        let broker = self.broker()?;
        let _turn = self.calls.acquire().await;
        tier::status(broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn plan_topic_restore(
        &self,
        request: Request<PlanTopicRestoreRequest>,
    ) -> Result<Response<TopicRestorePlan>, Status> {
        let broker = self.broker()?;
        let _turn = self.calls.acquire().await;
        topic_restore::plan(&broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn start_topic_restore(
        &self,
        request: Request<StartTopicRestoreRequest>,
    ) -> Result<Response<StartTopicRestoreResponse>, Status> {
        let broker = self.controller()?;
        topic_restore::start(&broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn describe_quorum(
        &self,
        _: Request<DescribeQuorumRequest>,
    ) -> Result<Response<DescribeQuorumResponse>, Status> {
        let broker = self.controller()?;
        quorum::describe(&broker).await.map(Response::new)
    }

    async fn add_voter(
        &self,
        request: Request<AddVoterRequest>,
    ) -> Result<Response<AddVoterResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        quorum::add(&broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn remove_voter(
        &self,
        request: Request<RemoveVoterRequest>,
    ) -> Result<Response<RemoveVoterResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        quorum::remove(&broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn cordon(&self, request: Request<CordonRequest>) -> Result<Response<CordonResponse>, Status> {
        let broker = self.controller()?;
        let asked = request.into_inner();
        rebalance::cordon(&broker, &asked.broker_ids)
            .await
            .map(Response::new)
    }

    async fn uncordon(&self, request: Request<CordonRequest>) -> Result<Response<UncordonResponse>, Status> {
        let broker = self.controller()?;
        let asked = request.into_inner();
        rebalance::uncordon(&broker, &asked.broker_ids)
            .await
            .map(Response::new)
    }

    async fn drain(&self, request: Request<DrainRequest>) -> Result<Response<DrainResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        rebalance::drain(self, &broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn cluster_status(
        &self,
        _: Request<ClusterStatusRequest>,
    ) -> Result<Response<ClusterStatusResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        standing::cluster_status(&broker, &self.node)
            .await
            .map(Response::new)
    }

    async fn move_leaders_away(
        &self,
        request: Request<MoveLeadersAwayRequest>,
    ) -> Result<Response<MoveLeadersAwayResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        standing::move_leaders_away(&broker, request.into_inner().broker_id)
            .await
            .map(Response::new)
    }

    async fn spread_to(
        &self,
        request: Request<SpreadToRequest>,
    ) -> Result<Response<SpreadToResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        rebalance::spread(self, &broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn plan_rebalance(
        &self,
        request: Request<PlanRebalanceRequest>,
    ) -> Result<Response<RebalancePlan>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        rebalance::plan(self, &broker, request.into_inner())
            .await
            .map(Response::new)
    }

    async fn start_rebalance(
        &self,
        request: Request<StartRebalanceRequest>,
    ) -> Result<Response<StartRebalanceResponse>, Status> {
        let broker = self.controller()?;
        let _turn = self.calls.acquire().await;
        rebalance::start(self, &broker, request.into_inner())
            .await
            .map(Response::new)
    }

    type WatchRebalanceStream = rebalance::Progress;

    async fn watch_rebalance(
        &self,
        request: Request<WatchRebalanceRequest>,
    ) -> Result<Response<Self::WatchRebalanceStream>, Status> {
        let broker = self.controller()?;
        let permit = self.watchers.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Status::resource_exhausted("too many watch already"))?;
        rebalance::watch(broker, &request.into_inner(), permit).map(Response::new)
    }

    async fn cancel_rebalance(
        &self,
        _: Request<CancelRebalanceRequest>,
    ) -> Result<Response<CancelRebalanceResponse>, Status> {
        let broker = self.controller()?;
        rebalance::cancel(&broker).await.map(Response::new)
    }
}
