//! What each request to the controller means on the node that is active: which decision it is, and how its answer says
//! that somebody else decides.

use std::future::Future;
use std::sync::Arc;

use broker_controller::{ApiError, BrokerSessions, Outcome, QuorumController};
use broker_model::{BrokerEpoch, BrokerId, ClusterId, MonotonicMs, Offset};
use broker_protocol::Request;
use broker_protocol::messages::{
    AllocateProducerIdsRequest, AllocateProducerIdsResponse, AlterConfigsRequest, AlterConfigsResponse,
    AlterPartitionRequest, AlterPartitionResponse, AssignReplicasToDirsRequest, AssignReplicasToDirsResponse,
    BrokerHeartbeatRequest, BrokerHeartbeatResponse, BrokerRegistrationRequest, BrokerRegistrationResponse,
    ControllerRegistrationRequest, ControllerRegistrationResponse, CreateTopicsRequest, CreateTopicsResponse,
    IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
};

use crate::drivers::metadata_driver::{MetadataDriver, MetadataUnavailable};

/// What decisions are made with.
#[derive(Clone, Debug)]
pub struct Decider {
    /// Decides and keeps.
    pub metadata: Arc<MetadataDriver>,
    /// The cluster.
    pub cluster_id: ClusterId,
}

type Decided<R> = Result<<R as Request>::Response, MetadataUnavailable>;

/// A request that nodes put to the active controller.
pub trait ControllerRequest: Request + Clone + Sync + 'static {
    /// Decides on this node.
    fn decide(self, decider: &Decider) -> impl Future<Output = Decided<Self>> + Send;

    /// The code by which the answer may say that somebody else decides.
    fn code(response: &Self::Response) -> i16;
}

impl ControllerRequest for BrokerRegistrationRequest {
    async fn decide(self, decider: &Decider) -> Decided<Self> {
        let cluster_id = decider.cluster_id.clone();
        let decided = decider
            .metadata
            .decide_with_sessions(move |controller, sessions, now, _| {
                let outcome =
                    controller.broker_registration(sessions, cluster_id.as_str(), &self, now.monotonic);
                if outcome.response.error_code == 0 {
                    let epoch = BrokerEpoch::new(outcome.response.broker_epoch);
                    sessions.heard(BrokerId::new(self.broker_id), epoch, Offset::NONE, now.monotonic);
                }
                outcome
            });
        decided.await
    }

    fn code(response: &BrokerRegistrationResponse) -> i16 {
        response.error_code
    }
}

impl ControllerRequest for BrokerHeartbeatRequest {
    async fn decide(self, decider: &Decider) -> Decided<Self> {
        let decided = decider
            .metadata
            .decide_with_sessions(move |controller, sessions, now, _| {
                heartbeat(controller, sessions, &self, now.monotonic)
            });
        decided.await
    }

    fn code(response: &BrokerHeartbeatResponse) -> i16 {
        response.error_code
    }
}

/// Answers a heartbeat, and notes when it was heard, and what it has to know before it may stop.
fn heartbeat(
    controller: &QuorumController,
    sessions: &mut BrokerSessions,
    request: &BrokerHeartbeatRequest,
    now: MonotonicMs,
) -> Outcome<BrokerHeartbeatResponse> {
    let (id, epoch) = (
        BrokerId::new(request.broker_id),
        BrokerEpoch::new(request.broker_epoch),
    );
    let registered = controller.image().cluster.broker(id);
    if registered.is_some_and(|broker| broker.epoch == epoch) {
        sessions.heard(id, epoch, Offset::new(request.current_metadata_offset), now);
    }
    let was_stopping = registered.is_some_and(|broker| broker.in_controlled_shutdown);
    let outcome = controller.broker_heartbeat(sessions, request, now);
    if request.want_shut_down && !was_stopping && !outcome.records.is_empty() {
        let count = i64::try_from(outcome.records.len()).unwrap_or(i64::MAX);
        sessions.shuts_down_after(id, controller.loader().next_offset().plus(count).minus(1));
    }
    outcome
}

impl ControllerRequest for AllocateProducerIdsRequest {
    async fn decide(self, decider: &Decider) -> Decided<Self> {
        let decided = decider.metadata.decide(move |controller, _, _| {
            let (id, epoch) = (BrokerId::new(self.broker_id), BrokerEpoch::new(self.broker_epoch));
            match controller.allocate_producer_ids(id, epoch) {
                Ok(outcome) => Outcome::new(
                    outcome.records,
                    AllocateProducerIdsResponse {
                        producer_id_start: outcome.response.first.value(),
                        producer_id_len: i32::try_from(outcome.response.count).unwrap_or(i32::MAX),
                        ..AllocateProducerIdsResponse::default()
                    },
                ),
                Err(error) => Outcome::answer(no_block(&error)),
            }
        });
        decided.await
    }

    fn code(response: &AllocateProducerIdsResponse) -> i16 {
        response.error_code
    }
}

fn no_block(error: &ApiError) -> AllocateProducerIdsResponse {
    AllocateProducerIdsResponse {
        error_code: error.code.code(),
        ..AllocateProducerIdsResponse::default()
    }
}

/// Requests that are one decision each, without anything around it.
macro_rules! decided_by {
    ($($request:ident: |$controller:ident, $this:ident, $seed:ident| $decision:expr,
        $response:ident: |$answer:ident| $code:expr;)*) => {$(
        impl ControllerRequest for $request {
            async fn decide(self, decider: &Decider) -> Decided<Self> {
                let $this = self;
                decider.metadata.decide(move |$controller, _, $seed| $decision).await
            }

            fn code($answer: &$response) -> i16 {
                $code
            }
        }
    )*};
}

/// The first code of several.
fn first(codes: impl IntoIterator<Item = i16>) -> i16 {
    codes.into_iter().next().unwrap_or(0)
}

decided_by! {
    AlterPartitionRequest: |controller, request, _seed| controller.alter_partition(&request),
        AlterPartitionResponse: |answer| answer.error_code;
    AssignReplicasToDirsRequest: |controller, request, _seed| controller.assign_replicas_to_dirs(&request),
        AssignReplicasToDirsResponse: |answer| answer.error_code;
    ControllerRegistrationRequest: |controller, request, _seed| controller.controller_registration(&request),
        ControllerRegistrationResponse: |answer| answer.error_code;
    CreateTopicsRequest: |controller, request, seed| controller.create_topics(&request, seed),
        CreateTopicsResponse: |answer| first(answer.topics.iter().map(|topic| topic.error_code));
    AlterConfigsRequest: |controller, request, _seed| controller.alter_configs(&request),
        AlterConfigsResponse: |answer| first(answer.responses.iter().map(|one| one.error_code));
    IncrementalAlterConfigsRequest: |controller, request, _seed| controller.incremental_alter_configs(&request),
        IncrementalAlterConfigsResponse: |answer| first(answer.responses.iter().map(|one| one.error_code));
}
